"""Conditions of a gateway: `amount > 100`, `not approved`, `level = a and (weekday = sat or today >= due)`.

A small language of its own over the fields of a workflow's state; nothing in it is ever run. Types are checked when a
definition is loaded, so that no gateway fails by its condition when somebody waits for it. A field alone means yes, or
that it is filled in. An empty field is equal to nothing, less and greater than nothing; `!=` is what `=` is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from engine.rules.errors import BadValue, shown
from engine.rules.workflows.graph import Field, FieldKind
from store.frozen import value

LENGTH = 1_000
"""Characters of a condition."""
DEPTH = 50
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TODAY, WEEKDAY = "today", "weekday"
SIGNS = ("=", "!=", "<", "<=", ">", ">=")

_WORDS = frozenset({"and", "or", "not"})
_YES, _NO = ("yes", "true"), ("no", "false")
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[<>!=]=?)|(?P<mark>[()])|(?P<text>"[^"]*"|'[^']*')|(?P<word>[^\s()<>=!"']+))""",
)
_ORDERED = frozenset({FieldKind.NUMBER, FieldKind.DATE})
_EXPECTED = "expected a form such as amount > 100, approved, level = a or today >= due"


@value
class Name:
    """What stands for a value: a field of the state, `today` or `weekday`."""

    name: str
    kind: FieldKind


@value
class Given:
    """A field alone: it is yes, or filled in."""

    name: Name


@value
class Compared:
    """`left sign right`; the right side is a value of the kind of the left, or another name of that kind."""

    left: Name
    sign: str
    right: object


@value
class Not:
    """The opposite."""

    part: object


@value
class All:
    """Every part holds."""

    parts: tuple[object, ...]


@value
class OneOf:
    """One part holds."""

    parts: tuple[object, ...]


Condition = Given | Compared | Not | All | OneOf


def parse(text: str, fields: Iterable[Field]) -> Condition:
    """What the text says of these fields; BadValue names the place and what was expected."""
    if len(text) > LENGTH:
        raise BadValue(f"a condition of {len(text):,} characters is too long (at most {LENGTH:,})")
    reader = _Reader(_tokens(text), {each.name: each for each in fields})
    found = reader.either(0)
    if reader.kind:
        raise BadValue(f"'{shown(reader.text)}' was not expected there ({_EXPECTED})")
    return found


def holds(condition: object, data: Mapping[str, Any], today: date) -> bool:
    """Whether it holds for a state, on the day `today` of the store's zone."""
    if isinstance(condition, All):
        return all(holds(each, data, today) for each in condition.parts)
    if isinstance(condition, OneOf):
        return any(holds(each, data, today) for each in condition.parts)
    if isinstance(condition, Not):
        return not holds(condition.part, data, today)
    if isinstance(condition, Given):
        return bool(_value(condition.name, data, today)) or _is_zero(condition.name, data)
    assert isinstance(condition, Compared)
    left, right = _value(condition.left, data, today), condition.right
    if isinstance(right, Name):
        right = _value(right, data, today)
    return _compared(left, condition.sign, right)


def _is_zero(name: Name, data: Mapping[str, Any]) -> bool:
    """A number that is 0 is filled in."""
    return name.kind is FieldKind.NUMBER and data.get(name.name) is not None


def _compared(left: Any, sign: str, right: Any) -> bool:
    if left in (None, "") or right in (None, ""):
        return sign == "!="
    if sign in ("=", "!="):
        return (left == right) is (sign == "=")
    if type(left) is not type(right) and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return False
    ordered: bool = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]
    return ordered


def _value(name: Name, data: Mapping[str, Any], today: date) -> Any:
    """The value that counts; one that the state should not hold is as good as none."""
    if name.name == TODAY:
        return today
    if name.name == WEEKDAY:
        return WEEKDAYS[today.weekday()]
    given = data.get(name.name)
    if name.kind is FieldKind.DATE:
        try:
            return date.fromisoformat(given) if isinstance(given, str) else None
        except ValueError:
            return None
    if name.kind is FieldKind.YES_NO:
        return given if isinstance(given, bool) else None
    if name.kind is FieldKind.NUMBER:
        return given if isinstance(given, int | float) and not isinstance(given, bool) else None
    return given if name.kind is FieldKind.ANY or isinstance(given, str) else None


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        token = _TOKEN.match(text, at)
        if token is None or token.end() == at:
            raise BadValue(f"'{shown(text[at:].strip())}' was not expected there ({_EXPECTED})")
        kind = token.lastgroup or ""
        found.append((kind, token[kind]))
        at = token.end()
    return found


class _Reader:
    """Reads tokens from left to right: `or` binds least, then `and`, then `not`."""

    def __init__(self, tokens: list[tuple[str, str]], fields: Mapping[str, Field]) -> None:
        self._tokens = tokens
        self._fields = fields
        self._at = 0

    @property
    def kind(self) -> str:
        """The kind of the token at hand, empty at the end."""
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    @property
    def text(self) -> str:
        """The token at hand."""
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def either(self, depth: int) -> Condition:
        """Parts between `or`."""
        parts = [self._both(depth)]
        while self._takes("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else OneOf(tuple(parts))

    def _both(self, depth: int) -> Condition:
        parts = [self._single(depth)]
        while self._takes("and"):
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _single(self, depth: int) -> Condition:
        if depth > DEPTH:
            raise BadValue(f"a condition may be nested {DEPTH} deep at most")
        if self._takes("not"):
            return Not(self._single(depth + 1))
        if self.kind == "mark" and self.text == "(":
            self._at += 1
            found = self.either(depth + 1)
            if self.text != ")" or self.kind != "mark":
                raise BadValue("a parenthesis is not closed")
            self._at += 1
            return found
        return self._comparison()

    def _takes(self, word: str) -> bool:
        if self.kind != "word" or self.text.lower() != word:
            return False
        self._at += 1
        return True

    def _comparison(self) -> Condition:
        left = self._name()
        if self.kind != "sign":
            if left.name in (TODAY, WEEKDAY):
                raise BadValue(f"{left.name}: expected what it is compared with ({_EXPECTED})")
            return Given(left)
        sign = "=" if self.text == "==" else self.text
        self._at += 1
        if sign not in SIGNS:
            raise BadValue(f"'{shown(sign)}' is no comparison (expected one of {' '.join(SIGNS)})")
        if left.kind is FieldKind.ANY:
            raise BadValue(f"{left.name}: only a field with a type of its own can be compared")
        if sign not in ("=", "!=") and left.kind not in _ORDERED:
            raise BadValue(f"{left.name}: a {left.kind} is not less or greater (expected = or !=)")
        return Compared(left, sign, self._right(left))

    def _name(self) -> Name:
        if self.kind != "word" or self.text.lower() in _WORDS:
            what = f"not '{shown(self.text)}'" if self.kind else "not the end"
            raise BadValue(f"expected the name of a field, {what} ({_EXPECTED})")
        word = self.text
        self._at += 1
        found = self._known(word)
        if found is None:
            known = ", ".join([*map(shown, list(self._fields)[:20]), TODAY, WEEKDAY])
            raise BadValue(f"'{shown(word)}' is no field of the state (known are {known})")
        return found

    def _known(self, word: str) -> Name | None:
        field = self._fields.get(word)
        if field is not None:
            return Name(word, field.kind)
        return {TODAY: Name(TODAY, FieldKind.DATE), WEEKDAY: Name(WEEKDAY, FieldKind.CHOICE)}.get(word)

    def _right(self, left: Name) -> object:
        kind, text = self.kind, self.text
        if kind not in ("word", "text") or (kind == "word" and text.lower() in _WORDS):
            raise BadValue(f"{left.name}: expected a {left.kind} to compare it with")
        self._at += 1
        if kind == "text":
            text = text[1:-1]
        choices = WEEKDAYS if left.name == WEEKDAY else self._choices(left)
        if kind == "word" and text not in choices:
            other = self._known(text)
            if other is not None and _alike(left.kind, other.kind):
                return other
        return _literal(left, text, choices)

    def _choices(self, name: Name) -> tuple[str, ...]:
        return self._fields[name.name].choices if name.name in self._fields else ()


def _alike(one: FieldKind, other: FieldKind) -> bool:
    texts = (FieldKind.TEXT, FieldKind.CHOICE)
    return one is other or (one in texts and other in texts)


def _literal(left: Name, text: str, choices: tuple[str, ...]) -> object:
    """A value of the kind of `left`."""
    if left.kind is FieldKind.CHOICE:
        if text not in choices:
            raise BadValue(f"{left.name}: '{shown(text)}' is none of {', '.join(map(shown, choices[:20]))}")
        return text
    if left.kind is FieldKind.YES_NO:
        if text.lower() not in (*_YES, *_NO):
            raise BadValue(f"{left.name}: '{shown(text)}' is neither yes nor no")
        return text.lower() in _YES
    if left.kind is FieldKind.DATE:
        try:
            return date.fromisoformat(text)
        except ValueError as fault:
            raise BadValue(f"{left.name}: '{shown(text)}' is not a day (expected one such as 2025-06-04)") from fault
    if left.kind is FieldKind.NUMBER:
        return _number(left.name, text)
    return text


def _number(name: str, text: str) -> int | float:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", text):
        raise BadValue(f"{name}: '{shown(text)}' is not a number (expected one such as 100 or 9.50)")
    return float(text) if "." in text else int(text)
