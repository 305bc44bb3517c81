"""Lengths of time: read, written exactly, said shortly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.durations import MOST_SECONDS, duration_text, duration_words, parse_duration
from engine.rules.errors import BadValue


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h", 3600),
        ("90s", 90),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1h05m", 3900),
        ("4m 02s", 242),
        ("2d", 172_800),
        ("2 days", 172_800),
        ("1w", 604_800),
        ("15 min", 900),
        ("1.5h", 5400),
        ("2D 3H", 183_600),
        (3600, 3600),
        ("3600", 3600),
        ("+60", 60),
        ("0", 0),
        ("0s", 0),
        ("PT90M", 5400),
        ("P3D", 259_200),
        ("P1DT2H3M4S", 93_784),
    ],
)
def test_durations_are_read(text: str | int, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a length of time"),
        ("soon", "expected a length of time"),
        ("1mo", "expected a length of time"),
        ("30m1h", "expected a length of time"),
        ("1h1h", "expected a length of time"),
        ("1h 30", "expected a length of time"),
        ("P", "expected a length of time"),
        ("PT", "expected a length of time"),
        ("1:30", "expected a length of time"),
        ("٣h", "expected a length of time"),
        ("1\0h", "expected a length of time"),
        pytest.param("9" * 5000, "expected a length of time", id="5000 nines"),
        ("1.23s", "not a whole number of seconds"),
        ("-5", "cannot be negative"),
        (-1, "cannot be negative"),
        pytest.param(-(10**5000), "cannot be negative", id="minus 5000 digits"),
        pytest.param(10**5000, "at most 100000 days", id="5000 digits"),
        ("999999999999w", "at most 100000 days"),
        ("9" * 70, "at most 100000 days"),
        (True, "True is not a duration"),
    ],
)
def test_what_is_no_duration_is_refused(text: str | int, said: str) -> None:
    with pytest.raises(BadValue, match=said) as refused:
        parse_duration(text)
    assert str(refused.value).isprintable()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, MOST_SECONDS))
def test_the_exact_form_reads_back_equal_and_the_short_one_never_exceeds(seconds: int) -> None:
    assert parse_duration(duration_text(seconds)) == seconds
    short = parse_duration(duration_words(seconds).replace(",", ""))
    assert 0 <= seconds - short < (3600 if seconds >= 86_400 else 60)


@settings(max_examples=150, deadline=None)
@given(st.text() | st.text("0123456789.dhmswpt :-", max_size=90))
def test_any_text_is_a_duration_or_bad_value(text: str) -> None:
    result = read_or_refuse(text)
    if isinstance(result, BadValue):
        assert str(result).isprintable()
    else:
        assert 0 <= result <= MOST_SECONDS


def read_or_refuse(text: str) -> int | BadValue:
    try:
        return parse_duration(text)
    except BadValue as refused:
        return refused


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (-3, "0s"),
        (0.04, "0.0s"),
        (0.42, "0.4s"),
        (9.99, "9.9s"),
        (10.5, "10s"),
        (59.9, "59s"),
        (60, "1m 00s"),
        (242, "4m 02s"),
        (3599, "59m 59s"),
        (3900, "1h05m"),
        (86_399, "23h59m"),
        (86_400, "1d 00h"),
        (183_600, "2d 03h"),
        (86_400 * 1234, "1,234d 00h"),
    ],
)
def test_lists_show_two_units(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
