"""A line that recurs: its rule with its beginning, its end and its next days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays
from engine.rules.errors import BadValue
from engine.rules.offsets import Offset
from engine.rules.quickadd.days import days_between
from engine.rules.quickadd.sense import Draft
from engine.rules.quickadd.values import Found, Part, Repeat, When
from engine.rules.when import Rule, bounded, parse
from engine.rules.when.rolled import rolled
from engine.rules.wording import WEEKDAYS, long_day, short_day
from engine.rules.zones import local, local_day, wall_instant
from store.enums import Basis, Roll

_SHOWN = 3
_TICK = timedelta(seconds=1)


def settle_rule(draft: Draft, repeat: Repeat) -> None:
    """When it recurs. What does not fit is refused where it stands."""
    found = draft.one[Part.RULE]
    if (deadline := draft.one.get(Part.DEADLINE)) is not None:
        draft.refuse(deadline, "what recurs is due on the days of its rule; until ends it, ~3d shows it before")
    zone = _zone(draft)
    spec = _timed(draft, repeat)
    if spec is None:
        return
    try:
        rule, begin = _begun(draft, spec, zone)
        days = _days(draft)
        first = rule.next(begin - _TICK)
        if first is None:
            raise BadValue("all of it is past or left out; nothing would ever happen")
    except BadValue as fault:
        draft.refuse(found, str(fault))
        return
    day = local_day(first, zone)
    _say(draft, repeat, spec, rule, first, zone)
    if not _fits(draft, day):
        return
    _early(draft, day, days)
    draft.fields |= {"spec": spec, "basis": repeat.basis, "missed": repeat.missed, "zone": zone}


def _zone(draft: Draft) -> str:
    """The list's, else the one person's, else the desk's."""
    zones = draft.known.zones
    people = list(draft.fields.get("people", {}))
    found = zones.get(f"list:{draft.fields.get('list')}")
    if found is None and len(people) == 1:
        found = zones.get(f"person:{people[0]}")
    return found or draft.known.zone


def _timed(draft: Draft, repeat: Repeat) -> str | None:
    """The spec with the time of day that stands beside it; None if there are two."""
    due = draft.value(Part.DUE)
    said = [(found, when.time) for found, when in
            ((draft.one.get(Part.DUE), due), (draft.clock, draft.clock and draft.clock.value))
            if found is not None and isinstance(when, When) and when.time]  # fmt: skip
    if draft.clock is not None:
        draft.say(draft.clock, Part.DUE, f"at {said[-1][1]}" if said else "time")
    if not said:
        return repeat.spec
    found, at = said[0]
    if _has_time(repeat.spec) or (len(said) > 1 and said[1][1] != at):
        other = draft.words(draft.one[Part.RULE] if _has_time(repeat.spec) else said[1][0])
        draft.refuse(found, f"{draft.words(found)} and {other} are two times; keep one")
        return None
    return f"{repeat.spec} {at}"


def _has_time(spec: str) -> bool:
    return ":" in spec


def _begun(draft: Draft, spec: str, zone: str) -> tuple[Rule, datetime]:
    """The rule within its limits, and the instant of its beginning: today's start, unless its times are past."""
    today = local_day(draft.now, zone)
    said = draft.one.get(Part.DUE) or draft.one.get(Part.FROM)
    if draft.one.get(Part.DUE) and (start := draft.one.get(Part.FROM)):
        draft.refuse(start, f"{draft.words(draft.one[Part.DUE])} is the first day already; leave one of the two out")
    day = said.value.day if said is not None and isinstance(said.value, When) else _first_day(spec, zone, today)
    rule, begin = _limited(draft, spec, zone, day)
    if said is None and _has_time(spec) and _is_over(rule, begin, draft.now, zone):
        day = today + timedelta(1)
        rule, begin = _limited(draft, spec, zone, day)
    if found := draft.one.get(Part.FROM):
        _no_time(found, draft)
        draft.say(found, Part.FROM, f"from {long_day(day)}")
    draft.fields["start"] = day
    return rule, begin


def _is_over(rule: Rule, begin: datetime, now: datetime, zone: str) -> bool:
    """Whether it would begin today, and its times of today are past."""
    first, later, today = rule.next(begin - _TICK), rule.next(now), local_day(now, zone)
    if first is None or first >= now or local_day(first, zone) != today:
        return False
    return later is None or local_day(later, zone) != today


def _midnight(day: date, zone: str) -> datetime:
    """When the day begins, in UTC: a second less on clocks that jump at midnight would be an hour more."""
    return wall_instant(datetime.combine(day, time()), zone).astimezone(UTC)


def _first_day(spec: str, zone: str, today: date) -> date:
    """Where the weeks or months of `every 2 weeks on fri` are counted from: the first such Friday, not this week."""
    form = re.match(r"every [0-9]+ (week|month)s? on (.*?)(?: [0-9:,]+)?$", spec)
    if form is None:
        return today
    begin = _midnight(today, zone)
    first = parse(f"{form[1]}ly {form[2]}", zone).next(begin - _TICK)
    return today if first is None else local_day(first, zone)


def _no_time(found: Found, draft: Draft) -> None:
    """`every day until 31 dec 14:00`: whose time is it?"""
    if isinstance(found.value, When) and found.value.time:
        at = found.value.time
        said = f"{at} may be the time of the rule or of its {'end' if found.part is Part.UNTIL else 'beginning'}"
        draft.refuse(found, f"{draft.words(found)}: {said}; write it behind the rule, as in every day {at}")


def _limited(draft: Draft, spec: str, zone: str, day: date) -> tuple[Rule, datetime]:
    begin = _midnight(day, zone)
    until, times = draft.value(Part.UNTIL), draft.value(Part.TIMES)
    end = None
    if isinstance(until, When):
        found = draft.one[Part.UNTIL]
        _no_time(found, draft)
        if until.day < day:
            draft.refuse(found, f"it ends on {long_day(until.day)}, before it begins on {long_day(day)}")
        else:
            end = _midnight(until.day + timedelta(1), zone) - _TICK
            draft.say(found, Part.UNTIL, f"until {long_day(until.day)}")
            draft.fields["until"] = until.day
    if times is not None:
        found = draft.one[Part.TIMES]
        draft.say(found, Part.TIMES, "once" if times == 1 else f"{times} times")
        draft.fields["times"] = times
    rule = _bounded(spec, zone, begin, end, times)
    days = _days(draft) if draft.fields.get("calendar") is not None else None
    return (rule if days is None else rolled(rule, days, Roll.NEXT)), begin


@lru_cache(maxsize=256)
def _bounded(spec: str, zone: str, begin: datetime, end: datetime | None, times: int | None) -> Rule:
    return bounded(parse(spec, zone, anchor=begin), start=begin, end=end, count=times)


def _days(draft: Draft) -> BusinessDays:
    name = draft.fields.get("calendar")
    return MONDAY_TO_FRIDAY if name is None else draft.known.calendar(name)


def _fits(draft: Draft, first: date) -> bool:
    """Whether a day that stands beside the rule is its first; else both readings are offered."""
    found = draft.one.get(Part.DUE)
    if found is None or not isinstance(found.value, When):
        return True
    wanted = found.value.day
    if first != wanted and not (draft.fields.get("calendar") is not None and first > wanted):
        words = (
            f"{long_day(wanted)} is no day of {draft.words(draft.one[Part.RULE])}, which begins on {long_day(first)}"
        )
        draft.refuse(found, f"{words}: leave the day out, or write from {wanted}")
        return False
    draft.say(found, Part.DUE, f"first due {long_day(first)}{f' {found.value.time}' if found.value.time else ''}")
    return True


def _early(draft: Draft, first: date, days: BusinessDays) -> None:
    """Lengths before each due day, also where a day was typed."""
    for part, key in ((Part.START, "duration"), (Part.VISIBLE, "ahead")):
        found = draft.one.get(part)
        if found is None or not isinstance(found.value, When):
            continue
        when = found.value
        length = when.away if when.away is not None else days_between(when.day, first)
        if length.number < 0:
            draft.refuse(found, f"{long_day(when.day)} lies after its first day, {long_day(first)}")
            continue
        draft.fields[key] = length
        what = "starts" if part is Part.START else "shown"
        draft.say(found, part, f"{what} {_before(length)}")


def _before(length: Offset) -> str:
    return length.words().replace("after", "before it is due") if length.number else "on the day it is due"


def _say(draft: Draft, repeat: Repeat, spec: str, rule: Rule, first: datetime, zone: str) -> None:
    found, today = draft.one[Part.RULE], local_day(draft.now, zone)
    said = re.sub(r" at 00:00(?=,|$)|(?: at [0-9:]+)? from [0-9]+ [A-Z][a-z]+ [0-9]+.*$", "", rule.words)
    if _has_time(spec) and (at := re.search(r" at [0-9]{2}:[0-9]{2}", rule.words)) and at[0] not in said:
        said += at[0]
    if said.startswith(WEEKDAYS):
        said = f"every {said}"
    if repeat.basis is Basis.COMPLETION:
        draft.fields["next"] = (first,)
        length = said.removeprefix("every ")
        one = "" if length[0].isdigit() else "1 "
        words = f"{one}{length} after it was done, first: {_moment(first, zone, today)}"
    else:
        upcoming = [first]
        while len(upcoming) < _SHOWN and (after := rule.next(upcoming[-1])) is not None:
            upcoming.append(after)
        draft.fields["next"] = tuple(upcoming)
        words = f"{said}, next: {', '.join(_moment(at, zone, today) for at in upcoming)}"
    moved = rule.shifted(first)
    draft.say(found, Part.RULE, words + (f" ({moved})" if moved else ""))


def _moment(at: datetime, zone: str, today: date) -> str:
    here = local(at, zone)
    clock = f" {here:%H:%M}" if (here.hour, here.minute) != (0, 0) else ""
    return f"{here:%a} {short_day(here.date(), today)}{clock}"
