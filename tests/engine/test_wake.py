"""The bell of an engine, and how other processes ring it."""

from __future__ import annotations

import os
import select
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.wake import Bell, tell
from store.paths import wake_file


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def bell(store: Path) -> Iterator[Bell]:
    made = Bell(store)
    made.listen()
    yield made
    made.close()


def rings(bell: Bell, seconds: float = 5) -> bool:
    return bool(select.select(bell.descriptors(), [], [], seconds)[0])


def test_nobody_listens(store: Path) -> None:
    tell(store)
    os.mkfifo(wake_file(store))
    tell(store)


def test_another_process_is_heard_once(store: Path, bell: Bell) -> None:
    assert not bell.heard()
    subprocess.run(
        [sys.executable, "-c", f"from pathlib import Path; from engine.wake import tell; tell(Path({str(store)!r}))"],
        check=True,
    )
    assert rings(bell)
    assert bell.heard()
    assert not rings(bell, 0)
    assert not bell.heard()


def test_another_thread_ends_the_wait(bell: Bell) -> None:
    thread = threading.Timer(0.05, bell.ring)
    thread.start()
    assert rings(bell)
    thread.join()
    assert bell.heard()


def test_full_pipe_keeps_nobody_waiting(store: Path, bell: Bell) -> None:
    for _ in range(70_000):
        bell.ring()
    for _ in range(10):
        tell(store)
    assert bell.heard()
    assert not bell.heard()


def test_pipe_is_for_its_owner_alone_and_stays(store: Path, bell: Bell) -> None:
    found = wake_file(store).stat()
    assert stat.S_ISFIFO(found.st_mode)
    assert found.st_mode & 0o077 == 0
    bell.close()
    assert wake_file(store).exists()
    tell(store)


def test_ring_after_the_close_reaches_no_other_file(store: Path, tmp_path: Path) -> None:
    bell = Bell(store)
    bell.close()
    with (tmp_path / "other").open("wb") as other:
        bell.ring()
        other.flush()
    assert (tmp_path / "other").read_bytes() == b""


def test_other_file_in_the_place_of_the_pipe_is_left_alone(store: Path) -> None:
    wake_file(store).write_text("mine")
    bell = Bell(store)
    bell.listen()
    tell(store)
    bell.ring()
    assert bell.heard()
    bell.close()
    assert wake_file(store).read_text() == "mine"
