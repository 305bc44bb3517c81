"""What a line of quick add is read against, and what is understood of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum

from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays
from engine.rules.errors import BadValue
from engine.rules.offsets import Offset
from store.enums import Basis, Missed, Roll
from store.frozen import value


class Part(StrEnum):
    """What a stretch of the line says."""

    DUE = "due"
    DEADLINE = "deadline"
    START = "start"
    VISIBLE = "visible"
    RULE = "rule"
    FROM = "from"
    UNTIL = "until"
    TIMES = "times"
    LIST = "list"
    LABEL = "label"
    WITHOUT = "without"
    PLUS = "plus"
    PERSON = "person"
    PRIORITY = "priority"
    THING = "thing"
    CALENDAR = "calendar"
    WRITTEN = "written"
    ERROR = "error"


class Dialect(StrEnum):
    """Whose way of writing a mark is, where only one has it."""

    TASKWARRIOR = "Taskwarrior"
    TODO_TXT = "todo.txt"


@value
class When:
    """A day and, if it was named, a time of day HH:MM. With `is_clock` the day is only that of the time alone; with
    `away` it is so long before the due day instead.
    """

    day: date
    time: str | None = None
    is_clock: bool = False
    away: Offset | None = None


@value
class Repeat:
    """A rule as it was typed: a notation of `engine.rules.when` with or without times of day."""

    spec: str
    basis: Basis = Basis.FIXED
    missed: Missed | None = None


@value
class Found:
    """A stretch [start, end) of the line that means something; `value` is what `part` goes with."""

    start: int
    end: int
    part: Part
    value: object
    dialect: Dialect | None = None


@value
class Chip:
    """A stretch [start, end) of the line and what it was understood as; an error says what was expected."""

    start: int
    end: int
    kind: Part
    words: str

    @property
    def is_error(self) -> bool:
        """Whether it keeps the line from being saved."""
        return self.kind is Part.ERROR


def nothing_known(object_class: str, object_id: str) -> str:
    """Of a desk without entities."""
    raise BadValue(f"There is no {object_class} {object_id}.")


def no_calendar(name: str) -> BusinessDays:
    """Of a desk without calendars: Monday to Friday."""
    if name:
        raise BadValue("there is no calendar yet")
    return MONDAY_TO_FRIDAY


@value
class Known:
    """What the desk has. `lists` are paths; `zones` those of `list:PATH` and `person:NAME` where they differ.

    `thing` gives the words for a class and an id, `calendar` the working days of a name (empty: the usual ones);
    both raise BadValue if there is no such.
    """

    zone: str
    me: str = ""
    lists: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    zones: Mapping[str, str] = {}
    thing: Callable[[str, str], str] = nothing_known
    calendar: Callable[[str], BusinessDays] = no_calendar


@value
class Understood:
    """What a line means. It may be saved when it has no `errors`.

    A rule makes it a template: `spec`, `basis`, `start`, `until`, `times` and the lengths before the due day say
    when; else `due`, `time`, `start` and `visible` are days. `next` are its coming occurrences, three at most.
    """

    line: str
    name: str
    chips: tuple[Chip, ...]
    errors: tuple[str, ...] = ()
    due: date | None = None
    time: str | None = None
    start: date | None = None
    visible: date | None = None
    shift_words: str = ""
    list: str | None = None
    labels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    priority: int | None = None
    thing: tuple[str, str] | None = None
    calendar: str | None = None
    roll: Roll = Roll.NONE
    spec: str | None = None
    basis: Basis = Basis.FIXED
    missed: Missed | None = None
    until: date | None = None
    times: int | None = None
    duration: Offset | None = None
    ahead: Offset | None = None
    zone: str = ""
    next: tuple[datetime, ...] = ()
