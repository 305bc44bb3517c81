"""The ledger: every planned instant of a schedule as exactly one line, or inside one counted line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from engine.rules.errors import BadValue, shown
from engine.rules.missed import Gap, Verdict, alike
from engine.rules.when import Rule
from engine.rules.zones import local
from engine.timing import on_calendar, rule_from
from store import journal
from store.enums import Cause, OccurrenceState
from store.instants import from_us, to_us


class Standing(NamedTuple):
    """A schedule as the engine sees it: columns as they are stored, in the order of `COLUMNS`, and the starts of the
    machine if it happens at them.
    """

    id: int
    name: str
    rev: int
    cursor_at: int
    next_at: int | None
    spec: str | None
    moment: int | None
    repeat_axis: str | None
    repeat_step: int | None
    is_recurring: int
    zone: str
    anchor_at: int
    start_at: int | None
    end_at: int | None
    max_count: int | None
    excluded_dates: str
    controller: str
    params: str
    timeout: int
    max_retries: int
    missed: str
    missed_limit: int
    max_lateness: int | None
    start_window: int | None
    jitter: int
    overlap: str
    is_exclusive: int
    slot: str | None
    slot_places: int
    backoff: int
    backoff_limit: int
    is_enabled: int
    pause_reason: str | None
    paused_until: int | None
    error: str | None
    deleted_at: int | None
    roll: str
    calendar_id: int | None
    boots: str | None

    def rule(self, connection: sqlite3.Connection) -> Rule:
        """When it happens, on the working days of its calendar if it rolls; BadValue if that cannot be told."""
        rule = rule_from(
            self.spec, self.moment, self.repeat_axis, self.repeat_step, bool(self.is_recurring), self.zone,
            self.anchor_at, self.start_at, self.end_at, self.max_count, self.excluded_dates,
            self.boots,
        )  # fmt: skip
        return on_calendar(rule, connection, self.roll, self.calendar_id)


_BOOTS = "CASE WHEN spec LIKE '%boot%' THEN (SELECT value FROM meta WHERE key = 'boots') END"
COLUMNS = ", ".join([*Standing._fields[:-1], _BOOTS])

_LINE = """
INSERT INTO occurrence (schedule_id, planned_at, until_at, count, state, reason, late, run_id, merged_into,
                        decided_at, cause)
VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT id FROM run WHERE dedupe_key = ?), ?, ?, ?)
ON CONFLICT (schedule_id, planned_at) DO NOTHING
"""

_UNBEGUN = """
UPDATE occurrence SET state = ?, cause = ?, reason = ?, late = 0, decided_at = ? WHERE run_id = ? AND state = 'fired'
  AND EXISTS (SELECT 1 FROM run WHERE id = occurrence.run_id AND state = 'pending' AND attempts = 0)
RETURNING schedule_id, planned_at
"""
# What was merged stands close before it, in a hundred lines at most: a ledger of years is not searched.
_UNMERGE = """
UPDATE occurrence SET state = ?, cause = ?, reason = ifnull(reason || '; ', '') || ?, decided_at = ?, merged_into = NULL
WHERE id IN (
  SELECT id FROM (
    SELECT id, state, merged_into FROM occurrence WHERE schedule_id = ? AND planned_at < ?
    ORDER BY planned_at DESC LIMIT 1000)
  WHERE state = 'merged' AND merged_into = ?)
"""

Line = tuple[int, int, int | None, int, str, str | None, int, str | None, int | None, int, str | None]


def standing(connection: sqlite3.Connection, schedule_id: int) -> Standing:
    """The schedule of that id, which must be there."""
    row = connection.execute(f"SELECT {COLUMNS} FROM schedule WHERE id = ?", (schedule_id,)).fetchone()
    return Standing(*row)


def dedupe_key(schedule_id: int, planned_us: int) -> str:
    """What makes a second run of one occurrence impossible. No revision in it: an edit cannot fire again."""
    return f"s:{schedule_id}:{planned_us}"


def line(schedule_id: int, verdict: Verdict, now_us: int) -> Line:
    """A verdict as a row; the run of a fired one is found by its key."""
    planned = to_us(verdict.planned)
    fired = verdict.state is OccurrenceState.FIRED
    return (
        schedule_id,
        planned,
        None if verdict.until is None else to_us(verdict.until),
        verdict.count,
        verdict.state.value,
        verdict.reason,
        now_us - planned if fired else 0,
        dedupe_key(schedule_id, planned) if fired else None,
        None if verdict.merged_into is None else to_us(verdict.merged_into),
        now_us,
        verdict.cause,
    )


def write(connection: sqlite3.Connection, lines: Iterable[Line]) -> None:
    """Add lines. An instant that has its line keeps it: what was decided once stays decided."""
    connection.executemany(_LINE, lines)


def close(
    connection: sqlite3.Connection, schedule: Standing, now_us: int, state: OccurrenceState, reason: str, cause: Cause
) -> None:
    """End all that is planned up to now and undecided as `state`, and move the cursor to now.

    For a schedule whose rule cannot be made any more only the cursor moves: nobody knows what was planned.
    """
    if schedule.cursor_at >= now_us:
        return
    if schedule.error is None:
        verdicts = alike(
            schedule.rule(connection), from_us(schedule.cursor_at), from_us(now_us), state, reason, cause=cause
        )
        write(connection, [line(schedule.id, verdict, now_us) for verdict in verdicts])
    advance(connection, schedule.id, now_us)


def unbegun(
    connection: sqlite3.Connection, run_id: int, now_us: int, state: OccurrenceState, cause: Cause, reason: str
) -> None:
    """The run of an occurrence is about to be dropped without ever having begun, so the occurrence did not fire.

    Nor did what was merged into it: nothing stood for that, so it ends as the one that should have.
    """
    head = connection.execute(_UNBEGUN, (state, cause, reason, now_us, run_id)).fetchall()
    for schedule_id, planned_at in head:
        zone = connection.execute("SELECT zone FROM schedule WHERE id = ?", (schedule_id,)).fetchone()[0]
        words = f"merged into the one of {_clock(planned_at, zone)}, which did not run: {reason}"
        connection.execute(_UNMERGE, (state, cause, words, now_us, schedule_id, planned_at, planned_at))


def expired(connection: sqlite3.Connection, run_id: int, now_us: int) -> None:
    """The same for one whose window is over: `expired: not begun by 10:05, waiting: exclusive`."""
    row = connection.execute(
        "SELECT r.not_after, r.reason, s.zone, s.error IS NOT NULL FROM run r JOIN schedule s ON s.id = r.schedule_id"
        " WHERE r.id = ?",
        (run_id,),
    ).fetchone()
    if row is not None:
        not_after, waited_for, zone, is_broken = row
        by = local(from_us(not_after), "UTC" if is_broken else zone)
        words = f"expired: not begun by {by:%Y-%m-%d %H:%M:%S}, {waited_for or 'no place was free'}"
        unbegun(connection, run_id, now_us, OccurrenceState.MISSED, Cause.EXPIRED, words)


def _clock(at: int, zone: str) -> str:
    """`2025-06-04 10:00` on the schedule's clock; of one from another machine whose zone is not known here, in UTC."""
    try:
        return f"{local(from_us(at), zone):%Y-%m-%d %H:%M}"
    except BadValue:
        return f"{from_us(at):%Y-%m-%d %H:%M} UTC"


def silence(connection: sqlite3.Connection, since_us: int, now_us: int) -> Gap | None:
    """The time from the last sign of life of any engine until now, if what was due at `since_us` fell into it."""
    row = connection.execute(
        "SELECT max(beat_at) FROM node WHERE state IN ('active', 'stopped') AND beat_at <= ?", (now_us,)
    ).fetchone()
    if row[0] is None or row[0] > since_us:
        return None
    return Gap(Cause.DOWN, from_us(row[0]), from_us(now_us))


def advance(connection: sqlite3.Connection, schedule_id: int, now_us: int) -> None:
    """Leave behind what was planned until now. The cursor never goes back."""
    connection.execute("UPDATE schedule SET cursor_at = max(cursor_at, ?) WHERE id = ?", (now_us, schedule_id))


def arm(connection: sqlite3.Connection, schedule_id: int, now_us: int) -> int | None:
    """Work out anew when the engine must look at the schedule, and say so in `next_at`, which is returned.

    That is the first occurrence later than both cursor and now: never retroactive. While it is paused it is
    the end of the pause; off, deleted or ended it is nothing. Raises BadValue if the rule cannot be made.
    """
    schedule = standing(connection, schedule_id)
    found = schedule.rule(connection).next(from_us(max(schedule.cursor_at, now_us)))
    next_at: int | None = None if found is None else to_us(found)
    if schedule.deleted_at is not None or not schedule.is_enabled:
        next_at = None
    elif schedule.pause_reason is not None:
        next_at = schedule.paused_until
    connection.execute("UPDATE schedule SET next_at = ?, error = NULL WHERE id = ?", (next_at, schedule_id))
    return next_at


def rearm(connection: sqlite3.Connection, schedule_id: int, now_us: int, reason: str) -> None:
    """Work out anew what the journal does not keep, after an undo or redo put columns of a schedule back.

    What a schedule that is on missed until now is skipped with that reason; one that is off or paused gets
    its lines when it comes back. A rule that cannot be made is marked on the row.
    """
    if not connection.execute("SELECT 1 FROM schedule WHERE id = ?", (schedule_id,)).fetchone():
        return
    schedule = standing(connection, schedule_id)
    try:
        if schedule.deleted_at is None and schedule.is_enabled and schedule.pause_reason is None:
            close(connection, schedule, now_us, OccurrenceState.SKIPPED, reason, Cause.EDITED)
        arm(connection, schedule_id, now_us)
    except BadValue as fault:
        quarantine(connection, schedule, str(fault))


def quarantine(connection: sqlite3.Connection, schedule: Standing, why: str) -> None:
    """Mark a schedule that cannot be planned: people must see it, and no pass shall stumble over it again."""
    connection.execute(
        "UPDATE schedule SET error = ?, next_at = NULL WHERE id = ? AND rev = ?",
        (f"It is not known when this happens: {shown(why, 500)}", schedule.id, schedule.rev),
    )


def pause_words(connection: sqlite3.Connection, schedule_id: int, reason: str | None) -> str:
    """`paused by ana: disk move`; the journal knows who."""
    words = f"paused by {_who(connection, schedule_id, 'pause_reason')}"
    return f"{words}: {reason}" if reason else words


def off_words(connection: sqlite3.Connection, schedule_id: int) -> str:
    """`switched off by ana`."""
    return f"switched off by {_who(connection, schedule_id, 'is_enabled')}"


def _who(connection: sqlite3.Connection, schedule_id: int, column: str) -> str:
    """Who last changed the column, or made the row."""
    rows = connection.execute(
        "SELECT a.actor, c.action, c.after FROM change c JOIN act a ON a.id = c.act_id"
        " WHERE c.kind = 'schedule' AND c.row_id = ? ORDER BY c.id DESC",
        (schedule_id,),
    ).fetchall()
    for actor, action, after in rows:
        if action == "insert" or column in journal.parse(after):
            return str(actor)
    return "somebody"
