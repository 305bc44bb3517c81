"""Lines have the width they must, write no byte twice, and say everything without colour."""

from __future__ import annotations

import io
import re

import pyte
import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import MONOKAI
from textual.color import Color
from textual.filter import ANSIToTruecolor, Monochrome
from textual.strip import Strip

from tests.tui.hostile import HOSTILE
from themes import builtin
from tui.sgr import sgr
from tui.widgets.painting import Line, Painter, Piece

DARK = builtin("tickler-dark")
PAINTER = Painter(DARK.colors, plain=False)
PLAIN = Painter(DARK.colors, plain=True)
ROW: list[Piece] = [("! ", "error"), ("Collect allergy info  ", "text"), ("stay 12  ", "muted"), ("late 2 d", "error")]


def written(strip: Strip, system: str = "truecolor") -> str:
    console = Console(file=io.StringIO(), force_terminal=True, color_system=system)  # type: ignore[arg-type]  # a name
    return strip.render(console)


def seen(text: str, width: int = 60) -> list[tuple[str, str, str, bool, bool, bool]]:
    """What a terminal shows of it, cell by cell."""
    screen = pyte.Screen(width, 1)
    pyte.Stream(screen).feed(text)
    cells = [screen.buffer[0][x] for x in range(width)]
    return [(c.data, c.fg if c.data.strip() else "", c.bg, c.bold, c.underscore, c.reverse) for c in cells]


@pytest.mark.parametrize("ground", ["ground", "selection", "panel"])
@pytest.mark.parametrize("painter", [PAINTER, PLAIN])
def test_fewer_bytes_show_the_same_picture(painter: Painter, ground: str) -> None:
    pieces: list[Piece] = [
        ("  ", "mark"),
        *ROW,
        ("   ", "muted"),
        ("x", "heading bold underline"),
        ("y", "text"),
        ("▐", "muted"),
    ]
    line = painter.line(pieces, 59, ("|", "muted"), ground=ground, find=re.compile("allergy"))
    assert seen(written(line)) == seen(written(Strip(list(line))))
    assert len(written(line)) < len(written(Strip(list(line))))


def test_what_a_row_costs() -> None:
    line = PAINTER.line([("   ", "text"), ("  ", "mark"), *ROW], 99, (" ", "muted"))
    assert len(written(line).encode()) - 100 <= 37 + 3 * 20 + 3


@pytest.mark.parametrize(
    ("style", "other"),
    [
        ("bold red on blue", "red on blue"),
        ("bold dim red", "dim red"),
        ("underline", "none"),
        ("none", "reverse"),
        ("red on blue", "none"),
        ("italic strike", "bold"),
    ],
)
def test_every_change_of_style_is_written(style: str, other: str) -> None:
    segments = [Segment("ab", Style.parse(style)), Segment("cd", Style.parse(other)), Segment("ef", Style.parse(style))]
    assert seen(written(Line(segments, 6)), 6) == seen(written(Strip(segments, 6)), 6)
    assert written(Line(segments, 6)).endswith("m") or style == "none"


def test_fewer_colours() -> None:
    line = PAINTER.line([("late", "error")], 4)
    assert written(line) == "\x1b[38;2;247;118;142;48;2;17;20;26mlate\x1b[m"
    assert written(line, "256") == "\x1b[38;5;210;48;5;16mlate\x1b[m"
    assert re.fullmatch(r"\x1b\[[39]\d;(4|10)\dmlate\x1b\[m", written(line, "standard"))


def test_filters_keep_the_short_form() -> None:
    line = PAINTER.line(ROW, 50)
    for line_filter in (Monochrome(), ANSIToTruecolor(MONOKAI)):
        filtered = line.apply_filter(line_filter, Color.parse(DARK.ground))
        assert isinstance(filtered, Line)
        assert filtered.text == line.text


@pytest.mark.parametrize("width", [0, 1, 2, 5, 10, 29, 41, 60])
def test_a_line_is_as_wide_as_it_must_be(width: int) -> None:
    for pieces in (ROW, [("日本語", "text"), ("テキスト", "muted")], [], [("", "text")]):
        line = PAINTER.line(pieces, width, ("|", "muted"))
        assert (line.cell_length, cell_len(line.text)) == (width + 1, width + 1)


def test_what_is_cut_says_so() -> None:
    assert PAINTER.line(ROW, 12).text == "! Collect a…"
    assert PAINTER.line([("日本語", "text")], 4).text == "日 …"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    line = PAINTER.line([(text, "text"), *sgr(text)], 80)
    body = re.sub(r"\x1b\[[0-9;]*m", "", written(line))
    assert body == line.text
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", body)
    assert line.cell_length == cell_len(line.text) == 80


def test_markup_is_shown_as_it_is() -> None:
    assert PAINTER.line([("[/b] a[0] [TODO] [@click=app.quit]x [bold", "text")], 50).text.rstrip() == (
        "[/b] a[0] [TODO] [@click=app.quit]x [bold"
    )


def found(line: Line) -> list[str]:
    return [text for text, style, _ in line if style is not None and style.reverse]


def test_matches_are_marked_whatever_their_case_and_across_pieces() -> None:
    pieces: list[Piece] = [("Report İ re", "text"), ("PORT, rep", "muted"), ("ORT", "text")]
    line = PAINTER.line(pieces, 40, find=re.compile("report", re.IGNORECASE))
    assert found(line) == ["Report", "rePORT", "repORT"]
    assert line.text.rstrip() == "Report İ rePORT, repORT"


def test_a_log_lines_own_colours_stay_on_the_ground_of_the_list() -> None:
    line = PAINTER.line(sgr("\x1b[32mok\x1b[39;49m plain"), 20, ground="selection")
    styles = {text.strip(): style for text, style, _ in line if style is not None and text.strip()}
    assert {style.bgcolor for style in styles.values()} == {Color.parse(DARK.selection).rich_color}
    assert styles["plain"].color == Color.parse(DARK.text).rich_color


def test_without_colour_the_cursor_is_reversed_and_the_rest_is_not() -> None:
    assert all(style.reverse for _, style, _ in PLAIN.line(ROW, 60, ground="selection") if style)
    assert not any(style.reverse for _, style, _ in PLAIN.line(ROW, 60) if style)


def test_an_unknown_token_is_plain_text() -> None:
    assert PAINTER.style("nonsense").color == PAINTER.style("text").color
