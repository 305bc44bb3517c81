"""Z14: what an engine that was killed leaves: a shell run is lost, one that may be repeated begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.operations import runs as verbs
from engine.recovery import REPEATS
from store.connection import connect
from store.enums import RunState
from store.instants import from_us
from tests.engine.engine_stage import Stage, add, daemon, is_alive, run_of, soon, texts, whole
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

CLOCK = SystemClock()


@pytest.fixture
def store(desk: Path) -> Iterator[Path]:
    yield desk
    whole(desk)


def job(command: str, *, is_idempotent: bool, **more: object) -> int:
    params = {"command": command, "idempotent": is_idempotent}
    return add(command, now=CLOCK.now(), params=params, **more)


def test_Z14_after_a_kill_a_shell_run_is_lost_and_one_that_may_be_repeated_waits_again(
    store: Path, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    plain = job(f"echo plain >> {ledger}; echo $$; exec sleep 300", is_idempotent=False)
    again = job(f"echo again >> {ledger}; echo $$; test $TICKLER_ATTEMPT = 2 || exec sleep 300", is_idempotent=True)
    with daemon(store) as engine:
        soon(lambda: texts(store, plain, "stdout") and texts(store, again, "stdout"))
        children = [int(texts(store, run, "stdout")[0]) for run in (plain, again)]
        engine.kill()
        engine.wait()
    with Stage(store, CLOCK) as stage:
        lost, repeated = stage.over(plain, again)
    assert (lost.state, repeated.state) == (RunState.LOST, RunState.SUCCEEDED)
    assert (repeated.attempts, repeated.max_attempts) == (2, 2)
    assert rows(store, "SELECT lost_count, idempotent FROM run ORDER BY id") == [(0, 0), (1, 1)]
    assert rows(store, "SELECT state FROM attempt WHERE run_id = ? ORDER BY fence", again) == [
        ("lost",),
        ("succeeded",),
    ]
    assert not any(is_alive(pid) for pid in children)
    assert sorted(ledger.read_text().split()) == ["again", "again", "plain"]
    assert any(
        line.startswith("again  ") and line.endswith("; it may be repeated, and is, at most 3 times")
        for line in texts(store, again)
    )
    assert not any(line.startswith("again  ") for line in texts(store, plain))


def orphaned(store: Path, run: int) -> None:
    """The run as an engine leaves it that died with its supervisor, on a machine that was restarted since."""
    with closing(connect(store)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE run SET state = 'running', fence = fence + 1, attempts = attempts + 1, idempotent = 1,"
            " engine_id = 'gone' WHERE id = ?",
            (run,),
        )
        connection.execute(
            "INSERT INTO attempt (run_id, number, fence, engine_id, state, claimed_at)"
            " SELECT id, attempts, fence, 'gone', 'running', 0 FROM run WHERE id = ?",
            (run,),
        )
        connection.execute(
            "INSERT OR IGNORE INTO node (id, kind, host, boot_id, pid, version, state, since, beat_at)"
            " VALUES ('gone', 'daemon', 'x', 'another', 1, '', 'stopped', 0, 0)"
        )
        connection.execute("COMMIT")


def settled(store: Path) -> None:
    """A new engine looks after what it finds, and takes nothing in hand."""
    with Stage(store, CLOCK, places=0) as stage:
        stage.until(lambda: rows(store, "SELECT id FROM run WHERE state IN ('starting', 'running')") == [])


def test_Z14_a_run_that_takes_the_engine_with_it_does_so_three_more_times_at_most(store: Path) -> None:
    run = job("true", is_idempotent=True, max_retries=1)
    for count in range(1, REPEATS + 1):
        orphaned(store, run)
        settled(store)
        found = run_of(store, run)
        assert (found.state, found.attempts, found.max_attempts) == (RunState.PENDING, count, 2 + count)
        assert found.reason is not None
        assert found.reason.startswith("the machine was restarted while it ran; it may be repeated")
    assert found.reason.endswith("for the last time")
    orphaned(store, run)
    settled(store)
    found = run_of(store, run)
    assert (found.state, found.attempts) == (RunState.LOST, REPEATS + 1)
    assert rows(store, "SELECT lost_count FROM run") == [(REPEATS,)]


def test_a_run_that_somebody_wanted_to_end_is_not_repeated(store: Path) -> None:
    run = job("true", is_idempotent=True)
    orphaned(store, run)
    verbs.cancel(ANA, from_us(CLOCK.now()), run)
    settled(store)
    assert run_of(store, run).state is RunState.LOST


def test_Z5_a_retry_of_a_lost_run_has_as_many_tries_as_the_schedule_gave(store: Path) -> None:
    run = job("true", is_idempotent=True, max_retries=2)
    for _ in range(REPEATS + 1):
        orphaned(store, run)
        settled(store)
    assert run_of(store, run).max_attempts == 6
    made = verbs.retry(ANA, from_us(CLOCK.now()), run)
    assert (made.retry_of, made.max_attempts, made.attempts) == (run, 3, 0)
    assert rows(store, "SELECT lost_count FROM run ORDER BY id") == [(3,), (0,)]
