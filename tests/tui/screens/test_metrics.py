"""The screen of numbers, on an empty desk and after a day."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.connection import connect
from store.reads import metrics
from tests.engine.test_metrics import history
from tests.tui.screens.stage import Clock, app_on, picture, press, settle, shown, store_with_stays, view

NOW = datetime(2025, 6, 16, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_an_empty_desk_says_that_nothing_has_run(tmp_path: Path, size: tuple[int, int]) -> None:
    async with shown(store_with_stays(tmp_path / "desk.db"), size) as pilot:
        await press(pilot, "percent_sign")
        assert "nothing has ended yet" in picture(pilot)
        assert "none ended" in picture(pilot)
        await press(pilot, "percent_sign", "q")
        assert view(pilot).VIEW == "today", "it opens once"


@pytest.mark.parametrize("plain", [False, True])
async def test_the_screen_shows_the_numbers_of_the_store(tmp_path: Path, plain: bool) -> None:
    desk = store_with_stays(tmp_path / "desk.db")
    history(desk.path, 3)
    with closing(connect(desk.path, read_only=True)) as connection:
        found = metrics.metrics(connection)
    app = app_on(desk, Clock(NOW))
    app.ascii_marks = plain
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await press(pilot, "percent_sign")
            seen = picture(pilot)
            assert f"{found.task_completed_total['succeeded']:,} succeeded" in seen
            assert f"{found.occurrence_fired_total:,}" in seen
            assert f"{found.task_queue_length} waiting" in seen
            assert all(len(line) <= 80 for line in seen.split("\n"))
            if plain:
                body = [line[:76] for line in seen.split("\n")[2:-1]]
                assert all(line.replace("·", "").isascii() for line in body)
    finally:
        app.close()
