"""todo.txt: one task a line, https://github.com/todotxt/todo.txt, with the keys that many programs add to it.

`due:` and `t:` are days, `rec:1m` counts from the day it was done and `rec:+1m` from the day it was due, `pri:` keeps
the priority of what is done, `uuid:` the name of a task.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from engine.rules.errors import BadValue, shown
from engine.rules.transfer.items import (
    MOST,
    BadFile,
    Item,
    Kind,
    Setting,
    Told,
    bounded,
    key_of,
    labels_of,
    list_of,
    name_of,
)
from engine.rules.transfer.texts import lines_of, text_of
from engine.rules.written_days import written_day
from store.frozen import value

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HEAD = re.compile(rf"(?P<x>x )?(?:\((?P<pri>[A-Z])\) )?(?:(?P<one>{_DAY}) )?(?:(?P<two>{_DAY}) )?(?P<rest>.*)")
_KEY = re.compile(r"(due|t|rec|pri|h|uuid|id):(\S+)", re.IGNORECASE)
_STEP = re.compile(r"(\+?)([0-9]{1,4})([dwmyb])")
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}
_LETTERS = "ABCD"
_WORDS = re.compile(r"\s+")


@value
class Line:
    """A task as todo.txt can have it."""

    name: str
    uid: str
    due: date | None
    visible: date | None
    priority: int | None
    list: str | None
    labels: tuple[str, ...]
    done: date | None
    is_done: bool
    created: date | None
    rec: str = ""


def read(data: bytes, setting: Setting, told: Told) -> list[Item]:
    """The tasks of a file; a line that cannot be taken is told as refused. BadFile if nothing can."""
    items, counted = [], Counter[str]()
    for number, text in lines_of(text_of(data)):
        if number > MOST:
            raise BadFile(number, f"more than {MOST:,} lines")
        try:
            item = _item(number, text.strip(), setting, told)
        except BadValue as fault:
            told.say(Kind.REFUSED, str(fault), number)
            continue
        base = item.key or key_of(item.name, item.list, item.created)
        counted[base] += 1
        if not item.key or counted[base] > 1:
            item.key = f"{base}.{counted[base]}"
        items.append(item)
    if not items and not told.refused:
        raise BadFile(1, "there is no task in it")
    return items


def _item(number: int, text: str, setting: Setting, told: Told) -> Item:
    head = _HEAD.fullmatch(text)
    if head is None:
        raise BadValue(f"'{shown(text)}' is no line of text")
    words, projects, contexts, keys = _parts(head["rest"])
    done, created = (head["one"], head["two"]) if head["x"] else (None, head["one"])
    if not head["x"] and head["two"]:
        words.insert(0, head["two"])
    name, more = name_of(" ".join(words), number, told)
    labels = [*contexts, *projects[1:]]
    for project in projects[1:]:
        told.say(Kind.CHANGED, f"a task lies in one list: +{shown(project)} became a label", number)
    item = Item(number, keys.get("uuid") or keys.get("id") or "", name, more)
    item.list = list_of(projects[0]) if projects else None
    item.labels = labels_of(labels, number, told)
    item.priority = _priority(head["pri"] or keys.get("pri", ""), number, told)
    item.is_done, item.done = bool(head["x"]), _day("done", done)
    created_day = _day("created", created)
    if created_day is not None:
        item.created = _midnight(created_day, setting.zone)
    if item.is_done and "rec" in keys and item.key:
        item.key += f"/{done}"  # programs keep all keys of the line from which they make the next
    item.due, item.visible = _day("due", keys.get("due")), _day("t", keys.get("t"))
    if "h" in keys:
        told.say(Kind.LOST, "h: nothing is hidden for good here", number)
    if "rec" in keys and not item.is_done:
        item.recurs, item.is_first = _recurs(keys["rec"], item, setting), True
    return item


def _parts(text: str) -> tuple[list[str], list[str], list[str], dict[str, str]]:
    """(words of the name, projects, contexts, keys)."""
    words, projects, contexts, keys = list[str](), list[str](), list[str](), dict[str, str]()
    for word in _WORDS.split(text.strip()):
        form = _KEY.fullmatch(word)
        if form and form[1].lower() not in keys:
            keys[form[1].lower()] = form[2]
        elif len(word) > 1 and word[0] == "+":
            projects.append(word[1:])
        elif len(word) > 1 and word[0] == "@":
            contexts.append(word[1:])
        elif word:
            words.append(word)
    return words, projects, contexts, keys


def _day(key: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return bounded(written_day(text), key)
    except BadValue as fault:
        raise BadValue(f"{key}: {str(fault).removeprefix(f'{key}: ')}") from fault


def _midnight(day: date, zone: str) -> Any:
    from engine.rules.horizons import midnight

    return midnight(day, zone)


def _priority(letter: str, number: int, told: Told) -> int | None:
    letter = letter.upper()
    if len(letter) != 1 or not letter.isascii() or not letter.isalpha():
        return None
    if letter not in _LETTERS:
        told.say(Kind.CHANGED, f"priority {letter} is {len(_LETTERS)} here, the lowest", number)
        return len(_LETTERS)
    return _LETTERS.index(letter) + 1


def _recurs(text: str, item: Item, setting: Setting) -> dict[str, Any]:
    form = _STEP.fullmatch(text.lower())
    if form is None or not int(form[2]):
        raise BadValue(f"rec: '{shown(text)}' is no step (expected such as 1w, 10d, or +1m from the day it was due)")
    if form[3] == "b":
        raise BadValue("rec: steps of business days cannot be taken; make it a template with --roll")
    step = f"{int(form[2])} {_UNITS[form[3]]}{'s' if int(form[2]) > 1 else ''}"
    begin = item.due or setting.today
    fields = {"spec": f"every {step} from {begin}T00:00" if form[1] else f"every! {step}", "zone": setting.zone}
    if item.visible is not None and item.visible <= begin:
        fields["visible"] = f"{(begin - item.visible).days}d"
    return fields


def write(lines: Iterable[Line]) -> str:
    """The file; a task a line."""
    return "".join(f"{_line(each)}\n" for each in lines)


def _line(each: Line) -> str:
    letter = _LETTERS[each.priority - 1] if each.priority else ""
    head = ["x"] if each.is_done else []
    head += [f"({letter})"] if letter and not each.is_done else []
    if each.is_done and (each.done or each.created):
        head.append((each.done or each.created or date.min).isoformat())
    head += [each.created.isoformat()] if each.created else []
    tail = [f"+{word(each.list)}"] if each.list else []
    tail += [f"@{word(label)}" for label in each.labels]
    tail += [f"due:{each.due}"] if each.due else []
    tail += [f"t:{each.visible}"] if each.visible else []
    tail += [f"rec:{each.rec}"] if each.rec else []
    tail += [f"pri:{letter}"] if letter and each.is_done else []
    return " ".join([*head, each.name, *tail, f"uuid:{each.uid}"])


def word(text: str) -> str:
    """A name without blanks: todo.txt ends it at the first."""
    return _WORDS.sub("_", text)


def is_read_otherwise(name: str) -> bool:
    """Whether words of a name would mean something else in a todo.txt."""
    head = _HEAD.fullmatch(name)
    _, projects, contexts, keys = _parts(name)
    return bool(projects or contexts or keys or (head and (head["x"] or head["pri"] or head["one"])))
