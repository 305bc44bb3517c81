"""A disk that fills up in the middle of a run: real files that may not grow, under a real engine.

The engine's files get a limit on their size while it runs, which needs no rights; where a file system may be mounted,
one of some megabytes is filled up.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.clock import SystemClock
from store import settings
from store.connection import connect
from store.enums import RunState
from store.opening import open_store
from tests.engine.engine_stage import add, daemon, log_of, run_of, soon, texts, whole
from tests.engine.stage import rows

LINES = 300_000
CLOCK = SystemClock()


def use(store: Path, backend: str) -> None:
    with closing(connect(store)) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        settings.write(connection, "task_log_storage_backend", backend)


class Said:
    """What an engine says on stderr, while it goes on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[str] = []
        assert process.stderr is not None
        self._thread = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True)
        self._thread.start()

    def _listen(self, stream: Iterator[str]) -> None:
        with contextlib.suppress(ValueError):
            self.lines.extend(stream)

    def has(self, words: str) -> bool:
        return any(words in line for line in list(self.lines))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return filler


def began(store: Path, gate: Path, then: str) -> int:
    """A run that has printed, and waits."""
    os.mkfifo(gate)
    run = add(f"echo before; read x < {gate}; {then}", now=CLOCK.now())
    soon(lambda: "before" in texts(store, run, "stdout"))
    return run


@pytest.mark.parametrize("backend", ["database", "file"])
def test_what_a_run_prints_while_files_may_not_grow_is_stored_when_they_may(tmp_path: Path, backend: str) -> None:
    store = open_store(tmp_path / "desk.db").path
    use(store, backend)
    with daemon(store) as engine:
        said = Said(engine)
        run = began(store, tmp_path / "gate", f"seq 1 {LINES}")
        resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, (64 << 10, resource.RLIM_INFINITY))
        (tmp_path / "gate").write_text("go\n")
        soon(lambda: said.has("the disk is full" if backend == "file" else "file size limit"))
        assert run_of(store, run).state is RunState.RUNNING
        resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        soon(lambda: run_of(store, run).finished_at)
        assert engine.poll() is None
    over = run_of(store, run)
    assert (over.state, over.dropped_lines) == (RunState.SUCCEEDED, 0)
    assert texts(store, run, "stdout") == ["before", *(str(number) for number in range(1, LINES + 1))]
    whole(store)


@pytest.mark.parametrize("backend", ["database", "file"])
def test_a_full_disk_is_waited_out_and_nothing_is_lost(small: Path, tmp_path: Path, backend: str) -> None:
    store = open_store(small / "desk.db").path
    use(store, backend)
    with daemon(store) as engine:
        said = Said(engine)
        run = began(store, tmp_path / "gate", "seq 1 100000; echo kept > $TICKLER_ARTIFACTS/kept")
        saved = log_of(store, run)
        filler = fill(small)
        (tmp_path / "gate").write_text("go\n")
        soon(lambda: said.has("the disk is full"))
        assert log_of(store, run)[: len(saved)] == saved  # reading goes on
        assert run_of(store, run).state is RunState.RUNNING
        filler.unlink()
        soon(lambda: run_of(store, run).finished_at)
        later = add("echo later", now=CLOCK.now())
        soon(lambda: run_of(store, later).finished_at)
        assert engine.poll() is None
    assert run_of(store, run).dropped_lines == 0
    assert texts(store, run, "stdout") == ["before", *(str(number) for number in range(1, 100_001))]
    assert run_of(store, later).state is RunState.SUCCEEDED
    assert rows(store, "SELECT count(*) FROM run WHERE state IN ('starting', 'running')") == [(0,)]
    whole(store)


def test_an_artifact_that_finds_no_room_is_said_and_the_run_goes_on(small: Path, tmp_path: Path) -> None:
    """In the job: half of a copy is no artifact. In the engine: what cannot be taken is left where it lies."""
    store = open_store(small / "desk.db").path
    large = tmp_path / "large"
    large.write_bytes(b"x" * (20 << 20))
    code = (
        "import tickler\\n@tickler.controller(name='copy')\\n"
        f"def go(context):\\n    context.artifact({str(large)!r})\\n    context.log.info('went on')\\n"
    ).replace("\\n", "\n")
    (tmp_path / "copy.py").write_text(code)
    with daemon(store):
        run = add(
            "x", now=CLOCK.now(), controller="python",
            params={"entry": f"{tmp_path / 'copy.py'}:go"},
        )  # fmt: skip
        soon(lambda: run_of(store, run).finished_at)
        shell = add(f"cp {large} $TICKLER_ARTIFACTS/large; rm -f $TICKLER_ARTIFACTS/large; exit 3", now=CLOCK.now())
        soon(lambda: run_of(store, shell).finished_at)
    over = run_of(store, run)
    assert (over.state, over.artifacts) == (RunState.SUCCEEDED, 0), over.reason
    said = texts(store, run, "log")
    assert f"artifact {str(large)!r} is not kept: No space left on device" in said
    assert said[-1] == "went on"
    assert any("No space left on device" in line for line in texts(store, shell, "stderr"))
    assert (run_of(store, shell).reason, run_of(store, shell).artifacts) == ("exit 3", 0)
    whole(store)
