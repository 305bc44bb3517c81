"""Opening the desk in a terminal, and an exit status that tells how it ended.

textual reads its environment when it is loaded, so nothing here loads it before that is set.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from store.connection import in_words
from store.errors import StoreTrouble
from store.paths import home

SWITCH_INTERVAL = 0.0005
"""Seconds a thread keeps the interpreter: the engine's Python then costs the keys 5 ms, not 18."""
SLOW_FRAMES = "10"
"""Frames a second at most on a bad line."""
HINT_SECONDS = 0.7
"""A desk that closes sooner does not explain what it waits for."""


def open_desk(store: Path, reader: sqlite3.Connection | None = None, *, slow: bool = False, plain: bool = False) -> int:
    """Run the desk on `store` until the person leaves. Returns the exit status.

    `reader` is a read-only connection, if there is one already; the desk closes it.
    0 when the person left, 128 + n after signal n (129 too when the terminal went away), 1 after a fault.
    """
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    if slow:
        os.environ.setdefault("TEXTUAL_FPS", SLOW_FRAMES)
    sys.setswitchinterval(SWITCH_INTERVAL)
    from tui import faults
    from tui.app import Desk
    from tui.terminal import Terminal

    kept = faults.keep(home())
    with in_words(store):
        desk = Desk(store, reader=reader, ascii_marks=plain, plain=plain)
    terminal = Terminal(desk.backstage.stop)
    try:
        with asyncio.Runner() as runner:
            terminal.watch(runner.get_loop(), desk.exit)
            runner.run(desk.run_async())
    except OSError:
        if not terminal.is_cut:  # else: the last words of a desk whose terminal is gone
            raise
    finally:
        terminal.over()
        _close(desk.close, is_seen=not terminal.is_cut)
    if terminal.status is not None:
        return terminal.status
    return _told(desk.fault, kept, store) if desk.fault is not None else desk.return_code or 0


def _close(close: Callable[[], None], *, is_seen: bool) -> None:
    """Stop what works behind the screens; jobs may take some seconds to end, and then the person is told."""
    from tui.terminal import say

    hint = threading.Timer(HINT_SECONDS, say, ("stopping the jobs that run, 10 seconds at most; ^C leaves at once",))
    hint.daemon = True
    if is_seen:
        hint.start()
    close()
    hint.cancel()


def _told(fault: Exception, kept: Path, store: Path) -> int:
    """Say in a line why the desk stopped; the trace is in the log."""
    from tui import faults
    from tui.terminal import say
    from tui.text import safe

    try:
        with in_words(store):
            raise fault
    except StoreTrouble as trouble:
        say(safe(str(trouble)))
    except Exception:
        faults.log.error("the desk stopped", exc_info=fault)
        words = faults.masked(safe(f"{type(fault).__name__}: {fault}", 200))
        say(f"the desk stopped by a fault of its own ({words}). What was saved is safe. The trace is in {kept}")
    return 1
