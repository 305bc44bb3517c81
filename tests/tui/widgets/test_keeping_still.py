"""The store changes; the picture, the cursor and the marks do not move."""

from __future__ import annotations

from tests.tui.widgets.showing import running, sections_of, squeezed
from tests.tui.widgets.table import Item, Table, items
from tui.widgets.line_list import LineList
from tui.widgets.pages import PAGE, section


async def test_a_refresh_without_changes_writes_nothing() -> None:
    table = Table(early=items(30), late=items(3, "late"))
    async with running(sections_of(table)) as (app, pilot):
        await pilot.press("j", "j", "space")
        app.rows.take()
        asked = len(table.asked)
        app.rows.refresh_data()
        app.rows.refresh_data(sections_of(table))
        assert app.rows.take() == []
        assert len(table.asked) - asked <= 4
        assert len(app.of(LineList.Highlighted)) == 4


async def test_only_the_line_that_changed_is_written() -> None:
    table = Table(all=items(30))
    async with running(sections_of(table, titled=False)) as (app, pilot):
        await pilot.press("j")
        app.rows.take()
        table.put("all", Item(40, "row 4", "other words"))
        app.rows.refresh_data()
        assert app.rows.take() == [4]
        assert squeezed(app.rows.words)[4] == "other words end"


async def test_rows_that_come_above_the_view_do_not_move_it() -> None:
    table = Table(all=items(100))
    async with running(sections_of(table, titled=False)) as (app, pilot):
        await pilot.press(*["pagedown"] * 3)
        words, row = app.rows.words, app.rows.row
        for number in range(5):
            table.put("all", Item(-number, f"new {number}"))
        app.rows.take()
        app.rows.refresh_data(sections_of(table, titled=False))
        assert (app.rows.words, app.rows.row) == (words, row)
        assert app.rows.cursor_line == 38
        assert [y for y in app.rows.take() if app.rows.render_line(y).text[-1] == " "] in ([], [3], [4])


async def test_at_the_top_too_unless_the_newest_come_first() -> None:
    for newest_first in (False, True):
        table = Table(all=items(30))
        async with running(sections_of(table, titled=False), newest_first=newest_first) as (app, _):
            table.put("all", Item(-1, "new", "new"))
            app.rows.refresh_data()
            assert app.rows.row_id == "row 0"
            assert squeezed(app.rows.words)[0] == ("new end" if newest_first else "row 0 end")


async def test_a_new_first_row_comes_in_under_its_heading() -> None:
    table = Table(all=items(30))
    async with running(sections_of(table)) as (app, _):
        table.put("all", Item(-1, "new", "new"))
        app.rows.refresh_data(sections_of(table))
        assert squeezed(app.rows.words)[:3] == ["▾ All 31", "new end", "row 0 end"]
        assert app.rows.row_id == "row 0"


async def test_the_cursor_stays_on_a_row_that_moves() -> None:
    table = Table(all=items(30))
    async with running(sections_of(table, titled=False)) as (app, pilot):
        await pilot.press("j", "j")
        table.put("all", Item(75, "row 2", "moved"))
        app.rows.refresh_data()
        assert squeezed([app.rows.pointed]) == ["moved end"]
        assert app.rows.cursor_line == 7


async def test_the_next_row_takes_the_place_of_one_that_vanished() -> None:
    table = Table(early=items(5), late=items(3, "late"))
    async with running(sections_of(table)) as (app, pilot):
        await pilot.press("j", "j")
        table.remove("early", "row 2")
        app.rows.refresh_data(sections_of(table))
        assert app.rows.row_id == "row 3"
        for id in ("row 0", "row 3"):
            table.remove("early", id)
        app.rows.refresh_data(sections_of(table))
        assert app.rows.row_id == "row 4"
        table.remove("early", "row 4")
        app.rows.refresh_data(sections_of(table))
        assert app.rows.row_id == "row 1"
        assert len(app.of(LineList.Highlighted)) <= 6


async def test_a_row_that_goes_to_another_group_leaves_the_cursor_where_it_was() -> None:
    table = Table(open=items(5), done=items(3, "done"))
    async with running(sections_of(table)) as (app, pilot):
        await pilot.press("j")
        table.remove("open", "row 1")
        table.put("done", Item(5, "row 1", "row 1"))
        app.rows.refresh_data(sections_of(table))
        assert (app.rows.row_id, app.rows.cursor_line) == ("row 2", 2)


async def test_marks_stay_with_their_rows() -> None:
    table = Table(all=items(100))
    async with running(sections_of(table, titled=False)) as (app, pilot):
        await pilot.press("space", "j", "space")
        table.put("all", Item(500, "row 0", "far away"))
        table.remove("all", "row 1")
        app.rows.refresh_data()
        assert app.rows.marked == {"row 0", "row 2"}
        assert [line for line in squeezed(app.rows.words) if line.startswith("*")] == ["* row 2 end"]


async def test_folds_stay_and_new_groups_come_as_they_are_meant() -> None:
    table = Table(a=items(2, "a"), b=items(2, "b"), c=items(2, "c"))
    async with running(sections_of(table)) as (app, pilot):
        await pilot.press("h", "j", "j")
        assert squeezed(app.rows.words)[:4] == ["▸ A 2", "", "▾ B 2", "b 0 end"]
        table.sections["d"] = items(2, "d")
        fresh = [*sections_of(table)[:3], section("d", "D", table.fetch, 2, folded=True)]
        app.rows.refresh_data(fresh)
        assert squeezed(app.rows.words)[:11] == [
            "▸ A 2", "", "▾ B 2", "b 0 end", "b 1 end", "", "▾ C 2", "c 0 end", "c 1 end", "", "▸ D 2",
        ]  # fmt: skip
        assert app.rows.row_id == "b 0"
        app.rows.refresh_data(fresh[2:])
        assert squeezed(app.rows.words)[:2] == ["▾ C 2", "c 0 end"]
        assert app.rows.row is None
        app.rows.refresh_data([])
        assert (app.rows.row, app.rows.total_lines) == (None, 0)
        app.rows.refresh_data(fresh)
        assert app.rows.total_lines > 0


async def test_the_cursor_out_of_view_finds_its_row_again() -> None:
    table = Table(all=items(3000))
    async with running(sections_of(table, titled=False)) as (app, pilot):
        await pilot.press(*["pagedown"] * 3)
        assert app.rows.row_id == "row 33"
        app.rows._scroll(2500)
        table.put("all", Item(-5, "new"))
        table.remove("all", "row 33")
        app.rows.refresh_data(sections_of(table, titled=False))
        await pilot.press("j")
        assert app.rows.row_id == "row 35"


async def test_another_filter_starts_at_the_top() -> None:
    table = Table(all=items(100), some=items(3, "some"))
    async with running([section("all", None, table.fetch, 100)]) as (app, pilot):
        await pilot.press("G", "space")
        app.rows.show([section("some", None, table.fetch)])
        await pilot.pause()
        assert (app.rows.row_id, app.rows.top_line, app.rows.marked) == ("some 0", 0, frozenset())
        assert app.of(LineList.Highlighted)[-1].row.id == "some 0"


async def test_counts_that_come_late_change_headings_and_not_the_view() -> None:
    table = Table(a=items(2 * PAGE, "a"), b=items(3, "b"))
    async with running(sections_of(table, counted=False)) as (app, pilot):
        assert squeezed(app.rows.words)[0] == "▾ A"
        app.rows.set_counts({"a": 2 * PAGE, "b": 3})
        assert squeezed(app.rows.words)[:2] == [f"▾ A {2 * PAGE}", "a 0 end"]
        assert app.rows.total_lines == 2 * PAGE + 3 + 3
        await pilot.press("G")
        assert app.rows.row_id == "b 2"


async def test_an_uncounted_group_grows_while_one_walks_down() -> None:
    table = Table(a=items(3 * PAGE, "a"), b=items(3, "b"))
    async with running(sections_of(table, counted=False)) as (app, _):
        seen = []
        for _ in range(3 * PAGE + 2):
            app.rows.action_move(1)
            seen.append(app.rows.row_id)
        assert seen == [*(f"a {number}" for number in range(1, 3 * PAGE)), None, "b 0", "b 1"]
