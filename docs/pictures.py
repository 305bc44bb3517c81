"""Makes the pictures of the README from the living sample: `python docs/pictures.py` (needs the extra `pictures`).

The sample's store is made as `tickler demo` makes it, its jobs run once for real, and the desk is photographed
without a terminal. Run it again after a change that can be seen.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cairosvg

os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}

from engine.actors import local_actor  # the terminal is set before rich looks at it
from engine.operations.schedules import add, run_now
from engine.operations.settings import set_setting
from engine.operations.templates import add as add_template
from store.enums import Missed
from tickler.demo import throw_away_store
from tui.app import Desk

HERE = Path(__file__).parent
PICTURES: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "today": ((100, 30), ("1",)),
    "followups": ((140, 34), ("2", "j")),
    "editor": ((100, 30), ("3", "j", "j", "j", "e")),
    "missed": ((100, 30), ("M",)),
    "forecast": ((100, 30), ("F",)),
    "numbers": ((100, 30), ("percent_sign",)),
    "triggers": ((140, 34), ("7", "j", "j", "j", "j")),
    "runs": ((100, 30), ("4", "j")),
    "logs": ((100, 30), ("4", "G", "l", "e", "k", "k")),
    "entities": ((100, 30), ("8", "j", "j", "j", "j", "s")),
    "calendar": ((140, 34), ("9", "l", "l")),
    "small": ((80, 24), ("2",)),
}


def main() -> None:
    """All pictures, or those named on the command line."""
    names = sys.argv[1:] or list(PICTURES)
    with throw_away_store(datetime.now(UTC)) as store:
        for name in ("sync bookings", "heating watch", "mail the invoices"):
            run_now(local_actor("desk"), datetime.now(UTC), name)
        for name, spec in (("nightly report", "daily 03:15"), ("sensor check", "every 5 minutes")):
            long_ago = datetime.now(UTC) - timedelta(days=4)  # no engine has looked since, so these were missed
            add(local_actor("desk"), long_ago, name, spec=spec, command="true", missed=Missed.SKIP)
        set_setting(local_actor("desk"), datetime.now(UTC), "calendar", "BE")
        add_template(local_actor("desk"), datetime.now(UTC), "Read the meters", "monthly last day")
        subprocess.run([sys.executable, "-m", "tickler", "--store", str(store), "engine", "--once"], check=True)
        for name in names:
            size, keys = PICTURES[name]
            svg = asyncio.run(_photograph(store, size, keys))
            picture = svg.replace("Fira Code", "DejaVu Sans Mono").encode()
            cairosvg.svg2png(bytestring=picture, write_to=str(HERE / f"{name}.png"))
            print(name)


async def _photograph(store: Path, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    desk = Desk(store, engine=False)
    try:
        async with desk.run_test(size=size) as pilot:
            await pilot.pause()
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await desk.workers.wait_for_complete()
            await pilot.pause(0.5)  # the detail comes after the list
            return desk.export_screenshot()
    finally:
        desk.close()


if __name__ == "__main__":
    main()
