"""Stores that cannot be used: one sentence, exit status 1, and the file as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.schema import VERSION
from tests.stores import empty_store
from tests.tickler.conftest import ROOT, Cli

Done = Callable[..., str]


@pytest.fixture
def store(no_store: Path) -> Path:
    """These tests make the store, each in its own way."""
    return no_store


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def newer(path: Path) -> None:
    empty_store(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


def halved(path: Path) -> None:
    empty_store(path)
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    empty_store(path)
    with path.open("r+b") as file:
        file.write(b"not SQLite at all")


def emptied(path: Path) -> None:
    empty_store(path)
    os.truncate(path, 0)


TROUBLES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a directory": (Path.mkdir, "is a directory; name a file"),
    "zero bytes": (Path.touch, "is zero bytes long and is left as it is"),
    "zero bytes that were a store": (emptied, "restore a backup"),
    "another program's": (foreign, "is another program's SQLite file, not a tickler store"),
    "a text": (lambda path: path.write_text("Dear diary\n" * 100), "is not a tickler store"),
    "a pipe": (os.mkfifo, "is not a regular file"),
    "newer": (newer, f"was written by a newer tickler (store version {VERSION + 1}, this one knows {VERSION})"),
    "cut in half": (halved, "is damaged"),
    "overwritten": (overwritten, "is not a tickler store"),
}


@pytest.mark.parametrize(("make", "sentence"), TROUBLES.values(), ids=list(TROUBLES))
@pytest.mark.parametrize("words", [("task", "list"), ("task", "add", "x"), ("doctor",)], ids=" ".join)
def test_a_store_that_cannot_be_used(
    cli: Cli, store: Path, make: Callable[[Path], object], sentence: str, words: tuple[str, ...]
) -> None:
    make(store)
    before = store.read_bytes() if store.is_file() else None
    said = cli(*words)
    assert (said.status, said.out) == (1, "")
    assert str(store) in said.err
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert cli(*words, "--json").json["refused"] + "\n" == said.err
    assert before is None or store.read_bytes() == before


def test_a_store_that_is_gone_is_not_made_anew(cli: Cli, store: Path, done: Done) -> None:
    done("task", "add", "x")
    store.unlink()
    said = cli("task", "list")
    assert said.status == 1
    assert "was here before and is gone" in said.err
    assert not store.exists()


def test_a_folder_that_cannot_be_made(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = cli("task", "list", "--store", tmp_path / "file" / "desk.db")
    assert said.status == 1
    assert said.err.count("\n") == 1
    too_long = cli("task", "list", "--store", tmp_path / ("x" * 300))
    assert (too_long.status, too_long.err.count("\n")) == (1, 1)


READS = [
    ("doctor",), ("task", "list"), ("entity", "list"), ("schedule", "list"), ("schedule", "show", "x"),
    ("schedule", "missed"), ("run", "list"), ("run", "log", "1"), ("run", "log", "1", "--follow"), ("why", "task", "1"),
    ("log",), ("setting", "list"), ("dump",), ("metrics",), ("notification", "list"), ("export", "crontab"),
]  # fmt: skip


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_reading_makes_no_store(cli: Cli, store: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    said = cli("--store", tmp_path / "mistyped.db", *words)
    how = "`tickler` without words makes one there, and so does the first thing that is added or loaded"
    assert (said.status, said.err) == (1, f"There is no store at {tmp_path / 'mistyped.db'}; {how}.\n")
    assert list(tmp_path.glob("*")) == []


def test_a_backup_makes_no_store(cli: Cli, store: Path, tmp_path: Path) -> None:
    assert cli("backup", tmp_path / "copy.db").err.startswith(f"There is no store at {store}; ")
    assert list(tmp_path.glob("*")) == []


def test_what_can_be_told_without_a_store_is_told_and_makes_none(cli: Cli, store: Path, tmp_path: Path) -> None:
    planned = cli("schedule", "preview", "daily 02:30", "--zone", "UTC", "--from", "2025-06-01T00:00", "--json")
    assert planned.json[0] == "2025-06-01T02:30:00+00:00"
    assert "shell" in cli("controllers").out
    assert list(tmp_path.glob("*")) == []


def test_the_first_write_makes_the_store(cli: Cli, store: Path) -> None:
    assert cli("task", "add", "Call the baker").status == 0
    assert "Call the baker" in cli("task", "list").out


@pytest.mark.slow
def test_a_store_that_another_program_writes_for_long(cli: Cli, store: Path, done: Done) -> None:
    done("task", "add", "before")
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = cli("task", "add", "meanwhile")
        assert said.status == 1
        assert "is being written by another process that has not let go for 5 seconds; try again" in said.err
        assert "before" in done("task", "list")
        other.execute("ROLLBACK")
    assert "task 2 added: after" in done("task", "add", "after")


LIMITED = """
import resource, sys
from tickler.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.exit(main(sys.argv[2:]))
"""


def test_a_store_that_may_not_grow(cli: Cli, store: Path, done: Done) -> None:
    done("task", "add", "before")
    room = 4096
    said = subprocess.run(
        [sys.executable, "-c", LIMITED, str(room), "task", "add", "x" * 200, "--notes", "y" * 50_000],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert "disk" in said.stderr
    assert [task["name"] for task in cli("task", "list", "--json").json] == ["before"]


UNPRIVILEGED = """
import os, sys
from tickler.__main__ import main
spare, *words = sys.argv[1:]
for known in (["task", "list"], ["task", "add", "x"], ["task", "show", "99", "--json"], ["task", "show", "99"]):
    main(["--store", spare, *known])  # loads what is needed while the interpreter's own files may be read
print("--", flush=True)
print("--", file=sys.stderr, flush=True)
if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
sys.exit(main(words))
"""


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A store in a folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="tickler-test-"))
    folder.chmod(0o755)
    yield empty_store(folder / "desk.db")
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_somebody_else(shared: Path, tmp_path: Path, *words: str) -> tuple[int, str]:
    """Exit status and stderr of a command run without root's rights."""
    spare = tmp_path / "spare.db"
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(spare), "--store", str(shared), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr.partition("--\n")[2]


@pytest.mark.parametrize("mode", [0o444, 0o000], ids=["readable", "closed"])
def test_a_store_that_may_only_be_read(shared: Path, tmp_path: Path, mode: int) -> None:
    shared.chmod(mode)
    before = shared.read_bytes() if os.getuid() == 0 else b""
    for words in (("task", "add", "x"), ("task", "list")):
        status, said = as_somebody_else(shared, tmp_path, *words)
        assert (status, said) == (1, f"The store {shared} is read-only for this user; check its permissions.\n")
    assert os.getuid() != 0 or shared.read_bytes() == before


def test_a_store_in_a_folder_that_may_only_be_read(shared: Path, tmp_path: Path) -> None:
    shared.chmod(0o666)
    shared.parent.chmod(0o555)
    status, said = as_somebody_else(shared, tmp_path, "task", "add", "x")
    assert status == 1
    assert said.startswith(f"The store {shared} ")
    assert said.count("\n") == 1


def test_a_new_store_in_a_folder_that_may_only_be_read(shared: Path, tmp_path: Path) -> None:
    shared.parent.chmod(0o555)
    status, said = as_somebody_else(shared.parent / "new.db", tmp_path, "task", "add", "x")
    assert (status, said) == (1, f"The folder {shared.parent} of the store is read-only for this user.\n")
