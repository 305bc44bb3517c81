"""Messages as rules: when, how loud, what they say, and how long one is tried."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.alerts import Severity
from engine.rules.delivering import GIVE_UP, LISTED, Said, after_quiet, one_message, parse_quiet, try_again
from engine.rules.errors import BadValue

NIGHT = ("22:00", "07:00")
BRUSSELS = "Europe/Brussels"


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BRUSSELS))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2025-06-10T21:59", "2025-06-10T21:59"),
        ("2025-06-10T22:00", "2025-06-11T07:00"),
        ("2025-06-11T06:59", "2025-06-11T07:00"),
        ("2025-06-11T07:00", "2025-06-11T07:00"),
        ("2025-03-29T23:00", "2025-03-30T07:00"),  # the night in which an hour is missing
        ("2025-10-25T23:00", "2025-10-26T07:00"),  # and the one that has it twice
    ],
)
def test_what_comes_at_night_waits_for_the_morning(at: str, expected: str) -> None:
    assert after_quiet(here(at), NIGHT, Severity.IMPORTANT, BRUSSELS) == here(expected)
    assert after_quiet(here(at), NIGHT, Severity.URGENT, BRUSSELS) == here(at)
    assert after_quiet(here(at), None, Severity.NOTICE, BRUSSELS) == here(at)


def test_a_rest_that_ends_in_a_missing_hour_ends_when_the_clocks_have_jumped() -> None:
    assert after_quiet(here("2025-03-30T01:00"), ("22:00", "02:30"), Severity.NOTICE, BRUSSELS) == here(
        "2025-03-30T03:00"
    )


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.times(), st.times())  # noqa: DTZ001
def test_a_message_never_waits_longer_than_a_day_nor_goes_out_in_the_rest(
    at: datetime, begin: object, end: object
) -> None:
    quiet = (f"{begin:%H:%M}", f"{end:%H:%M}")
    if quiet[0] != quiet[1]:
        due = after_quiet(at, quiet, Severity.NOTICE, BRUSSELS)
        assert 0 <= (due - at).total_seconds() <= 25 * 3_600
        assert after_quiet(due, quiet, Severity.NOTICE, BRUSSELS) == due


def test_a_rest_is_two_times_of_day() -> None:
    assert parse_quiet(" 9:00 - 17:30") == ("09:00", "17:30")
    for bad in ("", "22:00", "22-7", "24:00-07:00", "07:00-7:00", "22:00-07:00-08:00", "22:60-07:00", "²2:00-07:00"):
        with pytest.raises(BadValue, match="22:00-07:00"):
            parse_quiet(bad)


def test_tries_lie_further_and_further_apart_until_it_is_given_up() -> None:
    pauses = [try_again(number, 7, 0) or 0 for number in range(1, 20)]
    assert all(60 * 2**n <= pause <= 75 * 2**n for n, pause in enumerate(pauses[:8]))
    assert max(pauses) <= 1.25 * 4 * 3_600
    assert try_again(3, 7, GIVE_UP) is None
    assert try_again(3, 7, GIVE_UP - 1) is not None


@given(
    st.lists(
        st.tuples(st.text(max_size=400), st.text(max_size=3_000), st.sampled_from(Severity)), min_size=1, max_size=120
    )
)
def test_a_title_is_one_short_line_and_nothing_controls_whatever_people_typed(
    notices: list[tuple[str, str, Severity]],
) -> None:
    message = one_message([Said(*each) for each in notices])
    assert 0 < len(message.title) <= 200
    assert 0 < len(message.body) <= 8_000
    assert message.title.isprintable() or not message.title.isascii()
    for text in (message.title, message.body.replace("\n", "")):
        assert not {c for c in text if ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029\u202e"}
    assert message.body.count("\n- ") < LISTED or len(notices) == 1
