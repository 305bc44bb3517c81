"""A trigger makes a task: for a task, an entity, or a job that failed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date

from engine.operations.registry import Act
from engine.rules.offsets import parse_offset, shift_date
from engine.triggers import subjects
from engine.triggers.live import Live
from store.enums import TriggerEvent

_DATES = """
SELECT id, json_extract(dates, ?) FROM entity WHERE id IN (SELECT value FROM json_each(?))
"""


def create(act: Act, live: Live, numbers: Sequence[int]) -> tuple[Sequence[int], Mapping[int, str]]:
    """A task for each of them; which were served, and why not the others.

    It is about the entity, or about what the task is about. Its deadline, and the day from which it is shown, are
    counted from the day on which it is made; for a date field from that date. Of a job that fails there is one open
    task at a time: it is the job's failure task, which a recovery closes.
    """
    from engine.operations.task_making import NewTask, make

    things = subjects.things(act.connection, live.event, numbers)
    days = _days(act, live, numbers)
    touched, left_out = [], {}
    for number in numbers:
        thing = things.get(number)
        if thing is None:
            left_out[number] = "it is gone"
            continue
        job = thing.schedule_id if live.event is TriggerEvent.RUN_FAILED else None
        if job is not None and (open_one := _open_task(act.connection, job)) is not None:
            left_out[number] = f"task {open_one} is open for it already"
            continue
        day = days.get(number, act.today)
        deadline = _shifted(live, "deadline", day)
        visible = _shifted(live, "visible", day)
        made = make(
            act,
            NewTask(
                name=_text(live, "name"), notes=thing.words, deadline_date=deadline, visible_date=visible,
                object_class=thing.object_class, object_id=thing.object_id, list_id=_list(live),
                labels=_ids(live, "label_ids"), assignees=_ids(live, "assignee_ids"),
            ),
        )  # fmt: skip
        if job is not None:
            act.connection.execute("UPDATE task SET schedule_id = ? WHERE id = ?", (job, made))
        touched.append(number)
    return touched, left_out


def _days(act: Act, live: Live, numbers: Sequence[int]) -> dict[int, date]:
    """The date of each entity for which the trigger acts."""
    if live.event is not TriggerEvent.FIELD:
        return {}
    rows = act.connection.execute(_DATES, (f'$."{live.event_value}"', json.dumps(list(numbers)))).fetchall()
    return {number: date.fromisoformat(day) for number, day in rows if day}


def _shifted(live: Live, key: str, day: date) -> date | None:
    return shift_date(day, parse_offset(_text(live, key)), live.days) if key in live.params else None


def _text(live: Live, key: str) -> str:
    return str(live.params[key])


def _list(live: Live) -> int | None:
    number = live.params.get("list_id")
    return number if isinstance(number, int) else None


def _ids(live: Live, key: str) -> tuple[int, ...]:
    numbers = live.params.get(key)
    return tuple(numbers) if isinstance(numbers, list) else ()


def _open_task(connection: sqlite3.Connection, schedule_id: int) -> int | None:
    from engine import failure_tasks

    found = failure_tasks.open_task(connection, schedule_id)
    return None if found is None else found.id
