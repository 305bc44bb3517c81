"""What the eye sees of workflows, held still at 80 and 160 columns. As `test_pictures`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk
from tests.tui.screens.stage import app_on
from tests.tui.screens.test_pictures import shoot
from tests.tui.screens.workflow_desk import store_with_workflows

__all__ = ["shoot"]

TAB = "right_square_bracket"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Six workflows of two definitions, in every state."""
    return store_with_workflows(tmp_path / "desk.db")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    "keys",
    [
        (),
        (TAB,),
        (TAB, TAB),
        ("G", "k", "enter"),
        ("G", "enter", "t", "minus"),
        ("G", "k", "enter", TAB),
        ("G", "k", "enter", "enter"),
        ("G", "d"),
        ("a", "enter"),
        ("G", "O"),
        (TAB, "enter"),
    ],
    ids=[
        "list", "definitions", "problems", "graph", "left-to-right", "path", "step", "form", "start", "override",
        "definition",
    ],
)  # fmt: skip
def test_workflows(desk: Desk, shoot: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """The tabs, one workflow, a step, the forms."""
    assert shoot(app_on(desk), size, ("6", *keys))


def test_without_colour(desk: Desk, shoot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph in shades of nothing: state is a border, a mark and a word."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert shoot(app_on(desk), (80, 24), ("6", "G", "k", "enter"))
