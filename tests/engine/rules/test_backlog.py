"""Sorting what is left after an absence, and spreading it over working days."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.backlog import (
    A_DAY,
    MOST_DAYS,
    Fate,
    Owed,
    is_away,
    loads,
    pile_up,
    propose,
    proposed_days,
    spread,
    working_days,
)
from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays, OwnDay
from engine.rules.errors import BadValue

MONDAY = date(2025, 6, 16)


def owed(id: int, late: int = 3, **more: object) -> Owed:
    """A task that is late by so many days."""
    given: dict[str, object] = {
        "name": f"task {id}", "due": MONDAY - timedelta(late), "priority": None, "chore": None, "reopens": False,
        "follows": False, "about": "", "people": (),
    }  # fmt: skip
    return Owed(id=id, **{**given, **more})  # type: ignore[arg-type]  # the test knows the types


def test_tasks_of_one_chore_stand_in_one_row_the_oldest_first() -> None:
    piles = pile_up([owed(1, 2, chore=7), owed(2), owed(3, 9, chore=7), owed(4, 1, priority=1)])
    assert [pile.id for pile in piles] == ["task 4", "chore 7", "task 2"]
    assert [task.id for task in piles[1].tasks] == [3, 1]


@pytest.mark.parametrize(
    ("tasks", "passed"),
    [
        ([owed(1, 3, chore=7), owed(2, 1, chore=7), owed(3, 0, chore=7)], [1, 2]),
        ([owed(1, 3, chore=7)], [1]),
        ([owed(3, 0, chore=7)], [3]),
    ],
    ids=["today's is the next one", "all have passed", "only today's: that one"],
)
def test_skipping_to_the_next_skips_what_has_passed(tasks: list[Owed], passed: list[int]) -> None:
    (pile,) = pile_up(tasks)
    assert [task.id for task in pile.passed(MONDAY)] == passed


@pytest.mark.parametrize(
    ("tasks", "fate"),
    [
        ([owed(1)], Fate.SPREAD),
        ([owed(1, 0)], Fate.NOW),
        ([owed(1, priority=1)], Fate.NOW),
        ([owed(1, priority=2)], Fate.SPREAD),
        ([owed(1, follows=True)], Fate.NOW),
        ([owed(1, chore=7)], Fate.SPREAD),
        ([owed(1, 0, chore=7)], Fate.NOW),
        ([owed(1, 2, chore=7), owed(2, 1, chore=7)], Fate.SKIP),
    ],
)
def test_what_is_proposed_for_a_row_among_many(tasks: list[Owed], fate: Fate) -> None:
    others = [owed(100 + index) for index in range(A_DAY)]
    piles = pile_up([*tasks, *others])
    row = pile_up(tasks)[0].id
    assert propose(piles, MONDAY)[row] is fate


def test_no_more_than_a_days_work_is_done_now() -> None:
    piles = pile_up([*(owed(index) for index in range(A_DAY)), owed(50, 2, chore=7), owed(51, 1, chore=7)])
    assert Counter(propose(piles, MONDAY).values()) == {Fate.NOW: A_DAY, Fate.SKIP: 1}
    assert propose((), MONDAY) == {}


@pytest.mark.parametrize(("tasks", "days"), [(0, 1), (1, 1), (6, 1), (7, 2), (60, 10), (10_000, 10)])
def test_days_that_are_proposed(tasks: int, days: int) -> None:
    assert proposed_days(tasks) == days


def test_the_first_days_have_more_and_the_most_urgent_and_oldest_go_first() -> None:
    tasks = [owed(1, 1), owed(2, 5), owed(3, 2, priority=2), owed(4, 9), owed(5, 1, priority=4)]
    planned = spread(tasks, 2, MONDAY, MONDAY_TO_FRIDAY)
    tuesday = MONDAY + timedelta(1)
    assert planned == {3: MONDAY, 5: MONDAY, 4: MONDAY, 2: tuesday, 1: tuesday}
    assert loads(planned) == {MONDAY: 3, tuesday: 2}


def test_a_day_that_hangs_on_an_entity_is_kept_where_it_is_still_to_come() -> None:
    kept, gone = owed(1, -1, follows=True), owed(2, 2, follows=True)
    others = [owed(index, priority=1) for index in range(10, 14)]
    planned = spread([*others, gone, kept], 6, MONDAY, MONDAY_TO_FRIDAY)
    assert planned[1] == MONDAY
    assert planned[2] > MONDAY, "its day is over: nothing to keep"
    many = [owed(index, 0, follows=True) for index in range(9)]
    assert set(spread(many, 3, MONDAY, MONDAY_TO_FRIDAY).values()) == {MONDAY}, "keeping a day goes before evenness"


def test_days_off_are_left_out() -> None:
    saturday = date(2025, 6, 14)
    holiday = BusinessDays("own", own=(OwnDay(MONDAY, "closed"),))
    assert working_days(2, saturday, MONDAY_TO_FRIDAY) == [MONDAY, MONDAY + timedelta(1)]
    assert working_days(1, saturday, holiday) == [MONDAY + timedelta(1)]


@pytest.mark.parametrize("count", [0, -1, MOST_DAYS + 1])
def test_over_no_day_or_over_more_than_a_year_nothing_is_spread(count: int) -> None:
    with pytest.raises(BadValue, match="expected 1 to 260 working days"):
        spread([owed(1)], count, MONDAY, MONDAY_TO_FRIDAY)


def test_a_calendar_without_working_days_is_said() -> None:
    with pytest.raises(BadValue, match="has no 2 working days"):
        spread([owed(1)], 2, MONDAY, BusinessDays("never", week=frozenset()))


@pytest.mark.parametrize(
    ("last", "days", "is_it"),
    [(MONDAY - timedelta(6), 5, True), (MONDAY - timedelta(5), 5, False), (None, 5, False),
     (MONDAY - timedelta(99), 0, False)],
)  # fmt: skip
def test_away_is_longer_than_so_many_days(last: date | None, days: int, is_it: bool) -> None:
    assert is_away(last, MONDAY, days) is is_it


TASKS = st.lists(
    st.builds(
        lambda late, priority, follows: (late, priority, follows),
        st.integers(-3, 400), st.sampled_from([None, 1, 2, 3, 4]), st.booleans(),
    ),
    max_size=60,
)  # fmt: skip
WEEKS = st.sets(st.integers(0, 6), min_size=1).map(frozenset)


@given(TASKS, st.integers(1, 30), WEEKS, st.integers(0, 6))
def test_a_spread_is_whole_keeps_to_working_days_to_its_order_and_to_the_days_of_entities(
    rows: list[tuple[int, int | None, bool]], count: int, week: frozenset[int], ahead: int
) -> None:
    days, today = BusinessDays("some", week=week), MONDAY + timedelta(ahead)
    tasks = [
        owed(index, priority=priority, follows=follows, due=today - timedelta(late))
        for index, (late, priority, follows) in enumerate(rows)
    ]
    planned = spread(tasks, count, today, days)
    allowed = working_days(count, today, days)
    assert planned.keys() == {task.id for task in tasks}
    assert set(planned.values()) <= set(allowed)
    assert all(days.is_working(day) and day >= today for day in planned.values())
    for task in tasks:
        if task.follows and task.due >= allowed[0]:
            assert planned[task.id] <= task.due
    free = [task for task in tasks if not task.follows]
    in_order = sorted(free, key=lambda task: (task.priority or 5, task.due, task.id))
    assert [planned[task.id] for task in in_order] == sorted(planned[task.id] for task in free)


@given(st.integers(0, 500), st.integers(1, 40))
def test_a_spread_is_even(number: int, count: int) -> None:
    planned = spread([owed(index) for index in range(number)], count, MONDAY, MONDAY_TO_FRIDAY)
    sizes = [loads(planned).get(day, 0) for day in working_days(count, MONDAY, MONDAY_TO_FRIDAY)]
    assert sum(sizes) == number
    assert max(sizes) - min(sizes) <= 1
    assert sizes == sorted(sizes, reverse=True)
