"""What the eye sees, held still: each view once, narrow and wide, and one view in every palette of ours.

After a change that is wanted: `pytest tests/tui/screens/test_pictures.py --snapshot-update`, then look at the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.operations.settings import set_setting
from tests.desk import Desk, stays
from tests.tui.screens.ledgers import runs_of_every_kind, store_with_ledger
from tests.tui.screens.stage import NOW, app_on, settle, store_with_stays
from tests.tui.screens.test_calendar import full
from tests.tui.screens.test_notices import a_pass
from themes import load_builtin
from tui.app import Desk as App

SNAP = Callable[..., bool]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Stay 12 confirmed, two schedules."""
    return store_with_stays(tmp_path / "desk.db")


@pytest.fixture
def shoot(snap_compare: SNAP) -> Iterator[Callable[[App, tuple[int, int], tuple[str, ...]], bool]]:
    """Photograph an application after some keys, and close what it opened."""
    opened: list[App] = []

    def take(app: App, size: tuple[int, int], keys: tuple[str, ...]) -> bool:
        async def before(pilot: Pilot[Any]) -> None:
            await settle(pilot)
            for key in keys:
                await pilot.press(key)
                await settle(pilot)

        opened.append(app)
        return snap_compare(app, terminal_size=size, run_before=before)

    yield take
    for app in opened:
        app.close()


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    "keys",
    [("1",), ("2", "g", "j"), ("3",), ("8",), ("3", "e"), ("8", "s")],
    ids=["today", "followups", "schedules", "entities", "editor", "status"],
)
def test_views(desk: Desk, shoot: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """Today, Followups, Schedules, Entities, the schedule editor, the status dialog."""
    assert shoot(app_on(desk), size, keys)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
@pytest.mark.parametrize("tab", range(4), ids=["month", "week", "agenda", "heat-map"])
def test_calendar(tmp_path: Path, shoot: Any, size: tuple[int, int], tab: int) -> None:
    """The four ways to look at days."""
    desk = store_with_ledger(tmp_path / "desk.db")
    full(desk)
    assert shoot(app_on(desk), size, ("9", *["right_square_bracket"] * tab))


@pytest.mark.parametrize("key", ["exclamation_mark", "percent_sign"], ids=["notices", "numbers"])
def test_notices_and_numbers(tmp_path: Path, shoot: Any, key: str) -> None:
    """What is told, and the numbers, at 80 columns."""
    desk = store_with_ledger(tmp_path / "desk.db")
    runs_of_every_kind(desk)
    a_pass(desk, NOW)
    assert shoot(app_on(desk), (80, 24), (key,))


@pytest.mark.parametrize("key", ["1", "2", "4"], ids=["today", "followups", "runs"])
def test_empty(tmp_path: Path, shoot: Any, key: str) -> None:
    """A new desk says what to press."""
    assert shoot(app_on(stays(tmp_path / "empty.db")), (80, 24), (key,))


@pytest.mark.parametrize("name", [palette.name for palette in load_builtin()])
def test_palettes(desk: Desk, shoot: Any, name: str) -> None:
    """Followups in each palette."""
    set_setting(desk.ana, desk.at("2025-06-16"), "theme", name)
    assert shoot(app_on(desk), (100, 30), ("2", "g", "j"))


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    "keys",
    [
        ("M",),
        ("M", "b"),
        ("3", "e", *["tab"] * 8, "space"),
        ("3", "j", "e", "tab", "backspace", "1", "minus", "5", "enter"),
        ("4", "j", "j"),
    ],
    ids=["missed", "missed-by-schedule", "editor-open", "before-after", "runs"],
)
def test_schedules_and_runs(tmp_path: Path, shoot: Any, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """Missed, an open group of the editor, the times before and after, runs with their progress."""
    desk = store_with_ledger(tmp_path / "desk.db")
    runs_of_every_kind(desk)
    assert shoot(app_on(desk), size, keys)
