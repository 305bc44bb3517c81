"""Keys and pauses of textual's pilot that wait for what is left to do.

Its own wait until the process uses no CPU: 20 ms at the least, four times a key, and a second on a busy machine.
"""

from __future__ import annotations

import asyncio
import unicodedata
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

SHORT = 0.4
"""Seconds: a timer that rings once within them is waited for, such as the one that filters when the typing rests."""

PATIENCE = 1.0
"""Seconds after which a pause ends, whatever a worker or a timer still does: some are not meant to end."""


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and let each do what it does before the next."""
    for key in keys:
        pilot.app.post_message(_event(pilot.app, key))
        await pause(pilot)


async def type_ahead(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one right after another, as a burst on a slow line comes."""
    for key in keys:
        pilot.app.post_message(_event(pilot.app, key))
    await pause(pilot)


async def pause(pilot: Pilot[Any], delay: float | None = None) -> None:
    """Wait until there is nothing to do, or for some seconds."""
    if delay is not None:
        await asyncio.sleep(delay)
    until = monotonic() + PATIENCE
    while True:
        await _calm()
        if not pilot.app._screen_stack:
            return
        screen = pilot.app.screen
        screen._on_timer_update()
        await _calm()
        if _works(pilot.app) and monotonic() < until:
            await asyncio.sleep(0.002)
        elif not screen._callbacks and screen is pilot.app.screen:
            return


async def _calm() -> None:
    """Until every other task waits for the clock, a thread or a file: no message is on its way any more."""
    ready = asyncio.get_running_loop()._ready  # what the loop has still to call
    await asyncio.sleep(0)
    while ready:
        await asyncio.sleep(0)


def _event(app: App[Any], key: str) -> events.Key:
    """The key as textual's driver sends it."""
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    try:
        character: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = key if len(key) == 1 else None
    event = events.Key(key, character)
    event.set_sender(app)
    return event


def _works(app: App[Any]) -> bool:
    """Whether a worker or a short timer is about to do something."""
    pumps = [app, *app.screen.walk_children(with_self=True)]
    timers = (timer for each in pumps for timer in each._timers)
    return any(not worker.is_finished for worker in app.workers) or any(
        timer._repeat == 0 and timer._interval < SHORT and timer._task is not None and not timer._task.done()
        for timer in timers
    )
