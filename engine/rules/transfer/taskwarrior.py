"""Taskwarrior's JSON, as `task export` of version 2.6 writes it and `task import` reads it.

Its times are instants in UTC; they become days and times of day on the clocks of one zone. A task that recurs is a
parent with a step, and children for each time: the parent becomes a template, its children tasks of their own, and the
template leaves their days out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
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
    labels_of,
    list_of,
    name_of,
    notes_of,
)
from engine.rules.transfer.objects import objects_of
from engine.rules.transfer.texts import text_of
from engine.rules.zones import local

_STAMP = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})T([0-9]{2}):?([0-9]{2}):?([0-9]{2})Z")
_STATES = ("pending", "waiting", "completed", "deleted", "recurring")
_QUIET = {
    "id", "uuid", "description", "status", "due", "scheduled", "wait", "project", "tags", "priority", "annotations",
    "entry", "end", "modified", "urgency", "recur", "parent", "imask", "mask", "rtype", "until", "depends", "start",
    "last", "template",
}  # fmt: skip
_LEVELS = {"H": 1, "M": 2, "L": 3}
_LETTERS = {1: "H", 2: "M", 3: "L", 4: "L"}
_EVERY = {
    "daily": "1 day", "day": "1 day", "weekly": "1 week", "sennight": "1 week", "biweekly": "2 weeks",
    "fortnight": "2 weeks", "monthly": "1 month", "bimonthly": "2 months", "quarterly": "3 months",
    "semiannual": "6 months", "annual": "1 year", "yearly": "1 year", "biannual": "2 years", "biyearly": "2 years",
}  # fmt: skip
_STEP = re.compile(r"([0-9]{1,4})? ?(days?|d|weeks?|wks?|w|months?|mo|quarters?|qtrs?|q|years?|yrs?|y)")
_ISO_STEP = re.compile(r"P([0-9]{1,4})([DWMY])")
_UNITS = {"d": (1, "day"), "w": (1, "week"), "m": (1, "month"), "q": (3, "month"), "y": (1, "year")}


def read(data: bytes, setting: Setting, told: Told) -> list[Item]:
    """The tasks of a file; one that cannot be taken is told as refused. BadFile if nothing can."""
    items, seen = list[Item](), dict[str, int]()
    for line, task in objects_of(text_of(data)):
        if len(seen) >= MOST:
            raise BadFile(line, f"more than {MOST:,} tasks")
        try:
            key = _text(task, "uuid").lower() or f"line-{line}"
            if key in seen:
                raise BadValue(f"uuid {shown(key)} is there twice, on line {seen[key]} too")
            seen[key] = line
            item = _item(line, key, task, setting, told)
        except BadValue as fault:
            told.say(Kind.REFUSED, str(fault), line)
            continue
        if item is not None:
            items.append(item)
    if not seen:
        raise BadFile(1, "there is no task in it")
    parents, days = {item.key: item for item in items if item.recurs}, dict[str, set[date]]()
    for item in items:
        if item.of in parents and item.of_day is not None:
            days.setdefault(item.of, set()).add(item.of_day)
        elif item.of is not None:
            told.say(Kind.NOTED, "its parent is not in the file: a task of its own", item.line)
            item.of = item.of_day = None
    for key, gone in days.items():
        parents[key].skips = tuple(sorted(gone))
    return items


def _item(line: int, key: str, task: Mapping[str, Any], setting: Setting, told: Told) -> Item | None:
    state = _text(task, "status") or "pending"
    if state not in _STATES:
        raise BadValue(f"status: '{shown(state)}' is none (expected one of {', '.join(_STATES)})")
    if state == "deleted":
        told.say(Kind.NOTED, "deleted tasks are left out", line)
        return None
    name, more = name_of(_text(task, "description"), line, told)
    item = Item(line, key, name, notes_of(more, *_annotations(task, line, told)))
    item.labels = labels_of(_tags(task), line, told)
    item.list = list_of(_text(task, "project"), ".")
    item.priority = _level(_text(task, "priority"))
    due = _at(task, "due", setting)
    item.due, item.time = _day_and_time(due)
    item.start, item.visible = _day(task, "scheduled", setting, told, line), _day(task, "wait", setting, told, line)
    item.created = _instant(task, "entry")
    if state == "completed":
        item.is_done, item.done_at = True, _instant(task, "end")
        item.done = item.done_at and local(item.done_at, setting.zone).date()
    if state == "recurring":
        item.recurs = _recurs(_text(task, "recur"), due, item, _at(task, "until", setting), setting)
    elif "parent" in task:
        item.of, item.of_day = _text(task, "parent").lower(), item.due
    _lost(task, state, line, told)
    return item


def _lost(task: Mapping[str, Any], state: str, line: int, told: Told) -> None:
    if task.get("depends"):
        told.say(Kind.LOST, "depends: tasks do not wait for others", line)
    if "until" in task and state != "recurring":
        told.say(Kind.LOST, "until: a task does not expire", line)
    if "start" in task:
        told.say(Kind.LOST, "start: whether somebody is at work on it", line)
    for key in task.keys() - _QUIET:
        told.say(Kind.LOST, f"{shown(key, 40)}: a field of one's own (UDA)", line)


def _text(task: Mapping[str, Any], key: str) -> str:
    value = task.get(key, "")
    if not isinstance(value, str):
        raise BadValue(f"{key}: expected a text, not {shown(json.dumps(value), 40)}")
    return value


def _tags(task: Mapping[str, Any]) -> list[str]:
    tags = task.get("tags", [])
    tags = tags.split(",") if isinstance(tags, str) else tags
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise BadValue(f"tags: expected a list of texts, not {shown(json.dumps(tags), 40)}")
    return tags


def _annotations(task: Mapping[str, Any], line: int, told: Told) -> list[str]:
    notes = task.get("annotations", [])
    if not isinstance(notes, list) or not all(isinstance(note, dict) for note in notes):
        raise BadValue("annotations: expected a list of objects")
    if notes:
        told.say(Kind.CHANGED, "annotations are lines of the notes, without their times", line)
    return [_text(note, "description") for note in sorted(notes, key=lambda note: str(note.get("entry", "")))]


def _level(text: str) -> int | None:
    if not text:
        return None
    if text not in _LEVELS:
        raise BadValue(f"priority: '{shown(text)}' is none (expected H, M or L)")
    return _LEVELS[text]


def _instant(task: Mapping[str, Any], key: str) -> datetime | None:
    text = _text(task, key)
    if not text:
        return None
    form = _STAMP.fullmatch(text)
    if form is None:
        raise BadValue(f"{key}: '{shown(text)}' is no time (expected such as 20260101T120000Z)")
    try:
        at = datetime(*map(int, form.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]  # six numbers
    except ValueError as fault:
        raise BadValue(f"{key}: '{shown(text)}' is no time ({fault})") from fault
    bounded(at.date(), key)
    return at


def _at(task: Mapping[str, Any], key: str, setting: Setting) -> datetime | None:
    at = _instant(task, key)
    return None if at is None else local(at, setting.zone)


def _day_and_time(at: datetime | None) -> tuple[date | None, str | None]:
    """Midnight and the last second of a day are how a day without a time is written."""
    if at is None:
        return None, None
    whole = at.time() in (time(), time(23, 59, 59))
    return at.date(), None if whole else f"{at:%H:%M}"


def _day(task: Mapping[str, Any], key: str, setting: Setting, told: Told, line: int) -> date | None:
    at = _at(task, key, setting)
    if at is not None and at.time() != time():
        told.say(Kind.CHANGED, f"{key} is a day here, without its time", line)
    return at and at.date()


def _recurs(text: str, due: datetime | None, item: Item, until: datetime | None, setting: Setting) -> dict[str, Any]:
    if due is None:
        raise BadValue("recur: a task that recurs needs its due")
    begin = due.replace(tzinfo=None, second=0) if item.time else datetime.combine(due.date(), time())
    fields: dict[str, Any] = {"zone": setting.zone}
    if text.lower() == "weekdays":
        clock = f" {item.time}" if item.time else ""
        fields |= {"spec": f"weekly mon,tue,wed,thu,fri{clock}", "start_at": f"{begin:%Y-%m-%dT%H:%M}"}
    else:
        fields["spec"] = f"every {step_of(text)} from {begin:%Y-%m-%dT%H:%M}"
    if until is not None:
        fields["end_at"] = until
    if item.start is not None and item.start <= due.date():
        fields["duration"] = f"{(due.date() - item.start).days}d"
    if item.visible is not None and item.visible <= due.date():
        fields["visible"] = f"{(due.date() - item.visible).days}d"
    return fields


def step_of(text: str) -> str:
    """`3 weeks` of Taskwarrior's `3wks`, `P3W`, `quarterly` and the like; BadValue for what is finer than a day."""
    plain = text.strip().lower()
    if plain in _EVERY:
        return _EVERY[plain]
    form = _STEP.fullmatch(plain) or _ISO_STEP.fullmatch(text.strip())
    number = int(form[1] or 1) if form else 0
    if form is None or not number:
        raise BadValue(f"recur: '{shown(text)}' is no step of days or more (expected such as weekly, 3d, 2mo or P1Y)")
    times, unit = _UNITS[form[2][0].lower()]
    return f"{number * times} {unit}{'s' if number * times > 1 else ''}"


def recur_of(step: tuple[int, str] | None) -> str:
    """A step, None for weekdays, in the words that Taskwarrior counts by the calendar: its `2months` are 60 days."""
    if step is None:
        return "weekdays"
    number, unit = step
    if unit in ("day", "week"):
        return "weekly" if step == (1, "week") else f"P{number * (7 if unit == 'week' else 1)}D"
    return f"P{number}Y" if unit == "year" and number < 3 else f"P{number * (12 if unit == 'year' else 1)}M"


def stamp(at: datetime) -> str:
    """An instant as Taskwarrior writes it."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def letter(priority: int | None) -> str | None:
    """H, M or L; there is no fourth."""
    return _LETTERS[priority] if priority else None


def write(tasks: Iterable[Mapping[str, Any]]) -> str:
    """The file, an array with a task on each line; what is None is left out."""
    lines = [json.dumps({k: v for k, v in task.items() if v is not None}, ensure_ascii=False) for task in tasks]
    return "[\n" + ",\n".join(lines) + "\n]\n"
