"""User text made harmless, cut and padded by terminal cells.

Titles, log lines, file names and host names come from people and programs. Written to a terminal as they are, an
ESC or a C1 byte in them moves the cursor, sets the window's title or fills the clipboard (OSC 52), a bidi control
turns a name round, a zero-width character hides a difference. Textual and rich pass most of that on, so every piece
of user text goes through `safe` (or `fit`, or `tui.sgr` for log lines) before it is drawn or printed. What is stored
is never changed.

Nothing of textual is loaded here: the command line prints through `safe` too.
"""

from __future__ import annotations

import re
from typing import Literal

from rich.cells import cell_len, set_cell_size

LIMIT = 8192
"""Characters kept of one text. A job can print a gigabyte without a newline; a screen shows a few hundred."""

CUT = "…"
BIDI = "⇄"
RETURN = "⏎"
UNKNOWN = "\ufffd"

Align = Literal["left", "right", "center"]

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f"
_HIDDEN = (  # zero width, or blank where a letter is expected: removed
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000))
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"

_UNSAFE = re.compile(
    f"\r\n|[\x00-\x1f\x7f-\x9f{_BIDI}{_SPACES}\u2028\u2029\u3000{_HIDDEN}\ud800-\udfff{_NONCHARACTERS}]"
    f"|(?<=[{_MARKS}]{{3}})[{_MARKS}]+"
)
_IS_BIDI = re.compile(f"[{_BIDI}]")
_IS_SPACE = re.compile(f"[{_SPACES}\t]")


def _shown(found: re.Match[str]) -> str:
    """What stands for an unsafe character: its control picture, a plain space, a mark, or nothing."""
    text = found[0]
    code = ord(text[0])
    if text in ("\r\n", "\n", "\u2028", "\u2029"):
        return RETURN
    if _IS_SPACE.match(text):
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x80 <= code < 0xA0:  # a C1 control is ESC and a letter in one byte: show those two
        return "␛" + chr(code - 0x40)
    if text == "\u3000":
        return "  "
    if _IS_BIDI.match(text):
        return BIDI
    if 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return UNKNOWN
    return ""


def safe(text: str, width: int | None = None) -> str:
    """`text` with nothing left in it that a terminal would obey or that cannot be seen.

    C0, DEL, C1 and ESC become control pictures (`␛`), a line break `⏎`, tabs and odd spaces one space, bidi controls
    `⇄`, lone surrogates `�`; zero-width characters and a fourth combining mark on one letter go. At most LIMIT
    characters are looked at, what is cut off shows as `…`. With `width` it is also cut to that many cells, not padded.
    Applying it twice changes nothing.
    """
    if len(text) > LIMIT:
        text = text[: LIMIT - 1] + CUT
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub(_shown, text)
    return text if width is None else _cut(text, width)


def _cut(text: str, width: int) -> str:
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1) + CUT


def fit(text: str, width: int, *, align: Align = "left") -> str:
    """`safe(text)` in exactly `width` cells: cut with `…` or padded with spaces.

    Wide characters count as two cells; one that would be halved by the cut gives way to a space, so columns keep
    their place.
    """
    if width <= 0:
        return ""
    text = _cut(safe(text), width)
    missing = width - (len(text) if text.isascii() else cell_len(text))
    if missing <= 0:
        return text
    if align == "left":
        return text + " " * missing
    if align == "right":
        return " " * missing + text
    return " " * (missing // 2) + text + " " * (missing - missing // 2)
