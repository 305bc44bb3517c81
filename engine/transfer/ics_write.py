"""Tasks and templates as VTODO of an iCalendar file (RFC 5545); what only tickler reads stands in X-TICKLER lines.

A template is a VTODO with RRULE. What it made and nobody touched is not written, for its rule makes it again; what was
done or changed of it takes its place by a RECURRENCE-ID.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time

from engine.rules.errors import BadValue
from engine.rules.horizons import midnight
from engine.rules.offsets import parse_offset
from engine.rules.transfer.ics_lines import escaped, folded
from engine.rules.transfer.items import Kind, Told
from engine.rules.transfer.rrules import Written, lines_of, text_of, written
from engine.rules.zones import local
from engine.transfer.gather import (
    Names,
    Sheet,
    done_instant,
    is_made_again,
    singly,
    tell_of_task,
    tell_of_template,
    unsaid,
)
from engine.transfer.gather import Written as File
from store.instants import from_us
from store.values import Task, Template

_HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tickler//tickler//EN", "CALSCALE:GREGORIAN")
_LEVELS = {1: 1, 2: 3, 3: 5, 4: 9}
_ONLY_HERE = "list, group, people, checklist and the day from which it is seen: X-TICKLER lines that others pass over"
_FIRST, _LAST = date(2020, 1, 1), date(2038, 1, 1)


class IcsWriter:
    """One file: pieces of text as they are asked for. `zone`: on whose clocks tasks are due."""

    def __init__(self, zone: str, names: Names, told: Told) -> None:
        self._zone, self._names, self._told = zone, names, told
        self._series: dict[int, tuple[str, Written]] = {}
        self._uids: dict[str, tuple[str, Template]] = {}
        self._left_out = 0

    def text(self, tasks: Iterable[tuple[Task, str | None]], sheets: Iterable[Sheet]) -> File:
        """The whole file."""
        kept = [sheet for sheet in sheets if self._rule_of(sheet)]
        todos, stands = list[str](), dict[int, set[date]]()
        for task, origin in tasks:
            todos += self._task(task, origin, stands)
        series = [line for sheet in kept for line in self._template(sheet, stands.get(sheet.template.id, set()))]
        lines = [*_HEAD, *self._zones(kept, todos), *todos, *series, "END:VCALENDAR"]
        return File("".join(map(folded, lines)), len(kept), self._left_out)

    def _rule_of(self, sheet: Sheet) -> bool:
        template = sheet.template
        since = template.start_at if template.start_at is not None else template.anchor_at
        if template.max_count is None and template.start_at is None:
            since = max(since, template.created_at)
        begin = midnight(local(from_us(since), template.zone).date(), template.zone)
        if why := unsaid(template):
            singly(template, why, self._told)
            return False
        try:
            found = written(sheet.rule, begin, template.end_at, template.max_count, sheet.skips)
        except BadValue as fault:
            singly(template, str(fault).rstrip("."), self._told)
            return False
        uid = self._names.template(template, sheet.origin)
        self._series[template.id] = uid, found
        self._uids[uid] = uid, template
        tell_of_template(template, self._told)
        return True

    def _task(self, task: Task, origin: str | None, stands: dict[int, set[date]]) -> Iterator[str]:
        series = self._series.get(task.template_id or 0)
        if series is not None and is_made_again(task):
            self._left_out += 1
            return
        uid, of, template = self._names.uid(task, origin), "", 0
        head, _, stamp = uid.rpartition("/")
        if series is not None and task.planned_at is not None:
            uid, found = series
            wall = local(from_us(task.planned_at), self._zone_of(task.template_id)).replace(tzinfo=None)
            of, template = text_of(wall, is_day=found.is_day), task.template_id or 0
        elif origin is not None and origin.startswith("ics:") and head in self._uids:
            uid, of, template = head, stamp, self._uids[head][1].id
        yield from ("BEGIN:VTODO", f"UID:{escaped(uid)}")
        if of:
            yield _dated("RECURRENCE-ID", of, self._zone_of(template))
            stands.setdefault(template, set()).add(datetime.strptime(of[:8], "%Y%m%d").date())  # noqa: DTZ007
        yield f"DTSTAMP:{_utc(from_us(task.created_at))}"
        yield f"CREATED:{_utc(from_us(task.created_at))}"
        yield from self._days(task)
        yield from _looks(task.title, task.notes, task.priority, task.labels)
        done = done_instant(task, self._zone)
        yield f"STATUS:{'COMPLETED' if task.is_done else 'NEEDS-ACTION'}"
        if done is not None:
            yield f"COMPLETED:{_utc(done)}"
        about = f"{task.object_class}/{task.object_id}" if task.object_class else ""
        items = [f"[{'x' if item.is_done else ' '}] {item.text}" for item in task.checklist]
        yield from self._own(task.list, task.tasks_group_name, about, task.assignees, items)
        tell_of_task(task, self._told)
        yield "END:VTODO"

    def _zone_of(self, template: int | None) -> str:
        return next((each.zone for _, each in self._uids.values() if each.id == template), self._zone)

    def _days(self, task: Task) -> Iterator[str]:
        clock = time.fromisoformat(task.deadline_time) if task.deadline_date and task.deadline_time else None
        if task.start_date is not None:
            text = f"{task.start_date:%Y%m%d}" if clock is None else f"{task.start_date:%Y%m%d}T000000"
            yield _dated("DTSTART", text, self._zone)
        if task.deadline_date is not None:
            yield _dated("DUE", f"{task.deadline_date:%Y%m%d}" + (f"T{clock:%H%M%S}" if clock else ""), self._zone)
        if task.visible_by_hand:
            yield f"X-TICKLER-VISIBLE;VALUE=DATE:{task.visible_date:%Y%m%d}"

    def _own(
        self, list_: str | None, group: str, about: str, assignees: Iterable[str], items: Iterable[str]
    ) -> Iterator[str]:
        pairs = [("LIST", list_ or ""), ("GROUP", group), ("OBJECT", about)]
        pairs += [("ASSIGNEE", name) for name in assignees] + [("ITEM", item) for item in items]
        for name, text in pairs:
            if text:
                self._told.say(Kind.NOTED, _ONLY_HERE)
                yield f"X-TICKLER-{name}:{escaped(text)}"

    def _template(self, sheet: Sheet, stands: set[date]) -> Iterator[str]:
        template = sheet.template
        uid, found = self._series[template.id]
        gone = tuple(wall for wall in found.excluded if wall.date() not in stands)
        begin = found.start
        yield from ("BEGIN:VTODO", f"UID:{escaped(uid)}", f"DTSTAMP:{_utc(from_us(template.created_at))}")
        yield f"CREATED:{_utc(from_us(template.created_at))}"
        yield from lines_of(Written(begin, found.is_day, found.rrule, found.rdates, gone), template.zone)
        yield from _looks(template.task_name, template.notes, template.priority, template.labels)
        yield f"STATUS:{'NEEDS-ACTION' if template.is_enabled else 'COMPLETED'}"
        about = f"{template.object_class}/{template.object_id}" if template.object_class else ""
        items = [f"[ ] {text}" for text in template.checklist]
        yield from self._own(template.list, template.tasks_group_name, about, template.assignees, items)
        if template.name != template.task_name:
            yield f"X-TICKLER-NAME:{escaped(template.name)}"
        for name, text in (("DURATION", template.duration), ("VISIBLE", template.visible)):
            if text is not None and (name == "VISIBLE" or parse_offset(text).number):
                self._told.say(Kind.NOTED, _ONLY_HERE)
                yield f"X-TICKLER-{name}:{text}"
        yield "END:VTODO"

    def _zones(self, sheets: Iterable[Sheet], todos: Iterable[str]) -> Iterator[str]:
        """A VTIMEZONE for each zone that a line names."""
        used = {sheet.template.zone for sheet in sheets if not self._series[sheet.template.id][1].is_day}
        used |= {line.split("TZID=")[1].split(":")[0] for line in todos if ";TZID=" in line.partition(":")[0]}
        for name in sorted(used - {"UTC"}):
            from icalendar import Timezone

            made = Timezone.from_tzid(name, first_date=_FIRST, last_date=_LAST)
            made.pop("COMMENT", None)
            yield from made.to_ical().decode().replace("\r\n ", "").rstrip().split("\r\n")


def _looks(name: str, notes: str, priority: int | None, labels: Iterable[str]) -> Iterator[str]:
    yield f"SUMMARY:{escaped(name)}"
    if notes:
        yield f"DESCRIPTION:{escaped(notes)}"
    if priority:
        yield f"PRIORITY:{_LEVELS[priority]}"
    if labels := ",".join(escaped(label) for label in labels):
        yield f"CATEGORIES:{labels}"


def _dated(name: str, text: str, zone: str) -> str:
    if "T" not in text:
        return f"{name};VALUE=DATE:{text}"
    return f"{name}:{text}Z" if zone == "UTC" else f"{name};TZID={zone}:{text}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
