"""Named points at which the engine kills or faults itself: only for the tests that prove recovery.

`TICKLER_CRASH_AT=claimed` ends the process with SIGKILL when it reaches that point; `raise:claimed` raises
there instead, the first time, to see the loop recover; `stop:claimed` stops it with SIGSTOP, to see what
others do while a transaction is held. Unset, a point costs one comparison.

| point | where |
|---|---|
| `lease` | the lock is held, nothing is recovered yet |
| `recovering` | in the transaction that settles what a dead engine left |
| `recovered` | that transaction is committed |
| `taken` | starts, lines and ends are written, not committed |
| `fired` | occurrences and their runs are written, not committed |
| `claimed` | runs are marked starting, not committed |
| `committed` | a pass is committed, its jobs are not handed to the supervisor |
| `submitted` | the jobs are handed over |
| `heard-start` | the supervisor said that a job started, the store does not know |
| `heard-end` | the supervisor said that a job ended, the store does not know |
| `looked` | tasks of a batch of templates are written, not committed |
| `to-send` | a message is claimed, no process has it |
| `answered` | a message went out, the store does not know |
| `stepped` | what follows steps that ended is written, not committed |
| `followed` | that is committed, the runs of what follows are not claimed |
| `made` | that batch is committed, the next one waits |
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "lease", "recovering", "recovered", "taken", "fired", "claimed", "committed", "submitted", "heard-start",
    "heard-end", "looked", "made", "to-send", "answered", "stepped", "followed",
)  # fmt: skip

_spent: set[str] = set()
_wanted = os.environ.get("TICKLER_CRASH_AT", "")


class Planned(RuntimeError):
    """The fault that `raise:` asked for."""


def point(name: str) -> None:
    """Die, stop or raise here if the environment says so."""
    if not _wanted:
        return
    if _wanted == name:
        os.kill(os.getpid(), signal.SIGKILL)
    how, _, at = _wanted.partition(":")
    if at == name and name not in _spent:
        _spent.add(name)
        if how == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif how == "raise":
            raise Planned(f"a fault was planned at {name!r}")
