"""Before and after: every row is true of both rules, whichever of them is denser."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.when import Rule, compare, parse
from tests.engine.rules.when.drawing import instants, rules
from tests.engine.rules.when.telling import BRUSSELS, SECOND, nexts, rule_of, utc

NOW = utc("2025-03-03 09:00")


def fates(before: Rule | None, after: Rule | None, n: int) -> list[str]:
    return [f"{row.fate} {row.at:%m-%d %H:%M}" for row in compare(before, after, NOW, n)]


def test_rows_are_merged_in_time() -> None:
    old, new = rule_of("weekly mon,thu 09:00"), rule_of("weekly thu,fri 09:00")
    assert fates(old, new, 2) == ["same 03-06 09:00", "new 03-07 09:00", "gone 03-10 09:00"]


def test_beyond_the_listing_of_the_denser_rule_it_is_asked_itself() -> None:
    hourly, weekly = parse("cron: 0 * * * *", "UTC"), parse("weekly tue 12:00,12:30", "UTC")
    rows = fates(weekly, hourly, 2)
    assert rows == ["new 03-03 10:00", "new 03-03 11:00", "same 03-04 12:00", "gone 03-04 12:30"]


def test_no_rule_is_a_rule_that_never_fires() -> None:
    daily = rule_of("daily 10:00")
    assert fates(None, daily, 1) == ["new 03-03 10:00"]
    assert fates(daily, None, 1) == ["gone 03-03 10:00"]
    assert fates(None, None, 5) == []


def test_another_zone_shows_both_clocks() -> None:
    utc_rule, brussels = parse("daily 10:00", "UTC"), parse("daily 11:00", BRUSSELS)
    (row,) = compare(utc_rule, brussels, NOW, 1)
    assert row.fate == "same"
    assert row.before is not None
    assert row.after is not None
    assert (row.before.local.hour, row.after.local.hour) == (10, 11)


@settings(max_examples=60, deadline=None)
@given(rules, rules, instants, st.integers(1, 12))
def test_every_row_is_true_of_both(before: Rule, after: Rule, now: datetime, n: int) -> None:
    rows = compare(before, after, now, n)
    assert [row.at for row in rows if row.before][:n] == nexts(before, now, n)
    assert [row.at for row in rows if row.after][:n] == nexts(after, now, n)
    for row in rows:
        fires = tuple(rule.next(row.at - SECOND) == row.at for rule in (before, after))
        assert fires == {"same": (True, True), "gone": (True, False), "new": (False, True)}[row.fate]
        assert (row.before is not None, row.after is not None) == fires
