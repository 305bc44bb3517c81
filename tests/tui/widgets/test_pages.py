"""The window behind a section reads little, never loses its place, and finds out when its positions are wrong."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.tui.widgets.table import Asked, Item, Numbers, Table, items
from tui.widgets.pages import END, FIRST, KEEP, PAGE, Pager

MANY = 1_000_000


def many(count: int | None = None) -> tuple[Numbers, Pager]:
    numbers = Numbers(MANY)
    return numbers, Pager("all", numbers.fetch, count)


def shown(pager: Pager, first: int, stop: int) -> list[object]:
    return [row.id if row else None for row in map(pager.at, range(first, stop))]


def test_the_first_page_is_enough_to_paint() -> None:
    numbers, pager = many()
    assert pager.ensure(0, 30) == 0
    assert numbers.asked == [Asked("all", None, None, None, FIRST)]
    assert shown(pager, 0, 3) == [0, 1, 2]
    assert (pager.count, pager.length) == (None, FIRST)


def test_a_short_section_counts_itself() -> None:
    table = Table(all=items(3))
    pager = Pager("all", table.fetch)
    pager.ensure(0, 30)
    assert (pager.count, pager.length, len(table.asked)) == (3, 3, 1)


def test_nothing_at_all_is_asked_for_once() -> None:
    table = Table(all=[])
    pager = Pager("all", table.fetch)
    pager.ensure(0, 30)
    pager.ensure(0, 30)
    assert (pager.count, pager.length, len(table.asked)) == (0, 0, 1)


def test_walking_goes_by_keyset_from_the_neighbour() -> None:
    numbers, pager = many(MANY)
    for first in range(3 * PAGE):
        assert pager.ensure(first, first + 30) == 0
        assert shown(pager, first, first + 1) == [first]
    assert all(asked.offset is None for asked in numbers.asked)
    assert [asked.after for asked in numbers.asked] == [None, (FIRST - 1,), (FIRST + 199,), (FIRST + 399,)]
    for first in reversed(range(3 * PAGE)):
        pager.ensure(first, first + 30)
        assert shown(pager, first, first + 1) == [first]
    assert len(numbers.asked) == 4


def test_a_far_jump_goes_by_offset_and_is_walked_from_there() -> None:
    numbers, pager = many(MANY)
    pager.ensure(0, 30)
    assert pager.ensure(500_000, 500_030) == 0
    assert shown(pager, 500_000, 500_002) == [500_000, 500_001]
    assert [asked.offset for asked in numbers.asked] == [None, 499_950]
    pager.ensure(499_940, 499_970)
    assert shown(pager, 499_940, 499_941) == [499_940]
    assert numbers.asked[-1].before == (499_950,)


def test_the_end_is_read_from_behind() -> None:
    numbers, pager = many(MANY)
    pager.ensure(0, 30)
    pager.ensure(MANY - 30, MANY)
    assert shown(pager, MANY - 1, MANY) == [MANY - 1]
    assert [asked.before for asked in numbers.asked] == [None, END]


def test_the_end_of_an_uncounted_section_moves_to_its_place_when_it_is_counted() -> None:
    _, pager = many()
    pager.ensure(0, 30)
    pager.to_end()
    last = pager.length - 1
    assert shown(pager, last, last + 1) == [MANY - 1]
    moved = pager.set_count(MANY)
    assert last + moved == MANY - 1
    assert shown(pager, MANY - 1, MANY) == [MANY - 1]


def test_walking_up_from_an_uncounted_end_keeps_order() -> None:
    table = Table(all=items(1000))
    pager = Pager("all", table.fetch)
    pager.ensure(0, 30)
    pager.to_end()
    position, seen = pager.length - 1, []
    while position >= 0:
        position += pager.ensure(position, position + 1)
        row = pager.at(position)
        seen.append(row.id if row else None)
        position -= 1
    assert seen == [f"row {number}" for number in reversed(range(1000))]
    assert pager.length == 1000


def test_memory_is_bounded_however_far_one_walks() -> None:
    _, pager = many(MANY)
    for first in range(0, 30_000, 25):
        pager.ensure(first, first + 30)
        assert shown(pager, first, first + 1) == [first]
    held = sum(pager.at(position) is not None for position in range(35_000))
    assert held <= KEEP + 2 * PAGE


def test_a_count_that_was_too_high_gives_way_to_the_rows() -> None:
    table = Table(all=items(250))
    pager = Pager("all", table.fetch, 10_000)
    pager.ensure(0, 30)
    pager.ensure(220, 250)
    assert pager.length == 250
    pager = Pager("all", table.fetch, 10_000)
    pager.ensure(5_000, 5_030)
    assert pager.at(pager.length - 1) == table.sections["all"][-1]


def test_rows_that_came_above_are_found_at_the_top() -> None:
    table = Table(all=items(1000))
    pager = Pager("all", table.fetch, 1000)
    pager.ensure(500, 530)
    for number in range(7):
        table.put("all", Item(-1 - number, f"new {number}"))
    assert pager.reread(500) == 0
    position = 500
    while position > 0:
        position += pager.ensure(position - 1, position) - 1
    moved = pager.ensure(0, 1)
    assert pager.at(moved) is not None
    assert shown(pager, 0, 8) == [*(f"new {number}" for number in reversed(range(7))), "row 0"]


def test_reading_again_keeps_the_row_or_gets_the_next() -> None:
    table = Table(all=items(300))
    pager = Pager("all", table.fetch, 300)
    pager.ensure(50, 80)
    table.put("all", Item(5, "new"))
    assert pager.reread(50) == 1
    assert shown(pager, 51, 52) == ["row 50"]
    table.remove("all", "row 50")
    assert pager.reread(51) == 0
    assert shown(pager, 51, 52) == ["row 51"]


def test_rows_that_went_from_above_are_missed_by_nobody() -> None:
    table = Table(all=items(300))
    pager = Pager("all", table.fetch, 300)
    pager.ensure(50, 80)
    for number in range(10):
        table.remove("all", f"row {number}")
    assert pager.reread(50) == -10
    assert shown(pager, 0, 1) == ["row 10"]
    assert shown(pager, 40, 41) == ["row 50"]


def test_a_forgotten_section_keeps_its_length_until_it_is_read_again() -> None:
    table = Table(all=items(250))
    pager = Pager("all", table.fetch)
    pager.ensure(0, 250)
    pager.forget()
    assert (pager.count, pager.length, pager.at(0)) == (None, 250, None)
    table.remove("all", "row 3")
    pager.ensure(0, 250)
    assert (pager.count, pager.length) == (249, 249)


def test_a_reveal_finds_a_row_by_its_key_alone() -> None:
    numbers, pager = many(MANY)
    moved = pager.look_at((777_777,), 300)
    assert shown(pager, 300 + moved, 302 + moved) == [777_777, 777_778]
    assert all(asked.offset is None for asked in numbers.asked)


def test_counts_that_grow_with_appended_rows_do_not_drift() -> None:
    table = Table(all=items(1000))
    pager = Pager("all", table.fetch, 1000)
    pager.ensure(970, 1000)
    for added in range(50):
        table.put("all", Item(20_000 + added, f"late {added}"))
        moved = pager.set_count(1001 + added)
        pager.reread(970 + moved)
    assert pager.length == 1050
    assert shown(pager, 1049, 1050) == ["late 49"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 900), st.lists(st.integers(0, 899), max_size=40))
def test_any_walk_over_a_quiet_table_shows_each_position_its_row(count: int, looks: list[int]) -> None:
    table = Table(all=items(count))
    pager = Pager("all", table.fetch, count)
    for first in looks:
        if first < count:
            assert pager.ensure(first, first + 20) == 0
            assert shown(pager, first, first + 1) == [f"row {first}"]


class Restless(RuleBasedStateMachine):
    """A table that changes while it is walked: what is in view is always a run of neighbours of the table."""

    @initialize(count=st.integers(0, 700), counted=st.booleans())
    def start(self, count: int, counted: bool) -> None:
        self.table = Table(all=items(count))
        self.pager = Pager("all", self.table.fetch, count if counted else None)
        self.first, self.fresh = 0, 0

    def look(self) -> None:
        for _ in range(3):
            self.first = max(0, min(self.first, self.pager.length - 1))
            self.first += self.pager.ensure(self.first, self.first + 20)

    @rule(step=st.sampled_from([-300, -20, -1, 1, 20, 300]))
    def walk(self, step: int) -> None:
        self.first += step
        self.look()

    @rule()
    def end(self) -> None:
        self.pager.to_end()
        self.first = self.pager.length - 20
        self.look()

    @rule(where=st.integers(-50, 8000), change=st.booleans(), counted=st.booleans())
    def change(self, where: int, change: bool, counted: bool) -> None:
        rows = self.table.sections["all"]
        if change and rows:
            self.table.remove("all", rows[where % len(rows)].id)
        else:
            self.fresh += 1
            self.table.put("all", Item(where + self.fresh / 1000, f"new {self.fresh}"))
        before = self.pager.at(self.first)
        self.first += self.pager.reread(self.first)
        if counted:
            self.first += self.pager.set_count(len(self.table.sections["all"]))
        after = self.pager.at(self.first)
        if before is not None and before in self.table.sections["all"]:
            assert after == before
        self.look()

    @invariant()
    def neighbours(self) -> None:
        if not hasattr(self, "table"):
            return
        self.look()
        rows = self.table.sections["all"]
        stop = min(self.first + 20, self.pager.length)
        seen = [self.pager.at(position) for position in range(self.first, stop)]
        if rows:
            assert seen
            start = rows.index(seen[0])  # type: ignore[arg-type]  # None would be no member and fail here
            assert seen == rows[start : start + len(seen)]


TestRestless = Restless.TestCase
TestRestless.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_pages_and_outline_need_no_terminal() -> None:
    code = "import sys, tui.widgets.outline; sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
