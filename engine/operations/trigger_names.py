"""Triggers as people name them: the one place that finds the row behind a name."""

from __future__ import annotations

import sqlite3

from engine.rules.errors import shown
from engine.rules.names import as_sentence, unknown
from store.errors import Refused
from store.reads import triggers as reads
from store.trigger_values import Trigger


def named_trigger(connection: sqlite3.Connection, text: str) -> Trigger:
    """The trigger that `text` names: its name or its id. Refused with the nearest name if there is none."""
    known = reads.named(connection, text)
    if known is None and text.isascii() and text.isdigit() and len(text) < 19:
        known = reads.trigger(connection, int(text))
        if known.deleted_at is not None:
            raise Refused(f"The trigger {shown(known.name)} is deleted.")
    if known is None:
        raise Refused(as_sentence(f"trigger: {unknown(text, reads.names(connection), 'trigger')}"))
    return known
