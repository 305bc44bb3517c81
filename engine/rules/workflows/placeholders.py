"""Fields of the state in the words of a step: `Refund of {amount}` reads `Refund of 120`.

A value stays what it is: nothing in it is looked at again. A command of the shell never takes one, since what
somebody typed into a form would be executed; it finds the fields in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.rules.workflows.graph import Node
from store.enums import StepKind

_PLACE = re.compile(r"\{([^\W\d]\w*)\}")
_WORDS = {StepKind.NOTIFY: ("subject", "text"), StepKind.STATUS: ("status",)}


def filled(text: str, data: Mapping[str, Any]) -> str:
    """The text with the values of the fields; what is no field stays as it is."""
    return _PLACE.sub(lambda place: said(data[place[1]]) if place[1] in data else place[0], text)


def said(given: object) -> str:
    """A value as people write it."""
    if given is None:
        return ""
    return ("yes" if given else "no") if isinstance(given, bool) else str(given)


def with_values(params: object, data: Mapping[str, Any]) -> Any:
    """Parameters of a controller: a text that is `{field}` and nothing else is the field's value, of its own type."""
    if isinstance(params, Mapping):
        return {key: each if key == "command" else with_values(each, data) for key, each in params.items()}
    if isinstance(params, list | tuple):
        return [with_values(each, data) for each in params]
    place = _PLACE.fullmatch(params) if isinstance(params, str) else None
    return data[place[1]] if place is not None and place[1] in data else params


def unknown(node: Node, known: Collection[str]) -> Iterator[str]:
    """Fields that a step speaks of and the state does not have."""
    for key in _WORDS.get(node.kind, ()):
        for name in _PLACE.findall(str(node.params.get(key, ""))):
            if name not in known:
                yield name
