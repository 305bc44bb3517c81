"""From words on the command line to the arguments of an operation, by the operation's own signature."""

from __future__ import annotations

import argparse
import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engine.operations.registry import Help, Named
from engine.rules.errors import BadValue, shown


@dataclass(frozen=True, slots=True)
class Word:
    """One parameter of an operation as the command line sees it."""

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
        """`not_after` -> `--not-after`."""
        return "--" + self.name.rstrip("_").replace("_", "-")


@dataclass(frozen=True, slots=True)
class Moment:
    """What words about time mean: the instant that counts as now, and the store's zone."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The day of `now` in the zone."""
        from zoneinfo import ZoneInfo

        return self.now.astimezone(ZoneInfo(self.zone)).date()


def words_of(named: Named) -> tuple[Word, ...]:
    """The parameters that a person may give; callables (progress) are for the door itself."""
    hints = typing.get_type_hints(named.inner, include_extras=True)
    parameters = list(inspect.signature(named.inner).parameters.values())[1:]
    found = (_word(parameter, hints[parameter.name]) for parameter in parameters)
    return tuple(word for word in found if word is not None)


def takes_progress(named: Named) -> bool:
    """Whether the operation reports how far it is."""
    return "progress" in inspect.signature(named.inner).parameters


def parser_for(named: Named) -> argparse.ArgumentParser:
    """A parser for this operation alone: required parameters by position, the others as options."""
    parser = argparse.ArgumentParser(
        prog=f"tickler {named.name}",
        description=inspect.getdoc(named.inner),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        epilog="Every command also takes --store FILE, --json, and --at INSTANT.",
    )
    for word in words_of(named):
        options: dict[str, Any] = {"help": word.help.replace("%", "%%")}
        if word.is_rest:
            nargs = "+" if word.required else "*"
            parser.add_argument(word.name, nargs=nargs, metavar=word.metavar, **options)
        elif word.required:
            parser.add_argument(word.name, metavar=word.metavar, **options)
        elif word.kind is bool:
            action: Any = argparse.BooleanOptionalAction if word.default is not False else "store_true"
            parser.add_argument(word.flag, dest=word.name, action=action, default=word.default, **options)
        else:
            options |= {"action": "append"} if word.repeats else {}
            parser.add_argument(word.flag, dest=word.name, metavar=word.metavar, default=None, **options)
    return parser


def arguments(named: Named, given: argparse.Namespace, moment: Moment) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments for `named.call`. Raises BadValue naming the parameter."""
    rest: list[Any] = []
    keywords: dict[str, Any] = {}
    for word in words_of(named):
        raw = getattr(given, word.name)
        if word.is_rest:
            rest = [_value(word, text, moment) for text in raw]
        elif word.repeats and raw is not None:
            keywords[word.name] = tuple(_value(word, text, moment) for text in raw)
        elif raw is not None:
            keywords[word.name] = _value(word, raw, moment) if isinstance(raw, str) else raw
    if not rest:
        return [], keywords
    ordered = [keywords.pop(word.name) for word in words_of(named) if word.required and not word.is_rest]
    return [*ordered, *rest], keywords


def _word(parameter: inspect.Parameter, hint: Any) -> Word | None:
    help_: Help | None = None
    if typing.get_origin(hint) is typing.Annotated:
        hint, *extras = typing.get_args(hint)
        help_ = next((extra for extra in extras if isinstance(extra, Help)), None)
    kind, repeats = _kind(hint)
    if kind is None:
        return None
    is_rest = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    return Word(
        name=parameter.name,
        kind=kind,
        help=help_.words if help_ else "",
        metavar=(help_.metavar if help_ else "") or parameter.name.upper().replace("_", "-"),
        required=parameter.default is inspect.Parameter.empty,
        repeats=repeats,
        is_rest=is_rest,
        default=parameter.default,
    )


def _kind(hint: Any) -> tuple[type | None, bool]:
    """The type behind `X | None` or `tuple[X, ...]`, and whether it may be given several times."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    origin = typing.get_origin(hint)
    if origin in (tuple, list) or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return typing.get_args(hint)[0], True
    if origin is Callable or (isinstance(origin, type) and origin.__name__ == "Callable"):
        return None, False
    return (hint, False) if isinstance(hint, type) else (None, False)


def _value(word: Word, text: str, moment: Moment) -> Any:
    named = word.flag if not word.required else word.name
    try:
        return _converted(word.kind, text, moment)
    except BadValue as fault:
        raise BadValue(f"{named}: {fault}") from fault


def _converted(kind: type, text: str, moment: Moment) -> Any:
    if issubclass(kind, StrEnum):
        return _choice(kind, text)
    if kind is int:
        return _whole(text)
    if kind is date or kind is datetime:
        from engine.rules.dates import parse_day, parse_instant

        if kind is date:
            return parse_day(text, moment.today)
        return parse_instant(text, moment.now, moment.zone)
    return text


def _choice(kind: type[StrEnum], text: str) -> StrEnum:
    try:
        return kind(text)
    except ValueError:
        raise BadValue(f"expected one of {', '.join(kind)}, not '{shown(text)}'.") from None


def _whole(text: str) -> int:
    if len(text) < 19 and text.lstrip("+-").isascii() and text.lstrip("+-").isdigit():
        return int(text)
    raise BadValue(f"expected a whole number, not '{shown(text)}'.")
