"""How it looks: palettes as TOML files, checked when they are loaded.

A palette names what a colour is for (`error`, `done`, `selection`), never where it is used. Every token is required,
so a theme can't leave a state without a look of its own. Colours are `#rrggbb`; a palette with `ansi = true` takes
names of the terminal's own sixteen colours instead (`ansi_blue`, `ansi_bright_red`, `ansi_default`).
Knows nothing of textual: `tui.themes` turns a palette into a textual theme.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
DESK_SHEET, FORM_SHEET = str(HERE / "desk.tcss"), str(HERE / "forms.tcss")
"""What the views look like; and dialogs and forms, which is read when the first of them opens."""

_HEX = "#[0-9a-fA-F]{6}"
_NAME = "[a-z][a-z0-9-]{0,39}"
_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
ANSI_COLORS = ("ansi_default", *(f"ansi_{hue}" for hue in _HUES), *(f"ansi_bright_{hue}" for hue in _HUES))


class ThemeError(ValueError):
    """A theme file that can't be used; the message names the file, the field and what was expected."""


class Palette(NamedTuple):
    """The colours of one theme, by what they mean. Each is `#rrggbb` or, if `ansi`, one of ANSI_COLORS."""

    name: str
    dark: bool
    ansi: bool

    ground: str
    """Behind everything."""
    panel: str
    """Behind bars, inputs and dialogs: a step off the ground."""
    selection: str
    """Behind the row or line the cursor is on."""
    text: str
    muted: str
    """What is read second: labels, counts, hints."""
    accent: str
    """The one colour that draws the eye: keys, the active view, focus."""
    accent_text: str
    """Text on a block of accent."""
    heading: str
    """Titles of groups."""
    ok: str
    running: str
    warning: str
    """Due soon, due today, skipped."""
    error: str
    """Late, failed, lost."""
    info: str
    done: str
    mark: str
    """Marked rows."""
    find: str
    """Matches of a search: a block of this colour with ground-coloured text."""

    @property
    def colors(self) -> dict[str, str]:
        """Token -> colour, in the order above. A token is spelled with `-`: `accent-text`."""
        return {token: getattr(self, token.replace("-", "_")) for token in TOKENS}


TOKENS: tuple[str, ...] = tuple(field.replace("_", "-") for field in Palette._fields[3:])

TEXT_TOKENS: tuple[str, ...] = tuple(t for t in TOKENS if t not in ("ground", "panel", "selection", "accent-text"))
"""Tokens that words are written in, on ground, on panel and on selection."""


def parse(text: str, source: str) -> Palette:
    """The palette in a TOML text. `source` names it in errors.

    Raises ThemeError for broken TOML, unknown or missing fields, values of the wrong kind and colours that are none.
    """
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ThemeError(f"{source}: not valid TOML: {error}.") from None
    known = ("name", "dark", "ansi", *TOKENS)
    for field in values:
        if field not in known:
            raise ThemeError(f"{source}: unknown field {field!r}; expected one of {', '.join(known)}.")
    values.setdefault("ansi", False)
    for field in known:
        if field not in values:
            raise ThemeError(f"{source}: {field!r} is missing; expected {_expected(field, values['ansi'])}.")
        if not _valid(field, values[field], values["ansi"]):
            raise ThemeError(f"{source}: {field!r} is {values[field]!r}; expected {_expected(field, values['ansi'])}.")
    return Palette(**{field.replace("-", "_"): value for field, value in values.items()})


def _valid(field: str, value: object, ansi: object) -> bool:
    if field in ("dark", "ansi"):
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if field == "name":
        return re.fullmatch(_NAME, value) is not None
    return value in ANSI_COLORS if ansi is True else re.fullmatch(_HEX, value) is not None


def _expected(field: str, ansi: object) -> str:
    if field in ("dark", "ansi"):
        return "true or false"
    if field == "name":
        return "a name of at most 40 small letters, digits and dashes"
    return f"one of {', '.join(ANSI_COLORS)}" if ansi is True else "a colour like #1a2b3c"


def load_file(path: Path) -> Palette:
    """The palette in one file. Raises ThemeError, also when the file can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ThemeError(f"{path.name}: not valid UTF-8 text.") from None
    except OSError as error:
        raise ThemeError(f"{path.name}: can't be read: {error.strerror}.") from None
    return parse(text, path.name)


def load_folder(path: Path) -> tuple[Palette, ...]:
    """The palettes of all `*.toml` files in a folder, by file name; none if there is no such folder.

    Raises ThemeError for the first file that is not a palette, or whose name another file took already.
    """
    palettes: dict[str, Palette] = {}
    for file in sorted(path.glob("*.toml")):
        palette = load_file(file)
        if palette.name in palettes:
            raise ThemeError(f"{file.name}: 'name' is {palette.name!r}; expected a name no other file uses.")
        palettes[palette.name] = palette
    return tuple(palettes.values())


def builtin(name: str) -> Palette:
    """One of tickler's own palettes, without reading the others. Raises ThemeError if there is none of that name."""
    file = HERE / f"{name}.toml"
    if re.fullmatch(_NAME, name) is None or not file.is_file():
        raise ThemeError(f"theme {name!r} is unknown; expected one of {', '.join(p.name for p in load_builtin())}.")
    return load_file(file)


def load_builtin() -> tuple[Palette, ...]:
    """The palettes that come with tickler, `tickler-dark` first."""
    return tuple(sorted(load_folder(HERE), key=lambda palette: (palette.name != "tickler-dark", palette.name)))
