"""The list as a person and a screen meet it: keys, mouse, marks, folds, messages."""

from __future__ import annotations

import pytest
from textual import events

from tests.tui.widgets.showing import one, running, squeezed
from tests.tui.widgets.table import Numbers, Table, items
from tui.widgets.line_list import RANGE, LineList
from tui.widgets.pages import PAGE, Section, section

MANY = 1_000_000


def groups() -> list[Section]:
    """`early` with 3 rows, `late` with 2, `done` with 4, folded."""
    table = Table(early=items(3, "early"), late=items(2, "late"), done=items(4, "done"))
    return [
        section("early", "Early", table.fetch, 3, note="3 open"),
        section("late", "Late", table.fetch, 2),
        section("done", "Done", table.fetch, 4, folded=True),
    ]


PICTURE = [
    "▾ Early 3 open",
    "early 0 end",
    "early 1 end",
    "early 2 end",
    "",
    "▾ Late 2",
    "late 0 end",
    "late 1 end",
    "",
    "▸ Done 4",
]


async def test_groups_are_headings_with_rows() -> None:
    async with running(groups()) as (app, _):
        assert squeezed(app.rows.words) == [*PICTURE, "", ""]
        assert app.rows.pointed == app.rows.words[1]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("", 0),
        ("j", 1),
        ("down down", 2),
        ("j j k", 1),
        ("j up up", 0),
        ("G", 99),
        ("end k", 98),
        ("G g", 0),
        ("G home", 0),
        ("pagedown", 11),
        ("pagedown pagedown pageup", 11),
        ("ctrl+d", 6),
        ("ctrl+d ctrl+d ctrl+u", 6),
        ("G j j", 99),
        ("G pagedown", 99),
        ("pageup", 0),
    ],
)
async def test_moves(keys: str, line: int) -> None:
    async with running(one(100)) as (app, pilot):
        await pilot.press(*keys.split())
        assert app.rows.cursor_line == line
        assert squeezed([app.rows.pointed]) == [f"row {line} end"]
        assert app.rows.top_line <= line < app.rows.top_line + 12


async def test_the_view_scrolls_as_little_as_it_must() -> None:
    async with running(one(100)) as (app, pilot):
        await pilot.press(*"j" * 11)
        assert app.rows.top_line == 0
        await pilot.press("j")
        assert app.rows.top_line == 1
        await pilot.press(*"k" * 11)
        assert (app.rows.top_line, app.rows.cursor_line) == (1, 1)
        await pilot.press("k")
        assert app.rows.top_line == 0
        assert (app.rows.scroll_offset.y, app.rows.virtual_size.height) == (0, 100)


async def test_the_cursor_stands_on_headings_but_not_between_groups() -> None:
    async with running(groups()) as (app, pilot):
        seen = [app.rows.cursor_line]
        for _ in range(8):
            await pilot.press("j")
            seen.append(app.rows.cursor_line)
        assert seen == [1, 2, 3, 5, 6, 7, 9, 9, 9]
        for _ in range(8):
            await pilot.press("k")
            seen.append(app.rows.cursor_line)
        assert seen[9:] == [7, 6, 5, 3, 2, 1, 0, 0]


async def test_a_still_move_writes_two_lines_and_nothing_moves_when_nothing_can() -> None:
    async with running(one(100)) as (app, pilot):
        await pilot.press("j")
        app.rows.take()
        await pilot.press("j")
        assert app.rows.take() == [1, 2]
        await pilot.press("g", "g")
        app.rows.take()
        await pilot.press("g", "k", "h", "l")
        assert app.rows.take() == []


async def test_collapse_and_expand() -> None:
    async with running(groups()) as (app, pilot):
        await pilot.press("j", "h")
        assert squeezed(app.rows.words)[:4] == ["▸ Early 3 open", "", "▾ Late 2", "late 0 end"]
        assert app.rows.cursor_line == 0
        await pilot.press("h")
        assert app.rows.cursor_line == 0
        await pilot.press("right")
        assert squeezed(app.rows.words) == [*PICTURE, "", ""]
        await pilot.press("l")
        assert app.rows.pointed.startswith("early 0")
        await pilot.press("G", "enter")
        assert squeezed(app.rows.words)[-3:] == ["▾ Done 4", "done 0 end", "done 1 end"]
        await pilot.press("enter")
        assert squeezed(app.rows.words) == [*PICTURE, "", ""]
        told = [(message.section, message.folded) for message in app.of(LineList.Folded)]
        assert told == [("early", True), ("early", False), ("done", False), ("done", True)]
        assert app.rows.folded() == {"done"}
        assert app.said == []


async def test_the_keys_of_collapsing_belong_to_the_screen_where_there_are_no_groups() -> None:
    async with running(one(5)) as (app, pilot):
        await pilot.press("l", "h")
        assert app.said == ["l", "h"]


async def test_collapsing_a_group_whose_heading_is_out_of_view_shows_the_heading() -> None:
    table = Table(long=items(100, "long"), last=items(1, "last"))
    sections = [section("long", "Long", table.fetch, 100), section("last", "Last", table.fetch, 1)]
    async with running(sections) as (app, pilot):
        await pilot.press(*["pagedown"] * 4, "h")
        assert squeezed(app.rows.words)[:3] == ["▸ Long 100", "", "▾ Last 1"]
        assert app.rows.cursor_line == 0


async def test_opening_a_row() -> None:
    async with running(groups()) as (app, pilot):
        await pilot.press("j", "enter")
        (opened,) = app.of(LineList.Opened)
        assert (opened.section, opened.row.id) == ("early", "early 1")
        assert opened.control is app.rows


async def test_highlighted_comes_once_for_a_burst_of_moves() -> None:
    async with running(groups()) as (app, pilot):
        assert [message.row.id for message in app.of(LineList.Highlighted)] == ["early 0"]
        for _ in range(4):
            app.rows.action_move(1)
        await pilot.pause()
        await pilot.pause()
        told = [(message.section, message.row and message.row.id) for message in app.of(LineList.Highlighted)]
        assert told == [("early", "early 0"), ("late", "late 0")]
        await pilot.press("k")
        await pilot.pause()
        assert (app.messages[-1].section, app.messages[-1].row) == ("late", None)


async def test_marks_are_characters_and_move_on() -> None:
    async with running(groups()) as (app, pilot):
        await pilot.press("space", "j", "space")
        assert app.rows.marked == {"early 0", "early 2"}
        assert [line[:1] for line in app.rows.words[1:4]] == ["*", "e", "*"]
        await pilot.press("k", "k", "k", "space")
        assert app.rows.marked == {"early 2"}
        assert [message.ids for message in app.of(LineList.Marked)][-1] == {"early 2"}
        assert app.rows.targets() == {"early 2"}
        app.rows.set_marks(())
        assert app.rows.targets() == {app.rows.row_id}
        await pilot.press("g")
        assert app.rows.targets() == frozenset()


async def test_a_range_shows_while_it_grows_and_marks_at_the_end() -> None:
    async with running(groups()) as (app, pilot):
        await pilot.press("j", "v", "j", "j", "j")
        assert [line[:1] for line in app.rows.words[1:8]] == ["e", "*", "*", "", "▾", "*", "l"]
        assert app.rows.marked == frozenset()
        await pilot.press("k", "k", "k", "k")
        assert [line[:1] for line in app.rows.words[1:4]] == ["*", "*", "e"]
        await pilot.press("v")
        assert app.rows.marked == {"early 0", "early 1"}
        await pilot.press("j", "j")
        assert app.rows.marked == {"early 0", "early 1"}


async def test_a_range_reads_what_is_out_of_view_and_has_an_end() -> None:
    numbers = Numbers(MANY)
    async with running([section("all", None, numbers.fetch, MANY)]) as (app, pilot):
        await pilot.press("v")
        app.rows.reveal("all", (1500,), 1500)
        assert app.rows.targets() == set(range(1501))
        assert app.rows.row_id == 1500
        app.rows.set_marks(())
        await pilot.press("g", "v", "G", "v")
        assert app.rows.marked == frozenset()
        assert len(numbers.asked) < 20
        (said,) = app._notifications
        assert f"{RANGE:,} rows" in said.message


async def test_click_moves_and_a_second_click_opens() -> None:
    async with running(groups()) as (app, pilot):
        await pilot.click(app.rows, offset=(5, 6))
        assert app.rows.row_id == "late 0"
        assert app.of(LineList.Opened) == []
        await pilot.click(app.rows, offset=(5, 6))
        assert [message.row.id for message in app.of(LineList.Opened)] == ["late 0"]
        await pilot.click(app.rows, offset=(5, 8))
        await pilot.click(app.rows, offset=(5, 11))
        assert app.rows.row_id == "late 0"
        await pilot.click(app.rows, offset=(5, 9))
        await pilot.click(app.rows, offset=(5, 9))
        assert app.rows.folded() == frozenset()


async def test_the_wheel_scrolls_and_the_next_key_returns_to_the_cursor() -> None:
    async with running(one(1000)) as (app, pilot):

        def turn(kind: type[events.MouseEvent]) -> None:
            app.rows.post_message(kind(app.rows, 5, 5, 0, 0, 0, False, False, False))

        for _ in range(200):
            turn(events.MouseScrollDown)
        await pilot.pause()
        assert (app.rows.top_line, app.rows.cursor_line) == (400, 0)
        turn(events.MouseScrollUp)
        await pilot.pause()
        assert (app.rows.top_line, app.rows.cursor_line) == (398, 0)
        await pilot.press("j")
        assert (app.rows.top_line, app.rows.cursor_line) == (1, 1)
        assert app.rows.row_id == "row 1"


async def test_the_scroll_indicator_can_be_dragged() -> None:
    numbers = Numbers(MANY)
    async with running([section("all", None, numbers.fetch, MANY)]) as (app, pilot):
        await pilot.mouse_down(app.rows, offset=(39, 11))
        assert app.rows.top_line == MANY - 12
        await pilot.hover(app.rows, offset=(39, 6))
        assert 400_000 < app.rows.top_line < 700_000
        assert squeezed(app.rows.words)[0] == f"row {app.rows.top_line} end"
        await pilot.mouse_up(app.rows, offset=(39, 6))
        before = app.rows.top_line
        await pilot.hover(app.rows, offset=(20, 0))
        assert app.rows.top_line == before
        assert len(numbers.asked) < 10


async def test_the_indicator_says_where_one_is() -> None:
    async with running(one(100)) as (app, pilot):

        def thumb() -> list[int]:
            return [y for y in range(12) if app.rows.render_line(y).text[-1] == "│"]

        assert thumb() == [0]
        await pilot.press("G")
        assert thumb() == [11]
        app.rows.show(one(12))
        assert thumb() == []


async def test_a_million_rows_cost_a_few_pages() -> None:
    numbers = Numbers(MANY)
    async with running([section("all", None, numbers.fetch)]) as (app, pilot):
        assert len(numbers.asked) == 1
        app.rows.set_counts({"all": MANY, "unknown": 3})
        assert app.rows.total_lines == MANY
        await pilot.press("G")
        assert app.rows.row_id == MANY - 1
        await pilot.press("pageup", "k", "k", "g", "pagedown", "j")
        assert app.rows.row_id == 12
        assert len(numbers.asked) <= 4
        assert sum(asked.limit for asked in numbers.asked) <= 4 * PAGE


async def test_the_end_before_anybody_has_counted() -> None:
    numbers = Numbers(MANY)
    async with running([section("all", None, numbers.fetch)]) as (app, pilot):
        await pilot.press("G", "k")
        assert app.rows.row_id == MANY - 2
        words = app.rows.words
        app.rows.set_counts({"all": MANY})
        assert (app.rows.cursor_line, app.rows.row_id) == (MANY - 2, MANY - 2)
        assert app.rows.words == words
