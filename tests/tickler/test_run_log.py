"""`run log` on the command line: which lines, followed, to a file, in both backends."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine import loglines
from engine.requests import request
from store import settings
from store.connection import connect
from tests.stores import empty_store
from tests.tickler.conftest import ROOT, Cli

LINES = ["debug: a", "b", "warning: c \x1b[31mred", "ERROR d", *(f"step {number}" for number in range(5, 12_001))]


def add(path: Path, first: int, lines: list[str], attempt: int) -> None:
    with closing(connect(path)) as connection:
        (backend,) = connection.execute("SELECT log_backend FROM run").fetchone()
        printed = loglines.Lines(backend)
        connection.execute("BEGIN IMMEDIATE")
        printed.print(1, first, attempt, 0, "stdout", "\n".join(lines))
        printed.write(connection)
        connection.execute("UPDATE run SET log_lines = log_lines + ? WHERE id = 1", (len(lines),))
        connection.execute("COMMIT")


@pytest.fixture
def log(request_: str, store: Path) -> Path:
    with closing(connect(empty_store(store))) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        settings.write(connection, "task_log_storage_backend", request_)
        request(connection, 0, name="x", controller="shell", params={})
    add(store, 1, LINES, 1)
    add(store, len(LINES) + 1, ["again", "ERROR again"], 2)
    return store


@pytest.fixture(params=["database", "file"])
def request_(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def texts(out: str) -> list[str]:
    return [line.split("  ", 2)[2].strip() for line in out.splitlines()]


def test_all_lines_page_by_page(log: Path, done: Callable[..., str]) -> None:
    out = done("run", "log", 1)
    assert len(out.splitlines()) == 12_002
    assert out.splitlines()[2] == "1970-01-01 00:00:00  warning  warning: c ␛[31mred"
    assert texts(out)[-2:] == ["again", "ERROR again"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--tail", 2), ["again", "ERROR again"]),
        (("--level", "warning"), ["warning: c ␛[31mred", "ERROR d", "ERROR again"]),
        (("--level", "error", "--attempt", 1), ["ERROR d"]),
        (("--grep", "step 1199"), [f"step 1199{end}" if end else "step 1199" for end in ("", *"0123456789")]),
        (("--grep", "error", "--tail", 1), ["ERROR again"]),
        (("--from", 11_999, "--limit", 2), ["step 11999", "step 12000"]),
        (("--attempt", 2, "--grep", "again"), ["again", "ERROR again"]),
        (("--attempt", 3), []),
    ],
)  # fmt: skip
def test_some_lines(
    log: Path, done: Callable[..., str], cli: Cli, options: tuple[object, ...], found: list[str]
) -> None:
    assert texts(done("run", "log", 1, *options)) == found
    assert len(cli("run", "log", 1, *options, "--json").json) == len(found)


def test_to_a_file_that_is_not_overwritten(log: Path, cli: Cli, done: Callable[..., str], tmp_path: Path) -> None:
    target = tmp_path / "out.log"
    assert done("run", "log", 1, "--to", target, "--level", "warning") == f"3 lines written to {target}\n"
    lines = target.read_text().splitlines()
    assert lines[0] == "1970-01-01T00:00:00.000000Z warning stdout 1 3 warning: c ␛[31mred"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    said = cli("run", "log", 1, "--to", target)
    assert (said.status, said.err) == (
        1, f"file: {target} exists; name another, or say that it may be overwritten.\n"
    )  # fmt: skip
    assert target.read_text().splitlines() == lines
    assert done("run", "log", 1, "--to", target, "--overwrite").startswith("12,002 lines")
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("run", "log", 2), "There is no run 2."),
        (("run", "log", 2, "--follow"), "There is no run 2."),
        (("run", "log", 1, "--to", "/nowhere/x"), "file: there is no directory /nowhere."),
        (("run", "log", 1, "--to", "x", "--tail", "3"), "to: a file gets all lines"),
        (("run", "log", 1, "--level", "loud"), "level"),
    ],
)
def test_what_is_refused(log: Path, cli: Cli, words: tuple[object, ...], why: str) -> None:
    said = cli(*words)
    assert (said.status, why in said.err) == (1, True), said.err


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_followed_until_the_run_is_over(log: Path, form: tuple[str, ...]) -> None:
    words = [sys.executable, "-m", "tickler", "--store", str(log), "run", "log", "1", "--tail", "1", "--follow", *form]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        add(log, 12_003, ["came later", "and the end"], 2)
        second, third = process.stdout.readline(), process.stdout.readline()
        with closing(connect(log)) as connection:
            connection.execute("UPDATE run SET state = 'succeeded', finished_at = 1")
        assert (process.stdout.read(), process.wait(20)) == ("", 0)
    found = [json.loads(line)["text"] for line in (first, second, third)] if form else texts(first + second + third)
    assert found == ["ERROR again", "came later", "and the end"]
