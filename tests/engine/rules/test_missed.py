"""Every due occurrence gets exactly one verdict: by table for each policy, and against a slow reading of the rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.missed import GAP, GRACE, Catchup, Gap, Pause, Verdict, alike, decide
from engine.rules.when import Rule, bounded, parse
from store.enums import Cause, Missed, OccurrenceState

FIRED, MERGED = OccurrenceState.FIRED, OccurrenceState.MERGED
SKIPPED, MISSED = OccurrenceState.SKIPPED, OccurrenceState.MISSED
DAILY = parse("daily 00:00", "UTC")
SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(verdicts: tuple[Verdict, ...]) -> list[tuple[str, str]]:
    return [(f"{verdict.planned:%m-%d %H:%M}", str(verdict.state)) for verdict in verdicts]


def test_nothing_is_due_before_the_next_time() -> None:
    decision = decide(DAILY, at("2025-05-31T00:00"), at("2025-05-31T23:59:59"), Catchup())
    assert (decision.verdicts, decision.cursor) == ((), at("2025-05-31T00:00"))
    assert decision.next == at("2025-06-01T00:00")


@pytest.mark.parametrize("missed", Missed)
def test_one_on_time_fires_under_every_policy(missed: Missed) -> None:
    now = at("2025-06-01T00:00") + GRACE
    decision = decide(DAILY, at("2025-05-31T00:00"), now, Catchup(missed))
    assert decision.verdicts == (Verdict(FIRED, at("2025-06-01T00:00")),)
    assert (decision.cursor, decision.next) == (at("2025-06-01T00:00"), at("2025-06-02T00:00"))


def test_one_that_is_later_than_the_grace_fires_unless_the_policy_is_skip() -> None:
    now = at("2025-06-01T00:00") + GRACE + SECOND
    once = decide(DAILY, at("2025-05-31T00:00"), now, Catchup(Missed.RUN_ONCE)).verdicts
    skip = decide(DAILY, at("2025-05-31T00:00"), now, Catchup(Missed.SKIP)).verdicts
    assert told(once) == [("06-01 00:00", "fired")]
    assert once[0].reason == "engine was down from 2025-06-01 00:00:00 to 2025-06-01 00:01:01"
    assert told(skip) == [("06-01 00:00", "missed")]
    assert skip[0].reason == "policy is skip: engine was down from 2025-06-01 00:00:00 to 2025-06-01 00:01:01"


def test_run_once_merges_all_into_the_newest() -> None:
    decision = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-05T08:30"), Catchup())
    assert told(decision.verdicts) == [
        ("06-01 00:00", "merged"), ("06-02 00:00", "merged"), ("06-03 00:00", "merged"),
        ("06-04 00:00", "merged"), ("06-05 00:00", "fired"),
    ]  # fmt: skip
    assert {verdict.merged_into for verdict in decision.verdicts[:4]} == {at("2025-06-05T00:00")}
    assert decision.verdicts[0].reason == "engine was down from 2025-06-01 00:00 to 2025-06-05 08:30"
    assert (decision.cursor, decision.next) == (at("2025-06-05T00:00"), at("2025-06-06T00:00"))


def test_skip_fires_the_newest_if_it_is_on_time() -> None:
    catchup = Catchup(Missed.SKIP)
    late = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-03T08:30"), catchup)
    assert told(late.verdicts) == [("06-01 00:00", "missed"), ("06-02 00:00", "missed"), ("06-03 00:00", "missed")]
    back = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-03T00:00:30"), catchup)
    assert told(back.verdicts) == [("06-01 00:00", "missed"), ("06-02 00:00", "missed"), ("06-03 00:00", "fired")]


def test_run_all_fires_the_newest_of_too_many_oldest_first() -> None:
    decision = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-05T00:00:01"), Catchup(Missed.RUN_ALL, limit=3))
    assert told(decision.verdicts) == [
        ("06-01 00:00", "missed"), ("06-02 00:00", "missed"), ("06-03 00:00", "fired"),
        ("06-04 00:00", "fired"), ("06-05 00:00", "fired"),
    ]  # fmt: skip
    assert str(decision.verdicts[0].reason).startswith("more than 3 were missed: engine was down from")
    assert decision.verdicts[-1].reason is None


def test_what_is_later_than_the_limit_is_missed_before_the_policy_is_asked() -> None:
    for missed in Missed:
        catchup = Catchup(missed, max_lateness=timedelta(hours=30))
        verdicts = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-05T06:00"), catchup).verdicts
        assert told(verdicts)[:3] == [("06-01 00:00", "missed"), ("06-02 00:00", "missed"), ("06-03 00:00", "missed")]
        assert str(verdicts[0].reason).startswith("more than 1d6h late: engine was down from")
    assert told(verdicts)[3:] == [("06-04 00:00", "fired"), ("06-05 00:00", "fired")]


def test_exactly_the_limit_is_not_too_late() -> None:
    catchup = Catchup(max_lateness=timedelta(hours=6))
    on_the_limit = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-01T06:00"), catchup)
    beyond = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-01T06:00:01"), catchup)
    assert told(on_the_limit.verdicts) == [("06-01 00:00", "fired")]
    assert told(beyond.verdicts) == [("06-01 00:00", "missed")]


def test_a_limit_under_the_grace_is_kept_to() -> None:
    decision = decide(
        DAILY, at("2025-05-31T12:00"), at("2025-06-01T00:00:06"), Catchup(max_lateness=timedelta(seconds=5))
    )
    assert decision.verdicts[0].reason == "more than 5s late: engine was 6 s late"


def test_time_spent_paused_is_skipped_and_the_rest_goes_by_the_policy() -> None:
    pause = Pause(at("2025-06-03T00:00"), "paused by ana: disk move")
    decision = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-04T08:00"), Catchup(), pause)
    assert told(decision.verdicts) == [
        ("06-01 00:00", "skipped"), ("06-02 00:00", "skipped"), ("06-03 00:00", "merged"), ("06-04 00:00", "fired"),
    ]  # fmt: skip
    assert decision.verdicts[1].reason == "paused by ana: disk move"
    assert decision.verdicts[2].reason == "engine was down from 2025-06-03 00:00 to 2025-06-04 08:00"


def test_an_excluded_date_leaves_a_line_that_says_so() -> None:
    rule = bounded(parse("daily 06:00,18:00", "Europe/Brussels"), excluded=frozenset({date(2025, 6, 2)}))
    decision = decide(rule, at("2025-06-01T12:00"), at("2025-06-03T04:00:05"), Catchup())
    assert [(f"{v.planned:%d %H:%M}", str(v.state), v.reason) for v in decision.verdicts[1:3]] == [
        ("02 04:00", "skipped", "2025-06-02 is an excluded date"),
        ("02 16:00", "skipped", "2025-06-02 is an excluded date"),
    ]
    assert [str(v.state) for v in decision.verdicts] == ["merged", "skipped", "skipped", "fired"]


@pytest.mark.parametrize(("missed", "state"), [(Missed.RUN_ONCE, MERGED), (Missed.SKIP, MISSED)])
def test_F59_a_minutely_schedule_down_for_60_days_is_two_lines(missed: Missed, state: OccurrenceState) -> None:
    rule = parse("cron: * * * * *", "UTC")
    began = datetime.now(UTC)
    decision = decide(rule, at("2025-06-01T00:00"), at("2025-07-31T00:00:05"), Catchup(missed))
    assert datetime.now(UTC) - began < timedelta(seconds=1)
    gap, fired = decision.verdicts
    assert (gap.state, gap.count) == (state, 86_399)
    assert (gap.planned, gap.until) == (at("2025-06-01T00:01"), at("2025-07-30T23:59"))
    assert (fired.state, fired.planned) == (FIRED, at("2025-07-31T00:00"))


def test_a_gap_is_counted_from_its_hundred_and_first() -> None:
    rule = parse("cron: * * * * *", "UTC")
    start = at("2025-06-01T00:00")
    one_by_one = alike(rule, start, start + timedelta(minutes=GAP), MISSED, "x")
    counted = alike(rule, start, start + timedelta(minutes=GAP + 1), MISSED, "x")
    assert (len(one_by_one), {verdict.count for verdict in one_by_one}) == (GAP, {1})
    assert [(verdict.count, verdict.until) for verdict in counted] == [(101, start + timedelta(minutes=101))]


def test_a_rule_that_has_ended_has_no_next() -> None:
    rule = bounded(parse("daily 00:00", "UTC", anchor=at("2025-06-01T00:00")), count=2)
    decision = decide(rule, at("2025-06-01T00:00"), at("2025-06-09T00:00"), Catchup())
    assert told(decision.verdicts) == [("06-02 00:00", "merged"), ("06-03 00:00", "fired")]
    assert decision.next is None


RULES = st.sampled_from(
    [
        "cron: */7 * * * *", "every 45 seconds", "every 5 hours", "daily 02:30", "daily 00:00,12:00",
        "weekly mon,thu 09:00", "monthly last day", "cron: 0 */3 * * *", "yearly 8 march",
    ]
)  # fmt: skip
SPANS = st.integers(0, 40 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


@settings(max_examples=150, deadline=None)
@given(
    spec=RULES,
    zone=st.sampled_from(["UTC", "Europe/Brussels", "Australia/Lord_Howe"]),
    start=st.integers(0, 455 * 86_400).map(lambda seconds: datetime(2024, 9, 1, tzinfo=UTC) + seconds * SECOND),
    span=SPANS,
    missed=st.sampled_from(Missed),
    limit=st.integers(1, 20),
    lateness=st.none() | st.integers(1, 10 * 86_400).map(lambda seconds: timedelta(seconds=seconds)),
    paused=st.none() | SPANS,
    excluded=st.frozensets(st.dates(date(2024, 9, 1), date(2025, 12, 31)), max_size=4),
)
def test_every_due_occurrence_has_one_verdict_that_the_policy_allows(
    spec: str, zone: str, start: datetime, span: timedelta, missed: Missed, limit: int,
    lateness: timedelta | None, paused: timedelta | None, excluded: frozenset[date],
) -> None:  # fmt: skip
    whole = parse(spec, zone, anchor=start - timedelta(hours=7))
    rule = bounded(whole, excluded=excluded)
    now = start + span
    pause = None if paused is None else Pause(start + paused, "paused")
    decision = decide(rule, start, now, Catchup(missed, limit, lateness), pause)
    verdicts = {}
    for verdict in decision.verdicts:
        grid = whole if "excluded" in str(verdict.reason) else rule
        for planned in _covered(grid, verdict):
            assert planned not in verdicts
            verdicts[planned] = verdict
    due = rule.between(start, now, 100_000)
    extra = set(verdicts) - set(due)
    assert set(due) <= set(verdicts)
    assert all(planned in set(whole.between(start, now, 100_000)) and verdicts[planned].state is SKIPPED
               for planned in extra)  # fmt: skip
    assert decision.cursor >= start
    assert decision.next == rule.next(now)
    _allowed({planned: verdicts[planned] for planned in due}, now, missed, limit, lateness, pause)


def _covered(rule: Rule, verdict: Verdict) -> tuple[datetime, ...]:
    if verdict.until is None:
        assert verdict.count == 1
        assert rule.next(verdict.planned - SECOND) == verdict.planned
        return (verdict.planned,)
    found = rule.between(verdict.planned - SECOND, verdict.until, 100_000)
    assert (len(found), found[0], found[-1]) == (verdict.count, verdict.planned, verdict.until)
    assert verdict.count > GAP
    return found


def _allowed(
    verdicts: dict[datetime, Verdict], now: datetime, missed: Missed, limit: int,
    lateness: timedelta | None, pause: Pause | None,
) -> None:  # fmt: skip
    """The policies read slowly, one occurrence at a time."""
    left = []
    for planned, verdict in verdicts.items():
        if pause is not None and planned < pause.until:
            assert (verdict.state, verdict.reason) == (SKIPPED, "paused")
        elif lateness is not None and now - planned > lateness:
            assert verdict.state is MISSED
        else:
            left.append(planned)
    fired = [planned for planned in left if verdicts[planned].state is FIRED]
    newest = max(left, default=None)
    if missed is Missed.RUN_ALL:
        assert fired == sorted(left)[-limit:]
    elif missed is Missed.RUN_ONCE or (newest is not None and now - newest <= GRACE):
        assert fired == ([newest] if newest else [])
    else:
        assert fired == []
    for planned in set(left) - set(fired):
        merged = missed is Missed.RUN_ONCE
        assert verdicts[planned].state is (MERGED if merged else MISSED)
        assert verdicts[planned].merged_into == (newest if merged else None)


@pytest.mark.parametrize(
    ("cause", "what"),
    [
        (Cause.DOWN, "engine was down"),
        (Cause.ASLEEP, "the machine slept"),
        (Cause.CLOCK, "the clock was set forward"),
    ],
)
@pytest.mark.parametrize("missed", Missed)
def test_what_is_known_of_a_gap_is_the_reason_of_all_that_lies_in_it(missed: Missed, cause: Cause, what: str) -> None:
    gap = Gap(cause, at("2025-05-31T22:10"), at("2025-06-03T08:00"))
    decision = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-03T08:00:01"), Catchup(missed), gap=gap)
    assert len(decision.verdicts) == 3
    for verdict in decision.verdicts:
        assert verdict.cause is cause
        assert str(verdict.reason).endswith(f"{what} from 2025-05-31 22:10 to 2025-06-03 08:00")


def test_a_gap_says_nothing_of_what_lies_before_it() -> None:
    gap = Gap(Cause.ASLEEP, at("2025-06-02T01:00"), at("2025-06-03T08:00"))
    decision = decide(DAILY, at("2025-05-31T12:00"), at("2025-06-03T08:00"), Catchup(), gap=gap)
    assert {verdict.cause for verdict in decision.verdicts[:2]} == {Cause.DOWN}
    assert decision.verdicts[0].reason == "engine was down from 2025-06-01 00:00 to 2025-06-03 08:00"


def test_every_verdict_but_one_on_time_has_a_cause() -> None:
    rule = bounded(DAILY, excluded={date(2025, 6, 2)})
    pause = Pause(at("2025-06-01T12:00"), "paused by ana")
    catchup = Catchup(max_lateness=timedelta(days=2))
    decision = decide(rule, at("2025-05-31T12:00"), at("2025-06-06T00:00:10"), catchup, pause)
    causes = [verdict.cause for verdict in decision.verdicts]
    assert causes == [Cause.PAUSED, Cause.EXCLUDED, Cause.DOWN, Cause.DOWN, Cause.DOWN, None]
