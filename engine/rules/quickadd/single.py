"""The days of a task that happens once."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from engine.rules.businessdays import shift_words
from engine.rules.errors import BadValue
from engine.rules.quickadd.days import day_before
from engine.rules.quickadd.sense import Draft, when_words
from engine.rules.quickadd.values import Found, Part, When
from engine.rules.wording import long_day
from engine.rules.zones import local
from store.enums import Roll

_GOES_WITH_RULE = "goes with a rule, such as every week; in quotes it is text"


def settle_once(draft: Draft) -> None:
    """Due day, start and first day it is shown."""
    for part in (Part.FROM, Part.TIMES):
        if found := draft.one.get(part):
            draft.refuse(found, f"{draft.words(found)} {_GOES_WITH_RULE}")
    _until(draft)
    due = _due(draft)
    for part in (Part.START, Part.VISIBLE):
        if found := draft.one.get(part):
            try:
                _early(draft, found, part, due)
            except BadValue as fault:
                draft.refuse(found, str(fault))


def _until(draft: Draft) -> None:
    """`until:` without a rule is a deadline to Taskwarrior; plain `until` may be a word."""
    found = draft.one.get(Part.UNTIL)
    if found is None:
        return
    if found.dialect is None:
        draft.refuse(found, f"until {_GOES_WITH_RULE}, and a deadline is written {{30 nov}}")
    elif Part.DEADLINE in draft.one and draft.one[Part.DEADLINE].value != found.value:
        first = draft.words(draft.one[Part.DEADLINE])
        draft.refuse(found, f"{first} and {draft.words(found)} are two deadlines; keep one")
    else:
        draft.one.setdefault(Part.DEADLINE, found)


def _due(draft: Draft) -> date | None:
    """The day it is due; where a deadline stands beside a day, work on it starts on that day."""
    deadline, day = draft.one.get(Part.DEADLINE), draft.one.get(Part.DUE)
    if deadline is not None and day is not None and _when(deadline).day != _when(day).day:
        if Part.START in draft.one:
            draft.refuse(day, f"{draft.words(day)} beside a deadline and a start has no meaning; leave one of them out")
        elif _when(day).time:
            draft.refuse(day, "the time goes with the deadline: {30 nov 14:00}; the plain day is the one it starts on")
        else:
            draft.one[Part.START] = Found(day.start, day.end, Part.START, day.value)
        day = None
    found = deadline or day
    if found is None:
        found = draft.clock
        if found is None:
            return None
        return _take(draft, found, _when(found), None)
    if deadline is not None and day is not None:
        draft.say(day, Part.DUE, "said twice")
    return _take(draft, found, _when(found), draft.clock)


def _take(draft: Draft, found: Found, when: When, clock: Found | None) -> date | None:
    at = when.time or (None if clock is None else _when(clock).time)
    if clock is not None and when.time and when.time != _when(clock).time:
        draft.refuse(clock, f"{draft.words(found)} and {draft.words(clock)} are two times; keep one")
    elif clock is not None:
        draft.say(clock, Part.DUE, f"at {at}")
    if when.is_clock and _is_past(draft, when):
        draft.refuse(found, f"{at} is past today: write tomorrow {at} or today {at}")
        return None
    day, moved = _rolled(draft, when.day)
    draft.fields |= {"due": day, "time": at, "shift_words": moved}
    kind = Part.DEADLINE if found.part in (Part.DEADLINE, Part.UNTIL) else Part.DUE
    words = when_words(When(day, at)) + (f", {moved}" if moved else "")
    draft.say(found, kind, f"{'deadline' if kind is Part.DEADLINE else 'due'} {words}")
    return day


def _rolled(draft: Draft, day: date) -> tuple[date, str]:
    name = draft.fields.get("calendar")
    if name is None:
        return day, ""
    days = draft.known.calendar(name)
    moved = days.roll(day, Roll.NEXT)
    if moved is None:
        raise BadValue(f"cal: there is no working day within ten years of {day}")
    return moved, shift_words(days, day) if moved != day else ""


def _early(draft: Draft, found: Found, part: Part, due: date | None) -> None:
    when = _when(found)
    day, words = when.day, ""
    if when.away is not None:
        if due is None:
            raise BadValue(f"{draft.words(found)} counts from the day it is due; say which day that is")
        day = day_before(due, when.away, draft.known.calendar(draft.fields.get("calendar") or ""))
        words = f" ({when.away.words().replace('after', 'before')})"
    if due is not None and day > due:
        what = "starts" if part is Part.START else "is shown"
        raise BadValue(f"it {what} on {long_day(day)}, after the day it is due, {long_day(due)}")
    draft.fields["start" if part is Part.START else "visible"] = day
    draft.say(found, part, f"{'starts' if part is Part.START else 'shown from'} {long_day(day)}{words}")


def _is_past(draft: Draft, when: When) -> bool:
    here = local(draft.now, draft.known.zone)
    return datetime.combine(when.day, time.fromisoformat(when.time or "00:00")) < here.replace(tzinfo=None)


def _when(found: Any) -> When:
    assert isinstance(found.value, When)
    return found.value
