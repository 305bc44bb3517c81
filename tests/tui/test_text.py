"""Nothing a terminal would obey, and nothing that can't be seen, comes through; columns keep their place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.hostile import HOSTILE
from tui.text import LIMIT, fit, safe

KEPT_FORMATS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


def obeyed_or_unseen(text: str) -> list[str]:
    """The characters of a text that no screen may get: controls, formats, separators and surrogates."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in KEPT_FORMATS]


def test_the_corpus_is_large_enough() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_harmless(text: str) -> None:
    shown = safe(text)
    assert obeyed_or_unseen(shown) == []
    assert len(shown) <= LIMIT
    assert safe(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("Prüfung — 日本", "Prüfung — 日本"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x9b2J", "␛[2J"),
        ("a\x00b\x07c\x7f", "a␀b␇c␡"),
        ("one\ntwo\r\nthree\u2028four", "one⏎two⏎three⏎four"),
        ("over\rwritten", "over␍written"),
        ("a\tb\u00a0c", "a b c"),
        ("\u202egnp.exe", "⇄gnp.exe"),
        ("pass\u200bword", "password"),
        ("lone \ud800", "lone \ufffd"),
        ("[/b] [@click=app.quit]x[/]", "[/b] [@click=app.quit]x[/]"),
        ("e\u0301\u0301\u0301\u0301\u0301x", "e\u0301\u0301\u0301x"),
        ("👩\u200d👧", "👩👧"),
    ],
)
def test_what_is_shown_instead(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_long_line_is_cut_with_a_mark() -> None:
    assert safe("x" * (LIMIT + 1)) == "x" * (LIMIT - 1) + "…"
    assert safe("x" * LIMIT) == "x" * LIMIT


@given(st.text())
def test_any_text_becomes_harmless(text: str) -> None:
    assert obeyed_or_unseen(safe(text)) == []
    assert safe(safe(text)) == safe(text)


@given(st.text(alphabet=st.characters(blacklist_categories=()), max_size=40), st.integers(-1, 50))
def test_fit_takes_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == max(0, width)
    assert cell_len(safe(text, width)) <= max(0, width)


@pytest.mark.parametrize(
    ("text", "width", "align", "shown"),
    [
        ("abc", 5, "left", "abc  "),
        ("abc", 5, "right", "  abc"),
        ("abc", 6, "center", " abc  "),
        ("abcdef", 4, "left", "abc…"),
        ("abcd", 4, "left", "abcd"),
        ("日本語", 7, "left", "日本語 "),
        ("日本語", 5, "left", "日本…"),
        ("日本語", 4, "left", "日 …"),
        ("e\u0301te\u0301", 4, "right", " e\u0301te\u0301"),
        ("👍👍", 3, "left", "👍…"),
        ("\x1b[", 4, "left", "␛[  "),
        ("abc", 1, "left", "…"),
        ("abc", 0, "left", ""),
    ],
)
def test_fit(text: str, width: int, align: str, shown: str) -> None:
    assert fit(text, width, align=align) == shown  # type: ignore[arg-type]  # parametrize knows no Literal
