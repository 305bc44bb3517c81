"""The journal: what is in it, when, and that it stays small."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.supervisor import journal
from engine.supervisor.events import Exited, Failed
from engine.supervisor.recovery import left_by
from tests.engine.supervisor.harness import Desk, is_gone


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def of(path: Path, key: str) -> list[dict[str, Any]]:
    return [record for record in records(path) if record.get("key") == key]


@pytest.fixture
def path(desk: Desk) -> Path:
    return desk.folder / f"{desk.name}.jsonl"


def test_a_job_is_written_down_from_before_its_start_to_its_end(desk: Desk, path: Path) -> None:
    key = desk.run("exit 3")
    starting, started, exited = of(path, key)
    assert [starting["r"], started["r"], exited["r"]] == ["starting", "started", "exited"]
    assert starting["at"] <= started["at"] <= exited["at"]
    assert started["pid"] == desk.started(key).pid
    assert started["pid_start"] == desk.started(key).pid_start
    assert (exited["code"], exited["signal"], exited["reason"], exited["open"]) == (3, None, "exit", False)


def test_starting_is_written_before_the_command_can_run(desk: Desk, path: Path) -> None:
    key = desk.run(f"grep -c starting {path}")
    assert desk.lines(key) == ["1"]


def test_a_result_is_written_while_leftovers_are_still_being_stopped(desk: Desk, path: Path) -> None:
    key = desk.run("sleep 99 & exit 5")
    first, last = (record for record in of(path, key) if record["r"] == "exited")
    assert (first["code"], first["open"], last["code"], last["open"]) == (5, True, 5, False)
    assert (first["left_behind"], last["left_behind"]) == (0, 1)


def test_what_cannot_start_is_written_too(desk: Desk, path: Path) -> None:
    key = desk.run("true", cwd='/no "such" \\ folder\n')
    assert [record["r"] for record in of(path, key)] == ["starting", "failed"]
    assert of(path, key)[1]["error"] == desk.failed(key).error


def test_only_its_owner_reads_it_and_nobody_else_gets_its_lock(desk: Desk, path: Path) -> None:
    desk.run("true")
    assert path.stat().st_mode & 0o777 == 0o600
    assert desk.folder.stat().st_mode & 0o777 == 0o700
    with path.open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_job_does_not_inherit_the_lock(desk: Desk, path: Path) -> None:
    key = desk.run("setsid sleep 99 > /dev/null 2>&1 &", detach_ok=True)
    desk.close()
    (stayed,) = desk.processes(key)
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.kill(stayed.pid, signal.SIGKILL)
    assert is_gone(stayed.pid)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> journal.Journal:
    monkeypatch.setattr(journal, "COMPACT", 10_000)
    return journal.Journal(str(tmp_path), "small")


def finish(book: journal.Journal, key: str) -> None:
    book.starting(key, 1, False)
    book.started(key, 10, 20, 2)
    book.exited(key, 3, 0, None, "exit", 0, 0, 0, is_open=False)
    book.flush()


def test_it_is_rewritten_without_what_the_engine_has_stored(small: journal.Journal, tmp_path: Path) -> None:
    path = tmp_path / "small.jsonl"
    small.starting("open", 1, True)
    for n in range(1000):
        finish(small, str(n))
        if n != 500:
            small.forget(str(n))
    assert path.stat().st_size < 12_000
    assert [record["r"] for record in of(path, "open")] == ["starting"]
    assert [record["r"] for record in of(path, "500")] == ["starting", "started", "exited"]
    assert [left.alive for left in left_by(tmp_path)] == [True]
    assert [entry.name for entry in tmp_path.iterdir()] == ["small.jsonl"]


def test_it_grows_while_everything_in_it_is_needed(small: journal.Journal, tmp_path: Path) -> None:
    for n in range(200):
        finish(small, str(n))
    for n in range(150, 200):
        small.forget(str(n))
    assert {left_job.key for left_job in next(left_by(tmp_path)).jobs} >= {str(n) for n in range(150)}


def test_a_job_that_cannot_be_written_down_does_not_run(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        desk = Desk(tmp_path / "runs")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    ends = [desk.ended(desk.submit("echo ran")) for _ in range(20)]
    desk.close()
    refused = [end for end in ends if isinstance(end, Failed)]
    assert refused
    assert all("journal cannot be written: File too large" in end.error for end in refused)
    ran = [key for key in (end.key for end in ends if isinstance(end, Exited)) if desk.lines(key) == ["ran"]]
    assert len(ran) + len(refused) == 20


def test_a_full_disk_refuses_new_jobs_and_loses_no_result(tmp_path: Path) -> None:
    book = journal.Journal(str(tmp_path), "full")
    book.starting("first", 1, False)
    book.started("first", 10, 20, 2)
    book.flush()
    limit = book._fd
    full = os.open("/dev/full", os.O_WRONLY)
    real = os.dup(limit)
    os.dup2(full, limit)
    book.exited("first", 3, 7, None, "exit", 0, 0, 0, is_open=False)
    book.flush()
    with pytest.raises(OSError, match="No space left"):
        book.starting("second", 4, False)
    os.dup2(real, limit)
    book.failed("second", 5, "no room")
    book.flush()
    first, second = next(left_by(tmp_path)).jobs
    assert first.exited is not None
    assert first.exited.code == 7
    assert second.failed is not None
    os.close(full)
    os.close(real)
