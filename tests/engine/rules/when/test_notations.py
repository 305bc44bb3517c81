"""Every notation: its canonical text, its sentence and its first occurrences."""

from __future__ import annotations

import pytest

from engine.rules.when import parse, sentence
from tests.engine.rules.when.telling import rule_of, told, utc

# spec, canonical, sentence, first three after Monday 2025-03-03 09:00 UTC
TABLE = [
    (
        "every 3 days",
        "every 3 days",
        "every 3 days at 09:00 from 3 March 2025",
        "03-06 09:00, 03-09 09:00, 03-12 09:00",
    ),
    (
        "every 3 days 08:00,18:00",
        "every 3 days 08:00,18:00",
        "every 3 days at 08:00 and 18:00 from 3 March 2025",
        "03-03 18:00, 03-06 08:00, 03-06 18:00",
    ),
    (
        "every 15 minutes",
        "every 15 minutes",
        "every 15 minutes from 3 March 2025 at 09:00",
        "03-03 09:15, 03-03 09:30, 03-03 09:45",
    ),
    (
        "every hour",
        "every hour",
        "every hour from 3 March 2025 at 09:00",
        "03-03 10:00, 03-03 11:00, 03-03 12:00",
    ),
    (
        "every 90 seconds",
        "every 90 seconds",
        "every 90 seconds from 3 March 2025 at 09:00",
        "03-03 09:01, 03-03 09:03, 03-03 09:04",
    ),
    (
        "every 2 weeks",
        "every 2 weeks",
        "every 2 weeks at 09:00 from 3 March 2025",
        "03-17 09:00, 03-31 09:00, 04-14 09:00",
    ),
    (
        "every 2 weeks on fri 09:00",
        "every 2 weeks on fri 09:00",
        "every 2 weeks on Friday at 09:00 from 3 March 2025",
        "03-07 09:00, 03-21 09:00, 04-04 09:00",
    ),
    (
        "Every 2 Weeks  on Mon, Friday at 10:00",
        "every 2 weeks on mon,fri 10:00",
        "every 2 weeks on Monday and Friday at 10:00 from 3 March 2025",
        "03-03 10:00, 03-07 10:00, 03-17 10:00",
    ),
    (
        "every 3 months",
        "every 3 months",
        "every 3 months on the 3rd at 09:00 from 3 March 2025",
        "06-03 09:00, 09-03 09:00, 12-03 09:00",
    ),
    (
        "every 2 months on last day 17:00",
        "every 2 months on last day 17:00",
        "every 2 months on the last day at 17:00 from 3 March 2025",
        "03-31 17:00, 05-31 17:00, 07-31 17:00",
    ),
    (
        "every 3 months on first monday",
        "every 3 months on first mon",
        "every 3 months on the first Monday at 09:00 from 3 March 2025",
        "06-02 09:00, 09-01 09:00, 12-01 09:00",
    ),
    (
        "every year",
        "every year",
        "every year at 09:00 from 3 March 2025",
        "2026-03-03 09:00, 2027-03-03 09:00, 2028-03-03 09:00",
    ),
    (
        "every 2 days from 2025-03-04 06:00",
        "every 2 days from 2025-03-04T06:00",
        "every 2 days at 06:00 from 4 March 2025",
        "03-04 06:00, 03-06 06:00, 03-08 06:00",
    ),
    ("every 3d", "every 3 days", "every 3 days at 09:00 from 3 March 2025", "03-06 09:00, 03-09 09:00"),
    ("every thursday", "weekly thu 00:00", "Thursday at 00:00", "03-06 00:00, 03-13 00:00"),
    ("daily", "daily 00:00", "every day at 00:00", "03-04 00:00, 03-05 00:00, 03-06 00:00"),
    ("daily 9:00", "daily 09:00", "every day at 09:00", "03-04 09:00, 03-05 09:00, 03-06 09:00"),
    (
        "daily at 17:30, 09:00",
        "daily 09:00,17:30",
        "every day at 09:00 and 17:30",
        "03-03 17:30, 03-04 09:00, 03-04 17:30",
    ),
    (
        "weekly mon,thu 09:00",
        "weekly mon,thu 09:00",
        "Monday and Thursday at 09:00",
        "03-06 09:00, 03-10 09:00, 03-13 09:00",
    ),
    (
        "weekly 1,4",
        "weekly mon,thu 00:00",
        "Monday and Thursday at 00:00",
        "03-06 00:00, 03-10 00:00, 03-13 00:00",
    ),
    ("weekly 0", "weekly sun 00:00", "Sunday at 00:00", "03-09 00:00, 03-16 00:00, 03-23 00:00"),
    (
        "WEEKLY   Monday-friday 8:30",
        "weekly mon,tue,wed,thu,fri 08:30",
        "Monday to Friday at 08:30",
        "03-04 08:30, 03-05 08:30, 03-06 08:30",
    ),
    (
        "weekly sat-mon",
        "weekly mon,sat,sun 00:00",
        "Monday, Saturday and Sunday at 00:00",
        "03-08 00:00, 03-09 00:00, 03-10 00:00",
    ),
    (
        "monthly 15",
        "monthly 15 00:00",
        "the 15th of every month at 00:00",
        "03-15 00:00, 04-15 00:00, 05-15 00:00",
    ),
    (
        "monthly 1,15th 09:00",
        "monthly 1,15 09:00",
        "the 1st and the 15th of every month at 09:00",
        "03-15 09:00, 04-01 09:00, 04-15 09:00",
    ),
    (
        "monthly first monday",
        "monthly first mon 00:00",
        "the first Monday of every month at 00:00",
        "04-07 00:00, 05-05 00:00, 06-02 00:00",
    ),
    (
        "monthly 2nd tue",
        "monthly second tue 00:00",
        "the second Tuesday of every month at 00:00",
        "03-11 00:00, 04-08 00:00, 05-13 00:00",
    ),
    (
        "monthly fifth monday",
        "monthly fifth mon 00:00",
        "the fifth Monday of every month that has one at 00:00",
        "03-31 00:00, 06-30 00:00, 09-29 00:00",
    ),
    (
        "monthly last day",
        "monthly last day 00:00",
        "the last day of every month at 00:00",
        "03-31 00:00, 04-30 00:00, 05-31 00:00",
    ),
    (
        "monthly last friday 17:00",
        "monthly last fri 17:00",
        "the last Friday of every month at 17:00",
        "03-28 17:00, 04-25 17:00, 05-30 17:00",
    ),
    (
        "monthly 31 clamp",
        "monthly 31 clamp 00:00",
        "the 31st of every month (or its last day) at 00:00",
        "03-31 00:00, 04-30 00:00, 05-31 00:00",
    ),
    (
        "monthly 31 skip 12:00",
        "monthly 31 skip 12:00",
        "the 31st of every month that has it at 12:00",
        "03-31 12:00, 05-31 12:00, 07-31 12:00",
    ),
    (
        "monthly 15 clamp",
        "monthly 15 00:00",
        "the 15th of every month at 00:00",
        "03-15 00:00, 04-15 00:00, 05-15 00:00",
    ),
    (
        "yearly 8 march",
        "yearly 8 mar 00:00",
        "8 March every year at 00:00",
        "03-08 00:00, 2026-03-08 00:00, 2027-03-08 00:00",
    ),
    (
        "yearly March 8th 09:00",
        "yearly 8 mar 09:00",
        "8 March every year at 09:00",
        "03-08 09:00, 2026-03-08 09:00",
    ),
    (
        "yearly 29 feb clamp",
        "yearly 29 feb clamp 00:00",
        "29 February (or the 28th) every year at 00:00",
        "2026-02-28 00:00, 2027-02-28 00:00, 2028-02-29 00:00",
    ),
    (
        "yearly 29 feb skip",
        "yearly 29 feb skip 00:00",
        "29 February in leap years at 00:00",
        "2028-02-29 00:00, 2032-02-29 00:00, 2036-02-29 00:00",
    ),
    ("once 2025-06-01T10:00", "once 2025-06-01T10:00", "once on 1 June 2025 at 10:00", "06-01 10:00"),
    (
        "once 2025-06-01 10:00:30",
        "once 2025-06-01T10:00:30",
        "once on 1 June 2025 at 10:00:30",
        "06-01 10:00",
    ),
    ("once 2025-06-01", "once 2025-06-01T00:00", "once on 1 June 2025 at 00:00", "06-01 00:00"),
    ("once 2025-06-01T10:00+02:00", "once 2025-06-01T08:00", "once on 1 June 2025 at 08:00", "06-01 08:00"),
    (
        "cron: 0 11 * * 1-5",
        "cron: 0 11 * * 1-5",
        "at 11:00 on Monday to Friday",
        "03-03 11:00, 03-04 11:00, 03-05 11:00",
    ),
    (
        "CRON:*/5 * * * *",
        "cron: */5 * * * *",
        "every 5 minutes",
        "03-03 09:05, 03-03 09:10, 03-03 09:15",
    ),
    ("30 2 * * *", "cron: 30 2 * * *", "every day at 02:30", "03-04 02:30, 03-05 02:30"),
    ("@hourly", "cron: 0 * * * *", "every hour on the hour", "03-03 10:00, 03-03 11:00"),
    ("cron: @weekly", "cron: 0 0 * * 0", "at 00:00 on Sunday", "03-09 00:00, 03-16 00:00"),
    ("@monthly", "cron: 0 0 1 * *", "at 00:00 on the 1st of every month", "04-01 00:00, 05-01 00:00"),
    ("@yearly", "cron: 0 0 1 1 *", "at 00:00 on the 1st of January", "2026-01-01 00:00"),
    ("cron: 0 0 l * *", "cron: 0 0 L * *", "at 00:00 on the last day of every month", "03-31 00:00"),
    (
        "cron: 0 0 lw * *",
        "cron: 0 0 LW * *",
        "at 00:00 on the last weekday (Monday to Friday) of every month",
        "03-31 00:00, 04-30 00:00, 05-30 00:00",
    ),
    (
        "cron: 0 9 * * 5l",
        "cron: 0 9 * * 5L",
        "at 09:00 on the last Friday of the month",
        "03-28 09:00, 04-25 09:00",
    ),
    (
        "cron: 0 9 * * mon#2",
        "cron: 0 9 * * MON#2",
        "at 09:00 on the second Monday of the month",
        "03-10 09:00, 04-14 09:00",
    ),
    (
        "cron: 5,10 2 1,15 jan-mar fri",
        "cron: 5,10 2 1,15 JAN-MAR FRI",
        "at 02:05 and 02:10 on the 1st and the 15th of the month and on Friday in January to March",
        "03-07 02:05, 03-07 02:10, 03-14 02:05",
    ),
    (
        "cron: 0 */2 1-7 * */2",
        "cron: 0 */2 1-7 * */2",
        "every 2 hours on the hour on the 1st to 7th of the month if it is Tuesday, Thursday, Saturday or Sunday",
        "03-04 00:00, 03-04 02:00, 03-04 04:00",
    ),
    (
        "cron: */7 9-17 * * *",
        "cron: */7 9-17 * * *",
        "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 from 09:00 to 17:59",
        "03-03 09:07, 03-03 09:14, 03-03 09:21",
    ),
    (
        "cron: * 9-17 * 2 *",
        "cron: * 9-17 * 2 *",
        "every minute from 09:00 to 17:59 in February",
        "2026-02-01 09:00, 2026-02-01 09:01",
    ),
    (
        "cron: 7 * * * *",
        "cron: 7 * * * *",
        "at minute 7 of every hour",
        "03-03 09:07, 03-03 10:07",
    ),
    (
        "cron: */15 */2 * * *",
        "cron: */15 */2 * * *",
        "every 15 minutes of every 2nd hour from 00:00",
        "03-03 10:00, 03-03 10:15",
    ),
]
START = utc("2025-03-03 09:00")


@pytest.mark.parametrize(("spec", "canonical", "words", "coming"), TABLE, ids=[row[0] for row in TABLE])
def test_notation(spec: str, canonical: str, words: str, coming: str) -> None:
    rule = rule_of(spec)
    expected = [text if text.startswith("20") else f"2025-{text}" for text in coming.split(", ")]
    assert rule.spec == canonical
    assert sentence(rule) == f"{words}, UTC"
    assert told(rule, START, len(expected)) == expected


@pytest.mark.parametrize("spec", [row[0] for row in TABLE])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Brussels", "Australia/Lord_Howe"])
def test_canonical_text_says_the_same(spec: str, zone: str) -> None:
    rule = parse(spec, zone, anchor=START)
    again = parse(rule.spec, zone, anchor=rule.anchor)
    assert again == rule
    assert sentence(again) == sentence(rule)


def test_once_ends() -> None:
    rule = rule_of("once 2025-06-01T10:00")
    assert rule.next(utc("2025-06-01 10:00")) is None
    assert rule.last(utc("2030-01-01"), utc("2025-01-01")) == utc("2025-06-01 10:00")
    assert rule.count(utc("2025-01-01"), utc("2030-01-01")) == 1


def test_every_keeps_seconds_of_its_anchor() -> None:
    rule = rule_of("every day", anchor="2025-03-03 09:00:17.5")
    assert rule.next(START) == utc("2025-03-04 09:00:17")
