"""What becomes of runs whose engine or supervisor died. Evidence decides, never age.

| found in the supervisor's journal | then |
|---|---|
| how it ended | that is the result, with its own time, although the engine died |
| it was stopped because the engine died, or it began and nothing more | `lost`: it is never run twice by itself |
| the same, of a controller that says it may be repeated | `pending` again, at most `REPEATS` times, then `lost` |
| it could not be spawned | `failed` |
| nothing, and it was only claimed | it never ran: `pending` again, the attempt is given back |

After a restart of the machine pids mean other processes: nothing is looked at but the results that were
written. A supervisor that still stops its jobs is waited for, while other work goes on.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine import artifacts, closing, crash, loglines
from engine.clock import Clock
from engine.controllers import command_of
from engine.intake import Intake
from engine.live import Live
from engine.rules.loudness import WARNING
from engine.supervisor import homes, recovery
from engine.supervisor.events import Exited
from engine.supervisor.recovery import Left, LeftJob
from engine.told import CHANNEL, STREAM
from store.reads import logs

AGAIN_SECONDS = 0.1
"""How often a supervisor that still stops its jobs is looked at."""
MARGIN_SECONDS = 2.0
REPEATS = 3
"""A run that takes the engine with it each time shall not do so for ever."""

_HELD = """
SELECT r.id, r.fence, r.attempts, r.max_attempts, r.timeout, r.controller, r.params, r.name, r.log_lines,
       r.log_errors, r.dropped_lines, r.dropped_bytes, r.state, r.engine_id, n.boot_id, a.started_at, r.log_backend,
       r.backoff, r.backoff_limit, CASE WHEN r.idempotent THEN max(0, ? - r.lost_count) ELSE 0 END
FROM run r LEFT JOIN node n ON n.id = r.engine_id LEFT JOIN attempt a ON a.run_id = r.id AND a.fence = r.fence
WHERE r.state IN ('starting', 'running') ORDER BY r.id
"""
# The attempt that was lost is none of those that a schedule allows for failures.
_REPEATED = """
UPDATE run SET lost_count = lost_count + 1, max_attempts = max_attempts + 1
WHERE id = ? AND fence = ? AND state = 'pending'
  AND (SELECT state FROM attempt WHERE run_id = run.id AND fence = run.fence) = 'lost'
"""


@dataclass(frozen=True, slots=True)
class Orphan:
    """An open run that nobody has in hand."""

    run: Live
    state: str
    engine_id: str
    is_here: bool


@dataclass(slots=True)
class Estate:
    """What dead supervisors left: their journals, and the processes of theirs that had to be killed."""

    dead: list[Left] = field(default_factory=list)
    dying: list[Left] = field(default_factory=list)
    killed: dict[str, list[int]] = field(default_factory=dict)


class Recovery:
    """Settles orphans, in several looks if supervisors are still dying. `is_over` when none is left."""

    def __init__(self, folder: Path, clock: Clock, boot: str, grace: float) -> None:
        self.is_over = False
        self.settled = 0
        self._folder = folder
        self._clock = clock
        self._boot = boot
        self._deadline = clock.monotonic() + grace + MARGIN_SECONDS
        self._next = 0.0

    def is_due(self) -> bool:
        """Whether it is time for a look."""
        return not self.is_over and self._clock.monotonic() >= self._next

    def look(self, ours: str | None) -> Estate:
        """Read the journals but that of our own supervisor, and kill what outlived the dead ones."""
        self._next = self._clock.monotonic() + AGAIN_SECONDS
        estate = Estate()
        for left in recovery.left_by(self._folder, ours):
            if left.alive:
                estate.dying.append(left)
            else:
                estate.killed[left.name] = recovery.kill_survivors(left)
                estate.dead.append(left)
        return estate

    def settle(self, connection: sqlite3.Connection, estate: Estate, in_hand: set[str]) -> None:
        """Give every orphan its end, in the caller's transaction, but those a dying supervisor may still tell of."""
        jobs = {job.key: (left, job) for left in estate.dead for job in left.jobs}
        patient = self._clock.monotonic() < self._deadline
        self.settled = 0
        for orphan in self._orphans(connection, in_hand):
            is_dying = any(left.name.startswith(orphan.engine_id) for left in estate.dying)
            if is_dying and patient and orphan.run.key not in jobs:
                continue
            left, job = jobs.get(orphan.run.key, (None, None))
            self._settle(connection, orphan, job, estate.killed.get(left.name, []) if left else [])
            self.settled += 1
        crash.point("recovering")

    def forget(self, estate: Estate) -> None:
        """What the journals said is committed."""
        for left in estate.dead:
            recovery.forget(left)
        self.is_over = not estate.dying

    def _orphans(self, connection: sqlite3.Connection, in_hand: set[str]) -> Iterator[Orphan]:
        for row in connection.execute(_HELD, (REPEATS,)).fetchall():
            run_id, fence, number, most, timeout, controller, params, name, lines, errors, gone, size, *rest = row
            state, engine_id, boot, began_at, backend, backoff, limit, repeats = rest
            text = _command(controller, params, name)
            counts = lines, errors, gone, size
            run = Live(
                run_id, fence, number, most, timeout, text, *counts, backend, began_at=began_at,
                backoff=backoff, backoff_limit=limit, repeats=repeats,
            )  # fmt: skip
            if run.key not in in_hand:
                yield Orphan(run, state, engine_id or "?", boot is None or boot == self._boot)

    def _settle(self, connection: sqlite3.Connection, orphan: Orphan, job: LeftJob | None, killed: list[int]) -> None:
        run = orphan.run
        if job is None and orphan.state == "starting" and orphan.is_here:
            words = "the engine died before this was started; it waits again"
            loglines.append(connection, run.run_id, run.attempt, self._clock.now(), words, WARNING)
            closing.given_back(connection, run.run_id, run.fence)
            return
        intake = Intake(self._clock)
        intake.add([run])
        if job is not None:
            self._tell(connection, intake, orphan, job, killed)
        if run.end is None:
            intake.hear([self._vanished(orphan, job)])
        intake.store(connection)
        connection.execute(_REPEATED, run.held)

    def _tell(
        self,
        connection: sqlite3.Connection,
        intake: Intake,
        orphan: Orphan,
        job: LeftJob,
        killed: list[int],
    ) -> None:
        """Let the intake hear what the dead engine did not, or heard and did not store."""
        run = orphan.run
        if job.home and not job.is_over:
            self._inherit(run, job.home)
        if job.started is not None and orphan.state == "starting":
            intake.hear([job.started])
        log = logs.log(connection, run.run_id)
        stored = log.printed(run.attempt)
        run.told.logged = log.printed(run.attempt, (STREAM,))
        for output in job.output:
            if output.stream == CHANNEL:  # its lines of the log are numbered
                intake.hear([output])
                continue
            known = max(0, stored - output.first)
            if known < output.lines:
                lines = output.text.split("\n")[known:]
                intake.hear([replace(output, lines=len(lines), text="\n".join(lines))])
        if killed and not job.is_over:
            pids = ", ".join(str(pid) for pid in killed)
            intake.say(run, f"killed what outlived the engine: pid {pids}", WARNING)
        if job.failed is not None:
            intake.hear([job.failed])
        elif job.exited is not None:
            exited = job.exited
            intake.hear([
                replace(
                    exited,
                    dropped_lines=exited.dropped_lines + job.unsaved_lines,
                    dropped_bytes=exited.dropped_bytes + job.unsaved_bytes,
                )
            ])  # fmt: skip

    def _inherit(self, run: Live, home: str) -> None:
        """What the run of a warm worker left lies in the worker's folders."""
        with contextlib.suppress(OSError):
            homes.hand_over(home, f"{self._folder}/run-{run.run_id}", artifacts.folder_of(run.run_id))

    def _vanished(self, orphan: Orphan, job: LeftJob | None) -> Exited:
        """The end of a run of whose end nobody tells."""
        cause = "unknown" if job is None else "vanished"
        if not orphan.is_here:
            cause = "restarted"
        lost = (job.unsaved_lines, job.unsaved_bytes) if job else (0, 0)
        return Exited(orphan.run.key, self._clock.machine_now(), None, None, cause, 0, *lost)


def _command(controller: str, params: str, name: str) -> str:
    try:
        return command_of(controller, json.loads(params)).text
    except ValueError:
        return name
