"""What makes two triggers the same: then the second would only do again what the first does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

PARTS = (
    "scope", "scope_id", "event", "event_value", "delay", "roll", "calendar_id", "condition", "action", "params",
    "spec", "zone", "start_at", "end_at", "max_count",
)  # fmt: skip
"""Columns that count. Names, descriptions, who owns it and whether it is on do not."""

_NAMES = frozenset({"label", "labels", "to", "list", "assignees", "schedule"})
"""Parameters beside which an id is kept: a thing that got another name is still the same."""


def checksum(columns: Mapping[str, object]) -> str:
    """Of a trigger as it is stored, with its `params` as an object and the columns of its schedule."""
    parts = {key: columns.get(key) for key in PARTS}
    params = parts["params"]
    if isinstance(params, Mapping):
        parts["params"] = {key: each for key, each in params.items() if not (key in _NAMES and _has_id(key, params))}
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


def _has_id(key: str, params: Mapping[str, object]) -> bool:
    return f"{key}_id" in params or f"{key.removesuffix('s')}_ids" in params
