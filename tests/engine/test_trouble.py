"""What the engine does when the store is locked or full, or a step of its own fails."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine import crash
from engine.clock import SystemClock
from engine.engine import Engine
from engine.loop import Loop
from engine.thread import EngineThread
from store import settings
from store.connection import connect
from store.database import session
from store.enums import NodeState, RunState
from store.errors import StoreTrouble
from tests.engine.engine_stage import Stage, add, run_of, soon, states, texts, whole
from tests.engine.stage import desk, rows

__all__ = ["desk"]

CLOCK = SystemClock()


@contextlib.contextmanager
def running(store: Path) -> Iterator[EngineThread]:
    thread = EngineThread(store)
    thread.start()
    try:
        soon(lambda: thread.state is NodeState.ACTIVE)
        yield thread
    finally:
        assert thread.stop(5)
    whole(store)


def test_full_store_is_said_and_everything_heard_is_stored_when_there_is_room(desk: Path) -> None:
    with Stage(desk) as stage:
        run = stage.add("echo up; read x; echo never")
        late = stage.add("seq 1 2000; exit 3")
        stage.step()
        with session() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(StoreTrouble, match="the disk is full"):
                stage.over(run, late)
            assert run_of(desk, run).id == run
            with pytest.raises(StoreTrouble, match="the disk is full"):
                stage.step()
            connection.execute("PRAGMA max_page_count = 1000000")
        runs = stage.over(run, late)
        assert [each.state for each in runs] == [RunState.SUCCEEDED, RunState.FAILED]
        assert texts(desk, late, "stdout") == [str(number) for number in range(1, 2001)]
    whole(desk)


def test_locked_store_is_told_and_the_engine_goes_on_afterwards(desk: Path) -> None:
    with running(desk) as thread, closing(connect(desk)) as other:
        run = add("echo hello", now=CLOCK.now())
        other.execute("BEGIN IMMEDIATE")
        thread.wake()
        soon(lambda: thread.trouble, 15)
        assert thread.trouble.startswith("the store is locked by ")
        assert run_of(desk, run).state is RunState.PENDING
        other.execute("ROLLBACK")
        soon(lambda: run_of(desk, run).finished_at)
        soon(lambda: not thread.trouble)


def test_fault_in_a_step_is_said_and_the_next_step_goes_on(
    desk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(crash, "_wanted", "raise:claimed")
    monkeypatch.setattr(crash, "_spent", set())
    with running(desk) as thread:
        run = add("true", now=CLOCK.now())
        thread.wake()
        soon(lambda: thread.trouble)
        assert thread.trouble == "a fault was planned at 'claimed'"
        assert run_of(desk, run).state is RunState.PENDING
        soon(lambda: run_of(desk, run).finished_at)
        soon(lambda: not thread.trouble)
    assert "a step of the engine failed" in caplog.text
    assert rows(desk, "SELECT attempts FROM run") == [(1,)]


def test_five_faults_in_a_row_are_a_failure(desk: Path) -> None:
    """An engine that never gets to work: a daemon ends, so that somebody sees it."""
    stop, said = threading.Event(), list[str]()
    engine = Engine(CLOCK, "test")
    loop = Loop(engine, CLOCK, stop, said.append, pause=0.01)
    loop.run(ends_when_failed=True)
    assert loop.has_failed
    assert said[-1].startswith("FAILED: ")
    assert not stop.is_set()
    engine.close()


def test_a_full_disk_is_no_failure_however_long_it_lasts(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that ended would take the jobs that run with it, and could not begin again either."""
    with closing(connect(desk)) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        settings.write(connection, "task_log_storage_backend", "file")
    run, tries, real = add("echo hello", now=CLOCK.now()), list[int](), os.pwrite

    def full(descriptor: int, data: bytes, place: int) -> int:
        tries.append(place)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    stop, said = threading.Event(), list[str]()
    engine = Engine(CLOCK, "test")
    loop = Loop(engine, CLOCK, stop, said.append, pause=0.001)

    def work() -> None:
        engine.open()
        loop.run(ends_when_failed=True)
        engine.close()

    thread = threading.Thread(target=work)
    thread.start()
    soon(lambda: len(tries) > 8)
    assert (loop.has_failed, [words for words in said if words.startswith("FAILED")]) == (False, [])
    monkeypatch.setattr(os, "pwrite", real)
    soon(lambda: run_of(desk, run).finished_at)
    stop.set()
    engine.wake()
    thread.join()
    assert texts(desk, run, "stdout") == ["hello"]


def test_quiet_holds_the_engine_between_two_steps(desk: Path) -> None:
    with running(desk) as thread:
        with thread.quiet() as held:
            assert held
            run = add("true", now=CLOCK.now())
            thread.wake()
            with closing(connect(desk)) as other:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
            assert states(desk) == ["pending"]
        soon(lambda: run_of(desk, run).finished_at)


def test_wake_reaches_the_engine_that_fires_when_it_is_another(desk: Path) -> None:
    with running(desk):
        standby = EngineThread(desk)
        standby.start()
        try:
            soon(lambda: standby.state is NodeState.STANDBY)
            run = add("true", now=CLOCK.now())
            standby.wake()
            soon(lambda: run_of(desk, run).finished_at)
        finally:
            assert standby.stop(5)
    assert sorted(rows(desk, "SELECT state FROM node")) == [("stopped",), ("stopped",)]


def test_thread_takes_over_when_the_one_before_it_stops(desk: Path) -> None:
    with running(desk) as first:
        second = EngineThread(desk)
        second.start()
        soon(lambda: second.state is NodeState.STANDBY)
        assert first.stop(5)
        soon(lambda: second.state is NodeState.ACTIVE)
        run = add("true", now=CLOCK.now())
        second.wake()
        soon(lambda: run_of(desk, run).finished_at)
        assert second.stop(5)
        assert second.state is NodeState.STOPPED
