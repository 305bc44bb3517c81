"""From text to `Rule`: the one door for every notation."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from engine.rules.errors import shown
from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.boots import at_boot, is_open
from engine.rules.when.draft import Draft, Place, refuse_slashes
from engine.rules.when.every import MOST, UNITS, every, signed
from engine.rules.when.named import daily, iso, monthly, once, weekly, yearly
from engine.rules.when.names import listed
from engine.rules.when.rule import Rule, ended
from engine.rules.when.union import Part, Union
from engine.rules.when.wallclock import FIRST, LAST, clock_of, moment, seconds

LONGEST = 4000
AXES = UNITS[1:]
MOST_JOINED = 40
"""Rules that one schedule may join with a bar."""
_EXPECTED = "expected every, daily, weekly, monthly, yearly, once, at boot, cron:, RRULE: or OnCalendar:"
_CRON_WORD = re.compile(r"[*\d][\da-z*/,#-]*")

# A notation of ours is a word and the reader of the words that follow it.
NOTATIONS: dict[str, Callable[[list[str], Place], Draft]] = {
    "every": every,
    "daily": daily,
    "weekly": weekly,
    "monthly": monthly,
    "yearly": yearly,
    "once": once,
    "at": at_boot,
}


def parse(spec: str, zone: str, *, anchor: datetime | None = None) -> Rule:
    """The rule that `spec` describes, on the calendar of the zone named `zone`.

    `anchor` (aware) is what `every ...` counts from unless the text says `from MOMENT`. Its whole seconds are
    used, and steps of days and larger that name no time keep its local wall time.
    Raises BadSpec, and nothing else, for any text that is not a schedule; answers at once whatever the text.
    """
    if anchor is not None and anchor.tzinfo is None:
        raise BadSpec("the start needs a zone: expected an aware time")
    return _parse(spec, zone, None if anchor is None else seconds(anchor))


def from_moment(moment: datetime, axis: str, step: int, zone: str) -> Rule:
    """`moment` (aware) and every `step`-th minute, hour, day, week, month or year after it.

    Months are counted from the moment: 31 January, 28 February, 31 March. Raises BadSpec for a step that is
    not a whole number from 1 to 9999, another axis, a moment without zone or at the edge of the calendar.
    """
    if axis not in AXES:
        raise BadSpec(f"the repeat axis is {quoted(str(axis))}: expected {listed(AXES, 'or')}")
    if isinstance(step, bool) or not isinstance(step, int) or not 1 <= step <= MOST:
        raise BadSpec(f"the repeat step is {_number(step)}: expected a whole number from 1 to {MOST}")
    if moment.tzinfo is None:
        raise BadSpec("the moment needs a zone: expected an aware time")
    clock, at = clock_of(zone), seconds(moment)
    _inside(at, "the moment")
    offset = clock.stretch(at)[2]
    second_pass = axis in ("minute", "hour") and clock.instant(at + offset) != at
    start = iso(at + offset) + (signed(offset) if second_pass else "")
    return parse(f"every {step} {axis} from {start}", zone)


def _number(step: object) -> str:
    """A wrong step as text; Python refuses to print very long numbers."""
    return "too large" if isinstance(step, int) and abs(step) > 10**9 else shown(step)


def _inside(instant: int, what: str) -> None:
    if not FIRST <= instant <= LAST:
        raise BadSpec(f"{what} is at the very edge of the calendar: expected a year from 2 to 9998")


def counts_from_start(spec: str) -> bool:
    """Whether the text counts from the `anchor` that `parse` is given; without one, many schedules share a rule."""
    return any(part.lstrip()[:5].lower() in _COUNTING for part in spec.split("|"))


@lru_cache(maxsize=4096)
def _parse(spec: str, zone: str, anchor: int | None) -> Rule:
    place = Place(clock_of(zone), anchor)
    if anchor is not None:
        _inside(anchor, "the start")
    draft = _draft(spec, place)
    clock = clock_of(draft.zone or zone)
    start = anchor if draft.anchor is None else draft.anchor
    floor = FIRST - 1 if draft.floor is None else draft.floor
    if draft.pattern.next(clock, floor) is None and not is_open(draft.pattern):
        raise BadSpec(f"{quoted(spec)} can never match: no year has such a day")
    rule = Rule(
        draft.spec,
        draft.zone or zone,
        draft.pattern,
        anchor=None if start is None else moment(start),
        floor=floor,
        excluded=draft.excluded,
        words=draft.words,
    )
    return rule if draft.most is None and draft.until is None else ended(rule, draft.until, draft.most)


def _draft(spec: str, place: Place) -> Draft:
    if len(spec) > LONGEST:
        raise BadSpec(f"the schedule is {len(spec)} characters long: expected {LONGEST} at most")
    strange = next((letter for letter in spec if not (" " <= letter <= "~" or letter in "\t\r\n")), None)
    if strange is not None:
        raise BadSpec(f"the schedule has the character {quoted(strange)}: expected plain letters and digits")
    if "|" in spec:
        return _joined(spec.split("|"), place)
    text = spec.strip().lower()
    if re.sub(r"\s", "", text) in _AT_BOOT:
        return at_boot(["boot"], place)
    for mark, reader in FOREIGN.items():
        if text.startswith(mark):
            return reader(spec.strip(), place)
    words = text.split()
    if text[:1] == "@" or (len(words) == 5 and all(_CRON_WORD.fullmatch(word) for word in words[:2])):
        return _cron(text, place)
    return _read(re.sub(r"\s*,\s*", ",", text).split(), place)


def _joined(specs: list[str], place: Place) -> Draft:
    """Several rules in one: `daily 09:00 | at boot`. What two of them name happens once."""
    if len(specs) > MOST_JOINED:
        raise BadSpec(f"the schedule joins {len(specs)} rules: expected {MOST_JOINED} at most")
    drafts = []
    for spec in specs:
        if not spec.strip():
            raise BadSpec("nothing stands beside the |: expected such as daily 09:00 | at boot")
        draft = _draft(spec.strip(), place)
        if draft.until is not None or draft.most is not None or draft.excluded:
            raise BadSpec(f"{quoted(spec.strip())} ends or leaves out days by itself: it cannot be joined with others")
        clock = place.clock if draft.zone is None else clock_of(draft.zone)
        floor = FIRST - 1 if draft.floor is None else draft.floor
        if draft.pattern.next(clock, floor) is None and not is_open(draft.pattern):
            raise BadSpec(f"{quoted(spec.strip())} can never match: no year has such a day")
        drafts.append(draft)
    parts = (Part(each.pattern, each.zone, FIRST - 1 if each.floor is None else each.floor) for each in drafts)
    words = (f"{each.words}, {each.zone}" if each.zone else each.words for each in drafts)
    return Draft(" | ".join(each.spec for each in drafts), "; also ".join(words), Union(tuple(parts)))


# Their readers are loaded when a schedule needs them: a desk without such lines does not pay for them.
def _cron(text: str, place: Place) -> Draft:
    from engine.rules.when.cron import cron

    return cron(text[5:] if text[:5].lower() == "cron:" else text, place)


def _rrule(text: str, place: Place) -> Draft:
    from engine.rules.when.rrule import rrule

    return rrule(text, place)


def _on_calendar(text: str, place: Place) -> Draft:
    from engine.rules.when.oncalendar import on_calendar

    return on_calendar(text, place)


# Notations of others: what they begin with, and the reader of the whole text.
FOREIGN: dict[str, Callable[[str, Place], Draft]] = {
    "cron:": _cron,
    "rrule:": _rrule,
    "dtstart": _rrule,
    "exdate": _rrule,
    "rdate": _rrule,
    "freq=": _rrule,
    "oncalendar": _on_calendar,
    "*-": _on_calendar,
}
_AT_BOOT = ("@reboot", "cron:@reboot")
_COUNTING = ("every", "rrule", "freq=")


def _read(words: list[str], place: Place) -> Draft:
    if not words:
        raise BadSpec(f"the schedule is empty: {_EXPECTED}")
    for word in words:
        refuse_slashes(word)
    reader = NOTATIONS.get(words[0])
    if reader is None:
        raise BadSpec(f"{quoted(words[0])} does not begin a schedule: {_EXPECTED}")
    return reader(words[1:], place)
