"""Whatever stands in the store: the terminal is told to do nothing but what it is told on any day."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.terminal.evil import MARKUP, ROWS, evil_store, orders
from tests.tui.terminal.stage import small_store
from tests.tui.terminal.terminal import Terminal, desk

NO_ENGINE = "import tui.backstage\ntui.backstage.Backstage._start_engine = lambda self: None"
SIZE = (190, 56)


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """What a terminal is told by a desk that holds nothing special."""
    made = small_store(tmp_path_factory.mktemp("daily") / "desk.db")
    with desk(made.path, size=SIZE, program=NO_ENGINE) as terminal:
        terminal.wait_for("Collect allergy info")
        ended(terminal)
        return dict(orders(terminal.raw))


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store that is copied for each test."""
    return evil_store(tmp_path_factory.mktemp("evil") / "desk.db").parent


@pytest.fixture
def terminal(evil: Path, tmp_path: Path) -> Iterator[Terminal]:
    folder = Path(shutil.copytree(evil, tmp_path / "evil"))
    with desk(folder / "desk.db", size=SIZE, program=NO_ENGINE) as made:
        made.wait_for("Today", "late")
        yield made


def ended(terminal: Terminal) -> None:
    terminal.settle()
    terminal.kill(signal.SIGTERM)
    assert terminal.ended(15) == 143


def walk(terminal: Terminal, steps: int, *, quiet: float = 0.1) -> None:
    """Down a list row by row, so that each has its detail shown."""
    for _ in range(steps):
        terminal.press("j")
        terminal.settle(quiet, 1)


def test_lists_and_details(terminal: Terminal, daily: dict[str, int]) -> None:
    for view in "12348":
        terminal.press(view, "g")
        terminal.settle()
        walk(terminal, ROWS + 4, quiet=0.03)
        if view != "8":
            assert MARKUP in terminal.picture, f"view {view}"
        terminal.press("G")
        terminal.settle()
    ended(terminal)
    assert dict(orders(terminal.raw)) == daily


def test_logs(terminal: Terminal, daily: dict[str, int]) -> None:
    terminal.press("4", "G", "l")
    terminal.wait_for("run 1 ", MARKUP)
    for key in ("g", "e", "e", "G", "t"):
        terminal.press(key)
        terminal.settle(0.1)
    terminal.press("/", "[/b]\x1b", "escape", "/")
    terminal.press("not [b]there[/b] [", "enter")
    terminal.wait_for("not [b]there[/b] [")
    ended(terminal)
    assert dict(orders(terminal.raw)) == daily


def test_dialogs_of_tasks_and_their_toasts(terminal: Terminal, daily: dict[str, int]) -> None:
    terminal.press("2", "/", '"evil 0"', "enter")
    terminal.wait_for("text evil 0")
    terminal.press("g", "j")
    terminal.settle()
    for key, words in (
        ("a", "enter add"),
        ("A", "Add a task"),
        ("e", "Edit the task"),
        ("r", "enter do it"),
        ("z", "enter hide"),
        ("w", "Why"),
    ):
        terminal.press(key)
        terminal.wait_for(words)
        terminal.press("end", "tab", "end", "tab", "end")
        terminal.settle(0.1)
        terminal.press("escape")
        terminal.wait_gone(words)
    terminal.press("d")
    terminal.settle()
    terminal.press("u")
    terminal.wait_for("[@click=app.quit]x[/]")
    terminal.press("t")
    terminal.settle()
    ended(terminal)
    assert dict(orders(terminal.raw)) == daily


def test_dialogs_of_entities(terminal: Terminal, daily: dict[str, int]) -> None:
    terminal.press("8", "/", "app.quit", "enter")
    terminal.wait_for("matching app.quit")
    terminal.press("g")
    terminal.settle()
    for key, words in (("s", "status"), ("m", "dates"), ("c", "contact"), ("a", "Add an entity")):
        terminal.press(key)
        terminal.wait_for(words, "esc leave")
        terminal.press("right", "tab", "tab", "end")
        terminal.settle(0.1)
        assert key == "a" or MARKUP in terminal.picture
        terminal.press("escape")
        terminal.wait_gone("esc leave")
    ended(terminal)
    assert dict(orders(terminal.raw)) == daily


def test_dialogs_of_schedules_and_runs(terminal: Terminal, daily: dict[str, int]) -> None:
    terminal.press("3", "/", "app.quit", "enter")
    terminal.wait_for("matching app.quit")
    for down in range(2):
        terminal.press("g", *"j" * down)
        terminal.settle()
        for key in ("e", "w", "R", "P"):
            terminal.press(key)
            terminal.settle()
            terminal.press("tab", "end", "escape")
            terminal.settle()
        terminal.press("l")
        terminal.settle()
    terminal.press("D", "u")
    terminal.settle()
    terminal.press("escape")
    terminal.settle()
    terminal.press("4", "G", "w")
    terminal.wait_for("Why run")
    assert MARKUP in terminal.picture
    terminal.press("escape", "r")
    terminal.settle()
    terminal.press("x")
    terminal.settle()
    ended(terminal)
    assert dict(orders(terminal.raw)) == daily


def test_what_is_typed_and_pasted(terminal: Terminal, daily: dict[str, int]) -> None:
    terminal.press("A")
    terminal.wait_for("enter add")
    terminal.press("\x1b[200~[b]x[/b] \x9b2J \u202eevil\x08\x1b[201~")
    terminal.wait_for("[b]x[/b]")
    terminal.press("tab", "[/] no day", "enter")
    terminal.wait_for("is not a da")
    ended(terminal)
    assert dict(orders(terminal.raw)) == daily
