"""In which zones the tasks of a trigger live: each of them is acted upon when it is time on its own clocks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from engine.rules.task_zones import zone_of_task
from engine.triggers.facts import living
from engine.triggers.live import Live
from store.enums import Scope
from store.frozen import value

_PERSON = "(SELECT iif(count(*) = 1, max(a.user_id), NULL) FROM task_assignee a WHERE a.task_id = task.id)"


class Places:
    """Zones of lists and people. `columns` is what of a task tells its zone, no more than anybody's zone asks for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        lists = connection.execute("SELECT id, parent_id, zone FROM task_list").fetchall()
        self._lists: dict[int, tuple[int | None, str | None]] = {row[0]: (row[1], row[2]) for row in lists}
        self._people: dict[int, str | None] = dict(
            connection.execute("SELECT id, zone FROM user WHERE zone IS NOT NULL").fetchall()
        )
        has_lists = any(zone for _, zone in self._lists.values())
        self.differ = has_lists or bool(self._people)
        self.columns = f"{'list_id' if has_lists else 'NULL'}, {_PERSON if self._people else 'NULL'}"
        self._known: dict[tuple[int | None, int | None, str], str] = {}

    def zone(self, list_id: int | None, person: int | None, usual: str) -> str:
        """Of a task in that list that this one person does (None: nobody, or several), else the usual one."""
        key = list_id, person, usual
        if key not in self._known:
            people = () if person is None else (self._people.get(person),)
            self._known[key] = zone_of_task(self._above(list_id), people, usual)
        return self._known[key]

    def _above(self, number: int | None) -> Iterator[str | None]:
        while number is not None and number in self._lists:
            number, zone = self._lists[number]
            yield zone


def zones_of(connection: sqlite3.Connection, live: Live) -> frozenset[str]:
    """The zones of the tasks in its scope, done ones too, and that of its list or person, else its own."""
    places = Places(connection)
    if live.has_zone or not places.differ:
        return frozenset({live.zone})
    rows = connection.execute(f"SELECT DISTINCT {places.columns} {_tasks(live)}", {"id": live.scope_id})
    lies_in = live.scope_id if live.scope is Scope.LIST else None
    does_it = live.scope_id if live.scope is Scope.USER else None
    usual = places.zone(lies_in, does_it, live.zone)
    return frozenset({usual, *(places.zone(list_id, person, live.zone) for list_id, person in rows.fetchall())})


def zones_among(connection: sqlite3.Connection, live: Live, places: Places, ids: str) -> frozenset[str]:
    """The zones of those of some tasks that are in its scope; `ids` is a JSON array."""
    if live.has_zone:
        return frozenset({live.zone})
    query = f"SELECT DISTINCT {places.columns} {_tasks(live)} AND task.id IN (SELECT value FROM json_each(:ids))"
    rows = connection.execute(query, {"id": live.scope_id, "ids": ids}).fetchall()
    return frozenset(places.zone(list_id, person, live.zone) for list_id, person in rows)


@value
class Part:
    """Tasks by their zone, oldest first; `reached` is the last one looked at if there may be more."""

    tasks: Mapping[str, Sequence[int]]
    reached: int | None


def tasks_by_zone(connection: sqlite3.Connection, live: Live, after: Mapping[str, int], limit: int) -> Part:
    """The living tasks in its scope, done ones too, in the zones of `after`, with a greater id than it says.

    At most `limit` of them.
    """
    places, count = Places(connection), 0
    query = f"SELECT task.id, {places.columns} {_tasks(live)} AND task.id > :after ORDER BY task.id"
    found: dict[str, list[int]] = {}
    for number, list_id, person in connection.execute(query, {"id": live.scope_id, "after": min(after.values())}):
        zone = live.zone if live.has_zone else places.zone(list_id, person, live.zone)
        if number > after.get(zone, number):
            if count == limit:
                return Part(found, number - 1)
            found.setdefault(zone, []).append(number)
            count += 1
    return Part(found, None)


def _tasks(live: Live) -> str:
    return f"FROM task WHERE task.id IN ({living(live.scope)})"
