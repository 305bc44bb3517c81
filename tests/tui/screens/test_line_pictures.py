"""The return board and the line of quick add, held still, narrow and wide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.operations import lists
from tests.tui.screens.stage import app_on, store_with_stays
from tests.tui.screens.test_board import with_backlog
from tests.tui.screens.test_pictures import shoot

__all__ = ["shoot"]

LINE = tuple("space" if letter == " " else letter for letter in "Prune roses #garden @outside p1 every 2 weeks on fri")
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])


@SIZES
@pytest.mark.parametrize("keys", [("S",), ("S", "g", "j", "j", "j", "j", "j", "j")], ids=["top", "row"])
def test_board(tmp_path: Path, shoot: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """A backlog sorted, before anything is written."""
    desk = with_backlog(store_with_stays(tmp_path / "desk.db"))
    assert shoot(app_on(desk), size, keys)


@SIZES
@pytest.mark.parametrize("line", [(), LINE, tuple("Call 03/04".replace(" ", "_"))], ids=["empty", "rule", "refused"])
def test_quick_add(tmp_path: Path, shoot: Any, size: tuple[int, int], line: tuple[str, ...]) -> None:
    """Nothing typed, a line that recurs with its chips, one that has two readings."""
    desk = store_with_stays(tmp_path / "desk.db")
    lists.add(desk.ana, desk.at("2025-05-01"), "house/garden")
    keys = ("space" if key == "_" else "slash" if key == "/" else key for key in line)
    assert shoot(app_on(desk), size, ("2", "a", *keys))
