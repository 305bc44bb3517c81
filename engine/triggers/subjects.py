"""What a trigger acts for: tasks, entities, or what the machine does; the ids of one kind, and how a subject is kept.

A trigger acts for one kind of thing alone, which its event says; so its ids need no kind beside them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from enum import StrEnum

from engine.rules.wording import count_of
from store.enums import OF_ENTITIES, OF_RUNS, TriggerEvent
from store.frozen import value
from store.titling import titled


class About(StrEnum):
    """The word before the colon of a subject."""

    TASK = "task"
    ENTITY = "entity"
    RUN = "run"
    SCHEDULE = "schedule"
    """Of a job that is late: there is no run to speak of."""
    WORKFLOW = "workflow"


def about(event: TriggerEvent) -> About:
    """What an event happens to."""
    if event in OF_ENTITIES:
        return About.ENTITY
    if event is TriggerEvent.RUN_LATE:
        return About.SCHEDULE
    if event is TriggerEvent.WORKFLOW:
        return About.WORKFLOW
    return About.RUN if event in OF_RUNS else About.TASK


def columns(event: TriggerEvent, number: int) -> tuple[str, int | None, int | None]:
    """`subject`, `task_id` and `entity_id` of a pending action for the thing of that id."""
    what = about(event)
    return f"{what}:{number}", number if what is About.TASK else None, number if what is About.ENTITY else None


def number_of(subject: str) -> int:
    """The id in `entity:3`; 0 for the tasks of a zone, which have none."""
    number = subject.rpartition(":")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


def counted(event: TriggerEvent, number: int) -> str:
    """`2 entities`."""
    return count_of(number, about(event), "entities" if about(event) is About.ENTITY else None)


@value
class Thing:
    """What a trigger acts for, as far as what it makes or starts is told of it.

    `schedule_id` is that of a job whose run it is about; `words` say what became of the run.
    """

    id: int
    name: str
    object_class: str | None = None
    object_id: str | None = None
    status: str | None = None
    schedule_id: int | None = None
    words: str = ""


_THINGS = {
    About.TASK: f"SELECT id, {titled('task')}, object_class, object_id FROM task",
    About.ENTITY: (
        "SELECT id, iif(name = '', object_class || ' ' || object_id, name), object_class, object_id, status FROM entity"
    ),
    About.RUN: (
        "SELECT id, name, NULL, NULL, NULL, schedule_id,"
        " 'Run ' || id || ' ' || state || ifnull(': ' || ifnull(error, reason), '') FROM run"
    ),
    About.SCHEDULE: "SELECT id, name, NULL, NULL, NULL, id FROM schedule",
    About.WORKFLOW: (
        "SELECT id, (SELECT name FROM workflow_definition d WHERE d.id = definition_id), object_class, object_id, NULL,"
        " NULL, 'Workflow ' || id || ifnull(' ' || nullif(name, ''), '') || ' ' || state FROM workflow"
    ),
}


def things(connection: sqlite3.Connection, event: TriggerEvent, numbers: Iterable[int]) -> dict[int, Thing]:
    """What the ids of an event are, by id; what is gone is not there."""
    query = f"{_THINGS[about(event)]} WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0]: Thing(*row) for row in connection.execute(query, (json.dumps(list(numbers)),)).fetchall()}
