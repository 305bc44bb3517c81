"""Start, end, count and excluded dates."""

from __future__ import annotations

from datetime import date, timedelta

from engine.rules.when import bounded, parse, sentence
from tests.engine.rules.when.telling import BRUSSELS, at, days, nexts, rule_of, told, utc

LONG_AGO = utc("2000-01-01")


def test_start_and_end_belong_to_it() -> None:
    rule = bounded(rule_of("daily 09:00"), start=utc("2025-03-04 09:00"), end=utc("2025-03-06 09:00"))
    assert days(rule, LONG_AGO, 9) == ["2025-03-04", "2025-03-05", "2025-03-06"]
    assert rule.last(utc("2030-01-01"), LONG_AGO) == utc("2025-03-06 09:00")
    assert rule.last(utc("2025-03-04 08:59"), LONG_AGO) is None
    assert rule.count(LONG_AGO, utc("2030-01-01")) == 3


def test_a_start_within_a_second_is_after_that_second() -> None:
    rule = bounded(rule_of("daily 09:00"), start=utc("2025-03-04 09:00:00.5"))
    assert rule.next(LONG_AGO) == utc("2025-03-05 09:00")


def test_an_anchor_is_an_occurrence_only_with_a_start() -> None:
    rule = rule_of("every 3 days", anchor="2025-03-03 09:00")
    assert days(rule, LONG_AGO, 2) == ["2025-03-06", "2025-03-09"]
    assert days(bounded(rule, start=utc("2025-03-03 09:00")), LONG_AGO, 2) == ["2025-03-03", "2025-03-06"]
    assert days(bounded(rule, start=utc("2025-03-05")), LONG_AGO, 2) == ["2025-03-06", "2025-03-09"]


def test_nothing_happens_before_the_anchor_whatever_the_start() -> None:
    rule = rule_of("every 3 days 10:00", anchor="2025-03-03 11:00")
    assert told(bounded(rule, start=utc("2025-03-01")), LONG_AGO, 1) == ["2025-03-06 10:00"]


def test_count_is_counted_from_the_start() -> None:
    rule = bounded(rule_of("weekly mon,thu"), start=utc("2025-03-04"), count=3)
    assert days(rule, LONG_AGO, 9) == ["2025-03-06", "2025-03-10", "2025-03-13"]
    assert days(rule, utc("2025-03-11"), 9) == ["2025-03-13"]
    assert rule.next(utc("2025-03-13 00:00")) is None


def test_a_moment_is_the_first_of_its_count() -> None:
    rule = bounded(parse("every month from 2025-01-31T10:00", "UTC"), count=3)
    assert days(rule, LONG_AGO, 9) == ["2025-01-31", "2025-02-28", "2025-03-31"]


def test_a_skipped_date_does_not_add_another_at_the_end() -> None:
    rule = bounded(rule_of("daily"), count=3, excluded={date(2025, 3, 5)})
    assert days(rule, LONG_AGO, 9) == ["2025-03-04", "2025-03-06"]
    assert rule.count(LONG_AGO, utc("2030-01-01")) == 2


def test_excluded_dates_are_those_of_the_zone() -> None:
    rule = bounded(rule_of("every hour", BRUSSELS), excluded={date(2025, 6, 2)})
    found = nexts(rule, at("2025-06-01 22:30", BRUSSELS), 3)
    assert found == [at(text, BRUSSELS) for text in ("2025-06-01 23:00", "2025-06-03 00:00", "2025-06-03 01:00")]
    assert rule.count(at("2025-06-01 12:00", BRUSSELS), at("2025-06-03 12:00", BRUSSELS)) == 24
    assert rule.last(at("2025-06-02 15:00", BRUSSELS), LONG_AGO) == at("2025-06-01 23:00", BRUSSELS)


def test_a_year_of_excluded_dates() -> None:
    out = {date(2025, 1, 1) + timedelta(days=day) for day in range(365)}
    rule = bounded(parse("daily 12:00", BRUSSELS), excluded=out)
    assert rule.next(utc("2025-01-01")) == at("2026-01-01 12:00", BRUSSELS)
    assert rule.last(utc("2025-12-31"), LONG_AGO) == at("2024-12-31 12:00", BRUSSELS)


def test_limits_add_up() -> None:
    rule = bounded(rule_of("daily"), end=utc("2025-03-08"))
    rule = bounded(rule, end=utc("2025-03-10"), excluded={date(2025, 3, 5)})
    rule = bounded(rule, excluded={date(2025, 3, 6)})
    assert days(rule, utc("2025-03-03 09:00"), 9) == ["2025-03-04", "2025-03-07", "2025-03-08"]


def test_the_sentence_says_the_limits() -> None:
    rule = rule_of("daily 09:00", BRUSSELS)
    until = bounded(rule, start=at("2025-03-04 00:00", BRUSSELS), end=at("2025-03-06 12:30", BRUSSELS))
    head = "every day at 09:00"
    assert sentence(until) == f"{head}, from 4 March 2025 at 00:00, until 6 March 2025 at 12:30, Europe/Brussels"
    assert sentence(bounded(rule, count=3)) == f"{head}, 3 times, Europe/Brussels"
    skipped = bounded(rule, count=1, excluded={date(2025, 6, 2), date(2025, 5, 1)})
    assert sentence(skipped) == f"{head}, once, except 1 May 2025 and 2 June 2025, Europe/Brussels"
    many = bounded(rule, excluded={date(2025, 6, day) for day in range(1, 8)})
    assert sentence(many) == f"{head}, except 7 days, Europe/Brussels"
