"""Palettes as textual themes: the same colours for our own drawing, for style sheets and for textual's widgets.

A style sheet may use every token as a variable (`$ok`, `$selection`, `$heading`), `$late` and `$soon` as other words
for error and warning, and `$foreground` for the token `text` (`$text` stays textual's own: it adapts to what it
stands on). `$variables` of one style sheet are unknown in the next, so these come from the theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from textual.theme import Theme

from themes import TOKENS, Palette, builtin

_ALIASES = {"late": "error", "soon": "warning"}


def theme(palette: Palette) -> Theme:
    """The textual theme of a palette, to be given to `App.register_theme`."""
    return Theme(
        name=palette.name,
        primary=palette.accent,
        secondary=palette.heading,
        warning=palette.warning,
        error=palette.error,
        success=palette.ok,
        accent=palette.accent,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.ground,
        panel=palette.panel,
        boost=palette.panel,
        dark=palette.dark,
        ansi=palette.ansi,
        variables={**_tokens(palette), **_widgets(palette)},
    )


def variable_defaults(dark: bool = True) -> dict[str, str]:
    """Values of our variables under a theme that is not ours; for `App.get_theme_variable_defaults`."""
    return dict(_defaults(dark))


def token_colors(variables: Mapping[str, str]) -> dict[str, str]:
    """Token -> colour from `App.theme_variables`, complete under any theme."""
    names = {token: "foreground" if token == "text" else token for token in TOKENS}
    found = variables if all(name in variables for name in names.values()) else {**_defaults(True), **variables}
    return {token: found[name] for token, name in names.items()}


@cache
def _defaults(dark: bool) -> dict[str, str]:
    palette = builtin("tickler-dark" if dark else "tickler-light")
    return {"foreground": palette.text, **_tokens(palette)}


def _tokens(palette: Palette) -> dict[str, str]:
    colors = {token: color for token, color in palette.colors.items() if token != "text"}
    return {**colors, **{alias: colors[token] for alias, token in _ALIASES.items()}}


def _widgets(palette: Palette) -> dict[str, str]:
    """Variables of textual's own widgets; it would blend our colours to others, whose contrast nobody checked."""
    if palette.ansi:
        return {
            "block-cursor-foreground": "ansi_default",
            "block-cursor-background": "ansi_default",
            "block-cursor-text-style": "reverse",
            "ansi-background": "ansi_black" if palette.dark else "ansi_white",
            "ansi-foreground": "ansi_white" if palette.dark else "ansi_black",
            "border": palette.accent,
            "border-blurred": "ansi_default",
            "footer-key-foreground": palette.accent,
            "input-cursor-text-style": "reverse",
            "scrollbar": palette.accent,
            "scrollbar-background": "ansi_default",
        }
    return {
        "block-cursor-foreground": palette.text,
        "block-cursor-background": palette.selection,
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": palette.text,
        "block-cursor-blurred-background": palette.panel,
        "block-hover-background": palette.panel,
        "text-muted": palette.muted,
        "foreground-muted": palette.muted,
        "border": palette.accent,
        "border-blurred": palette.selection,
        "footer-background": palette.panel,
        "footer-foreground": palette.muted,
        "footer-description-foreground": palette.muted,
        "footer-key-foreground": palette.accent,
        "input-cursor-background": palette.text,
        "input-cursor-foreground": palette.ground,
        "input-selection-background": palette.selection,
        "scrollbar": palette.selection,
        "scrollbar-hover": palette.muted,
        "scrollbar-active": palette.accent,
        "scrollbar-background": palette.ground,
        "scrollbar-background-hover": palette.ground,
        "scrollbar-background-active": palette.ground,
        "scrollbar-corner-color": palette.ground,
    }
