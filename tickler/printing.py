"""What people read: aligned columns for lists, a line for each field of one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from engine.rules.wording import NEXT_BOOT, without_next
from store.instants import iso
from tickler.jsontext import instant_fields
from tickler.plain import cells, fitted, paragraphs, plain

COLUMNS: dict[str, tuple[str, ...]] = {
    "Task": ("id", "state", "title", "object", "deadline_date", "visible_date", "assignees", "deadline_event"),
    "TaskList": ("id", "path", "zone", "open", "late"),
    "Label": ("id", "name", "open"),
    "FilterCount": ("id", "name", "text", "matches", "error"),
    "SavedFilter": ("id", "name", "text"),
    "Entity": ("object_class", "object_id", "name", "status", "dates", "team", "open_tasks"),
    "EntityClass": ("name", "statuses", "date_fields", "entities"),
    "TaskEvent": ("object_class", "name", "event_type", "entity_status", "entity_date_field", "offset"),
    "TaskModel": ("object_class", "name", "trigger_event", "deadline_event", "kind", "team"),
    "Team": ("id", "name"),
    "User": ("id", "name", "full_name", "login", "team"),
    "Schedule": ("id", "name", "state", "rule", "zone", "next_at", "last_run", "last_state", "error"),
    "Template": (
        "id",
        "name",
        "state",
        "spec",
        "zone",
        "next_at",
        "open_tasks",
        "list",
        "labels",
        "assignees",
        "error",
    ),
    "Told": ("id", "name", "state", "sentence", "next_at", "waiting", "error"),
    "Applies": ("trigger_id", "trigger", "origin", "state", "sentence", "next_at"),
    "PendingAction": ("id", "due_at", "trigger", "action", "subject", "subject_name", "state", "reason", "act_id"),
    "Definition": ("name", "version", "about", "open", "origin", "error"),
    "Listed": ("id", "definition", "name", "object", "state", "age", "waits_for"),
    "Step": (
        "id",
        "node",
        "kind",
        "state",
        "created_at",
        "done_at",
        "done_by",
        "assignees",
        "due_at",
        "reason",
        "error",
    ),
    "Problem": ("id", "workflow_id", "definition", "name", "node", "state", "at", "attempts", "why"),
    "StepLine": ("at", "node", "level", "text"),
    "Skip": ("schedule", "day", "reason", "by"),
    "Occurrence": ("schedule", "planned_at", "until_at", "count", "state", "cause", "reason", "run_id"),
    "Run": ("id", "name", "state", "created_at", "started_at", "finished_at", "exit_code", "reason"),
    "Attempt": ("number", "state", "pid", "started_at", "finished_at", "exit_code", "error"),
    "Calendar": ("id", "name", "week", "country", "region", "own_days"),
    "Artifact": ("name", "size", "created_at"),
    "LogLine": ("at", "level", "text"),
    "HistoryLine": ("at", "mark", "words", "by"),
    "Move": ("task_id", "name", "field", "was", "becomes", "by_hand"),
    "Notice": ("id", "at", "severity", "subject", "text", "state"),
    "Delivery": ("id", "notification_id", "due_at", "user", "channel", "state", "subject", "error"),
    "Act": ("id", "at", "actor", "via", "operation", "words"),
    "Finding": ("state", "check", "words"),
    "Declaration": ("name", "sentence", "parameters", "error"),
    "Parameter": ("name", "kind", "is_required", "default", "choices", "help"),
}
"""Columns of the lists that people read; a kind that is not here shows all its fields."""

_BARE = frozenset({"LogLine", "Finding", "StepLine"})
"""Lists without a heading, whose last column is never cut."""

_NARROWEST = 8
_GAP = "  "


def table(rows: Sequence[Any], zone: str, width: int | None = None) -> str:
    """Rows of one kind in aligned columns; cut to `width` cells a line if it is given."""
    if not rows:
        return "nothing"
    kind = type(rows[0])
    if speaks(rows[0]) or not is_dataclass(kind):
        return "\n".join(plain(str(row)) for row in rows)
    names = COLUMNS.get(kind.__name__) or tuple(field.name for field in fields(kind))
    is_bare = kind.__name__ in _BARE
    lines = [] if is_bare else [tuple(_heading(name) for name in names)]
    lines += [tuple(cell(row, name, zone) for name in names) for row in rows]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(names))]
    if width is not None:
        widths = _narrowed(widths[:-1], width) + widths[-1:] if is_bare else _narrowed(widths, width)
    right = [_is_number(rows[0], name) for name in names]
    return "\n".join(_line(line, widths, right, None if is_bare else width) for line in lines)


def card(value: Any, zone: str) -> str:
    """One value as a line for each field that says something; longer texts stand indented below."""
    if speaks(value) or not is_dataclass(value) or isinstance(value, type):
        return "\n".join(paragraphs(str(value)))
    names = [field.name for field in fields(value)]
    width = max(len(name) for name in names)
    lines = []
    for name in names:
        raw = getattr(value, name)
        if name == "title" and raw == getattr(value, "name", None):
            continue
        if isinstance(raw, str) and len(raw.splitlines()) > 1:
            lines += [name, *(f"    {line}" for line in paragraphs(raw))]
            continue
        text = cell(value, name, zone)
        if text not in ("", "no"):
            lines.append(f"{name.ljust(width)}{_GAP}{text}")
    return "\n".join(lines)


def cell(row: Any, name: str, zone: str) -> str:
    """One field as a person reads it, on one line."""
    kind: type = type(row)
    derived = _DERIVED.get((kind.__name__, name))
    raw: Any = derived(row) if derived else getattr(row, name)
    if raw is None:
        return unplanned(row) if (kind.__name__, name) == ("Schedule", "next_at") else ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if name in instant_fields(kind):
        return clock(raw, zone)
    if isinstance(raw, Mapping):
        return plain(" ".join(f"{key}={'' if item is None else item}" for key, item in raw.items()))
    if isinstance(raw, (tuple, list)):
        return plain(", ".join(str(item) for item in raw))
    return plain(str(raw))


def clock(at: int, zone: str) -> str:
    """`2025-06-14 09:30:05` on the clocks of the zone."""
    return str(iso(at, zone))[:19].replace("T", " ")


def speaks(value: Any) -> bool:
    """Whether the value says itself what it means, by a `__str__` of its own."""
    return is_dataclass(value) and type(value).__str__ is not object.__str__


def task_state(task: Any) -> str:
    """A word for where a task stands."""
    if task.deleted_at is not None:
        return "deleted"
    return "superseded" if task.superseded_at is not None else "done" if task.is_done else "open"


def schedule_state(schedule: Any) -> str:
    """A word for whether a schedule is in service, and whether it is at work."""
    if schedule.deleted_at is not None:
        return "deleted"
    if not schedule.is_enabled:
        return "off"
    if schedule.pause_reason is not None:
        return "paused"
    return "waits for the clock" if schedule.waits else str(schedule.status)


def template_state(template: Any) -> str:
    """A word for whether tasks are made of a template; `ended` when nothing more will come."""
    if template.deleted_at is not None:
        return "deleted"
    if not template.is_enabled:
        return "off"
    if template.pause_reason is not None:
        return "paused"
    if template.error is not None:
        return "broken"
    waits = template.basis == "completion" and (template.open_tasks or template.last_checked_at is None)
    return "on" if template.next_at is not None or waits else "ended"


def unplanned(schedule: Any) -> str:
    """`at the next boot` of a schedule in service that has no next time until then; nothing of any other."""
    is_off = schedule.deleted_at is not None or not schedule.is_enabled or schedule.pause_reason is not None
    words = "" if is_off or schedule.error else without_next(schedule.spec, None)
    return words if words == NEXT_BOOT else ""


def notice_state(notice: Any) -> str:
    """A word for whether a notice is open; why it was withdrawn stands beside it."""
    if notice.withdrawn_at is not None:
        return f"withdrawn: {notice.withdrawn_reason}"
    if notice.dismissed_at is not None:
        return "dismissed"
    return "open" if notice.snoozed_until is None else f"snoozed until {clock(notice.snoozed_until, 'UTC')[:16]} UTC"


def _rule(schedule: Any) -> str:
    if schedule.spec:
        return str(schedule.spec)
    first = clock(schedule.moment, schedule.zone)[:16]
    if not schedule.is_recurring:
        return f"once {first}"
    return f"{first}, every {schedule.repeat_step or 1} {schedule.repeat_axis or 'day'}"


def _usage(declaration: Any) -> str:
    """`url=text [method=GET|POST]`."""
    words = ((each, "|".join(each.choices) or each.kind) for each in declaration.parameters)
    return " ".join(f"{each.name}={kind}" if each.is_required else f"[{each.name}={kind}]" for each, kind in words)


_DERIVED: dict[tuple[str, str], Callable[[Any], str]] = {
    ("Task", "object"): lambda task: f"{task.object_class}/{task.object_id}" if task.object_class else "",
    ("Task", "state"): task_state,
    ("Definition", "about"): lambda found: "" if found.title == found.name else found.title,
    ("Listed", "object"): lambda flow: f"{flow.object_class}/{flow.object_id}" if flow.object_class else "",
    ("Notice", "state"): notice_state,
    ("Schedule", "state"): schedule_state,
    ("Template", "state"): template_state,
    ("Schedule", "rule"): _rule,
    ("Declaration", "parameters"): _usage,
    ("Calendar", "week"): lambda calendar: _week(calendar.week),
    ("Calendar", "own_days"): lambda calendar: str(len(calendar.days)),
}
"""Columns that are made from several fields."""


def _week(week: Sequence[int]) -> str:
    from engine.rules.calendar_words import week_words

    return week_words(week)


def _heading(name: str) -> str:
    if name == "title":
        return "name"
    return name.removesuffix("_date").removesuffix("_at").replace("_", " ")


def _is_number(row: Any, name: str) -> bool:
    kind: type = type(row)
    raw = getattr(row, name, None)
    return isinstance(raw, int) and not isinstance(raw, bool) and name not in instant_fields(kind)


def _narrowed(widths: Sequence[int], limit: int) -> list[int]:
    """Take cells from the widest columns until a line fits, or every column is narrow."""
    widths = list(widths)
    room = limit - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = max(widths)
        below = max((width for width in widths if width < widest), default=0)
        excess = -(-(sum(widths) - room) // widths.count(widest))
        target = max(below, widest - excess, _NARROWEST)
        widths = [min(width, target) for width in widths]
    return widths


def _line(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool], limit: int | None) -> str:
    fits = zip(texts, widths, right, strict=True)
    line = _GAP.join(fitted(text, width, right=is_right) for text, width, is_right in fits).rstrip()
    return line if limit is None or cells(line) <= limit else fitted(line, limit)
