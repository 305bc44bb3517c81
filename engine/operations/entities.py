"""The verbs of entities. A status or a date takes its followups along, in the same act."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

from engine.operations import followups
from engine.operations.entity_fields import Fields, changed, check_status, kind_of
from engine.operations.followup_rows import dates_of
from engine.operations.registry import Act, Help, operation
from engine.operations.things import entity_id
from engine.rules.errors import shown
from engine.rules.followups import Model, Move
from engine.rules.texts import free_text, one_line
from engine.rules.wording import count_of
from store import journal
from store.errors import Refused
from store.reads import entities as reads
from store.reads.task_rows import many
from store.values import Entity, EntityClass, Task

Class = Annotated[str, Help("class of the entity, such as stay", metavar="CLASS")]
Id = Annotated[str, Help("its id, such as 12", metavar="ID")]
Field = Annotated[str, Help("a date field, name, team or @anything, with its value", metavar="FIELD=VALUE")]
Rev = Annotated[int | None, Help("change it only if this is still its revision")]

ID_LENGTH = 200


@operation("entity add")
def add(
    act: Act,
    object_class: Class,
    object_id: Id,
    *fields: Field,
    name: Annotated[str | None, Help("what people call it")] = None,
    status: Annotated[str | None, Help("its status; its tasks are made as if it had become that now")] = None,
    team: Annotated[str | None, Help("team that serves it")] = None,
    without_tasks: Annotated[bool, Help("make no tasks for what it is already")] = False,
) -> Entity:
    """Add an entity."""
    kind = kind_of(act.connection, object_class)
    given = changed(act.connection, kind, Fields(), (*_options(name, team), *fields), act.today)
    number = insert(act, kind, object_id, given)
    made = take_status(act, number, None, check_status(kind, status), without_tasks=without_tasks) if status else []
    made += followups.fire_events(act, entity_id=number, without_tasks=without_tasks)
    return _told(act, number, "added", made)


@operation("entity set-status")
def set_status(
    act: Act,
    object_class: Class,
    object_id: Id,
    status: Annotated[str, Help("the status that it takes")],
    rev: Rev = None,
) -> Entity:
    """Give an entity another status; its tasks appear at once."""
    before = _entity(act, object_class, object_id, rev)
    check_status(kind_of(act.connection, before.object_class), status)
    if before.status == status:
        return before
    made = take_status(act, before.id, before.status, status)
    return _told(act, before.id, f"{before.status or 'no status'} -> {status}", made)


@operation("entity set")
def set_fields(
    act: Act,
    object_class: Class,
    object_id: Id,
    *fields: Field,
    name: Annotated[str | None, Help("what people call it; empty for nothing")] = None,
    team: Annotated[str | None, Help("team that serves it; empty for none")] = None,
    preview: Annotated[bool, Help("list the dates of tasks that would move, and change nothing")] = False,
    rev: Rev = None,
) -> Entity | tuple[Move, ...]:
    """Set dates and other fields of an entity; open tasks move along with its dates."""
    before = _entity(act, object_class, object_id, rev)
    had = _fields(act, before.id)
    now = changed(
        act.connection, kind_of(act.connection, before.object_class), had, _given(name, team, fields), act.today
    )
    moves = followups.planned_moves(act.connection, before.id, now.dates)
    if preview:
        return moves
    if now.columns() == had.columns():
        return before
    act.connection.execute(
        "UPDATE entity SET name = ?, team_id = ?, dates = ?, attributes = ?, rev = rev + 1 WHERE id = ?",
        (*now.columns(), before.id),
    )
    followups.carry_out(act, before.id, moves, had.dates)
    made = followups.fire_events(act, entity_id=before.id)
    moved = len({move.task_id for move in moves if not move.by_hand})
    return _told(act, before.id, _changes(had, now), made, moved)


@operation("entity contact")
def contact(
    act: Act,
    object_class: Class,
    object_id: Id,
    text: Annotated[str, Help("what was said or sent")],
    on: Annotated[date | None, Help("day of the contact; today if not given")] = None,
    validated: Annotated[bool, Help("it is confirmed")] = False,
    notes: Annotated[str, Help("anything more to remember")] = "",
) -> Task:
    """Note a contact in the history of an entity."""
    entity = _entity(act, object_class, object_id)
    day, by = (on or act.today).isoformat(), followups.doer(act)
    made = act.connection.execute(
        "INSERT INTO task (name, kind, is_done, done_by, done_date, visible_date, notes, object_class, object_id,"
        " created_at, created_by) VALUES (?, 'contact', ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            one_line("text", text), validated, by, day, day, free_text("notes", notes),
            entity.object_class, entity.object_id, act.now, by,
        ),
    ).fetchall()  # fmt: skip
    journal.describe(act.connection, act.id, f"contact with {_thing(entity)}: {shown(text)}")
    return many(act.connection, [int(made[0][0])])[0]


_OPEN_TASKS = (
    "SELECT id FROM task WHERE object_class = ? AND object_id = ? AND is_done = 0"
    " AND superseded_at IS NULL AND deleted_at IS NULL"
)


@operation("entity delete")
def delete(
    act: Act,
    object_class: Class,
    object_id: Id,
    with_tasks: Annotated[bool, Help("delete its open tasks, too")] = False,
) -> Entity:
    """Delete an entity and its history; what was done stays among the done tasks."""
    before = _entity(act, object_class, object_id)
    if before.open_tasks and not with_tasks:
        tasks = count_of(before.open_tasks, "open task")
        raise Refused(f"{_thing(before)} has {tasks}; finish them, or delete them with it (--with-tasks).")
    rows = act.connection.execute(_OPEN_TASKS, (before.object_class, before.object_id)).fetchall()
    if rows:
        from engine.operations.task_removal import take_away

        take_away(act, many(act.connection, [number for (number,) in rows]))
    act.connection.execute("DELETE FROM entity WHERE id = ?", (before.id,))
    journal.describe(act.connection, act.id, f"deleted {_thing(before)}")
    return before


def insert(act: Act, kind: EntityClass, object_id: str, given: Fields) -> int:
    """Write the row of a new entity, without a status, and return its id. Refused if there is one already."""
    plain = one_line("object_id", object_id, ID_LENGTH)
    made = act.connection.execute(
        "INSERT INTO entity (object_class, object_id, name, team_id, dates, attributes, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (kind.name, plain, *given.columns(), act.now),
    ).fetchall()
    if not made:
        raise Refused(f"There is already a {kind.name} {shown(plain)}.")
    return int(made[0][0])


def take_status(
    act: Act,
    number: int,
    was: str | None,
    status: str,
    models: tuple[Model, ...] | None = None,
    *,
    without_tasks: bool = False,
) -> list[int]:
    """Give the entity of that row another status, note it in its history, and make the tasks. Returns their ids.

    `without_tasks` it is only noted what it is already: nothing follows, neither tasks nor what triggers do.
    """
    act.connection.execute(
        "UPDATE entity SET status = ?, status_at = ?, rev = rev + 1 WHERE id = ?", (status, act.now, number)
    )
    act.connection.execute(
        "INSERT INTO status_change (entity_id, was, status, at, by_id, is_noted) VALUES (?, ?, ?, ?, ?, ?)",
        (number, was, status, act.now, followups.doer(act), without_tasks),
    )
    return [] if without_tasks else followups.became(act, number, was, status, models)


def _entity(act: Act, object_class: str, object_id: str, rev: int | None = None) -> Entity:
    found = reads.of_row(act.connection, entity_id(act.connection, object_class, object_id), act.today)
    if found is None:
        raise Refused(f"There is no {shown(object_class)} {shown(object_id)}.")
    if rev is not None and rev != found.rev:
        raise Refused(f"{_thing(found)} was changed by somebody else meanwhile; look at it again.")
    return found


def _fields(act: Act, number: int) -> Fields:
    name, team_id, dates, attributes = act.connection.execute(
        "SELECT name, team_id, dates, attributes FROM entity WHERE id = ?", (number,)
    ).fetchone()
    return Fields(name, team_id, dates_of(dates), json.loads(attributes))


def _options(name: str | None, team: str | None) -> tuple[str, ...]:
    """Options as the fields they stand for."""
    return tuple(f"{key}={value}" for key, value in (("name", name), ("team", team)) if value is not None)


def _given(name: str | None, team: str | None, fields: tuple[str, ...]) -> tuple[str, ...]:
    given = (*_options(name, team), *fields)
    if not given:
        raise Refused("Say what to set, such as date_from=2025-07-21, name=Lakeside or team=North.")
    return given


def _changes(had: Fields, now: Fields) -> str:
    """`date_from 2025-07-14 -> 2025-07-21, name`."""
    days = [
        f"{field} {had.dates.get(field) or 'none'} -> {now.dates.get(field) or 'none'}"
        for field in sorted({*had.dates, *now.dates})
        if had.dates.get(field) != now.dates.get(field)
    ]
    others = [
        ("name", had.name, now.name),
        ("team", had.team_id, now.team_id),
        ("notes", had.attributes, now.attributes),
    ]
    return ", ".join([*days, *(word for word, before, after in others if before != after)])


def _told(act: Act, number: int, what: str, made: list[int], moved: int = 0) -> Entity:
    """Say in the journal what was done, and read the entity as it is now."""
    entity = reads.of_row(act.connection, number, act.today)
    if entity is None:
        raise LookupError(f"entity {number} is gone")
    parts = [what]
    if made:
        parts.append(f"{count_of(len(made), 'task')} made")
    if moved:
        parts.append(f"{count_of(moved, 'task')} moved")
    journal.describe(act.connection, act.id, f"{_thing(entity)}: {', '.join(parts)}")
    return entity


def _thing(entity: Entity) -> str:
    return f"{shown(entity.object_class)} {shown(entity.object_id)}"
