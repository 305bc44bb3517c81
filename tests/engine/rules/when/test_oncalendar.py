"""OnCalendar against systemd itself, and on the clock of the house."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.rules.when import BadSpec, parse, preview, sentence
from tests.engine.rules.when.telling import BRUSSELS, at, nexts, told, utc

TABLE = [
    tuple(line.split(" | "))
    for line in (Path(__file__).parent / "systemd_calendar.txt").read_text().splitlines()
    if not line.startswith("#")
]
BASE = datetime(2025, 1, 1, tzinfo=UTC)
# What systemd takes and we refuse, and what our refusal says instead.
REFUSED = {
    "12:30:45.67": "seconds with a fraction cannot be kept: expected whole seconds",
    "*-*-* *:*:3.33/10.05": "seconds with a fraction cannot be kept",
    "@1395716396": "the number '1395716396' is too long",
    "*-02-30": "can never match: no year has such a day",
    "*-04-31": "can never match",
    "fri 2100-02-29": "can never match",
}


@pytest.mark.parametrize(("spec", "coming"), TABLE, ids=[row[0] for row in TABLE])
def test_what_systemd_says(spec: str, coming: str) -> None:
    if coming == "refused" or spec in REFUSED:
        with pytest.raises(BadSpec, match=r"^OnCalendar: ") as refusal:
            parse(f"OnCalendar: {spec}", "UTC")
        assert REFUSED.get(spec, "expected ") in str(refusal.value)
        return
    rule = parse(f"OnCalendar: {spec}", "UTC")
    expected = [] if coming == "never" else [utc(text) for text in coming.split(", ")]
    assert nexts(rule, BASE, 6) == expected


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("OnCalendar: Mon..Fri *-*-* 02:30:00", "at 02:30 on Monday to Friday"),
        ("OnCalendar=*:0/15", "every 15 minutes"),
        ("oncalendar : daily", "every day at 00:00"),
        ("*-*~1 06:00", "at 06:00 on the last day of every month"),
        ("*-*-* 12:00:30", "every day at 12:00, at second 30"),
        ("OnCalendar: 2030-*-1 12:00", "at 12:00 on the 1st of every month, in 2030"),
        ("OnCalendar: *-*~3 12:00", "every day at 12:00, only the third to last day of the month"),
    ],
)
def test_said_in_words(spec: str, words: str) -> None:
    assert sentence(parse(spec, BRUSSELS)) == f"{words}, {BRUSSELS}"


def test_the_zone_at_the_end_is_the_zone_of_the_rule() -> None:
    rule = parse("OnCalendar: *-*-* 02:30 America/New_York", BRUSSELS)
    assert rule.zone == "America/New_York"
    assert rule.next(BASE) == utc("2025-01-01 07:30")
    assert parse(rule.spec, BRUSSELS) == rule
    with pytest.raises(BadSpec, match="Europe/Brusels"):
        parse("OnCalendar: *-*-* 02:30 Europe/Brusels", BRUSSELS)


def test_F51_clock_changes_are_those_of_the_house() -> None:
    fixed = parse("OnCalendar: *-*-* 02:30", BRUSSELS)
    assert told(fixed, at("2025-03-29 12:00", BRUSSELS), 2) == ["2025-03-30 03:00", "2025-03-31 02:30"]
    (moved,) = preview(fixed, at("2025-03-29 12:00", BRUSSELS), 1)
    assert moved.note == "clocks go forward: 02:30 does not exist"
    assert told(fixed, at("2025-10-25 12:00", BRUSSELS), 2) == ["2025-10-26 02:30", "2025-10-27 02:30"]
    running = parse("OnCalendar: *:0/30", BRUSSELS)
    night = told(running, at("2025-10-26 01:45", BRUSSELS), 5)
    assert night == [f"2025-10-26 {clock}" for clock in ("02:00", "02:30", "02:00", "02:30", "03:00")]


def test_years_that_are_over_are_over() -> None:
    rule = parse("OnCalendar: 2020..2022-02-29 08:00", "UTC")
    assert rule.next(BASE) is None
    assert rule.last(BASE, utc("1990-01-01")) == utc("2020-02-29 08:00")
    assert rule.count(utc("1990-01-01"), BASE) == 1
