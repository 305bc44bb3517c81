"""Rules made to hang a scheduler: each is refused in words, or answers every question at once (F54)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.when import BadSpec, Rule, bounded, parse, preview, sentence
from tests.engine.rules.when.drawing import instants, recurrences

ANCHOR = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
LONG_AGO, FAR = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)
# 50 ms is the promise, of the processor's time; the best of three turns counts.
LIMIT = 0.05
ROUNDS = 4
"""Times that all questions are asked anew: a machine that is slowed down for a while is no slow rule."""
TURNS = 3


def listed(low: int, high: int) -> str:
    return ",".join(map(str, range(low, high)))


NEVER = [
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "RRULE:FREQ=DAILY;INTERVAL=14;BYDAY=TH;BYMONTH=2;BYMONTHDAY=29",
    "RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=4",
    "RRULE:FREQ=HOURLY;INTERVAL=48;BYHOUR=4;BYDAY=MO",
    "RRULE:FREQ=SECONDLY;INTERVAL=9998;BYHOUR=3;BYMINUTE=5;BYSECOND=7;BYYEARDAY=366",
    "RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
    "RRULE:FREQ=MONTHLY;BYDAY=6MO",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=2",
    "RRULE:FREQ=WEEKLY;BYDAY=MO;BYSETPOS=3",
    "RRULE:FREQ=YEARLY;BYDAY=53MO;BYMONTH=2",
    "RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    "RRULE:FREQ=SECONDLY;BYSECOND=60",
    "RRULE:FREQ=SECONDLY;BYSECOND=1;BYSETPOS=2",
    "RRULE:FREQ=DAILY;UNTIL=20200101",
    "cron: 0 0 30 2 *",
    "cron: 0 0 31 4,6 *",
    "OnCalendar=*-02-30",
    "OnCalendar: Mon 1971/2-02-29",
    "every 9999 years",
]
WRONG = [
    "RRULE:FREQ=SECONDLY;BYHOUR=25",
    "RRULE:FREQ=DAILY;INTERVAL=0",
    "RRULE:FREQ=DAILY;INTERVAL=-1",
    f"RRULE:FREQ=DAILY;INTERVAL={10**30}",
    f"RRULE:FREQ=DAILY;COUNT={'9' * 3000}",
    "RRULE:FREQ=SECONDLY;INTERVAL=86399;BYDAY=MO",
    "RRULE:FREQ=DAILY;COUNT=1;UNTIL=20300101",
    "RRULE:FREQ=DAILY;UNTIL=20259999",
    "RRULE:FREQ=DAILY;BYEASTER=1000000000",
    "RRULE:FREQ=DAILY;FREQ=DAILY",
    "RRULE:FREQ=FORTNIGHTLY",
    "RRULE:BYDAY=MO",
    "RRULE:FREQ=DAILY;BYSETPOS=1",
    "RRULE:FREQ=WEEKLY;BYDAY=1MO",
    "RRULE:FREQ=MONTHLY;BYWEEKNO=3",
    "RRULE:FREQ=YEARLY;RSCALE=HEBREW",
    "RRULE:" + "[" * 900,
    "RRULE:" + "FREQ=DAILY;" * 18_000,
    "RRULE:FREQ=DAILY;BYDAY=" + "MO," * 60_000 + "MO",
    "RRULE:FREQ=YEARLY;BYDAY=MO;BYHOUR=" + listed(0, 24) + ";BYMINUTE=" + listed(0, 60) + ";BYSETPOS=" + listed(1, 99),
    "DTSTART:20250230T000000 RRULE:FREQ=DAILY",
    "DTSTART:00010101T000000 RRULE:FREQ=DAILY",
    "DTSTART;TZID=../../etc/passwd:20250101T000000 RRULE:FREQ=DAILY",
    "DTSTART:20250101T000000",
    "RRULE:FREQ=DAILY EXRULE:FREQ=WEEKLY",
    "OnCalendar=*-*-* " + "1," * 100_000 + "1:00",
    "OnCalendar: " + "(" * 500,
    "OnCalendar: 9999-01-01",
    "OnCalendar: *-*-* 10:00/0",
    "OnCalendar: *-*-* 10:-5",
]
HEAVY = [
    "RRULE:FREQ=SECONDLY",
    "RRULE:FREQ=SECONDLY;COUNT=1000000",
    "RRULE:FREQ=SECONDLY;INTERVAL=7;BYMONTH=2",
    "RRULE:FREQ=SECONDLY;INTERVAL=9973;BYHOUR=1;COUNT=1000000",
    f"RRULE:FREQ=SECONDLY;INTERVAL=9973;BYMONTH=2;BYSECOND={listed(0, 60)}",
    "RRULE:FREQ=SECONDLY;INTERVAL=9999;BYHOUR=3;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    "RRULE:FREQ=MINUTELY;INTERVAL=9973;BYMINUTE=3;BYHOUR=4;BYDAY=SU",
    "RRULE:FREQ=HOURLY;INTERVAL=9973;BYHOUR=4",
    "RRULE:FREQ=HOURLY;INTERVAL=1000000",
    "RRULE:FREQ=DAILY;INTERVAL=9973;BYMONTH=2",
    "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z",
    "RRULE:FREQ=WEEKLY;INTERVAL=9973;BYMONTH=2;BYDAY=MO",
    "RRULE:FREQ=MONTHLY;COUNT=1000000",
    "RRULE:FREQ=MONTHLY;INTERVAL=9973;BYMONTHDAY=31",
    "RRULE:FREQ=YEARLY;BYWEEKNO=53;INTERVAL=7;BYDAY=SU",
    "RRULE:FREQ=YEARLY;COUNT=1000000",
    f"RRULE:FREQ=YEARLY;BYYEARDAY={listed(1, 367)}",
    f"RRULE:FREQ=YEARLY;BYDAY=SU;BYHOUR={listed(0, 24)};BYMINUTE={listed(0, 60)};BYSETPOS={listed(1, 13)}",
    "RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=0,15,30,45;COUNT=1000000",
    "OnCalendar: 2190..2199-02-29",
    "OnCalendar: *:*:*",
    "cron: 0 2 29 2 1#5",
    "yearly 29 feb skip",
]


def slowest(spec: str, zone: str) -> tuple[float, str]:
    """(seconds, which) of the slowest of all questions to the rule, its parsing included."""
    rule = fresh(spec, zone)
    questions: dict[str, Callable[[], object]] = {
        "parse": lambda: fresh(spec, zone),
        "next": lambda: rule.next(NOW),
        "next far": lambda: rule.next(FAR),
        "next at the end": lambda: rule.next(END),
        "last": lambda: rule.last(NOW, LONG_AGO),
        "last at the end": lambda: rule.last(END, LONG_AGO),
        "count": lambda: rule.count(LONG_AGO, FAR),
        "bounded": lambda: bounded(rule, start=NOW, count=1_000_000),
        "preview": lambda: preview(rule, NOW, 30),
        "sentence": lambda: sentence(rule),
    }
    return max((min(timed(ask) for _ in range(TURNS)), name) for name, ask in questions.items())


def fresh(spec: str, zone: str) -> Rule:
    from engine.rules.when import reading

    reading._parse.cache_clear()
    return parse(spec, zone, anchor=ANCHOR)


def timed(ask: Callable[[], object]) -> float:
    before = time.process_time()
    ask()
    return time.process_time() - before


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
@pytest.mark.parametrize("spec", HEAVY, ids=[spec[:70] for spec in HEAVY])
def test_F54_what_is_heavy_answers_at_once(spec: str, zone: str) -> None:
    assert any(slowest(spec, zone)[0] < LIMIT for _ in range(ROUNDS)), slowest(spec, zone)


def refused(spec: str) -> tuple[str, float]:
    from engine.rules.when import reading

    best, said = 1.0, ""
    for _ in range(TURNS):
        reading._parse.cache_clear()
        before = time.process_time()
        with pytest.raises(BadSpec) as refusal:
            parse(spec, "UTC", anchor=ANCHOR)
        best, said = min(best, time.process_time() - before), str(refusal.value)
    return said, best


@pytest.mark.parametrize("spec", NEVER, ids=[spec[:70] for spec in NEVER])
def test_F54_what_never_comes_is_refused_at_once(spec: str) -> None:
    said, took = refused(spec)
    assert "can never match" in said
    assert took < LIMIT


@pytest.mark.parametrize("spec", WRONG, ids=[spec[:70] for spec in WRONG])
def test_F54_what_is_wrong_names_its_part(spec: str) -> None:
    said, took = refused(spec)
    assert "expected" in said
    assert len(said) < 300
    assert said.isprintable()
    assert took < LIMIT


@settings(max_examples=150, deadline=2000)
@given(recurrences(), instants, instants)
def test_F54_no_recurrence_hangs(spec: str, start: datetime, now: datetime) -> None:
    try:
        rule = parse(spec, "Europe/Paris", anchor=start)
    except BadSpec:
        return
    rule.next(now)
    rule.last(now, LONG_AGO)
    rule.count(LONG_AGO, now)
    assert sentence(rule).isprintable()


@settings(max_examples=300, deadline=2000)
@given(
    st.sampled_from(["RRULE:FREQ=", "DTSTART:2025", "OnCalendar: ", "RRULE:"]),
    st.text("FREQDAILYBMONTH=;:,0123456789-*~./ \n", max_size=80),
)
def test_F54_any_text_is_a_rule_or_refused(head: str, tail: str) -> None:
    try:
        rule = parse(head + tail, "UTC", anchor=ANCHOR)
    except BadSpec:
        return
    assert parse(rule.spec, rule.zone, anchor=rule.anchor) == rule
