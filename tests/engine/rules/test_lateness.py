"""When a task is due and when it is late, on both sides of UTC, where clocks change and where midnight is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.rules.lateness import Due, due_of, lateness, mark_of

DAY = date(2025, 6, 14)
TICK = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "clock", "due", "late"),
    [
        # a day alone: due from its midnight, late from the next one
        ("UTC", None, "2025-06-14T00:00", "2025-06-15T00:00"),
        ("Europe/Brussels", None, "2025-06-13T22:00", "2025-06-14T22:00"),
        ("Pacific/Kiritimati", None, "2025-06-13T10:00", "2025-06-14T10:00"),
        ("Pacific/Pago_Pago", None, "2025-06-14T11:00", "2025-06-15T11:00"),
        ("Asia/Kathmandu", None, "2025-06-13T18:15", "2025-06-14T18:15"),
        # with a time: late from then on
        ("UTC", "09:30", "2025-06-14T00:00", "2025-06-14T09:30"),
        ("Asia/Tokyo", "09:30", "2025-06-13T15:00", "2025-06-14T00:30"),
        ("America/New_York", "09:30", "2025-06-14T04:00", "2025-06-14T13:30"),
        ("America/New_York", "23:59", "2025-06-14T04:00", "2025-06-15T03:59"),
    ],
)
def test_a_task_becomes_due_and_late_at_these_instants(zone: str, clock: str | None, due: str, late: str) -> None:
    begins, ends = utc(due), utc(late)
    before = lateness(DAY, clock, zone, begins - TICK)
    assert (before.due, before.days, before.changes_at) == (Due.AHEAD, 1, begins)
    for now in (begins, ends - TICK):
        found = lateness(DAY, clock, zone, now)
        assert (found.due, found.days, found.changes_at) == (Due.TODAY, 0, ends)
    after = lateness(DAY, clock, zone, ends)
    assert (after.due, after.changes_at) == (Due.LATE, None)
    assert lateness(DAY, clock, zone, ends + timedelta(3)).days < 0


def test_midnight_at_which_a_task_begins_is_late_at_once() -> None:
    found = lateness(DAY, "00:00", "UTC", utc("2025-06-14T00:00"))
    assert (found.due, found.days) == (Due.LATE, 0)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "late"),
    [
        # Brussels springs from 02:00 to 03:00: a time in the gap is over when the clocks have jumped
        ("Europe/Brussels", "2025-03-30", "02:30", "2025-03-30T01:00"),
        ("Europe/Brussels", "2025-03-30", "03:00", "2025-03-30T01:00"),
        # and falls from 03:00 to 02:00: 02:30 is over the first time
        ("Europe/Brussels", "2025-10-26", "02:30", "2025-10-26T00:30"),
        ("Europe/Brussels", "2025-10-26", "03:00", "2025-10-26T02:00"),
        # days without a midnight
        ("America/Sao_Paulo", "2018-11-03", None, "2018-11-04T03:00"),
        ("Africa/Cairo", "2025-04-24", None, "2025-04-24T22:00"),
        ("America/Havana", "2025-03-08", None, "2025-03-09T05:00"),
        # a midnight that is nearly reached twice, and one that comes twice
        ("America/Sao_Paulo", "2018-02-17", None, "2018-02-18T03:00"),
        ("America/Havana", "2025-11-01", None, "2025-11-02T04:00"),
        ("America/St_Johns", "2010-11-06", None, "2010-11-07T02:30"),
        # a day that never was
        ("Pacific/Apia", "2011-12-30", None, "2011-12-30T10:00"),
    ],
)
def test_where_clocks_change_a_task_is_late_once_and_stays_so(
    zone: str, day: str, clock: str | None, late: str
) -> None:
    deadline, instant = date.fromisoformat(day), utc(late)
    assert lateness(deadline, clock, zone, instant - TICK).due is not Due.LATE
    for minutes in range(200):
        assert lateness(deadline, clock, zone, instant + timedelta(minutes=minutes)).due is Due.LATE, minutes


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Brussels", "2025-10-25T20:00"),
        ("Europe/Brussels", "2025-03-29T20:00"),
        ("Australia/Lord_Howe", "2025-04-05T12:00"),
        ("America/St_Johns", "2010-11-06T22:00"),
        ("America/Sao_Paulo", "2018-02-17T22:00"),
        ("Pacific/Apia", "2011-12-29T22:00"),
    ],
)
def test_a_state_holds_until_the_instant_it_names_and_no_longer(zone: str, first: str) -> None:
    begin = utc(first)
    for day in (begin.date(), begin.date() + timedelta(1)):
        for clock in (None, "00:30", "01:45", "02:30", "23:30"):
            mark = ""
            for minutes in range(0, 900, 5):
                now = begin + timedelta(minutes=minutes)
                assert mark <= mark_of(now, zone), "clocks that have come so far do not go back"
                mark = mark_of(now, zone)
                found = lateness(day, clock, zone, now)
                assert found.due is due_of(day, clock, mark)
                if found.changes_at is not None:
                    assert found.changes_at > now
                    assert lateness(day, clock, zone, found.changes_at - TICK).due is found.due
                    assert lateness(day, clock, zone, found.changes_at).due is not found.due


def test_the_last_day_of_the_calendar_is_never_over() -> None:
    assert lateness(date.max, None, "Asia/Tokyo", utc("9999-12-31T12:00")).changes_at is None
    assert lateness(date.max, None, "UTC", utc("9999-12-31T12:00")).due is Due.TODAY
