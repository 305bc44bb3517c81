"""What a line of quick add is read against: the names of the desk, its calendars and its entities."""

from __future__ import annotations

import sqlite3

from engine.rules.businessdays import BusinessDays
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.quickadd import Known
from store import settings
from store.errors import Refused

_MOST = 20_000
"""Names of a kind that are read; who has more must write them in full."""
_LISTS = """
WITH RECURSIVE tree (id, path, zone) AS (
  SELECT id, name, zone FROM task_list WHERE parent_id IS NULL AND deleted_at IS NULL
  UNION ALL
  SELECT l.id, tree.path || '/' || l.name, ifnull(l.zone, tree.zone) FROM task_list l JOIN tree ON tree.id = l.parent_id
  WHERE l.deleted_at IS NULL
)
SELECT path, zone FROM tree ORDER BY path LIMIT ?
"""


def known(connection: sqlite3.Connection, me: str) -> Known:
    """The desk as `read_line` needs it. It goes on asking `connection` for entities and calendars."""
    lists = connection.execute(_LISTS, (_MOST,)).fetchall()
    labels = connection.execute("SELECT name FROM label ORDER BY name LIMIT ?", (_MOST,)).fetchall()
    people = connection.execute("SELECT name, zone FROM user ORDER BY name LIMIT ?", (_MOST,)).fetchall()
    zones = {f"list:{path}": zone for path, zone in lists if zone}
    zones |= {f"person:{name}": zone for name, zone in people if zone}

    def thing(object_class: str, object_id: str) -> str:
        return _thing(connection, object_class, object_id)

    def calendar(name: str) -> BusinessDays:
        return _calendar(connection, name)

    return Known(
        zone=str(settings.read(connection, "zone")),
        me=me,
        lists=tuple(row[0] for row in lists),
        labels=tuple(row[0] for row in labels),
        people=tuple(row[0] for row in people),
        zones=zones,
        thing=thing,
        calendar=calendar,
    )


def _thing(connection: sqlite3.Connection, object_class: str, object_id: str) -> str:
    row = connection.execute(
        "SELECT name FROM entity WHERE object_class = ? AND object_id = ?", (object_class, object_id)
    ).fetchone()
    words = f"{shown(object_class)} {shown(object_id)}"
    if row is not None:
        return f"{words} ({shown(row[0])})" if row[0] else words
    classes = [each[0] for each in connection.execute("SELECT name FROM entity_class ORDER BY name")]
    if object_class not in classes:
        raise BadValue(unknown(object_class, classes, "class"))
    raise BadValue(f"there is no {words}")


def _calendar(connection: sqlite3.Connection, name: str) -> BusinessDays:
    from engine.calendars import days_named

    try:
        return days_named(connection, name)
    except Refused as fault:
        raise BadValue(str(fault)) from fault
