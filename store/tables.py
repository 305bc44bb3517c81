"""The tables as peewee models, for the operations that keep definitions and for forms.

Hot paths (claims, log lines, list windows, imports) use fixed SQL on the connection that
`store.database.transaction` yields; the shape itself is in `migrations/`, and a test holds the two equal.
"""

from __future__ import annotations

import json
from typing import Any

from peewee import BooleanField, ForeignKeyField, IntegerField, Model, TextField

from store.database import database


class JsonField(TextField):
    """A JSON array or object as text; what comes out is the parsed value."""

    def db_value(self, value: Any) -> str | None:
        """Text for SQLite; key order is fixed so that equal values are equal text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def python_value(self, value: Any) -> Any:
        """The parsed value."""
        return None if value is None else json.loads(value)


class Table(Model):
    """Every table of the store."""

    class Meta:
        """One database, table names as the classes are spelled, STRICT columns."""

        database = database
        legacy_table_names = False
        strict_tables = True


class Team(Table):
    """People who serve the same entities."""

    name = TextField(unique=True)
    rev = IntegerField(default=1)


class User(Table):
    """A person; `login` is the account name whose real uid makes them the actor."""

    name = TextField(unique=True)
    full_name = TextField(default="")
    login = TextField(null=True, unique=True)
    team = ForeignKeyField(Team, null=True)
    zone = TextField(null=True)
    rev = IntegerField(default=1)


class EntityClass(Table):
    """A kind of entity: its statuses and date fields, in the order people think of them."""

    name = TextField(unique=True)
    statuses = JsonField()
    date_fields = JsonField()
    rev = IntegerField(default=1)


class Entity(Table):
    """A thing that tasks are about."""

    object_class = TextField()
    object_id = TextField()
    name = TextField(default="")
    status = TextField(null=True)
    status_at = IntegerField(null=True)
    team = ForeignKeyField(Team, null=True)
    dates = JsonField(default=dict)
    attributes = JsonField(default=dict)
    created_at = IntegerField()
    rev = IntegerField(default=1)


class TaskEvent(Table):
    """A point in time of an entity: a status it takes, or one of its dates, plus an offset."""

    name = TextField()
    object_class = TextField()
    event_type = TextField()
    entity_status = TextField(null=True)
    entity_date_field = TextField(null=True)
    offset = TextField(default="0d")
    rev = IntegerField(default=1)


class TaskModel(Table):
    """What followup task appears for an entity, when, and by when it is due."""

    name = TextField()
    description = TextField(default="")
    object_class = TextField()
    tasks_group_name = TextField(default="")
    trigger_event = ForeignKeyField(TaskEvent)
    deadline_event = ForeignKeyField(TaskEvent, null=True)
    kind = TextField(default="actionable")
    team = ForeignKeyField(Team, null=True)
    is_active = BooleanField(default=True)
    rev = IntegerField(default=1)


class Task(Table):
    """Work for a person."""

    name = TextField()
    kind = TextField(default="actionable")
    is_done = BooleanField(default=False)
    done_by = ForeignKeyField(User, null=True, column_name="done_by", object_id_name="done_by_id")
    done_date = TextField(null=True)
    visible_date = TextField()
    deadline_date = TextField(null=True)
    visible_by_hand = BooleanField(default=False)
    deadline_by_hand = BooleanField(default=False)
    has_task_model = BooleanField(default=False)
    task_model = ForeignKeyField(TaskModel, null=True)
    tasks_group_name = TextField(default="")
    notes = TextField(default="")
    trigger_event = ForeignKeyField(TaskEvent, null=True)
    trigger_value = TextField(null=True)
    trigger_at = IntegerField(null=True)
    deadline_event = ForeignKeyField(TaskEvent, null=True)
    object_class = TextField(null=True)
    object_id = TextField(null=True)
    created_at = IntegerField()
    created_by = ForeignKeyField(User, null=True, column_name="created_by", object_id_name="created_by_id")
    superseded_by = ForeignKeyField("self", null=True)
    superseded_at = IntegerField(null=True)
    deleted_at = IntegerField(null=True)
    rev = IntegerField(default=1)


class TaskAssignee(Table):
    """Who should do a task."""

    task = ForeignKeyField(Task)
    user = ForeignKeyField(User)


class Schedule(Table):
    """When something repeats, and the run it makes then."""

    name = TextField()
    description = TextField(default="")
    spec = TextField(null=True)
    moment = IntegerField(null=True)
    repeat_axis = TextField(null=True)
    repeat_step = IntegerField(null=True)
    is_recurring = BooleanField(default=True)
    zone = TextField()
    anchor_at = IntegerField()
    start_at = IntegerField(null=True)
    end_at = IntegerField(null=True)
    max_count = IntegerField(null=True)
    excluded_dates = JsonField(default=list)
    controller = TextField()
    params = JsonField(default=dict)
    timeout = IntegerField(default=3600)
    max_retries = IntegerField(default=0)
    missed = TextField(default="run_once")
    missed_limit = IntegerField(default=100)
    max_lateness = IntegerField(null=True)
    start_window = IntegerField(null=True)
    jitter = IntegerField(default=0)
    overlap = TextField(default="skip")
    is_exclusive = BooleanField(default=False)
    slot = TextField(null=True)
    slot_places = IntegerField(default=1)
    backoff = IntegerField(default=10)
    backoff_limit = IntegerField(default=3600)
    after_execution = TextField(default="disable")
    is_enabled = BooleanField(default=True)
    pause_reason = TextField(null=True)
    paused_until = IntegerField(null=True)
    error = TextField(null=True)
    alerts = JsonField(default=dict)
    failures = IntegerField(default=0)
    expected_at = IntegerField(null=True)
    owner = ForeignKeyField(User, null=True)
    created_at = IntegerField()
    deleted_at = IntegerField(null=True)
    rev = IntegerField(default=1)
    cursor_at = IntegerField()
    next_at = IntegerField(null=True)
    last_run = IntegerField(null=True)


ALL: tuple[type[Table], ...] = (
    Team, User, EntityClass, Entity, TaskEvent, TaskModel, Task, TaskAssignee, Schedule,
)  # fmt: skip
