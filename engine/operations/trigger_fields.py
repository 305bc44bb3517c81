"""What may be said of a trigger, checked one by one and together, whichever door it came through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.operations import trigger_params
from engine.operations.labels import label_ids, label_name
from engine.operations.list_names import list_id
from engine.operations.naming import one_of
from engine.operations.registry import Act, Look
from engine.operations.saving import BadKey, Columns
from engine.operations.schedule_values import READERS, Place
from engine.operations.things import user_id
from engine.operations.trigger_params import at, check_status, job_id, text_of
from engine.rules.errors import BadValue
from engine.rules.names import unknown
from engine.rules.offsets import Unit, parse_offset
from engine.rules.triggers.checksum import checksum
from engine.rules.triggers.fitting import misfit
from engine.rules.triggers.words import parse_event, parse_scope
from store import settings
from store.enums import OF_ENTITIES, OF_RUNS, Roll, Scope, TriggerEvent
from store.trigger_values import Trigger

KEYS = (
    "name", "description", "scope", "event", "delay", "roll", "calendar", "condition", "action", "params", "zone",
    "start_at", "end_at", "max_count", "is_enabled",
)  # fmt: skip
"""Every key of a trigger in the desk file, in the order it is written."""

SHORT = {"start": "start_at", "end": "end_at", "until": "end_at", "count": "max_count", "if": "condition",
         "label": "labels", "assignee": "assignees"}  # fmt: skip
"""Short form -> key. Besides, the parameters `trigger_params.SHORT` may be given as keys."""

OF_SCHEDULE = ("zone", "start_at", "end_at", "max_count")
"""Keys that only a trigger with a schedule has."""

_ROLLS = (Roll.NONE, Roll.PREVIOUS, Roll.NEXT)
_USUAL: Columns = {
    "description": "", "scope": Scope.ALL, "scope_name": None, "event_value": None, "spec": None, "delay": "0d",
    "roll": Roll.NONE, "calendar": None, "condition": "", "zone": None, "start_at": None, "end_at": None,
    "max_count": None, "is_enabled": True,
}  # fmt: skip
_OF_SCOPE = {Scope.LIST: "list", Scope.USER: "user", Scope.CLASS: "class"}


def fields_of(look: Look, given: Mapping[str, Any], existing: Trigger | None) -> Columns:
    """The trigger as it will be, things by name: what `given` says, over what there is, over what is usual.

    The keys are those of `Trigger` that people choose. Raises BadKey with the key as it was given and what was
    expected.
    """
    said = {SHORT.get(key, key): value for key, value in given.items()}
    typed = {SHORT.get(key, key): key for key in given}
    for key in said:
        if key not in KEYS and key not in trigger_params.SHORT:
            known = [*KEYS, *SHORT, *trigger_params.SHORT]
            raise BadValue(f"trigger: {unknown(key, known, 'key of a trigger')}")
    fields = dict(_USUAL) if existing is None else {key: getattr(existing, key) for key in (*_USUAL, "name", "event")}
    place = Place(look.at, fields["zone"] or str(settings.read(look.connection, "zone")))
    if "zone" in said:
        place = Place(look.at, at("zone", READERS["zone"], said["zone"], place))
    for key in ("name", "description", "is_enabled"):
        if key in said or key not in fields:
            fields[key] = at(key, READERS[key], said.get(key), place)
    try:
        _when(fields, said, place)
    except BadKey as fault:
        raise BadKey(typed.get(fault.key, fault.key), str(fault).removeprefix(f"{fault.key}: ")) from fault
    _under_which(fields, said)
    fields["action"], fields["params"] = trigger_params.action_of(look, said, existing)
    _together(look, fields)
    return fields


def stored(act: Act, fields: Columns) -> Columns:
    """The columns of the table, things by id; a label that nobody has used before is made."""
    connection = act.connection
    columns = {key: fields[key] for key in ("name", "description", "delay", "condition")}
    columns |= {key: str(fields[key]) for key in ("scope", "event", "roll", "action")}
    columns["is_enabled"] = int(fields["is_enabled"])
    columns["zone"] = fields["zone"]
    columns["scope_id"] = _scope_id(act, fields["scope"], fields["scope_name"])
    columns["event_value"] = _kept_value(act, fields)
    columns["params"] = trigger_params.with_ids(connection, fields["params"])
    if fields["event"] in (TriggerEvent.STATUS, TriggerEvent.FIELD):
        of = "statuses" if fields["event"] is TriggerEvent.STATUS else "date_fields"
        at("event", check_status, connection, fields["scope"], columns["scope_id"], fields["event_value"], of)
    if "status" in fields["params"]:
        at("action", check_status, connection, fields["scope"], columns["scope_id"], fields["params"]["status"],
           "statuses")  # fmt: skip
    from engine.operations.schedule_fields import calendar_id

    columns["calendar_id"] = calendar_id(connection, fields["calendar"])
    of_schedule = {key: fields[key] for key in ("spec", *OF_SCHEDULE)}
    columns["checksum"] = checksum({**columns, **of_schedule})
    return columns


def _when(fields: Columns, said: Mapping[str, Any], place: Place) -> None:
    """Scope, event and what a schedule says; times on the clocks of the schedule's zone."""
    if "scope" in said:
        fields["scope"], fields["scope_name"] = at("scope", parse_scope, text_of(said["scope"] or "", "scope"))
    if "event" in said:
        event, rest = at("event", parse_event, text_of(said["event"], "event"))
        is_schedule = event is TriggerEvent.SCHEDULE
        fields |= {"event": event, "event_value": None if is_schedule else rest, "spec": rest if is_schedule else None}
    elif "event" not in fields:
        raise BadKey("event", "expected what it waits for, such as completed or 'schedule: weekly sat 00:00'")
    is_schedule = fields["event"] is TriggerEvent.SCHEDULE
    for key in OF_SCHEDULE:
        if is_schedule and key in said and key != "zone":
            fields[key] = at(key, READERS[key], said[key], place)
        elif not is_schedule:
            if said.get(key):
                raise BadKey(key, f"goes with a schedule; '{fields['event']}' has none")
            fields[key] = None
    if is_schedule:
        if "zone" in said:
            fields["zone"] = place.zone if said["zone"] else None
        fields["spec"] = " ".join(fields["spec"].split())


def _under_which(fields: Columns, said: Mapping[str, Any]) -> None:
    """Delay, days off and condition."""
    if "delay" in said:
        value = said["delay"]
        text = value if isinstance(value, int) else text_of(value or "0d", "delay")
        fields["delay"] = str(at("delay", parse_offset, text))
    if "roll" in said:
        roll = said["roll"] or Roll.NONE
        if roll not in _ROLLS:
            raise BadKey("roll", unknown(roll, _ROLLS, "way to roll a day"))
        fields["roll"] = Roll(roll)
    if "calendar" in said:
        fields["calendar"] = at("calendar", READERS["calendar"], said["calendar"], None)
    if "condition" in said:
        fields["condition"] = " ".join(text_of(said["condition"] or "", "condition").split())


def _together(look: Look, fields: Columns) -> None:
    """What must fit: scope, delay, condition and action to the event, a calendar to what asks for one."""
    delay = parse_offset(fields["delay"])
    wrong = misfit(fields["scope"], fields["event"], delay, fields["roll"], fields["condition"], fields["action"])
    if wrong is not None:
        raise BadKey(wrong.key, wrong.why)
    asks = delay.unit is Unit.BUSINESS_DAY or fields["roll"] is not Roll.NONE or _counts_business_days(fields["params"])
    if fields["calendar"] and not asks:
        raise BadKey("calendar", "nothing here asks for working days; say a delay such as 2bd, or roll next")
    if fields["condition"] and fields["event"] in OF_ENTITIES:
        from engine.rules.triggers import entity_check

        at("condition", entity_check.parse, fields["condition"])
    elif fields["condition"]:
        from engine.filtering import understand

        at("condition", understand, look.connection, fields["condition"], look.today, look.actor.name)


def _counts_business_days(params: Mapping[str, Any]) -> bool:
    return any(
        parse_offset(params[key]).unit is Unit.BUSINESS_DAY for key in ("by", "deadline", "visible") if key in params
    )


def _scope_id(act: Act, scope: Scope, name: str | None) -> int | None:
    if scope is Scope.ALL or name is None:
        return None
    if scope is Scope.TASK:
        row = act.connection.execute("SELECT deleted_at FROM task WHERE id = ?", (int(name),)).fetchone()
        if row is None or row[0] is not None:
            raise BadKey("scope", f"there is no task {name}" if row is None else f"task {name} is deleted")
        return int(name)
    if scope is Scope.LABEL:
        return int(label_ids(act.connection, [at("scope", label_name, name)])[0])
    call = {
        Scope.LIST: lambda: list_id(act.connection, name),
        Scope.USER: lambda: user_id(act, name),
        Scope.CLASS: lambda: one_of(act.connection, "entity_class", name),
    }[scope]
    return int(at("scope", call))


def _kept_value(act: Act, fields: Columns) -> str | None:
    """What stands behind the event, a label or a schedule by its id."""
    name = fields["event_value"]
    if name is None:
        return None
    if fields["event"] is TriggerEvent.LABEL:
        return str(label_ids(act.connection, [at("event", label_name, name)])[0])
    if fields["event"] in OF_RUNS:
        return str(at("event", job_id, act.connection, name))
    if fields["event"] is TriggerEvent.WORKFLOW:
        from engine.workflows.starting import known

        return str(at("event", known, act, name))
    return str(name)
