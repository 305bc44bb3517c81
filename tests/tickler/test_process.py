"""What only a process of its own can show: streams that close, modes of files, terminals."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from store.opening import open_store
from tests.tickler.conftest import ROOT, process

TICKLER = [sys.executable, "-m", "tickler"]


@pytest.fixture
def environment(store: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TICKLER_STORE": str(store)}


def test_files_are_the_owners_alone_whatever_the_umask(store: Path) -> None:
    before = os.umask(0)
    try:
        done = process("task", "add", "x", "--store", str(store.parent / "new" / "desk.db"))
    finally:
        os.umask(before)
    assert done.returncode == 0
    made = list((store.parent / "new").iterdir())
    assert {stat.S_IMODE(each.stat().st_mode) for each in made} == {0o600}
    assert stat.S_IMODE((store.parent / "new").stat().st_mode) == 0o700


def test_a_reader_that_has_seen_enough_is_no_error(store: Path, environment: dict[str, str]) -> None:
    open_store(store)
    line = f"{sys.executable} -m tickler setting list --json | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[\n0\n", "")
    reader, writer = os.pipe()
    os.close(reader)
    closed = subprocess.run([*TICKLER, "help"], env=environment, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (closed.returncode, closed.stderr) == (0, "")


def test_a_full_disk_under_the_output_is_said(environment: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*TICKLER, "version"], env=environment, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "tickler: No space left on device\n")


def test_without_streams_it_still_works(store: Path, environment: dict[str, str]) -> None:
    line = f"exec {sys.executable} -m tickler task add x <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", line], env=environment).returncode == 0
    assert "x" in process("task", "list").stdout


def test_a_terminal_of_another_alphabet(store: Path, environment: dict[str, str]) -> None:
    latin = {**environment, "PYTHONIOENCODING": "latin-1"}
    subprocess.run([*TICKLER, "task", "add", "Škola 湖"], env=latin, check=True, capture_output=True)
    listed = subprocess.run([*TICKLER, "task", "list"], env=latin, capture_output=True)
    assert (listed.returncode, listed.stderr) == (0, b"")
    in_json = subprocess.run([*TICKLER, "task", "list", "--json"], env=latin, capture_output=True)
    assert rb"\u0160kola \u6e56" in in_json.stdout


def test_the_desk_says_that_it_needs_a_terminal(environment: dict[str, str]) -> None:
    for words in ((), ("demo",)):
        done = subprocess.run(
            [*TICKLER, *words], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "The desk needs a terminal; `tickler help` lists the commands for scripts.\n"


def test_a_list_on_a_terminal_is_cut_to_it(store: Path, environment: dict[str, str]) -> None:
    subprocess.run([*TICKLER, "task", "add", "n" * 150], env=environment, check=True, capture_output=True)
    master, slave = pty.openpty()
    done = subprocess.run([*TICKLER, "task", "list"], env={**environment, "COLUMNS": "60"}, stdout=slave)
    os.close(slave)
    lines = os.read(master, 10_000).decode().split("\r\n")
    os.close(master)
    assert done.returncode == 0
    assert max(map(len, lines)) <= 60
    assert "…" in lines[1]


def test_an_interrupt_is_no_traceback(store: Path, environment: dict[str, str]) -> None:
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored where the tests run in the background
        "from tickler import commands\n"
        "from tickler.__main__ import main\n"
        "commands.run_named = lambda given: signal.raise_signal(signal.SIGINT)\n"
        "sys.exit(main(['task', 'list']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")


def test_a_fault_of_ours_is_one_line_and_a_trace_on_request(store: Path, environment: dict[str, str]) -> None:
    program = (
        "import sys\n"
        "from tickler import commands\n"
        "from tickler.__main__ import main\n"
        "commands.run_named = lambda given: 1 / 0\n"
        "sys.exit(main(['task', 'list']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "tickler: a fault in tickler itself: ZeroDivisionError: division by zero (TICKLER_TRACE=1 shows where)\n"
    )
    traced = {**environment, "TICKLER_TRACE": "1"}
    assert (
        "Traceback"
        in subprocess.run([sys.executable, "-c", program], env=traced, capture_output=True, text=True).stderr
    )
