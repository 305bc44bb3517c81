"""The ledger as people look through it: what did not happen, by day or by schedule, and what somebody has seen to.

Every list is a walk down one partial index, so what fired (nearly all of a ledger) is never read to find what
did not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from store.enums import Cause, OccurrenceState
from store.frozen import value
from store.instants import Instant, from_us, to_us
from store.values import Occurrence

DAYS = 31
"""Days with lines of their own; what lies before them stands together."""


class Part(StrEnum):
    """What part of the ledger is looked at."""

    TO_ACCEPT = "to accept"
    UNFIRED = "unfired"
    ALL = "all"


_INDEX = {
    Part.TO_ACCEPT: ("INDEXED BY occurrence_to_accept", "o.state IN ('missed', 'skipped') AND o.accepted_at IS NULL"),
    Part.UNFIRED: ("INDEXED BY occurrence_unfired", "o.state <> 'fired'"),
    Part.ALL: ("", "1"),
}
_OF_ONE = "INDEXED BY occurrence_to_accept_of_one"

COLUMNS = """
SELECT o.id, o.schedule_id, s.name, s.zone, o.planned_at, o.until_at, o.count, o.state, o.cause, o.reason, o.late,
       o.run_id, o.merged_into, o.decided_at, o.accepted_at, u.name
"""
"""Of an occurrence `o`, its schedule `s` and who accepted it `u`, as `occurrence_of` takes them."""


@value
class Which:
    """Which lines: a part of the ledger, of one schedule, of schedules whose name or reason holds a text."""

    part: Part = Part.TO_ACCEPT
    schedule_id: int | None = None
    text: str = ""
    schedule: str = ""
    """Part of the schedule's name."""
    cause: str = ""
    """Part of the cause, or of the state."""
    start: int | None = None
    """From this instant on (microseconds UTC)."""
    end: int | None = None
    """Before this instant."""


@value
class Total:
    """How many lines match, and how many occurrences they stand for; `is_all` unless counting stopped early."""

    lines: int
    occurrences: int
    is_all: bool


def page(
    connection: sqlite3.Connection,
    which: Which,
    *,
    before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
    offset: int = 0,
    limit: int = 100,
) -> list[Occurrence]:
    """Newest first: the first `limit`, those behind the place `after`, or the nearest in front of `before`.

    A place is (planned_at, id); `before=(0, 0)` gives the last lines. `offset` is for far jumps only.
    """
    source, terms, values = _source(which)
    order = "ASC" if before is not None else "DESC"
    place = before if before is not None else after
    if place is not None:
        terms, values = [*terms, f"(o.planned_at, o.id) {'>' if before else '<'} (?, ?)"], [*values, *place]
    rows = connection.execute(
        f"{COLUMNS} {source} LEFT JOIN user u ON u.id = o.accepted_by WHERE {' AND '.join(terms)}"
        f" ORDER BY o.planned_at {order}, o.id {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    found = [occurrence_of(row) for row in rows]
    return found if order == "DESC" else found[::-1]


def total(connection: sqlite3.Connection, which: Which, most: int = 10_000) -> Total:
    """How much matches, counted up to `most` lines."""
    source, terms, values = _source(which)
    lines, occurrences = connection.execute(
        f"SELECT count(*), ifnull(sum(count), 0) FROM (SELECT o.count {source} WHERE {' AND '.join(terms)} LIMIT ?)",
        (*values, most),
    ).fetchone()
    return Total(int(lines), int(occurrences), lines < most)


def ids(connection: sqlite3.Connection, which: Which, limit: int) -> list[int]:
    """The ids of all that match, newest first."""
    source, terms, values = _source(which)
    rows = connection.execute(
        f"SELECT o.id {source} WHERE {' AND '.join(terms)} ORDER BY o.planned_at DESC, o.id DESC LIMIT ?",
        (*values, limit),
    )
    return [int(row[0]) for row in rows]


def lines(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Occurrence]:
    """The lines of these ids that are still there, newest first."""
    rows = connection.execute(
        f"{COLUMNS} FROM occurrence o JOIN schedule s ON s.id = o.schedule_id LEFT JOIN user u ON u.id = o.accepted_by"
        f" WHERE o.id IN ({', '.join('?' * len(numbers))}) ORDER BY o.planned_at DESC, o.id DESC",
        tuple(numbers),
    )
    return [occurrence_of(row) for row in rows]


def days(connection: sqlite3.Connection, which: Which, zone: ZoneInfo, most: int = DAYS) -> list[tuple[date, int, int]]:
    """(day, its first instant, the first instant after it) of the newest days that hold lines, newest first."""
    source, terms, values = _source(which)
    found: list[tuple[date, int, int]] = []
    query = f"SELECT o.planned_at {source} WHERE {{}} ORDER BY o.planned_at DESC, o.id DESC LIMIT 1"
    while len(found) < most:
        more = [*terms, "o.planned_at < ?"] if found else terms
        row = connection.execute(
            query.format(" AND ".join(more)), (*values, found[-1][1]) if found else tuple(values)
        ).fetchone()
        if row is None:
            break
        day = from_us(row[0]).astimezone(zone).date()
        found.append((day, _midnight(day, zone), _midnight(day + timedelta(1), zone)))
    return found


def schedules_to_accept(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """(id, name) of the schedules that have lines nobody has accepted, by name.

    Steps from schedule to schedule through the index; the lines themselves are not walked.
    """
    rows = connection.execute(
        "WITH RECURSIVE one (id) AS ("
        f" SELECT (SELECT o.schedule_id FROM occurrence o {_OF_ONE} WHERE {_INDEX[Part.TO_ACCEPT][1]}"
        "   ORDER BY o.schedule_id LIMIT 1)"
        " UNION ALL"
        f" SELECT (SELECT o.schedule_id FROM occurrence o {_OF_ONE} WHERE {_INDEX[Part.TO_ACCEPT][1]}"
        "   AND o.schedule_id > one.id ORDER BY o.schedule_id LIMIT 1) FROM one WHERE one.id IS NOT NULL)"
        " SELECT s.id, s.name FROM one JOIN schedule s ON s.id = one.id ORDER BY s.name, s.id"
    )
    return [(int(number), str(name)) for number, name in rows]


def _source(which: Which) -> tuple[str, list[str], list[Any]]:
    """The tables and the terms of a question."""
    index, test = _INDEX[which.part]
    if which.schedule_id is not None:
        index = _OF_ONE if which.part is Part.TO_ACCEPT else "INDEXED BY sqlite_autoindex_occurrence_1"
    terms, values = [test], list[Any]()
    for term, given in (
        ("o.schedule_id = ?", which.schedule_id),
        ("o.planned_at >= ?", which.start),
        ("o.planned_at < ?", which.end),
        ("instr(lower(s.name), lower(?)) > 0", which.schedule or None),
        ("instr(ifnull(o.cause, '') || ' ' || o.state, lower(?)) > 0", which.cause or None),
        ("instr(lower(s.name || ' ' || ifnull(o.reason, '')), lower(?)) > 0", which.text or None),
    ):
        if given is not None:
            terms, values = [*terms, term], [*values, given]
    return f"FROM occurrence o {index} JOIN schedule s ON s.id = o.schedule_id", terms, values


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_us(datetime.combine(day, time(), zone))


def occurrence_of(row: Sequence[Any]) -> Occurrence:
    """The value of a row of `COLUMNS`."""
    number, schedule_id, name, zone, planned_at, until_at, many, state, cause, *rest = row
    reason, late, run_id, merged, decided, accepted, by = rest
    return Occurrence(
        number, schedule_id, name, zone, Instant(planned_at), _at(until_at), many, OccurrenceState(state),
        Cause(cause) if cause else None, reason, late, run_id, _at(merged), Instant(decided), _at(accepted), by,
    )  # fmt: skip


def _at(us: int | None) -> Instant | None:
    return None if us is None else Instant(us)
