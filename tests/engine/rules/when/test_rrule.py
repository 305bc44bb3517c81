"""RRULE on the clock of the house: zones, ends, excluded days, clock changes, and its sentence."""

from __future__ import annotations

from datetime import date

import pytest

from engine.rules.when import BadSpec, bounded, counts_from_start, parse, preview, sentence
from tests.engine.rules.when.telling import BRUSSELS, at, days, nexts, rule_of, told, utc

LONG_AGO = utc("1990-01-01")


def test_the_anchor_is_the_start_and_belongs_to_it() -> None:
    rule = rule_of("RRULE:FREQ=DAILY;COUNT=3", BRUSSELS)
    assert told(rule, LONG_AGO, 9) == ["2025-03-03 09:00", "2025-03-04 09:00", "2025-03-05 09:00"]
    assert rule_of("freq=daily; count=3", BRUSSELS) == rule
    with pytest.raises(BadSpec, match="needs a start to count from, such as DTSTART:20260101T090000"):
        parse("RRULE:FREQ=DAILY", BRUSSELS)


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20250305T090000", "2025-03-05"),
        ("20250305T085959", "2025-03-04"),
        ("20250305T080000Z", "2025-03-05"),
        ("20250305T075959Z", "2025-03-04"),
        ("20250305", "2025-03-05"),
    ],
)
def test_until_is_the_last_that_belongs_to_it(until: str, last: str) -> None:
    rule = rule_of(f"RRULE:FREQ=DAILY;UNTIL={until}", BRUSSELS)
    assert days(rule, LONG_AGO, 99)[-1] == last


def test_a_start_in_utc_or_in_a_zone_is_the_zone_of_the_rule() -> None:
    assert parse("DTSTART:20250701T080000Z RRULE:FREQ=DAILY", BRUSSELS).zone == "UTC"
    rule = parse("DTSTART;TZID=Asia/Tokyo:20250701T080000\nRRULE:FREQ=DAILY", BRUSSELS)
    assert (rule.zone, rule.next(LONG_AGO)) == ("Asia/Tokyo", utc("2025-06-30 23:00"))
    assert parse(rule.spec, BRUSSELS) == rule
    with pytest.raises(BadSpec, match="is not a time zone"):
        parse("DTSTART;TZID=Mars/Base:20250701T080000 RRULE:FREQ=DAILY", BRUSSELS)


def test_excluded_days_count_as_rfc_5545_wants() -> None:
    rule = parse("DTSTART:20250701T080000 RRULE:FREQ=DAILY;COUNT=4 EXDATE:20250702", BRUSSELS)
    assert days(rule, LONG_AGO, 9) == ["2025-07-01", "2025-07-03", "2025-07-04"]
    assert rule.excluded == {date(2025, 7, 2)}
    timed = parse("DTSTART:20250701T080000 RRULE:FREQ=DAILY;COUNT=4 EXDATE:20250702T080000", BRUSSELS)
    assert nexts(timed, LONG_AGO, 9) == nexts(rule, LONG_AGO, 9)
    assert days(bounded(timed, count=2), LONG_AGO, 9) == ["2025-07-01", "2025-07-03"]


def test_dates_more_and_less_keep_their_own_zones_and_are_told() -> None:
    rule = parse(
        "DTSTART;TZID=Europe/Brussels:20250701T080000\nRRULE:FREQ=DAILY;COUNT=3\n"
        "RDATE;TZID=Asia/Tokyo:20250710T100000\nRDATE:20250711T010000Z\nEXDATE:20250702T060000Z",
        "UTC",
    )
    assert told(rule, LONG_AGO, 9) == ["2025-07-01 08:00", "2025-07-03 08:00", "2025-07-10 03:00", "2025-07-11 03:00"]
    assert (rule.count(LONG_AGO, utc("2030-01-01")), rule.last(utc("2030-01-01"), LONG_AGO)) == (
        4,
        utc("2025-07-11 01:00"),
    )
    assert sentence(rule) == (
        "every day at 08:00 from 1 July 2025, 3 times; also on 10 July 2025 at 03:00 and 11 July 2025 at 03:00;"
        " not on 2 July 2025 at 08:00, Europe/Brussels"
    )
    assert parse(rule.spec, "UTC") == rule


def test_dates_without_a_rule_begin_with_the_start() -> None:
    rule = parse("DTSTART:20250701T080000 RDATE:20250705,20250703T100000", BRUSSELS)
    assert told(rule, LONG_AGO, 9) == ["2025-07-01 08:00", "2025-07-03 10:00", "2025-07-05 00:00"]
    assert nexts(parse("RDATE:20250705T080000Z", BRUSSELS), LONG_AGO, 9) == [utc("2025-07-05 08:00")]
    for text, words in (
        ("RDATE;VALUE=PERIOD:20250705T080000Z/PT1H", "'VALUE=PERIOD' is not understood"),
        ("DTSTART:20250701T080000 EXDATE:20250705", "RRULE is missing"),
        ("DTSTART:20250701 DTSTART:20250702 RRULE:FREQ=DAILY", "DTSTART was given twice"),
        ("RRULE:FREQ=DAILY EXDATE:yesterday", "EXDATE is 'YESTERDAY'|EXDATE is 'yesterday'"),
        ("DTSTART:20250701T080000 RDATE:20250701T080000 EXDATE:20250701T080000", "can never match"),
    ):
        with pytest.raises(BadSpec, match=words):
            parse(text, BRUSSELS, anchor=LONG_AGO)


def test_limits_of_the_schedule_narrow_those_of_the_rule() -> None:
    rule = rule_of("RRULE:FREQ=DAILY;COUNT=9")
    assert len(nexts(bounded(rule, count=3), LONG_AGO, 99)) == 3
    assert len(nexts(bounded(rule, count=30), LONG_AGO, 99)) == 9
    assert days(bounded(rule, start=utc("2025-03-10")), LONG_AGO, 99) == ["2025-03-10", "2025-03-11"]


def test_F51_a_time_in_a_gap_fires_at_its_end_and_one_that_comes_twice_once() -> None:
    rule = rule_of("RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0", BRUSSELS)
    assert told(rule, at("2025-03-29 12:00", BRUSSELS), 2) == ["2025-03-30 03:00", "2025-03-31 02:30"]
    assert told(rule, at("2025-10-25 12:00", BRUSSELS), 2) == ["2025-10-26 02:30", "2025-10-27 02:30"]
    moved, _ = preview(rule, at("2025-03-29 12:00", BRUSSELS), 2)
    (twice,) = preview(rule, at("2025-10-25 12:00", BRUSSELS), 1)
    assert moved.note == "clocks go forward: 02:30 does not exist"
    assert twice.note == "clocks go back: 02:30 comes twice, the first is taken"


def test_F51_steps_of_hours_alone_are_elapsed_time_with_other_parts_they_are_wall_time() -> None:
    elapsed = rule_of("RRULE:FREQ=HOURLY;INTERVAL=6", BRUSSELS, anchor="2025-03-29 12:00")
    assert told(elapsed, at("2025-03-29 17:00", BRUSSELS), 3) == [
        "2025-03-29 18:00",
        "2025-03-30 00:00",
        "2025-03-30 07:00",
    ]
    walls = rule_of("RRULE:FREQ=HOURLY;INTERVAL=6;BYDAY=SA,SU", BRUSSELS, anchor="2025-03-29 12:00")
    assert told(walls, at("2025-03-29 17:00", BRUSSELS), 3) == [
        "2025-03-29 18:00",
        "2025-03-30 00:00",
        "2025-03-30 06:00",
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day at 09:00 from 3 March 2025"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,MO", "every 2 weeks on Monday and Thursday at 09:00 from 3 March 2025"),
        ("FREQ=MONTHLY;BYDAY=1FR,-1SU", "every month on the first Friday and the last Sunday of the month at 09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day of the month at 09:00"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "every month on the 13th of the month if it is Friday at 09:00"),
        ("FREQ=YEARLY", "every year on the 3rd in March at 09:00"),
        ("FREQ=YEARLY;BYWEEKNO=20", "every year on Monday in week 20 at 09:00"),
        ("FREQ=HOURLY;INTERVAL=3", "every 3 hours from 3 March 2025 at 09:00"),
        ("FREQ=DAILY;COUNT=2", "every day at 09:00 from 3 March 2025, 2 times"),
        ("FREQ=DAILY;UNTIL=20250401", "every day at 09:00 from 3 March 2025, until 1 April 2025 at 23:59:59"),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-1", "of these only the last of each week from 3 March 2025"),
    ],
)
def test_said_in_words(rule: str, words: str) -> None:
    assert words in sentence(rule_of(f"RRULE:{rule}"))


def test_what_counts_from_a_start_says_so() -> None:
    assert counts_from_start("RRULE:FREQ=DAILY")
    assert counts_from_start(" every 3 days")
    assert not counts_from_start("DTSTART:20250101 RRULE:FREQ=DAILY")
    assert not counts_from_start("cron: 0 0 * * *")
