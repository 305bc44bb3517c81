"""What recurs, held still: the line of `r`, the editor folded and unfolded, Schedules, the days of a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.operations import schedules, template_skips, templates
from tests.desk import Desk
from tests.tui.screens.stage import app_on, store_with_stays
from tests.tui.screens.test_pictures import shoot
from tests.tui.screens.test_recur import a_look

__all__ = ["shoot"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stays and jobs, and recurring tasks: one as usual, one counted from the day it was done, one paused."""
    desk = store_with_stays(tmp_path / "desk.db")
    eight = desk.at("2025-06-16T08:00")
    schedules.delete(desk.ana, eight, "weekly report")
    templates.add(desk.ana, eight, "Bins", "weekly mon,thu", start="2025-06-16", horizon="10d", label=("home",))
    templates.add(desk.ana, eight, "Descale", "every! 10 days", duration="2d")
    templates.add(desk.ana, eight, "Windows", "monthly first saturday")
    templates.pause(desk.ana, eight, "Windows", "scaffolding")
    a_look(desk)
    template_skips.skip(desk.ana, desk.at("2025-06-16T09:00"), "Bins", desk.at("2025-06-23").date(), "away")
    return desk


LINE = tuple("space" if letter == " " else letter for letter in "weekly tue")
UNFOLDED = ("3", "G", "k", "k", "e", *("tab",) * 7, "space", *("tab",) * 7, "space")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    "keys",
    [
        ("2", "slash", *"bins", "enter", "r", *LINE),
        ("2", "slash", *"bins", "enter", "e", "tab", "tab", "right"),
        ("3", "G", "k", "k"),
        ("3", "G", "k", "k", "enter"),
        ("3", "G", "k", "k", "e"),
        UNFOLDED,
        ("3", "G", "k", "k", "e", "tab", "ctrl+u", *LINE, "enter"),
    ],
    ids=["line", "edit", "schedules", "days", "editor", "editor-open", "before-and-after"],
)
def test_what_recurs(desk: Desk, shoot: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """Each at both sizes."""
    assert shoot(app_on(desk), size, keys)
