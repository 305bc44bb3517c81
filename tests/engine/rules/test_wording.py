"""The words for days, counts and states."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.wording import (
    STATES,
    ago,
    bytes_words,
    clock,
    count_of,
    day_and_clock,
    due_words,
    full_instant,
    instant_words,
    long_day,
    past_day,
    plural,
    relative_day,
    state_of,
    upcoming_words,
)
from store.enums import OccurrenceState, RunState

TODAY = date(2025, 11, 26)
NOW = datetime(2025, 6, 21, 12, 0, tzinfo=UTC)
BRUSSELS = "Europe/Brussels"


@pytest.mark.parametrize(
    ("away", "due", "past"),
    [
        (-1234, "late 1,234 d", "11 Jul 2022"),
        (-7, "late 7 d", "19 Nov"),
        (-6, "late 6 d", "6 d ago"),
        (-1, "late 1 d", "yesterday"),
        (0, "today", "today"),
        (1, "tomorrow", "27 Nov"),
        (5, "in 5 d", "1 Dec"),
        (6, "in 6 d", "2 Dec"),
        (7, "3 Dec", "3 Dec"),
        (38, "3 Jan 2026", "3 Jan 2026"),
    ],
)
def test_near_days_by_distance_far_ones_by_date(away: int, due: str, past: str) -> None:
    day = TODAY + timedelta(away)
    assert (relative_day(day, TODAY), past_day(day, TODAY)) == (due, past)


def test_a_task_without_a_deadline_has_a_dash() -> None:
    assert due_words(None, TODAY, is_done=False) == due_words(None, TODAY, is_done=True) == "-"


def test_upcoming_days_are_counted_with_separators() -> None:
    assert upcoming_words(TODAY + timedelta(2), TODAY) == "in 2 days"
    assert upcoming_words(TODAY + timedelta(1500), TODAY) == "in 1,500 days"


def test_long_day_names_the_weekday_and_the_year() -> None:
    assert long_day(date(2025, 6, 14)) == "Sat 14 Jun 2025"
    assert long_day(date(2024, 2, 29)) == "Thu 29 Feb 2024"


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2025-06-21T01:00+00:00", "today 03:00"),
        ("2025-06-20T22:30+00:00", "today 00:30"),
        ("2025-06-20T21:30+00:00", "yesterday 23:30"),
        ("2025-06-22T01:00+00:00", "tomorrow 03:00"),
        ("2025-06-19T01:00+00:00", "Thu 19 Jun 03:00"),
        ("2027-01-03T02:00+00:00", "Sun 3 Jan 2027 03:00"),
    ],
)
def test_instants_in_a_list_are_on_the_clock_of_the_zone(instant: str, words: str) -> None:
    assert day_and_clock(datetime.fromisoformat(instant), NOW, BRUSSELS) == words


def test_clock_and_full_instant() -> None:
    at = datetime(2025, 6, 14, 0, 30, 9, 999_999, tzinfo=UTC)
    assert (clock(at, BRUSSELS), clock(at, BRUSSELS, seconds=True)) == ("02:30", "02:30:09")
    assert full_instant(at, BRUSSELS) == "2025-06-14 02:30:09+02:00 Europe/Brussels"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (0.9, "just now"),
        (-0.9, "just now"),
        (1, "1 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min ago"),
        (3600 * 3 + 59, "3 h ago"),
        (86_400 * 2, "2 d ago"),
        (86_400 * 2000, "2,000 d ago"),
        (-300, "in 5 min"),
        (-86_400, "in 1 d"),
    ],
)
def test_distance_in_one_unit(seconds: float, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_distance_over_a_clock_change_is_elapsed_time() -> None:
    zone = ZoneInfo(BRUSSELS)
    before, after = (datetime(2026, 3, 29, hour, tzinfo=zone) for hour in (1, 4))
    assert ago(before, after) == "2 h ago"


def test_counts() -> None:
    assert [count_of(n, "task") for n in (0, 1, 2, 1234)] == ["0 tasks", "1 task", "2 tasks", "1,234 tasks"]
    assert count_of(2, "entity", "entities") == "2 entities"
    assert (plural(1, "reply", "replies"), plural(3, "reply", "replies")) == ("reply", "replies")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (44_346_000_000, "41.3 GiB"),
        (2**60, "1,024.0 PiB"),
        (2**63, "8,192.0 PiB"),
    ],
)
def test_sizes(size: int, words: str) -> None:
    assert bytes_words(size) == words


@given(st.integers(0, 2**58))
def test_a_size_is_never_shown_as_1024_of_its_unit(size: int) -> None:
    number, unit = bytes_words(size).split()
    assert float(number.replace(",", "")) < 1024
    assert unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def test_every_stored_state_has_a_word_and_a_mark() -> None:
    for state in (*RunState, *OccurrenceState):
        assert STATES[state].word == state.value
    assert state_of("late").symbol(ascii_only=False) == "!"
    assert state_of("due_today").symbol(ascii_only=False) == "•"
    assert (state_of("due_today").word, state_of("due_today").symbol(ascii_only=True)) == ("due today", "o")


def test_the_marks_that_people_know() -> None:
    known = {"late": "!", "running": ">", "failed": "x", "missed": "?"}
    known |= {"skipped": "-", "paused": "=", "waiting": "~", "marked": "*"}
    assert {key: STATES[key].mark for key in known} == known


def test_no_word_is_used_twice_and_ascii_loses_nothing() -> None:
    states = list(STATES.values())
    assert len({state.word for state in states}) == len(states)
    assert all(len(state.mark) == len(state.ascii) == 1 and state.ascii.isascii() for state in states)
    assert len({state.mark for state in states}) == len({state.ascii for state in states})


def test_an_unknown_state_is_its_own_word() -> None:
    assert (state_of("very_new").word, state_of("very_new").mark) == ("very new", " ")


def test_an_instant_in_a_sentence_says_its_offset_only_where_the_clock_shows_it_twice() -> None:
    def words(text: str) -> str:
        return instant_words(datetime.fromisoformat(text), BRUSSELS)

    assert words("2025-06-14T00:30+00:00") == "Sat 14 Jun 2025 02:30"
    assert words("2025-06-14T00:30:09+00:00") == "Sat 14 Jun 2025 02:30:09"
    assert words("2025-10-26T00:30+00:00") == "Sun 26 Oct 2025 02:30 (+02:00)"
    assert words("2025-10-26T01:30+00:00") == "Sun 26 Oct 2025 02:30 (+01:00)"
    assert words("2025-03-30T01:00+00:00") == "Sun 30 Mar 2025 03:00"
