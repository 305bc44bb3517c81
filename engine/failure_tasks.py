"""The followup task of a failing schedule: one at a time, repeats folded into it, closed with the proof.

A person who has changed it has taken it over: then it stays open on recovery and says so. Every write of the engine is
an act of its own, by which the journal tells whether anybody else was there.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from engine.operations.registry import Act, settle
from engine.outlook import zone_or_utc
from engine.rules.errors import shown
from engine.rules.wording import clock, count_of, long_day
from store import journal, settings
from store.frozen import value
from store.instants import from_us

OPERATION = "schedule alert"
AGAIN = "It works again"

_EDITORS = f"""
SELECT DISTINCT a.actor FROM change c JOIN act a ON a.id = c.act_id
WHERE c.kind = 'task' AND c.row_id = ? AND a.operation NOT IN ('{OPERATION}', ?) ORDER BY a.id
"""
_BY_TRIGGER = "trigger act"
"""A task that a trigger made for the job has its name and notes left alone, and is closed all the same."""


@value
class Cause:
    """The run that ended, and how; `at` in microseconds UTC."""

    schedule_id: int
    name: str
    run_id: int
    state: str
    error: str
    at: int


@value
class FailureTask:
    """The open task of a schedule; `folded`: failures after the one that opened it."""

    id: int
    notes: str
    folded: int


def open_task(connection: sqlite3.Connection, schedule_id: int) -> FailureTask | None:
    """The one that is open, if there is one; an index allows no second."""
    row = connection.execute(
        "SELECT id, notes, folded FROM task WHERE schedule_id = ? AND is_done = 0 AND deleted_at IS NULL",
        (schedule_id,),
    ).fetchone()
    return None if row is None else FailureTask(*row)


def make(connection: sqlite3.Connection, cause: Cause) -> None:
    """Open one, due the same day."""
    day, words = _when(connection, cause)
    act = journal.begin(connection, cause.at, journal.ENGINE, OPERATION)
    connection.execute(
        "INSERT INTO task (name, visible_date, deadline_date, notes, schedule_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (f"{cause.name} fails", day, day, _failed(cause, words), cause.schedule_id, cause.at),
    )
    journal.describe(connection, act, f"added: {shown(cause.name)} fails", can_undo=False)
    settle(Act(connection, journal.ENGINE, from_us(cause.at), act))


def fold(connection: sqlite3.Connection, task: FailureTask, cause: Cause) -> None:
    """It failed once more. What a person has written is left alone."""
    _, words = _when(connection, cause)
    folded = task.folded + 1
    act = journal.begin(connection, cause.at, journal.ENGINE, OPERATION)
    if _editors(connection, task.id):
        connection.execute("UPDATE task SET folded = ? WHERE id = ?", (folded, task.id))
    else:
        first = task.notes.partition("\n")[0]
        notes = f"{first}\nLast of {count_of(folded + 1, 'failure')}: {_failed(cause, words)}"
        name = f"{cause.name} fails ({count_of(folded + 1, 'time')})"
        connection.execute(
            "UPDATE task SET folded = ?, name = ?, notes = ? WHERE id = ?", (folded, name, notes, task.id)
        )
    journal.describe(connection, act, f"failed again: {shown(cause.name)}", can_undo=False)


def close(connection: sqlite3.Connection, task: FailureTask, cause: Cause) -> None:
    """The run succeeded: done by nobody, with the run as proof; kept open if a person has changed it."""
    day, words = _when(connection, cause)
    editors = _editors(connection, task.id, but=_BY_TRIGGER)
    proof = f"{AGAIN}: run {cause.run_id} succeeded on {words}."
    act = journal.begin(connection, cause.at, journal.ENGINE, OPERATION)
    if editors:
        kept, _, last = task.notes.rpartition("\n")
        notes = kept if last.startswith(AGAIN) else task.notes
        proof += f" Kept open, because {' and '.join(map(shown, editors))} changed this task."
        done = "is_done = 0"
    else:
        notes, done = task.notes, "is_done = 1, done_date = :day"
    values = {"id": task.id, "day": day, "notes": f"{notes}\n{proof}".lstrip("\n")}
    connection.execute(f"UPDATE task SET {done}, notes = :notes, rev = rev + 1 WHERE id = :id", values)
    told = "kept open, works again" if editors else "done, works again"
    journal.describe(connection, act, f"{told}: {shown(cause.name)}", can_undo=False)
    settle(Act(connection, journal.ENGINE, from_us(cause.at), act))


def _failed(cause: Cause, when: str) -> str:
    return f"run {cause.run_id} {cause.state} on {when}: {shown(cause.error, 500)}".replace("run", "Run", 1)


def _when(connection: sqlite3.Connection, cause: Cause) -> tuple[str, str]:
    """The day in the store's zone as it is stored, and the moment in words: `Mon 16 Jun 2025 02:31`."""
    zone = zone_or_utc(settings.read(connection, "zone"))
    day: date = from_us(cause.at).astimezone(zone).date()
    return day.isoformat(), f"{long_day(day)} {clock(from_us(cause.at), zone.key)}"


def _editors(connection: sqlite3.Connection, task_id: int, but: str = "") -> list[str]:
    return [str(row[0]) for row in connection.execute(_EDITORS, (task_id, but)).fetchall()]
