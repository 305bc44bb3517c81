"""What a sorted backlog comes to, in words and as the plan that is carried out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.rules.backlog import Fate, Pile, pile_up
from engine.rules.backlog_plan import Sorted, load_words, sort
from engine.rules.businessdays import MONDAY_TO_FRIDAY
from tests.engine.rules.test_backlog import MONDAY, owed


def board(piles: tuple[Pile, ...], fate: Fate, over: int = 2) -> Sorted:
    """A board on which that becomes of all rows."""
    fates = {pile.id: fate for pile in piles}
    people = {pile.id: "Bo" for pile in piles}
    return sort(piles, fates, people, over, MONDAY, MONDAY_TO_FRIDAY)


CHORE = pile_up([owed(1, 2, chore=7), owed(2, 1, chore=7), owed(3, 0, chore=7)])
PASSED = pile_up([owed(1, 2, chore=7), owed(2, 1, chore=7)])
ONE = pile_up([owed(4)])
HANGING = pile_up([owed(5, follows=True)])


@pytest.mark.parametrize(
    ("piles", "fate", "words"),
    [
        (ONE, Fate.NOW, "stays as it is"),
        (ONE, Fate.SPREAD, "Mon 16 Jun"),
        (CHORE, Fate.SPREAD, "Mon 16 Jun to Tue 17 Jun"),
        (HANGING, Fate.SPREAD, "!Mon 16 Jun off its date"),
        (CHORE, Fate.SKIP, "2 skipped, today's stays"),
        (PASSED, Fate.SKIP, "2 skipped, the next stays"),
        (ONE, Fate.HAND, "to Bo"),
        (ONE, Fate.DROP, "deleted"),
    ],
)
def test_each_row_says_what_becomes_of_it(piles: tuple[Pile, ...], fate: Fate, words: str) -> None:
    assert board(piles, fate).words(piles[0]) == words


def test_the_plan_names_every_task_once_and_only_what_changes() -> None:
    assert board(ONE, Fate.NOW).is_empty
    assert board(pile_up([owed(1, 0)]), Fate.SPREAD, 1).is_empty, "it is due today already"
    assert board(CHORE, Fate.SPREAD).moves == {1: MONDAY, 2: MONDAY, 3: MONDAY + timedelta(1)}
    assert board(CHORE, Fate.HAND).hands == {1: "Bo", 2: "Bo", 3: "Bo"}
    assert board(CHORE, Fate.SKIP).skips == (1, 2)
    assert board(CHORE, Fate.DROP).drops == (1, 2, 3)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([], "none"),
        ([3], "3 a day, Mon 16 Jun"),
        ([2, 2], "2 a day, Mon 16 Jun to Tue 17 Jun"),
        ([3, 2], "2 to 3 a day, Mon 16 Jun to Tue 17 Jun"),
    ],
)
def test_how_many_a_day_gets(sizes: list[int], words: str) -> None:
    days = [MONDAY + timedelta(index) for index, size in enumerate(sizes) for _ in range(size)]
    planned: dict[int, date] = dict(enumerate(days))
    assert load_words(planned) == words
