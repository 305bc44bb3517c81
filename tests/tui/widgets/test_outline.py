"""Lines and places are two ways to say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.widgets.table import Table, items
from tui.widgets.outline import HEADING, Outline, Place, outline
from tui.widgets.pages import Section, section


def made(*heights: int | None, titled: bool = True, folded: set[int] | None = None) -> Outline:
    """An outline of sections with so many rows each."""
    table = Table(**{f"s{i}": items(height or 0) for i, height in enumerate(heights)})
    sections: list[Section] = [
        section(f"s{i}", f"Section {i}" if titled else None, table.fetch, height, folded=i in (folded or set()))
        for i, height in enumerate(heights)
    ]
    return outline(sections)


def told(lines: Outline) -> list[str]:
    """Every line: `0:h` a heading, `0:3` a row, `-` a blank line."""
    words = []
    for line in range(lines.total):
        place = lines.place(line)
        position = "h" if place.position == HEADING else str(place.position)
        words.append("-" if lines.is_blank(place) else f"{place.section}:{position}")
    return words


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (made(), []),
        (made(0, titled=False), []),
        (made(2, titled=False), ["0:0", "0:1"]),
        (made(2), ["0:h", "0:0", "0:1"]),
        (made(2, 1), ["0:h", "0:0", "0:1", "-", "1:h", "1:0"]),
        (made(0, 1), ["0:h", "-", "1:h", "1:0"]),
        (made(2, 3, 1, folded={1}), ["0:h", "0:0", "0:1", "-", "1:h", "-", "2:h", "2:0"]),
        (made(2, 3, 1, folded={0, 1}), ["0:h", "1:h", "-", "2:h", "2:0"]),
        (made(2, 0, 2, titled=False), ["0:0", "0:1", "2:0", "2:1"]),
    ],
)
def test_lines(lines: Outline, words: list[str]) -> None:
    assert told(lines) == words


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.booleans(), st.sets(st.integers(0, 5)))
def test_every_line_has_its_place_and_back(heights: list[int], titled: bool, folded: set[int]) -> None:
    lines = made(*heights, titled=titled, folded=folded if titled else set())
    for line in range(lines.total):
        assert lines.line(lines.place(line)) == line


def test_a_place_that_is_gone_is_the_nearest_of_its_section() -> None:
    lines = made(2, 3)
    assert lines.line(Place(0, 99)) == 3
    assert lines.line(Place(1, 99)) == 7
    assert lines.place(99) == Place(1, 2)
    assert lines.place(-5) == Place(0, HEADING)


def test_what_a_view_has_to_read() -> None:
    lines = made(10, 10, 10, folded={1})
    assert list(lines.spans(0, 5)) == [(0, 0, 4)]
    assert list(lines.spans(4, 20)) == [(0, 3, 19), (2, 0, 5)]
    assert list(lines.spans(12, 14)) == []


def test_a_section_that_nobody_counted_is_read_when_it_comes_into_view() -> None:
    lines = made(None, None)
    assert [index for index, _, _ in lines.spans(0, 20)] == [0, 1]
