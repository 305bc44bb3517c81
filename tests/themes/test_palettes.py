"""Palettes are complete, readable, and refused in words when they are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from themes import ANSI_COLORS, TEXT_TOKENS, TOKENS, Palette, ThemeError, builtin, load_builtin, load_folder, parse

PALETTES = load_builtin()
COLOURED = [palette for palette in PALETTES if not palette.ansi]
GOOD = (Path(__file__).parents[2] / "themes" / "paper.toml").read_text()


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_there_are_enough_of_both_kinds() -> None:
    names = {palette.name for palette in PALETTES}
    assert {"tickler-dark", "tickler-light", "high-contrast-dark", "high-contrast-light", "ansi-dark"} <= names
    assert len(names) >= 6
    assert {palette.dark for palette in COLOURED} == {True, False}
    assert PALETTES[0].name == "tickler-dark"


@pytest.mark.parametrize("palette", COLOURED, ids=lambda palette: palette.name)
def test_words_can_be_read_on_every_ground(palette: Palette) -> None:
    need = 7 if palette.name.startswith("high-contrast") else 4.5
    low = {
        (token, ground): contrast(palette.colors[token], palette.colors[ground])
        for token in TEXT_TOKENS
        for ground in ("ground", "panel", "selection")
        if contrast(palette.colors[token], palette.colors[ground]) < need
    }
    assert low == {}
    assert contrast(palette.accent_text, palette.accent) >= need


@pytest.mark.parametrize("palette", COLOURED, ids=lambda palette: palette.name)
def test_the_line_of_the_cursor_stands_out(palette: Palette) -> None:
    assert contrast(palette.selection, palette.ground) >= 1.2


@pytest.mark.parametrize("palette", COLOURED, ids=lambda palette: palette.name)
def test_states_that_ask_for_different_acts_have_different_colours(palette: Palette) -> None:
    states = [palette.text, palette.muted, palette.ok, palette.running, palette.warning, palette.error]
    assert len(set(states)) == len(states)


def test_the_ansi_palette_uses_the_terminals_own_colours() -> None:
    palette = builtin("ansi-dark")
    assert palette.ansi
    assert set(palette.colors.values()) <= set(ANSI_COLORS)


def test_tokens_are_spelled_with_dashes() -> None:
    assert "accent-text" in TOKENS
    assert builtin("paper").colors["accent-text"] == builtin("paper").accent_text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("ground =", "grond ="), "mine.toml: unknown field 'grond'; expected one of name, dark, ansi, ground,"),
        (('ground = "#f5efe2"\n', ""), "mine.toml: 'ground' is missing; expected a colour like #1a2b3c."),
        (("#f5efe2", "#f5e"), "mine.toml: 'ground' is '#f5e'; expected a colour like #1a2b3c."),
        (("#f5efe2", "beige"), "mine.toml: 'ground' is 'beige'; expected a colour like #1a2b3c."),
        (('"#f5efe2"', "3"), "mine.toml: 'ground' is 3; expected a colour like #1a2b3c."),
        (("dark = false", 'dark = "no"'), "mine.toml: 'dark' is 'no'; expected true or false."),
        (("dark = false", "dark = false\nansi = true"), "mine.toml: 'ground' is '#f5efe2'; expected one of ansi_"),
        (('name = "paper"', 'name = "My Paper"'), "mine.toml: 'name' is 'My Paper'; expected a name of at most 40"),
        (('name = "paper"', "name = paper"), "mine.toml: not valid TOML:"),
    ],
)
def test_what_is_wrong_is_named(change: tuple[str, str], message: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(ThemeError) as raised:
        parse(GOOD.replace(*change), "mine.toml")
    assert str(raised.value).startswith(message)


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(GOOD.replace('"paper"', '"mine"'))
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not a theme")
    assert [palette.name for palette in load_folder(tmp_path)] == ["paper", "mine"]
    assert load_folder(tmp_path / "nothing") == ()


def test_two_files_with_one_name(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_text(GOOD)
    with pytest.raises(ThemeError, match=r"b\.toml: 'name' is 'paper'; expected a name no other file uses"):
        load_folder(tmp_path)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ThemeError, match=r"a\.toml: not valid UTF-8 text"):
        load_folder(tmp_path)


@pytest.mark.parametrize("name", ["nothing", "../themes/paper", ""])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(ThemeError, match=r"is unknown; expected one of tickler-dark, ansi-dark,"):
        builtin(name)


def test_palettes_know_nothing_of_textual() -> None:
    code = "import sys, themes; themes.load_builtin(); sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
