"""Entities that a desk file brings: what it says is checked, and what follows from a status or a date is done."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from engine.operations import followups
from engine.operations.desk_format import no_such_key
from engine.operations.entities import ID_LENGTH, insert, take_status
from engine.operations.entity_fields import KEY_LENGTH, NAME_LENGTH, VALUE_LENGTH, Fields, kind_of
from engine.operations.followup_rows import dates_of, models_of
from engine.operations.registry import Act
from engine.operations.saving import BadKey, Saved, team_id
from engine.rules.errors import BadValue, shown
from engine.rules.followups import Model
from engine.rules.names import unknown
from engine.rules.texts import one_line
from engine.rules.written_days import written_day
from store.values import EntityClass

_OWN = ("object_class", "object_id", "name", "status", "team", "dates", "attributes")


@dataclass(slots=True)
class Classes:
    """Classes and their models, read once for all entities of a file."""

    connection: sqlite3.Connection
    _kinds: dict[str, tuple[EntityClass, tuple[Model, ...]]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[EntityClass, tuple[Model, ...]]:
        """The class of that name and its models. Refused if there is none."""
        if name not in self._kinds:
            kind = kind_of(self.connection, name)
            self._kinds[name] = (kind, models_of(self.connection, kind.name))
        return self._kinds[name]


def save_entity(act: Act, given: Mapping[str, Any], classes: Classes) -> Saved:
    """Make an entity or change what `given` says of it; keys that are absent keep what is there.

    A new one with a status became it now, as with `entity add`. Raises BadKey for what cannot be taken.
    """
    kind, models = classes.of(given["object_class"])
    object_id = _line("object_id", str(given["object_id"]), ID_LENGTH)
    status = given.get("status") or None
    if status is not None and status not in kind.statuses:
        raise BadKey("status", unknown(status, kind.statuses, f"status of {kind.name}"))
    row = act.connection.execute(
        "SELECT id, status, name, team_id, dates, attributes FROM entity WHERE object_class = ? AND object_id = ?",
        (kind.name, object_id),
    ).fetchone()
    if row is None:
        number, was, saved = insert(act, kind, object_id, _said(act, given, kind, Fields())), None, Saved.MADE
    else:
        number, was, name, team, dates, attributes = row
        had = Fields(name, team, dates_of(dates), json.loads(attributes))
        saved = change_fields(act, number, had, _said(act, given, kind, had))
    if status is None or status == was:
        return saved
    take_status(act, number, was, status, models)
    return Saved.MADE if saved is Saved.MADE else Saved.CHANGED


def change_fields(act: Act, number: int, had: Fields, now: Fields) -> Saved:
    """Write what differs; open tasks whose dates hang on a date that moved go with it."""
    if now == had:
        return Saved.UNCHANGED
    moves = followups.planned_moves(act.connection, number, now.dates)
    act.connection.execute(
        "UPDATE entity SET name = ?, team_id = ?, dates = ?, attributes = ?, rev = rev + 1 WHERE id = ?",
        (*now.columns(), number),
    )
    followups.carry_out(act, number, moves, had.dates)
    return Saved.CHANGED


def _said(act: Act, given: Mapping[str, Any], kind: EntityClass, had: Fields) -> Fields:
    """What there was with what is said over it; an empty text clears."""
    now = had
    if "name" in given:
        now = replace(now, name=_line("name", given["name"], NAME_LENGTH) if given["name"] else "")
    if "team" in given:
        now = replace(now, team_id=team_id(act.connection, given["team"]))
    days = {key: _day(kind, key, given[key]) for key in given if key not in _OWN}
    days |= _days_of_table(kind, given.get("dates", {}))
    texts = dict(_attribute(key, value) for key, value in given.get("attributes", {}).items())
    return replace(
        now,
        dates={key: day for key, day in {**had.dates, **days}.items() if day},
        attributes={key: text for key, text in {**had.attributes, **texts}.items() if text},
    )


def _days_of_table(kind: EntityClass, dates: Mapping[str, Any]) -> dict[str, date | None]:
    """The days in `dates = { ... }`, under whose key what is wrong with one is told."""
    try:
        return {key: _day(kind, key, value) for key, value in dates.items()}
    except BadKey as fault:
        raise BadKey("dates", fault) from fault


def _day(kind: EntityClass, key: str, value: Any) -> date | None:
    if key not in kind.date_fields:
        raise BadKey(key, no_such_key(key, (*_OWN, *kind.date_fields)))
    if value == "":
        return None
    if isinstance(value, str):
        try:
            return written_day(value)
        except BadValue as fault:
            raise BadKey(key, fault) from fault
    if isinstance(value, datetime) or not isinstance(value, date):
        raise BadKey(key, f"'{shown(value)}' is not a whole day (expected YYYY-MM-DD)")
    return value


def _attribute(key: str, value: Any) -> tuple[str, str]:
    if not isinstance(value, str):
        raise BadKey("attributes", f"{shown(key)}: expected a text in quotes, not '{shown(value)}'")
    name = _line("attributes", key, KEY_LENGTH)
    return name, _line("attributes", value, VALUE_LENGTH) if value else ""


def _line(key: str, text: str, most: int) -> str:
    try:
        return one_line(key, text, most)
    except BadValue as fault:
        raise BadKey(key, str(fault).removeprefix(f"{key}: ")) from fault
