"""How a run changes hands and ends: the writes of every transition, each guarded by the fence.

A fence is raised by every claim. A write that finds another fence, or a state that is over, changes nothing: whoever
wanted it is a zombie that has to kill its child and be silent. States that are over are final.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import NamedTuple

from engine import alerting, firing, ledger
from engine.loglines import Lines
from engine.rules.endings import Verdict
from store.enums import FINAL, Cause, OccurrenceState, RunState

_HELD = "id = ? AND fence = ? AND state IN ('starting', 'running')"
_CHANGE = f"""
UPDATE run SET state = ?, reason = ?, error = ?, exit_code = ?, pid = ?, started_at = ifnull(started_at, ?),
  finished_at = ?, available_at = ifnull(?, available_at), log_lines = ?, log_errors = ?, dropped_lines = ?,
  dropped_bytes = ?
WHERE {_HELD}
"""
_COUNT = f"UPDATE run SET log_lines = ?, log_errors = ?, dropped_lines = ?, dropped_bytes = ? WHERE {_HELD}"
_ATTEMPT = """
UPDATE attempt SET state = ?, error = ?, exit_code = ?, pid = ifnull(?, pid), pid_start = ifnull(?, pid_start),
  started_at = ifnull(started_at, ?), finished_at = ?
WHERE run_id = ? AND fence = ?
"""


class Count(NamedTuple):
    """What a run has printed, all attempts together."""

    lines: int
    errors: int
    dropped_lines: int
    dropped_bytes: int


class Start(NamedTuple):
    """The process of an attempt, and when it began, microseconds UTC."""

    pid: int
    pid_start: int
    at: int


@dataclass(slots=True)
class Batch:
    """Changes of runs in hand that are written together: three statements for any number of runs.

    The caller has seen in the same transaction that each run is open under its fence.
    """

    lines: Lines = field(default_factory=Lines)
    _changes: list[tuple[object, ...]] = field(default_factory=list)
    _counts: list[tuple[object, ...]] = field(default_factory=list)
    _attempts: list[tuple[object, ...]] = field(default_factory=list)
    _over: list[tuple[int, int]] = field(default_factory=list)
    _unbegun: list[tuple[int, int]] = field(default_factory=list)

    def counted(self, held: tuple[int, int], count: Count) -> None:
        """Lines were added to the run (id and fence), which goes on."""
        self._counts.append((*count, *held))

    def started(self, held: tuple[int, int], start: Start, count: Count) -> None:
        """starting -> running."""
        state = RunState.RUNNING
        self._changes.append((state, None, None, None, start.pid, start.at, None, None, *count, *held))
        self._attempts.append((state, None, None, start.pid, start.pid_start, start.at, None, *held))

    def ended(
        self,
        held: tuple[int, int],
        verdict: Verdict,
        at: int,
        code: int | None,
        count: Count,
        start: Start | None,
        again: tuple[int, str] | None = None,
    ) -> None:
        """An attempt is over, and with it the run, unless `again` says when (microseconds UTC) and why it goes on.

        `start` if it was not written before.
        """
        pid, pid_start, began = (start.pid, start.pid_start, start.at) if start else (None, None, None)
        changed: tuple[object, ...]
        if again is not None:
            later, why = again
            changed = (RunState.PENDING, why, verdict.error, code, None, began, None, later)
        else:
            self._over.append((held[0], at))
            changed = (verdict.state, verdict.reason, verdict.error, code, None, began, at, None)
        self._changes.append((*changed, *count, *held))
        self._attempts.append((verdict.state, verdict.error, code, pid, pid_start, began, at, *held))

    def unbegun(self, held: tuple[int, int]) -> None:
        """It was handed over and never started: it waits again."""
        self._unbegun.append(held)

    def write(self, connection: sqlite3.Connection) -> None:
        """In the caller's transaction."""
        for held in self._unbegun:
            given_back(connection, *held)
        self.lines.write(connection)
        for statement, rows in ((_CHANGE, self._changes), (_COUNT, self._counts), (_ATTEMPT, self._attempts)):
            if rows and connection.executemany(statement, rows).rowcount != len(rows):
                raise RuntimeError("a run was written that is not in hand")
        alerting.ended(connection, [run_id for run_id, _ in self._over])
        for run_id, at in self._over:
            firing.finished(connection, run_id, at)


def given_back(connection: sqlite3.Connection, run_id: int, fence: int) -> bool:
    """A claimed run that certainly never began: -> pending, and the attempt does not count."""
    rows = connection.execute(
        f"UPDATE run SET state = 'pending', reason = NULL, engine_id = NULL, attempts = attempts - 1 WHERE {_HELD}",
        (run_id, fence),
    ).rowcount
    connection.execute("DELETE FROM attempt WHERE run_id = ? AND fence = ?", (run_id, fence))
    return bool(rows)


def dropped(connection: sqlite3.Connection, run_id: int, verdict: Verdict, at: int) -> bool:
    """pending -> a state that is final, without having been executed (again)."""
    if verdict.state not in FINAL:
        raise ValueError(f"{verdict.state} is not final")
    if verdict.state is RunState.CANCELLED:
        words = verdict.reason or "cancelled"
        ledger.unbegun(connection, run_id, at, OccurrenceState.SKIPPED, Cause.CANCELLED, words)
    rows = connection.execute(
        "UPDATE run SET state = ?, reason = ?, error = ifnull(?, error), finished_at = ?, fence = fence + 1"
        " WHERE id = ? AND state = 'pending'",
        (verdict.state, verdict.reason, verdict.error, at, run_id),
    ).rowcount
    if rows:
        alerting.ended(connection, [run_id])
        firing.finished(connection, run_id, at)
    return bool(rows)
