"""Rules that keep to working days: W18, the promises of `Rule`, and calendars that would stop others."""

from __future__ import annotations

import pickle
import time
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.holidays import Holidays
from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays, OwnDay
from engine.rules.missed import Catchup, decide
from engine.rules.when import BadSpec, Rule, bounded, preview, sentence
from engine.rules.when.rolled import rolled
from store.enums import Cause, Missed, OccurrenceState, Roll
from tests.engine.rules.when.telling import BRUSSELS, at, days, rule_of, told, utc

BE = BusinessDays("BE", holidays=Holidays("BE"))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("roll", "expected"),
    [
        (Roll.NEXT, ["2025-05-02", "2025-06-02", "2025-07-01"]),
        (Roll.PREVIOUS, ["2025-04-30", "2025-05-30", "2025-07-01"]),
        (Roll.SKIP, ["2025-07-01", "2025-08-01", "2025-09-01"]),
        (Roll.NONE, ["2025-05-01", "2025-06-01", "2025-07-01"]),
    ],
)
def test_W18_the_first_of_the_month_rolls_over_holidays(roll: Roll, expected: list[str]) -> None:
    rule = rolled(rule_of("monthly 1", BRUSSELS), BE, roll)
    assert days(rule, at("2025-04-25 00:00", BRUSSELS), 3) == expected


def test_W18_what_moved_says_from_where_and_why() -> None:
    rule = rolled(rule_of("monthly 1", BRUSSELS), BE, Roll.NEXT)
    notes = [each.note for each in preview(rule, at("2025-04-25 00:00", BRUSSELS), 3)]
    assert notes == ["from Thu 1 May: Labor Day", "from Sun 1 June: weekend", ""]
    assert sentence(rule) == "the 1st of every month at 00:00, or the next working day of BE, Europe/Brussels"
    skipping = rolled(rule_of("daily 09:00", BRUSSELS), BE, Roll.SKIP)
    (after,) = preview(skipping, at("2025-04-30 10:00", BRUSSELS), 1)
    assert after.note == "not on Thu 1 May: Labor Day"


@pytest.mark.parametrize("roll", [Roll.NEXT, Roll.PREVIOUS, Roll.SKIP])
def test_what_meets_on_one_day_is_one(roll: Roll) -> None:
    rule = rolled(rule_of("daily 09:00", BRUSSELS), BE, roll)
    week = days(rule, at("2025-05-01 00:00", BRUSSELS), 5)
    assert week == ["2025-05-02", "2025-05-05", "2025-05-06", "2025-05-07", "2025-05-08"]


def test_times_of_a_day_move_together() -> None:
    rule = rolled(rule_of("weekly sat,sun 09:00,17:00", BRUSSELS), BE, Roll.NEXT)
    assert told(rule, at("2025-05-02 00:00", BRUSSELS), 3) == [
        "2025-05-05 09:00", "2025-05-05 17:00", "2025-05-12 09:00",
    ]  # fmt: skip


def test_a_time_in_a_gap_is_itself_again_on_the_day_it_moves_to() -> None:
    """Sunday 30 March has no 02:30 in Brussels; Monday has, and both meet there."""
    rule = rolled(rule_of("daily 02:30", BRUSSELS), BE, Roll.NEXT)
    assert told(rule, at("2025-03-28 12:00", BRUSSELS), 2) == ["2025-03-31 02:30", "2025-04-01 02:30"]


def test_the_last_and_the_first_working_day_of_the_month() -> None:
    last = rolled(rule_of("monthly last business day", BRUSSELS), BE, Roll.PREVIOUS)
    assert last.spec == "monthly last workday 00:00"
    assert days(last, at("2025-10-30 00:00", BRUSSELS), 3) == ["2025-10-31", "2025-11-28", "2025-12-31"]
    first = rolled(rule_of("monthly first bd 09:00", BRUSSELS), BE, Roll.NEXT)
    assert days(first, at("2025-04-30 00:00", BRUSSELS), 3) == ["2025-05-02", "2025-06-02", "2025-07-01"]
    assert days(rule_of("monthly third weekday"), utc("2025-05-01 00:00"), 2) == ["2025-05-05", "2025-06-04"]
    assert sentence(rule_of("monthly last workday")).startswith("the last weekday (Monday to Friday) of every month")


def test_limits_are_of_what_the_rule_says_not_of_where_it_rolls() -> None:
    """As in RFC 5545 with its COUNT: the last payment is the last, also where it rolls past the end."""
    start, end = at("2025-04-01 00:00", BRUSSELS), at("2025-06-01 12:00", BRUSSELS)
    for limited in (bounded(rule_of("monthly 1", BRUSSELS), start=start, end=end),
                    bounded(rule_of("monthly 1", BRUSSELS), start=start, count=3)):  # fmt: skip
        rule = rolled(limited, BE, Roll.NEXT)
        assert days(rule, start - SECOND, 9) == ["2025-04-01", "2025-05-02", "2025-06-02"]


def test_nothing_rolls_onto_an_excluded_date() -> None:
    plain = bounded(rule_of("daily", BRUSSELS), excluded={date(2025, 5, 2)})
    rule = rolled(plain, BE, Roll.NEXT)
    assert days(rule, at("2025-04-29 12:00", BRUSSELS), 2) == ["2025-04-30", "2025-05-05"]
    once = rolled(bounded(rule_of("monthly 1", BRUSSELS), excluded={date(2025, 5, 1)}), BE, Roll.NEXT)
    assert days(once, at("2025-04-29 12:00", BRUSSELS), 1) == ["2025-06-02"]


@st.composite
def rolled_rules(draw: st.DrawFn) -> Rule:
    spec = draw(st.sampled_from((
        "daily 02:30", "monthly 1", "monthly last day 09:00,17:00", "weekly sat,sun 12:00", "every 36 hours",
        "every 3 days", "cron: 0 */6 * * *", "monthly 31 clamp", "every hour",
    )))  # fmt: skip
    own = draw(st.lists(st.builds(
        OwnDay, st.dates(date(2025, 2, 1), date(2025, 6, 30)), st.just("own"), st.booleans(),
    ), max_size=40))  # fmt: skip
    week = draw(st.frozensets(st.integers(0, 6)))
    excluded = draw(st.frozensets(st.dates(date(2025, 2, 1), date(2025, 6, 30)), max_size=5))
    plain = bounded(rule_of(spec, BRUSSELS, anchor="2025-01-31 02:30"), excluded=excluded)
    return rolled(plain, BusinessDays("any", week, tuple(own), Holidays("BE")), draw(st.sampled_from(tuple(Roll)[1:])))


@settings(max_examples=60, deadline=None)
@given(rolled_rules(), st.integers(0, 120 * 24), st.integers(1, 60 * 24))
def test_every_way_to_ask_gives_the_same(rule: Rule, begin: int, hours: int) -> None:
    assume(getattr(rule, "days").week)  # noqa: B009
    after = utc("2025-02-01 00:00") + timedelta(hours=begin)
    until = after + timedelta(hours=hours)
    found = rule.between(after, until, 10_000)
    assert all(one < other for one, other in pairwise(found))
    assert rule.count(after, until) == len(found)
    back: list[datetime] = []
    newest = rule.last(until, after)
    while newest is not None:
        back.append(newest)
        newest = rule.last(newest - SECOND, after)
    assert back[::-1] == list(found)
    working = getattr(rule, "days")  # noqa: B009
    zone = at("2025-02-01 00:00", BRUSSELS).tzinfo
    for each in found:
        day = each.astimezone(zone).date()
        assert working.is_working(day)
        assert day not in rule.excluded
        assert rule.next(each - SECOND) == each
        assert rule.shifted(each) == "" or rule.shifted(each).startswith("from ")


NEVER = BusinessDays("never", frozenset())
CLOSED = BusinessDays("closed", own=tuple(OwnDay(date(2025, 1, 1) + timedelta(n), "closed") for n in range(1000)))


@pytest.mark.parametrize("calendar", [NEVER, CLOSED, MONDAY_TO_FRIDAY], ids=lambda calendar: calendar.name or "usual")
@pytest.mark.parametrize("roll", [Roll.SKIP, Roll.PREVIOUS, Roll.NEXT])
@pytest.mark.parametrize("spec", ["daily 09:00", "weekly sun", "yearly 25 december", "every hour", "monthly 31 skip"])
def test_hostile_calendars_are_answered_at_once(calendar: BusinessDays, roll: Roll, spec: str) -> None:
    rule = rolled(rule_of(spec, BRUSSELS), calendar, roll)
    rule.next(utc("2025-01-02 00:00"))
    before = time.process_time()
    found = rule.next(utc("2025-01-03 00:00"))
    rule.last(utc("2025-06-01 00:00"), utc("2025-01-01 00:00"))
    rule.next(utc("9999-12-29 00:00"))
    assert time.process_time() - before < 0.5
    assert (found is None) == (calendar is NEVER or (spec == "weekly sun" and roll is Roll.SKIP))


def test_what_happens_all_day_long_cannot_roll_to_another_day() -> None:
    with pytest.raises(BadSpec, match="happens more than 24 times a day"):
        rolled(rule_of("every 5 minutes"), BE, Roll.NEXT)
    with pytest.raises(BadSpec, match="no days of its own"):
        rolled(rule_of("at boot + 15m"), BE, Roll.SKIP)
    quiet = rolled(rule_of("every 5 minutes"), BE, Roll.SKIP)
    assert quiet.next(utc("2025-05-01 00:00")) == utc("2025-05-02 00:00")
    assert rolled(rule_of("daily"), BE, Roll.NONE) == rule_of("daily")


def test_it_can_be_kept_and_sent() -> None:
    rule = rolled(rule_of("monthly 1"), BE, Roll.NEXT)
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert hash(pickle.loads(pickle.dumps(rule))) == hash(rule)
    assert rule != rolled(rule_of("monthly 1"), BE, Roll.PREVIOUS)


def test_what_a_calendar_leaves_out_stands_in_the_ledger_with_its_reason() -> None:
    rule = rolled(rule_of("daily 09:00", BRUSSELS), BE, Roll.SKIP)
    cursor, now = at("2025-04-30 10:00", BRUSSELS), at("2025-05-05 09:00", BRUSSELS)
    decision = decide(rule, cursor, now, Catchup(Missed.RUN_ONCE))
    lines = [(f"{each.planned:%d}", each.state, each.reason, each.cause) for each in decision.verdicts]
    skipped, off = OccurrenceState.SKIPPED, Cause.EXCLUDED
    assert lines[0] == ("01", skipped, "2025-05-01 is off: Labor Day", off)
    assert lines[2:4] == [
        ("03", skipped, "2025-05-03 is off: weekend", off), ("04", skipped, "2025-05-04 is off: weekend", off),
    ]  # fmt: skip
    assert lines[4] == ("05", OccurrenceState.FIRED, None, None)
