"""A form from what a controller declares: a field for each parameter, and the params from what was typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.controllers import declared, everyone
from engine.operations.saving import BadKey
from engine.rules.durations import duration_text
from engine.rules.errors import BadValue, shown
from engine.rules.parameters import Declaration, Kind, Parameter, read
from tui.widgets.form import Field

Params = Mapping[str, Any]

ANY = "*"
"""Stands for all params in one field of JSON: of a controller that says nothing of itself, or that is not there."""
UNSAID = "-"
"""The choice of nothing."""


def names(current: str) -> tuple[str, ...]:
    """Every controller there is to choose from, with the one that is in use, were it there or not."""
    known = [each.name for each in everyone()]
    return tuple(known if current in known else [*known, current])


def declaration(controller: str) -> Declaration | None:
    """What it says of itself, None if nobody knows it."""
    try:
        found = declared(controller)
    except BadValue:
        return None
    return None if found.error else found


def name_of(controller: str, parameter: str) -> str:
    """The field of a parameter; each controller has its own, so that switching there and back loses nothing."""
    return f"param.{controller}.{parameter}"


def fields_of(controller: str, params: Params) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """Fields that are required or filled, and the others. `params` are empty unless they are this controller's."""
    known = declaration(controller)
    if known is None:
        return (_whole(controller, params, "params"),), ()
    first, more = list[Field](), list[Field]()
    for each in known.parameters:
        field = _field(controller, each, params.get(each.name))
        is_first = each.is_required or each.name in params or each is known.parameters[0]
        (first if is_first else more).append(field)
    others = {key: item for key, item in params.items() if key not in {each.name for each in known.parameters}}
    if others:
        first.append(_whole(controller, others, "other params"))
    return tuple(first), tuple(more)


def params_of(controller: str, typed: Mapping[str, str], before: Params) -> dict[str, Any]:
    """The params that were typed; BadKey names the field that is wrong, with what was expected.

    A value that says what is usual is left out, unless it was said `before`.
    """
    known = declaration(controller)
    whole = typed.get(name_of(controller, ANY), "")
    found = _object(name_of(controller, ANY), whole) if whole.strip() else {}
    for each in known.parameters if known else ():
        field = name_of(controller, each.name)
        given = _given(field, each, typed.get(field, ""))
        try:
            taken = read(each, given)
        except BadValue as fault:
            raise BadKey(field, str(fault).removeprefix(f"params: {each.name}").lstrip(": ")) from fault
        if given is not None and (each.name in before or taken != each.default):
            found[each.name] = given
    return found


def _field(controller: str, parameter: Parameter, value: Any) -> Field:
    usual = _text(parameter, parameter.default)
    text = usual if value is None else _text(parameter, value)
    return Field(name_of(controller, parameter.name), parameter.name, text, parameter.help, _choices(parameter), usual)


def _choices(parameter: Parameter) -> tuple[str, ...]:
    if parameter.kind not in (Kind.BOOLEAN, Kind.CHOICE):
        return ()
    given = parameter.choices if parameter.kind is Kind.CHOICE else ("no", "yes")
    return given if parameter.default is not None or parameter.is_required else (UNSAID, *given)


def _text(parameter: Parameter, value: Any) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    if parameter.kind is Kind.BOOLEAN and isinstance(value, bool):
        return "yes" if value else "no"
    if parameter.kind is Kind.DURATION and isinstance(value, int):
        return duration_text(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _given(field: str, parameter: Parameter, text: str) -> Any:
    """What was typed as a value; None was not said."""
    if not text.strip() or (text == UNSAID and parameter.kind in (Kind.BOOLEAN, Kind.CHOICE)):
        return None
    if parameter.kind is Kind.BOOLEAN:
        return text == "yes"
    if parameter.kind is Kind.OBJECT:
        return _object(field, text)
    if parameter.kind is Kind.NUMBER:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def _object(field: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise BadKey(field, f'expected JSON such as {{"name": "value"}} ({shown(fault)})') from fault
    if not isinstance(found, dict):
        raise BadKey(field, 'expected an object such as {"name": "value"}')
    return found


def _whole(controller: str, params: Params, label: str) -> Field:
    text = json.dumps(dict(params), ensure_ascii=False) if params else ""
    return Field(name_of(controller, ANY), label, text, 'an object such as {"name": "value"}')
