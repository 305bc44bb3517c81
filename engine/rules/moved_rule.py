"""A rule that is to happen on another day: ways to write it, found in its own words and tried one by one.

Nothing is guessed: a way counts only if the rule then happens on the new day, no longer on the old one, and did not
happen on the new one before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from engine.rules.errors import BadValue
from engine.rules.horizons import midnight
from engine.rules.when import Rule, counts_from_start
from engine.rules.wording import MONTHS, WEEKDAYS

_TICK = timedelta(microseconds=1)
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"(?<![\d:/-])(\d{1,2})(st|nd|rd|th)?(?![\d:/-])")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")

Make = Callable[[str, bool], Rule]
"""The rule of a text; True: it counts from the new day. BadValue if it is none."""


def moved_rule(spec: str, make: Make, was: date, to: date) -> tuple[str, bool] | None:
    """The text by which what happens on `was` happens on `to`, and whether it counts from there; None if there is none.

    Both are days of the rule's zone.
    """
    if happens_on(make(spec, False), to):
        return None
    for text, is_start in _ways(spec, was, to):
        try:
            rule = make(text, is_start)
        except BadValue:
            continue
        if happens_on(rule, to) and not happens_on(rule, was):
            return text, is_start
    return None


def happens_on(rule: Rule, day: date) -> bool:
    """Whether some occurrence is on that day of the rule's zone."""
    return occurrence_on(rule, day) is not None


def occurrence_on(rule: Rule, day: date) -> datetime | None:
    """The first instant of the rule on that day, or None."""
    at = rule.next(midnight(day, rule.zone) - _TICK)
    return at if at is not None and at < midnight(day + timedelta(days=1), rule.zone) else None


def _ways(spec: str, was: date, to: date) -> Iterator[tuple[str, bool]]:
    """Weekday for weekday, with its ordinal or without; number for number; date for date; else from the new day on."""
    for word in _WORD.finditer(spec):
        new = _weekday(word[0], was, to)
        if new:
            text = f"{spec[: word.start()]}{new}{spec[word.end() :]}"
            yield text, False
            yield re.sub(rf"(?i)\b({'|'.join(_ORDINALS)})\b", _ORDINALS[(to.day - 1) // 7], text, count=1), False
    for number in _NUMBER.finditer(spec):
        if int(number[1]) == was.day:
            text = f"{spec[: number.start()]}{to.day}{spec[number.end() :]}"
            yield text, False
            old, new = MONTHS[was.month - 1], MONTHS[to.month - 1]
            yield re.sub(rf"(?i)\b{old}\b", new.lower(), text), False
            yield re.sub(rf"(?i)\b{old[:3]}\b", new[:3].lower(), text), False
    if counts_from_start(spec):
        yield spec, True


def _weekday(word: str, was: date, to: date) -> str:
    """The word for the new weekday, as long as that for the old one; empty if it is not that."""
    for size in (2, 3, len(WEEKDAYS[was.weekday()])):
        if word.lower() == WEEKDAYS[was.weekday()][:size].lower():
            new = WEEKDAYS[to.weekday()][: None if size > 3 else size]
            return new.upper() if word.isupper() else new.lower()
    return ""
