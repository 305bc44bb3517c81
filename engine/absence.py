"""Who comes back after an absence: told by their last act in the store."""

from __future__ import annotations

import sqlite3
from datetime import date

from engine.rules.backlog import is_away
from engine.rules.zones import local_day
from store import settings
from store.instants import from_us
from store.journal import Actor
from store.reads import history


def away_since(connection: sqlite3.Connection, actor: Actor, today: date) -> date | None:
    """The day of the actor's last act, if that is longer ago than the setting `away_days` says."""
    last = history.last(connection, actor)
    if last is None:
        return None
    day = local_day(from_us(last.at), str(settings.read(connection, "zone")))
    return day if is_away(day, today, int(settings.read(connection, "away_days"))) else None
