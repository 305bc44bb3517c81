"""Of what a job prints, colours and attributes become styles; everything else is shown, not obeyed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.hostile import HOSTILE
from tests.tui.test_text import obeyed_or_unseen
from tui.sgr import sgr
from tui.text import LIMIT


def told(text: str) -> list[tuple[str, str]]:
    return [(piece, str(style)) for piece, style in sgr(text)]


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("", []),
        ("plain", [("plain", "none")]),
        ("\x1b[1;31mred\x1b[0m plain", [("red", "bold color(1)"), (" plain", "none")]),
        ("\x1b[91mbright\x1b[m", [("bright", "color(9)")]),
        ("\x1b[38;5;200mx\x1b[48;2;1;2;3my", [("x", "color(200)"), ("y", "color(200) on #010203")]),
        ("\x1b[38:2:1:2:3mx", [("x", "#010203")]),
        ("\x1b[4mu\x1b[24mn", [("u", "underline"), ("n", "not underline")]),
        ("\x1b[32mg\x1b[39md", [("g", "color(2)"), ("d", "default")]),
        ("\x1b[31;41mseen", [("seen", "color(1) on default")]),
        ("\x1b[8mshown\x1b[5m too", [("shown", "none"), (" too", "none")]),
        ("\x1b[38mx", [("x", "none")]),
        ("\x1b[38;2;1mx", [("x", "none")]),
        ("\x1b[38;5;999mx", [("x", "color(255)")]),
        ("\x1b[12345mx", [("x", "none")]),
        ("\x1b[2Jx", [("␛[2Jx", "none")]),
        ("\x1b[31mx\x1b]0;t\x07", [("x␛]0;t␇", "color(1)")]),
    ],
)
def test_pieces(line: str, pieces: list[tuple[str, str]]) -> None:
    assert told(line) == pieces


def test_tabs_go_to_the_next_eighth_column_whatever_the_colours() -> None:
    assert "".join(text for text, _ in sgr("ab\t\x1b[31mc\td")) == "ab      c       d"


def test_a_sequence_with_too_many_parameters_is_text() -> None:
    assert told("\x1b[" + "1;" * 40 + "mx")[0][0].startswith("␛[1;1;")


@pytest.mark.parametrize("line", HOSTILE)
def test_hostile_lines(line: str) -> None:
    shown = "".join(text for text, _ in sgr(line))
    assert obeyed_or_unseen(shown) == []
    assert len(shown) <= LIMIT


@given(st.text(alphabet="\x1b[;:m0123456789 \tx\n", max_size=60))
def test_no_line_breaks_it(line: str) -> None:
    assert obeyed_or_unseen("".join(text for text, _ in sgr(line))) == []
