"""The one way by which a task is made for a person: by hand, from a line, from a file.

Tasks of models and of templates are made by the hundred and have statements of their own.
"""

from __future__ import annotations

import json
from datetime import date

from engine.operations import followups
from engine.operations.labels import set_labels
from engine.operations.registry import Act
from engine.rules.dates import parse_clock
from engine.rules.errors import BadValue
from engine.rules.texts import free_text, one_line
from store.frozen import value
from store.values import CheckItem

MOST_PRIORITY = 4


@value
class NewTask:
    """What is known of a task before it has an id; ids of lists, labels and users are of rows that are there.

    `visible_date` None: from its start, else from today. `deadline_time` is HH:MM on the day it is due. `origin`
    tells where it came from, `taskwarrior:UUID`; one that is there already is refused by its index. `origin_digest` is
    what its file said, `created_at` when it was made there; else now.
    """

    name: str
    notes: str = ""
    deadline_date: date | None = None
    deadline_time: str | None = None
    start_date: date | None = None
    visible_date: date | None = None
    group: str = ""
    object_class: str | None = None
    object_id: str | None = None
    list_id: int | None = None
    priority: int | None = None
    checklist: tuple[CheckItem, ...] = ()
    labels: tuple[int, ...] = ()
    assignees: tuple[int, ...] = ()
    origin: str | None = None
    origin_digest: str | None = None
    created_at: int | None = None
    visible_by_hand: bool = False


def make(act: Act, new: NewTask) -> int:
    """Write the task; its id. BadValue names the field that cannot be taken."""
    visible = new.visible_date or new.start_date or act.today
    checklist = [[one_line("item", item.text), item.is_done] for item in new.checklist]
    made = act.connection.execute(
        "INSERT INTO task (name, visible_date, visible_by_hand, deadline_date, deadline_time, start_date, notes,"
        " tasks_group_name, object_class, object_id, list_id, priority, checklist, origin,"
        " origin_digest, created_at, created_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            one_line("name", new.name), visible.isoformat(), int(new.visible_by_hand), _iso(new.deadline_date),
            clock_time(new), _iso(new.start_date), free_text("notes", new.notes), new.group, new.object_class,
            new.object_id, new.list_id, priority(new.priority), json.dumps(checklist, ensure_ascii=False),
            new.origin, new.origin_digest, act.now if new.created_at is None else new.created_at, followups.doer(act),
        ),
    ).fetchall()  # fmt: skip
    number = int(made[0][0])
    if new.labels:
        set_labels(act.connection, number, new.labels)
    act.connection.executemany(
        "INSERT INTO task_assignee (task_id, user_id) VALUES (?, ?)",
        [(number, user) for user in dict.fromkeys(new.assignees)],
    )
    return number


def clock_time(new: NewTask) -> str | None:
    """The time of day it is due; it needs a day to stand on."""
    if new.deadline_time is None:
        return None
    if new.deadline_date is None:
        raise BadValue("time: a time of day needs a deadline to go with it")
    return f"{parse_clock(new.deadline_time):%H:%M}"


def priority(number: int | None) -> int | None:
    """1 (most urgent) to 4, or none."""
    if number is not None and not 1 <= number <= MOST_PRIORITY:
        raise BadValue(f"priority: expected a number from 1 (most urgent) to {MOST_PRIORITY}, not {number}")
    return number


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
