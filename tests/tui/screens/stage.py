"""The desk under test: fixture S with stay 12 confirmed, a clock turned by hand, no engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from engine.operations import schedules
from tests.desk import ZONE, Desk, stays
from tests.tui.waiting import type_ahead
from tui.app import Desk as App
from tui.screens.view import View

NOW = datetime(2025, 6, 16, 9, 30, tzinfo=ZONE)
"""Monday: the tasks due on 14 June are late by two days."""


@dataclass(slots=True)
class Clock:
    """A clock that stands until a test turns it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def store_with_stays(path: Path) -> Desk:
    """Stay 12 confirmed with its nine tasks, two schedules."""
    desk = stays(path)
    desk.become("confirmed", "2025-05-20T10:15")
    schedules.add(desk.ana, desk.at("2025-05-01"), "nightly backup", spec="cron: 30 2 * * *", command="backup.sh --all")
    schedules.add(desk.ana, desk.at("2025-05-01"), "weekly report", spec="weekly mon 07:00", command="report.sh")
    return desk


def app_on(desk: Desk, clock: Clock | None = None) -> App:
    """The application for Ana, without an engine of its own."""
    return App(desk.path, clock=clock or Clock(), actor=desk.ana, engine=False)


@asynccontextmanager
async def shown(desk: Desk, size: tuple[int, int] = (120, 36), clock: Clock | None = None) -> AsyncIterator[Pilot[Any]]:
    """The desk running on a terminal of that size."""
    app = app_on(desk, clock)
    try:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            yield pilot
    finally:
        app.close()


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until the writer, the workers and the paints that they ask for are through."""
    app = pilot.app
    assert isinstance(app, App)
    await app.idle()
    while app.workers:
        with suppress(WorkerCancelled):  # a newer one took its place, and is waited for in its turn
            await app.workers.wait_for_complete()
            break
    await pilot.pause()
    await app.idle()  # for what a form asked for once its check was through
    await pilot.pause()
    if isinstance(app.screen, View):
        await app.screen.rested.wait()
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after another and let what they ask for happen."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a text into the field that has the focus."""
    await type_ahead(pilot, *("space" if letter == " " else letter for letter in text))
    await settle(pilot)


def view(pilot: Pilot[Any]) -> View:
    """The view that is shown."""
    screen = pilot.app.screen
    assert isinstance(screen, View)
    return screen


def picture(pilot: Pilot[Any]) -> str:
    """Everything on the screen as text, line by line."""
    screen = pilot.app.screen
    strips = screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)
