"""Lists of tasks for the command line and scripts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from engine.filtering import understand
from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from engine.operations.things import entity_id
from engine.rules.texts import one_line, thing
from store.enums import TaskView
from store.errors import Refused
from store.reads import task_finding
from store.reads import tasks as reads
from store.reads.task_moments import moment_of
from store.values import Task


@query("task list")
def listed(
    look: Look,
    object: Annotated[str | None, Help("only tasks about this, such as stay/12")] = None,
    view: Annotated[TaskView, Help("waiting, upcoming, open, done, history or all")] = TaskView.WAITING,
    on: Annotated[date | None, Help("day on which they are looked at; today if not given")] = None,
    text: Annotated[str, Help("only those whose name, notes or thing hold this text")] = "",
    assignee: Annotated[str | None, Help("only tasks of this person")] = None,
    team: Annotated[str | None, Help("only tasks about entities of this team")] = None,
    limit: Annotated[int, Help("at most so many; 0 for all")] = 200,
    filter: Annotated[str, Help("only those that it asks for, such as '#house @bank !me p<=2 late'")] = "",
) -> tuple[Task, ...]:
    """List tasks: open ones by deadline, none last; done ones and history the newest first."""
    if limit < 0:
        raise Refused(f"limit: expected 0 (all) or more, not {limit}.")
    object_class, object_id = (None, None) if object is None else _known(look, object)
    moment = moment_of(on or look.moment)
    sought = understand(look.connection, filter, moment, look.actor.name) if filter.strip() else None
    sift = reads.Filter(
        parts=sought.sift.parts if sought else (),
        text=one_line("text", text) if text.strip() else "",
        object_class=object_class,
        object_id=object_id,
        assignee_id=one_of(look.connection, "user", assignee) if assignee is not None else None,
        team_id=one_of(look.connection, "team", team) if team is not None else None,
    )
    if sought is not None and sought.view is not None and view is TaskView.WAITING:
        view = sought.view
    return reads.listed(look.connection, view, moment.day, task_finding.found(look.connection, sift), limit)


@query("task show")
def show(look: Look, task: Annotated[int, Help("id of the task", metavar="ID")]) -> Task:
    """Show one task, superseded and deleted ones too."""
    found = reads.one(look.connection, task) if abs(task) < 1 << 63 else None
    if found is None:
        raise Refused(f"There is no task {task}.")
    return found


def _known(look: Look, text: str) -> tuple[str, str]:
    """Class and id of a thing that is there, or that was and left tasks."""
    object_class, object_id = thing(text)
    left = look.connection.execute(
        "SELECT 1 FROM task WHERE object_class = ? AND object_id = ? LIMIT 1", (object_class, object_id)
    ).fetchone()
    if left is None:
        entity_id(look.connection, object_class, object_id)
    return object_class, object_id
