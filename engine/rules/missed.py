"""What becomes of every occurrence that is due: fired, merged, skipped or missed, each with its reason.

An engine that was down, a machine that slept and a clock that jumped look alike from here: occurrences lie
between the cursor and now. The newest is *on time* up to `GRACE` after its instant; what is later, or stands
behind a newer one, was missed, and the schedule's policy says what happens to it:

- `skip`: only a newest one that is on time fires, the others are missed.
- `run_once`: the newest fires and stands for the others, which are merged into it.
- `run_all`: all fire, oldest first; of more than `limit` the newest `limit`, because what is on time is never
  dropped for what is old.

Before that, whatever is later than `max_lateness` is missed, and whatever lies in a pause or on an excluded
date is skipped. More than `GAP` neighbours with one fate are one counted verdict. Nothing here walks through
a gap: a minutely schedule that slept for a year costs what an hourly one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from engine.rules.durations import duration_text
from engine.rules.when import Rule
from engine.rules.zones import local, wall_instant
from store.enums import Cause, Missed, OccurrenceState
from store.frozen import value

GRACE = timedelta(seconds=60)
"""How late the newest occurrence may be and still count as on time: a busy machine is no outage."""

GAP = 100
"""Up to so many occurrences of one fate are told one by one."""

_SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)


@value
class Catchup:
    """A schedule's policy for what was missed; `limit` is for `run_all`."""

    missed: Missed = Missed.RUN_ONCE
    limit: int = 100
    max_lateness: timedelta | None = None


@value
class Pause:
    """A pause that has ended: it began at the cursor, `until` is the first instant after it."""

    until: datetime
    reason: str


@value
class Gap:
    """A time in which nothing was fired: the engine was down, the machine slept, or the clock was set forward."""

    cause: Cause
    since: datetime
    until: datetime


@value
class Verdict:
    """How one occurrence ends, or `count` of them from `planned` to `until`.

    `merged_into` is the occurrence that stands for it.
    """

    state: OccurrenceState
    planned: datetime
    until: datetime | None = None
    count: int = 1
    reason: str | None = None
    merged_into: datetime | None = None
    cause: Cause | None = None


@value
class Decision:
    """Verdicts, oldest first, for all that is due; the newest instant they cover, and what comes next."""

    verdicts: tuple[Verdict, ...]
    cursor: datetime
    next: datetime | None


@value
class _Asked:
    """What the reason of each verdict needs beside its instant."""

    rule: Rule
    now: datetime
    catchup: Catchup
    gap: Gap | None


def decide(
    rule: Rule, cursor: datetime, now: datetime, catchup: Catchup, pause: Pause | None = None, gap: Gap | None = None
) -> Decision:
    """What becomes of the occurrences in (cursor, now]. Says the same whenever it is asked the same.

    `gap` is what is known of the time in which nothing was fired.
    """
    first = rule.next(cursor)
    if first is None or first > now:
        return Decision((), cursor, first)
    following = rule.next(first)
    asked = _Asked(rule, now, catchup, gap)
    is_alone = pause is None and (following is None or following > now)
    if is_alone and next(rule.left_out(cursor, now), None) is None:
        return Decision((_alone(asked, first),), first, following)
    verdicts = sorted(_all(asked, cursor, pause), key=lambda verdict: verdict.planned)
    newest = max(verdict.until or verdict.planned for verdict in verdicts)
    return Decision(tuple(verdicts), newest, rule.next(now))


def alike(
    rule: Rule,
    after: datetime,
    until: datetime,
    state: OccurrenceState,
    reason: str,
    merged_into: datetime | None = None,
    cause: Cause | None = None,
) -> tuple[Verdict, ...]:
    """One fate for all in (after, until]: a verdict for each, or a counted one for more than `GAP`."""
    count = rule.count(after, until)
    if count <= GAP:
        planned = rule.between(after, until, GAP)
        return tuple(Verdict(state, at, None, 1, reason, merged_into, cause) for at in planned)
    first, last = rule.next(after), rule.last(until, after)
    assert first is not None
    return (Verdict(state, first, last, count, reason, merged_into, cause),)


def _all(asked: _Asked, cursor: datetime, pause: Pause | None) -> Iterator[Verdict]:
    rule, now, catchup = asked.rule, asked.now, asked.catchup
    yield from excluded(rule, cursor, now)
    start = cursor
    if pause is not None:
        end = min(pause.until - _TICK, now)
        yield from alike(rule, start, end, OccurrenceState.SKIPPED, pause.reason, cause=Cause.PAUSED)
        start = max(start, end)
    oldest = rule.next(start)
    if oldest is None or oldest > now:
        return
    cause, words = _delay(asked, oldest)
    if catchup.max_lateness is not None and now - oldest > catchup.max_lateness:
        end = now - catchup.max_lateness - _TICK
        yield from alike(rule, start, end, OccurrenceState.MISSED, f"{_limit(catchup)}: {words}", cause=cause)
        start = end
    yield from _by_policy(asked, start, cause, words)


def _by_policy(asked: _Asked, start: datetime, cause: Cause, words: str) -> Iterator[Verdict]:
    rule, now, catchup = asked.rule, asked.now, asked.catchup
    newest = rule.last(now, start)
    if newest is None:
        return
    before = newest - _SECOND
    if catchup.missed is Missed.RUN_ONCE:
        yield from alike(rule, start, before, OccurrenceState.MERGED, words, newest, cause)
        yield _fired(asked, newest)
    elif catchup.missed is Missed.RUN_ALL:
        kept = _newest(rule, start, now, catchup.limit)
        many = f"more than {catchup.limit} were missed: {words}"
        yield from alike(rule, start, kept[0] - _SECOND, OccurrenceState.MISSED, many, cause=cause)
        yield from (_fired(asked, at) for at in kept)
    elif now - newest <= GRACE:
        yield from alike(rule, start, before, OccurrenceState.MISSED, f"policy is skip: {words}", cause=cause)
        yield _fired(asked, newest)
    else:
        yield from alike(rule, start, newest, OccurrenceState.MISSED, f"policy is skip: {words}", cause=cause)


def _alone(asked: _Asked, at: datetime) -> Verdict:
    """The common case, without counting: one occurrence is due."""
    late, catchup = asked.now - at, asked.catchup
    if catchup.max_lateness is not None and late > catchup.max_lateness:
        cause, words = _delay(asked, at)
        return Verdict(OccurrenceState.MISSED, at, reason=f"{_limit(catchup)}: {words}", cause=cause)
    if late > GRACE and catchup.missed is Missed.SKIP:
        cause, words = _delay(asked, at)
        return Verdict(OccurrenceState.MISSED, at, reason=f"policy is skip: {words}", cause=cause)
    return _fired(asked, at)


def _fired(asked: _Asked, at: datetime) -> Verdict:
    if asked.now - at <= GRACE:
        return Verdict(OccurrenceState.FIRED, at)
    cause, words = _delay(asked, at)
    return Verdict(OccurrenceState.FIRED, at, reason=words, cause=cause)


def _newest(rule: Rule, after: datetime, until: datetime, limit: int) -> list[datetime]:
    """The last `limit` occurrences in (after, until], oldest first."""
    found: list[datetime] = []
    at = rule.last(until, after)
    while at is not None and len(found) < limit:
        found.append(at)
        at = rule.last(at - _SECOND, after)
    return found[::-1]


def excluded(rule: Rule, cursor: datetime, now: datetime) -> Iterator[Verdict]:
    """What would have happened between cursor and now on excluded dates, and on days off that are skipped."""
    plain = rule.whole()
    for day, why in rule.left_out(cursor, now):
        begin = wall_instant(datetime.combine(day, time()), rule.zone)
        end = wall_instant(datetime.combine(day + timedelta(1), time()), rule.zone)
        after, until = max(cursor, begin - _TICK), min(now, end - _TICK)
        if after < until:
            words = f"{day} is off: {why}" if why else f"{day} is an excluded date"
            yield from alike(plain, after, until, OccurrenceState.SKIPPED, words, cause=Cause.EXCLUDED)


def _limit(catchup: Catchup) -> str:
    assert catchup.max_lateness is not None
    return f"more than {duration_text(catchup.max_lateness // _SECOND)} late"


_WHAT = {
    Cause.ASLEEP: "the machine slept",
    Cause.CLOCK: "the clock was set forward",
}


def _delay(asked: _Asked, oldest: datetime) -> tuple[Cause, str]:
    """`engine was down from 2025-06-01 00:00 to 2025-06-05 08:30`, on the schedule's clock, and its cause.

    From the last sign of life if that is known, else from the first occurrence that nobody fired.
    """
    now, gap, zone = asked.now, asked.gap, asked.rule.zone
    if now - oldest <= GRACE:
        return Cause.LATE, f"engine was {(now - oldest) // _SECOND} s late"
    cause, since, until = Cause.DOWN, oldest, now
    if gap is not None and gap.since <= oldest <= gap.until:
        cause, since, until = gap.cause, gap.since, gap.until
    form = "%Y-%m-%d %H:%M" if until - since > timedelta(hours=1) else "%Y-%m-%d %H:%M:%S"
    what = _WHAT.get(cause, "engine was down")
    return cause, f"{what} from {local(since, zone):{form}} to {local(until, zone):{form}}"
