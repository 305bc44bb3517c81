"""Recurring tasks: which occurrences become tasks now, which were missed or are skipped, and the days of a task.

Tasks are made ahead, up to the *horizon*, which is counted from today inclusive by day. Today is a day of the
schedule's zone, and so is the due day of a task: the local date of its occurrence. What lies before today was missed,
what lies on today still counts, whatever the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from engine.rules.errors import BadValue
from engine.rules.horizons import Horizon, last_day, midnight, shifted, wake_of
from engine.rules.missed import Catchup, Verdict, alike
from engine.rules.offsets import Offset
from engine.rules.when import Rule
from engine.rules.zones import local
from store.enums import Cause, Missed, OccurrenceState
from store.frozen import value

MOST_AHEAD = 1_000
"""Tasks of one template that are made ahead; more are a slip of the pen that would fill a store."""
MOST_A_DAY = 96
"""Tasks of one template a day: one every quarter of an hour."""

_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


@value
class Days:
    """The days of a task; `time` is HH:MM if the rule names one."""

    start: date
    visible: date
    due: date
    time: str | None


@value
class Plan:
    """Verdicts, oldest first, each of which is one line of the ledger: a *fired* one becomes a task.

    Everything planned up to `cursor` is decided; `next` is the first after it, None when the rule has ended.
    `wake` is when there will be something to decide again.
    """

    verdicts: tuple[Verdict, ...]
    cursor: datetime
    next: datetime | None
    wake: datetime | None


def without_mark(spec: str) -> tuple[str, bool]:
    """`every! 10 days` is `every 10 days` after completion: the spec, and whether it was marked."""
    found = re.match(r"\s*every!", spec, re.IGNORECASE)
    return (f"every{spec[found.end() :]}", True) if found else (spec, False)


def plan(
    rule: Rule,
    cursor: datetime,
    now: datetime,
    horizon: Horizon,
    catchup: Catchup,
    skipped: Mapping[date, str],
    gap: str = "",
) -> Plan:
    """What becomes of the occurrences after `cursor`, up to the horizon seen from `now`.

    `skipped` maps days that were left out to the reason; `gap` is what is known of the time in which nobody looked.
    """
    kept = replace(rule, excluded=rule.excluded | frozenset(skipped)) if skipped else rule
    today = local(now, rule.zone).date()
    begin = midnight(today, rule.zone) - _TICK
    first_ever = cursor if begin < cursor <= now and rule.last(cursor, begin) != cursor else begin
    end = midnight(shifted(last_day(kept, horizon, today, first_ever), Offset(1)), rule.zone) - _TICK
    left_out = {**dict(rule.left_out(cursor, end)), **skipped}
    ahead = _ahead(rule, max(cursor, begin), end, left_out)
    verdicts: list[Verdict] = []
    if cursor < begin:
        first = next((each.planned for each in ahead if each.state is OccurrenceState.FIRED), None)
        is_today = first is not None and local(first, rule.zone).date() == today
        verdicts = list(_passed(kept, cursor, begin, catchup, gap, first if is_today else None))
        verdicts += _left_out(rule, cursor, begin, left_out)
        verdicts.sort(key=lambda each: each.planned)
    verdicts += ahead
    decided = max([cursor, *(each.until or each.planned for each in verdicts)])
    following = rule.next(decided)
    return Plan(tuple(verdicts), decided, following, wake_of(rule, horizon, following, now, today))


def plan_reopening(
    rule: Rule, cursor: datetime, now: datetime, catchup: Catchup, skipped: Mapping[date, str], gap: str = ""
) -> Plan:
    """The same for a task that is opened again: nothing is decided ahead, and of several that came one opens it."""
    kept = replace(rule, excluded=rule.excluded | frozenset(skipped)) if skipped else rule
    verdicts = list(_left_out(rule, cursor, now, {**dict(rule.left_out(cursor, now)), **skipped}))
    newest = kept.last(now, cursor)
    if newest is not None:
        before, words = newest - _SECOND, gap or _UNSEEN
        if catchup.missed is Missed.SKIP and local(newest, rule.zone).date() < local(now, rule.zone).date():
            verdicts += alike(kept, cursor, newest, OccurrenceState.MISSED, f"policy is skip: {words}", cause=_DOWN)
        else:
            verdicts += alike(kept, cursor, before, OccurrenceState.MERGED, words, newest, _DOWN)
            verdicts.append(Verdict(OccurrenceState.FIRED, newest))
    verdicts.sort(key=lambda each: each.planned)
    decided = max([cursor, *(each.until or each.planned for each in verdicts)])
    following = rule.next(now)
    return Plan(tuple(verdicts), decided, following, following)


@lru_cache(maxsize=16_384)
def days_of(at: datetime, zone: str, duration: Offset, visible: Offset | None) -> Days:
    """The days of the task of an occurrence. Midnight is no time of day, also where a clock change moved it."""
    here = local(at, zone)
    due = here.date()
    is_timed = (here.hour or here.minute) and midnight(due, zone) != at
    start, shown_from = _before(due, duration, visible)
    return Days(start, shown_from, due, f"{here:%H:%M}" if is_timed else None)


def after_completion(rule: Rule, done: date) -> datetime | None:
    """The next occurrence of a rule that is anchored at the day the last task was done; never on that day itself."""
    return rule.next(midnight(shifted(done, Offset(1)), rule.zone) - _TICK)


def check_dense(rule: Rule, now: datetime, horizon: Horizon) -> None:
    """Refuse what would make more tasks than anybody can do."""
    first = rule.next(now)
    if first is None:
        return
    a_day = rule.count(first - _SECOND, first + timedelta(days=1) - _SECOND)
    if a_day > MOST_A_DAY:
        raise BadValue(f"spec: {a_day:,} tasks a day are more than anybody can do (at most {MOST_A_DAY})")
    today = local(now, rule.zone).date()
    end = midnight(shifted(last_day(rule, horizon, today), Offset(1)), rule.zone)
    ahead = rule.count(now, end - _SECOND)
    if ahead > MOST_AHEAD:
        raise BadValue(f"horizon: {ahead:,} tasks would be made ahead (at most {MOST_AHEAD:,})")


_DOWN = Cause.DOWN
_UNSEEN = "no engine looked at it in time"


@lru_cache(maxsize=16_384)
def _before(due: date, duration: Offset, visible: Offset | None) -> tuple[date, date]:
    start = shifted(due, Offset(-duration.number, duration.unit))
    return start, start if visible is None else shifted(due, Offset(-visible.number, visible.unit))


def _ahead(rule: Rule, after: datetime, until: datetime, left_out: Mapping[date, str]) -> list[Verdict]:
    if not left_out:
        return [Verdict(OccurrenceState.FIRED, at) for at in rule.between(after, until, MOST_AHEAD)]
    verdicts = []
    for at in rule.whole().between(after, until, MOST_AHEAD):
        why = left_out.get(local(at, rule.zone).date())
        if why is None:
            verdicts.append(Verdict(OccurrenceState.FIRED, at))
        else:
            verdicts.append(Verdict(OccurrenceState.SKIPPED, at, reason=why, cause=Cause.EXCLUDED))
    return verdicts


def _passed(
    kept: Rule, after: datetime, until: datetime, catchup: Catchup, gap: str, today: datetime | None
) -> Iterator[Verdict]:
    """What lies before today. `today` is an occurrence of today, which stands for all when one is to be made."""
    newest = kept.last(until, after)
    if newest is None:
        return
    words = gap or _UNSEEN
    if catchup.missed is Missed.SKIP:
        yield from alike(kept, after, until, OccurrenceState.MISSED, f"policy is skip: {words}", cause=_DOWN)
    elif catchup.missed is Missed.RUN_ONCE:
        stands = today or newest
        yield from alike(kept, after, min(until, stands - _SECOND), OccurrenceState.MERGED, words, stands, _DOWN)
        if today is None:
            yield Verdict(OccurrenceState.FIRED, newest, reason=words, cause=_DOWN)
    else:
        made = _newest(kept, after, until, catchup.limit)
        many = f"more than {catchup.limit} were missed: {words}"
        yield from alike(kept, after, made[0] - _SECOND, OccurrenceState.MISSED, many, cause=_DOWN)
        yield from (Verdict(OccurrenceState.FIRED, at, reason=words, cause=_DOWN) for at in made)


def _newest(rule: Rule, after: datetime, until: datetime, limit: int) -> list[datetime]:
    found: list[datetime] = []
    at = rule.last(until, after)
    while at is not None and len(found) < limit:
        found.append(at)
        at = rule.last(at - _SECOND, after)
    return found[::-1]


def _left_out(rule: Rule, after: datetime, until: datetime, left_out: Mapping[date, str]) -> Iterator[Verdict]:
    """What would have been on days that were left out."""
    whole = rule.whole() if left_out else rule
    for day in sorted(left_out):
        begin = max(after, midnight(day, rule.zone) - _TICK)
        end = min(until, midnight(shifted(day, Offset(1)), rule.zone) - _TICK)
        if begin < end:
            yield from alike(whole, begin, end, OccurrenceState.SKIPPED, left_out[day], cause=Cause.EXCLUDED)
