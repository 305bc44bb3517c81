"""What supervisors left behind whose engine died: their journals, and processes that outlived both.

For the engine that becomes active, at its start and after a `Lost`: for each `left_by`, wait while `alive`
(its jobs are being stopped), then `kill_survivors`, then store what its jobs say, then `forget`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from engine.supervisor import homes, procfs
from engine.supervisor.events import Exited, Failed, Output, Started
from store.frozen import value

_E = TypeVar("_E", Started, Exited, Failed, Output)
_PATIENCE = 2.0


@value
class LeftJob:
    """The last that is known of a job; the docstring of `journal` tells what the absence of each part means.

    Neither started nor failed: it may have run. `is_over`: nothing of it can be alive. `output`: what the
    dead engine had perhaps not stored; `Output.first` tells it which lines it had. `unsaved_lines` and
    `unsaved_bytes` were too much to keep, beside those that `exited` counts as dropped. `home`: the folders of the
    worker that had it, in which what it left may lie if it is not over.
    """

    key: str
    detach_ok: bool
    started: Started | None
    exited: Exited | None
    failed: Failed | None
    is_over: bool
    output: tuple[Output, ...]
    unsaved_lines: int
    unsaved_bytes: int
    home: str = ""


@value
class Left:
    """A journal. `alive`: its supervisor still runs, and is ending its jobs or serving another engine.

    `here`: pids mean the same as now (same boot, same pid namespace); if not, none of its processes can be
    alive here. `engine_lost_at`: when the supervisor saw its engine die. `crash`: its own last words.
    """

    name: str
    path: Path
    alive: bool
    here: bool
    jobs: tuple[LeftJob, ...]
    engine_lost_at: int | None = None
    crash: str | None = None


def left_by(folder: Path, ours: str | None = None) -> Iterator[Left]:
    """All journals in the folder but that of the supervisor named `ours`, by name."""
    for path in sorted(folder.glob("*.jsonl")):
        if path.stem != ours:
            with contextlib.suppress(FileNotFoundError):
                yield _read(path)


def kill_survivors(left: Left) -> list[int]:
    """Kill what still lives of the jobs of a dead supervisor and wait for its end; the pids.

    A process is one of theirs when it carries a job's mark in its environment, or is the started one (pid and
    start time), or is in the group that one still leads, or descends from one of these. A pid alone proves
    nothing. Of a job that may leave processes behind, those that left its group are spared. Gives up after
    two seconds on what does not die.
    """
    if left.alive or not left.here:
        return []
    jobs = {job.key: job for job in left.jobs if not job.is_over}
    killed: dict[int, None] = {}
    deadline = time.monotonic() + _PATIENCE
    while jobs and time.monotonic() < deadline:
        procs = procfs.everyone()
        found = procfs.tree(procs, _roots(left.name, jobs, procs))
        pidfds = {proc.pid: pidfd for proc in found if (pidfd := _kill(proc)) >= 0}
        if not pidfds:
            break
        killed |= dict.fromkeys(pidfds)
        _await_end(pidfds.values(), deadline)
    return list(killed)


def forget(left: Left) -> None:
    """Remove the journal, after all it says is stored. BlockingIOError while its supervisor lives."""
    if left.alive:
        raise BlockingIOError(f"the supervisor {left.name} still writes its journal")
    left.path.unlink(missing_ok=True)
    left.path.with_suffix(".jsonl.new").unlink(missing_ok=True)
    for home in left.path.parent.glob(f"{homes.PREFIX}{left.name}.*"):
        homes.remove(str(home))


def _roots(name: str, jobs: dict[str, LeftJob], procs: dict[int, procfs.Proc]) -> list[int]:
    led = set()
    for job in jobs.values():
        proc = procs.get(job.started.pid) if job.started else None
        if proc and job.started and proc.start == job.started.pid_start:
            led.add(proc.pid)
    roots = []
    for proc in procs.values():
        if proc.pid in led or proc.group in led:
            roots.append(proc.pid)
            continue
        engine, _, key = (procfs.mark(proc.pid) or "").partition("/")
        if engine == name and key.startswith(homes.PREFIX):  # forked by a worker, or one itself
            roots.append(proc.pid)
            continue
        owner = jobs.get(key) if engine == name else None
        if owner and (not owner.detach_ok or (owner.started and proc.group == owner.started.pid)):
            roots.append(proc.pid)
    return roots


def _kill(proc: procfs.Proc) -> int:
    """Kill exactly this process; its pidfd, -1 when it is gone or not ours to kill."""
    try:
        pidfd = os.pidfd_open(proc.pid)
    except OSError:
        return -1
    try:
        if procfs.is_same(proc):  # the pidfd is of this process, and stays so
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            return pidfd
    except OSError:
        pass
    os.close(pidfd)
    return -1


def _await_end(pidfds: Iterable[int], deadline: float) -> None:
    for pidfd in pidfds:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        os.close(pidfd)


def _read(path: Path) -> Left:
    with path.open("rb") as file:
        alive = not _get_lock(file.fileno())
        records = list(_records(file))
    by_key: dict[str, list[dict[str, Any]]] = {}
    notes: dict[str, dict[str, Any]] = {}
    for record in records:
        if "key" in record:
            by_key.setdefault(record["key"], []).append(record)
        else:
            notes[record["r"]] = record
    return Left(
        path.stem,
        path,
        alive,
        notes.get("journal", {}).get("boot") == procfs.boot(),
        tuple(_job(key, about) for key, about in by_key.items()),
        notes.get("engine lost", {}).get("at"),
        notes.get("crashed", {}).get("error"),
    )


def _get_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _records(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Without a record that a full disk tore."""
    for line in lines:
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict) and "r" in record:
                yield record


def _job(key: str, records: list[dict[str, Any]]) -> LeftJob:
    last = {record["r"]: record for record in records}
    exited, unsaved = last.get("exited", {}), last.get("unsaved", {})
    return LeftJob(
        key=key,
        detach_ok=bool(last.get("starting", {}).get("detach_ok")),
        started=_event(Started, last.get("started")),
        exited=_event(Exited, exited),
        failed=_event(Failed, last.get("failed")),
        is_over="failed" in last or exited.get("open") is False,
        output=tuple(o for r in records if r["r"] == "output" and (o := _event(Output, r))),
        unsaved_lines=unsaved.get("lines", 0),
        unsaved_bytes=unsaved.get("bytes", 0),
        home=str(last.get("started", {}).get("home", "")),
    )


def _event(kind: type[_E], record: dict[str, Any] | None) -> _E | None:
    return kind(**{f.name: record[f.name] for f in fields(kind)}) if record else None
