"""Both backends of logs behind the same verbs: what is written is read again, and what is lost is said."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine import logfiles, loglines, logstore
from engine.requests import request
from engine.rules.loudness import WARNING
from store import settings
from store.connection import connect
from store.enums import Level
from store.errors import StoreTrouble
from store.instants import SECOND, from_us, to_us
from store.logfile import path_of
from store.reads import logs
from store.reads.log_which import Which
from tests.engine.engine_stage import Stage, add, daemon, log_of, run_of, soon
from tests.engine.stage import AT, desk, rows
from tests.stores import empty_store

__all__ = ["desk"]

NOW = to_us(AT)
PRINTED = [
    "start",
    "Needle one",
    "ERROR 50%_done",
    "  indented\twith tab",
    "warning: needle two",
    "",
    "2025 stdout",
    "end",
]


def use(connection: sqlite3.Connection, backend: str) -> None:
    connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
    settings.write(connection, "task_log_storage_backend", backend)


def new_run(connection: sqlite3.Connection) -> int:
    made = request(connection, NOW, name="x", controller="shell", params={})
    assert made is not None
    return made


def write(connection: sqlite3.Connection, run_id: int, lines: list[str], attempt: int = 1, at: int = NOW) -> None:
    """As the engine does: lines and their count in one transaction."""
    backend, first = connection.execute("SELECT log_backend, log_lines FROM run WHERE id = ?", (run_id,)).fetchone()
    printed = loglines.Lines(backend)
    count, errors = printed.print(run_id, first + 1, attempt, at, "stdout", "\n".join(lines))
    printed.write(connection)
    connection.execute(
        "UPDATE run SET log_lines = log_lines + ?, log_errors = log_errors + ? WHERE id = ?", (count, errors, run_id)
    )


@pytest.fixture(params=["database", "file"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A store whose run 2 has printed eight lines; runs 1 and 3 have one line each."""
    with closing(connect(empty_store(tmp_path / "desk.db"))) as connection:
        use(connection, request.param)
        for _ in range(3):
            new_run(connection)
        loglines.append(connection, 1, 1, NOW, "of another run: needle")
        write(connection, 2, PRINTED)
        loglines.append(connection, 3, 1, NOW, "of another run: needle")
        yield connection


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A store whose run 1 has ten lines in a file."""
    with closing(connect(empty_store(tmp_path / "desk.db"))) as connection:
        use(connection, "file")
        write(connection, new_run(connection), [f"line {number}" for number in range(1, 11)])
        yield connection


def texts(connection: sqlite3.Connection, run_id: int, first: int = 1, limit: int = -1) -> list[str]:
    return [line.text for line in logs.page(connection, run_id, first, limit)]


def seqs(connection: sqlite3.Connection, which: Which, *, backward: bool = False, limit: int = -1) -> list[int]:
    found = logs.log(connection, 2)
    lines = found.lines(which, 1, logs.END, limit, backward=backward)
    numbers = found.seqs(which, 1, logs.END, limit, backward=backward)
    assert [line.seq for line in lines] == numbers
    return numbers


# -- both backends ---------------------------------------------------------------------------------------


def test_lines_are_read_as_they_were_written(log: sqlite3.Connection) -> None:
    page = logs.page(log, 2, 1, 100)
    assert [line.text for line in page] == PRINTED
    assert [line.seq for line in page] == list(range(1, 9))
    assert {(line.attempt, line.at, line.stream) for line in page} == {(1, NOW, "stdout")}
    assert [line.level for line in page if line.level is not Level.INFO] == [Level.ERROR, Level.WARNING]
    assert logs.size(log, 2) == 8


@pytest.mark.parametrize(
    ("first", "limit", "found"),
    [(1, 3, [1, 2, 3]), (7, 3, [7, 8]), (8, 1, [8]), (9, 5, []), (3, 0, []), (-5, 2, [1, 2])],
)
def test_pages_forward(log: sqlite3.Connection, first: int, limit: int, found: list[int]) -> None:
    assert [line.seq for line in logs.page(log, 2, first, limit)] == found


@pytest.mark.parametrize(
    ("before", "limit", "found"), [(None, 3, [6, 7, 8]), (3, 5, [1, 2]), (1, 5, []), (99, 2, [7, 8]), (5, 1, [4])]
)
def test_pages_backward(log: sqlite3.Connection, before: int | None, limit: int, found: list[int]) -> None:
    assert [line.seq for line in logs.page_before(log, 2, before, limit)] == found


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (Which("needle"), [2, 5]),
        (Which("Needle"), [2]),
        (Which("50%_"), [3]),
        (Which("5_%"), []),
        (Which("2025"), [7]),
        (Which("stdout"), [7]),
        (Which("with tab"), [4]),
        (Which("\\"), []),
        (Which(level=Level.WARNING), [3, 5]),
        (Which(level=Level.ERROR), [3]),
        (Which("needle", Level.WARNING), [5]),
        (Which(attempt=2), []),
        (Which("end", attempt=1), [8]),
    ],
)
def test_which_lines(log: sqlite3.Connection, which: Which, found: list[int]) -> None:
    assert seqs(log, which) == found
    assert seqs(log, which, backward=True) == found
    assert seqs(log, which, limit=1) == found[:1]
    assert seqs(log, which, backward=True, limit=1) == found[-1:]


def test_attempts_and_times_are_found(log: sqlite3.Connection) -> None:
    for attempt in (2, 3):
        write(log, 2, ["again", "and again"], attempt, NOW + attempt * SECOND)
    assert logs.attempt_starts(log, 2) == [(1, 1), (2, 9), (3, 11)]
    assert logs.first_at(log, 2, from_us(NOW + 2 * SECOND)) == 9
    assert logs.first_at(log, 2, from_us(NOW + 2 * SECOND + 1)) == 11
    assert logs.first_at(log, 2, from_us(NOW + 4 * SECOND)) is None
    assert logs.log(log, 2).printed(3) == 2
    assert seqs(log, Which(attempt=2)) == [9, 10]


def test_long_logs_are_read_at_any_place(log: sqlite3.Connection) -> None:
    run = new_run(log)
    written = [f"step {number} {'x' * (number % 90)}" for number in range(1, 30_001)]
    written[20_000] = "y" * 8192
    for start in range(0, 30_000, 7_000):
        write(log, run, written[start : start + 7_000])
    for place in (1, 2, 9_999, 20_000, 20_001, 20_002, 29_950):
        assert texts(log, run, place, 40) == written[place - 1 : place + 39]
        assert [line.text for line in logs.page_before(log, run, place, 40)] == written[max(0, place - 41) : place - 1]
    assert logs.find(log, run, "step 29999 ", 1) == 29_999
    assert logs.find(log, run, "step 3 ", 30_000, forward=False) == 3


def test_odd_text_comes_back(log: sqlite3.Connection) -> None:
    run = new_run(log)
    odd = [
        "é ü 漢字 🙂",
        "\x1b[31mred\x1b[0m",
        "tab\there",
        "a\x85b\u2028c",
        " 2025-01-01T00:00:00.000000Z info",
        "\x0c",
    ]
    write(log, run, odd)
    assert texts(log, run) == odd


def test_forgotten_logs_are_gone_and_the_others_stay(log: sqlite3.Connection) -> None:
    assert logstore.forget(log, [2, 99]) == logstore.Forgotten(8, is_all=True)
    assert (texts(log, 2), logs.size(log, 2)) == ([], 0)
    assert texts(log, 3) == ["of another run: needle"]
    assert not path_of(log, 2).exists()
    assert logstore.forget(log, [2]) == logstore.Forgotten(0, is_all=True)


def test_what_a_transaction_undid_is_not_read(log: sqlite3.Connection) -> None:
    log.execute("BEGIN IMMEDIATE")
    write(log, 2, ["never", "happened"])
    log.execute("ROLLBACK")
    assert texts(log, 2) == PRINTED
    assert logs.find(log, 2, "happened", 1) is None
    write(log, 2, ["this did"])
    assert texts(log, 2) == [*PRINTED, "this did"]


# -- files -----------------------------------------------------------------------------------------------


def test_many_rows_are_forgotten_in_short_transactions(tmp_path: Path) -> None:
    with closing(connect(empty_store(tmp_path / "desk.db"))) as connection:
        run = new_run(connection)
        write(connection, run, ["x"] * 25)
        found = [logstore.forget(connection, [run], most=10) for _ in range(3)]
    assert [(each.lines, each.is_all) for each in found] == [(10, False), (10, False), (5, True)]


def test_the_file_is_private_and_pleasant_to_grep(file: sqlite3.Connection) -> None:
    path = path_of(file, 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in path.parents[:3]] == [0o700] * 3
    assert path.read_text().split("\n")[0] == "2025-05-20T10:15:00.000000Z info    stdout 1 1 line 1"


def test_a_torn_last_line_is_said_and_written_over(file: sqlite3.Connection) -> None:
    path = path_of(file, 1)
    os.truncate(path, path.stat().st_size - 3)
    assert texts(file, 1, 9) == ["line 9", f"line 10 is missing: {path} was cut or could not be written"]
    write(file, 1, ["line 11"])
    assert [(line.seq, line.text) for line in logs.page(file, 1, 9, 5)][::2] == [(9, "line 9"), (11, "line 11")]
    assert [line.seq for line in logs.page_before(file, 1, None, 3)] == [9, 10, 11]


def test_a_file_that_is_gone_is_said(file: sqlite3.Connection) -> None:
    path = path_of(file, 1)
    path.unlink()
    (line,) = logs.page(file, 1, 1, 100)
    assert (line.seq, line.level, line.stream) == (1, Level.WARNING, "engine")
    assert line.text == f"lines 1 to 10 are missing: {path} is gone"
    assert logs.find(file, 1, "line", 1) is None
    write(file, 1, ["line 11"])
    assert [line.seq for line in logs.page(file, 1, 1, 100)] == [1, 11]


def test_a_file_nobody_may_read_is_said(file: sqlite3.Connection) -> None:
    path = path_of(file, 1)
    path.unlink()
    path.mkdir()
    assert texts(file, 1) == [f"lines 1 to 10 are missing: {path} cannot be read (Is a directory)"]
    write(file, 1, ["line 11"])
    assert logs.size(file, 1) == 11


def test_lines_that_a_person_took_out_are_said(file: sqlite3.Connection) -> None:
    path = path_of(file, 1)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:3], "a note of mine\n", *lines[6:]]))
    assert [line.seq for line in logs.page(file, 1, 1, 100)] == [1, 2, 3, 4, 7, 8, 9, 10]
    assert texts(file, 1, 4, 1) == [f"lines 4 to 6 are missing: {path} was cut or could not be written"]
    assert [line.seq for line in logs.page(file, 1, 5, 2)] == [7, 8]
    assert [line.seq for line in logs.page_before(file, 1, 8, 3)] == [3, 4, 7]
    assert [line.seq for line in logs.page_before(file, 1, 6, 2)] == [3, 4]


def test_a_full_disk_is_said_and_nothing_is_lost(file: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the block reaches the disk; when there is room again the same lines are written once."""
    real = os.pwrite

    def full(descriptor: int, data: bytes, place: int) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data[: len(data) // 2], place)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StoreTrouble, match="The log of run 1 cannot grow: the disk is full"):
        write(file, 1, ["line 11", "line 12"])
    monkeypatch.undo()
    assert logs.size(file, 1) == 10
    write(file, 1, ["line 11", "line 12"])
    assert texts(file, 1) == [f"line {number}" for number in range(1, 13)]


def test_a_file_left_by_an_older_store_is_begun_anew(file: sqlite3.Connection) -> None:
    path = path_of(file, 2)
    path.write_bytes(path_of(file, 1).read_bytes())
    write(file, new_run(file), ["of the new store"])
    assert texts(file, 2) == ["of the new store"]
    assert path.read_bytes().count(b"\n") == 1


def test_a_link_in_the_place_of_the_file_is_not_followed(file: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    path_of(file, 2).symlink_to(tmp_path / "precious")
    write(file, new_run(file), ["line"])
    assert (tmp_path / "precious").read_text() == "mine"


# -- with an engine --------------------------------------------------------------------------------------


def test_Z11_lines_in_order_while_it_runs_and_a_new_backend_is_for_new_runs(desk: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    says = "echo debug: a; echo b; echo warning: c; echo error: d;"
    with Stage(desk) as stage:
        old = stage.do(says)
        with closing(connect(desk)) as connection:
            use(connection, "file")
        new = stage.add(f"{says} read x < {gate}")
        stage.until(lambda: len(log_of(desk, new)) == 5)
        assert [line.level for line in log_of(desk, new)[1:]] == [Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR]
        gate.write_text("go\n")
        (ended,) = stage.over(new)
    assert (old.log_backend, ended.log_backend) == ("database", "file")
    shown = [[(line.text, line.level, line.stream) for line in log_of(desk, run)] for run in (old.id, new)]
    assert shown[0][1:5] == shown[1][1:5]
    assert [len(each) for each in shown] == [6, 6]
    assert rows(desk, "SELECT count(*) FROM log_line WHERE run_id = ?", new) == [(0,)]


@pytest.mark.parametrize("backend", ["database", "file"])
def test_caps_drop_the_same_whatever_the_backend(desk: Path, backend: str) -> None:
    with closing(connect(desk)) as connection:
        use(connection, backend)
        settings.write(connection, "log_cap", 10_000)
    with Stage(desk) as stage:
        run = stage.do("seq 100000")
    kept = [line for line in log_of(desk, run.id) if line.stream == "stdout"]
    assert len(kept) + run.dropped_lines == 100_000
    assert sum(len(line.text) + 1 for line in kept) + run.dropped_bytes == 588_895
    assert (kept[0].text, kept[-1].text) == ("1", "100000")
    assert run.log_lines == len(log_of(desk, run.id))


def test_a_full_disk_in_the_middle_of_a_run_is_waited_out(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(connect(desk)) as connection:
        use(connection, "file")
    real = os.pwrite
    with Stage(desk) as stage:
        run = stage.add("seq 1000; sleep 0.2; seq 1001 2000")
        stage.until(lambda: len(log_of(desk, run)) > 1)

        def full(descriptor: int, data: bytes, place: int) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(StoreTrouble, match="the disk is full"):
            stage.over(run)
        with pytest.raises(StoreTrouble, match="the disk is full"):
            stage.step()
        monkeypatch.setattr(os, "pwrite", real)
        stage.over(run)
    assert texts_of(desk, run) == [str(number) for number in range(1, 2001)]


def texts_of(store: Path, run: int) -> list[str]:
    return [line.text for line in log_of(store, run) if line.stream == "stdout"]


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from store.connection import connect
from tests.engine.test_logstore import write
connection = connect(Path(sys.argv[1]))
number = 0
while True:
    connection.execute("BEGIN IMMEDIATE")
    write(connection, 1, [f"line {n}" for n in range(number + 1, number + 51)])
    connection.execute("COMMIT")
    number += 50
"""


@pytest.mark.parametrize("backend", ["database", "file"])
def test_kill_9_in_the_middle_of_writing_loses_nothing_that_was_committed(desk: Path, backend: str) -> None:
    with closing(connect(desk)) as connection:
        use(connection, backend)
        new_run(connection)
        for _ in range(3):
            before = logs.size(connection, 1)
            assert texts(connection, 1) == [f"line {number}" for number in range(1, before + 1)]
            logstore.forget(connection, [1])
            child = subprocess.Popen([sys.executable, "-c", KILLED, str(desk)])
            soon(lambda: logs.size(connection, 1) > 1_000)
            child.send_signal(signal.SIGKILL)
            child.wait()
        done = logs.size(connection, 1)
        assert texts(connection, 1) == [f"line {number}" for number in range(1, done + 1)]
        assert done % 50 == 0
        write(connection, 1, ["after"])
        assert texts(connection, 1, done) == [f"line {done}", "after"]


@pytest.mark.parametrize("crash_at", ["taken", "heard-end"])
def test_an_engine_that_dies_between_file_and_commit_leaves_each_line_once(desk: Path, crash_at: str) -> None:
    with closing(connect(desk)) as connection:
        use(connection, "file")
    run = add("seq 1000")
    with daemon(desk, crash_at=crash_at, wait=False) as process:
        process.wait(20)
    with daemon(desk):
        soon(lambda: run_of(desk, run).finished_at)
    assert texts_of(desk, run) == [str(number) for number in range(1, 1001)]
    numbers = [line.seq for line in log_of(desk, run)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_line_of_ours_with_a_break_stays_one_line(file: sqlite3.Connection) -> None:
    loglines.append(file, 1, 1, NOW, "two\nlines", WARNING)
    assert texts(file, 1, 11) == ["two⏎lines"]
    assert logfiles.text_of(1, 1, NOW, "stdout", ["\ud800"], None).endswith(b" \\ud800\n")
