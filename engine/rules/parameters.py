"""What a controller says of itself, and whether params fit it: sentences that name the parameter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from engine.rules.durations import parse_duration
from engine.rules.errors import BadValue, shown
from store.frozen import value


class Kind(StrEnum):
    """What a parameter holds. A duration is `90s`, `1h30m` or a number of seconds; an object is as JSON has it."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    OBJECT = "object"
    DURATION = "duration"


@value
class Parameter:
    """One parameter. `default` None: nothing is taken if nothing is said. `choices` are those of a choice.

    `help` completes "expected ...", so it says what the value is.
    """

    name: str
    kind: Kind
    help: str
    is_required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


@value
class Declaration:
    """A controller: its name, a sentence of what it does, its parameters in the order of a form.

    `is_idempotent`: a run of it that was lost may be run again without harm. `origin` says where it comes from:
    `tickler`, or the file of a person's own. `error`: why it cannot be used, None if it can. `warm`: the kind of
    worker that may do one run of it after the other, "" if each has a process of its own. `debug`: its debug lines
    are kept.
    """

    name: str
    sentence: str
    parameters: tuple[Parameter, ...] = ()
    is_idempotent: bool = False
    origin: str = "tickler"
    error: str | None = None
    warm: str = ""
    debug: bool = False

    def read(self, params: object) -> dict[str, Any]:
        """The params with defaults filled in and durations in seconds; BadValue says what does not fit."""
        if not isinstance(params, Mapping):
            raise BadValue("params must be an object")
        known = {each.name: each for each in self.parameters}
        unknown = sorted(str(key) for key in params if key not in known)
        if unknown:
            there = f"expected {_listed(list(known))}" if known else "it takes none"
            raise BadValue(f"params: {shown(unknown[0])!r} is not known to {self.name!r} ({there})")
        return {each.name: read(each, params.get(each.name)) for each in self.parameters}


def read(parameter: Parameter, given: Any) -> Any:
    """The value of one parameter; None and an empty text count as not said."""
    if given is None or (isinstance(given, str) and not given.strip()):
        if parameter.is_required:
            raise BadValue(f"params: {parameter.name} is missing (expected {parameter.help})")
        given = parameter.default
        if given is None:
            return None
    if parameter.kind is Kind.DURATION:
        return _duration(parameter, given)
    if not _fits(parameter, given):
        raise BadValue(f"params: {parameter.name}: expected {expected(parameter)}, not '{_brief(given)}'")
    return dict(given) if isinstance(given, Mapping) else given


def expected(parameter: Parameter) -> str:
    """What it takes, in words: `a text (the address)`, `one of GET, POST`."""
    if parameter.kind is Kind.CHOICE:
        return f"one of {', '.join(parameter.choices)}"
    return f"{_WORDS[parameter.kind]} ({parameter.help})" if parameter.help else _WORDS[parameter.kind]


_MOST = 1e300

_WORDS = {
    Kind.TEXT: "a text",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.OBJECT: 'an object such as {"name": "value"}',
    Kind.DURATION: "a length of time such as 90s or 1h30m",
}


def _fits(parameter: Parameter, given: Any) -> bool:
    if parameter.kind is Kind.TEXT:
        return isinstance(given, str)
    if parameter.kind is Kind.CHOICE:
        return isinstance(given, str) and given in parameter.choices
    if parameter.kind is Kind.BOOLEAN:
        return isinstance(given, bool)
    if parameter.kind is Kind.OBJECT:
        return isinstance(given, Mapping)
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return is_number and abs(given) <= _MOST  # neither infinite nor without end; NaN is not <= anything


def _duration(parameter: Parameter, given: Any) -> int:
    if not isinstance(given, str | int) or isinstance(given, bool):
        raise BadValue(f"params: {parameter.name}: expected {expected(parameter)}, not '{_brief(given)}'")
    try:
        return parse_duration(given)
    except BadValue as fault:
        raise BadValue(f"params: {parameter.name}: {fault}") from fault


def _brief(given: Any) -> str:
    """As JSON says it: people write params as JSON. Python refuses to print very long numbers."""
    if isinstance(given, int) and abs(given) > _MOST:
        return "a very large number"
    try:
        return shown(json.dumps(given, ensure_ascii=False) if not isinstance(given, str) else given)
    except (TypeError, ValueError, RecursionError):
        return "what is no value"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
