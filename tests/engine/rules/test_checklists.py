"""Lines of a checklist are named by number or by how they begin, and keep their ticks."""

from __future__ import annotations

import pytest

from engine.rules.checklists import MOST_LINES, changed, place, replaced, toggled
from engine.rules.errors import BadValue

LINES = (("Buy paint", False), ("Buy brushes", True), ("3", False), ("Öl", False))


@pytest.mark.parametrize(
    ("text", "index"), [("1", 0), ("3", 2), ("4", 3), ("buy paint", 0), ("buy b", 1), (" öl ", 3), ("Ö", 3)]
)
def test_a_line_is_named_by_its_number_or_its_beginning(text: str, index: int) -> None:
    assert place(LINES, text) == index


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("buy", "item: several lines begin with 'buy': 1 Buy paint, 2 Buy brushes"),
        ("5", "item: '5' is no line of the checklist (there are: 1 Buy paint, 2 Buy brushes, 3 3, 4 Öl)"),
        ("", "item: '' is no line of the checklist (there are: 1 Buy paint, 2 Buy brushes, 3 3, 4 Öl)"),
        ("9" * 5_000, "is no line of the checklist"),
    ],
)
def test_what_names_no_line_or_several_is_refused_with_the_lines(text: str, why: str) -> None:
    with pytest.raises(BadValue) as fault:
        place(LINES, text)
    assert why in str(fault.value)


def test_an_empty_checklist_says_so() -> None:
    with pytest.raises(BadValue, match="the checklist is empty"):
        place((), "1")


def test_ticks_turn_and_lines_come_and_go() -> None:
    assert toggled(LINES, ["1", "2", "buy paint"])[:2] == (("Buy paint", True), ("Buy brushes", False))
    assert changed(LINES, ["Sand"], ["1", "3"]) == (("Buy brushes", True), ("Öl", False), ("Sand", False))
    assert replaced(LINES, ["Sand", "Buy brushes"]) == (("Sand", False), ("Buy brushes", True))
    assert replaced(LINES, []) == ()


def test_a_checklist_has_an_end() -> None:
    with pytest.raises(BadValue, match=r"201 lines are too many for a checklist \(at most 200\)"):
        changed([("x", False)] * MOST_LINES, ["y"], [])
