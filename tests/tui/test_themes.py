"""Palettes become textual themes; our tokens are there under any theme."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.widgets import Static

from themes import TOKENS, Palette, builtin, load_builtin
from tui.themes import theme, token_colors, variable_defaults


class Bare(App[None]):
    CSS = "Static { color: $late; background: $selection; border-left: solid $heading; }"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme.dark)

    def compose(self) -> ComposeResult:
        yield Static("x")

    def on_mount(self) -> None:
        for palette in load_builtin():
            self.register_theme(theme(palette))


@pytest.mark.parametrize("palette", load_builtin(), ids=lambda palette: palette.name)
async def test_every_palette_is_a_theme(palette: Palette) -> None:
    app = Bare()
    async with app.run_test() as pilot:
        app.theme = palette.name
        await pilot.pause()
        style = app.query_one(Static).styles
        assert (style.color, style.background) == (Color.parse(palette.error), Color.parse(palette.selection))
        colors = {token: Color.parse(color) for token, color in token_colors(app.theme_variables).items()}
        assert colors == {token: Color.parse(color) for token, color in palette.colors.items()}
        assert app.native_ansi_color is palette.ansi


async def test_our_tokens_exist_under_a_theme_of_textual() -> None:
    app = Bare()
    async with app.run_test() as pilot:
        for name, ours in (("nord", "tickler-dark"), ("textual-light", "tickler-light")):
            app.theme = name
            await pilot.pause()
            colors = token_colors(app.theme_variables)
            assert set(colors) == set(TOKENS)
            assert colors["selection"] == builtin(ours).selection


def test_tokens_are_complete_without_any_theme() -> None:
    assert token_colors({}) == builtin("tickler-dark").colors
