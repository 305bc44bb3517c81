"""How the desk ends: by a signal, a cut line, a fault of its own, or because a person leaves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from engine.operations.settings import set_setting
from tests.tui.terminal.stage import is_alive, left_of, small_store, states, with_job
from tests.tui.terminal.terminal import ROOT, Terminal, desk, environment
from tui.terminal import Output

ENDS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
RUNNING = "1 running"
BUSY = "The store is being written to"


def log_of(store: Path) -> str:
    return (store.parent / "home" / "tickler.log").read_text()


@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
def test_a_signal_stops_the_jobs_and_gives_the_terminal_back(tmp_path: Path, number: signal.Signals) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "exec sleep 300")
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.kill(number)
        assert terminal.ended(15) == 128 + number
        assert terminal.is_whole
        assert "Traceback" not in terminal.after
    assert not is_alive(pid)
    assert states(made.path) == ["cancelled"]
    assert left_of(tmp_path) == []


@pytest.mark.slow
def test_a_job_that_does_not_listen_is_killed_in_time(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "trap '' TERM HUP INT; while :; do sleep 1; done")
    with desk(made.path) as terminal:
        terminal.wait_for(RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.kill(signal.SIGTERM)
        began = time.monotonic()
        assert terminal.ended(15) == 143
        assert time.monotonic() - began > 5, "it had its grace"
        assert "stopping the jobs" in terminal.after
    assert not is_alive(pid)


def test_a_second_hang_up_does_not_cut_short_what_is_being_stopped(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "trap 'sleep 1; exit 3' TERM; while :; do sleep 0.1; done")
    with desk(made.path) as terminal:
        terminal.wait_for(RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.kill(signal.SIGHUP)
        terminal.wait(lambda: b"\x1b[?1049l" in terminal.raw, "the screen is left")
        terminal.kill(signal.SIGHUP)
        assert terminal.ended(15) == 129
    assert states(made.path) == ["cancelled"]


def test_the_interrupt_key_leaves_at_once_what_is_being_stopped(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    set_setting(made.ana, made.at("2025-06-01"), "cancel_grace", "2")
    pid = with_job(made, "trap '' TERM; while :; do sleep 0.1; done")
    with desk(made.path) as terminal:
        terminal.wait_for(RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.kill(signal.SIGTERM)
        terminal.wait(lambda: "^C leaves" in terminal.after, "it says what it waits for")
        terminal.press("ctrl+c")
        assert terminal.ended(3) == 130
        terminal.wait(lambda: not is_alive(pid), "the supervisor ends the job of an engine that is gone", 15)


@pytest.mark.parametrize("milliseconds", [60, 150, 250, 350, 450, 600])
def test_a_signal_while_it_starts(tmp_path: Path, milliseconds: int) -> None:
    made = small_store(tmp_path / "desk.db")
    with desk(made.path) as terminal:
        terminal.wait(lambda: Path(f"/proc/{terminal.pid}/exe").exists(), "it is there")
        until = time.monotonic() + milliseconds / 1000
        while time.monotonic() < until:
            terminal.read(max(0.0, until - time.monotonic()))
        terminal.kill(signal.SIGTERM)
        assert terminal.ended(15) in (143, -signal.SIGTERM), "before it has touched the terminal it may just die"
        assert terminal.is_whole
        assert "Traceback" not in terminal.after


def test_a_window_that_is_closed(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "exec sleep 300")
    with desk(made.path) as terminal:
        terminal.wait_for(RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.hang_up()
        assert terminal.ended(15) == 129
    assert not is_alive(pid)
    assert states(made.path) == ["cancelled"]
    log = tmp_path / "home" / "tickler.log"
    assert not log.exists(), log.read_text()


def test_a_cut_line_where_hang_ups_are_ignored(tmp_path: Path) -> None:
    """textual alone would read the end of the closed terminal for ever, at the cost of a core."""
    made = small_store(tmp_path / "desk.db")
    with desk(made.path, has_nohup=True) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        used = terminal.cpu_now
        terminal.hang_up()
        began = time.monotonic()
        assert terminal.ended(5) == 129
        took = time.monotonic() - began
        assert terminal.cpu - used < 0.5
    assert took < 5
    assert left_of(tmp_path) == []


def test_nohup_does_not_shield_from_other_signals(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    with desk(made.path, has_nohup=True) as terminal:
        terminal.wait_for("Collect allergy info")
        terminal.kill(signal.SIGHUP)
        terminal.press("2")
        terminal.wait_for("grouped by deadline event")
        terminal.kill(signal.SIGTERM)
        assert terminal.ended(15) == 143


FAULT = """
import tui.screens.today as today
def why(self):
    password = "hunter2"
    raise RuntimeError("token=s3cr3t-7 is not for eyes, https://ana:{}@example.org".format(password))
today.Today.action_why = why
"""


def test_a_fault_of_ours_ends_in_a_line_and_a_log(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "exec sleep 300")
    with desk(made.path, program=FAULT) as terminal:
        terminal.wait_for("Collect allergy info", RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.press("w")
        assert terminal.ended(15) == 1
        assert terminal.is_whole
        told = " ".join(terminal.after.split())
        raw = terminal.raw.decode()
    assert "the desk stopped by a fault of its own (RuntimeError: token=*** is not for eyes" in told
    assert str(tmp_path / "home" / "tickler.log") in told.replace(" ", "")
    assert "Traceback" not in raw
    kept = log_of(made.path)
    assert "Traceback (most recent call last)" in kept
    assert not [word for word in ("hunter2", "s3cr3t") if word in kept + raw]
    assert (tmp_path / "home" / "tickler.log").stat().st_mode & 0o077 == 0
    assert not is_alive(pid)
    assert states(made.path) == ["cancelled"]


def test_a_fault_in_the_first_paint(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    program = "import tui.screens.today as today\ntoday.Today.show_rows = lambda self: 1 / 0"
    with desk(made.path, program=program) as terminal:
        assert terminal.ended(15) == 1
        assert terminal.is_whole
        assert "ZeroDivisionError: division by zero" in " ".join(terminal.after.split())
    assert "division by zero" in log_of(made.path)


def test_a_style_sheet_that_cannot_be_read(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    sheet = tmp_path / "broken.tcss"
    sheet.write_text("Screen { colour: ; ")
    with desk(made.path, program=f"import tui.app\ntui.app.Desk.CSS_PATH = {str(sheet)!r}") as terminal:
        assert terminal.ended(15) == 1
        assert terminal.is_whole
        assert "Traceback" not in terminal.after
        assert "the desk stopped" in " ".join(terminal.after.split())


def test_screens_that_hang_are_left_behind(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "exec sleep 300")
    program = "import time, tui.screens.today as today\ntoday.Today.action_why = lambda self: time.sleep(600)"
    with desk(made.path, program=program) as terminal:
        terminal.wait_for("Collect allergy info", RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.press("w")
        terminal.settle(0.2)
        terminal.kill(signal.SIGTERM)
        assert terminal.ended(15) == 143
        assert terminal.is_whole
    assert not is_alive(pid)
    assert states(made.path) == ["cancelled"]


def test_leaving_names_the_runs_it_would_stop(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "exec sleep 300", "nightly [b]backup[/b]")
    with desk(made.path) as terminal:
        terminal.wait_for(RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.press("q")
        terminal.wait_for("1 run would be stopped:", "nightly [b]backup[/b] (run 1)", "w wait for them")
        terminal.press("enter")
        terminal.settle()
        assert "would be stopped" in terminal.picture, "enter alone is pressed too easily"
        terminal.press("escape")
        terminal.wait_gone("would be stopped")
        assert is_alive(pid)
        terminal.press("q")
        terminal.wait_for("would be stopped")
        terminal.press("y")
        assert terminal.ended(15) == 0
        assert terminal.is_whole
    assert not is_alive(pid)
    assert states(made.path) == ["cancelled"]


def test_leaving_can_wait_for_what_runs(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    go = tmp_path / "go"
    pid = with_job(made, f"while [ ! -e '{go}' ]; do sleep 0.1; done")
    with desk(made.path) as terminal:
        terminal.wait_for(RUNNING)
        terminal.wait(pid.exists, "the job runs")
        terminal.press("q")
        terminal.wait_for("w wait for them")
        terminal.press("w")
        terminal.wait_for("Leaving when 1 run ended:", "long job")
        terminal.settle(0.5)
        assert not terminal.has_ended()
        go.touch()
        assert terminal.ended(15) == 0
    assert states(made.path) == ["succeeded"]


def test_leaving_with_nothing_at_stake_takes_enter(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", "engine ok")
        terminal.press("q")
        terminal.wait_for("Leave the desk?", "Until a desk or `tickler engine` runs again, jobs wait.")
        terminal.press("enter")
        assert terminal.ended(15) == 0
        assert terminal.is_whole
        assert terminal.after.strip() == ""
    assert left_of(tmp_path) == []


def write_something(store: Path) -> None:
    """Another process commits: it would wait for ever for one that sleeps inside a transaction."""
    words = [sys.executable, "-m", "tickler", "--store", str(store), "task", "add", "From elsewhere"]
    done = subprocess.run(words, env=environment(store.parent / "home"), cwd=ROOT, timeout=20, capture_output=True)
    assert done.returncode == 0, done.stderr


def suspend(terminal: Terminal, ask: Callable[[], None]) -> None:
    """Ask again where the desk says that its store is being written to: a busy machine makes that last."""
    ask()
    terminal.wait(lambda: terminal.is_stopped or BUSY in terminal.picture, "it is suspended, or says why not")
    for _ in range(10):
        if not terminal.is_stopped:
            ask()
            terminal.settle()
    assert terminal.is_stopped
    terminal.wait(lambda: terminal.is_whole, "the terminal is as the shell needs it")


def test_suspended_it_holds_no_lock_and_comes_back_whole(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    pid = with_job(made, "while :; do echo line; sleep 0.01; done")
    with desk(made.path) as terminal:
        terminal.wait_for("Collect allergy info", RUNNING)
        for way in ("key", "signal"):
            suspend(
                terminal, partial(terminal.press, "ctrl+z") if way == "key" else partial(terminal.kill, signal.SIGTSTP)
            )
            write_something(made.path)
            assert is_alive(pid), "jobs go on"
            terminal.kill(signal.SIGCONT)
            terminal.wait_for("Collect allergy info", RUNNING)
        terminal.press("2")
        terminal.wait_for("From elsewhere", "grouped by deadline event")
        terminal.kill(signal.SIGTERM)
        assert terminal.ended(15) == 143
        assert terminal.is_whole
    assert not is_alive(pid)


@pytest.mark.slow
def test_suspending_is_refused_while_the_engine_does_not_come_to_rest(tmp_path: Path) -> None:
    made = small_store(tmp_path / "desk.db")
    program = "import engine.duty, time\nengine.duty.Duty.work = lambda self, now, trouble: time.sleep(600)"
    with desk(made.path, program=program) as terminal:
        terminal.wait_for("Collect allergy info", "engine: stuck")
        terminal.press("ctrl+z")
        terminal.wait_for("The store is being written to")
        assert not terminal.is_stopped
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended(15) == 143
    assert re.search(rb"\x1b\[\?1049l", terminal.raw)


def test_words_for_a_line_that_was_cut_are_no_fault() -> None:
    ours, theirs = os.openpty()
    file = os.fdopen(theirs, "w")
    output = Output(file)
    os.close(ours)
    with pytest.raises(OSError, match="Input/output error"):
        print("to nobody", file=file, flush=True)
    output.write("nor this")
    output.flush()
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), theirs)
    file.close()
