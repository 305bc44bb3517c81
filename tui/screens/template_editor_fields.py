"""The fields of the template editor: how a recurring task is typed, and what the operations take of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store import values
from store.enums import Action, Basis, Missed
from tui.screens import editor_fields as shared
from tui.screens.editor_fields import PAUSE, SPAN, STATE, Rows, fields_of
from tui.widgets.folding_form import Group

USUAL = shared.USUAL | {
    "basis": Basis.FIXED.value, "mode": Action.CREATE.value, "missed": Missed.SKIP.value, "duration": "0d",
}  # fmt: skip
"""What a field holds if nobody says anything; the others are empty then."""

_CHOICES = shared.CHOICES | {
    "basis": tuple(each.value for each in Basis),
    "mode": (Action.CREATE.value, Action.REOPEN.value),
    "missed": (Missed.SKIP.value, Missed.RUN_ONCE.value, Missed.RUN_ALL.value),
}

_WHEN = (
    ("name", "name", ""),
    ("spec", "when", "weekly mon,thu"),
    ("basis", "counted", ""),
    ("duration", "takes", "starts so long before it is due"),
    ("list", "list", "house/garden"),
    ("labels", "labels", "home, bills"),
    ("assignees", "assignees", "ana, bo"),
)
_LOOKS = (
    ("task_name", "tasks are called", "empty: like the template"),
    ("priority", "priority", "1 to 4"),
    ("tasks_group_name", "group", ""),
    ("object", "about", "stay/12"),
    ("notes", "notes", "lines with / between"),
    ("checklist", "checklist", "items with ; between"),
)
_ZONE: Rows = (("zone", "zone", "empty: of its list, its person, the store"),)
_AHEAD = (
    ("mode", "mode", ""),
    ("visible", "visible", "so long before; empty: from its start"),
    ("horizon", "made ahead", "7d, 2w, 2 intervals, next; empty: setting"),
    ("missed", "missed", ""),
)
_GROUPS = (
    ("looks", "What its tasks look like", _LOOKS),
    ("ahead", "Made ahead, shown, missed", _AHEAD),
    ("span", "From, to, and not on", (*_ZONE, *SPAN)),
    ("state", "On, off, paused", STATE),
)
_NAMES = tuple(name for rows in (_WHEN, *(rows for _, _, rows in _GROUPS)) for name, _, _ in rows)


def groups(now: Mapping[str, str]) -> tuple[Group, ...]:
    """All groups; the first is always open."""
    when = Group("when", "", fields_of(_WHEN, now, _CHOICES, USUAL))
    return (when, *(Group(key, title, fields_of(rows, now, _CHOICES, USUAL)) for key, title, rows in _GROUPS))


def new_texts() -> dict[str, str]:
    """The fields of a new recurring task."""
    return {name: USUAL.get(name, "") for name in _NAMES}


def texts_of(made: values.Template) -> dict[str, str]:
    """The values of a template as they are typed."""

    thing = f"{made.object_class}/{made.object_id}" if made.object_id is not None else ""
    return shared.texts_of(made) | {
        "basis": made.basis.value, "duration": made.duration,
        "list": made.list or "", "labels": ", ".join(made.labels), "assignees": ", ".join(made.assignees),
        "task_name": "" if made.task_name == made.name else made.task_name, "priority": str(made.priority or ""),
        "tasks_group_name": made.tasks_group_name, "object": thing, "notes": made.notes.replace("\n", " / "),
        "checklist": "; ".join(made.checklist), "mode": made.mode.value, "visible": made.visible or "",
        "horizon": made.horizon or "",
    }  # fmt: skip


def given_of(typed: Mapping[str, str], before: Mapping[str, str]) -> dict[str, Any]:
    """By key of a template what differs from `before`; what was not touched is not sent."""
    given: dict[str, Any] = {
        name: typed[name].strip() for name in _NAMES if name not in PAUSE and typed[name] != before[name]
    }
    for name in ("labels", "assignees"):
        if name in given:
            given[name] = tuple(filter(None, (each.strip().lstrip("@!") for each in given[name].split(","))))
    if "excluded_dates" in given:
        given["excluded_dates"] = shared.days_of(given["excluded_dates"])
    if "checklist" in given:
        given["checklist"] = tuple(filter(None, (each.strip() for each in given["checklist"].split(";"))))
    if "notes" in given:
        given["notes"] = given["notes"].replace(" / ", "\n")
    if "priority" in given:
        text = given["priority"].lower().removeprefix("p")
        given["priority"] = int(text) if text.isascii() and text.isdigit() else text or 0
    if "is_enabled" in given:
        given["is_enabled"] = given["is_enabled"] == "yes"
    if "spec" in given and "basis" not in given and not given["spec"].lower().startswith("every!"):
        given["basis"] = typed["basis"]  # a rule without the mark would make it fixed
    if "task_name" in given and not given["task_name"]:
        given["task_name"] = typed["name"].strip()
    return given


_SHORT = shared.SHORT | {
    "labels": "label", "assignees": "assignee", "tasks_group_name": "group", "checklist": "item",
    "is_enabled": "enabled",
}  # fmt: skip


def asked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the parameters of `template add` or `template edit`."""
    return {_SHORT.get(name, name): text for name, text in given.items()}
