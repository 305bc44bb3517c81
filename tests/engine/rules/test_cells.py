"""Cells of a terminal, as Rich counts them, and text that takes the cells it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from engine.rules.cells import cells, cut, visible


@pytest.mark.parametrize("text", ["send mail", "顧客に連絡", "한글 이름", "naïve", "🚚 ship", "…▶┏╌┈", "ﾊﾝｶｸ"])
def test_a_text_takes_the_cells_that_the_screen_library_gives_it(text: str) -> None:
    assert cells(text) == cell_len(text)


@given(st.text(st.characters(max_codepoint=0xFFFF, categories=["L", "N", "P", "S", "Zs", "Cc"]), max_size=20))
def test_what_is_visible_stays_so_and_holds_no_control(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert shown.isprintable() or " " in shown
    assert all(letter == " " or letter.isprintable() for letter in shown)


def test_controls_turns_and_marks_cannot_move_what_stands_beside_them() -> None:
    assert visible("a\x1b[31m\n\u202eb\u200bc\u0301\udc80") == "a␛[31m␊bć�"


@given(st.text("aé顧🚚 ", max_size=20), st.integers(0, 12))
def test_a_cut_text_fits(text: str, most: int) -> None:
    assert cells(cut(text, most)) <= most
    assert cut(text, most) == text or cut(text, most).endswith("…" if most else "")
