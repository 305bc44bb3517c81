"""Tasks and templates as todo.txt, Taskwarrior's JSON and CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.rules.transfer import taskwarrior, todotxt
from engine.rules.transfer.items import Kind, Told
from engine.rules.transfer.todotxt import Line
from engine.rules.zones import local, wall_instant
from engine.transfer.gather import (
    Names,
    Sheet,
    Written,
    done_instant,
    is_made_again,
    singly,
    tell_of_task,
    tell_of_template,
    unsaid,
)
from store.enums import Action, Basis
from store.instants import from_us
from store.values import Task

_EVERY = re.compile(r"every (?:([0-9]+) )?(day|week|month|year)s?(?: from \S+)?")
_WEEKDAYS = re.compile(r"weekly mon,tue,wed,thu,fri [0-9:]+")
_STEPS = {
    "daily": (1, "day"), "weekly": (1, "week"), "monthly": (1, "month"), "yearly": (1, "year"),
}  # fmt: skip
_SIMPLE = re.compile(r"(daily|weekly|monthly|yearly)(?: (?:[a-z]{3}|[0-9]+|[0-9]+ [a-z]{3}))? [0-9:]+")
_SECOND = timedelta(seconds=1)


def step_of(sheet: Sheet) -> tuple[int, str] | None:
    """(number, unit) of a rule that is nothing but a step; None for any other, and for one that ends or leaves out."""
    if sheet.template.excluded_dates or sheet.template.max_count is not None:
        return None
    spec = sheet.rule.spec
    if form := _EVERY.fullmatch(spec):
        return int(form[1] or 1), form[2]
    form = _SIMPLE.fullmatch(spec)
    return _STEPS[form[1]] if form else None


def _first(sheet: Sheet, due: Mapping[int, date]) -> datetime | None:
    """When it is due next, on its own clocks: as its first open task, else by its rule."""
    template, day = sheet.template, due.get(sheet.template.id)
    at = None if template.next_at is None else from_us(template.next_at)
    if day is not None:
        begin = wall_instant(datetime.combine(day, time()), template.zone)
        at = sheet.rule.next(begin - _SECOND) if template.basis is Basis.FIXED else begin
    return None if at is None else local(at, template.zone)


class LinesWriter:
    """Writes one file. `zone`: on whose clocks tasks are due."""

    def __init__(self, zone: str, names: Names, told: Told) -> None:
        self._zone, self._names, self._told = zone, names, told
        self._left_out = 0

    def taskwarrior(self, tasks: Iterable[tuple[Task, str | None]], sheets: Iterable[Sheet]) -> Written:
        """An array of tasks; a template is a parent that recurs."""
        parents = self._sheets(sheets, is_todotxt=False)
        due: dict[int, date] = {}
        found = [self._warrior(task, origin) for task, origin in self._left(tasks, parents, due)]
        for sheet in parents.values():
            at = _first(sheet, due)
            if at is not None:
                found.append(self._parent(sheet, at))
        return Written(taskwarrior.write(found), len(parents), self._left_out)

    def todotxt(self, tasks: Iterable[tuple[Task, str | None]], sheets: Iterable[Sheet]) -> Written:
        """A task a line; a template is the line of its next time."""
        parents = self._sheets(sheets, is_todotxt=True)
        due: dict[int, date] = {}
        lines = [self._line(task, origin) for task, origin in self._left(tasks, parents, due)]
        for sheet in parents.values():
            at, template, step = _first(sheet, due), sheet.template, step_of(sheet)
            if at is None or step is None:
                continue
            rec = f"{'+' if template.basis is Basis.FIXED else ''}{step[0]}{step[1][0]}"
            uid = self._names.template(template, sheet.origin).replace(" ", "_")
            lines.append(
                Line(
                    self._name(template.task_name), uid, at.date(), None, template.priority, template.list,
                    template.labels, None, False, None, rec,
                )
            )  # fmt: skip
        return Written(todotxt.write(lines), len(parents), self._left_out)

    def rows(self, tasks: Iterable[tuple[Task, str | None]], sheets: Iterable[Sheet]) -> Iterator[dict[str, str]]:
        """Cells by column; what recurs is not in them but for the tasks that are there."""
        for sheet in sheets:
            self._told.say(Kind.LOST, f"template {sheet.template.name}: a table has no rules; its tasks are in it")
        for task, origin in tasks:
            tell_of_task(task, self._told)
            yield self._cells(task, origin)

    def _sheets(self, sheets: Iterable[Sheet], *, is_todotxt: bool) -> dict[int, Sheet]:
        found = {}
        for sheet in sheets:
            template = sheet.template
            is_counted = is_todotxt and template.basis is Basis.COMPLETION and template.mode is Action.CREATE
            why = "" if is_counted else unsaid(template)
            is_weekdays = not is_todotxt and _WEEKDAYS.fullmatch(sheet.rule.spec)
            if not template.is_enabled:
                why = "it is off"
            elif not why and step_of(sheet) is None and not is_weekdays:
                why = f"no step says '{template.spec}'"
            if why:
                singly(template, why, self._told)
                continue
            tell_of_template(template, self._told)
            if sheet.skips:
                self._told.say(Kind.LOST, "days that a template leaves out")
            found[template.id] = sheet
        return found

    def _left(
        self, tasks: Iterable[tuple[Task, str | None]], parents: Mapping[int, Sheet], due: dict[int, date]
    ) -> Iterator[tuple[Task, str | None]]:
        """The tasks that no parent stands for; `due` gets the first open day of each parent."""
        for task, origin in tasks:
            if task.template_id in parents and is_made_again(task):
                if task.deadline_date is not None and task.template_id is not None:
                    due[task.template_id] = min(due.get(task.template_id, date.max), task.deadline_date)
                self._left_out += 1
                continue
            tell_of_task(task, self._told)
            yield task, origin

    def _warrior(self, task: Task, origin: str | None) -> dict[str, Any]:
        self._without(task, "group", "people", "checklist", "object")
        if task.priority == 4:
            self._told.say(Kind.CHANGED, "priority 4 is L, as 3 is")
        done, created = done_instant(task, self._zone), from_us(task.created_at)
        return {
            **_shown(task.title, task.labels, task.list, task.priority),
            "uuid": self._names.uuid(task, origin),
            "status": "completed" if task.is_done else "pending",
            "entry": taskwarrior.stamp(created),
            "end": None if done is None else taskwarrior.stamp(done),
            "due": self._stamp(task.deadline_date, task.deadline_time),
            "scheduled": self._stamp(task.start_date, None),
            "wait": self._stamp(task.visible_date, None) if task.visible_by_hand else None,
            "annotations": _annotated(task.notes, created),
        }

    def _parent(self, sheet: Sheet, at: datetime) -> dict[str, Any]:
        template = sheet.template
        step, created = step_of(sheet), from_us(template.created_at)
        until = None if template.end_at is None else taskwarrior.stamp(from_us(template.end_at))
        return {
            **_shown(template.task_name, template.labels, template.list, template.priority),
            "uuid": self._names.template_uuid(template, sheet.origin), "status": "recurring",
            "entry": taskwarrior.stamp(created), "due": taskwarrior.stamp(at), "recur": taskwarrior.recur_of(step),
            "until": until, "annotations": _annotated(template.notes, created),
        }  # fmt: skip

    def _stamp(self, day: date | None, clock: str | None) -> str | None:
        if day is None:
            return None
        at = datetime.combine(day, time.fromisoformat(clock) if clock else time())
        return taskwarrior.stamp(wall_instant(at, self._zone))

    def _line(self, task: Task, origin: str | None) -> Line:
        self._without(task, "notes", "time", "start", "group", "people", "checklist", "object")
        created = local(from_us(task.created_at), self._zone).date()
        visible = task.visible_date if task.visible_by_hand else None
        # A day of creation may only follow a day of completion.
        return Line(
            self._name(task.title), self._names.uid(task, origin).replace(" ", "_"), task.deadline_date, visible,
            task.priority, task.list, task.labels, task.done_date or created if task.is_done else None, task.is_done,
            created,
        )  # fmt: skip

    def _name(self, name: str) -> str:
        if todotxt.is_read_otherwise(name):
            self._told.say(Kind.CHANGED, "words of a name that todo.txt reads as project, context, date or key")
        return name

    def _without(self, task: Task, *fields: str) -> None:
        """Tell of the fields that it has and the format has not."""
        has: dict[str, Any] = {
            "notes": task.notes, "time": task.deadline_time, "start": task.start_date, "group": task.tasks_group_name,
            "people": task.assignees, "checklist": task.checklist, "object": task.object_class,
        }  # fmt: skip
        for field in fields:
            if has[field]:
                self._told.say(Kind.LOST, f"{field}: the format has no place for it")

    def _cells(self, task: Task, origin: str | None) -> dict[str, str]:
        items = [f"[{'x' if item.is_done else ' '}] {item.text}" for item in task.checklist]
        created = local(from_us(task.created_at), self._zone).date()
        return {
            "uid": self._names.uid(task, origin), "name": task.title, "done": "yes" if task.is_done else "no",
            "done_date": _day(task.done_date), "deadline_date": _day(task.deadline_date),
            "deadline_time": task.deadline_time or "", "start_date": _day(task.start_date),
            "visible_date": _day(task.visible_date if task.visible_by_hand else None),
            "priority": str(task.priority or ""), "list": task.list or "", "labels": ",".join(task.labels),
            "assignees": ",".join(task.assignees), "group": task.tasks_group_name,
            "object": f"{task.object_class}/{task.object_id}" if task.object_class else "", "notes": task.notes,
            "checklist": "\n".join(items), "created": created.isoformat(),
        }  # fmt: skip


def _shown(name: str, labels: Iterable[str], list_: str | None, priority: int | None) -> dict[str, Any]:
    return {
        "description": name, "tags": [todotxt.word(label) for label in labels] or None,
        "project": list_.replace("/", ".") if list_ else None, "priority": taskwarrior.letter(priority),
    }  # fmt: skip


def _annotated(notes: str, since: datetime) -> list[dict[str, str]] | None:
    """A line each, a second apart: two of one second are one to Taskwarrior."""
    lines = [line for line in notes.splitlines() if line.strip()]
    return [
        {"entry": taskwarrior.stamp(since + timedelta(seconds=number)), "description": line}
        for number, line in enumerate(lines)
    ] or None


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
