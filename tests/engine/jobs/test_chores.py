"""The chores that come with tickler, as runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine import forgetting
from engine.clock import HandClock
from engine.operations import schedules
from engine.operations.settings import set_setting
from store import settings
from store.connection import connect
from store.enums import Category, RunState
from store.instants import to_us
from store.logfile import path_of
from tests.engine.engine_stage import Stage, add, texts, whole
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]

NOW = to_us(datetime(2025, 7, 1, 9, 0, tzinfo=UTC))
DAY = 86_400_000_000


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    with Stage(desk, HandClock(NOW)) as made:
        yield made
    whole(desk)


def over(store: Path, days: float, state: str = "succeeded", lines: int = 0, **more: Any) -> int:
    """A run that ended so many days ago and printed."""
    at = NOW - round(days * DAY)
    run = add("x", now=at, **more)
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(
            "UPDATE run SET state = ?, finished_at = ?, log_lines = ? WHERE id = ?", (state, at, lines, run)
        )
        connection.executemany(
            "INSERT INTO log_line (run_id, seq, attempt, at, stream, level, text) VALUES (?, ?, 1, ?, 'stdout', 20, ?)",
            [(run, seq, at, "line" * 10) for seq in range(1, lines + 1)],
        )
    return run


def left(stage: Stage) -> list[int]:
    return [number for (number,) in rows(stage.store, "SELECT id FROM run ORDER BY id")]


def chore(stage: Stage, name: str, **params: Any) -> Any:
    return stage.over(stage.add(name, controller=name, params=params))[0]


def test_Z12_retention_of_30_days_is_a_run_that_reports_counts(stage: Stage) -> None:
    set_setting(ANA, AT, "keep_runs", "30")
    old = over(stage.store, 31, lines=3)
    older = over(stage.store, 200, "failed", lines=2)
    young = over(stage.store, 29, lines=4)
    waiting = add("x", now=NOW - 40 * DAY, available_at=NOW + 40 * DAY)
    run = chore(stage, "retention")
    assert (run.state, run.category, run.creator) == (RunState.SUCCEEDED, Category.SYSTEM, "system")
    assert left(stage) == [young, waiting, run.id]
    assert rows(stage.store, "SELECT DISTINCT run_id FROM log_line ORDER BY run_id") == [(young,), (run.id,)]
    assert old not in left(stage)
    assert older not in left(stage)
    nothing = dict.fromkeys(("actions", "messages", "folders", "workflows", "versions"), 0)
    assert run.result == {"runs": 2, "log_lines": 5, "acts": 1, **nothing}
    assert texts(stage.store, run.id, "log")[:2] == [
        "2 runs that ended more than 30 days ago or were deleted",
        "5 log lines",
    ]


def test_Z13_deleted_run_goes_with_the_next_retention_and_its_files_with_it(stage: Stage) -> None:
    run = stage.do('echo x > "$TICKLER_ARTIFACTS/users.csv"; touch left')
    kept = stage.do('echo x > "$TICKLER_ARTIFACTS/users.csv"')
    files = stage.store.with_name("desk.db.files")
    with closing(sqlite3.connect(stage.store)) as connection, connection:
        connection.execute("UPDATE run SET deleted_at = ? WHERE id = ?", (NOW, run.id))
    done = chore(stage, "retention")
    assert done.result["runs"] == 1
    assert [path.name for path in files.iterdir()] == [str(kept.id)]
    assert not stage.store.with_name("desk.db.runs").joinpath(f"run-{run.id}").exists()
    assert rows(stage.store, "SELECT run_id FROM artifact") == [(kept.id,)]


def test_last_runs_of_a_schedule_and_its_last_failure_stay(stage: Stage) -> None:
    set_setting(ANA, AT, "keep_last", "2")
    made = schedules.add(ANA, AT, "nightly", "daily 02:30", command="true", disabled=True)
    mine = [
        over(stage.store, 300 - day, "failed" if day in (1, 3) else "succeeded", schedule_id=made.id)
        for day in range(6)
    ]
    chore(stage, "retention")
    assert left(stage)[:-1] == [mine[3], mine[4], mine[5]]


def test_run_of_an_instant_that_the_cursor_has_not_passed_stays(stage: Stage) -> None:
    set_setting(ANA, AT, "keep_last", "0")
    made = schedules.add(ANA, AT, "nightly", "daily 02:30", command="true", disabled=True)
    (cursor,) = rows(stage.store, "SELECT cursor_at FROM schedule")[0]
    ahead = over(stage.store, 300, schedule_id=made.id, planned_at=cursor + 1, dedupe_key="ahead")
    over(stage.store, 300, schedule_id=made.id, planned_at=cursor, dedupe_key="passed")
    chore(stage, "retention")
    assert left(stage)[:-1] == [ahead]


def test_logs_beyond_the_total_go_oldest_success_first_and_the_runs_stay(desk: Path) -> None:
    failed, first, second = (
        over(desk, 3, "failed", lines=10), over(desk, 2, lines=10), over(desk, 1, lines=10),
    )  # fmt: skip
    with closing(connect(desk)) as connection:
        assert forgetting.logs(connection, 1_000_000) == 0
        assert forgetting.logs(connection, 900) == 10
        assert rows(desk, "SELECT DISTINCT run_id FROM log_line ORDER BY 1") == [(failed,), (second,)]
        assert forgetting.logs(connection, 0) == 20
    assert rows(desk, "SELECT id, log_lines FROM run") == [(failed, 0), (first, 0), (second, 0)]
    whole(desk)


def test_log_files_count_for_the_total_and_go_like_rows(stage: Stage) -> None:
    with closing(connect(stage.store)) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        settings.write(connection, "task_log_storage_backend", "file")
    first, second = stage.do("seq 1 20000"), stage.do("seq 1 20000")
    with closing(connect(stage.store)) as connection:
        files = [path_of(connection, run.id) for run in (first, second)]
        size = sum(each.stat().st_size for each in files)
        assert forgetting.logs(connection, size) == 0
        assert forgetting.logs(connection, size - 1) == 20_002
        assert [each.exists() for each in files] == [False, True]
        connection.execute("DELETE FROM attempt WHERE run_id = ?", (second.id,))
        connection.execute("DELETE FROM run WHERE id = ?", (second.id,))
        forgetting.folders(connection, stage.store)  # a crash left the file of a run that is gone
    assert not files[1].exists()
    assert rows(stage.store, "SELECT id, log_lines FROM run") == [(first.id, 0)]


def test_retention_goes_in_small_steps_and_stops_when_it_is_told_to(desk: Path) -> None:
    with closing(sqlite3.connect(desk)) as connection, connection:
        connection.executemany(
            "INSERT INTO run (name, controller, state, available_at, created_at, finished_at) VALUES (?, 'shell',"
            " 'succeeded', 0, 0, 5)",
            [(f"run {number}",) for number in range(1_200)],
        )
    heard = list[int]()
    with closing(connect(desk)) as connection:
        assert forgetting.runs(connection, 6, 20, lambda done: heard.append(done) or done < 1_000) == (1_000, 0)
        assert heard == [500, 1_000]
        assert forgetting.runs(connection, 6, 20) == (200, 0)


def test_backup_is_a_run_that_keeps_the_newest_copies(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    files = list[str]()
    for _ in range(3):
        run = chore(stage, "backup", folder=str(folder), keep=2)
        assert run.state is RunState.SUCCEEDED
        files.append(run.result["file"])
        stage.turn(60)
    assert sorted(str(path) for path in folder.iterdir()) == files[1:]
    assert rows(Path(files[-1]), "PRAGMA integrity_check") == [("ok",)]
    assert run.result["removed"] == 1
    assert Path(files[-1]).stat().st_mode & 0o777 == 0o600


def test_backup_into_a_folder_that_cannot_be_fails_in_words(stage: Stage) -> None:
    run = chore(stage, "backup", folder="/proc/none")
    assert run.reason == "/proc/none: No such file or directory"


def test_integrity_says_that_the_store_is_whole_and_what_is_wrong_if_not(stage: Stage) -> None:
    assert chore(stage, "integrity").state is RunState.SUCCEEDED
    with closing(sqlite3.connect(stage.store)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=0")
        connection.execute("INSERT INTO artifact (run_id, name, size, file, created_at) VALUES (99, 'x', 1, 'x', 1)")
    run = chore(stage, "integrity")
    assert run.reason == "1 fault found; restore the newest backup"
    assert "artifact 1 refers to a row of run that is not there" in texts(stage.store, run.id, "log")
    with closing(sqlite3.connect(stage.store)) as connection, connection:
        connection.execute("DELETE FROM artifact")


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("retention", {"days": 3}, "params: 'days' is not known to 'retention' (it takes none)"),
        ("backup", {"keep": 0}, "params: keep: expected a whole number from 1 to 1000"),
        ("backup", {"folder": "here"}, "params: folder: expected an absolute path, or one that begins with ~"),
    ],
)
def test_params_that_make_no_sense(stage: Stage, name: str, params: dict[str, Any], words: str) -> None:
    assert chore(stage, name, **params).reason == words
