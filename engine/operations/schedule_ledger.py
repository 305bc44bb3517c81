"""Verbs on the ledger: run after all what did not run, say that it was seen, go on after a clock that was ahead."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime, timedelta
from typing import Annotated

from engine import ledger, queue_limit
from engine.actors import own_user_id
from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, operation
from engine.rules.durations import duration_words
from engine.rules.errors import BadValue, shown
from engine.rules.wording import count_of
from engine.timing import rule_of
from store import journal, settings, values
from store.enums import Cause, OccurrenceState
from store.errors import Refused
from store.frozen import value
from store.instants import SECOND, Instant, from_us, iso, to_us
from store.reads import schedules as reads

_TOLD = 1000
"""Lines that are given back; what was accepted may be the ledger of years."""

_RUN = """
INSERT INTO run (dedupe_key, planned_at, name, schedule_id, controller, params, category, creator_id, is_exclusive,
                 timeout, max_attempts, available_at, created_at, log_backend, slot, slot_places, backoff,
                 backoff_limit)
SELECT ?, ?, name, id, controller, params, 'user', ?, is_exclusive, timeout, 1 + max_retries, ?, ?, ?, slot,
       slot_places, backoff, backoff_limit
FROM schedule WHERE id = ? RETURNING id
"""
_COPY = """
INSERT INTO occurrence (schedule_id, planned_at, until_at, count, state, reason, cause, late, merged_into, decided_at,
                        accepted_at, accepted_by)
SELECT schedule_id, ?, ?, ?, state, reason, cause, late, merged_into, decided_at, accepted_at, accepted_by
FROM occurrence WHERE id = ?
"""


@operation("schedule accept", can_undo=False)
def accept(
    act: Act,
    schedule: Annotated[str | None, Help("only of this one; else of all", "SCHEDULE")] = None,
    until: Annotated[datetime | None, Help("only what was planned up to this time")] = None,
    cause: Annotated[Cause | None, Help("only what did not run because of this")] = None,
    line: Annotated[tuple[int, ...] | None, Help("only the line of this id; once for each")] = None,
) -> tuple[values.Occurrence, ...]:
    """Accept what was missed or skipped: it stays in the ledger, with your name."""
    if schedule is None and until is None and cause is None and line is None:
        raise Refused("accept: say what was seen: --schedule, --cause, --line, or --until for all up to a time.")
    number = None if schedule is None else one_of(act.connection, "schedule", schedule)
    found = reads.to_accept(
        act.connection,
        schedule_id=number,
        until=act.now if until is None else to_us(until),
        cause=cause,
        ids=line,
    )
    by = own_user_id(act)
    act.connection.executemany(
        "UPDATE occurrence SET accepted_at = ?, accepted_by = ? WHERE id = ? AND accepted_at IS NULL",
        [(act.now, by, one) for one in found],
    )
    if found:
        told = f"accepted {count_of(len(found), 'line')} of the ledger{_of(act, number, cause, until)}"
        journal.describe(act.connection, act.id, told, can_undo=False)
    return tuple(reads.lines(act.connection, found[:_TOLD]))


def _of(act: Act, number: int | None, cause: Cause | None, until: datetime | None) -> str:
    """` of nightly backup, cause down, up to 2025-06-04T08:00:00+02:00`."""
    name = "" if number is None else shown(reads.schedule(act.connection, number).name)
    parts = (
        f": {name}" if name else "",
        f", cause {cause}" if cause else "",
        f", up to {iso(to_us(until), act.zone.key)}" if until is not None else "",
    )
    return "".join(parts)


def run_once(act: Act, schedule: values.Schedule) -> int:
    """Run a schedule outside its plan. Returns the run's id."""
    return _made(act, schedule, None, None)


def run_planned(act: Act, schedule: values.Schedule, planned: datetime) -> int:
    """Run one occurrence that did not run; its line shows the run. Returns the run's id.

    Refused if nothing was planned then, or if it ran already: two people cannot run it twice.
    """
    at = to_us(planned)
    line = _line_at(act, schedule, at)
    if line.count > 1:
        _set_apart(act.connection, schedule, line, at)
    key = ledger.dedupe_key(schedule.id, at)
    if line.run_id is not None:
        key = f"{key}:{line.run_id}"  # its first run expired and holds the key
    made = _made(act, schedule, key, at)
    late = duration_words((act.now - at) / SECOND)
    words = "; ".join(part for part in (line.reason, f"run by {act.actor.name} {late} later") if part)
    act.connection.execute(
        "UPDATE occurrence SET state = 'fired', run_id = ?, late = ?, reason = ?, merged_into = NULL, decided_at = ?"
        " WHERE schedule_id = ? AND planned_at = ?",
        (made, act.now - at, words, act.now, schedule.id, at),
    )
    return made


def _made(act: Act, schedule: values.Schedule, key: str | None, planned_at: int | None) -> int:
    """A run of the acting person."""
    queue_limit.admit(act.connection)
    backend = settings.read(act.connection, "task_log_storage_backend")
    rows = act.connection.execute(
        _RUN, (key, planned_at, own_user_id(act), act.now, act.now, backend, schedule.id)
    ).fetchall()
    return int(rows[0][0])


@value
class _Line:
    """A line of the ledger that did not fire."""

    id: int
    planned_at: int
    until_at: int | None
    count: int
    reason: str | None
    run_id: int | None


def _line_at(act: Act, schedule: values.Schedule, at: int) -> _Line:
    row = act.connection.execute(
        "SELECT id, planned_at, until_at, count, reason, run_id, state FROM occurrence"
        " WHERE schedule_id = ? AND planned_at <= ? ORDER BY planned_at DESC LIMIT 1",
        (schedule.id, at),
    ).fetchone()
    when = iso(Instant(at), schedule.zone)
    if row is None or at > (row[2] or row[1]):
        raise Refused(f"planned: nothing of {shown(schedule.name)} is in the ledger for {when}.")
    if row[6] == OccurrenceState.FIRED:
        raise Refused(f"planned: what {shown(schedule.name)} planned for {when} has run already (run {row[5]}).")
    return _Line(*row[:6])


def _set_apart(connection: sqlite3.Connection, schedule: values.Schedule, line: _Line, at: int) -> None:
    """Give the occurrence a line of its own, out of the counted one of a long gap."""
    second = timedelta(seconds=1)
    first, last, one = from_us(line.planned_at), from_us(line.until_at or line.planned_at), from_us(at)
    try:
        rule = rule_of(schedule, connection)
        is_known = rule.count(first - second, last) == line.count
    except BadValue:
        is_known = False
    if not is_known:
        raise Refused(
            f"planned: {shown(schedule.name)} was changed since; which of its {line.count} times from"
            f" {iso(Instant(line.planned_at), schedule.zone)} on is meant is not known any more. Run it now instead."
        )
    if rule.count(one - second, one) != 1:
        raise Refused(f"planned: nothing of {shown(schedule.name)} was planned for {iso(Instant(at), schedule.zone)}.")
    before, after = rule.last(one - second, first - second), rule.next(one)
    counted = rule.count(first - second, one - second)
    apart: list[tuple[int, int | None, int]] = [
        (line.planned_at, None if before is None else to_us(before), counted),
        (at, None, 1),
    ]
    if at != line.until_at and after is not None:
        apart.append((to_us(after), line.until_at, line.count - counted - 1))
    # The line it comes from keeps the first instant, so the copies are made before it gives way.
    connection.execute("UPDATE occurrence SET planned_at = -planned_at WHERE id = ?", (line.id,))
    for begin, end, count in apart:
        if count:
            connection.execute(_COPY, (begin, end if count > 1 else None, count, line.id))
    connection.execute("DELETE FROM occurrence WHERE id = ?", (line.id,))


@operation("schedule rewind", can_undo=False)
def rewind(
    act: Act, schedule: Annotated[str | None, Help("only this one; else all", "SCHEDULE")] = None
) -> tuple[values.Schedule, ...]:
    """Let schedules go on from now whose past lies in the future, because the clock was ahead.

    What was written down for times that are yet to come is forgotten, unless it ran: what ran never runs twice.
    """
    number = None if schedule is None else one_of(act.connection, "schedule", schedule)
    found = act.connection.execute(
        "SELECT id FROM schedule WHERE cursor_at >= ? AND deleted_at IS NULL AND (? IS NULL OR id = ?) ORDER BY name",
        (act.now + SECOND, number, number),
    ).fetchall()
    for (one,) in found:
        _forget(act, reads.schedule(act.connection, one))
        act.connection.execute("UPDATE schedule SET cursor_at = ? WHERE id = ?", (act.now, one))
        with contextlib.suppress(BadValue):  # a rule that cannot be made is marked on the row already
            ledger.arm(act.connection, one, act.now)
    if found:
        names = ", ".join(shown(reads.schedule(act.connection, one).name) for (one,) in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        journal.describe(act.connection, act.id, f"let go on from now: {names}{more}", can_undo=False)
    return tuple(reads.schedule(act.connection, one) for (one,) in found)


def _forget(act: Act, schedule: values.Schedule) -> None:
    """Lines of a schedule for times after now that did not run, and what of counted lines lies there."""
    act.connection.execute(
        "DELETE FROM occurrence WHERE schedule_id = ? AND planned_at > ? AND run_id IS NULL", (schedule.id, act.now)
    )
    counted = act.connection.execute(
        "SELECT id, planned_at, until_at FROM occurrence WHERE schedule_id = ? AND until_at > ?", (schedule.id, act.now)
    ).fetchall()
    for line, planned_at, until_at in counted:
        begin = from_us(planned_at) - timedelta(seconds=1)
        try:
            rule = rule_of(schedule, act.connection)
        except BadValue:
            return
        count, last = rule.count(begin, act.at), rule.last(act.at, begin)
        if count and last is not None and to_us(last) < until_at:
            act.connection.execute(
                "UPDATE occurrence SET count = ?, until_at = ? WHERE id = ?",
                (count, to_us(last) if count > 1 else None, line),
            )
