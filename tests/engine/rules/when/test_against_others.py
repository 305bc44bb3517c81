"""Equal to cronsim and to dateutil where they are right; where they are not, a test says why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from cronsim import CronSim, CronSimError
from dateutil import rrule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.rules.when import BadSpec, parse, zone_of
from tests.engine.rules.when.drawing import DAYS, far, instants, lines, zones
from tests.engine.rules.when.telling import at, nexts, rule_of, utc

FORTY_YEARS = timedelta(days=365 * 40)
# cronsim steps by whole hours from the full hour and starts days at 00:00: with a change of half an hour or
# at midnight it loses or invents minutes, and depends on where it starts.
PLAIN = ("UTC", "Europe/Paris", "Europe/Brussels", "America/New_York", "Asia/Kathmandu")


def simulated(line: str, start: datetime, count: int) -> list[datetime]:
    found = CronSim(line, start)
    try:
        return [next(found).astimezone(UTC) for _ in range(count)]
    except (StopIteration, RuntimeError):
        return []


@settings(max_examples=400, deadline=None)
@given(lines, zones, instants)
def test_cron_is_cronsim(line: str, zone: str, start: datetime) -> None:
    local = start.astimezone(zone_of(zone))
    minute, hour = line.split()[:2]
    running = "*" in (minute[0], hour[0])
    assume(zone in PLAIN if running else not local.fold)
    try:
        rule = parse(f"cron: {line}", zone)
    except BadSpec:
        assert nothing(line, start)
        return
    expected = simulated(line, local, 6)
    assume(not running or all(found - start < FORTY_YEARS for found in expected))
    assert nexts(rule, start, 6) == expected


def nothing(line: str, start: datetime) -> bool:
    """cronsim refuses the line or finds no time either, or a step is too wide, which only we refuse."""
    wide = any(int(step) > 7 for step in re.findall(r"/(\d+)", line))
    try:
        return wide or not simulated(line, start, 1)
    except CronSimError:
        return True


scraps = st.text("0123456789*/,-#LW", max_size=6)


@settings(max_examples=400, deadline=None)
@given(st.one_of(lines, st.lists(scraps, min_size=5, max_size=5).map(" ".join)))
def test_what_cronsim_refuses_is_refused(line: str) -> None:
    try:
        refused = not simulated(line, utc("2025-01-01"), 1)
    except (CronSimError, ValueError):
        refused = True
    try:
        parse(f"cron: {line}", "UTC")
    except BadSpec as refusal:
        assert refused or "too wide" in str(refusal) or re.search(r"\d{5}", line)  # noqa: PT017
    else:
        assert not refused


@pytest.mark.parametrize(
    ("line", "after", "expected"),
    [
        ("0 0 29 2 */7", "2025-01-01", "2032-02-29"),
        ("0 0 29 2 */7", "2088-03-01", "2128-02-29"),
        ("0 0 29 2 *", "2096-03-01", "2104-02-29"),
        ("0 0 */30 2,3 MON#5", "2025-01-01", "2025-03-31"),
        ("0 0 */30 3 MON", "2025-04-01", "2027-03-01"),
    ],
)
def test_cron_waits_for_decades(line: str, after: str, expected: str) -> None:
    found = rule_of(f"cron: {line}").next(utc(after))
    assert found == utc(expected)
    assert simulated(line, utc(after), 1) == [found]


def test_last_waits_for_decades_too() -> None:
    rule = rule_of("cron: 0 0 29 2 */7")
    assert rule.last(utc("2127-01-01"), utc("2000-01-01")) == utc("2088-02-29")
    assert rule.count(utc("2000-01-01"), utc("2130-01-01")) == 5


def test_not_cronsim_a_next_is_strictly_later() -> None:
    """In the second pass of an hour cronsim answers with the first pass, which is over."""
    second = at("2026-10-25 02:15", "Europe/Paris").replace(fold=1)
    assert simulated("30 2 * * *", second, 1)[0] < second
    assert rule_of("cron: 30 2 * * *", "Europe/Paris").next(second) == utc("2026-10-26 01:30")


def test_not_cronsim_half_an_hour_in_lord_howe() -> None:
    """At 02:00 the clock goes back to 01:30; cronsim jumps from 01:30 to 02:30 and loses 02:00 and 02:15."""
    start = at("2025-04-06 00:10", "Australia/Lord_Howe")
    lost = at("2025-04-06 02:00", "Australia/Lord_Howe").astimezone(UTC)
    assert simulated("*/15 2 * * *", start, 1)[0] > lost
    assert rule_of("cron: */15 2 * * *", "Australia/Lord_Howe").next(start) == lost


def test_not_cronsim_midnight_in_sao_paulo() -> None:
    """00:00 to 00:59 do not exist on that day and a wildcard makes up for nothing; cronsim fires at 01:00."""
    start = at("2017-10-14 12:00", "America/Sao_Paulo")
    assert simulated("*/5 0 15 * *", start, 1) == [utc("2017-10-15 03:00")]
    found = rule_of("cron: */5 0 15 * *", "America/Sao_Paulo").next(start)
    assert found == at("2017-11-15 00:00", "America/Sao_Paulo")


some_days = st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True)
PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}


def recurred(rule: rrule.rrule, after: datetime) -> list[datetime]:
    """rrule walks from its start, which is set close by."""
    found: list[datetime] = []
    now = rule.after(after)
    while now is not None and len(found) < 6:
        found.append(now)
        now = rule.after(now)
    return found


@settings(max_examples=150, deadline=None)
@given(some_days, st.integers(0, 23), far)
def test_weekly_is_rrule(days: list[int], hour: int, after: datetime) -> None:
    begin = after.replace(hour=0, minute=0, second=0) - timedelta(days=20)
    expected = rrule.rrule(rrule.WEEKLY, begin, byweekday=days, byhour=hour, byminute=0, bysecond=0)
    rule = parse(f"weekly {','.join(DAYS[day] for day in days)} {hour}:00", "UTC")
    assert nexts(rule, after, 6) == recurred(expected, after)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(PLACES)), st.integers(0, 6), far)
def test_nth_weekday_of_the_month_is_rrule(place: str, day: int, after: datetime) -> None:
    begin = after.replace(day=1, hour=0, minute=0, second=0)
    weekday = rrule.weekday(day, PLACES[place])
    expected = rrule.rrule(rrule.MONTHLY, begin, byweekday=weekday, byhour=9, byminute=30, bysecond=0)
    rule = parse(f"monthly {place} {DAYS[day]} 09:30", "UTC")
    assert nexts(rule, after, 6) == recurred(expected, after)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.just("last day"), st.integers(1, 28).map(str), st.sampled_from(["29 skip", "31 skip"])), far)
def test_days_of_the_month_are_rrule(day: str, after: datetime) -> None:
    begin = after.replace(day=1, hour=0, minute=0, second=0)
    number = -1 if day == "last day" else int(day.split()[0])
    expected = rrule.rrule(rrule.MONTHLY, begin, bymonthday=number, byhour=9, byminute=0, bysecond=0)
    assert nexts(parse(f"monthly {day} 09:00", "UTC"), after, 6) == recurred(expected, after)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 9), st.sampled_from(["days", "weeks"]), far, st.integers(0, 10**7))
def test_every_so_many_days_is_rrule(step: int, unit: str, anchor: datetime, later: int) -> None:
    after = anchor + timedelta(seconds=later)
    expected = rrule.rrule(rrule.DAILY, anchor, interval=step * (7 if unit == "weeks" else 1))
    assert nexts(parse(f"every {step} {unit}", "UTC", anchor=anchor), after, 6) == recurred(expected, after)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 5),
    st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True),
    far,
    st.integers(0, 10**7),
)
def test_every_so_many_weeks_on_days_is_rrule(step: int, days: list[int], anchor: datetime, later: int) -> None:
    after = anchor + timedelta(seconds=later)
    expected = rrule.rrule(
        rrule.WEEKLY, anchor, interval=step, byweekday=days, byhour=9, byminute=0, bysecond=0, wkst=rrule.MO
    )
    names = ",".join(DAYS[day] for day in days)
    rule = parse(f"every {step} weeks on {names} 09:00", "UTC", anchor=anchor)
    assert nexts(rule, after, 6) == recurred(expected, after)


@pytest.mark.parametrize("after", ["2024-01-01", "2025-07-01", "2096-03-01"])
def test_yearly_is_rrule(after: str) -> None:
    start = utc(after)
    begin = start.replace(month=1, day=1)
    leap = rrule.rrule(rrule.YEARLY, begin, bymonth=2, bymonthday=29)
    assert nexts(parse("yearly 29 feb skip", "UTC"), start, 3) == recurred(leap, start)[:3]
    march = rrule.rrule(rrule.YEARLY, begin, bymonth=3, bymonthday=8)
    assert nexts(parse("yearly 8 march", "UTC"), start, 6) == recurred(march, start)
