"""Opening the desk in a terminal: signals, a terminal that goes away, and an exit status that tells."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from pathlib import Path

from tui.app import Desk

SWITCH_INTERVAL = 0.0005
"""Seconds a thread keeps the interpreter: the engine's Python then costs the keys 5 ms, not 18."""


def open_desk(store: Path, *, slow: bool = False, plain: bool = False) -> int:
    """Run the desk on `store` until the person leaves. Returns the exit status."""
    if slow or plain:
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        os.environ.setdefault("TEXTUAL_FPS", "15" if slow else "60")
    sys.setswitchinterval(SWITCH_INTERVAL)
    desk = Desk(store, ascii_marks=plain)
    ended: list[int] = []
    _on_signals(desk, ended)
    _on_hang_up(desk, ended)
    try:
        desk.run()
    finally:
        desk.close()
    return ended[0] if ended else (desk.return_code or 0)


def _on_signals(desk: Desk, ended: list[int]) -> None:
    """A hang-up or a polite kill leaves the terminal whole and lets the engine drain."""

    def leave(number: int, _frame: object) -> None:
        ended.append(128 + number)
        desk.call_later(desk.exit, None)

    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, leave)


def _on_hang_up(desk: Desk, ended: list[int]) -> None:
    """Where SIGHUP is ignored (nohup), a closed terminal would leave textual reading its end for ever."""

    def watch() -> None:
        poll = select.poll()
        poll.register(sys.__stdin__ or 0, select.POLLHUP | select.POLLERR)
        while not ended:
            if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(2_000)):
                ended.append(129)
                desk.call_later(desk.exit, None)
                desk.close()
                os._exit(129)

    threading.Thread(target=watch, name="terminal", daemon=True).start()
