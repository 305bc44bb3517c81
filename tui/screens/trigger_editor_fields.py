"""The fields of the trigger editor: three questions, whose fields follow the choices, and what the operations take."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from engine.rules.offsets import parse_offset
from engine.rules.triggers.fitting import misfit
from engine.rules.triggers.words import event_text, main_of, scope_text
from store.enums import OF_ENTITIES, OF_RUNS, Roll, Scope, TriggerAction, TriggerEvent
from store.trigger_values import Trigger
from tui.screens.editor_fields import PAUSE, STATE, Rows, fields_of, instant_text
from tui.widgets.folding_form import Group
from tui.widgets.form import Field

EVENTS = (
    TriggerEvent.COMPLETED, TriggerEvent.SCHEDULE, TriggerEvent.DATE, TriggerEvent.DEADLINE, TriggerEvent.CREATED,
    TriggerEvent.LABEL, TriggerEvent.REOPENED, TriggerEvent.DELETED, TriggerEvent.STATUS, TriggerEvent.FIELD,
    TriggerEvent.RUN_FAILED, TriggerEvent.RUN_RECOVERED, TriggerEvent.RUN_LATE, TriggerEvent.WORKFLOW,
)  # fmt: skip
ACTIONS = (
    TriggerAction.NOTIFY, TriggerAction.REOPEN, TriggerAction.CREATE, TriggerAction.MOVE_DATE,
    TriggerAction.MOVE_DEADLINE, TriggerAction.ADD_LABEL, TriggerAction.REMOVE_LABEL, TriggerAction.COMPLETE,
    TriggerAction.DELETE, TriggerAction.RUN, TriggerAction.SET_STATUS, TriggerAction.WORKFLOW,
)  # fmt: skip
SCOPES = (Scope.LABEL, Scope.LIST, Scope.USER, Scope.TASK, Scope.CLASS, Scope.ALL)
"""What is chosen often comes first."""

USUAL = {
    "event": TriggerEvent.COMPLETED.value, "delay": "0d", "roll": Roll.NONE.value, "scope": Scope.LABEL.value,
    "action": TriggerAction.NOTIFY.value, "severity": "notice", "to": "assignees", "is_enabled": "yes",
    "is_paused": "no",
}  # fmt: skip
"""What a field holds if nobody says anything; the others are empty then."""

CHOICES: dict[str, tuple[str, ...]] = {
    "roll": (Roll.NONE.value, Roll.PREVIOUS.value, Roll.NEXT.value),
    "severity": ("notice", "warning", "important", "urgent"),
    "is_enabled": ("yes", "no"),
    "is_paused": ("no", "yes"),
}

_VALUES = {
    TriggerEvent.SCHEDULE: ("when", "weekly sat 00:00"),
    TriggerEvent.LABEL: ("which label", "empty: any"),
    TriggerEvent.STATUS: ("which status", "confirmed"),
    TriggerEvent.FIELD: ("which date", "date_from"),
    **dict.fromkeys(OF_RUNS, ("which job", "empty: any")),
}
"""Label and hint of what stands behind an event."""

_NAMES = {
    Scope.LABEL: ("which label", "weekly on Saturday"),
    Scope.LIST: ("which list", "house/garden"),
    Scope.USER: ("who", "ana"),
    Scope.TASK: ("which task", "its number"),
    Scope.CLASS: ("which class", "stay"),
}

MAIN: Mapping[TriggerAction, tuple[str, str]] = {
    TriggerAction.CREATE: ("task called", "Call the client"),
    TriggerAction.MOVE_DATE: ("by", "7d, 1mo, -2d"),
    TriggerAction.MOVE_DEADLINE: ("by", "7d, 1mo, -2d"),
    TriggerAction.ADD_LABEL: ("which label", "urgent"),
    TriggerAction.REMOVE_LABEL: ("which label", "urgent"),
    TriggerAction.NOTIFY: ("saying", "empty: what the task says"),
    TriggerAction.RUN: ("which job", "a schedule, or a controller"),
    TriggerAction.SET_STATUS: ("to", "confirmed"),
}
"""Label and hint of the main parameter of an action."""

MORE: Mapping[TriggerAction, Rows] = {
    TriggerAction.CREATE: (
        ("deadline", "due", "counted from then: 3d"),
        ("list", "in list", "house/garden"),
        ("labels", "with labels", "home, bills"),
        ("assignees", "done by", "ana, bo"),
    ),
    TriggerAction.NOTIFY: (
        ("text", "and more", ""),
        ("severity", "how loud", ""),
        ("to", "to", "assignees, owner, all, or a name"),
    ),
    TriggerAction.RUN: (("command", "command", "of shell alone"),),
}
"""The other parameters of an action."""

_DAYS: Rows = (("roll", "on a day off", ""), ("calendar", "calendar", "a name, or BE; empty: the usual one"))
_SPAN: Rows = (
    ("zone", "zone", "empty: of its tasks"),
    ("start_at", "start", "empty: at once"),
    ("end_at", "end", "empty: never"),
    ("max_count", "count", "empty: no limit"),
)
OF_SCHEDULE = tuple(name for name, _, _ in _SPAN)
_STATE: Rows = (("description", "description", "what it is for"), *STATE)
_MORE_NAMES = tuple(dict.fromkeys(name for rows in MORE.values() for name, _, _ in rows))
NAMES = (
    "name", "event", "event_value", "delay", "scope", "scope_name", "condition", "action", "main", *_MORE_NAMES,
    *(name for rows in (_DAYS, _SPAN, _STATE) for name, _, _ in rows),
)  # fmt: skip


def groups(now: Mapping[str, str]) -> tuple[Group, ...]:
    """The name, the three questions open, and what is rarely asked folded."""
    event, action = TriggerEvent(now["event"]), TriggerAction(now["action"])
    return (
        Group("name", "", _fields((("name", "name", "a name for it"),), now)),
        Group("when", "When", _fields(_when(event), now), folded=False),
        Group("on", "On what", _fields(_on(event, Scope(now["scope"])), now), folded=False),
        Group("do", "Do what", _fields(_do(action), now), folded=False),
        Group("days", "Days off, from and to", _fields(_days(event), now)),
        Group("state", "Description, on, off, paused", _fields(_STATE, now)),
    )


def _fields(rows: Rows, now: Mapping[str, str]) -> tuple[Field, ...]:
    event = TriggerEvent(now["event"])
    return fields_of(rows, now, {**CHOICES, **_fitting(event)}, USUAL)


@functools.cache
def _fitting(event: TriggerEvent) -> dict[str, tuple[str, ...]]:
    """The events there are, and the scopes and actions that go with this one, as the rule has it."""

    def fits(scope: Scope, event: TriggerEvent, action: TriggerAction) -> bool:
        return misfit(scope, event, parse_offset("0d"), Roll.NONE, "", action) is None

    return {
        "event": tuple(each.value for each in EVENTS if any(fits(of, each, TriggerAction.NOTIFY) for of in SCOPES)),
        "scope": tuple(each.value for each in SCOPES if fits(each, event, TriggerAction.NOTIFY)),
        "action": tuple(each.value for each in ACTIONS if any(fits(of, event, each) for of in SCOPES)),
    }


def _when(event: TriggerEvent) -> Rows:
    value = (("event_value", *_VALUES[event]),) if event in _VALUES else ()
    delay = () if event is TriggerEvent.SCHEDULE else (("delay", "and then", "0d: at once; 10d, 2bd, 30min"),)
    return (("event", "event", "left right choose"), *value, *delay)


def _on(event: TriggerEvent, scope: Scope) -> Rows:
    name = (("scope_name", *_NAMES[scope]),) if scope in _NAMES else ()
    asks = event not in OF_ENTITIES and event not in OF_RUNS
    condition = (("condition", "only if", "a filter, asked when it acts: !p1 -@later"),) if asks else ()
    return (("scope", "for", ""), *name, *condition)


def _do(action: TriggerAction) -> Rows:
    main = (("main", *MAIN[action]),) if action in MAIN else ()
    return (("action", "action", "left right choose"), *main, *MORE.get(action, ()))


def _days(event: TriggerEvent) -> Rows:
    return (*_DAYS, *(_SPAN if event is TriggerEvent.SCHEDULE else ()))


def new_texts(scope: Scope | None = None, name: str = "") -> dict[str, str]:
    """The fields of a new trigger, for this label, list or task."""
    texts = {each: USUAL.get(each, "") for each in NAMES}
    return texts if scope is None else texts | {"scope": scope.value, "scope_name": name}


def texts_of(trigger: Trigger, zone: str) -> dict[str, str]:
    """The values of a trigger as they are typed; instants on the clocks of its zone, else of `zone`."""
    of = trigger.zone or zone
    return new_texts() | {
        "name": trigger.name, "event": trigger.event.value,
        "event_value": trigger.spec or trigger.event_value or "", "delay": trigger.delay,
        "scope": trigger.scope.value, "scope_name": trigger.scope_name or "", "condition": trigger.condition,
        "action": trigger.action.value, "main": main_of(trigger.action, trigger.params),
        **{name: _typed(trigger.params.get(name)) or USUAL.get(name, "") for name in _MORE_NAMES},
        "command": _typed(_inner(trigger.params).get("command")),
        "roll": trigger.roll.value, "calendar": trigger.calendar or "", "zone": trigger.zone or "",
        "start_at": instant_text(trigger.start_at, of), "end_at": instant_text(trigger.end_at, of),
        "max_count": str(trigger.max_count or ""), "description": trigger.description,
        "is_enabled": "yes" if trigger.is_enabled else "no",
        "is_paused": "no" if trigger.pause_reason is None else "yes", "pause_reason": trigger.pause_reason or "",
        "paused_until": instant_text(trigger.paused_until, of),
    }  # fmt: skip


def _inner(params: Mapping[str, object]) -> Mapping[str, object]:
    inner = params.get("params")
    return inner if isinstance(inner, dict) else {}


def _typed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def given_of(typed: Mapping[str, str], before: Mapping[str, str], *, is_new: bool) -> dict[str, Any]:
    """By key of a trigger what differs from `before`, of the fields that its event, scope and action have.

    What one of them has no more is cleared; of a new trigger event, scope and action are always said.
    """
    text = {name: said.strip() for name, said in typed.items()}
    changed = {name for name in NAMES if is_new or text[name] != before[name].strip()}
    event, scope, action = TriggerEvent(text["event"]), Scope(text["scope"]), TriggerAction(text["action"])
    given: dict[str, Any] = {}
    if changed & {"event", "event_value"}:
        value = text["event_value"] if event in _VALUES else ""
        is_schedule = event is TriggerEvent.SCHEDULE
        given["event"] = event_text(event, None if is_schedule else value or None, value if is_schedule else None)
    if changed & {"scope", "scope_name"}:
        given["scope"] = scope_text(scope, text["scope_name"] if scope in _NAMES else None)
    if changed & {"action", "main"}:
        given["action"] = f"{action}: {text['main']}" if text["main"] and action in MAIN else action.value
    asked = {name for rows in (_when(event), _on(event, scope), _days(event), _STATE) for name, _, _ in rows}
    for name in ("name", "description", "delay", "condition", "roll", "calendar", *OF_SCHEDULE):
        if name == "name" or name in asked:
            given |= {name: text[name]} if name in changed else {}
        elif not is_new and before[name].strip() not in ("", USUAL.get(name)) and name not in OF_SCHEDULE:
            given[name] = USUAL.get(name, "")
    given |= _params(action, text, changed, is_other="action" in changed)
    if "is_enabled" in changed:
        given["is_enabled"] = text["is_enabled"] == "yes"
    return {key: said for key, said in given.items() if not is_new or said not in ("", ())}


def _params(action: TriggerAction, text: Mapping[str, str], changed: set[str], *, is_other: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, _, _ in MORE.get(action, ()):
        if name in changed or (is_other and text[name]):
            is_many = name in ("labels", "assignees")
            found[name] = names_of(text[name]) if is_many else text[name]
    return found


def names_of(text: str) -> tuple[str, ...]:
    """Names with commas between, with or without their marks."""
    return tuple(filter(None, (each.strip().lstrip("@!") for each in text.split(","))))


_SHORT = {"labels": "label", "assignees": "assignee", "start_at": "start", "end_at": "end", "max_count": "count"}


def asked_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the parameters of `trigger add` or `trigger edit`, which have no word for on and off."""
    found = {_SHORT.get(key, key): said for key, said in given.items() if key != "is_enabled"}
    if "count" in found:
        text = str(found["count"] or 0)
        found["count"] = int(text) if text.isascii() and text.isdigit() else text
    return found


__all__ = ["PAUSE", "asked_of", "given_of", "groups", "new_texts", "texts_of"]
