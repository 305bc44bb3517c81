"""`dump`: the desk as text, in an order that does not change, so that it can be kept in git."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from engine.operations.registry import Look, query
from engine.rules.durations import duration_text
from store.enums import AfterExecution, Roll
from store.instants import from_us
from store.reads import definitions as reads
from store.reads import lists

Row = dict[str, Any]


@query("dump")
def dump(look: Look) -> str:
    """Print the desk file: all definitions, entities, schedules and triggers."""
    tables = {
        "entity_class": _classes(look),
        "team": ({"name": team.name} for team in reads.teams(look.connection)),
        "user": _users(look),
        "calendar": _calendars(look),
        "task_event": _events(look),
        "task_model": _models(look),
        "entity": _entities(look),
        "label": ({"name": label.name} for label in lists.labels(look.connection)),
        "list": _lists(look),
        "template": _templates(look),
        "schedule": _schedules(look),
        "workflow": _workflows(look),
        "trigger": _triggers(look),
        "filter": _filters(look),
    }
    return _left_out(look) + "\n".join(_block(table, row) for table, rows in tables.items() for row in rows)


def _left_out(look: Look) -> str:
    """What a desk file never holds, said in it: addresses of messages are passwords."""
    names = [each.name.replace("\n", " ") for each in reads.users(look.connection) if each.channels]
    return f"# Not in here: the channels of {', '.join(names)}; they hold secrets.\n\n" if names else ""


def _block(table: str, row: Row) -> str:
    """`[[table]]` and its keys; tables within it come last, under a header of their own."""
    import tomli_w

    if table == "workflow":
        from engine.queries.desk_workflows import block

        return block(row)
    plain = {key: value for key, value in row.items() if not isinstance(value, dict)}
    inner = [tomli_w.dumps({table: {key: value}}) for key, value in row.items() if isinstance(value, dict)]
    return "\n".join([f"[[{table}]]\n{tomli_w.dumps(plain)}", *inner])


def _said(row: Row) -> Row:
    """Without what says nothing: a key that is absent means the same."""
    return {key: value for key, value in row.items() if value is not None and value != "" and value != {}}


def _classes(look: Look) -> Iterator[Row]:
    for each in reads.entity_classes(look.connection):
        yield {"name": each.name, "statuses": list(each.statuses), "date_fields": list(each.date_fields)}


def _users(look: Look) -> Iterator[Row]:
    for each in reads.users(look.connection):
        row = {"name": each.name, "full_name": each.full_name, "login": each.login, "team": each.team}
        loud_from = None if each.loud_from == "notice" else each.loud_from
        yield _said({**row, "zone": each.zone, "quiet": each.quiet, "loud_from": loud_from})


def _events(look: Look) -> Iterator[Row]:
    for each in reads.task_events(look.connection):
        yield _said(
            {
                "name": each.name,
                "object_class": each.object_class,
                "event_type": str(each.event_type),
                "entity_status": each.entity_status,
                "entity_date_field": each.entity_date_field,
                "offset": each.offset,
                "roll": None if each.roll is Roll.NONE else each.roll.value,
                "calendar": each.calendar,
            }
        )


def _models(look: Look) -> Iterator[Row]:
    for each in reads.task_models(look.connection):
        yield _said(
            {
                "name": each.name,
                "description": each.description,
                "object_class": each.object_class,
                "tasks_group_name": each.tasks_group_name,
                "trigger_event": each.trigger_event,
                "deadline_event": each.deadline_event,
                "kind": str(each.kind),
                "team": each.team,
                "is_active": None if each.is_active else False,
            }
        )


def _entities(look: Look) -> Iterator[Row]:
    rows = look.connection.execute(
        "SELECT e.object_class, e.object_id, e.name, e.status, team.name, e.dates, e.attributes FROM entity e"
        " LEFT JOIN team ON team.id = e.team_id ORDER BY e.object_class, e.object_id"
    )
    for object_class, object_id, name, status, team, dates, attributes in rows:
        days = {field: date.fromisoformat(day) for field, day in sorted(json.loads(dates).items()) if day}
        row = {"object_class": object_class, "object_id": object_id, "name": name, "status": status}
        yield _said({**row, "team": team, "dates": days, "attributes": json.loads(attributes)})


def _calendars(look: Look) -> Iterator[Row]:
    from engine.rules.calendar_words import day_texts, week_words
    from store.reads.calendars import listed

    for each in listed(look.connection):
        row: Row = {"name": each.name, "week": week_words(each.week).split(",")}
        row |= {"country": each.country, "region": each.region}
        for key, is_working in (("off", False), ("work", True)):
            row[key] = day_texts((day.day, day.name) for day in each.days if day.is_working is is_working) or None
        yield _said(row)


_USUAL = {
    "description": "",
    "is_recurring": True,
    "excluded_dates": [],
    "roll": "none",
    "missed_limit": 100,
    "jitter": "0s",
    "backoff": "10s",
    "backoff_limit": "1h",
    "after_execution": AfterExecution.DISABLE.value,
    "is_enabled": True,
}
"""Keys of a schedule that are written only if they hold something else."""


_LENGTHS = ("timeout", "max_lateness", "start_window", "jitter", "backoff", "backoff_limit")


def _lists(look: Look) -> Iterator[Row]:
    """Each behind the one that it lies in, which a load makes first."""
    for each in lists.listed(look.connection):
        yield _said({"name": each.path, "zone": each.zone, "position": each.position or None})


def _templates(look: Look) -> Iterator[Row]:
    from engine.queries.desk_templates import templates

    return templates(look.connection)


def _filters(look: Look) -> Iterator[Row]:
    from store.reads.filters import listed

    return ({"name": each.name, "text": each.text, "position": each.position} for each in listed(look.connection))


def _triggers(look: Look) -> Iterator[Row]:
    from engine.queries.desk_triggers import triggers

    return triggers(look.connection)


def _workflows(look: Look) -> Iterator[Row]:
    from engine.queries.desk_workflows import workflows

    return workflows(look.connection)


def _schedules(look: Look) -> Iterator[Row]:
    from engine.operations.desk_state import written
    from engine.operations.schedule_fields import KEYS
    from store.reads.schedules import page

    after = ""
    while found := page(look.connection, after=after):
        for each in found:
            row = {key: _written(key, getattr(each, key), each.zone) for key in KEYS} | written(each)
            if each.spec is not None:
                del row["is_recurring"]
            yield {key: value for key, value in row.items() if value is not None and value != _USUAL.get(key)}
        after = found[-1].name


def _written(key: str, value: Any, zone: str) -> Any:
    """A column as TOML: instants on the clocks of the schedule's zone, lengths of time as text."""
    if value is None:
        return None
    if key in ("moment", "start_at", "end_at"):
        return from_us(value).astimezone(ZoneInfo(zone))
    if key in _LENGTHS:
        return duration_text(value)
    if key == "params":
        return _without_null(value)
    if key == "alerts":
        within = value.get("finish_within")
        return {**value, "finish_within": duration_text(within)} if within else dict(value) or None
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, StrEnum) else value


def _without_null(value: Any) -> Any:
    """TOML has no null; a parameter that is absent means the same."""
    if isinstance(value, Mapping):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value
