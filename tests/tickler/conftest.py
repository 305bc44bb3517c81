"""A command line in this process, and a store that holds fixture S of the acceptance list."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.stores import empty_store
from tickler.__main__ import main

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Said]


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """`main` tightens the umask of its process, which here is everybody's."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store of this test will lie; the first command makes it."""
    path = tmp_path / "desk.db"
    monkeypatch.setenv("TICKLER_STORE", str(path))
    return path


@pytest.fixture
def store(no_store: Path) -> Path:
    """The store of this test, empty, as the first command would have made it."""
    return empty_store(no_store)


@pytest.fixture
def cli(store: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process, on the store of this test unless it names another."""

    def run(*words: object) -> Said:
        capsys.readouterr()
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Said(status, out, err)

    return run


@pytest.fixture
def done(cli: Cli) -> Callable[..., str]:
    """Run a command that must succeed; its output."""

    def run(*words: object) -> str:
        said = cli(*words)
        assert (said.status, said.err) == (0, ""), words
        return said.out

    return run


def process(*words: str, environment: dict[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run `tickler` as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tickler", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        capture_output=True,
        text=True,
        **more,
    )


STATUSES = ("quote", "option", "confirmed", "validated", "checked_in", "terminated", "cancelled")
EVENTS = (
    ("confirmed +15 d", "--status", "confirmed", "--offset", "15d"),
    ("max. 1 month before stay", "--date-field", "date_from", "--offset", "-30d"),
    ("before stay", "--date-field", "date_from", "--offset", "-1d"),
    ("after stay", "--date-field", "date_to", "--offset", "1"),
)
MODELS = (
    ("Receive contract", "confirmed", ""),
    ("Send access codes", "confirmed", ""),
    ("Prepare stay binder", "confirmed", ""),
    ("Draft schedule", "confirmed +15 d", ""),
    ("Send message code", "confirmed +15 d", ""),
    ("Publish blog", "confirmed +15 d", ""),
    ("Prepare summary sheet", "confirmed", "max. 1 month before stay"),
    ("Collect allergy info", "confirmed", "max. 1 month before stay"),
    ("Finalize waiting list", "confirmed", "max. 1 month before stay"),
    ("Assign room numbers", "validated", "before stay"),
    ("Archive pedagogical sheets", "terminated", "after stay"),
)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fixture S by the command line: definitions and Stay 12, not confirmed yet."""
    path = tmp_path_factory.mktemp("fixture-s") / "desk.db"

    def run(*words: str) -> None:
        assert main(["--store", str(path), *words]) == 0

    statuses = [word for status in STATUSES for word in ("--status", status)]
    run("class", "add", "stay", *statuses, "--date-field", "date_from", "--date-field", "date_to")
    run("setting", "set", "zone", "Europe/Brussels")
    for name, *options in EVENTS:
        run("event", "add", "stay", name, *options)
    for name, trigger, deadline in MODELS:
        run("model", "add", "stay", name, trigger, *(("--deadline-event", deadline) if deadline else ()))
    dates = ("date_from=2025-07-14", "date_to=2025-07-18")
    run("entity", "add", "stay", "12", "--name", "Lakeside School", *dates, "--at", "2025-05-01")
    return path


@pytest.fixture
def stays(made_once: Path, store: Path) -> Path:
    """A copy of it for this test; nobody has it open."""
    shutil.copy(made_once, store)
    return store
