"""Templates live in the zone of their list, of who does them, or of the store, and move with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from engine.moments import zones_above
from engine.operations.registry import Act
from engine.operations.template_saving import save_template
from engine.rules.task_zones import zone_of_task
from store import settings
from store.reads.templates import template

_TEMPLATES = """
SELECT t.id, s.zone, t.list_id,
       (SELECT group_concat(ifnull(u.zone, ''), char(31)) FROM template_assignee a JOIN user u ON u.id = a.user_id
        WHERE a.template_id = t.id)
FROM template t JOIN schedule s ON s.id = t.schedule_id WHERE t.deleted_at IS NULL
"""


@contextmanager
def following_zones(act: Act) -> Iterator[None]:
    """Around a change of a list, a person or a setting: what was planned in the old zone is planned in the new one.

    A template that was given another zone than its list has keeps it.
    """
    before = {number: usual for number, zone, usual in _zones(act.connection) if zone == usual}
    yield
    for number, _, usual in _zones(act.connection):
        if before.get(number, usual) != usual:
            save_template(act, {"zone": usual}, template(act.connection, number))


def _zones(connection: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Each template with the zone it has, and the one it would have if nobody had named one."""
    store = str(settings.read(connection, "zone"))
    lists = {row[0]: (row[1], row[2]) for row in connection.execute("SELECT id, zone, parent_id FROM task_list")}
    return [
        (
            number,
            zone,
            zone_of_task(zones_above(lists, list_id), people.split("\x1f") if people is not None else (), store),
        )
        for number, zone, list_id, people in connection.execute(_TEMPLATES).fetchall()
    ]
