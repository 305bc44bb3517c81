"""What the list looks like: any width, any text, any theme, and with no colour at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from textual.color import Color

from tests.tui.hostile import HOSTILE
from tests.tui.widgets.showing import one, running, sections_of, squeezed
from tests.tui.widgets.table import Item, Table
from themes import builtin
from tui.widgets.line_view import LineState
from tui.widgets.pages import section
from tui.widgets.painting import Piece


async def test_other_widths_and_heights() -> None:
    async with running(one(100)) as (app, pilot):
        await pilot.press("pagedown")
        assert app.rows.row_id == "row 11"
        await pilot.resize_terminal(60, 6)
        await pilot.pause()
        assert squeezed([app.rows.pointed]) == ["row 11 end"]
        assert len(app.rows.words) == 6
        assert {app.rows.render_line(y).cell_length for y in range(6)} == {60}
        await pilot.resize_terminal(20, 200)
        await pilot.pause()
        assert (app.rows.top_line, app.rows.row_id) == (0, "row 11")
        assert squeezed(app.rows.words)[99:101] == ["row 99 end", ""]


@pytest.mark.parametrize("width", [1, 2, 5, 80])
async def test_hostile_rows_are_shown_as_text(width: int) -> None:
    rows = [Item(number, number, text) for number, text in enumerate(HOSTILE)]

    def raw(item: Item, width: int, state: LineState) -> Sequence[Piece]:
        return [(item.title, "text")]

    table = Table(all=rows)
    sections = [section("all", "[/b]\x1b[2J\u202e", table.fetch, note="[x]\x9b")]
    async with running(sections, size=(width, 60), draw=raw) as (app, pilot):
        for y in range(60):
            strip = app.rows.render_line(y)
            assert strip.cell_length == width
            assert strip.text.isprintable()
        await pilot.press("G")


async def test_wide_characters_keep_columns() -> None:
    titles = ["plain", "日本語の題名", "👍 thumbs", "e\u0301te\u0301", "Ünïcödé", "x" * 50, "日" * 30]
    table = Table(all=[Item(number, number, title) for number, title in enumerate(titles)])
    async with running([section("all", None, table.fetch)]) as (app, _):
        for y in range(len(titles)):
            strip = app.rows.render_line(y)
            assert strip.cell_length == 40
            assert strip.crop(36, 39).text == "end"


async def test_matches_are_highlighted() -> None:
    async with running(one(50)) as (app, pilot):
        app.rows.find = "ROW 1"
        await pilot.pause()
        marked = [y for y in range(12) if any(style and style.reverse for _, style, _ in app.rows.render_line(y))]
        assert marked == [1, 10, 11]
        app.rows.find = ""
        assert not any(style and style.reverse for y in range(12) for _, style, _ in app.rows.render_line(y))


async def test_an_empty_list_says_what_to_press() -> None:
    async with running([section("all", None, Table(all=[]).fetch, 0)]) as (app, pilot):
        assert " ".join(app.rows.words).split() == ["Nothing", "here.", "Press", "a", "to", "add", "something."]
        await pilot.press("j", "G", "space", "v", "enter", "k", "pagedown")
        assert (app.rows.row, app.rows.section, app.messages) == (None, None, [])


async def test_nothing_is_said_before_anything_was_shown() -> None:
    async with running([]) as (app, _):
        assert set(app.rows.words) == {""}


async def test_another_theme_repaints_in_its_colours() -> None:
    async with running(one(5)) as (app, pilot):

        def ground() -> Any:
            return next(iter(app.rows.render_line(3))).style.bgcolor

        assert ground() == Color.parse(builtin("tickler-dark").ground).rich_color
        app.theme = "paper"
        await pilot.pause()
        assert ground() == Color.parse(builtin("paper").ground).rich_color


@pytest.mark.parametrize("theme", ["ansi-dark", "tickler-dark"])
async def test_without_colour_the_cursor_can_be_seen(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if theme == "tickler-dark":
        monkeypatch.setenv("NO_COLOR", "1")
    async with running(one(5), theme=theme) as (app, _):
        reversed_lines = [y for y in range(5) if all(style.reverse for _, style, _ in app.rows.render_line(y) if style)]
        assert reversed_lines == [0]


async def test_the_cursor_is_quieter_without_focus() -> None:
    async with running(one(5)) as (app, pilot):
        app.set_focus(None)
        await pilot.pause()
        style = next(iter(app.rows.render_line(0))).style
        assert style is not None
        assert style.bgcolor == Color.parse(builtin("tickler-dark").panel).rich_color


async def test_marks_of_letters_alone() -> None:
    table = Table(open=[Item(number, number, "row") for number in range(50)], done=[Item(1, "x", "row")])
    async with running(sections_of(table), ascii_marks=True) as (app, pilot):
        await pilot.press("h")
        assert squeezed(app.rows.words)[:3] == ["> Open 50", "", "v Done 1"]
        await pilot.press("l")
        text = "".join(app.rows.render_line(y).text for y in range(12))
        assert text.isascii()
        assert "|" in text


async def test_rows_stand_in_from_the_edge_and_from_their_heading() -> None:
    table = Table(open=[Item(1, 1, "row")])
    async with running(sections_of(table)) as (app, _):
        assert [app.rows.render_line(y).text[:6] for y in (0, 1)] == [" ▾ Ope", "     r"]
        app.rows.show(sections_of(table, titled=False))
        assert app.rows.render_line(0).text[:6] == "   row"
