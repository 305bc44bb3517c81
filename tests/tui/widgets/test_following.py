"""Following the end of a list, and going to a row that a search has found."""

from __future__ import annotations

from tests.tui.widgets.showing import running, sections_of, squeezed
from tests.tui.widgets.table import Item, Table, items
from tui.widgets.pages import section


async def test_following_the_end_until_one_goes_up() -> None:
    table = Table(log=items(50))
    async with running(sections_of(table, titled=False)) as (app, pilot):
        app.rows.follow = True
        assert app.rows.row_id == "row 49"
        for number in range(50, 53):
            table.put("log", Item(10 * number, f"row {number}", f"row {number}"))
        app.rows.set_counts({"log": 53})
        app.rows.refresh_data()
        assert (app.rows.row_id, app.rows.cursor_line) == ("row 52", 52)
        assert squeezed(app.rows.words)[-1] == "row 52 end"
        await pilot.press("j", "G")
        assert app.rows.follow
        await pilot.press("k")
        assert not app.rows.follow
        words = app.rows.words
        table.put("log", Item(999, "row 99", "row 99"))
        app.rows.refresh_data()
        assert (app.rows.words, app.rows.row_id) == (words, "row 51")
        app.rows.follow = True
        assert app.rows.row_id == "row 99"


async def test_every_way_up_ends_following() -> None:
    table = Table(log=items(500))
    async with running(sections_of(table, titled=False)) as (app, pilot):
        for key in ("k", "up", "pageup", "ctrl+u", "g", "home"):
            app.rows.follow = True
            await pilot.press(key)
            assert not app.rows.follow, key
        app.rows.follow = True
        app.rows._scroll(-1)
        assert not app.rows.follow
        app.rows.follow = True
        app.rows.reveal("log", (10,), 1)
        assert (app.rows.follow, app.rows.row_id) == (False, "row 1")
        app.rows.follow = True
        app.rows.show(sections_of(table, titled=False))
        assert (app.rows.follow, app.rows.row_id) == (True, "row 499")


async def test_following_uncounted_rows_that_pour_in() -> None:
    table = Table(log=[])
    async with running([section("log", None, table.fetch)]) as (app, _):
        app.rows.follow = True
        for number in range(700):
            table.put("log", Item(number, number, f"row {number}"))
            if number % 35 == 0:
                app.rows.refresh_data()
                assert app.rows.row_id == number
                assert squeezed([app.rows.pointed]) == [f"row {number} end"]


async def test_a_reveal_opens_its_group_and_lands_in_the_middle() -> None:
    table = Table(a=items(1000, "a"), b=items(1000, "b"))
    async with running(sections_of(table)) as (app, pilot):
        await pilot.press("h")
        app.rows.reveal("b", (5000,), 500)
        assert app.rows.row_id == "b 500"
        assert app.rows.cursor_line - app.rows.top_line == 6
        app.rows.reveal("a", (3005,))
        assert app.rows.row_id == "a 301"
        assert app.rows.folded() == frozenset()
        app.rows.reveal("gone", (1,))
        assert app.rows.row_id == "a 301"
