"""Charts drawn with text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.charts import bar, columns, widened

NUMBERS = st.lists(st.integers(0, 10**9), max_size=40)


def test_columns_are_as_high_as_their_share_of_the_highest() -> None:
    assert columns([0, 1, 2, 4, 8], 2) == ["   ▁█"[:3] + " █", " ▂▄██"]
    assert columns([0, 1, 2, 4, 8], 2, ascii_marks=True) == ["    #", " .###"]
    assert columns([], 2) == ["", ""]
    assert columns([0, 0], 1) == ["  "]


@given(NUMBERS, st.integers(1, 8))
def test_only_nothing_looks_like_nothing_and_a_higher_number_is_never_lower(numbers: list[int], height: int) -> None:
    lines = columns(numbers, height)
    assert [len(line) for line in lines] == [len(numbers)] * height
    sizes = [sum(" ▁▂▃▄▅▆▇█".index(line[at]) for line in lines) for at in range(len(numbers))]
    assert [size > 0 for size in sizes] == [number > 0 for number in numbers]
    for (one, small), (other, large) in zip(
        sorted(zip(numbers, sizes, strict=True)), sorted(zip(numbers, sizes, strict=True))[1:], strict=False
    ):
        assert one <= other
        assert small <= large


@given(st.floats(-1, 2), st.integers(1, 60))
def test_a_bar_fills_its_width_and_no_more(share: float, width: int) -> None:
    for ascii_marks in (False, True):
        drawn = bar(share, width, ascii_marks=ascii_marks)
        assert len(drawn) == width
        assert drawn.isascii() is ascii_marks or not drawn.strip()
    assert (bar(share, width).strip() == "") is (share <= 0)
    assert bar(1.0, width) == "█" * width


def test_a_column_may_be_wider_than_a_cell() -> None:
    assert widened("#. ", 3) == "## ..    "
    assert widened("#.", 1) == "#."
