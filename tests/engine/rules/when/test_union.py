"""Several rules in one schedule: what two of them name happens once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.when import BadSpec, booted, counts_from_start, is_open, parse, preview, sentence
from tests.engine.rules.when.drawing import clocks, instants, weekdays, zones
from tests.engine.rules.when.telling import BRUSSELS, nexts, utc

parts = st.one_of(
    st.builds("daily {}".format, clocks),
    st.builds("weekly {} {}".format, weekdays, clocks),
    st.builds("cron: */{} {} * * *".format, st.integers(1, 30), st.integers(0, 23)),
    st.builds("OnCalendar: *:0/{}".format, st.integers(5, 30)),
    st.builds("OnCalendar: {} Asia/Tokyo".format, clocks.filter(lambda text: "," not in text)),
    st.builds("every {} hours".format, st.integers(1, 30)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(parts, min_size=2, max_size=4), zones, instants)
def test_it_is_the_union_of_its_parts(specs: list[str], zone: str, start: datetime) -> None:
    rule = parse(" | ".join(specs), zone, anchor=start)
    until = start + timedelta(days=9)
    apart = {at for spec in specs for at in parse(spec, zone, anchor=start).between(start, until, 10_000)}
    assert list(rule.between(start, until, 10_000)) == sorted(apart)
    assert rule.count(start, until) == len(apart)
    last = rule.last(until, start)
    assert last == (max(apart) if apart else None)
    assert parse(rule.spec, zone, anchor=start) == rule


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        ("daily 02:30 | cron: 30 2 * * 1", 365),
        ("daily 02:30 | daily 14:30", 730),
        ("OnCalendar: *:0/2 | OnCalendar: *:0/3", 365 * 24 * 40),
        ("OnCalendar: hourly | daily 02:00,02:30", 365 * 25),
    ],
)
def test_years_are_counted_without_a_walk(spec: str, count: int) -> None:
    rule = parse(spec, "UTC")
    assert rule.count(utc("2025-01-01") - timedelta(seconds=1), utc("2026-01-01") - timedelta(seconds=1)) == count
    assert rule.count(utc("2000-01-01"), utc("2050-01-01")) > 50 * (count // 366)


def test_the_sentence_and_the_notes_are_those_of_the_parts() -> None:
    rule = parse("daily 02:30 | OnCalendar: Sun 12:00 Asia/Tokyo", BRUSSELS)
    assert sentence(rule) == "every day at 02:30; also at 12:00 on Sunday, Asia/Tokyo, Europe/Brussels"
    found = preview(rule, utc("2025-03-29T12:00"), 2)
    assert [each.note for each in found] == ["clocks go forward: 02:30 does not exist", ""]


@pytest.mark.parametrize(
    ("text", "spec", "words"),
    [
        ("@reboot", "at boot", "once after the machine starts"),
        ("cron:  @Reboot", "at boot", "once after the machine starts"),
        ("AT BOOT+90s", "at boot + 1m30s", "once, 1m30s after the machine starts"),
        ("at boot + 0s", "at boot", "once after the machine starts"),
    ],
)
def test_a_start_of_the_machine_has_no_times_of_its_own(text: str, spec: str, words: str) -> None:
    rule = parse(text, "UTC")
    assert (rule.spec, sentence(rule), is_open(rule.pattern)) == (spec, f"{words}, UTC", True)
    assert (preview(rule, utc("2025-01-01"), 5), rule.count(utc("2025-01-01"), utc("2125-01-01"))) == ((), 0)


def test_each_start_that_is_known_has_one_unless_the_next_came_first() -> None:
    starts = [utc("2025-06-01T10:00"), utc("2025-06-01T10:10"), utc("2025-06-03T10:00")]
    rule = booted(parse("at boot + 15m | once 2025-06-02T08:00", "UTC"), starts[::-1])
    expected = [utc("2025-06-01T10:25"), utc("2025-06-02T08:00"), utc("2025-06-03T10:15")]
    assert nexts(rule, utc("2025-01-01"), 9) == expected
    assert rule.last(utc("2026-01-01"), utc("2025-01-01")) == expected[-1]
    assert rule.count(utc("2025-01-01"), utc("2026-01-01")) == 3
    assert booted(parse("daily", "UTC"), starts) == parse("daily", "UTC")


def test_a_part_that_counts_makes_the_whole_count() -> None:
    assert counts_from_start("daily | every 3 days")
    assert not counts_from_start("daily | at boot")
    with pytest.raises(BadSpec, match="needs a start to count from"):
        parse("daily | every 3 days", "UTC")


tokens = st.sampled_from(["at", "boot", "+", "15m", "|", "daily", "09:00", "@reboot", "once", "cron:", "*", ","])


@given(st.lists(tokens, max_size=8).map(" ".join))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        rule = parse(text, "UTC")
    except BadSpec:
        return
    assert parse(rule.spec, "UTC") == rule
