"""On which line each table and key of a TOML text stands. `tomllib` gives values without their places.

Works on text that `tomllib` has read without complaint, and only as deep as a desk file needs: arrays of
tables, and the keys directly in them. A sub-table counts as a key of the table it belongs to; the second
`[[workflow.step]]` is also its key `step 2`.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*+)"
    r'|"""(?:[^"\\]|\\.|"{1,2}+(?!"))*+"{3,5}+'
    r"|'''(?:[^']|'{1,2}+(?!'))*+'{3,5}+"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|(?P<mark>[\[\]{}=\n])"
    r"|(?P<blank>[ \t\r]++)"
    r"|[^\s#\"'\[\]{}=]++",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """One table: the line of its header, and of each of its keys."""

    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def of(self, key: str) -> int:
        """The line of the key; of the header if the key is not there."""
        return self.keys.get(key, self.line)


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand: the tables of each array in their order, and what stands at the top."""

    arrays: dict[str, list[Placed]]
    top: dict[str, int]

    def table(self, name: str, index: int) -> Placed:
        """The `index`-th `[[name]]`; one written as an inline table stands where its array begins."""
        found = self.arrays.get(name, [])
        return found[index] if index < len(found) else Placed(self.top.get(name, 1))


def places(text: str) -> Places:
    """Find every `[[table]]` and key of `text`, lines counted from 1."""
    scan = _Scan()
    for token in _TOKEN.finditer(text):
        scan.take(token[0], token.lastgroup)
        scan.line += token[0].count("\n")
    return Places(dict(scan.arrays), scan.top)


class _Scan:
    """Reads a text token by token: at the start of a line, in a header, in a key, or in a value."""

    def __init__(self) -> None:
        self.line = 1
        self.arrays: dict[str, list[Placed]] = defaultdict(list)
        self.top: dict[str, int] = {}
        self._in = "start"
        self._depth = 0
        self._words: list[str] = []
        self._keys = self.top
        self._began = 1

    def take(self, token: str, group: str | None) -> None:
        if self._in == "value":
            self._value(token, group)
        elif group in ("blank", "comment") or (token == "\n" and self._in == "start"):
            return
        elif self._in == "start":
            self._in = "header" if token == "[" else "key"
            self._words, self._began = [token], self.line
        elif self._in == "header" and token == "\n":
            self._header()
        elif self._in == "key" and token == "=":
            self._keys.setdefault(_first(self._words), self._began)
            self._in, self._depth = "value", 0
        else:
            self._words.append(token)

    def _value(self, token: str, group: str | None) -> None:
        if group != "mark":
            return
        if token in "[{":
            self._depth += 1
        elif token in "]}":
            self._depth -= 1
        elif token == "\n" and self._depth == 0:
            self._in = "start"

    def _header(self) -> None:
        """`[[a]]` begins a table of the array; `[a.b]` and `[[a.b]]` are its key b; `[a]` stands at the top."""
        self._in = "start"
        is_array = self._words[:2] == ["[", "["]
        path = _path([word for word in self._words if word not in "[]"])
        name = path[0]
        if is_array and len(path) == 1:
            self.arrays[name].append(Placed(self._began))
            self._keys = self.arrays[name][-1].keys
        elif len(path) > 1 and self.arrays.get(name):
            keys = self.arrays[name][-1].keys
            keys.setdefault(path[1], self._began)
            if is_array and len(path) == 2:
                number = sum(key.startswith(f"{path[1]} ") for key in keys) + 1
                keys[f"{path[1]} {number}"] = self._began
            self._keys = {}
        else:
            self.top.setdefault(name, self._began)
            self._keys = {}


def _first(words: list[str]) -> str:
    return _path(words)[0]


def _path(words: list[str]) -> list[str]:
    """The parts of a dotted key, quotes undone."""
    parts: list[str] = []
    for word in words:
        if word[0] in "\"'":
            parts.append(tomllib.loads(f"x = {word}")["x"])
        else:
            parts += [part for part in word.split(".") if part]
    return parts
