"""From typed words to the arguments of an operation.

Not argparse: it takes `-30d` for an option, cannot read `stay 12 --name X date_from=2025-07-14`, and costs a
tenth of a quick command. Here an option takes the next word whatever it looks like, positions may stand
between options, and every refusal is one sentence.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engine.rules.errors import BadValue, shown
from store.frozen import value
from tickler.catalog import ALSO_BY_PLACE
from tickler.signature import Word
from tickler.words import Usage

Typed = Mapping[str, "tuple[str, ...] | bool"]
"""What was typed for each parameter that was: its texts, or the state of a switch."""

_OPTION = re.compile(r"--?[A-Za-z]")


@value
class Moment:
    """What words about time mean: the instant that counts as now, and the store's zone."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The day of `now` in the zone."""
        from engine.rules.zones import local_day

        return local_day(self.now, self.zone)


def typed(label: str, words: Sequence[Word], given: Sequence[str]) -> Typed:
    """Which text belongs to which parameter. Usage names the first word that fits nowhere, or what is missing."""
    options = {flag: word for word in words for flag in flags(word)}
    found: dict[str, tuple[str, ...] | bool] = {}
    places: list[str] = []
    queue = deque(given)
    while queue:
        text = queue.popleft()
        if text == "--":
            places += queue
            break
        if _OPTION.match(text):
            _take(label, text, options, queue, found)
        else:
            places.append(text)
    for name, texts in _placed(label, words, places).items():
        if name in found:
            raise Usage(f"{label}: '{shown(texts[0])}' is one word too many; {name} is given as an option")
        found[name] = texts
    return found


def flags(word: Word) -> tuple[str, ...]:
    """The options that set this parameter; none if it is set by its place."""
    if word.required or word.is_rest:
        return ()
    if word.kind is bool and word.default is not False:
        return (word.flag, f"--no-{word.flag[2:]}")
    return (word.flag,)


def placed_words(label: str, words: Sequence[Word]) -> list[Word]:
    """The parameters that are set by their place, in order: the required ones, then those of the catalog."""
    required = [word for word in words if word.required and not word.is_rest]
    return [*required, *(word for word in words if word.name in ALSO_BY_PLACE.get(label, ()))]


def usage(label: str, words: Sequence[Word]) -> str:
    """`tickler task move TASK DAY [OPTIONS]`, in one line."""
    parts = [f"tickler {label}"]
    parts += [word.metavar if word.required else f"[{word.metavar}]" for word in placed_words(label, words)]
    parts += [f"[{word.metavar} ...]" for word in words if word.is_rest]
    if any(flags(word) for word in words):
        parts.append("[OPTIONS]")
    return " ".join(parts)


def arguments(words: Sequence[Word], given: Typed, moment: Moment) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments for the operation. Raises BadValue naming the parameter."""
    positional: list[Any] = []
    rest: list[Any] = []
    keywords: dict[str, Any] = {}
    for word in words:
        texts = given.get(word.name)
        if texts is None:
            continue
        value = texts if isinstance(texts, bool) else tuple(_value(word, text, moment) for text in texts)
        if word.is_rest:
            rest = list(value) if isinstance(value, tuple) else []
        elif isinstance(value, tuple) and not word.repeats:
            value = value[0]
        if word.required and not word.is_rest:
            positional.append(value)
        elif not word.is_rest:
            keywords[word.name] = value
    return [*positional, *rest], keywords


def _take(
    label: str,
    text: str,
    options: Mapping[str, Word],
    queue: deque[str],
    found: dict[str, tuple[str, ...] | bool],
) -> None:
    """Read one option and its value."""
    flag, equals, value = text.partition("=")
    word = options.get(flag)
    if word is None:
        raise Usage(f"{label}: {_unknown_option(flag, options)}")
    if word.kind is bool:
        if equals:
            raise Usage(f"{label}: {flag} takes no value")
        found[word.name] = not flag.startswith("--no-") or flag == word.flag
        return
    if not equals:
        if not queue or queue[0].partition("=")[0] in options:
            raise Usage(f"{label}: {flag} needs a value: {word.help or word.metavar}")
        value = queue.popleft()
    before = found.get(word.name, ())
    if before and not word.repeats:
        raise Usage(f"{label}: {flag} is given twice")
    found[word.name] = (*(before if isinstance(before, tuple) else ()), value)


def _unknown_option(flag: str, options: Mapping[str, Word]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(flag, options, 1)
    if near:
        return f"there is no option {shown(flag)}; did you mean {near[0]}?"
    there = ", ".join(options) or "none"
    return f"there is no option {shown(flag)} (there are: {there}); what begins with a dash itself stands after --"


def _placed(label: str, words: Sequence[Word], places: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give each place its word; the last parameter may take all that are left."""
    in_order = placed_words(label, words)
    rest = next((word for word in words if word.is_rest), None)
    missing = [word for word in in_order[len(places) :] if word.required]
    if missing:
        raise Usage(f"{label}: {missing[0].metavar} is missing ({missing[0].help}); {usage(label, words)}")
    if len(places) > len(in_order) and rest is None:
        extra = shown(places[len(in_order)])
        raise Usage(f"{label}: '{extra}' is one word too many; {usage(label, words)}")
    found: dict[str, tuple[str, ...]] = {word.name: (text,) for word, text in zip(in_order, places, strict=False)}
    if rest is not None and len(places) > len(in_order):
        found[rest.name] = tuple(places[len(in_order) :])
    return found


def _value(word: Word, text: str, moment: Moment) -> Any:
    try:
        return _converted(word.kind, text, moment)
    except BadValue as fault:
        raise BadValue(f"{word.spoken}: {str(fault).rstrip('.')}.") from fault


def _converted(kind: type, text: str, moment: Moment) -> Any:
    if not _is_unicode(text):
        raise BadValue(f"'{shown(text)}' holds bytes that are not UTF-8")
    if issubclass(kind, StrEnum):
        return _choice(kind, text)
    if kind is int:
        return _whole(text)
    if kind is float:
        return _number(text)
    if kind is date or kind is datetime:
        from engine.rules.dates import parse_day, parse_instant

        if kind is date:
            return parse_day(text, moment.today)
        return parse_instant(text, moment.now, moment.zone)
    return text


def _is_unicode(text: str) -> bool:
    """Whether the store could keep it: bytes that were not UTF-8 arrive as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _choice(kind: type[StrEnum], text: str) -> StrEnum:
    try:
        return kind(text)
    except ValueError:
        raise BadValue(f"expected one of {', '.join(kind)}, not '{shown(text)}'") from None


def _whole(text: str) -> int:
    if len(text) < 19 and re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    raise BadValue(f"expected a whole number, not '{shown(text)}'")


def _number(text: str) -> float:
    if len(text) < 40 and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        return float(text)
    raise BadValue(f"expected a number, not '{shown(text)}'")
