"""What is said about an entity as `field=value`: its dates, its name, its team, and `@anything`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from engine.operations.naming import one_of
from engine.rules.days import parse_day
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.texts import one_line
from store.errors import Refused
from store.reads.definitions import entity_class
from store.values import EntityClass

NAME_LENGTH, VALUE_LENGTH, KEY_LENGTH = 500, 2_000, 60
_OTHERS = ("name", "team")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of an entity that people set."""

    name: str = ""
    team_id: int | None = None
    dates: Mapping[str, date] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> tuple[object, ...]:
        """As the store keeps them: name, team_id, dates, attributes. Equal fields are equal text."""
        days = {name: day.isoformat() for name, day in self.dates.items()}
        return self.name, self.team_id, _json(days), _json(self.attributes)


def kind_of(connection: sqlite3.Connection, object_class: str) -> EntityClass:
    """The class of that name. Refused with the nearest one if there is none."""
    return entity_class(connection, one_of(connection, "entity_class", object_class))


def check_status(kind: EntityClass, status: str) -> str:
    """A status of the class. Refused with the nearest one if it has none such."""
    if status not in kind.statuses:
        raise Refused(f"status: {unknown(status, kind.statuses, f'status of {kind.name}')}")
    return status


def changed(
    connection: sqlite3.Connection, kind: EntityClass, before: Fields, given: Iterable[str], today: date
) -> Fields:
    """`before` with every `field=value` of `given` in it; an empty value clears. BadValue names the field."""
    after = before
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise BadValue(f"'{shown(each)}' is not a field and a value (expected a form such as {_example(kind)})")
        after = _with(connection, kind, after, name.strip(), value.strip(), today)
    return after


def _with(
    connection: sqlite3.Connection, kind: EntityClass, before: Fields, name: str, value: str, today: date
) -> Fields:
    if name in kind.date_fields:
        return replace(before, dates=_put(before.dates, name, _day(name, value, today) if value else None))
    if name == "name":
        return replace(before, name=one_line(name, value, NAME_LENGTH) if value else "")
    if name == "team":
        return replace(before, team_id=one_of(connection, "team", value) if value else None)
    if name.startswith("@"):
        key = one_line("attribute", name[1:], KEY_LENGTH)
        return replace(before, attributes=_put(before.attributes, key, _attribute(name, value)))
    if name == "status":
        raise BadValue(f"status: a status is taken with `entity set-status {kind.name} ID STATUS`")
    known = (*kind.date_fields, *_OTHERS)
    raise BadValue(f"{unknown(name, known, f'field of {kind.name}')}; a note of your own is @{shown(name)}=...")


def _day(name: str, value: str, today: date) -> date:
    try:
        return parse_day(value, today)
    except BadValue as fault:
        raise BadValue(f"{name}: {fault}") from fault


def _attribute(name: str, value: str) -> str | None:
    return one_line(name, value, VALUE_LENGTH) if value else None


def _put(before: Mapping[str, V], name: str, value: V | None) -> Mapping[str, V]:
    rest = {key: kept for key, kept in before.items() if key != name}
    return rest if value is None else {**rest, name: value}


def _example(kind: EntityClass) -> str:
    return f"{kind.date_fields[0]}=2025-07-21" if kind.date_fields else "name=Lakeside"


def _json(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
