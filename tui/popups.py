"""The terminal's own signals for a notice that cannot wait: its bell, and a pop-up (OSC 9, OSC 777), where wanted.

They go through textual's driver, so that none comes in the middle of a frame. What a notice says comes from people
and programs: nothing in it may end the sequence, begin another, or count as a field of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from engine.rules.wording import count_of
from store import settings
from store.reads.notifications import Notice
from tui.app import Desk
from tui.text import safe

_END = "\x1b\\"
_WIDTH = 120


def signal(desk: Desk, notices: Sequence[Notice], write: Callable[[str], None]) -> None:
    """Say that these came, once for all of them; `write` takes what the terminal obeys."""
    if not notices:
        return
    for sequence in _sequences(notices, str(settings.read(desk.reader, "osc"))):
        write(sequence)
    if settings.read(desk.reader, "bell"):
        desk.bell()


def _sequences(notices: Sequence[Notice], kinds: str) -> Iterator[str]:
    first = _field(notices[0].subject)
    title, text = first, _field(notices[0].text)
    if len(notices) > 1:
        title, text = count_of(len(notices), "notice"), first
    if kinds in ("9", "both"):
        yield f"\x1b]9;{title}{': ' if text else ''}{text}{_END}"
    if kinds in ("777", "both"):
        yield f"\x1b]777;notify;{title};{text}{_END}"


def _field(text: str) -> str:
    """Without semicolons, which part fields: `4;` would be a progress bar to some."""
    return safe(text, _WIDTH).replace(";", ",")
