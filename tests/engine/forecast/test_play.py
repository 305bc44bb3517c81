"""What a forecast tells of jobs that stand in each other's way, and that it leaves the store alone."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.forecast import Coming, Forecast, Kind, Wanted, compare_forecast, play
from engine.operations import schedules, templates
from engine.operations.registry import NAMED
from engine.rules.errors import BadValue
from store.connection import connect
from store.database import transaction
from store.enums import Overlap
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
DAY = timedelta(days=1)
JOB: dict[str, Any] = {"controller": "shell", "command": "true"}


def job(name: str, spec: str, *, took: float = 0, **more: Any) -> None:
    """A schedule whose last run took so many minutes."""
    number = schedules.add(ANA, NOW, name, spec, **(JOB | more)).id
    if took:
        with transaction() as connection:
            connection.execute(
                "INSERT INTO run (name, schedule_id, controller, state, created_at, available_at, started_at,"
                " finished_at) VALUES (?, ?, 'shell', 'succeeded', 0, 0, 0, ?)",
                (name, number, round(took * 60_000_000)),
            )


def told(found: Forecast, kind: Kind) -> list[str]:
    """`name HH:MM` of the rows of a kind."""
    return [f"{row.name} {datetime.fromtimestamp(row.at / 1e6, UTC):%H:%M}" for row in found.rows if row.kind is kind]


def test_every_minute_of_a_year_is_counted(desk: Path) -> None:
    job("minutely", "cron: * * * * *")
    found = play(desk, NOW, NOW + 365 * DAY)
    assert sum(row.count for row in found.rows) == 525_600
    assert len(found.rows) == 366
    assert found.rows[5].why == "counted: 525,600 in all"


def test_a_job_that_outlasts_its_step_skips_every_second_time(desk: Path) -> None:
    job("slow", "cron: 0 * * * *", took=90)
    found = play(desk, NOW, NOW + timedelta(hours=4))
    assert told(found, Kind.RUN) == ["slow 10:00", "slow 12:00"]
    assert told(found, Kind.SKIPPED) == ["slow 11:00", "slow 13:00"]
    assert "still running" in next(row.why for row in found.rows if row.kind is Kind.SKIPPED)


def test_a_job_that_may_overlap_is_not_held(desk: Path) -> None:
    job("slow", "cron: 0 * * * *", took=90, overlap=Overlap.ALLOW)
    found = play(desk, NOW, NOW + timedelta(hours=4))
    assert told(found, Kind.RUN) == ["slow 10:00", "slow 11:00", "slow 12:00", "slow 13:00"]
    assert {row.seconds for row in found.rows} == {5400.0}


def test_who_waits_for_a_slot_says_how_long(desk: Path) -> None:
    job("first", "daily 10:00", took=20, slot="disk")
    job("second", "daily 10:05", took=5, slot="disk")
    found = play(desk, NOW, NOW + timedelta(hours=4))
    assert [(row.name, row.why) for row in found.rows] == [
        ("first", ""),
        ("second", "begins 15m 00s later: something else has its place"),
    ]


def test_who_meets_an_exclusive_run_says_so(desk: Path) -> None:
    job("alone", "daily 10:00", took=30, exclusive=True)
    job("other", "daily 10:10", took=5)
    found = play(desk, NOW, NOW + timedelta(hours=4))
    assert "exclusive" in next(row.why for row in found.rows if row.name == "other")


def test_people_who_do_things_on_time_get_the_next(desk: Path) -> None:
    templates.add(ANA, NOW, "Filter", "every! 10 days")
    assert len(play(desk, NOW, NOW + 60 * DAY).rows) == 2
    found = play(desk, NOW, NOW + 60 * DAY, Wanted(is_done_on_time=True))
    days = [row.day.isoformat()[5:] for row in found.rows if row.kind is Kind.TASK_DUE]
    assert days == ["03-13", "03-23", "04-02", "04-12", "04-22", "05-02"]


def test_a_broken_template_is_told_once(desk: Path) -> None:
    templates.add(ANA, NOW, "Water", "daily")
    with transaction() as connection:
        connection.execute("UPDATE schedule SET zone = 'Nowhere/Land'")
    found = play(desk, NOW, NOW + 30 * DAY)
    assert [(row.kind, row.name) for row in found.rows] == [(Kind.BROKEN, "Water")]


def test_who_is_paused_without_end_says_what_is_left_out(desk: Path) -> None:
    job("nightly", "daily 02:00")
    schedules.pause(ANA, NOW, "nightly", "disk move")
    (row,) = play(desk, NOW, NOW + 5 * DAY).rows
    assert (row.kind, row.count, row.why) == (Kind.SKIPPED, 5, "paused by ana: disk move")


def test_only_what_is_asked_for(desk: Path) -> None:
    job("nightly", "daily 02:00")
    made = templates.add(ANA, NOW, "Water", "daily")
    templates.add(ANA, NOW, "Post", "daily")
    number = rows(desk, "SELECT id FROM schedule WHERE name = 'nightly'")[0][0]
    assert {row.name for row in play(desk, NOW, NOW + 5 * DAY, Wanted(schedule=number)).rows} == {"nightly"}
    assert {row.name for row in play(desk, NOW, NOW + 5 * DAY, Wanted(template=made.id)).rows} == {"Water"}
    some = play(desk, NOW, NOW + 5 * DAY, Wanted(limit=3))
    assert (len(some.rows), some.left_off > 0) == (3, True)


def test_a_time_that_is_past_or_too_far_is_refused(desk: Path) -> None:
    with pytest.raises(BadValue, match="expected a time after"):
        play(desk, NOW, NOW)
    with pytest.raises(BadValue, match="20 years"):
        play(desk, NOW, NOW + 9_000 * DAY)


def test_the_store_stays_as_it_is_to_the_byte(desk: Path) -> None:
    job("nightly", "daily 02:00")
    templates.add(ANA, NOW, "Water", "daily")
    before = state_of(desk)
    assert play(desk, NOW, NOW + 30 * DAY).rows
    assert state_of(desk) == before
    with closing(connect(desk)) as engine:  # as beside an engine, with a log that is not yet in the file
        engine.execute("UPDATE schedule SET description = 'at two' WHERE name = 'nightly'")
        before = state_of(desk)
        assert play(desk, NOW, NOW + 30 * DAY).rows
        assert state_of(desk) == before


def test_two_at_once_and_a_writer_meanwhile(desk: Path) -> None:
    templates.add(ANA, NOW, "Water", "daily")
    found: list[Forecast] = []
    threads = [threading.Thread(target=lambda: found.append(play(desk, NOW, NOW + 200 * DAY))) for _ in range(2)]
    for thread in threads:
        thread.start()
    job("nightly", "daily 02:00")
    for thread in threads:
        thread.join()
    water = [[row for row in each.rows if row.name == "Water"] for each in found]
    assert water[0] == water[1]
    assert len(water[0]) > 200


def test_who_says_stop_is_heard_at_once(desk: Path) -> None:
    job("nightly", "daily 02:00")
    heard: list[int] = []

    def stop(done: int, total: int) -> None:
        heard.append(done)
        if done == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        play(desk, NOW, NOW + 300 * DAY, progress=stop)
    assert heard == [0, 1, 2, 3]


def test_killed_in_the_middle_it_leaves_nothing(desk: Path, tmp_path: Path) -> None:
    templates.add(ANA, NOW, "Water", "daily")
    code = (
        "import sys, pathlib, datetime, engine.forecast as f\n"
        "now = datetime.datetime(2025, 3, 3, 9, tzinfo=datetime.UTC)\n"
        "f.play(pathlib.Path(sys.argv[1]), now, now + datetime.timedelta(days=7000),"
        " progress=lambda done, total: print(done, flush=True))"
    )
    before, bytes_before = sorted(tmp_path.iterdir()), hashlib.sha256(desk.read_bytes()).hexdigest()
    at_work = subprocess.Popen(
        [sys.executable, "-c", code, str(desk)], stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert at_work.stdout is not None
    for _ in range(20):
        at_work.stdout.readline()
    at_work.send_signal(signal.SIGKILL)
    at_work.wait()
    at_work.stdout.close()
    with closing(connect(desk)) as connection:  # SQLite's own log goes with whoever closes last
        connection.execute("SELECT count(*) FROM task").fetchall()
    assert sorted(tmp_path.iterdir()) == before
    assert hashlib.sha256(desk.read_bytes()).hexdigest() == bytes_before


def test_an_edit_of_a_template_is_seen_before_it_is_made(desk: Path) -> None:
    templates.add(ANA, NOW, "Plants", "weekly mon", horizon="next")
    before = state_of(desk)
    found = compare_forecast(
        desk, lambda act: NAMED["template edit"].inner(act, "Plants", spec="weekly tue"), NOW + 20 * DAY, NOW, actor=ANA
    )
    assert [changes(row) for row in found.rows] == [
        ("appears", "task_due", "03-04", ""),
        ("moves", "task_due", "03-11", "03-10"),
        ("moves", "task_due", "03-18", "03-17"),
    ]
    assert state_of(desk) == before


def changes(row: Coming) -> tuple[str, str, str, str]:
    was = "" if row.was is None else f"{datetime.fromtimestamp(row.was / 1e6, UTC):%m-%d}"
    return str(row.change), str(row.kind), f"{row.day:%m-%d}", was


def state_of(store: Path) -> tuple[Any, ...]:
    """Bytes and times of the store and of SQLite's log beside it."""
    log = store.with_name(store.name + "-wal")
    parts = [
        (each.read_bytes(), each.stat().st_mtime_ns) for each in (store, log) if each.exists() and each.stat().st_size
    ]
    return tuple((hashlib.sha256(data).hexdigest(), at) for data, at in parts)
