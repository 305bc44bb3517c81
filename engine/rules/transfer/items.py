"""What a file of another program says of one task, and what is told of what could not be kept.

Readers of every format make `Item`s; the store knows only these. Whatever means something else here, or has no place
here, is told with its line: nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2s
from typing import Any

from engine.rules.days import LAST_YEAR
from engine.rules.errors import BadValue, shown
from engine.rules.names import NAME_LENGTH
from engine.rules.texts import LINE_LENGTH
from store.frozen import value

LARGEST = 30_000_000
"""Bytes of a file; about a hundred thousand tasks."""
MOST = 100_000
"""Tasks of a file."""
FIRST_YEAR = 1900
NO_NAME = "(no name)"

_LINES_KEPT = 5
_DIFFERENT = 500
_REPORTED = 20
_UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Kind(StrEnum):
    """What became of something that a file says."""

    REFUSED = "refused"
    CHANGED = "changed"
    LOST = "lost"
    NOTED = "noted"


@value
class Said:
    """One thing that is told of a file: how often, and the first lines where it is so (none: of the whole)."""

    kind: Kind
    words: str
    count: int
    lines: tuple[int, ...]

    def __str__(self) -> str:
        places = ", ".join(f"{line:,}" for line in self.lines)
        more = ", ..." if self.count > len(self.lines) else ""
        where = f" ({self.count:,} times: " if self.count > 1 else " ("
        head = f"  {self.kind:8}  {self.words}"
        return f"{head}{where}line{'s' if len(self.lines) > 1 else ''} {places}{more})" if self.lines else head


class Told:
    """Everything that is told of one file; what is said of many lines is kept once."""

    def __init__(self) -> None:
        self._said: dict[tuple[Kind, str], list[int]] = {}
        self._counts: dict[tuple[Kind, str], int] = {}
        self._left_out = 0
        self.refused = 0

    def say(self, kind: Kind, words: str, line: int = 0) -> None:
        """Tell of a line; 0: of the whole file."""
        key = (kind, words)
        self.refused += kind is Kind.REFUSED
        if key not in self._said and len(self._said) >= _DIFFERENT:
            self._left_out += 1
            return
        lines = self._said.setdefault(key, [])
        self._counts[key] = self._counts.get(key, 0) + 1
        if line and len(lines) < _LINES_KEPT:
            lines.append(line)

    def all(self) -> tuple[Said, ...]:
        """What was told: refusals first, each kind in the order of the file."""
        order = list(Kind)
        keys = sorted(self._said, key=lambda key: order.index(key[0]))
        said = [Said(key[0], key[1], self._counts[key], tuple(self._said[key])) for key in keys]
        more = [Said(Kind.NOTED, f"and {self._left_out:,} things more", 1, ())] if self._left_out else []
        return (*said, *more)

    def refusal(self, file: str) -> str:
        """What was refused, a line for each of the first twenty."""
        found = [(line, words) for (kind, words), lines in self._said.items() if kind is Kind.REFUSED for line in lines]
        found = sorted(found)[:_REPORTED]
        if self.refused == 1:
            return f"{file} line {found[0][0]}: {found[0][1]}. Nothing was imported."
        rest = [f"and {self.refused - len(found):,} more"] if self.refused > len(found) else []
        head = f"{file} cannot be imported, {self.refused:,} things are wrong; nothing was imported."
        tail = "With --partial, what is wrong is left out."
        return "\n".join([head, *(f"line {line}: {words}" for line, words in found), *rest, tail])


class BadFile(BadValue):
    """A file that cannot be read on; `line` is where."""

    def __init__(self, line: int, why: object) -> None:
        self.line = line
        super().__init__(f"line {line}: {str(why).rstrip('.')}")


@value
class Setting:
    """What a reader has to know: the zone of floating times (IANA name), and today there."""

    zone: str
    today: date


@dataclass(slots=True)
class Item:
    """One task of a file. `key` is its name there, the same each time the file is read.

    `recurs` holds fields of a template (`template_fields.KEYS`); such an item is no task itself, unless it `is_first`:
    then it is a task that recurs from now on. `of` and `of_day` say that it stands for that day of another item, which
    recurs; `skips` are days on which it does not happen. `is_past`: done because its day is over, which nobody says.
    """

    line: int
    key: str
    name: str
    notes: str = ""
    due: date | None = None
    time: str | None = None
    start: date | None = None
    visible: date | None = None
    priority: int | None = None
    list: str | None = None
    labels: tuple[str, ...] = ()
    checklist: tuple[tuple[str, bool], ...] = ()
    group: str = ""
    object: str = ""
    assignees: tuple[str, ...] = ()
    is_done: bool = False
    is_past: bool = False
    done: date | None = None
    done_at: datetime | None = None
    created: datetime | None = None
    recurs: Mapping[str, Any] | None = None
    is_first: bool = False
    of: str | None = None
    of_day: date | None = None
    skips: tuple[date, ...] = ()


def name_of(text: str, line: int, told: Told) -> tuple[str, str]:
    """A name that a task can have, and what of it belongs into the notes because it is too long."""
    plain = " ".join(_UNKEPT.sub(" ", text).split())
    if not plain:
        told.say(Kind.CHANGED, f"has no name; it is called {NO_NAME}", line)
        return NO_NAME, ""
    if len(plain) <= LINE_LENGTH:
        return plain, ""
    told.say(Kind.CHANGED, f"a name of over {LINE_LENGTH} characters was cut; all of it is in the notes", line)
    return plain[: LINE_LENGTH - 1].rstrip() + "…", plain


def notes_of(*parts: str) -> str:
    """The parts that say something, one below the other, without what a store cannot keep."""
    texts = [_UNKEPT.sub("", part.replace("\r\n", "\n").replace("\r", "\n")).strip("\n") for part in parts]
    return "\n".join(text for text in texts if text.strip())


def clean(text: str) -> str:
    """The text without control characters but for line ends and tabs."""
    return _UNKEPT.sub("", text)


def label_of(text: str, line: int, told: Told) -> str:
    """A name that a label can have; empty if nothing is left of it."""
    plain = " ".join(_UNKEPT.sub(" ", text).replace(",", " ").split()).lstrip("@").strip()[:NAME_LENGTH]
    plain = "".join(letter for letter in plain if letter.isprintable())
    if plain != text:
        told.say(Kind.CHANGED, f"the label '{shown(text)}' is called '{shown(plain)}'", line)
    return plain


def labels_of(texts: list[str], line: int, told: Told) -> tuple[str, ...]:
    """The labels, each once, in the order that a store has them."""
    return tuple(sorted({label for text in texts if (label := label_of(text, line, told))}))


def list_of(text: str, mark: str = "/") -> str | None:
    """The path of a list, from names with `mark` between them."""
    parts = [" ".join(_UNKEPT.sub(" ", part).replace("/", " ").split())[:NAME_LENGTH] for part in text.split(mark)]
    return "/".join(part for part in parts if part) or None


def bounded(day: date, what: str) -> date:
    """The day, if it is one that a task can have."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue(f"{what}: the year {day.year:04} is out of range ({FIRST_YEAR} to {LAST_YEAR})")
    return day


def key_of(*parts: object) -> str:
    """A name for what has none: equal parts have equal names."""
    text = "\x1f".join(str(part) for part in parts)
    return blake2s(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
