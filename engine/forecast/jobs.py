"""Jobs played: what stands in nobody's way by its rule (`plain`), the others by the real firing and claiming.

Runs are not begun: they are marked running and succeed after as long as their last ones took.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from sqlite3 import Connection

from engine import claims, firing
from engine.forecast.collisions import with_collisions
from engine.forecast.plain import Span, end_of, end_words, narrowest, planned
from engine.forecast.rows import Coming, Kind
from engine.ledger import COLUMNS, Standing, off_words, pause_words
from engine.rules.durations import duration_words
from engine.rules.errors import BadValue
from engine.rules.when import Rule
from engine.rules.wording import count_of
from store import settings
from store.enums import OccurrenceState, Overlap
from store.instants import SECOND, Instant, from_us, to_us

MOST_PLAYED = 20_000
"""Occurrences that are fired one by one, of all schedules; what is beyond is taken as if nothing stood in its way."""
NEIGHBOURS = 60
"""So many of the next occurrences tell how near to each other they are."""
_ALL = f"SELECT {COLUMNS} FROM schedule WHERE action = 'run' AND deleted_at IS NULL ORDER BY id"
_LEDGER = """
SELECT s.name, s.id, o.planned_at, o.until_at, o.count, o.state, ifnull(o.reason, ''), r.started_at
FROM occurrence o JOIN schedule s ON s.id = o.schedule_id LEFT JOIN run r ON r.id = o.run_id
WHERE s.action = 'run' ORDER BY o.id
"""
_KINDS = {
    OccurrenceState.FIRED: Kind.RUN,
    OccurrenceState.MERGED: Kind.MERGED,
    OccurrenceState.SKIPPED: Kind.SKIPPED,
    OccurrenceState.MISSED: Kind.MISSED,
}
_WAITED = 60 * SECOND


class Jobs:
    """The jobs of a copy, in `span`. `wanted`: the schedules to be told of, None for all."""

    def __init__(self, copy: Connection, span: Span, wanted: frozenset[int] | None) -> None:
        self._copy = copy
        self._span = span
        self._wanted = wanted
        self._usual: Mapping[int, float] = dict(copy.execute("SELECT schedule_id, seconds FROM usual"))
        self._places = int(settings.read(copy, "task_max_concurrent"))
        self._ends: list[tuple[int, int]] = []
        self._left = MOST_PLAYED
        self._beyond = 0
        self._resuming: set[int] = set()
        self._plain: dict[int, tuple[Standing, int]] = {}
        self._played: set[int] = set()
        self._resting: list[Coming] = []

    def begin(self, now: int) -> None:
        """What is due already, then which of the schedules have to be played."""
        running = "SELECT id, schedule_id, started_at FROM run WHERE state IN ('starting', 'running')"
        for run_id, schedule_id, started in self._copy.execute(running).fetchall():
            self._ends_at(run_id, schedule_id, started or now, now)
        self._fire(now)
        for row in self._copy.execute(_ALL).fetchall():
            self._sort(Standing(*row), now)

    def next_at(self) -> int | None:
        """When there is something to play again, microseconds UTC."""
        waiting = self._copy.execute(
            "SELECT min(available_at) FROM run INDEXED BY run_pending WHERE state = 'pending' AND available_at > ?",
            (self._now,),
        ).fetchone()[0]
        ahead = [firing.next_due(self._copy), waiting, self._ends[0][0] if self._ends else None]
        return min((at for at in ahead if at is not None), default=None)

    def step(self, now: int) -> None:
        """End what is over, fire what is due, and let begin what may."""
        while self._ends and self._ends[0][0] <= now:
            self._end(heapq.heappop(self._ends)[1], now, "succeeded")
        self._fire(now)
        for schedule_id in self._back(now):
            self._resuming.discard(schedule_id)
            row = self._copy.execute(f"SELECT {COLUMNS} FROM schedule WHERE id = ?", (schedule_id,)).fetchone()
            self._resting.append(self._row(Standing(*row), Kind.RESUMED, now, "its pause is over"))
            self._sort(Standing(*row), now)

    def rows(self) -> Iterator[Coming]:
        """Everything, in no order; once, at the end."""
        alone = "SELECT id FROM schedule WHERE is_exclusive = 1 AND action = 'run' AND deleted_at IS NULL"
        exclusive = frozenset(row[0] for row in self._copy.execute(alone).fetchall())
        found = [*self._resting, *self._played_rows(), *self._ended()]
        for schedule, since in self._plain.values():
            if exclusive or self._is_wanted(schedule.id):
                found += self._plain_rows(schedule, since)
        return (row for row in with_collisions(found, exclusive) if self._is_wanted(row.schedule_id))

    def _plain_rows(self, schedule: Standing, since: int) -> Iterator[Coming]:
        span = replace(self._span, since=from_us(since))
        is_alone = self._wanted is not None and self._is_wanted(schedule.id)
        rule = schedule.rule(self._copy)
        return planned(schedule, rule, span, self._usual.get(schedule.id), is_alone=is_alone)

    def _played_rows(self) -> Iterator[Coming]:
        for name, schedule_id, at, until, count, state, reason, started in self._copy.execute(_LEDGER).fetchall():
            seconds = self._usual.get(schedule_id) if state == OccurrenceState.FIRED else None
            yield Coming(
                Instant(at), self._day(at), _KINDS[state], name, schedule=name, count=count, until=until,
                seconds=seconds, why=_waited(reason, at, started), schedule_id=schedule_id,
            )  # fmt: skip

    def assumed(self) -> list[str]:
        """What the rows of runs hang on."""
        words = ["runs succeed and take as long as they did (the median of the last 20; none before: no time at all)"]
        if self._beyond:
            words.append(
                f"{count_of(self._beyond, 'schedule')} with very many runs are never held up: their own last run, "
                "an exclusive one or a slot are not considered"
            )
        return words

    def _sort(self, schedule: Standing, now: int) -> None:
        """Whether it is played, asked for its rule, or at rest."""
        if schedule.next_at is None:
            self._rest(schedule, now)
            return
        try:
            rule = schedule.rule(self._copy)
        except BadValue as fault:
            self._resting.append(self._row(schedule, Kind.BROKEN, now, str(fault)))
            return
        if schedule.pause_reason is not None:
            self._resuming.add(schedule.id)
            return
        since = max(now, schedule.cursor_at)
        if self._can_be_held(schedule, rule, from_us(since)):
            many = rule.count(from_us(since), self._span.until)
            if many <= self._left:
                self._left -= many
                self._played.add(schedule.id)
                return
            self._beyond += 1
        self._plain[schedule.id] = (schedule, since)
        self._copy.execute("UPDATE schedule SET next_at = NULL WHERE id = ?", (schedule.id,))

    def _can_be_held(self, schedule: Standing, rule: Rule, since: datetime) -> bool:
        if schedule.is_exclusive or schedule.slot is not None:
            return True
        if schedule.overlap == Overlap.ALLOW:
            return False
        opened = "SELECT 1 FROM run WHERE schedule_id = ? AND state IN ('pending', 'starting', 'running')"
        seconds = self._usual.get(schedule.id, 0.0)
        waits = " AND state = 'pending'" if seconds <= 0 else ""  # what takes no time is over before the next
        if self._copy.execute(opened + waits, (schedule.id,)).fetchone() is not None:
            return True
        return seconds > 0 and seconds >= narrowest(rule.between(since, self._span.until, NEIGHBOURS))

    def _rest(self, schedule: Standing, now: int) -> None:
        """One that will not run says why, with the number of times."""
        if schedule.error is not None:
            self._resting.append(self._row(schedule, Kind.BROKEN, now, schedule.error))
            return
        if schedule.is_enabled and schedule.pause_reason is None:
            return
        words = (
            pause_words(self._copy, schedule.id, schedule.pause_reason)
            if schedule.is_enabled
            else off_words(self._copy, schedule.id)
        )
        rule = schedule.rule(self._copy)
        first, many = rule.next(self._span.since), rule.count(self._span.since, self._span.until)
        if first is not None and many:
            self._resting.append(self._row(schedule, Kind.SKIPPED, to_us(first), words, many))

    def _fire(self, now: int) -> None:
        self._now = now
        while (due := firing.next_due(self._copy)) is not None and due <= now:
            if not firing.fire_due(self._copy, now).fired and firing.next_due(self._copy) == due:
                break
        for (run_id,) in self._copy.execute(
            "SELECT id FROM run INDEXED BY run_cancelling WHERE cancel_requested_at IS NOT NULL"
            " AND state IN ('pending', 'starting', 'running')"
        ).fetchall():
            self._end(run_id, now, "cancelled")
        claims.expire(self._copy, now)
        found = claims.claim(self._copy, "forecast", now, now, self._places)
        for claim in found.taken:
            number = claim.run.run_id
            schedule_id = self._copy.execute(
                "UPDATE run SET state = 'running', started_at = ? WHERE id = ? RETURNING schedule_id", (now, number)
            ).fetchall()[0][0]
            self._ends_at(number, schedule_id, now, now)
        claims.mark_waiting(self._copy, now, found)

    def _ends_at(self, run_id: int, schedule_id: int | None, started: int, now: int) -> None:
        taken = round(self._usual.get(schedule_id or 0, 0.0) * SECOND)
        heapq.heappush(self._ends, (max(now + 1, started + taken), run_id))

    def _end(self, run_id: int, now: int, state: str) -> None:
        ended = self._copy.execute(
            "UPDATE run SET state = ?, finished_at = ? WHERE id = ? AND state IN ('pending', 'starting', 'running')",
            (state, now, run_id),
        )
        if ended.rowcount:
            firing.finished(self._copy, run_id, now)

    def _back(self, now: int) -> list[int]:
        """Schedules whose pause has ended."""
        if not self._resuming:
            return []
        return [
            number
            for number in self._resuming
            if self._copy.execute("SELECT pause_reason IS NULL FROM schedule WHERE id = ?", (number,)).fetchone()[0]
        ]

    def _ended(self) -> Iterator[Coming]:
        for row in self._copy.execute(_ALL).fetchall():
            schedule = Standing(*row)
            if schedule.id in self._played:
                rule = schedule.rule(self._copy)
                last = end_of(rule, self._span)
                if last is not None:
                    yield self._row(schedule, Kind.ENDED, to_us(last), end_words(rule))

    def _row(self, schedule: Standing, kind: Kind, at: int, why: str, count: int = 1) -> Coming:
        return Coming(
            Instant(at), self._day(at), kind, schedule.name, schedule=schedule.name, count=count, why=why,
            schedule_id=schedule.id,
        )  # fmt: skip

    def _is_wanted(self, schedule_id: int | None) -> bool:
        return self._wanted is None or schedule_id in self._wanted

    def _day(self, at: int) -> date:
        return self._span.day(at)


def _waited(reason: str, at: int, started: int | None) -> str:
    if started is None or started - at < _WAITED:
        return reason
    words = f"begins {duration_words((started - at) / SECOND)} later: something else has its place"
    return f"{reason}; {words}" if reason else words
