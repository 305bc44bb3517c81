"""What the supervisor tells becomes rows.

In two steps, because the store may be busy or full: `hear` keeps in memory what was said, `store` writes all
of it in the caller's transaction and may be repeated until a commit holds, `settled` then forgets it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from engine import artifacts, crash
from engine.clock import Clock
from engine.closing import Batch, Count, Start
from engine.live import Live
from engine.rules.endings import Verdict, last_lines, next_try, one_line, repeat, told_verdict, verdict
from engine.rules.loudness import ERROR, INFO, WARNING
from engine.rules.retries import retry_delay
from engine.supervisor.events import Dropping, Event, Exited, Failed, Lost, Output, Started
from store.enums import RunState
from store.instants import SECOND

_HELD = """
SELECT r.id, r.fence, CASE WHEN r.cancel_requested_at IS NOT NULL THEN ifnull(u.name, 'the engine') END
FROM run r LEFT JOIN user u ON u.id = r.cancel_by
WHERE r.id IN (SELECT value FROM json_each(?)) AND r.state IN ('starting', 'running')
"""


class Intake:
    """The runs in hand, by key, and what the store does not know of them yet.

    `lost` says that the supervisor died, `last_words` why. `zombies` are runs that somebody else has taken over:
    their children are to be killed, and nothing of them is written.
    """

    def __init__(self, clock: Clock) -> None:
        self.live: dict[str, Live] = {}
        self.lost = False
        self.last_words = ""
        self.zombies: list[str] = []
        self._clock = clock
        self._touched: dict[str, Live] = {}
        self._over: list[str] = []

    @property
    def has_news(self) -> bool:
        """Whether there is something to store."""
        return bool(self._touched) or self.lost

    @property
    def has_ends(self) -> bool:
        """Whether one of the runs in hand is over."""
        return any(run.end is not None for run in self._touched.values())

    def add(self, runs: Iterable[Live]) -> None:
        """Take claimed runs in hand, after their claim is committed."""
        self.live.update((run.key, run) for run in runs)

    def hear(self, events: Iterable[Event]) -> bool:
        """Keep what was said; whether any of it is more than output, so that somebody may wait for it."""
        urgent = False
        for event in events:
            if isinstance(event, Lost):
                self.lost = urgent = True
                self.last_words = event.error
                continue
            run = self.live.get(event.key)
            if run is not None:
                self._touched[event.key] = run
                urgent = self._hear(run, event) or urgent
        return urgent

    def say(self, run: Live, line: str, level: int = INFO) -> None:
        """Add a line of tickler's own to a run in hand."""
        run.say(self._clock.now(), line, level)
        self._touched[run.key] = run

    def store(self, connection: sqlite3.Connection) -> list[Live]:
        """Write what is kept; the runs that left our hands by it. Repeatable until `settled`."""
        self.zombies, self._over = [], []
        if not self._touched:
            return []
        ids = f"[{','.join([str(run.run_id) for run in self._touched.values()])}]"
        held = {(run_id, fence): who for run_id, fence, who in connection.execute(_HELD, (ids,)).fetchall()}
        batch = Batch()
        for run in self._touched.values():
            if run.held in held:
                run.told.write(connection, run.held, run.began_at)
                self._store(batch, run, held[run.held])
            else:
                self.zombies.append(run.key)
        batch.write(connection)
        return [self.live[key] for key in self._over]

    def settled(self) -> None:
        """What `store` wrote is committed."""
        for run in self._touched.values():
            run.stored()
        self._touched = {}
        for key in (*self._over, *self.zombies):
            self.live.pop(key, None)

    def abandon(self) -> None:
        """Let go of the runs in hand; the store knows all that was heard of them."""
        self.live = {}
        self._touched = {}
        self.lost = False

    def _hear(self, run: Live, event: Started | Output | Dropping | Exited | Failed) -> bool:
        if isinstance(event, Output):
            run.print(event, self._clock.of_machine(event.at))
            return False
        if isinstance(event, Dropping):
            run.gap = event.lines, event.bytes
            return False
        at = self._clock.of_machine(event.at)
        if isinstance(event, Started):
            run.start, run.began_at = Start(event.pid, event.pid_start, at), at
            if run.attempt > 1:
                run.told.progress = 0, "", "", at
            run.say(at, f"start  {one_line(run.command)}  pid {event.pid}")
            crash.point("heard-start")
            return True
        if isinstance(event, Exited):
            self._take_artifacts(run, at)
            run.gap = event.dropped_lines, event.dropped_bytes
        run.end = event
        crash.point("heard-end")
        return True

    def _take_artifacts(self, run: Live, at: int) -> None:
        """All processes of the attempt are dead: what it left can be taken without anybody changing it."""
        run.told.artifacts, warnings = artifacts.take(run.run_id, at)
        for words in warnings:
            run.say(at, words, WARNING)

    def _store(self, batch: Batch, run: Live, cancelled_by: str | None) -> None:
        if run.end is not None:
            self._over.append(run.key)
            if _never_began(run.end) and cancelled_by is None:
                batch.unbegun(run.held)
                return
        batch.lines.add(run.unstored)
        if run.end is not None:
            self._end(batch, run, run.end, cancelled_by)
        elif run.start is not None:
            batch.started(run.held, run.start, run.count)
        else:
            batch.counted(run.held, run.count)

    def _end(self, batch: Batch, run: Live, end: Exited | Failed, cancelled_by: str | None) -> None:
        at = self._clock.of_machine(end.at)
        code, judged = _judged(run, end, cancelled_by)
        left_behind = end.left_behind if isinstance(end, Exited) else 0
        began = at if run.began_at is None else run.began_at
        errors, seq, last = run.errors, run.lines, run.new_lines()
        again = _again(run, judged, at, cancelled_by)
        for line, level in last_lines(judged, (at - began) / SECOND, left_behind, *run.gap, again and again[1]):
            seq += 1
            errors += level >= ERROR
            last.say(run.run_id, seq, run.attempt, at, line, level)
        last.settle(run.run_id)
        batch.lines.add(last)
        count = Count(seq, errors, *run.count[2:])
        batch.ended(run.held, judged, at, code, count, run.start, again)


def _again(run: Live, judged: Verdict, at: int, cancelled_by: str | None) -> tuple[int, str] | None:
    """When (microseconds UTC) and why the run goes on after an attempt that is over, if it does."""
    if judged.state is RunState.LOST and run.repeats and cancelled_by is None:
        return at, repeat(str(judged.reason), run.repeats)
    if not judged.may_retry or run.attempt >= run.max_attempts:
        return None
    later = at + round(retry_delay(run.attempt, run.run_id, run.backoff, run.backoff_limit) * SECOND)
    return later, next_try(str(judged.reason), run.attempt + 1, run.max_attempts)


def _never_began(end: Exited | Failed) -> bool:
    """Whether the supervisor was ended while the job still waited in it."""
    return isinstance(end, Exited) and end.reason == "cancelled" and end.code is end.signal and not end.left_behind


def _judged(run: Live, end: Exited | Failed, cancelled_by: str | None) -> tuple[int | None, Verdict]:
    """Exit code (negative: ended by that signal) and what it means."""
    if isinstance(end, Failed):
        return None, Verdict(RunState.FAILED, f"not started: {end.error}", end.error)
    code = end.code if end.signal is None else -end.signal
    found = verdict(end.reason, end.code, end.signal, run.timeout, cancelled_by)
    return code, told_verdict(run.told.end, end.reason, found, cancelled_by) if run.told.has_begun else found
