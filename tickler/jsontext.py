"""What scripts read: the values of the store as JSON, field names as they are."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from store.instants import iso

_STEERING = "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"


def as_json(value: Any, zone: str) -> Any:
    """Instants become ISO 8601 with the zone's offset, dates YYYY-MM-DD; what is absent is None."""
    hook = getattr(value, "as_json", None)
    if callable(hook):
        return as_json(hook(zone), zone)
    if is_dataclass(value) and not isinstance(value, type):
        instants = instant_fields(type(value))
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


def json_text(value: Any, zone: str, indent: int | None = 2) -> str:
    """One JSON document. What would steer a terminal stands as `\\u009b`, which is the same JSON."""
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
    text = json.dumps(as_json(value, zone), ensure_ascii=not unicode, indent=indent)
    return re.sub(_STEERING, lambda found: f"\\u{ord(found[0]):04x}", text)


@functools.cache
def instant_fields(kind: type) -> frozenset[str]:
    """The fields that hold microseconds UTC, by what their annotation says."""
    return frozenset(field.name for field in fields(kind) if "Instant" in str(field.type).split(" | "))
