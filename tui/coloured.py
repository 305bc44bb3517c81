"""An application that paints early and wears a palette: its colours, worked out once, and what waits for the paint."""

from __future__ import annotations

import gc
from collections.abc import Callable

from textual.app import App
from textual.theme import Theme

from store.paths import home
from themes import DESK_SHEET, HERE, builtin, load_builtin, load_folder
from tui.themes import theme, variable_defaults
from tui.widgets.painting import Painter

FIRST_THEME = "tickler-dark"


class Coloured(App[int]):
    """Palettes of themes/ as textual's themes, and style sheets that are parsed once."""

    CSS_PATH = DESK_SHEET
    _colours: tuple[Theme | None, dict[str, str]] | None = None
    _painter: tuple[str, Painter] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[Callable[[], None], None] | None = {}
        """What is called after the first paint, in this order; None from then on."""

    def when_painted(self, call: Callable[[], None]) -> None:
        """Call it after the first paint, once however often it was asked for; at once, if that is over."""
        if self._waiting is None:
            call()
        else:
            self._waiting[call] = None

    def painted(self) -> None:
        """The first paint is over; nothing that was loaded until now is ever garbage."""
        waiting, self._waiting = self._waiting or {}, None
        for call in waiting:
            call()
        gc.freeze()
        gc.enable()

    def wear(self, chosen: str) -> None:
        """Start in this palette: setting it later would have every style sheet parsed a second time."""
        if (HERE / f"{chosen}.toml").exists():
            self.register_theme(theme(builtin(chosen)))
        else:
            self.learn_palettes()
        self.set_reactive(App.theme, chosen if chosen in self.available_themes else FIRST_THEME)
        self._colours = (None, {})
        self._parsed_for = self.get_css_variables()
        self.stylesheet.set_variables(self._parsed_for)

    def learn_palettes(self) -> None:
        """The other palettes, ours and the person's."""
        for palette in (*load_builtin(), *load_folder(home() / "themes")):
            self.register_theme(theme(palette))

    def refresh_css(self, animate: bool = True) -> None:
        """Parse again for other colours; textual also asks at the start, when the colours are those it has."""
        wanted = self.get_css_variables()
        if wanted == self._parsed_for:
            self.stylesheet.update(self, animate=animate)
        else:
            self._parsed_for = wanted
            super().refresh_css(animate)

    @property
    def painter(self) -> Painter:
        """The styles of the palette in use, for lines that are drawn by hand."""
        if self._painter is None or self._painter[0] != self.theme:
            self._painter = (self.theme, Painter.of(self))
        return self._painter[1]

    def get_css_variables(self) -> dict[str, str]:
        """Worked out once for a palette. textual's constructor asks too early, and nothing is parsed for its answer."""
        if self._colours is None:
            return {}
        if self._colours[0] is not self.current_theme:
            self._colours = (self.current_theme, super().get_css_variables())
        return dict(self._colours[1])

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens exist whatever theme is chosen."""
        return variable_defaults()
