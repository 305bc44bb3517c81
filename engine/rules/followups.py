"""Followups: which models make a task, with which dates, and what moves when an entity's dates move.

An event's offset moves the day a task becomes visible, not the moment it is made. A deadline hangs on a date
of the entity; without that date the task has none. Everything here is a function of its arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, datetime, timedelta

from engine.rules.businessdays import BusinessDays, shift_words
from engine.rules.errors import BadValue
from engine.rules.offsets import Offset, latest_anchor, shift_date, shift_instant
from engine.rules.zones import local_day
from store.enums import EventType, Roll, TaskKind
from store.frozen import value

Dates = Mapping[str, date]
"""The date fields of an entity that hold a day."""


@value
class Event:
    """A status that an entity takes, or one of its date fields; plus an offset, and what it does on a day off.

    `days` are the working days of its calendar, if offset or roll ask for them.
    """

    id: int
    event_type: EventType
    status: str | None
    field: str | None
    offset: Offset
    roll: Roll = Roll.NONE
    days: BusinessDays | None = None

    def day(self, dates: Dates) -> date | None:
        """The day of a date event for an entity with these dates; None if its field is empty."""
        value = dates.get(self.field) if self.field is not None else None
        return None if value is None else self.kept(shift_date(value, self.offset, self.days))

    def kept(self, day: date) -> date:
        """The working day that `day` rolls to; itself if it does not roll, or has nowhere to go."""
        return day if self.days is None else self.days.roll(day, self.roll) or day

    def shift_words(self, dates: Dates) -> str | None:
        """Why the day is another one than date and offset say: `from Thu 1 May: Labour Day`; None if it is not."""
        value = dates.get(self.field) if self.field is not None else None
        if value is None or self.days is None or self.roll is Roll.NONE:
            return None
        day = shift_date(value, self.offset, self.days)
        return shift_words(self.days, day) or None if self.kept(day) != day else None


@value
class Model:
    """What task appears for an entity, on which event, and due by which."""

    id: int
    name: str
    tasks_group_name: str
    kind: TaskKind
    team_id: int | None
    trigger: Event
    deadline: Event | None

    def serves(self, team_id: int | None) -> bool:
        """Whether entities of that team get its task; a model without a team serves all."""
        return self.team_id is None or self.team_id == team_id


@value
class NewTask:
    """A task to be made. `trigger_value` is the date whose event made it, None for a status."""

    model: Model
    visible: date
    deadline: date | None
    trigger_value: date | None
    shift_words: str | None = None

    @property
    def is_done(self) -> bool:
        """Information is done when it appears."""
        return self.model.kind is TaskKind.INFORMATIONAL


@value
class Derived:
    """An open task as far as its dates hang on events."""

    id: int
    name: str
    visible: date
    deadline: date | None
    visible_by_hand: bool
    deadline_by_hand: bool
    trigger: Event | None
    deadline_event: Event | None


@value
class Move:
    """One date of one task when its entity's dates move. By hand: it stays, `becomes` equals `was`."""

    task_id: int
    name: str
    field: str
    was: date | None
    becomes: date | None
    by_hand: bool
    shift_words: str | None = None


def on_status(
    models: Iterable[Model], status: str, team_id: int | None, at: datetime, zone: str, dates: Dates
) -> Iterator[NewTask]:
    """The tasks of an entity that took `status` at `at`, in the order of the models."""
    for model in models:
        trigger = model.trigger
        is_meant = trigger.event_type is EventType.STATUS_CHANGE and trigger.status == status
        if is_meant and model.serves(team_id):
            visible = trigger.kept(local_day(shift_instant(at, trigger.offset, zone, trigger.days), zone))
            yield _new(model, visible, dates, None)


def on_date(models: Iterable[Model], event: Event, team_id: int | None, dates: Dates) -> Iterator[NewTask]:
    """The tasks of an entity whose date event has come, in the order of the models."""
    visible = event.day(dates)
    if visible is None or event.field is None:
        return
    for model in models:
        if model.trigger.id == event.id and model.serves(team_id):
            yield _new(model, visible, dates, dates[event.field])


def _new(model: Model, visible: date, dates: Dates, value: date | None) -> NewTask:
    words = model.deadline.shift_words(dates) if model.deadline else None
    return NewTask(model, visible, deadline(model, dates), value, words)


def deadline(model: Model, dates: Dates) -> date | None:
    """By when the task of `model` is due; None if no event says so or the entity's date is empty."""
    return None if model.deadline is None else model.deadline.day(dates)


def latest_value(event: Event, today: date) -> date | None:
    """Date fields up to this day have had their event by `today`; None if no day of the calendar has."""
    until: date | None = today
    if event.days is not None and event.roll is Roll.NEXT:
        until = event.days.last_until(today)
    elif event.days is not None and event.roll is Roll.PREVIOUS and today < date.max:
        coming = event.days.first_from(today + timedelta(1))
        until = date.max if coming is None else coming - timedelta(1)
    try:
        return None if until is None else latest_anchor(event.offset, until, event.days)
    except BadValue:
        return None


def moves(tasks: Iterable[Derived], dates: Dates, moved: Set[str | None]) -> Iterator[Move]:
    """What changes in open tasks when the fields `moved` now hold `dates`; done tasks are not asked.

    A deadline whose field was emptied goes; a task that is there stays visible from the day it was.
    """
    for task in tasks:
        event = task.deadline_event
        if event is not None and event.field in moved:
            becomes = task.deadline if task.deadline_by_hand else event.day(dates)
            if becomes != task.deadline or task.deadline_by_hand:
                words = None if task.deadline_by_hand else event.shift_words(dates)
                yield Move(task.id, task.name, "deadline_date", task.deadline, becomes, task.deadline_by_hand, words)
        event = task.trigger
        if event is not None and event.field in moved and event.field in dates:
            shown = task.visible if task.visible_by_hand else event.day(dates)
            if shown != task.visible or task.visible_by_hand:
                yield Move(task.id, task.name, "visible_date", task.visible, shown, task.visible_by_hand)


def moved_fields(was: Dates, now: Dates) -> frozenset[str | None]:
    """The fields whose day is another one, or gone, or new."""
    return frozenset(field for field in {*was, *now} if was.get(field) != now.get(field))


def task_order(
    is_done: bool, deadline_date: date | None, done_date: date | None, task_id: int
) -> tuple[bool, int, int]:
    """Sorts tasks as lists show them: open ones by deadline, none last; then done ones, the newest first.

    The lists themselves are sorted by the indexes of the store; a test holds both together.
    """
    if is_done:
        return True, -(done_date or date.min).toordinal(), -task_id
    return False, (deadline_date or date.max).toordinal(), task_id
