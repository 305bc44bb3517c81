"""Triggers, held still: the three tabs, the editor of three questions, the triggers of a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk, stays
from tests.tui.screens.stage import app_on
from tests.tui.screens.test_pictures import shoot
from tests.tui.screens.trigger_desk import store_with_triggers

__all__ = ["shoot"]

NEXT = "right_square_bracket"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Eight triggers of every scope; five actions wait, some were decided."""
    return store_with_triggers(tmp_path / "desk.db")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    "keys",
    [
        ("7", "G"),
        ("7", *["j"] * 5),
        ("7", NEXT, "j", "j"),
        ("7", NEXT, NEXT, "j", "j", "j"),
        ("7", *["j"] * 5, "e"),
        ("7", "a"),
        ("1", "y"),
        ("7", *["j"] * 5, "enter"),
    ],
    ids=["end", "triggers", "upcoming", "history", "edit", "new", "of-a-task", "open"],
)
def test_triggers(desk: Desk, shoot: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """Each at both sizes."""
    assert shoot(app_on(desk), size, keys)


def test_empty(tmp_path: Path, shoot: Any) -> None:
    """A new desk says what to press."""
    assert shoot(app_on(stays(tmp_path / "empty.db")), (80, 24), ("7",))
