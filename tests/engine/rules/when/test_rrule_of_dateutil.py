"""Recurrence rules against python-dateutil, which walks from the start, over the stretch that it can walk.

Left out is what dateutil gets wrong or reads otherwise, each shown by a test of ours below.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.rules.when import BadSpec, Rule, parse
from tests.engine.rules.when.drawing import recurrences
from tests.engine.rules.when.telling import told

LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)
# How far dateutil walks within a few milliseconds.
WALK = {
    "YEARLY": timedelta(days=4000),
    "MONTHLY": timedelta(days=1500),
    "WEEKLY": timedelta(days=800),
    "DAILY": timedelta(days=800),
    "HOURLY": timedelta(days=60),
    "MINUTELY": timedelta(days=2),
    "SECONDLY": timedelta(hours=1),
}
FIRST = datetime(1996, 1, 1, tzinfo=UTC)
starts = st.integers(0, 40 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
FRIDAY = datetime(2025, 1, 31, 9, tzinfo=UTC)


def agreed(spec: str) -> bool:
    """Whether both read it alike."""
    weekly_places = "FREQ=WEEKLY" in spec and "BYSETPOS" in spec
    weeks = "BYWEEKNO" in spec  # all seven days of them, within the calendar's year; libical's table holds ours
    month_of_start = "FREQ=YEARLY" in spec and "BYMONTHDAY" in spec and "BYMONTH=" not in spec and "BYDAY" not in spec
    return not (weekly_places or weeks or month_of_start)


def rule_of(spec: str, start: datetime) -> Rule | None:
    try:
        return parse(f"DTSTART:{start:%Y%m%dT%H%M%SZ} {spec}", "UTC")
    except BadSpec:
        return None


@settings(max_examples=80, deadline=None)
@given(recurrences(), starts, st.lists(st.integers(-40, 400), max_size=5), st.lists(st.integers(0, 9), max_size=4))
def test_sets_with_dates_more_and_less(spec: str, start: datetime, more: list[int], less: list[int]) -> None:
    """RDATE may fall on what the rule has, EXDATE takes out some of both."""
    assume(agreed(spec))
    rule = rule_of(spec, start)
    assume(rule)
    assert rule is not None
    until = start + WALK[spec.partition("FREQ=")[2].partition(";")[0]]
    added = [start + timedelta(hours=hours) for hours in more]
    some = sorted({*rule.between(LONG_AGO, until, 10), *added})
    gone = [some[at] for at in less if at < len(some)]
    text = f"DTSTART:{start:%Y%m%dT%H%M%SZ}\n{spec}"
    for name, instants in (("RDATE", added), ("EXDATE", gone)):
        text += f"\n{name}:{','.join(f'{at:%Y%m%dT%H%M%SZ}' for at in instants)}" if instants else ""
    theirs = rrulestr(text, forceset=True)
    expected = list(islice(takewhile(lambda at: at <= until, theirs), 40))
    try:
        ours = parse(text, "UTC")
    except BadSpec:
        assert not expected
        return
    assert list(ours.between(LONG_AGO, until, 40)) == expected
    assert ours.count(LONG_AGO, until) >= len(expected)


@settings(max_examples=150, deadline=None)
@given(recurrences(), starts)
@example("RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=1MO,-1FR;BYSETPOS=-1,1;BYHOUR=3,9", FRIDAY)
@example("RRULE:FREQ=MINUTELY;INTERVAL=7;BYHOUR=9;BYSECOND=3,30", FRIDAY)
def test_the_same_instants(spec: str, start: datetime) -> None:
    assume(agreed(spec))
    rule = rule_of(spec, start)
    assume(rule)
    assert rule is not None
    until = start + WALK[spec.partition("FREQ=")[2].partition(";")[0]]
    ours = rule.between(LONG_AGO, until, 40)
    assume(ours)  # dateutil walks for ever after what never comes
    assert tuple(islice(rrulestr(spec, dtstart=start), len(ours))) == ours


def test_places_in_the_week_of_the_start_count_from_the_begin_of_that_week() -> None:
    """dateutil counts them from the start, so that the first week has other places than the rest."""
    rule = parse("DTSTART:20250115T090000 RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=3", "UTC")
    assert told(rule, LONG_AGO, 2) == ["2025-01-17 09:00", "2025-01-24 09:00"]


def test_weekdays_with_and_without_a_place_are_one_list() -> None:
    """dateutil wants a day that is both, which there is none."""
    rule = parse("DTSTART:20250101T090000 RRULE:FREQ=MONTHLY;BYDAY=MO,-1FR;BYSETPOS=-1,1", "UTC")
    assert told(rule, LONG_AGO, 3) == ["2025-01-06 09:00", "2025-01-31 09:00", "2025-02-03 09:00"]


def test_weeks_that_lie_in_two_years_belong_to_one() -> None:
    """Week -53 of 2026 is its first, which begins in 2025; dateutil misses the days before New Year."""
    rule = parse("DTSTART:20250601T090000 RRULE:FREQ=YEARLY;BYWEEKNO=-53;BYDAY=WE,TH", "UTC")
    assert told(rule, LONG_AGO, 2) == ["2025-12-31 09:00", "2026-01-01 09:00"]


def test_days_of_the_month_alone_are_those_of_the_starts_month_each_year() -> None:
    """As in libical; dateutil takes every month."""
    rule = parse("DTSTART:20250310T090000 RRULE:FREQ=YEARLY;BYMONTHDAY=10,20", "UTC")
    assert told(rule, LONG_AGO, 3) == ["2025-03-10 09:00", "2025-03-20 09:00", "2026-03-10 09:00"]
