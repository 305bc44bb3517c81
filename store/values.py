"""What reads return: frozen values with the field names people know. Screens never see a model.

Fields typed `Instant` are microseconds UTC; `date` fields are whole days. Order of fields is the order
in which JSON output prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from store.enums import (
    AfterExecution,
    Cause,
    EventType,
    Missed,
    NodeState,
    OccurrenceState,
    Overlap,
    RepeatAxis,
    Roll,
    RunState,
    TaskKind,
)
from store.frozen import value
from store.instants import Instant
from store.run_values import Artifact as Artifact
from store.run_values import Attempt as Attempt
from store.run_values import LogLine as LogLine
from store.run_values import Run as Run
from store.work_values import Calendar as Calendar
from store.work_values import CalendarDay as CalendarDay
from store.work_values import CheckItem as CheckItem
from store.work_values import Label as Label
from store.work_values import SavedFilter as SavedFilter
from store.work_values import Skip as Skip
from store.work_values import TaskList as TaskList
from store.work_values import Template as Template


@value
class Task:
    """A followup task as lists and details show it. Names stand beside ids where people read them."""

    id: int
    name: str
    kind: TaskKind
    is_done: bool
    done_by: str | None
    done_date: date | None
    visible_date: date
    deadline_date: date | None
    visible_by_hand: bool
    deadline_by_hand: bool
    has_task_model: bool
    task_model_id: int | None
    task_model: str | None
    tasks_group_name: str
    trigger_event_id: int | None
    trigger_event: str | None
    trigger_at: Instant | None
    deadline_event_id: int | None
    deadline_event: str | None
    object_class: str | None
    object_id: str | None
    object_name: str | None
    object_status: str | None
    team: str | None
    assignees: tuple[str, ...]
    notes: str
    superseded_by_id: int | None
    superseded_at: Instant | None
    deleted_at: Instant | None
    created_at: Instant
    start_date: date | None
    deadline_time: str | None
    done_at: Instant | None
    list_id: int | None
    list: str | None
    labels: tuple[str, ...]
    priority: int | None
    checklist: tuple[CheckItem, ...]
    template_id: int | None
    template: str | None
    schedule_id: int | None
    """Of its template, or of the failing job that opened it."""
    schedule: str | None
    planned_at: Instant | None
    is_edited: bool
    """Whether somebody changed what its template made."""
    folded: int
    """How often the job failed after that."""
    shift_words: str | None
    rev: int
    title: str
    """What people read: the name with its `%%this.date.month%%` said in words. The name is for those who edit."""
    step_id: int | None = None
    """The human step of a workflow that the task is."""


@value
class TaskGroup:
    """A heading of the followups list: the tasks of one deadline event, or of none."""

    deadline_event_id: int | None
    deadline_event: str | None
    open: int
    due_today: int
    late: int
    first_deadline: date | None


@value
class EntityClass:
    """A kind of entity."""

    id: int
    name: str
    statuses: tuple[str, ...]
    date_fields: tuple[str, ...]
    entities: int
    rev: int


@value
class Entity:
    """A thing that tasks are about."""

    id: int
    object_class: str
    object_id: str
    name: str
    status: str | None
    status_at: Instant | None
    team: str | None
    dates: Mapping[str, date | None]
    attributes: Mapping[str, str]
    open_tasks: int
    late_tasks: int
    created_at: Instant
    rev: int


@value
class HistoryLine:
    """One line of an entity's history: a status it took, a task, or a contact."""

    at: Instant
    kind: str
    words: str
    by: str | None
    task_id: int | None
    mark: str


@value
class TaskEvent:
    """A point in time of an entity, plus an offset."""

    id: int
    name: str
    object_class: str
    event_type: EventType
    entity_status: str | None
    entity_date_field: str | None
    offset: str
    roll: Roll
    calendar: str | None
    rev: int


@value
class TaskModel:
    """What followup task appears for an entity, when, and by when it is due."""

    id: int
    name: str
    description: str
    object_class: str
    tasks_group_name: str
    trigger_event_id: int
    trigger_event: str
    deadline_event_id: int | None
    deadline_event: str | None
    kind: TaskKind
    team: str | None
    is_active: bool
    rev: int


@value
class Team:
    """People who serve the same entities."""

    id: int
    name: str
    rev: int


@value
class User:
    """A person.

    `channels` are those by which they are told outside the desk, without what is secret in them; not in `quiet`
    (`22:00-07:00`, in their zone), and only of notices of the severity `loud_from` or louder. `away` is from..to.
    """

    id: int
    name: str
    full_name: str
    login: str | None
    team: str | None
    zone: str | None
    rev: int
    channels: tuple[str, ...] = ()
    quiet: str | None = None
    loud_from: str = "notice"
    away: str | None = None
    substitute: str | None = None


@value
class Schedule:
    """When something repeats, and the run it makes then. `status` and `pid` are of its newest open run.

    Lengths of time are seconds. `slot` is as it is written: `gpu`, or `gpu:2` for two places. Everything planned
    up to `cursor_at` is decided.
    """

    id: int
    name: str
    description: str
    spec: str | None
    moment: Instant | None
    repeat_axis: RepeatAxis | None
    repeat_step: int | None
    is_recurring: bool
    zone: str
    anchor_at: Instant
    start_at: Instant | None
    end_at: Instant | None
    max_count: int | None
    excluded_dates: tuple[date, ...]
    roll: Roll
    calendar: str | None
    controller: str
    params: Mapping[str, Any]
    timeout: int
    max_retries: int
    missed: Missed
    missed_limit: int
    max_lateness: int | None
    start_window: int | None
    jitter: int
    overlap: Overlap
    is_exclusive: bool
    slot: str | None
    backoff: int
    backoff_limit: int
    after_execution: AfterExecution
    is_enabled: bool
    pause_reason: str | None
    paused_until: Instant | None
    error: str | None
    alerts: Mapping[str, Any]
    failures: int
    expected_at: Instant | None
    owner: str | None
    status: str
    pid: int | None
    cursor_at: Instant
    next_at: Instant | None
    last_run: Instant | None
    last_state: RunState | None
    created_at: Instant
    deleted_at: Instant | None
    rev: int
    waits: str = ""
    """What it waits for although it is in service, in words (a clock that was set back); filled by who knows now."""


@value
class Occurrence:
    """How one planned instant of a schedule ended; `count` > 1 stands for a long gap up to `until_at`.

    `zone` is the schedule's, `late` in microseconds. `accepted_by` has seen at `accepted_at` that it did not run.
    """

    id: int
    schedule_id: int
    schedule: str
    zone: str
    planned_at: Instant
    until_at: Instant | None
    count: int
    state: OccurrenceState
    cause: Cause | None
    reason: str | None
    late: int
    run_id: int | None
    merged_into: Instant | None
    decided_at: Instant
    accepted_at: Instant | None
    accepted_by: str | None


@value
class Node:
    """An engine: where it runs, what it does, and when it last said so."""

    id: str
    kind: str
    host: str
    pid: int
    version: str
    state: NodeState
    since: Instant
    beat_at: Instant
    words: str


@value
class Act:
    """One thing that somebody did."""

    id: int
    at: Instant
    actor: str
    via: str
    operation: str
    words: str
    can_undo: bool
    undoes_id: int | None
    undone_by_id: int | None


@value
class Pulse:
    """What the header shows: the engine that fires (if any), what runs, and what is late."""

    engine: Node | None
    running: int
    pending: int
    late: int
    due_today: int
    failed: int
    attention: int = 0
    """Workflows that go on only if somebody sees to them."""
