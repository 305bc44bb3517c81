"""What is not a schedule is refused at once, in one sentence that names the part, and never otherwise."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.rules.when import BadSpec, bounded, from_moment, parse, zone_of
from tests.engine.rules.when.telling import rule_of, utc

EDGES = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
OFFSETS = (timedelta(hours=14), timedelta(hours=-14))
ANCHOR = utc("2025-03-03 09:00")

# spec, words that the refusal holds
TABLE = [
    ("", "empty"),
    ("   ", "empty"),
    ("fortnightly", "'fortnightly' does not begin a schedule: expected every, daily"),
    ("every", "unit is missing: expected such as every 3 days"),
    ("every 3", "unit is missing"),
    ("every 0 days", "the step is 0: expected a whole number from 1 to 9999"),
    ("every -1 days", "the step is -1: expected"),
    ("every 1.5 days", "the step is 1.5: expected"),
    ("every 10000 minutes", "the step is 10000: expected"),
    (f"every {'9' * 500} minutes", "expected a whole number from 1 to 9999"),
    ("every 3 fortnights", "'fortnights' is not understood"),
    ("every 15 minutes 09:00", "times of day need steps of days or larger"),
    ("every hour on mon", "days and times of day need steps of days"),
    ("every 2 days on fri", "'fri' goes with weeks, months or years"),
    ("every 2 weeks on", "nothing follows 'on'"),
    ("every 2 years on 8 march", "days go with weeks and months"),
    ("every 2 months on 31", "some months have no 31st"),
    ("every 3 days from tomorrow", "'tomorrow' is not a moment: expected such as 2025-06-01"),
    ("daily 25:00", "hour 25 in '25:00' does not exist: expected 0 to 23"),
    ("daily 24:00", "hour 24"),
    ("daily 09:60", "minute 60 in '09:60' does not exist: expected 0 to 59"),
    ("daily 9", "'9' is not a time of day"),
    ("daily 9am", "'9am' is not a time of day"),
    ("daily 09:00:00", "'09:00:00' is not a time of day"),
    ("daily mon", "'mon' is not a time of day"),
    ("weekly", "weekly needs weekdays: expected such as weekly mon,thu 09:00"),
    ("weekly 8", "weekday '8' does not exist: expected mon to sun or 0 (Sunday) to 6"),
    ("weekly 7", "weekday '7' does not exist"),
    ("weekly mo", "weekday 'mo' does not exist"),
    ("weekly mon,,thu", "weekday '' does not exist"),
    ("monthly", "monthly needs a day"),
    ("monthly 0", "no month has a day 0: expected 1 to 31"),
    ("monthly 32", "no month has a day 32"),
    ("monthly 29", "write 'monthly last day', 'monthly 29 clamp'"),
    ("monthly first", "'first' is not a day of the month"),
    ("at", "expected at boot, or such as at boot + 15m"),
    ("at noon", "'noon' is not understood: expected at boot"),
    ("at boot + soon", "at boot: 'soon' is not a duration"),
    ("at boot + 400d", "'400d' is too long: expected 366 days at most"),
    ("daily |", "nothing stands beside the |"),
    (" | ".join(["daily"] * 41), "joins 41 rules: expected 40 at most"),
    ("daily | RRULE:FREQ=DAILY;COUNT=3", "it cannot be joined with others"),
    ("daily | yearly 31 feb", "February has no day 31"),
    ("monthly first mon-fri", "names several days"),
    ("monthly 31 clamp skip", "clamp and skip were both or twice given"),
    ("monthly last friday skip", "skip goes with the days 29 to 31 only"),
    ("yearly", "yearly needs a day and a month"),
    ("yearly 29 feb", "write 'yearly 29 feb clamp' (the 28th instead) or 'yearly 29 feb skip'"),
    ("yearly 31 april", "April has no day 31: expected 1 to 30"),
    ("yearly 30 feb clamp", "February has no day 30: expected 1 to 29"),
    ("yearly 8 13", "'13' is not a month"),
    ("yearly first march", "'first' is not a month"),
    ("once", "'' is not a moment"),
    ("once tomorrow", "'tomorrow' is not a moment"),
    ("once 2025-13-01", "month 13 in '2025-13-01' does not exist: expected 1 to 12"),
    ("once 2025-02-30", "day 30 in '2025-02-30' does not exist: expected 1 to 28"),
    ("once 2025-06-01T25:00", "hour 25"),
    ("once 0000-01-01", "year 0"),
    ("once 2025-06-01T10:00+99:00", "hour 99 in '+99:00' does not exist"),
    ("once 0001-01-01", "edge of the calendar"),
    ("once 9999-12-31T23:59", "edge of the calendar"),
    ("once 99999-01-01", "is not a moment"),
    ("03/04/2025", "'03/04/2025' can be read in two ways: write 2025-04-03 or 2025-03-04"),
    ("once 3.4.2025T10:00", "can be read in two ways: write 2025-04-03 or 2025-03-04"),
    ("every 2 days from 03/04/25", "write 2025-04-03 or 2025-03-04"),
    ("yearly 03/04", "'03/04' can be read in two ways: write 3 april or 4 march"),
    ("once 13/04/2025", "'13/04/2025' is not how dates are written here: write 2025-04-13"),
    ("once 2025/02/30", "expected a date such as 2025-06-01"),
    ("cron:", "expected five fields (minute, hour, day, month, weekday), not 0"),
    ("cron: 0 0 * *", "expected five fields"),
    ("cron: 0 0 0 * * *", "not 6"),
    ("cron: 0 0 0 0 0 0 0", "not 7"),
    ("cron: @rebot", "'@rebot' is not known: expected one of @yearly"),
    ("cron: 60 * * * *", "cron: minute '60' is not understood: expected 0 to 59"),
    ("cron: 0 24 * * *", "cron: hour '24'"),
    ("cron: 0 0 32 * *", "cron: day of month '32'"),
    ("cron: 0 0 * 13 *", "cron: month '13' is not understood: expected 1 to 12"),
    ("cron: 0 0 * * 8", "cron: weekday '8' is not understood: expected 0 to 7"),
    ("cron: 0 0 * * foo", "cron: weekday 'FOO'"),
    ("cron: 5-1 * * * *", "cron: minute '5-1' is not understood"),
    ("cron: */0 * * * *", "cron: minute '*/0'"),
    ("cron: */-1 * * * *", "cron: minute '*/-1'"),
    (
        "cron: */99999999999 * * * *",
        "cron: minute '*/99999999999' has a step that is too wide: expected 1 to 60",
    ),
    ("cron: 0 */25 * * *", "cron: hour '*/25' has a step that is too wide: expected 1 to 24"),
    (f"cron: {'9' * 900} * * * *", "cron: minute"),
    ("cron: 0 0 31 2 *", "'0 0 31 2 *' can never match"),
    ("cron: 0 0 30 2 *", "can never match"),
    ("cron: 0 0 31 4,6,9,11 *", "can never match"),
    ("cron: * * */20 * 1L", "can never match"),
    ("cron: 0 0 31 4 */7", "can never match"),
    ("cron: \u0661 * * * *", "the character '\u0661'"),
    ("daily \u0660\u0669:00", "expected plain letters"),
    ("daily\x00", "expected plain letters"),
    ("daily \x1b[31m", "expected plain letters"),
    ("every 12 months on 30 skip from 2025-02-01", "can never match"),
    ("x" * 10_000, "the schedule is 10000 characters long: expected 4000 at most"),
    ("0 " * 5_000, "10000 characters long"),
]


@pytest.mark.parametrize(("spec", "words"), TABLE, ids=[ascii(row[0][:30]) for row in TABLE])
def test_refused_in_a_sentence(spec: str, words: str) -> None:
    with pytest.raises(BadSpec) as refusal:
        parse(spec, "Europe/Brussels", anchor=ANCHOR)
    said = str(refusal.value)
    assert words in said
    assert said.isprintable()
    assert len(said) < 220


def test_every_needs_a_start() -> None:
    with pytest.raises(BadSpec, match="every 3 days needs a start to count from, such as every 3 days from 20"):
        parse("every 3 days", "UTC")
    assert parse("every 3 days from 2025-06-01T10:00", "UTC").next(ANCHOR) == utc("2025-06-01 10:00")


def test_a_start_needs_a_zone_and_a_place_on_the_calendar() -> None:
    with pytest.raises(BadSpec, match="needs a zone"):
        parse("every 3 days", "UTC", anchor=datetime(2025, 1, 1))  # noqa: DTZ001
    for edge in EDGES:
        with pytest.raises(BadSpec, match="edge of the calendar"):
            parse("every 3 days", "Europe/Brussels", anchor=edge)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/localtime",
        "Europe",
        "Europe/",
        "",
        " ",
        "a\0b",
        "x" * 5000,
        "Nowhere/Land",
        "\ud800",
    ],
)
def test_F57_zones_that_are_none(name: str) -> None:
    with pytest.raises(BadSpec, match="time zone"):
        zone_of(name)
    with pytest.raises(BadSpec, match="time zone"):
        parse("daily 09:00", name)


@pytest.mark.parametrize("step", [0, -1, 10_000, 2**63, 10**5000, True, 1.5, "2", None], ids=range(9))
def test_F56_steps_that_are_none(step: object) -> None:
    with pytest.raises(BadSpec, match=r"repeat step is .*: expected a whole number from 1 to 9999"):
        from_moment(ANCHOR, "day", step, "UTC")  # type: ignore[arg-type]  # what a caller may hand over


def test_axes_and_moments_that_are_none() -> None:
    with pytest.raises(BadSpec, match="repeat axis is 'decade': expected minute, hour, day, week, month or year"):
        from_moment(ANCHOR, "decade", 1, "UTC")
    with pytest.raises(BadSpec, match="needs a zone"):
        from_moment(datetime(2025, 1, 1), "day", 1, "UTC")  # noqa: DTZ001
    for edge in EDGES:
        with pytest.raises(BadSpec, match="edge of the calendar"):
            from_moment(edge, "day", 1, "Asia/Tokyo")


@pytest.mark.parametrize("count", [0, -3, 1_000_001, True, 2.0])
def test_counts_that_are_none(count: object) -> None:
    with pytest.raises(BadSpec, match="count must be a whole number from 1"):
        bounded(rule_of("daily"), start=ANCHOR, count=count)  # type: ignore[arg-type]  # as above


def test_limits_that_leave_no_room() -> None:
    with pytest.raises(BadSpec, match="the end 2025-03-02 09:00 is before the start 2025-03-03 09:00"):
        bounded(rule_of("daily"), start=ANCHOR, end=utc("2025-03-02 09:00"))
    with pytest.raises(BadSpec, match="needs a start"):
        bounded(parse("daily", "UTC"), count=3)


def test_a_naive_time_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="without a zone"):
        rule_of("daily").next(datetime(2025, 1, 1))  # noqa: DTZ001


WORDS = [
    *("every", "daily", "weekly", "monthly", "yearly", "once", "cron:", "RRULE:", "@daily"),
    *(
        "on",
        "at",
        "from",
        "clamp",
        "skip",
        "last",
        "first",
        "day",
        "days",
        "week",
        "months",
        "year",
        "minutes",
    ),
    *("mon", "fri,sat", "feb", "march", "29", "31", "0", "3", "-1", "99999999999999999999", "\u0660"),
    *("1-5", "*/2", "*", "L", "LW", "5L", "1#2", "1#6", "*/99", "L/2", "1/1/1", ",", ":", "-", "#", "/"),
    *("09:00", "25:61", "2025-06-01", "2025-06-01T10:00", "03/04"),
]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=4).map("".join),
    st.text("0123456789*/,-#LWlw @", max_size=30).map("cron: ".__add__),
)


@settings(max_examples=700, deadline=None)
@given(TEXTS)
@example("cron: L L L L L")
@example("cron: 1/1 LW/2 LW/2 * 5L")
@example("every 9999 years from 9998-12-31")
@example("once 0001-01-03T00:00+23:59")
@example("every 5 seconds from 9999-12-29T00:00-23:59")
@example("cron: " + "*/1," * 200 + "1 * * * *")
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    try:
        rule = parse(text, "Europe/Brussels", anchor=ANCHOR)
    except BadSpec:
        return
    found = rule.next(ANCHOR)
    assert found is None or found > ANCHOR
    assert rule.spec.isascii()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_zone_or_refused(name: str) -> None:
    try:
        zone = zone_of(name)
    except BadSpec:
        return
    assert zone.key == name


def test_F55_nothing_takes_long() -> None:
    zone_of("Europe/Brussels")
    hostile = [spec for spec, _ in TABLE]
    hostile += [
        "cron: " + ",".join(["*/1"] * 240) + " * * * *",
        "cron: 0 0 29 2 */7",
        "daily " + "09:00," * 150,
    ]
    for spec in hostile:
        best = 1.0
        for _ in range(3):
            before = time.process_time()
            with suppress(BadSpec):
                parse(spec, "Europe/Brussels", anchor=ANCHOR)
            best = min(best, time.process_time() - before)
        assert best < 0.05, spec


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "UTC", "America/New_York"])
@pytest.mark.parametrize("spec", ["daily", "every 5 seconds", "monthly 31 skip", "cron: * * * * *", "cron: 0 0 29 2 *"])
def test_F56_the_ends_of_the_calendar_are_silent(spec: str, zone: str) -> None:
    rule = parse(spec, zone, anchor=ANCHOR)
    ends = [edge.replace(tzinfo=timezone(offset)) for edge in EDGES for offset in OFFSETS]
    for end in ends:
        rule.next(end)
        rule.last(end, EDGES[0])
    assert rule.next(ends[-1]) is None
    assert rule.last(ends[0], ends[0]) is None
    assert rule.count(ends[-1], ends[0]) == 0
