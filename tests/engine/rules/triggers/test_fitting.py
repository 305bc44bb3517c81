"""What goes with what, and what makes two triggers the same."""

from __future__ import annotations

from typing import Any

import pytest

from engine.rules.offsets import Offset, Unit, parse_offset
from engine.rules.triggers.checksum import PARTS, checksum
from engine.rules.triggers.fitting import misfit
from store.enums import Roll, Scope, TriggerAction, TriggerEvent


@pytest.mark.parametrize(
    ("scope", "event", "action", "more", "key"),
    [
        (Scope.LABEL, TriggerEvent.COMPLETED, TriggerAction.REOPEN, {}, None),
        (Scope.ALL, TriggerEvent.SCHEDULE, TriggerAction.COMPLETE, {"condition": "!late"}, None),
        (Scope.CLASS, TriggerEvent.FIELD, TriggerAction.RUN, {"delay": "-3d"}, None),
        (Scope.ALL, TriggerEvent.STATUS, TriggerAction.SET_STATUS, {}, None),
        (Scope.ALL, TriggerEvent.RUN_FAILED, TriggerAction.CREATE, {"delay": "30min"}, None),
        (Scope.ALL, TriggerEvent.DEADLINE, TriggerAction.NOTIFY, {"delay": "-3d", "roll": Roll.PREVIOUS}, None),
        (Scope.ALL, TriggerEvent.DELETED, TriggerAction.CREATE, {}, None),
        (Scope.CLASS, TriggerEvent.COMPLETED, TriggerAction.REOPEN, {}, "scope"),
        (Scope.CLASS, TriggerEvent.SCHEDULE, TriggerAction.NOTIFY, {}, "scope"),
        (Scope.LABEL, TriggerEvent.STATUS, TriggerAction.NOTIFY, {}, "scope"),
        (Scope.USER, TriggerEvent.RUN_LATE, TriggerAction.NOTIFY, {}, "scope"),
        (Scope.ALL, TriggerEvent.COMPLETED, TriggerAction.REOPEN, {"delay": "-1d"}, "delay"),
        (Scope.ALL, TriggerEvent.SCHEDULE, TriggerAction.REOPEN, {"delay": "1d"}, "delay"),
        (Scope.ALL, TriggerEvent.COMPLETED, TriggerAction.REOPEN, {"roll": Roll.NEXT}, "roll"),
        (Scope.ALL, TriggerEvent.STATUS, TriggerAction.COMPLETE, {"condition": "x"}, None),
        (Scope.ALL, TriggerEvent.RUN_FAILED, TriggerAction.REOPEN, {}, "action"),
        (Scope.ALL, TriggerEvent.RUN_FAILED, TriggerAction.SET_STATUS, {}, "action"),
        (Scope.ALL, TriggerEvent.DELETED, TriggerAction.COMPLETE, {}, "action"),
        (Scope.ALL, TriggerEvent.RUN_FAILED, TriggerAction.NOTIFY, {"condition": "!late"}, "condition"),
        (Scope.ALL, TriggerEvent.WORKFLOW, TriggerAction.NOTIFY, {}, None),
        (Scope.ALL, TriggerEvent.WORKFLOW, TriggerAction.SET_STATUS, {"delay": "2bd"}, None),
        (Scope.LABEL, TriggerEvent.WORKFLOW, TriggerAction.NOTIFY, {}, "scope"),
        (Scope.ALL, TriggerEvent.WORKFLOW, TriggerAction.COMPLETE, {}, "action"),
        (Scope.ALL, TriggerEvent.WORKFLOW, TriggerAction.WORKFLOW, {"delay": "-1d"}, "delay"),
        (Scope.LABEL, TriggerEvent.COMPLETED, TriggerAction.WORKFLOW, {}, None),
    ],
)
def test_what_can_never_act_is_told_by_its_key(
    scope: Scope, event: TriggerEvent, action: TriggerAction, more: dict[str, Any], key: str | None
) -> None:
    delay = parse_offset(more.get("delay", "0d"))
    found = misfit(scope, event, delay, more.get("roll", Roll.NONE), more.get("condition", ""), action)
    assert (found and found.key) == key


def test_an_event_that_is_known_beforehand_takes_any_delay() -> None:
    for unit in Unit:
        delay = Offset(-1, unit)
        found = misfit(Scope.ALL, TriggerEvent.DATE, delay, Roll.NONE, "", TriggerAction.NOTIFY)
        assert found is None


SAME = {
    "scope": "label", "scope_id": 3, "event": "completed", "event_value": None, "delay": "10d", "roll": "none",
    "calendar_id": None, "condition": "", "action": "add label", "params": {"label": "urgent", "label_id": 4},
    "spec": None, "zone": None, "start_at": None, "end_at": None, "max_count": None,
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_a_trigger_tells_it_from_others(part: str) -> None:
    assert checksum({**SAME, part: {"label_id": 5} if part == "params" else "other"}) != checksum(SAME)


def test_names_do_not_tell_triggers_apart() -> None:
    assert checksum({**SAME, "name": "x", "is_enabled": 0, "owner_id": 9}) == checksum(SAME)
    assert checksum({**SAME, "params": {"label": "renamed", "label_id": 4}}) == checksum(SAME)
    without_id = {**SAME, "params": {"label": "urgent"}}
    assert checksum({**SAME, "params": {"label": "other"}}) != checksum(without_id)
