"""Templates are named by people as their schedules are: the one place that finds the row behind a name."""

from __future__ import annotations

import sqlite3

from engine.rules.errors import shown
from engine.rules.names import unknown
from store.errors import Refused
from store.reads import templates as reads
from store.values import Template


def named_template(connection: sqlite3.Connection, text: str) -> Template:
    """The template that `text` names: its name or its id. Refused with the nearest name if there is none."""
    known = reads.named(connection, text)
    if known is None and text.isascii() and text.isdigit() and len(text) < 19:
        known = reads.template(connection, int(text))
        if known.deleted_at is not None:
            raise Refused(f"The template {shown(known.name)} is deleted.")
    if known is None:
        raise Refused(f"template: {unknown(text, reads.names(connection), 'template')}.")
    return known
