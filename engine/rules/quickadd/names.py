"""Names in a line: lists, labels, people, things, and what `+home` is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from engine.rules.errors import BadValue, shown
from engine.rules.names import plain_name, unknown
from engine.rules.quickadd.values import Dialect, Found, Known, Part
from store.frozen import value

_QUOTES = "in quotes it is text"


@value
class Named:
    """What a name stands for and the words for it."""

    name: str
    words: str


def list_named(text: str, known: Known) -> Named:
    """The list by its path or, where only one has it, its name; BadValue with the nearest."""
    found = _lists(text, known)
    if len(found) == 1:
        return Named(found[0], f"list {shown(found[0])}")
    if found:
        raise BadValue(f"'{shown(text)}' may be one of the lists {', '.join(map(shown, found[:6]))}: write its path")
    raise BadValue(_ended(unknown(text, known.lists, "list")))


def label_named(text: str, known: Known) -> Named:
    """The label, new or known in whatever case; BadValue for what cannot be a label."""
    name = plain_name(text)
    if "," in name:
        raise BadValue(f"label: '{shown(text)}' holds a comma; expected one label")
    same = [each for each in known.labels if each == name] or [
        each for each in known.labels if each.casefold() == name.casefold()
    ]
    if same:
        return Named(same[0], f"label {shown(same[0])}")
    near = difflib.get_close_matches(name, known.labels, 1, 0.8) if len(known.labels) < _MOST_NEAR else []
    hint = f"; there is {shown(near[0])}" if near else ""
    return Named(name, f"label {shown(name)} (new{hint})")


def person_named(text: str, known: Known) -> Named:
    """The person; `me` is who types. BadValue with the nearest."""
    people = dict.fromkeys([*known.people, *([known.me] if known.me else [])])
    if text in people:
        return Named(text, f"for {shown(text)}")
    same = [each for each in people if each.casefold() == text.casefold()]
    if len(same) == 1:
        return Named(same[0], f"for {shown(same[0])}")
    if text.casefold() == "me" and known.me:
        return Named(known.me, f"for {shown(known.me)}")
    raise BadValue(_ended(unknown(text, people, "person")))


def plus(found: Found, founds: Sequence[Found], known: Known) -> Found:
    """`+home` as a label (Taskwarrior) or a list (todo.txt), by what the line and the desk leave possible.

    Where no list has the name, only a label is possible. Where one has, the line must be Taskwarrior's, or todo.txt's
    beyond a mere `(A)`; else both readings are offered.
    """
    name = str(found.value)
    lists = _lists(name, known)
    if not lists:
        near = difflib.get_close_matches(name, known.lists, 1, 0.8) if name not in known.labels else []
        if near and _dialects(founds) == {Dialect.TODO_TXT}:
            return _both(found, near[0], name)
        return Found(found.start, found.end, Part.LABEL, (name,))
    marks = [each.part for each in founds if each.dialect is Dialect.TODO_TXT]
    dialects = _dialects(founds)
    if dialects == {Dialect.TASKWARRIOR}:
        return Found(found.start, found.end, Part.LABEL, (name,))
    if dialects == {Dialect.TODO_TXT} and any(part is not Part.PRIORITY for part in marks):
        return Found(found.start, found.end, Part.LIST, name)
    return _both(found, lists[0], name)


def _both(found: Found, path: str, name: str) -> Found:
    label = f'@"{name}"' if " " in name else f"@{name}"
    there = f'#"{path}"' if " " in path else f"#{path}"
    words = f"+{shown(name)} may be the label {shown(name)} or the list {shown(path)}: write {label} or {there}"
    return Found(found.start, found.end, Part.ERROR, words)


def _dialects(founds: Iterable[Found]) -> set[Dialect]:
    return {each.dialect for each in founds if each.dialect is not None and each.part is not Part.WITHOUT}


def _lists(text: str, known: Known) -> list[str]:
    for same in (str, str.casefold):
        wanted = same(text)
        found = [path for path in known.lists if same(path) == wanted]
        found = found or [path for path in known.lists if same(path.rpartition("/")[2]) == wanted]
        if found:
            return found
    return []


def _ended(words: str) -> str:
    return f"{words} {_QUOTES.capitalize()}" if words.endswith("?") else f"{words}; {_QUOTES}"


_MOST_NEAR = 2_000
"""Among more labels than these nobody looks for a like one: it would be felt at every key."""
