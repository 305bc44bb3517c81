"""From stretches to what the whole line means: names are looked up, days and rule are brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.rules.errors import BadValue, shown
from engine.rules.names import plain_name
from engine.rules.quickadd.names import label_named, list_named, person_named, plus
from engine.rules.quickadd.values import Chip, Found, Known, Part, Repeat, When
from engine.rules.wording import long_day
from store.enums import Roll

_ONE_OF = (
    Part.DUE, Part.DEADLINE, Part.START, Part.VISIBLE, Part.RULE, Part.FROM, Part.UNTIL, Part.TIMES, Part.LIST,
    Part.PRIORITY, Part.THING, Part.CALENDAR,
)  # fmt: skip
_NOUNS = {
    Part.DUE: "days it is due", Part.DEADLINE: "deadlines", Part.START: "days on which it starts",
    Part.VISIBLE: "days from which it is shown", Part.RULE: "rules", Part.FROM: "beginnings", Part.UNTIL: "ends",
    Part.TIMES: "numbers of times", Part.LIST: "lists", Part.PRIORITY: "priorities", Part.THING: "objects",
    Part.CALENDAR: "calendars",
}  # fmt: skip


@dataclass(slots=True)
class Draft:
    """The line while it is being understood: one stretch for each part, and the chips so far by their place."""

    line: str
    known: Known
    now: datetime
    one: dict[Part, Found] = field(default_factory=dict)
    clock: Found | None = None
    """A time of day that stands by itself."""
    chips: dict[int, Chip] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    def say(self, found: Found, kind: Part, words: str) -> None:
        """What the stretch was understood as, unless it was refused already."""
        before = self.chips.get(found.start)
        if before is None or not before.is_error:
            self.chips[found.start] = Chip(found.start, found.end, kind, words)

    def refuse(self, found: Found, words: str) -> None:
        """Why the line cannot be saved."""
        self.say(found, Part.ERROR, words.rstrip("."))

    def words(self, found: Found) -> str:
        """What stands in the line there."""
        return shown(self.line[found.start : found.end], 40)

    def value(self, part: Part) -> Any:
        """What was said of the part; None if nothing was."""
        found = self.one.get(part)
        return None if found is None else found.value


def gather(draft: Draft, founds: Sequence[Found]) -> None:
    """Sort the stretches by what they say; a second one that says another thing is refused with both."""
    for found in (plus(each, founds, draft.known) if each.part is Part.PLUS else each for each in founds):
        if found.part is Part.ERROR:
            draft.refuse(found, str(found.value))
        elif found.part is Part.WRITTEN:
            draft.say(found, Part.WRITTEN, f"written on {found.value} (not kept)")
        elif isinstance(found.value, When) and found.value.is_clock and found.part is Part.DUE:
            _clock(draft, found)
        elif found.part not in _ONE_OF:
            _several(draft, found)
        elif found.part not in draft.one:
            draft.one[found.part] = found
        elif draft.one[found.part].value == found.value:
            draft.say(found, found.part, "said twice")
        else:
            first = draft.words(draft.one[found.part])
            draft.refuse(found, f"{first} and {draft.words(found)} are two {_NOUNS[found.part]}; keep one")


def names(draft: Draft) -> None:
    """List, priority, object and calendar."""
    for part, read in _READ.items():
        found = draft.one.get(part)
        if found is None:
            continue
        try:
            draft.say(found, part, read(draft, found.value))
        except BadValue as fault:
            draft.refuse(found, str(fault))


def _clock(draft: Draft, found: Found) -> None:
    """A time by itself goes with the day that stands elsewhere in the line."""
    if draft.clock is None:
        draft.clock = found
    elif draft.clock.value != found.value:
        draft.refuse(found, f"{draft.words(draft.clock)} and {draft.words(found)} are two times; keep one")
    else:
        draft.say(found, Part.DUE, "said twice")


def _several(draft: Draft, found: Found) -> None:
    """Labels and people, of which there may be many."""
    try:
        if found.part is Part.WITHOUT:
            draft.fields.setdefault("without", []).append(found)
        elif found.part is Part.PERSON:
            person = person_named(str(found.value), draft.known)
            draft.fields.setdefault("people", {})[person.name] = None
            draft.say(found, Part.PERSON, person.words)
        else:
            given = [label_named(name, draft.known) for name in found.value] if isinstance(found.value, tuple) else []
            draft.fields.setdefault("labels", {}).update({each.name: None for each in given})
            draft.say(found, Part.LABEL, ", ".join(each.words for each in given) or "no label")
    except BadValue as fault:
        draft.refuse(found, str(fault))


def take_away(draft: Draft) -> None:
    """`-home` takes back a label that the line gives; a new task has no others."""
    labels = draft.fields.setdefault("labels", {})
    for found in draft.fields.pop("without", []):
        if found.value in labels:
            del labels[found.value]
            draft.say(found, Part.WITHOUT, f"without the label {shown(found.value)}")
        else:
            name = shown(found.value)
            draft.refuse(found, f"a new task has no label {name} to take away; write +{name}, or in quotes as text")


def _list(draft: Draft, text: Any) -> str:
    named = list_named(text, draft.known)
    draft.fields["list"] = named.name
    return named.words


def _priority(draft: Draft, number: Any) -> str:
    draft.fields["priority"] = number
    return f"priority {number}"


def _thing(draft: Draft, pair: Any) -> str:
    words = draft.known.thing(*pair)
    draft.fields["thing"] = pair
    return f"about {words}"


def _calendar(draft: Draft, name: Any) -> str:
    draft.known.calendar(plain_name(name))
    draft.fields |= {"calendar": name, "roll": Roll.NEXT}
    if Part.RULE not in draft.one and not {Part.DUE, Part.DEADLINE} & draft.one.keys():
        raise BadValue("cal: goes with a day or a rule: off days of the calendar move it to the next working day")
    return f"on working days of {shown(name)}, else the next"


_READ = {Part.LIST: _list, Part.PRIORITY: _priority, Part.THING: _thing, Part.CALENDAR: _calendar}


def when_words(when: When) -> str:
    """`Fri 28 Nov 2025 14:00`."""
    return f"{long_day(when.day)} {when.time or ''}".rstrip()


def repeats(draft: Draft) -> Repeat | None:
    """The rule of the line."""
    value = draft.value(Part.RULE)
    return value if isinstance(value, Repeat) else None
