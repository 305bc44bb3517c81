"""The condition of a trigger for entities: `status=confirmed,validated adults>10 team!=North`; every part must hold.

A part is a field, one of = != < <= > >=, and a value; with = and != one of several, parted by commas. Fields are
`status`, `team`, `name`, the date fields and the attributes. An empty value (`team=`) is one that is not there. Numbers
are compared as numbers, all else as text, which is right for days.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from engine.rules.errors import BadValue, shown
from store.frozen import value

_PART = re.compile(r"([^=!<>\s]+)(!=|<=|>=|=|<|>)(.*)", re.DOTALL)
_MOST = 1_000


@value
class Check:
    """One part: the field, how it is compared, and with which texts."""

    field: str
    how: str
    texts: tuple[str, ...]

    def holds(self, fields: Mapping[str, object]) -> bool:
        """Whether it holds for an entity with these fields."""
        have = fields.get(self.field)
        text = "" if have is None else str(have)
        if self.how in ("=", "!="):
            return any(_equal(text, each) for each in self.texts) is (self.how == "=")
        if not text:
            return False
        return "<=>"[_order(text, self.texts[0]) + 1] in self.how


def parse(text: str) -> tuple[Check, ...]:
    """The parts of a condition; BadValue names the one that is none, and shows the form."""
    if len(text) > _MOST:
        raise BadValue(f"{len(text):,} characters are too many (at most {_MOST:,})")
    try:
        words = shlex.split(text)
    except ValueError:
        raise BadValue(f"'{shown(text)}': a quote is not closed") from None
    return tuple(_part(word) for word in words)


def holds(checks: tuple[Check, ...], fields: Mapping[str, object]) -> bool:
    """Whether all of them hold."""
    return all(check.holds(fields) for check in checks)


def _part(word: str) -> Check:
    form = _PART.fullmatch(word)
    if form is None:
        raise BadValue(f"'{shown(word)}' is no condition for an entity; expected a form such as status=confirmed")
    field, how, rest = form.groups()
    texts = tuple(rest.split(",")) if how in ("=", "!=") else (rest,)
    if how not in ("=", "!=") and not rest:
        raise BadValue(f"'{shown(word)}' compares with nothing; expected a form such as adults>10")
    return Check(field, how, texts)


def _equal(left: str, right: str) -> bool:
    if left == right:
        return True
    one, other = _number(left), _number(right)
    return one is not None and one == other


def _order(left: str, right: str) -> int:
    """-1, 0 or 1: whether the first is less, equal or more."""
    one, other = _number(left), _number(right)
    if one is None or other is None:
        return (left > right) - (left < right)
    return (one > other) - (one < other)


def _number(text: str) -> float | None:
    try:
        return float(text) if len(text) < 40 else None
    except ValueError:
        return None
