"""Values that are written out in the text of a Python file: what can be known of it without running it."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from engine.rules.errors import BadValue, shown

LARGEST = 64 << 10
"""Characters of a default as JSON."""
MOST_NUMBER = 1 << 53
"""Beyond it numbers change on their way through JSON."""


class File:
    """A file that is read: its name for errors, and what its imports call the names of `tickler`."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name = name
        self.aliases: dict[str, str] = {}
        for node in tree.body:
            if isinstance(node, ast.ImportFrom):
                self.aliases |= {each.asname: each.name for each in node.names if each.asname}

    def wrong(self, node: ast.AST, words: object) -> BadValue:
        """The fault of a place: `flows.py line 12: ...`."""
        return BadValue(f"{self.name} line {getattr(node, 'lineno', 1)}: {words}")

    def last(self, node: ast.AST) -> str:
        """The last part of a dotted name, as it was before an import called it otherwise."""
        if isinstance(node, ast.Attribute):
            return node.attr
        return self.aliases.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    def literal(self, node: ast.expr, what: str) -> Any:
        """The value of an expression; days as `date(2025, 6, 4)`."""
        if isinstance(node, ast.Call) and self.last(node.func) == "date":
            return self._day(node, what)
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as fault:
            words = f"{what}: expected a value that is written out, as the file is read and not run"
            raise self.wrong(node, words) from fault

    def _day(self, node: ast.Call, what: str) -> date:
        try:
            parts = {each.arg or "": ast.literal_eval(each.value) for each in node.keywords}
            return date(*(ast.literal_eval(each) for each in node.args), **parts)
        except (ValueError, TypeError, SyntaxError, OverflowError, RecursionError, MemoryError) as fault:
            raise self.wrong(node, f"{what}: expected a day such as date(2025, 6, 4)") from fault

    def texts(self, node: ast.expr, what: str) -> tuple[str, ...]:
        """A list of texts."""
        given = self.literal(node, what)
        if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
            raise self.wrong(node, f'{what}: expected a list of names, such as ["user"]')
        return tuple(given)

    def arguments(self, call: ast.Call, of: str, kinds: Mapping[str, type]) -> dict[str, Any]:
        """The keyword arguments of a call, each of the type that `kinds` names."""
        said: dict[str, Any] = {}
        for word in call.keywords:
            name = word.arg or "**"
            if name not in kinds:
                raise self.wrong(word.value, f"{of}: {shown(name)} is not known (expected {', '.join(kinds)})")
            kind = kinds[name]
            if kind is tuple:
                said[name] = self.texts(word.value, f"{of}: {name}")
                continue
            given = self.literal(word.value, f"{of}: {name}")
            if type(given) is not kind:
                raise self.wrong(word.value, f"{of}: {name}: expected {_KINDS[kind]}, not '{shown(given)}'")
            said[name] = given
        return said

    def checked(self, node: ast.AST, what: str, parse: Callable[[Any], Any], given: Any) -> Any:
        """What a rule makes of the value; its fault gets the line."""
        try:
            return parse(given)
        except BadValue as fault:
            raise self.wrong(node, f"{what}: {fault}") from fault


_KINDS: Mapping[type, str] = {str: "a text", int: "a whole number", bool: "True or False"}


def is_plain(given: object) -> bool:
    """Whether JSON can hold it, and gives it back as it was."""
    try:
        return len(json.dumps(given, allow_nan=False)) <= LARGEST and all(_is_plain(each) for each in _within(given))
    except (ValueError, TypeError, RecursionError):
        return False


def _within(given: object) -> Iterator[object]:
    queue = [given]
    while queue:
        each = queue.pop()
        yield each
        if isinstance(each, dict):
            queue += [*each, *each.values()]
        elif isinstance(each, list):
            queue += each


def _is_plain(each: object) -> bool:
    if isinstance(each, tuple):
        return False
    if isinstance(each, int | float) and not isinstance(each, bool):
        return math.isfinite(each) and abs(each) <= MOST_NUMBER
    return True
