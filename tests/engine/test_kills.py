"""kill -9 in the middle of long work: tasks of many templates, a backup. Nothing is lost, twice or half afterwards."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.operations import templates as verbs
from engine.templates import BATCH
from store import paths
from store.backup import back_up_all
from store.database import database, transaction
from store.enums import RunState
from store.instants import from_us
from tests.engine.engine_stage import Stage, add, daemon, is_alive, run_of, soon, whole
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

CLOCK = SystemClock()
MANY = BATCH + 20
"""Templates: a batch and some."""


@pytest.mark.parametrize(("point", "left"), [("looked", 0), ("made", BATCH)])
def test_W8_a_look_that_is_killed_is_whole_batches_and_the_next_engine_makes_the_rest(
    desk: Path, point: str, left: int
) -> None:
    now = from_us(CLOCK.now())
    with transaction():
        for number in range(MANY):
            verbs.add(ANA, now, f"chore {number}", "every 1 day", start=f"{now:%Y-%m-%d}")
    with daemon(desk, crash_at=point, wait=False) as engine:
        assert engine.wait(20) == -signal.SIGKILL
    assert rows(desk, "SELECT count(DISTINCT schedule_id) FROM task") == [(left,)]
    with Stage(desk, CLOCK) as stage:
        stage.until(lambda: rows(desk, "SELECT count(DISTINCT schedule_id) FROM task") == [(MANY,)])
    whole(desk)
    made = "SELECT count(*), count(DISTINCT deadline_date), min(deadline_date), max(deadline_date) FROM task"
    (once,) = rows(desk, f"SELECT DISTINCT * FROM ({made} GROUP BY schedule_id)")
    assert once[0] == once[1] > 0, "each day of each template once"
    many = [(MANY * once[0],)]
    assert rows(desk, "SELECT count(*) FROM task") == many
    assert rows(desk, "SELECT count(*) FROM occurrence WHERE state = 'fired'") == many
    cursors = "SELECT count(DISTINCT t.last_created_task_end_date) FROM template t"
    assert rows(desk, cursors) == [(1,)]


def a_file(store: Path) -> None:
    """A run that has ended, and an artifact of it that takes a while to copy."""
    with Stage(store, CLOCK) as stage:
        stage.do("echo said; truncate -s 16M $TICKLER_ARTIFACTS/large.bin; echo 1,2,3 > $TICKLER_ARTIFACTS/small.csv")
        stage.engine.drain(5)


def copies(folder: Path) -> list[Path]:
    """Copies under their names, each of which must be whole: database and files."""
    found = sorted(each for each in folder.glob("*.db") if each.is_file())
    for each in found:
        with closing(sqlite3.connect(each)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            wanted = copy.execute("SELECT file, size FROM artifact").fetchall()
        assert sorted(wanted) == sorted(
            (str(file.relative_to(paths.files_folder(each))), file.stat().st_size)
            for file in paths.files_folder(each).rglob("*.*")
        )
    return found


@pytest.mark.parametrize("at", [0.0, 0.01, 0.3, 0.9])
def test_a_backup_that_is_killed_leaves_the_copy_before_or_none(desk: Path, tmp_path: Path, at: float) -> None:
    """`at`: how much of it was done."""
    a_file(desk)
    target = tmp_path / "out" / "copy.db"
    target.parent.mkdir()
    for before in range(2):
        database.close()  # a child may not go on with a connection of this process
        child = os.fork()
        if not child:

            def die(done: int, total: int) -> None:
                if done >= at * total:
                    os.kill(os.getpid(), signal.SIGKILL)

            back_up_all(desk, target, die)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert len(copies(target.parent)) == before
        assert back_up_all(desk, target).missing == ()
        assert copies(target.parent) == [target]
        assert {each.name for each in target.parent.iterdir()} == {"copy.db", "copy.db.files"}


def test_Z14_the_chore_is_killed_with_its_engine_and_done_by_the_next_one(desk: Path, tmp_path: Path) -> None:
    a_file(desk)
    folder = tmp_path / "copies"
    run = add("backup", now=CLOCK.now(), controller="backup", params={"folder": str(folder)})
    with daemon(desk) as engine:
        soon(lambda: list(folder.glob("*.part*")) or copies(folder))
        (pid,) = rows(desk, "SELECT pid FROM attempt WHERE run_id = ?", run)[0]
        engine.kill()
        engine.wait()
        soon(lambda: pid is None or not is_alive(pid))
    before = copies(folder)
    with Stage(desk, CLOCK) as stage:
        (over,) = stage.over(run)
        stage.engine.drain(5)
    whole(desk)
    assert over.state is RunState.SUCCEEDED
    assert 1 <= len(copies(folder)) <= len(before) + 1
    assert Path(run_of(desk, run).result["file"]) in copies(folder)
