"""What the command line prints: JSON for scripts, aligned columns for people."""

from __future__ import annotations

import functools
import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from store.instants import Instant, iso


def as_json(value: Any, zone: str) -> Any:
    """A value of the store as JSON: field names as they are, instants ISO 8601 with the zone's offset."""
    hook = getattr(value, "as_json", None)
    if callable(hook):
        return hook(zone)
    if is_dataclass(value) and not isinstance(value, type):
        instants = _instant_fields(type(value))
        return {
            field.name: iso(raw, zone) if field.name in instants else as_json(raw, zone)
            for field in fields(value)
            for raw in (getattr(value, field.name),)
        }
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_json(item, zone) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return [as_json(item, zone) for item in value]
    return value


def json_text(value: Any, zone: str) -> str:
    """One JSON document."""
    return json.dumps(as_json(value, zone), ensure_ascii=False, indent=2)


@functools.cache
def _instant_fields(kind: type) -> frozenset[str]:
    hints = typing.get_type_hints(kind)
    return frozenset(
        name for name, hint in hints.items() if hint is Instant or Instant in typing.get_args(hint)
    )


COLUMNS: dict[str, tuple[str, ...]] = {
    "Task": ("id", "state", "name", "object", "deadline_date", "visible_date", "assignees", "deadline_event"),
    "Entity": ("object_class", "object_id", "name", "status", "dates", "team", "open_tasks"),
    "EntityClass": ("name", "statuses", "date_fields", "entities"),
    "TaskEvent": ("object_class", "name", "event_type", "entity_status", "entity_date_field", "offset"),
    "TaskModel": ("object_class", "name", "trigger_event", "deadline_event", "kind", "team"),
    "Team": ("id", "name"),
    "User": ("id", "name", "full_name", "login", "team"),
    "Schedule": ("id", "name", "status", "spec", "zone", "next_at", "last_run", "last_state", "error"),
    "Occurrence": ("schedule", "planned_at", "until_at", "count", "state", "reason", "run_id"),
    "Run": ("id", "name", "state", "created_at", "started_at", "finished_at", "exit_code", "reason"),
    "HistoryLine": ("at", "mark", "words", "by"),
    "Act": ("id", "at", "actor", "via", "operation", "words"),
}
"""Columns of the lists that people read; a kind that is not here shows all its fields."""


def table(rows: Sequence[Any], zone: str) -> str:
    """Rows of one kind in aligned columns, made harmless for a terminal."""
    if not rows:
        return "nothing"
    kind = type(rows[0])
    if not is_dataclass(kind):
        return "\n".join(plain(str(row)) for row in rows)
    names = COLUMNS.get(kind.__name__) or tuple(field.name for field in fields(kind))
    lines = [tuple(name.removesuffix("_date").replace("_", " ") for name in names)]
    lines += [tuple(cell(row, name, zone) for name in names) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    padded = ((text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join("  ".join(line).rstrip() for line in padded)


def card(value: Any, zone: str) -> str:
    """One value as a line for each field that says something."""
    if not is_dataclass(value) or isinstance(value, type):
        return plain(str(value))
    shown = [(field.name, cell(value, field.name, zone)) for field in fields(value)]
    width = max(len(name) for name, _ in shown)
    return "\n".join(f"{name.ljust(width)}  {text}" for name, text in shown if text not in ("", "{}", "no"))


def cell(row: Any, name: str, zone: str) -> str:
    """One field as a person reads it."""
    if name == "object":
        return plain(f"{row.object_class}/{row.object_id}") if row.object_class else ""
    if name == "state" and hasattr(row, "is_done"):
        return "superseded" if row.superseded_at else "done" if row.is_done else "open"
    raw = getattr(row, name)
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if name in _instant_fields(type(row)):
        return str(iso(raw, zone))[:19].replace("T", " ")
    if isinstance(raw, Mapping):
        return plain(" ".join(f"{key}={item if item is not None else ''}" for key, item in raw.items()))
    if isinstance(raw, tuple):
        return plain(", ".join(str(item) for item in raw))
    return plain(str(raw))


def plain(text: str) -> str:
    """Text from users, with every control character made visible before it meets a terminal."""
    from tui.text import safe

    return safe(text)
