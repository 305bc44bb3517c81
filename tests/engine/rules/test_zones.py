"""Zone names, and wall times that clocks skip or show twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.errors import BadValue, OutOfCalendar
from engine.rules.zones import local, wall_instant, zone_named

wall_time = datetime.fromisoformat

ZONES = [
    "UTC",
    "Europe/Brussels",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
]


@pytest.mark.parametrize(
    ("zone", "wall", "shown"),
    [
        ("Europe/Brussels", "2026-03-29T02:30", "2026-03-29T03:00:00+02:00"),
        ("Europe/Brussels", "2026-03-29T02:00", "2026-03-29T03:00:00+02:00"),
        ("Europe/Brussels", "2026-03-29T02:59:59.999999", "2026-03-29T03:00:00+02:00"),
        ("Europe/Brussels", "2026-03-29T03:00", "2026-03-29T03:00:00+02:00"),
        ("Europe/Brussels", "2026-03-29T01:59:59", "2026-03-29T01:59:59+01:00"),
        ("Europe/Brussels", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
        ("America/Havana", "2026-03-08T00:30", "2026-03-08T01:00:00-04:00"),
        ("America/Santiago", "2026-09-06T00:00", "2026-09-06T01:00:00-03:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-04T02:30:00+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45:00+11:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-31T00:00:00+14:00"),
        ("Europe/Brussels", "2100-03-28T02:30", "2100-03-28T03:00:00+02:00"),
    ],
)
def test_gaps_end_at_their_end_and_doubles_mean_the_first(zone: str, wall: str, shown: str) -> None:
    assert wall_instant(wall_time(wall), zone).isoformat() == shown


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(wall_time("1971-01-01"), wall_time("2100-01-01"))
    | st.datetimes(wall_time("2026-03-29"), wall_time("2026-03-29T05"))
    | st.datetimes(wall_time("2026-10-25"), wall_time("2026-10-25T05")),
)
def test_every_wall_time_is_shown_or_lies_in_a_gap(zone: str, wall: datetime) -> None:
    at = wall_instant(wall, zone)
    shown = at.replace(tzinfo=None)
    just_before = (at.astimezone(UTC) - timedelta(microseconds=1)).astimezone(at.tzinfo).replace(tzinfo=None)
    assert at.fold == 0
    assert shown == wall or just_before < wall < shown


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(wall_time("1971-01-01"), wall_time("2100-01-01")),
    st.integers(0, 200_000),
)
def test_a_later_wall_time_is_never_an_earlier_instant(zone: str, wall: datetime, seconds: int) -> None:
    later = wall_instant(wall + timedelta(seconds=seconds), zone)
    assert wall_instant(wall, zone).astimezone(UTC) <= later.astimezone(UTC)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe",
        "Europe/",
        pytest.param("x" * 5000, id="long"),
        "Eu\0rope",
        "Mars/Olympus",
        "+02:00",
    ],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(BadValue, match="is not a time zone") as refused:
        zone_named(name)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("europe/brussels", "Europe/Brussels"),
        ("Brussels", "Europe/Brussels"),
        ("Europe/Bruxelles", "Europe/Brussels"),
        ("new york", "America/New_York"),
    ],
)
def test_a_slip_gets_the_name_that_was_meant(slip: str, meant: str) -> None:
    with pytest.raises(BadValue, match=f"such as {meant}"):
        zone_named(slip)


def test_the_ends_of_the_calendar_and_naive_instants() -> None:
    with pytest.raises(OutOfCalendar):
        wall_instant(wall_time("0001-01-01"), "Europe/Brussels")
    with pytest.raises(OutOfCalendar):
        wall_instant(wall_time("9999-12-31T23"), "America/New_York")
    with pytest.raises(OutOfCalendar):
        local(datetime.max.replace(tzinfo=UTC), "Europe/Brussels")
    with pytest.raises(TypeError, match="needs a zone"):
        local(wall_time("2026-01-01"), "UTC")
