"""Pieces of text with token names become lines for the terminal, in as few bytes as they need.

Drawers say what a piece means (`("late 2 d", "error")`), never a colour. `Painter` looks the tokens up once per theme.
`Line` is a strip that writes only what changes from one piece to the next: textual closes and reopens all colours at
every piece, about 40 bytes, which over SSH is most of a scrolled page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from tui.text import CUT, safe
from tui.themes import token_colors

Piece = tuple[str, str | Style]
"""Text, and the token it is drawn in, optionally followed by attributes: `error`, `heading bold`. Or a style."""

_ON = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "reverse": "7", "strike": "9"}
_OFF = {"bold": "22", "dim": "22", "italic": "23", "underline": "24", "reverse": "27", "strike": "29"}
_SHOWS_ON_BLANK = frozenset(("underline", "reverse", "strike"))

Look = tuple[str, str, frozenset[str]]
"""SGR parameters of foreground and background ("" is the terminal's own), and the names of the attributes."""

_BARE: Look = ("", "", frozenset())


class Line(Strip):
    """A strip that writes no code twice: from piece to piece only what changes, one reset at its end."""

    __slots__ = ("_filtered", "_written")

    def __init__(self, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        super().__init__(segments, cell_length)
        self._written: tuple[str | None, str] | None = None
        self._filtered: dict[tuple[LineFilter, Color], Line] = {}

    def render(self, console: Console) -> str:
        if self._written is None or self._written[0] != console.color_system:
            self._written = (console.color_system, "".join(_encode(self, _system(console.color_system))))
        return self._written[1]

    def crop(self, start: int, end: int | None = None) -> Strip:
        strip = super().crop(start, end)
        return strip if isinstance(strip, Line) else Line(strip, strip.cell_length)

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:
        line = self._filtered.get((filter, background))
        if line is None:
            line = self._filtered[(filter, background)] = Line(filter.apply(list(self), background), self.cell_length)
        return line


@lru_cache(maxsize=8)
def _system(name: str | None) -> ColorSystem:
    systems = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT}
    return systems.get(name or "", ColorSystem.TRUECOLOR)


def _encode(segments: Iterable[Segment], system: ColorSystem) -> Iterable[str]:
    """The characters and SGR sequences of a line; leaves the terminal without attributes.

    Spaces take the foreground of what stands before them, or of what comes next, whichever needs no sequence.
    """
    look, blanks, blank_look = _BARE, "", _BARE
    for text, style, _ in segments:
        wanted = _look(style, system) if style else _BARE
        if text.isspace() and _blank_alike(blank_look if blanks else look, wanted):
            if blanks:
                blanks += text
            else:
                yield text
            continue
        if blanks:
            target = wanted if _blank_alike(blank_look, wanted) else blank_look
            yield _change(look, target) + blanks
            look, blanks = target, ""
        if text.isspace():
            blanks, blank_look = text, wanted
        else:
            yield _change(look, wanted) + text
            look = wanted
    if blanks:
        yield _change(look, blank_look) + blanks
        look = blank_look
    if look != _BARE:
        yield "\x1b[m"


def _blank_alike(one: Look, other: Look) -> bool:
    """Do spaces look the same in both? Only the background shows, if no attribute does."""
    return one[1] == other[1] and not (one[2] | other[2]) & _SHOWS_ON_BLANK


@lru_cache(maxsize=4096)
def _look(style: Style, system: ColorSystem) -> Look:
    attributes = frozenset(name for name in _ON if getattr(style, name))
    return _color(style.color, system, True), _color(style.bgcolor, system, False), attributes


def _color(color: RichColor | None, system: ColorSystem, foreground: bool) -> str:
    if color is None or color.is_default:
        return ""
    return ";".join(color.downgrade(system).get_ansi_codes(foreground))


@lru_cache(maxsize=4096)
def _change(look: Look, wanted: Look) -> str:
    """The shortest sequence from one look to another, nothing if they are the same."""
    lost, gained = look[2] - wanted[2], wanted[2] - look[2]
    if {"bold", "dim"} & lost:  # one code ends both
        gained |= {"bold", "dim"} & wanted[2]
    codes = [*sorted({_OFF[name] for name in lost}), *sorted(_ON[name] for name in gained)]
    if look[0] != wanted[0]:
        codes.append(wanted[0] or "39")
    if look[1] != wanted[1]:
        codes.append(wanted[1] or "49")
    return f"\x1b[{';'.join(codes)}m" if codes else ""


class Painter:
    """Styles of one theme, and the lines made with them.

    `plain` means that colour can't be relied on to show the cursor: its line is reversed instead.
    """

    @classmethod
    def of(cls, app: App[Any]) -> Painter:
        """The painter for the theme an application has now. Plain under NO_COLOR and with sixteen colours."""
        few = app.console.color_system == "standard"
        return cls(token_colors(app.theme_variables), plain=few or app.no_color or app.native_ansi_color)

    def __init__(self, colors: Mapping[str, str], *, plain: bool) -> None:
        self._plain = plain
        self._colors = {token: Color.parse(color).rich_color for token, color in colors.items()}
        self._styles: dict[tuple[str | Style, str], Style] = {}

    def style(self, token: str | Style, ground: str = "ground") -> Style:
        """How a token looks on a ground: `ground`, `selection` (the cursor's line) or `panel` (the same, unfocused)."""
        style = self._styles.get((token, ground))
        if style is None:
            if len(self._styles) > 2000:
                self._styles.clear()
            style = self._styles[(token, ground)] = self._make(token, ground)
        return style

    def _make(self, token: str | Style, ground: str) -> Style:
        background = self._colors[ground]
        base = Style(color=self._colors["text"], bgcolor=background)
        if isinstance(token, Style):
            style = base + _without_defaults(token)
        else:
            name, *attributes = token.split()
            style = base + Style(color=self._colors.get(name, self._colors["text"]))
            style += Style.parse(" ".join(attributes)) if attributes else Style()
            if name == "find":
                style += Style(bold=True, reverse=True)
            if self._plain and name in ("muted", "done"):
                style += Style(dim=True)
        if self._plain and ground == "selection":
            return Style(bold=style.bold, underline=style.underline or style.reverse, reverse=True)
        if self._plain and ground == "panel":
            return style + Style(underline=True)
        return style

    def line(
        self,
        pieces: Sequence[Piece],
        width: int,
        end: Piece = ("", "text"),
        *,
        ground: str = "ground",
        find: re.Pattern[str] | None = None,
    ) -> Line:
        """One line: pieces in exactly `width` cells, then `end`.

        All text passes `safe`; what is too long ends in `…`. Matches of `find` are highlighted, not those in `end`.
        """
        pieces = [(safe(text), token) for text, token in pieces]
        if find is not None:
            pieces = _highlighted(pieces, find)
        segments = self._fitted(pieces, width, ground)
        _add(segments, end[0], self.style(end[1], ground))
        return Line(segments, width + cell_len(end[0]))

    def _fitted(self, pieces: Iterable[Piece], width: int, ground: str) -> list[Segment]:
        segments: list[Segment] = []
        left = width
        for text, token in pieces:
            style = self.style(token, ground)
            size = len(text) if text.isascii() else cell_len(text)
            if size > left:
                _add(segments, set_cell_size(text, left - 1) + CUT if left else "", style)
                return segments
            _add(segments, text, style)
            left -= size
        _add(segments, " " * left, self.style("text", ground))
        return segments


def _add(segments: list[Segment], text: str, style: Style) -> None:
    """Append, or lengthen the last segment if it looks the same."""
    if segments and segments[-1].style is style:
        segments[-1] = Segment(segments[-1].text + text, style)
    elif text:
        segments.append(Segment(text, style))


def _without_defaults(style: Style) -> Style:
    """A style whose "default" colours mean those of the line it stands in."""
    kept = style.without_color
    if style.color is not None and not style.color.is_default:
        kept += Style(color=style.color)
    if style.bgcolor is not None and not style.bgcolor.is_default:
        kept += Style(bgcolor=style.bgcolor)
    return kept


def _highlighted(pieces: Sequence[Piece], find: re.Pattern[str]) -> list[Piece]:
    """The pieces with every match in the token `find`, also where it runs over the end of a piece."""
    whole = "".join(text for text, _ in pieces)
    spans = [found.span() for found in find.finditer(whole)]
    if not spans:
        return list(pieces)
    result: list[Piece] = []
    offset = 0
    for text, token in pieces:
        end = offset + len(text)
        at = offset
        for start, stop in spans:
            start, stop = max(start, at), min(stop, end)
            if start < stop:
                result += [(text[at - offset : start - offset], token), (text[start - offset : stop - offset], "find")]
                at = stop
        result.append((text[at - offset :], token))
        offset = end
    return result
