"""Business calendars with their own days. They are few: they are read whole."""

from __future__ import annotations

import json
import sqlite3
from datetime import date

from store.errors import Refused
from store.frozen import value
from store.values import Calendar, CalendarDay

_CALENDARS = "SELECT id, name, week, country, region, rev FROM calendar"
_DAYS = "SELECT calendar_id, day, name, is_working, source FROM calendar_day"

_USES = """
SELECT ifnull(s.calendar_id, ?1) AS number, sum(t.id IS NULL), sum(t.id IS NOT NULL), 0
FROM schedule s LEFT JOIN template t ON t.schedule_id = s.id
WHERE s.deleted_at IS NULL AND (s.calendar_id IS NOT NULL OR s.roll <> 'none') GROUP BY number
UNION ALL
SELECT ifnull(calendar_id, ?1) AS number, 0, 0, count(*)
FROM task_event WHERE calendar_id IS NOT NULL OR roll <> 'none' GROUP BY number
"""


@value
class Uses:
    """How many of each keep to a calendar, by its name or as the usual one."""

    schedules: int = 0
    templates: int = 0
    events: int = 0

    @property
    def parts(self) -> tuple[tuple[int, str], ...]:
        """(number, noun) of each."""
        return (self.schedules, "schedule"), (self.templates, "recurring task"), (self.events, "event")


def uses(connection: sqlite3.Connection, usual: int | None) -> dict[int, Uses]:
    """By calendar, those that something keeps to; `usual` is the one of those that name none."""
    found: dict[int, Uses] = {}
    for number, schedules, templates, events in connection.execute(_USES, (usual,)):
        if number is not None:
            so_far = found.get(number, Uses())
            found[number] = Uses(so_far.schedules + schedules, so_far.templates + templates, so_far.events + events)
    return found


def listed(connection: sqlite3.Connection) -> tuple[Calendar, ...]:
    """Every calendar, by name."""
    days: dict[int, list[CalendarDay]] = {}
    for number, *row in connection.execute(f"{_DAYS} ORDER BY day"):
        days.setdefault(number, []).append(_day(row))
    rows = connection.execute(f"{_CALENDARS} ORDER BY name").fetchall()
    return tuple(_calendar(row, tuple(days.get(row[0], ()))) for row in rows)


def calendar(connection: sqlite3.Connection, number: int) -> Calendar:
    """The calendar of that id. Refused if there is none."""
    row = connection.execute(f"{_CALENDARS} WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise Refused(f"There is no calendar {number}.")
    days = connection.execute(f"{_DAYS} WHERE calendar_id = ? ORDER BY day", (number,)).fetchall()
    return _calendar(row, tuple(_day(each[1:]) for each in days))


def named(connection: sqlite3.Connection, name: str) -> int | None:
    """The id of the calendar of that name, if there is one."""
    row = connection.execute("SELECT id FROM calendar WHERE name = ?", (name,)).fetchone() if name else None
    return None if row is None else int(row[0])


def like(connection: sqlite3.Connection, name: str) -> int | None:
    """The same, whatever the case of its letters; the exact one goes before."""
    query = "SELECT id FROM calendar WHERE name = ?1 COLLATE NOCASE ORDER BY name <> ?1 LIMIT 1"
    row = connection.execute(query, (name,)).fetchone()
    return None if row is None else int(row[0])


def _calendar(row: tuple[int, str, str, str | None, str | None, int], days: tuple[CalendarDay, ...]) -> Calendar:
    number, name, week, country, region, rev = row
    return Calendar(number, name, tuple(json.loads(week)), country, region, days, rev)


def _day(row: list[object] | tuple[object, ...]) -> CalendarDay:
    day, name, is_working, source = row
    return CalendarDay(date.fromisoformat(str(day)), str(name), bool(is_working), str(source))
