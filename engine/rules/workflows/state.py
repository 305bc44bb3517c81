"""The state of a workflow: whether what a step left in a field is what the field holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date

from engine.rules.errors import shown
from engine.rules.workflows.graph import Field, FieldKind, Graph


def wrong(graph: Graph, data: Mapping[str, object]) -> str:
    """What is wrong with changed fields, as JSON has them; empty if nothing is. None is right everywhere."""
    known = {each.name: each for each in graph.fields} if data else {}
    for name, given in data.items():
        field = known.get(name)
        if field is None:
            return f"the state has no field {shown(name)!r}"
        holds, expected = _HOLDS[field.kind]
        if given is not None and not holds(field, given):
            if field.kind is FieldKind.CHOICE:
                expected = f"one of {', '.join(map(shown, field.choices))}"
            said = f"'{shown(given)}'" if isinstance(given, str) else f"a {type(given).__name__}"
            return f"the state's field {shown(name)}: expected {expected}, not {said}"
    return ""


def _is_number(field: Field, given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)


def _is_date(field: Field, given: object) -> bool:
    if not isinstance(given, str):
        return False
    try:
        date.fromisoformat(given)
    except ValueError:
        return False
    return True


def _is_entity(field: Field, given: object) -> bool:
    if not isinstance(given, str) or not given:
        return given == ""
    name, slash, number = given.partition("/")
    return bool(slash and name and number) and field.object_class in (None, name)


_HOLDS: Mapping[FieldKind, tuple[Callable[[Field, object], bool], str]] = {
    FieldKind.TEXT: (lambda field, given: isinstance(given, str), "a text"),
    FieldKind.NUMBER: (_is_number, "a number"),
    FieldKind.DATE: (_is_date, "a date"),
    FieldKind.CHOICE: (lambda field, given: given in field.choices, "a choice"),
    FieldKind.YES_NO: (lambda field, given: isinstance(given, bool), "yes or no"),
    FieldKind.ENTITY: (_is_entity, "an entity such as stay/12"),
    FieldKind.ANY: (lambda field, given: True, ""),
}
