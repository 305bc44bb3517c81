"""Tasks as rows of a CSV file: which columns mean what, and cells that no spreadsheet takes for a formula.

A cell that begins with = + - @, a tab or a line end is written with an apostrophe before it, as OWASP advises against
CSV injection; such an apostrophe is taken off when the file comes back.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from engine.rules.csvrows import BadCsv, Row, Table, read_rows
from engine.rules.dates import parse_clock
from engine.rules.errors import BadValue, shown
from engine.rules.horizons import midnight
from engine.rules.names import unknown
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
    notes_of,
)
from engine.rules.written_days import written_day

COLUMNS = (
    "uid", "name", "done", "done_date", "deadline_date", "deadline_time", "start_date", "visible_date", "priority",
    "list", "labels", "assignees", "group", "object", "notes", "checklist", "created",
)  # fmt: skip
"""What a row can hold, in the order it is written."""

_ALSO = {
    "id": "uid", "uuid": "uid", "title": "name", "task": "name", "summary": "name", "subject": "name",
    "description": "notes", "note": "notes", "due": "deadline_date", "due date": "deadline_date",
    "deadline": "deadline_date", "time": "deadline_time", "due time": "deadline_time", "start": "start_date",
    "start date": "start_date", "visible": "visible_date", "is_done": "done", "completed": "done",
    "completed date": "done_date", "tags": "labels", "label": "labels", "project": "list", "assignee": "assignees",
    "tasks_group_name": "group", "created date": "created",
}  # fmt: skip
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_YES = {"1", "x", "yes", "true", "done", "completed"}
_NO = {"", "0", "no", "false", "open", "pending"}


def guarded(cell: str) -> str:
    """The cell so that a spreadsheet shows it and does not work it out."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was."""
    return cell[1:] if _GUARDED.match(cell) else cell


def write(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    """The file: RFC 4180, with a header."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(row.get(column, "")) for column in columns] for row in rows)
    return made.getvalue()


def chosen(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that were asked for; all if none were. BadValue for one that is none."""
    for column in columns:
        if column not in COLUMNS:
            raise BadValue(f"column: {unknown(column, COLUMNS, 'column')}")
    if len(set(columns)) < len(columns):
        raise BadValue("column: one is there twice")
    return tuple(columns) or COLUMNS


def read(
    data: bytes, setting: Setting, told: Told, maps: Sequence[str], encoding: str | None, delimiter: str | None
) -> list[Item]:
    """The tasks of a file; a row that cannot be taken is told as refused. BadFile if none can."""
    try:
        table = read_rows(data, name="file", encoding=encoding, delimiter=delimiter)
        places = _places(table, maps, told)
        items = _items(table, places, setting, told)
    except BadCsv as fault:
        where = f"column {shown(fault.column)}: " if fault.column is not None else ""
        raise BadFile(fault.line or 1, f"{where}{fault.why}") from fault
    if not items and not told.refused:
        raise BadFile(1, "there is a header and no rows")
    return items


def _places(table: Table, maps: Sequence[str], told: Told) -> dict[str, int]:
    """Field -> where it stands in a row; by what was said, else by the names in the header."""
    places: dict[str, int] = {}
    for each in maps:
        target, equals, column = (part.strip() for part in each.partition("="))
        if not equals or target not in COLUMNS or target in places:
            raise BadValue(f"--map: '{shown(each)}' is not FIELD=COLUMN, once for each of {', '.join(COLUMNS)}")
        places[target] = table.position(column)
    for number, column in enumerate(table.columns):
        plain = unguarded(column).strip().lower()
        target = plain if plain in COLUMNS else _ALSO.get(plain, "")
        if number in places.values():
            continue
        if target and target not in places:
            places[target] = number
        else:
            told.say(Kind.LOST, f"column {shown(column)}: nothing is known of it (--map FIELD={shown(column)})", 1)
    if "name" not in places:
        expected = "expected a header with a column name, or --map name=COLUMN"
        raise BadCsv(table.name, 1, None, f"no column holds the names of the tasks ({expected})")
    return places


def _items(table: Table, places: Mapping[str, int], setting: Setting, told: Told) -> list[Item]:
    items, counted, seen = list[Item](), Counter[str](), dict[str, int]()
    for row in table.rows():
        if len(items) >= MOST:
            raise BadFile(row.line, f"more than {MOST:,} rows")
        cells = {field: unguarded(row.values[place]) for field, place in places.items()}
        if not any(cell.strip() for cell in cells.values()):
            continue
        try:
            item = _item(row, cells, setting, told)
            if item.key in seen:
                raise BadValue(f"uid {shown(item.key)} is there twice, on line {seen[item.key]} too")
        except BadValue as fault:
            told.say(Kind.REFUSED, str(fault), row.line)
            continue
        if item.key:
            seen[item.key] = row.line
        else:
            base = key_of(item.name, item.list)
            counted[base] += 1
            item.key = f"{base}.{counted[base]}"
        items.append(item)
    return items


def _item(row: Row, cells: Mapping[str, str], setting: Setting, told: Told) -> Item:
    line = row.line
    name, more = name_of(cells["name"], line, told)
    item = Item(line, " ".join(cells.get("uid", "").split()), name, notes_of(more, cells.get("notes", "")))
    item.is_done = _yes_or_no(cells.get("done", ""))
    item.due, item.start = _day(cells, "deadline_date"), _day(cells, "start_date")
    item.visible, item.done = _day(cells, "visible_date"), _day(cells, "done_date")
    item.is_done = item.is_done or ("done" not in cells and item.done is not None)
    clock = cells.get("deadline_time", "").strip()
    if clock and item.due is None:
        raise BadValue("deadline_time: a time of day needs a deadline_date to go with it")
    item.time = f"{parse_clock(clock):%H:%M}" if clock else None
    item.priority = _level(cells.get("priority", "").strip())
    item.list = list_of(cells.get("list", ""))
    item.labels = labels_of([text.strip() for text in _split(cells, "labels")], line, told)
    item.assignees = tuple(sorted({text.strip() for text in _split(cells, "assignees")}))
    item.group, item.object = " ".join(cells.get("group", "").split()), cells.get("object", "").strip()
    item.checklist = tuple(_checked(text) for text in cells.get("checklist", "").splitlines() if text.strip())
    created = _day(cells, "created")
    item.created = midnight(created, setting.zone) if created else None
    return item


def _split(cells: Mapping[str, str], key: str) -> list[str]:
    return [text for text in re.split(r"[,;\n]", cells.get(key, "")) if text.strip()]


def _checked(text: str) -> tuple[str, bool]:
    form = re.fullmatch(r"\[([ xX])\] ?(.*)", text.strip())
    return (form[2] or "-", form[1] != " ") if form else (text.strip(), False)


def _day(cells: Mapping[str, str], key: str) -> date | None:
    text = cells.get(key, "").strip()
    if not text:
        return None
    try:
        return bounded(written_day(text), key)
    except BadValue as fault:
        raise BadValue(f"{key}: {str(fault).removeprefix(f'{key}: ')}") from fault


def _yes_or_no(text: str) -> bool:
    plain = text.strip().lower()
    if plain not in _YES | _NO:
        raise BadValue(f"done: '{shown(text)}' is neither yes nor no")
    return plain in _YES


def _level(text: str) -> int | None:
    if not text:
        return None
    letters = {"h": 1, "m": 2, "l": 3, "high": 1, "medium": 2, "low": 3}
    level = letters.get(text.lower(), int(text) if text in ("0", "1", "2", "3", "4") else -1)
    if level < 0:
        raise BadValue(f"priority: '{shown(text)}' is none (expected 1, the most urgent, to 4)")
    return level or None
