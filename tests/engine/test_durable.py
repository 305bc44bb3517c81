"""What the store says is over has its log file and artifacts on the disk before that is said."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine import artifacts
from store import paths, settings
from store.connection import connect
from store.enums import RunState
from store.logfile import file_of
from tests.engine.engine_stage import Stage, log_of, texts, whole
from tests.engine.stage import desk, rows

__all__ = ["desk"]


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    """An engine whose runs log to files."""
    with closing(connect(desk)) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        settings.write(connection, "task_log_storage_backend", "file")
    with Stage(desk) as made:
        yield made
    whole(desk)


@pytest.fixture
def synced(desk: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was synced below the folder of files, and what the store said of the last run at that moment."""
    calls, folder = list[tuple[str, str]](), paths.files_folder(desk)

    def recorded(real: Any) -> Any:
        def sync(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_relative_to(folder):
                state = rows(desk, "SELECT state FROM run ORDER BY id DESC LIMIT 1")[0][0]
                calls.append((str(path.relative_to(folder)), state))
            real(descriptor)

        return sync

    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, recorded(getattr(os, name)))
    return calls


def test_the_log_and_the_artifacts_are_on_the_disk_before_the_run_is_over(
    stage: Stage, synced: list[tuple[str, str]]
) -> None:
    run = stage.do("seq 1 2000; echo x > $TICKLER_ARTIFACTS/a; echo y > $TICKLER_ARTIFACTS/b")
    assert run.state is RunState.SUCCEEDED
    log = file_of(run.id)
    for name in (log, str(Path(log).parent), str(run.id), f"{run.id}/a", f"{run.id}/b", "."):
        assert name in [path for path, _ in synced], name
    assert {state for _, state in synced} <= {"starting", "running"}


def test_lines_are_not_synced_one_by_one(stage: Stage, synced: list[tuple[str, str]], tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    run = stage.add(f"for n in 1 2 3 4 5; do echo $n; sleep 0.03; done; read x < {gate}")
    stage.until(lambda: len(log_of(stage.store, run)) == 6)
    assert file_of(run) not in [path for path, _ in synced]
    gate.write_text("go\n")
    stage.over(run)
    assert [path for path, _ in synced].count(file_of(run)) == 1


def test_every_attempt_is_on_the_disk_when_it_is_over(stage: Stage, synced: list[tuple[str, str]]) -> None:
    run = stage.add("exit 1", max_retries=1)
    stage.until(lambda: rows(stage.store, "SELECT state FROM attempt WHERE run_id = ?", run) == [("failed",)])
    assert [path for path, _ in synced].count(file_of(run)) == 1
    stage.turn(3600)
    stage.over(run)
    assert [path for path, _ in synced].count(file_of(run)) == 2


def test_a_slow_disk_does_not_hold_other_runs_up(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A job leaves a gigabyte; here the disk does not answer until somebody opens the gate."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    real = artifacts.settle

    def slow(path: Path) -> None:
        if path.name == "large":
            gate.read_text()
        real(path)

    monkeypatch.setattr(artifacts, "settle", slow)
    monkeypatch.setattr(artifacts, "_PATIENCE", 0.05)
    run = stage.do("echo x > $TICKLER_ARTIFACTS/large")
    assert (run.state, run.artifacts) == (RunState.SUCCEEDED, 1)
    assert stage.do("true").state is RunState.SUCCEEDED
    gate.write_text("")


def test_a_disk_that_is_full_at_last_is_a_warning_of_the_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    real = artifacts.settle

    def full(path: Path) -> None:
        if path.name == "large":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path)

    monkeypatch.setattr(artifacts, "settle", full)
    run = stage.do("echo x > $TICKLER_ARTIFACTS/large")
    assert "artifact  'large' may be damaged: No space left on device" in texts(stage.store, run.id, "engine")
