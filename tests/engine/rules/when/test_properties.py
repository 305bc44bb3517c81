"""What holds for every rule, in every zone, from every instant."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.rules.when import Rule, bounded, parse, preview, sentence, zone_of
from tests.engine.rules.when.drawing import instants, rules
from tests.engine.rules.when.telling import SECOND, nexts

LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
quick = settings(max_examples=120, deadline=None)


@quick
@given(rules, instants)
def test_each_next_is_strictly_later_and_a_whole_second(rule: Rule, start: datetime) -> None:
    now = start
    for found in nexts(rule, start, 12):
        assert found > now
        assert found.microsecond == 0
        assert found.tzinfo is UTC
        now = found


@quick
@given(rules, instants, st.integers(0, 10**12))
def test_same_result_from_any_starting_point(rule: Rule, start: datetime, shift: int) -> None:
    found = rule.next(start)
    assume(found is not None)
    assert found is not None
    between = start + (found - start) * (shift / 10**12)
    assert rule.next(min(between, found - MICROSECOND)) == found
    assert rule.next(found - MICROSECOND) == found
    later = rule.next(found)
    assert later is None or rule.next(later - SECOND) == later


@quick
@given(rules, instants, st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]))
def test_the_zone_of_the_question_does_not_matter(rule: Rule, start: datetime, zone: str) -> None:
    asked = start.astimezone(zone_of(zone))
    assert rule.next(asked) == rule.next(start)
    assert rule.last(asked, LONG_AGO) == rule.last(start, LONG_AGO)


@quick
@given(rules, instants, st.integers(1, 40))
def test_between_count_and_last_agree_with_next(rule: Rule, start: datetime, many: int) -> None:
    found = nexts(rule, start, many)
    assume(found)
    until = found[-1]
    assert rule.between(start, until, 1000) == tuple(found)
    assert rule.between(start, until, 3) == tuple(found[:3])
    assert rule.count(start, until) == len(found)
    assert rule.count(start, until - MICROSECOND) == len(found) - 1
    assert rule.last(until, start) == until
    assert rule.last(until - MICROSECOND, start) == (found[-2] if len(found) > 1 else None)
    assert rule.last(start, start) is None
    assert rule.count(until, start) == 0


@quick
@given(rules, instants, st.integers(1, 400))
def test_counts_add_up_over_long_gaps(rule: Rule, start: datetime, weeks: int) -> None:
    end = start + timedelta(weeks=4 * weeks)
    middle = start + (end - start) * 0.37
    assert rule.count(start, end) == rule.count(start, middle) + rule.count(middle, end)
    assert rule.count(start, end) > 0 or rule.next(start) is None or rule.next(start) > end  # type: ignore[operator]  # None is taken


@quick
@given(rules, instants)
def test_last_is_what_next_found_from_there(rule: Rule, start: datetime) -> None:
    newest = rule.last(start, LONG_AGO)
    if newest is None:
        assert rule.next(LONG_AGO) is None or rule.count(LONG_AGO, start) == 0
        return
    assert newest <= start
    assert rule.next(newest - SECOND) == newest
    following = rule.next(newest)
    assert following is None or following > start


@quick
@given(rules, instants, st.integers(1, 30), st.integers(1, 60))
def test_limits_cut_and_change_nothing_else(rule: Rule, start: datetime, count: int, weeks: int) -> None:
    end = start + timedelta(weeks=weeks)
    free = [found for found in nexts(rule, start - SECOND, count + 1) if found >= start]
    limited = bounded(rule, start=start, count=count)
    kept = nexts(limited, LONG_AGO, 100)
    within = len(free) < count or free[count - 1].year < 2300  # no store keeps later instants, and none are counted
    if (not rule.anchor or rule.anchor < start) and within:
        assert kept == free[:count]
    ended = bounded(rule, start=start, end=end)
    assert all(start <= found <= end for found in nexts(ended, LONG_AGO, 50))
    assert ended.count(LONG_AGO, end + timedelta(weeks=90)) == ended.count(LONG_AGO, end)
    assert bounded(limited, end=end).count(LONG_AGO, end) == min(
        limited.count(LONG_AGO, end), ended.count(LONG_AGO, end)
    )


@quick
@given(rules, instants, st.sets(st.integers(0, 20), max_size=5))
def test_excluded_dates_are_left_out_everywhere(rule: Rule, start: datetime, out: set[int]) -> None:
    zone = zone_of(rule.zone)
    first: date = start.astimezone(zone).date()
    excluded = frozenset(first + timedelta(days=day) for day in out)
    limited = bounded(rule, excluded=excluded)
    end = start + timedelta(days=9)
    every = rule.between(start, end, 300)
    assume(len(every) < 300)
    kept = [found for found in every if _date(found, rule.zone) not in excluded]
    assert list(limited.between(start, end, 300)) == kept
    assert limited.count(start, end) == len(kept)
    assert limited.last(end, start) == (kept[-1] if kept else None)


def _date(instant: datetime, zone: str) -> date:
    """The local date; an evening that comes again after midnight belongs to the day that has begun."""
    local = instant.astimezone(zone_of(zone))
    before = (instant - timedelta(hours=1)).astimezone(zone_of(zone))
    return max(local.date(), before.date()) if local.fold else local.date()


@quick
@given(rules)
def test_a_rule_is_a_value(rule: Rule) -> None:
    again = parse(rule.spec, rule.zone, anchor=rule.anchor)
    assert again == rule
    assert hash(again) == hash(rule)
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert sentence(rule).endswith(f", {rule.zone}")
    assert sentence(rule).isprintable()


@quick
@given(rules, instants)
def test_preview_is_what_the_engine_will_do(rule: Rule, start: datetime) -> None:
    planned = preview(rule, start, 5)
    assert [one.at for one in planned] == nexts(rule, start, 5)
    assert all(one.local.tzinfo is zone_of(rule.zone) for one in planned)
    assert all(one.local.astimezone(UTC) == one.at for one in planned)
