"""The store is locked, moved, deleted or damaged while the desk is open: keys go on, words say it, nothing is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import statistics
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.tui.terminal.stage import small_store, write_lock
from tests.tui.terminal.terminal import Terminal, desk

STALL = 0.1
"""Seconds: the longest that a key may wait for its paint, whoever holds the store."""


@pytest.fixture
def made(tmp_path: Path) -> Desk:
    """Stay 12 with its tasks, in a folder of its own."""
    (tmp_path / "store").mkdir()
    return small_store(tmp_path / "store" / "desk.db")


def names(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM task WHERE has_task_model = 0")]


def typed(terminal: Terminal, name: str) -> None:
    """A new task is typed and entered."""
    terminal.press("a")
    terminal.wait_for("enter add")
    terminal.press(name)
    terminal.wait_for(name)
    terminal.press("enter")


def stalls(terminal: Terminal, count: int) -> list[float]:
    return [terminal.stall("j" if turn % 2 else "k") for turn in range(count)]


def test_keys_go_on_while_another_process_writes_and_the_change_is_saved_when_it_ends(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        terminal.press("2", "g", "j")
        terminal.settle()
        free = stalls(terminal, 10)
        with write_lock(made.path) as holder:
            terminal.press("d")
            terminal.wait_for("saving waits")
            held = stalls(terminal, 20)
            assert holder.poll() is None
        terminal.wait_gone("saving waits")
        terminal.wait(lambda: done(made) == 1, "the change is saved")
        terminal.kill(signal.SIGTERM)
        terminal.ended(15)
    assert statistics.median(held) <= statistics.median(free) + 0.02
    assert sorted(held)[-2] <= STALL, "one may be the machine's"


def done(made: Desk) -> int:
    return int(made.rows("SELECT count(*) FROM task WHERE is_done")[0][0])


def test_a_form_waits_with_what_was_typed_and_is_saved_when_the_store_is_free(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        with write_lock(made.path) as holder:
            typed(terminal, "Print door cards")
            terminal.wait_for("saving; waits for process", "esc give up", "Print door cards")
            assert str(holder.pid) in terminal.picture
            assert names(made.path) == []
        terminal.wait_gone("esc give up")
        terminal.wait(lambda: names(made.path) == ["Print door cards"], "it is saved, once")
        terminal.wait_gone("enter add")


def test_what_is_typed_ahead_goes_where_it_was_meant_to(made: Desk) -> None:
    """A line that hangs delivers a second's keys at once: the form they open is not there yet."""
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        terminal.press("2gjaPrint door cards 30 nov 2031 on:stay/13" + "\x7f" * 7 + "stay/12\r" + "aAnother\r")
        terminal.wait(lambda: names(made.path) == ["Print door cards", "Another"], "both are saved")
        assert made.rows("SELECT count(*) FROM task WHERE is_done OR deleted_at IS NOT NULL") == [(0,)]
        due = made.rows("SELECT deadline_date, object_id FROM task WHERE name = 'Print door cards'")
        assert due == [("2031-11-30", "12")]


def test_who_gives_up_keeps_what_was_typed(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        with write_lock(made.path):
            typed(terminal, "Print door cards")
            terminal.wait_for("esc give up")
            terminal.press("escape")
            terminal.wait_for("Not saved: you gave up", "Print door cards", "enter add")
            terminal.press(" twice")
            terminal.wait_for("Print door cards twice")
            terminal.wait_gone("Not saved")
        terminal.press("enter")
        terminal.wait(lambda: names(made.path) == ["Print door cards twice"], "it is saved")


def test_a_refusal_leaves_the_form_as_it_was(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        terminal.press("A")
        terminal.wait_for("enter add")
        terminal.press("Print door cards", "tab", "tab", "tab", "backspace", "backspace", "99")
        terminal.wait_for("stay/99")
        terminal.press("enter")
        terminal.wait_for("there is no stay 99", "Print door cards", "stay/99", "enter add")
        terminal.press("backspace", "backspace", "12", "enter")
        terminal.wait(lambda: names(made.path) == ["Print door cards"], "it is saved after the correction")
        terminal.wait_gone("enter add")


@pytest.mark.slow
def test_after_half_a_minute_it_says_who_is_in_the_way(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        with write_lock(made.path) as holder:
            os.kill(holder.pid, signal.SIGSTOP)
            try:
                typed(terminal, "Print door cards")
                terminal.wait_for(f"waits for process {holder.pid}, which is stopped")
                terminal.wait_for(f"Not saved: process {holder.pid}, which is stopped has held", timeout=40)
                assert "Print door cards" in terminal.picture
                terminal.wait_for("engine stuck")
            finally:
                os.kill(holder.pid, signal.SIGCONT)
        terminal.press("enter")
        terminal.wait(lambda: names(made.path) == ["Print door cards"], "it is saved")
        terminal.wait_for("engine ok")


def test_a_signal_while_the_store_is_locked(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        with write_lock(made.path):
            terminal.press("2", "g", "j", "d")
            terminal.wait_for("saving waits")
            began = time.monotonic()
            terminal.kill(signal.SIGTERM)
            assert terminal.ended(15) == 143
            assert time.monotonic() - began < 15
            assert terminal.is_whole
            assert "Traceback" not in terminal.after


def test_leaving_says_that_a_change_is_not_saved(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        with write_lock(made.path):
            terminal.press("2", "g", "j", "d")
            terminal.wait_for("saving waits")
            terminal.press("q")
            terminal.wait_for("A change is not saved yet")
            terminal.press("escape")
        terminal.wait(lambda: done(made) == 1, "the change is saved")


@pytest.mark.parametrize("way", ["deleted", "moved"])
def test_a_store_that_goes_away_is_said_and_what_is_seen_stays(made: Desk, way: str) -> None:
    elsewhere = made.path.with_name("elsewhere.db")
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        if way == "moved":
            made.path.rename(elsewhere)
        else:
            made.path.unlink()
        terminal.wait_for("store gone", "moved or deleted:")
        typed(terminal, "Print door cards")
        terminal.wait_for("it is back", "Print door cards", "enter add")
        assert not made.path.exists(), "nobody made a new, empty one"
        terminal.press("escape")
        terminal.wait_gone("enter add")
        terminal.press("8", "2", "g", "j")
        terminal.wait_for("Collect allergy info")
        if way == "moved":
            elsewhere.rename(made.path)
            terminal.wait_gone("store gone")
            typed(terminal, "Print door cards")
            terminal.wait(lambda: names(made.path) == ["Print door cards"], "it is saved")
        terminal.kill(signal.SIGTERM)
        assert terminal.ended(15) == 143
        assert terminal.is_whole
        assert "Traceback" not in terminal.after


def test_another_file_in_its_place_is_not_written_to(made: Desk, tmp_path: Path) -> None:
    other = small_store(tmp_path / "other.db")
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        other.path.replace(made.path)
        terminal.wait_for("another file")
        typed(terminal, "Print door cards")
        terminal.wait_for("open the desk again", "enter add")
        assert names(made.path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="file modes bind nobody who is root")
def test_a_store_that_becomes_read_only(made: Desk) -> None:
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        made.path.chmod(0o400)
        typed(terminal, "Print door cards")
        terminal.wait_for("read-only", "Print door cards", "enter add")


def test_a_store_that_refuses_writes_keeps_the_form(made: Desk) -> None:
    """What SQLite says of a file that must not be written, whoever runs the desk."""
    program = (
        "import store.database as database\n"
        "database.PRAGMAS = (*database.PRAGMAS, ('query_only', 1))\n"  # every connection that writes
    )
    with desk(made.path, program=program) as terminal:
        terminal.wait_for("Collect allergy info")
        typed(terminal, "Print door cards")
        terminal.wait_for("is read-only", "this user", "Print door cards", "enter add")


def test_a_damaged_store_ends_the_desk_in_words(made: Desk) -> None:
    with closing(sqlite3.connect(made.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with desk(made.path, program=NO_ENGINE) as terminal:
        terminal.wait_for("Collect allergy info")
        size = made.path.stat().st_size
        with made.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (size - 4096))
        for key in ("8", "2", "3", "4"):
            terminal.press(key)
            terminal.settle(0.3)
        terminal.wait(terminal.has_ended, "it ends")
        assert terminal.ended() == 1
        assert terminal.is_whole
        assert "is damaged; stop writing to it and restore the newest backup" in " ".join(terminal.after.split())
        assert "Traceback" not in terminal.raw.decode(errors="replace")


NO_ENGINE = "import tui.backstage\ntui.backstage.Backstage._start_engine = lambda self: None"
