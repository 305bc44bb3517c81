"""The line at the top: where it is narrow, what is wrong stays to the last, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import thread
from engine.rules.pulse import ended_words
from tests.desk import ZONE, Desk
from tests.tui.screens.stage import NOW, picture, shown, store_with_stays, view
from tests.tui.waiting import pause
from tui.backstage import Backstage
from tui.perform import Writer
from tui.status import engine_status, notices, recurring, trouble_status
from tui.widgets.header import Header, Status, Weight

ENGINE = Status("engine ok", "ok", "ok", Weight.ENGINE)
MANY = (
    ENGINE,
    Status("12 running", "12 run", "running", Weight.RUNNING),
    Status("3 failed", "3 failed", "error", Weight.FAILED),
    Status("8 late", "8 late", "error", Weight.LATE),
    *notices(4),
    *recurring(is_on=False),
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return store_with_stays(tmp_path / "desk.db")


async def top_line(desk: Desk, width: int, status: tuple[Status, ...]) -> str:
    async with shown(desk, (width, 24)) as pilot:
        view(pilot).query_one(Header).status = status
        await pause(pilot)
        return picture(pilot).split("\n")[0].rstrip()


@pytest.mark.parametrize(
    ("width", "end"),
    [
        (190, "engine ok · 12 running · 3 failed · 8 late · 4 notices · recurring tasks off"),
        (84, "ok · 12 run · 3 failed · 8 late · 4 new · recurring off"),
        (76, "ok · 12 run · 3 failed · 8 late · recurring off"),
        (62, "engine ok · 3 failed · 8 late"),
        (48, "ok · 3 failed · 8 late"),
        (42, "ok · 3 failed"),
        (36, "engine ok"),
    ],
)
async def test_the_lightest_is_dropped_first(desk: Desk, width: int, end: str) -> None:
    line = await top_line(desk, width, MANY)
    assert line.endswith(end), line


async def test_a_reason_has_the_room_that_is_left(desk: Desk) -> None:
    died = engine_status(None, NOW, ZONE, "", ended_words(ImportError("no x")))
    line = await top_line(desk, 80, (died, *MANY[2:4]))
    assert line.endswith("engine ended by ImportError: no x · 3 failed · 8 late")
    gone = trouble_status("The store is gone.", "")
    line = await top_line(desk, 64, (*gone, died, *MANY[2:4]))
    assert line.endswith("store gone · engine ended · 3 failed")


async def test_an_engine_that_cannot_start_says_why(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(thread, "EngineThread")  # as when a library that it needs cannot be imported
    behind = Backstage(desk.path, lambda check: Writer(lambda: desk.ana, NOW.replace, print, check), with_engine=True)
    behind._start_engine()
    assert behind.troubles[2].startswith("ended by ImportError: cannot import name 'EngineThread'")
