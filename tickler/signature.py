"""The parameters of an operation as the command line sees them, read from the operation's own signature."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

from engine.operations.registry import Help, Named
from store.frozen import value


@value
class Word:
    """One parameter that a person may give."""

    name: str
    kind: type
    help: str
    metavar: str
    required: bool
    repeats: bool
    is_rest: bool
    default: Any

    @property
    def flag(self) -> str:
        """`not_after` -> `--not-after`, `class_` -> `--class`."""
        return "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def spoken(self) -> str:
        """What a refusal calls it: the option as it is typed, or the name of what stands there."""
        return self.name.strip("_") if self.required or self.is_rest else self.flag


def words_of(named: Named) -> tuple[Word, ...]:
    """The parameters in their order; callables (progress) are for the door itself and left out."""
    hints = typing.get_type_hints(named.inner, include_extras=True)
    parameters = list(inspect.signature(named.inner).parameters.values())[1:]
    found = (_word(parameter, hints[parameter.name]) for parameter in parameters)
    return tuple(word for word in found if word is not None)


def takes(named: Named, name: str) -> bool:
    """Whether the operation wants this of its door: `progress` to report how far it is, `harmless` for texts."""
    return name in inspect.signature(named.inner).parameters


def _word(parameter: inspect.Parameter, hint: Any) -> Word | None:
    help_: Help | None = None
    if typing.get_origin(hint) is typing.Annotated:
        hint, *extras = typing.get_args(hint)
        help_ = next((extra for extra in extras if isinstance(extra, Help)), None)
    kind, repeats = _kind(hint)
    if kind is None:
        return None
    return Word(
        name=parameter.name,
        kind=kind,
        help=help_.words if help_ else "",
        metavar=(help_.metavar if help_ else "") or parameter.name.strip("_").upper().replace("_", "-"),
        required=parameter.default is inspect.Parameter.empty,
        repeats=repeats,
        is_rest=parameter.kind is inspect.Parameter.VAR_POSITIONAL,
        default=parameter.default,
    )


def _kind(hint: Any) -> tuple[type | None, bool]:
    """The type behind `X | None` or `tuple[X, ...]`, and whether it may be given several times."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True
    if typing.get_origin(hint) is Callable or not isinstance(hint, type):
        return None, False
    return hint, False
