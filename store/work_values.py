"""Values of recurring work: lists, labels, business calendars, templates and what is skipped of them.

`store.values` has them too; see there for the types of instants and days.
"""

from __future__ import annotations

from datetime import date

from store.enums import Action, Basis, Missed, Roll
from store.frozen import value
from store.instants import Instant


@value
class CheckItem:
    """One line of a task's checklist."""

    text: str
    is_done: bool


@value
class TaskList:
    """A container of tasks; `path` names it from the top, `house/garden`. Times of its tasks follow `zone`."""

    id: int
    name: str
    path: str
    parent_id: int | None
    zone: str | None
    position: int
    open: int
    late: int
    rev: int


@value
class Label:
    """A tag of tasks."""

    id: int
    name: str
    open: int
    rev: int


@value
class CalendarDay:
    """A day of its own in a business calendar: off, or worked although it would be off."""

    day: date
    name: str
    is_working: bool
    source: str


@value
class Calendar:
    """A business calendar. `week` holds its working weekdays, 0 = Sunday; `days` those that differ."""

    id: int
    name: str
    week: tuple[int, ...]
    country: str | None
    region: str | None
    days: tuple[CalendarDay, ...]
    rev: int


@value
class Template:
    """What a recurring task looks like, and when it recurs: the fields of its schedule stand here too.

    `name` is the name of both; `task_name` is what its tasks are called. `duration` and `visible` are offsets
    before the due day, `horizon` an offset, `N intervals`, `next`, or None for the setting of its type.
    """

    id: int
    name: str
    task_name: str
    mode: Action
    spec: str | None
    zone: str
    basis: Basis
    roll: Roll
    calendar: str | None
    start_at: Instant | None
    end_at: Instant | None
    max_count: int | None
    excluded_dates: tuple[date, ...]
    missed: Missed
    duration: str
    visible: str | None
    horizon: str | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    list: str | None
    priority: int | None
    tasks_group_name: str
    object_class: str | None
    object_id: str | None
    notes: str
    checklist: tuple[str, ...]
    is_enabled: bool
    pause_reason: str | None
    paused_until: Instant | None
    error: str | None
    next_at: Instant | None
    last_checked_at: Instant | None
    last_created_task_end_date: date | None
    open_tasks: int
    schedule_id: int
    anchor_at: Instant
    created_at: Instant
    deleted_at: Instant | None
    rev: int


@value
class Skip:
    """A day of a schedule that somebody left out."""

    id: int
    schedule_id: int
    schedule: str
    day: date
    reason: str
    at: Instant
    by: str | None


@value
class SavedFilter:
    """A filter of tasks that somebody gave a name."""

    id: int
    name: str
    text: str
    position: int
    rev: int
