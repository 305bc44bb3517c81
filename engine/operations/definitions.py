"""The verbs that keep definitions: classes, events, models, teams and users."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

from engine.operations import followups
from engine.operations.naming import NOUNS, one_of
from engine.operations.references import used_by
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import (
    Columns,
    class_columns,
    event_columns,
    model_columns,
    put,
    team_columns,
    user_columns,
)
from engine.rules.alerts import Severity
from engine.rules.errors import shown
from store import journal, values
from store.enums import Roll, TaskKind
from store.errors import Refused
from store.reads import definitions as reads

Rev = Annotated[int | None, Help("change it only if this is still its revision")]
Name = Annotated[str, Help("its name; CLASS/NAME where several classes have one; or its id")]
NewName = Annotated[str | None, Help("new name")]
Statuses = Annotated[tuple[str, ...] | None, Help("a status; once for each, in their order")]
DateFields = Annotated[tuple[str, ...] | None, Help("a date field; once for each, in their order")]
Status = Annotated[str | None, Help("happens when the entity takes this status")]
DateField = Annotated[str | None, Help("happens on this date of the entity")]
Offset = Annotated[str | None, Help("and then: 15d, -30d, 2w, -1mo, 4h, -10bd; a number alone is days")]
DayOff = Annotated[Roll | None, Help("where a day off goes: none (it stays), previous or next working day")]
Calendar = Annotated[str | None, Help("business calendar of its working days; else the setting's; empty for that")]
Deadline = Annotated[str | None, Help("event on a date field by which the task is due; empty for none")]
Group = Annotated[str | None, Help("name of the group it is listed in")]
Team = Annotated[str | None, Help("name of the team; empty for none")]
Text = Annotated[str | None, Help("what it is for")]
FullName = Annotated[str | None, Help("name as people say it")]
Login = Annotated[str | None, Help("account name by which the person is known here")]
Channel = Annotated[
    tuple[str, ...] | None, Help("address for messages, such as mailto://user:password@host; once for each", "URL")
]
Quiet = Annotated[str | None, Help("no messages then, but urgent ones: 22:00-07:00; empty for never", "FROM-TO")]
LoudFrom = Annotated[Severity | None, Help("messages only of notices so loud or louder")]
Zone = Annotated[str | None, Help("time zone, such as Europe/Brussels")]


@operation("class add")
def add_class(
    act: Act,
    name: Annotated[str, Help("a word such as stay")],
    status: Statuses = None,
    date_field: DateFields = None,
) -> values.EntityClass:
    """Add a class of entities."""
    given = {"name": name, "statuses": status or (), "date_fields": date_field or ()}
    row = _add(act, "entity_class", class_columns(act.connection, given, None), given)
    return reads.entity_class(act.connection, row)


@operation("class edit")
def edit_class(
    act: Act,
    class_: Name,
    name: NewName = None,
    status: Statuses = None,
    date_field: DateFields = None,
    rev: Rev = None,
) -> values.EntityClass:
    """Change a class; the statuses or date fields given replace those it has."""
    row = one_of(act.connection, "entity_class", class_)
    before = reads.entity_class(act.connection, row)
    given = _given(name=name, statuses=status, date_fields=date_field)
    _change(act, "entity_class", before, class_columns(act.connection, given, row), rev)
    after = reads.entity_class(act.connection, row)
    if after.name != before.name:
        act.connection.execute(
            "UPDATE task SET object_class = ?, rev = rev + 1 WHERE object_class = ?",
            (after.name, before.name),
        )
    return after


@operation("class delete")
def delete_class(act: Act, class_: Name) -> values.EntityClass:
    """Delete a class that nothing uses."""
    before = reads.entity_class(act.connection, one_of(act.connection, "entity_class", class_))
    _delete(act, "entity_class", before)
    return before


@operation("event add")
def add_event(
    act: Act,
    class_: Annotated[str, Help("class of the entities it is about", metavar="CLASS")],
    name: Annotated[str, Help("its name, such as 'max. 1 month before stay'")],
    status: Status = None,
    date_field: DateField = None,
    offset: Offset = None,
    roll: DayOff = None,
    calendar: Calendar = None,
) -> values.TaskEvent:
    """Add a task event: a status that entities take, or one of their dates, and an offset."""
    given = _given(
        name=name, entity_status=status, entity_date_field=date_field, offset=offset, roll=roll, calendar=calendar
    )  # fmt: skip
    given["object_class"] = _class_name(act, class_)
    row = _add(act, "task_event", event_columns(act.connection, given, None), given)
    followups.fire_events(act, given["object_class"])
    return reads.task_event(act.connection, row)


@operation("event edit")
def edit_event(
    act: Act,
    event: Name,
    name: NewName = None,
    status: Status = None,
    date_field: DateField = None,
    offset: Offset = None,
    roll: DayOff = None,
    calendar: Calendar = None,
    rev: Rev = None,
) -> values.TaskEvent:
    """Change a task event; tasks that are there keep their dates."""
    row = one_of(act.connection, "task_event", event)
    before = reads.task_event(act.connection, row)
    given = _given(
        name=name, entity_status=status, entity_date_field=date_field, offset=offset, roll=roll, calendar=calendar
    )  # fmt: skip
    _change(act, "task_event", before, event_columns(act.connection, given, row), rev)
    followups.fire_events(act, before.object_class)
    return reads.task_event(act.connection, row)


@operation("event delete")
def delete_event(act: Act, event: Name) -> values.TaskEvent:
    """Delete a task event that no model uses; its tasks stay, without it."""
    before = reads.task_event(act.connection, one_of(act.connection, "task_event", event))
    _delete(act, "task_event", before, frozenset({"task", "event_fire"}))
    return before


@operation("model add")
def add_model(
    act: Act,
    class_: Annotated[str, Help("class of the entities it is for", metavar="CLASS")],
    name: Annotated[str, Help("name of the tasks it makes")],
    trigger_event: Annotated[str, Help("event, or status, at which the task appears")],
    deadline_event: Deadline = None,
    group: Group = None,
    kind: Annotated[TaskKind, Help("actionable or informational")] = TaskKind.ACTIONABLE,
    team: Team = None,
    description: Text = None,
) -> values.TaskModel:
    """Add a task model: what task appears for an entity, when, and by when it is due."""
    given = _given(
        name=name, trigger_event=trigger_event, deadline_event=deadline_event, tasks_group_name=group,
        kind=kind, team=team, description=description, object_class=_class_name(act, class_),
    )  # fmt: skip
    row = _add(act, "task_model", model_columns(act.connection, given, None), given)
    followups.fire_events(act, given["object_class"])
    return reads.task_model(act.connection, row)


@operation("model edit")
def edit_model(
    act: Act,
    model: Name,
    name: NewName = None,
    trigger_event: Annotated[str | None, Help("event, or status, at which the task appears")] = None,
    deadline_event: Deadline = None,
    group: Group = None,
    kind: Annotated[TaskKind | None, Help("actionable or informational")] = None,
    team: Team = None,
    description: Text = None,
    active: Annotated[bool | None, Help("whether it makes tasks")] = None,
    rev: Rev = None,
) -> values.TaskModel:
    """Change a task model; tasks that it made stay as they are."""
    row = one_of(act.connection, "task_model", model)
    before = reads.task_model(act.connection, row)
    given = _given(
        name=name, trigger_event=trigger_event, deadline_event=deadline_event, tasks_group_name=group,
        kind=kind, team=team, description=description, is_active=active,
    )  # fmt: skip
    _change(act, "task_model", before, model_columns(act.connection, given, row), rev)
    followups.fire_events(act, before.object_class)
    return reads.task_model(act.connection, row)


@operation("model delete")
def delete_model(act: Act, model: Name) -> values.TaskModel:
    """Delete a task model; the tasks it made stay."""
    before = reads.task_model(act.connection, one_of(act.connection, "task_model", model))
    _delete(act, "task_model", before, frozenset({"task"}))
    return before


@operation("team add")
def add_team(act: Act, name: Annotated[str, Help("its name")]) -> values.Team:
    """Add a team."""
    given = {"name": name}
    return reads.team(act.connection, _add(act, "team", team_columns(act.connection, given, None), given))


@operation("team edit")
def edit_team(act: Act, team: Name, name: NewName = None, rev: Rev = None) -> values.Team:
    """Rename a team."""
    row = one_of(act.connection, "team", team)
    before = reads.team(act.connection, row)
    _change(act, "team", before, team_columns(act.connection, _given(name=name), row), rev)
    return reads.team(act.connection, row)


@operation("team delete")
def delete_team(act: Act, team: Name) -> values.Team:
    """Delete a team that nothing uses."""
    before = reads.team(act.connection, one_of(act.connection, "team", team))
    _delete(act, "team", before)
    return before


@operation("user add")
def add_user(
    act: Act,
    name: Annotated[str, Help("short name, as tasks show it")],
    full_name: FullName = None,
    login: Login = None,
    team: Team = None,
    zone: Zone = None,
    channel: Channel = None,
    quiet: Quiet = None,
    loud_from: LoudFrom = None,
) -> values.User:
    """Add a user."""
    given = _given(
        name=name, full_name=full_name, login=login, team=team, zone=zone, quiet=quiet, loud_from=loud_from
    )  # fmt: skip
    row = _add(act, "user", user_columns(act.connection, given, None), given)
    if channel:
        words = _change_channels(act, row, channel, ())
        journal.describe(act.connection, act.id, f"added user: {shown(name)}; {words}")
    return reads.user(act.connection, row)


@operation("user edit")
def edit_user(
    act: Act,
    user: Name,
    name: NewName = None,
    full_name: FullName = None,
    login: Login = None,
    team: Team = None,
    zone: Zone = None,
    channel: Channel = None,
    remove_channel: Annotated[tuple[str, ...] | None, Help("take a channel away, as it is shown or in full")] = None,
    quiet: Quiet = None,
    loud_from: LoudFrom = None,
    rev: Rev = None,
) -> values.User:
    """Change a user."""
    row = one_of(act.connection, "user", user)
    before = reads.user(act.connection, row)
    given = _given(
        name=name, full_name=full_name, login=login, team=team, zone=zone, quiet=quiet, loud_from=loud_from
    )  # fmt: skip
    with nullcontext() if zone is None else _following_zones(act):
        _change(act, "user", before, user_columns(act.connection, given, row), rev)
    if name is not None:
        from engine.operations.trigger_orphans import check_conditions

        check_conditions(act)
    if channel or remove_channel:
        words = _change_channels(act, row, channel or (), remove_channel or ())
        if words:
            journal.describe(act.connection, act.id, f"user {shown(before.name)}: {words}", can_undo=False)
    return reads.user(act.connection, row)


def _change_channels(act: Act, row: int, added: tuple[str, ...], removed: tuple[str, ...]) -> str:
    """Their addresses are secrets that the journal does not keep: it tells what happened, and undo cannot."""
    from engine import channels

    before = channels.addresses(act.connection, row)
    after, words = channels.changed(before, added, removed)
    if after != before:
        act.connection.execute(
            "UPDATE user SET channels = ?, rev = rev + 1 WHERE id = ?", (json.dumps(after, ensure_ascii=False), row)
        )
    return ", ".join(words)


def _following_zones(act: Act) -> AbstractContextManager[None]:
    from engine.operations.zones_of_templates import following_zones  # loads all that templates are made of

    return following_zones(act)


@operation("user delete")
def delete_user(act: Act, user: Name) -> values.User:
    """Delete a user who has done nothing yet and is assigned nothing."""
    before = reads.user(act.connection, one_of(act.connection, "user", user))
    _delete(act, "user", before)
    return before


Definition = values.EntityClass | values.TaskEvent | values.TaskModel | values.Team | values.User


def _given(**values: Any) -> dict[str, Any]:
    """What was said; None was not."""
    return {key: value for key, value in values.items() if value is not None}


def _class_name(act: Act, text: str) -> str:
    return reads.entity_class(act.connection, one_of(act.connection, "entity_class", text)).name


def _add(act: Act, table: str, columns: Columns, given: dict[str, Any]) -> int:
    row, _ = put(act.connection, table, None, columns)
    journal.describe(act.connection, act.id, f"added {NOUNS[table]}: {shown(given['name'])}")
    return row


def _change(act: Act, table: str, before: Definition, columns: Columns, rev: int | None) -> None:
    if rev is not None and rev != before.rev:
        raise Refused(f"The {NOUNS[table]} {shown(before.name)} was changed by somebody else meanwhile.")
    put(act.connection, table, before.id, columns)
    journal.describe(act.connection, act.id, f"changed {NOUNS[table]}: {shown(before.name)}")


def _delete(act: Act, table: str, before: Definition, but: frozenset[str] = frozenset()) -> None:
    """Delete the row unless something uses it; rows of the tables in `but` do not hold it back."""
    uses = used_by(act.connection, table, before.id, but)
    if uses:
        raise Refused(f"The {NOUNS[table]} {shown(before.name)} cannot be deleted: it is used by {uses}.")
    act.connection.execute(f"DELETE FROM {table} WHERE id = ?", (before.id,))
    from engine.operations.trigger_orphans import let_go

    also = let_go(act, table, before.id, before.name)
    journal.describe(act.connection, act.id, f"deleted {NOUNS[table]}: {shown(before.name)}{also}")
