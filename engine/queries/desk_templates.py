"""Templates as the desk file has them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from engine.operations.desk_state import SKIPS, written, written_skip
from engine.operations.template_fields import KEYS
from engine.rules.zones import local
from store.enums import Action, Basis, Missed, Roll
from store.instants import from_us
from store.reads.templates import page, skips
from store.values import Skip, Template

_USUAL: dict[str, Any] = {
    "basis": Basis.FIXED.value, "mode": Action.CREATE.value, "excluded_dates": [], "roll": Roll.NONE.value,
    "duration": "0d", "labels": [], "assignees": [], "tasks_group_name": "", "notes": "", "checklist": [],
    "is_enabled": True,
}  # fmt: skip
"""Keys that are written only if they hold something else."""


def templates(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Every template that is not deleted, by name; references by name, instants on its own clocks."""
    left_out: dict[int, list[Skip]] = defaultdict(list)
    for skip in skips(connection):
        left_out[skip.schedule_id].append(skip)
    after: str | None = None
    while found := page(connection, after=after):
        for each in found:
            row = {key: _written(each, key) for key in KEYS} | written(each)
            row[SKIPS] = [written_skip(skip) for skip in left_out.get(each.schedule_id, ())] or None
            usual = {**_USUAL, "task_name": each.name}
            usual["missed"] = (Missed.RUN_ONCE if each.mode is Action.REOPEN else Missed.SKIP).value
            yield {key: value for key, value in row.items() if value is not None and value != usual.get(key)}
        after = found[-1].name


def _written(template: Template, key: str) -> Any:
    value = getattr(template, key)
    if key in ("start_at", "end_at"):
        return None if value is None else local(from_us(value), template.zone)
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
