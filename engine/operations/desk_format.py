"""The format of the desk file: its tables and keys, and what is wrong with a file, with the lines.

Reading it says nothing about the store; whether a team exists is asked when the file is loaded.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.rules.errors import shown
from engine.rules.toml_lines import Placed, Places, places
from store.errors import Refused

LIMIT = 50_000_000
"""Bytes of a desk file; a desk of a hundred thousand entities has a third of that."""

_REPORTED = 20
_ENOUGH = 1_000
"""Problems after which nobody reads on; finding near names for each would take minutes."""


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "a text in quotes"


def _texts(value: Any) -> str:
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return "" if is_list else 'a list of texts, such as ["quote", "confirmed"]'


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _number_or_text(value: Any) -> str:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if isinstance(value, str) or is_whole else "a text or a whole number"


def _whole(value: Any) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) else "a whole number"


def _object(value: Any) -> str:
    return "" if isinstance(value, dict) else "a table, such as { date_from = 2025-07-14 }"


def _anything(value: Any) -> str:
    """Checked where it is saved."""
    return ""


Check = Callable[[Any], str]
"""What was expected, or nothing if the value will do."""

TABLES: Mapping[str, Mapping[str, Check]] = {
    "entity_class": {"name": _text, "statuses": _texts, "date_fields": _texts},
    "team": {"name": _text},
    "user": {"name": _text, "full_name": _text, "login": _text, "team": _text, "zone": _text,
             "quiet": _text, "loud_from": _text},
    "calendar": {
        "name": _text, "week": _texts, "country": _text, "region": _text, "off": _texts, "work": _texts,
    },
    "task_event": {
        "name": _text, "object_class": _text, "event_type": _text, "entity_status": _text,
        "entity_date_field": _text, "offset": _number_or_text, "roll": _text, "calendar": _text,
    },
    "task_model": {
        "name": _text, "description": _text, "object_class": _text, "tasks_group_name": _text,
        "trigger_event": _text, "deadline_event": _text, "kind": _text, "team": _text, "is_active": _flag,
    },
    "entity": {
        "object_class": _text, "object_id": _number_or_text, "name": _text, "status": _text, "team": _text,
        "dates": _object, "attributes": _object,
    },
    "label": {"name": _text},
    "list": {"name": _text, "zone": _text, "position": _whole},
    "template": {},
    "schedule": {},
    "workflow": {
        "name": _text, "title": _text, "state": _anything, "step": _anything, "source": _text, "file": _text,
    },
    "trigger": {},
    "filter": {"name": _text, "text": _text, "position": _whole},
}  # fmt: skip
"""Table -> key -> its check, tables in the order in which they must be loaded.

Keys of a schedule, template or trigger belong to the module of their fields, which is only asked for files that have
one.
An entity may have the date fields of its class as keys too.
"""

NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "entity_class": ("name",),
    "team": ("name",),
    "user": ("name",),
    "task_event": ("object_class", "name"),
    "task_model": ("object_class", "name"),
    "entity": ("object_class", "object_id"),
    "calendar": ("name",),
    "label": ("name",),
    "list": ("name",),
    "template": ("name",),
    "schedule": ("name",),
    "workflow": ("name",),
    "trigger": ("name",),
    "filter": ("name",),
}
"""What tells the rows of a table apart; these keys must be there."""

LATER = ("role",)
"""Tables that the format has and this version does not load yet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One `[[table]]` of a file: the `index`-th of its kind, from 0."""

    table: str
    index: int
    given: Mapping[str, Any]

    @property
    def name(self) -> tuple[str, ...]:
        """What tells it apart within its table."""
        return tuple(str(self.given.get(key, "")).strip() for key in NAMED_BY[self.table])

    @property
    def words(self) -> str:
        """`[[team]] North`, `[[entity]] stay 12`."""
        names = [shown(name) for name in self.name if name]
        return " ".join([f"[[{self.table}]]", *(names if self.table == "entity" else names[-1:])])


@dataclass(slots=True)
class Problems:
    """What is wrong with a file. Up to 20 are told, each with its line; the lines are found only then.

    `broken` names the entries themselves, so that what refers to one of them is not reported as well.
    """

    file: str
    text: str
    found: list[tuple[str, int, str | None, str]] = field(default_factory=list)
    broken: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, entry: Entry, key: str | None, why: str) -> None:
        """Something is wrong with an entry, or with one of its keys."""
        label = f"{entry.words}: {why}" if key is None else f"{entry.words}: {key}: {why}"
        self.found.append((entry.table, entry.index, key, label))
        self.broken.add((entry.table, *entry.name))

    @property
    def is_enough(self) -> bool:
        """Whether more of them would help nobody."""
        return len(self.found) >= _ENOUGH

    def add_table(self, table: str, why: str) -> None:
        """Something is wrong with a table as a whole."""
        self.found.append((table, 0, None, why))

    def refuse(self) -> None:
        """Refused with all that was found, by line; returns if nothing was."""
        if not self.found:
            return
        where = places(self.text)
        told = sorted({(_line(where, table, index, key), words) for table, index, key, words in self.found})
        lines = [f"line {line}: {words}" for line, words in told]
        if len(lines) == 1:
            raise Refused(f"{self.file} {lines[0]}.")
        rest = [f"and {len(lines) - _REPORTED:,} more"] if len(lines) > _REPORTED else []
        least = "at least " if self.is_enough else ""
        head = f"{self.file} cannot be loaded, {least}{len(lines):,} things are wrong; nothing was changed."
        raise Refused("\n".join([head, *lines[:_REPORTED], *rest]))


def read(data: bytes, file: str) -> tuple[tuple[Entry, ...], Problems]:
    """The entries of a desk file in the order they must be loaded, and what is wrong with their shape.

    `file` is what errors call it. Refused at once if it is not TOML: then nobody knows what the rest means.
    """
    text, document = _parsed(data, file)
    problems = Problems(file, text)
    entries = [entry for table in document for entry in _entries(table, document[table], problems)]
    order = list(TABLES)
    entries.sort(key=lambda entry: order.index(entry.table))
    _check_twice(entries, problems)
    return tuple(entries), problems


def _parsed(data: bytes, file: str) -> tuple[str, dict[str, Any]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise Refused(f"{file} line {line}: not UTF-8 (byte 0x{data[fault.start]:02x}).") from fault
    text = text.replace("\r\n", "\n")
    try:
        return text, tomllib.loads(text)
    except RecursionError as fault:
        raise Refused(f"{file}: arrays or tables are nested too deep.") from fault
    except ValueError as fault:
        raise Refused(f"{file} {_fault_words(str(fault))}.") from fault


def _fault_words(message: str) -> str:
    """`line 3: Invalid value (column 5)`, from what tomllib says: `Invalid value (at line 3, column 5)`."""
    what, _, place = message.partition(" (at ")
    line, _, column = place.rstrip(")").partition(", ")
    if line.startswith("line "):
        return f"{line}: {shown(what)} ({column})"
    if "integer string conversion" in message:
        return "holds a number of thousands of digits"
    return f"is not a desk file: {shown(message)}"


def _entries(table: str, value: Any, problems: Problems) -> Iterator[Entry]:
    if table in LATER:
        problems.add_table(table, f"[[{table}]] cannot be loaded yet: this version of tickler has no such table")
    elif table not in TABLES:
        near = difflib.get_close_matches(table, TABLES, 1)
        known = f"did you mean [[{near[0]}]]?" if near else f"known are {', '.join(TABLES)}"
        problems.add_table(table, f"[[{shown(table)}]] is no table of a desk file; {known}")
    elif not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        problems.add_table(table, f"expected [[{table}]], in double brackets, once for each")
    else:
        for index, given in enumerate(value):
            entry = Entry(table, index, given)
            if not problems.is_enough and _check(entry, problems):
                yield entry


def _check(entry: Entry, problems: Problems) -> bool:
    """Whether keys and types are right; what is wrong is noted."""
    before = len(problems.found)
    checks = TABLES[entry.table] or dict.fromkeys(_keys(entry.table), _anything)
    for key in NAMED_BY[entry.table]:
        if entry.given.get(key, "") == "":
            problems.add(entry, None, f"{key} is missing")
    for key, value in entry.given.items():
        if key in checks:
            expected = checks[key](value)
            if expected:
                problems.add(entry, key, f"expected {expected}, not {_briefly(value)}")
        elif entry.table != "entity":
            problems.add(entry, key, no_such_key(key, tuple(checks)))
    return len(problems.found) == before


def no_such_key(key: str, known: tuple[str, ...]) -> str:
    """`is no key here; did you mean offset?`"""
    near = difflib.get_close_matches(key[:200], known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"is no key here; {hint}"


def _keys(table: str) -> tuple[str, ...]:
    from engine.operations import desk_state, schedule_fields

    if table == "schedule":
        return (*schedule_fields.KEYS, *desk_state.KEYS)
    if table == "trigger":
        from engine.operations import trigger_fields

        return (*trigger_fields.KEYS, *desk_state.KEYS)
    from engine.operations import template_fields

    return (*template_fields.KEYS, *desk_state.KEYS, desk_state.SKIPS)


def _briefly(value: Any) -> str:
    """A wrong value in a few words; Python refuses to print numbers of thousands of digits."""
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return "a huge number" if isinstance(value, int) and abs(value) > 10**30 else f"'{shown(value, 30)}'"


def _check_twice(entries: list[Entry], problems: Problems) -> None:
    first: dict[tuple[str, ...], Entry] = {}
    twice: list[tuple[Entry, Entry]] = []
    for entry in entries:
        before = first.setdefault((entry.table, *entry.name), entry)
        if before is not entry:
            twice.append((before, entry))
    where = places(problems.text) if twice else None
    for before, entry in twice:
        line = where.table(before.table, before.index).line if where else 0
        problems.add(entry, None, f"is there already, on line {line}")


def _line(where: Places, table: str, index: int, key: str | None) -> int:
    placed: Placed = where.table(table, index)
    return placed.line if key is None else placed.of(key)
