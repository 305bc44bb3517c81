"""The parameters of a trigger's action, checked one by one, with the ids of what they name beside the names."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.operations.labels import label_ids, label_name
from engine.operations.list_names import list_id
from engine.operations.naming import one_of
from engine.operations.registry import Look
from engine.operations.saving import BadKey, Columns
from engine.operations.schedule_values import READERS, Place
from engine.rules.alerts import Severity
from engine.rules.errors import BadValue, shown
from engine.rules.names import plain_name, unknown
from engine.rules.offsets import parse_offset
from engine.rules.texts import free_text, one_line
from engine.rules.triggers.words import MAIN, main_of, parse_action
from store.enums import Scope, TriggerAction
from store.errors import Refused
from store.trigger_values import Trigger

TO = ("assignees", "owner", "all")
"""Whom a notice may go to, besides a person by name."""

_KEYS: Mapping[TriggerAction, tuple[str, ...]] = {
    TriggerAction.CREATE: ("name", "deadline", "visible", "list", "labels", "assignees"),
    TriggerAction.MOVE_DATE: ("by",),
    TriggerAction.MOVE_DEADLINE: ("by",),
    TriggerAction.ADD_LABEL: ("label",),
    TriggerAction.REMOVE_LABEL: ("label",),
    TriggerAction.NOTIFY: ("subject", "text", "severity", "to"),
    TriggerAction.RUN: ("schedule", "controller", "params"),
    TriggerAction.SET_STATUS: ("status",),
    TriggerAction.WORKFLOW: ("workflow", "step", "title", "fields"),
}
"""Parameters of each action, the main one first."""

_ANYWHERE = Place(datetime.min.replace(tzinfo=UTC), "UTC")
"""Parameters ask for no place."""

SHORT = ("text", "severity", "to", "deadline", "visible", "list", "labels", "assignees", "command")
"""Parameters that may be given as keys of the trigger itself."""


def action_of(look: Look, said: Mapping[str, Any], existing: Trigger | None) -> tuple[TriggerAction, Columns]:
    """The action and its parameters as they will be: what is said, over what there is if the action stays the same.

    BadKey names the key and what was expected.
    """
    if "action" in said:
        action, main = at("action", parse_action, text_of(said["action"], "action"))
    elif existing is not None:
        action, main = existing.action, {}
    else:
        raise BadKey("action", "expected what it does, such as reopen or 'notify: SUBJECT'")
    stays = existing is not None and existing.action is action
    params: Columns = dict(existing.params) if existing is not None and stays else {}
    if "params" in said:
        before = {} if main or not stays else {_main_key(action, params): main_of(action, params)}
        params = {**{key: each for key, each in before.items() if each}, **_object(said["params"])}
    if action is TriggerAction.RUN and main:
        params = {"params": params["params"]} if "params" in params and not stays else {}
        params |= _object(said.get("params") or {})
        params |= _run(look.connection, main["run"])
    else:
        params |= main
    for key in SHORT:
        if key in said:
            params[key] = said[key]
    if "command" in params:
        params["params"] = {**_object(params.get("params") or {}), "command": params.pop("command")}
    return action, _read(look, action, {key: each for key, each in params.items() if each not in (None, "", (), [])})


def with_ids(connection: sqlite3.Connection, params: Columns) -> Columns:
    """The parameters as they are stored: beside each name the id of what it names; a new label is made."""
    found = dict(params)
    if "label" in params:
        found["label_id"] = label_ids(connection, [params["label"]])[0]
    if "labels" in params:
        found["label_ids"] = sorted(label_ids(connection, params["labels"]))
    if "assignees" in params:
        found["assignee_ids"] = sorted(one_of(connection, "user", name) for name in params["assignees"])
    if "list" in params:
        found["list_id"] = list_id(connection, params["list"])
    if "schedule" in params:
        found["schedule_id"] = job_id(connection, params["schedule"])
    if params.get("to") not in (None, *TO):
        found["to_id"] = one_of(connection, "user", params["to"])
    return found


def job_id(connection: sqlite3.Connection, name: str) -> int:
    """The schedule of that name that runs a job. Refused for one that makes tasks or triggers acts."""
    number = one_of(connection, "schedule", name)
    row = connection.execute("SELECT action, deleted_at FROM schedule WHERE id = ?", (number,)).fetchone()
    if row[1] is not None:
        raise Refused(f"schedule: '{shown(name)}' is deleted.")
    if row[0] != "run":
        raise Refused(f"schedule: '{shown(name)}' runs no job.")
    return number


def check_status(connection: sqlite3.Connection, scope: Scope, class_id: int | None, name: str, column: str) -> None:
    """BadValue if no class, or not the class of the scope, has a status or date field (`column`) of that name."""
    rows = connection.execute(
        f"SELECT DISTINCT j.value FROM entity_class c, json_each(c.{column}) j WHERE ? IS NULL OR c.id = ?",
        (class_id if scope is Scope.CLASS else None, class_id),
    ).fetchall()
    known = [str(row[0]) for row in rows]
    if name not in known:
        raise BadValue(unknown(name, known, "status" if column == "statuses" else "date field"))


def _read(look: Look, action: TriggerAction, params: Columns) -> Columns:
    known = _KEYS.get(action, ())
    for key in params:
        if key not in known:
            none = f"'{shown(key)}' is no parameter: '{action}' has none"
            raise BadKey(key, unknown(key, known, f"parameter of {action}") if known else none)
    main = known[0] if known else None
    if action is TriggerAction.RUN:
        _check_run(look.connection, params)
    elif main is not None and main not in params and action is not TriggerAction.NOTIFY:
        raise BadKey("action", f"'{action}' says too little; expected a form such as '{_FORMS[action]}'")
    found = {key: at(key, _PARAMS[key], each, look) for key, each in params.items()}
    if action is TriggerAction.WORKFLOW:
        from engine.triggers import flowing

        at("fields" if "fields" in found else "action", flowing.check, look, found)
    return found


_FORMS = {
    TriggerAction.CREATE: "create task: NAME",
    TriggerAction.MOVE_DATE: "move date: 7d",
    TriggerAction.MOVE_DEADLINE: "move deadline: 7d",
    TriggerAction.ADD_LABEL: "add label: urgent",
    TriggerAction.REMOVE_LABEL: "remove label: urgent",
    TriggerAction.SET_STATUS: "set status: confirmed",
    TriggerAction.WORKFLOW: "start workflow: NAME",
}


def _main_key(action: TriggerAction, params: Mapping[str, Any]) -> str:
    if action is TriggerAction.RUN:
        return "schedule" if "schedule" in params else "controller"
    return MAIN.get(action, "")


def _run(connection: sqlite3.Connection, name: str) -> Columns:
    """A schedule goes before a controller of the same name."""
    is_job = connection.execute(
        "SELECT 1 FROM schedule WHERE name = ? AND deleted_at IS NULL AND action = 'run'", (name,)
    ).fetchone()
    if is_job:
        return {"schedule": name}
    from engine.controllers import everyone

    controllers = [each.name for each in everyone()]
    if name in controllers:
        return {"controller": name}
    rows = connection.execute(
        "SELECT name FROM schedule WHERE deleted_at IS NULL AND action = 'run' ORDER BY name LIMIT 1000"
    )
    raise BadKey("action", unknown(name, [*(row[0] for row in rows), *controllers], "schedule and no controller"))


def _check_run(connection: sqlite3.Connection, params: Columns) -> None:
    if "schedule" in params and "controller" in params:
        raise BadKey("controller", "give a schedule or a controller, not both")
    if "schedule" in params:
        if "params" in params:
            raise BadKey("params", "the schedule has its own; they go with a controller")
        at("schedule", lambda name: job_id(connection, text_of(name, "schedule")), params["schedule"])
    elif "controller" in params:
        from engine.controllers import command_of

        name = at("controller", lambda text: text_of(text, "controller"), params["controller"])
        at("params", lambda given: command_of(name, _object(given)), params.get("params") or {})
    else:
        raise BadKey("action", "'run' says too little; expected a form such as 'run: SCHEDULE' or 'run: shell'")


def _by(value: Any, _: Look) -> str:
    offset = parse_offset(value if isinstance(value, int) else text_of(value, "by"))
    if not offset.number:
        raise BadValue("0 would move nothing; expected an offset such as 7d, -2bd or 1mo")
    return str(offset)


def _label(value: Any, _: Look) -> str:
    try:
        return label_name(text_of(value, "label"))
    except BadValue as fault:
        raise BadValue(str(fault).removeprefix("label: ")) from fault


def _severity(value: Any, _: Look) -> str:
    if value not in list(Severity):
        raise BadValue(unknown(value, Severity, "severity"))
    return str(Severity(value))


def _to(value: Any, look: Look) -> str:
    name = plain_name(text_of(value, "to"))
    return name if name in TO else _known(look, "user", name)


def _list(value: Any, look: Look) -> str:
    from store.reads.task_rows import list_paths

    return list_paths(look.connection)[list_id(look.connection, text_of(value, "list"))]


def _several(each: Callable[[Any, Look], str]) -> Callable[[Any, Look], list[str]]:
    def read(value: Any, look: Look) -> list[str]:
        given = value.split(",") if isinstance(value, str) else value
        if not isinstance(given, (list, tuple)):
            raise BadValue(f"expected names, not '{shown(value)}'")
        return sorted({each(name.strip() if isinstance(name, str) else name, look) for name in given})

    return read


def _known(look: Look, table: str, name: Any) -> str:
    text = text_of(name, table)
    number = one_of(look.connection, table, text)
    row = look.connection.execute(f"SELECT name FROM {table} WHERE id = ?", (number,)).fetchone()
    return str(row[0])


def _line(key: str) -> Callable[[Any, Look], str]:
    return lambda value, _: str(one_line(key, text_of(value, key))).removeprefix(f"{key}: ")


_PARAMS: Mapping[str, Callable[[Any, Look], Any]] = {
    "name": _line("name"),
    "deadline": lambda value, _: str(parse_offset(value if isinstance(value, int) else text_of(value, "deadline"))),
    "visible": lambda value, _: str(parse_offset(value if isinstance(value, int) else text_of(value, "visible"))),
    "list": _list,
    "labels": _several(_label),
    "assignees": _several(lambda name, look: _known(look, "user", name)),
    "by": _by,
    "label": _label,
    "subject": _line("subject"),
    "text": lambda value, _: free_text("text", text_of(value, "text")),
    "severity": _severity,
    "to": _to,
    "schedule": lambda name, look: _known(look, "schedule", name),
    "controller": lambda name, _: text_of(name, "controller"),
    "params": lambda given, _: _object(given),
    "status": lambda name, _: plain_name(text_of(name, "status")),
    "workflow": lambda name, _: plain_name(text_of(name, "action")),
    "step": lambda name, _: plain_name(text_of(name, "step")),
    "title": _line("title"),
    "fields": lambda given, _: _fields(given),
}


def text_of(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise BadKey(key, f"expected a text, not '{shown(value)}'")
    return value


def _object(value: Any) -> Columns:
    found: Columns = at("params", lambda given: READERS["params"](given, _ANYWHERE), value)
    return found


def _fields(value: Any) -> Columns:
    """Texts, numbers and yes or no by the names of fields."""
    if not isinstance(value, Mapping):
        raise BadValue(f"expected fields by their names, such as {{ what = '{{name}}' }}, not '{shown(value)}'")
    for name, each in value.items():
        if not isinstance(each, str | int | float):
            raise BadValue(f"{shown(name)}: expected a text, a number or true, not '{shown(each)}'")
    return dict(value)


def at(key: str, call: Callable[..., Any], *values: Any) -> Any:
    """What a reader makes of a value; what it refuses becomes a BadKey."""
    try:
        return call(*values)
    except BadKey:
        raise
    except (BadValue, Refused) as fault:
        words = str(fault).rstrip(".")
        for known in (f"{key}: ", "user: ", "schedule: ", "workflow: ", "list: ", "class: ", "calendar: "):
            words = words.removeprefix(known)
        raise BadKey(key, words) from fault
