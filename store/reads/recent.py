"""One's own recent runs, for the panel that opens when one has started something."""

from __future__ import annotations

import sqlite3

from store.instants import SECOND
from store.journal import Actor
from store.reads import runs
from store.values import Run

MOST = 10
DAY = 24 * 3600 * SECOND

_LOOKED_AT = 200
"""Newest runs of a person that are looked at; what of theirs is at work is found wherever it stands."""
_IDS = f"""
WITH me (id) AS (SELECT id FROM user WHERE CASE WHEN :user IS NULL THEN login = :login ELSE id = :user END)
SELECT id FROM (
  SELECT id FROM (
    SELECT id, state, category, created_at, deleted_at FROM run INDEXED BY run_by_creator
    WHERE creator_id = (SELECT id FROM me) ORDER BY id DESC LIMIT {_LOOKED_AT})
  WHERE category = 'user' AND deleted_at IS NULL
    AND (created_at >= :since OR state IN ('pending', 'starting', 'running'))
  UNION
  SELECT id FROM run INDEXED BY run_active
  WHERE state IN ('starting', 'running') AND creator_id = (SELECT id FROM me) AND category = 'user'
    AND deleted_at IS NULL)
ORDER BY id DESC LIMIT :most
"""


def recent(connection: sqlite3.Connection, actor: Actor, now: int, most: int = MOST) -> list[Run]:
    """The newest runs that the person asked for within a day of `now` or that are not over; newest first."""
    given = {"user": actor.user_id, "login": actor.name, "since": now - DAY, "most": most}
    ids = [int(row[0]) for row in connection.execute(_IDS, given).fetchall()]
    found = (runs.run(connection, number) for number in ids)
    return [run for run in found if run is not None]
