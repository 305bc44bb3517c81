"""Colours of log lines: of all a job can print, only SGR sequences become styles; the rest is shown, not obeyed.

Kept apart from `tui.text` because it needs rich's styles, which the command line does not load.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.color import Color
from rich.style import Style

from tui.text import LIMIT, safe

TAB = 8

_SGR = re.compile(r"\x1b\[([0-9;:]{0,64})m")
_PLAIN = Style()

_ATTRIBUTES = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    9: Style(strike=True),
    21: Style(underline=True),
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
    29: Style(strike=False),
}


def sgr(text: str) -> list[tuple[str, Style]]:
    """One log line as pieces of harmless text with their styles.

    Understood: bold, dim, italic, underline, reverse, strike, 16, 256 and true colours. Blink and conceal are left
    out, and so is a background equal to its foreground: text that is there is text that can be read. A sequence with
    more than 64 characters of parameters is text. Tabs go to the next eighth column. At most LIMIT characters count.
    """
    if len(text) > LIMIT:
        text = text[: LIMIT - 1] + "…"
    if "\x1b[" not in text:
        return [(_piece(text, 0), _PLAIN)] if text else []
    pieces: list[tuple[str, Style]] = []
    column, end, style = 0, 0, _PLAIN
    for found in _SGR.finditer(text):
        if found.start() > end:
            pieces.append((_piece(text[end : found.start()], column), style))
            column += len(pieces[-1][0])
        end = found.end()
        style = _next(style, found[1])
    if end < len(text):
        pieces.append((_piece(text[end:], column), style))
    return pieces


def _piece(text: str, column: int) -> str:
    if "\t" in text:
        text = (" " * (column % TAB) + text).expandtabs(TAB)[column % TAB :]
    return safe(text)


@lru_cache(maxsize=1024)
def _next(style: Style, parameters: str) -> Style:
    """The style after one SGR sequence. Unknown codes change nothing."""
    codes = [int(code) if 0 < len(code) < 4 else 0 for code in re.split("[;:]", parameters)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = _PLAIN
        elif code in _ATTRIBUTES:
            style += _ATTRIBUTES[code]
        elif code in (38, 48):
            style += _coloured(_extended(codes), background=code == 48)
        else:
            style += _basic(code)
    return _readable(style)


def _basic(code: int) -> Style:
    if code in (39, 49):
        return _coloured(Color.default(), background=code == 49)
    tens, number = divmod(code, 10)
    if number < 8 and tens in (3, 4, 9, 10):
        return _coloured(Color.from_ansi(number + (8 if tens > 8 else 0)), background=tens in (4, 10))
    return _PLAIN


def _extended(codes: list[int]) -> Color | None:
    """Take the rest of a 38 or 48 off `codes`: `5;N` or `2;R;G;B`. Anything else ends the sequence and gives None."""
    kind = codes.pop(0) if codes else 0
    if kind == 5 and codes:
        return Color.from_ansi(min(codes.pop(0), 255))
    if kind == 2 and len(codes) >= 3:
        red, green, blue = (min(codes.pop(0), 255) for _ in range(3))
        return Color.from_rgb(red, green, blue)
    codes.clear()
    return None


def _coloured(color: Color | None, *, background: bool) -> Style:
    if color is None:
        return _PLAIN
    return Style(bgcolor=color) if background else Style(color=color)


def _readable(style: Style) -> Style:
    if style.bgcolor is None or style.color != style.bgcolor or style.color.is_default:
        return style
    return style + Style(bgcolor=Color.default())
