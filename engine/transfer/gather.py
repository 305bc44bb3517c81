"""What is exported: tasks in the order of their ids, a few thousand at a time, and the templates beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time

from engine.ledger import standing
from engine.rules.errors import shown
from engine.rules.transfer.ids import uid_of, uuid_of
from engine.rules.transfer.items import Kind, Told
from engine.rules.when import Rule
from engine.rules.zones import wall_instant
from store.enums import Action, Basis, Missed, TaskKind
from store.frozen import value
from store.reads import origins, task_rows
from store.reads import templates as template_reads
from store.titles import MARK
from store.values import Task, Template

_CHUNK = 2_000


@value
class Names:
    """What rows are called in files."""

    identity: str

    def uid(self, task: Task, origin: str | None) -> str:
        """The name of a task."""
        return uid_of(origin, self.identity, "task", task.id)

    def uuid(self, task: Task, origin: str | None) -> str:
        """The same where a UUID must stand."""
        return uuid_of(origin, self.identity, "task", task.id)

    def template(self, template: Template, origin: str | None) -> str:
        """The name of a template."""
        return uid_of(_plain(origin), self.identity, "template", template.id)

    def template_uuid(self, template: Template, origin: str | None) -> str:
        """The same where a UUID must stand."""
        return uuid_of(_plain(origin), self.identity, "template", template.id)


@value
class Written:
    """A file: its text, the templates in it, and how many tasks are not, because their rule makes them again."""

    text: str
    templates: int = 0
    left_out: int = 0


@value
class Sheet:
    """A template with its rule, the days that are left out, and where it came from."""

    template: Template
    rule: Rule
    skips: tuple[date, ...]
    origin: str | None


def tasks_of(connection: sqlite3.Connection, ids: list[int]) -> Iterator[tuple[Task, str | None]]:
    """Each task with its origin; contacts are left out."""
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        known = origins.of_tasks(connection, chunk)
        for task in task_rows.many(connection, chunk):
            if task.kind is not TaskKind.CONTACT:
                yield task, known.get(task.id)


def sheets_of(connection: sqlite3.Connection) -> list[Sheet]:
    """All templates, by id."""
    known, found, after = origins.of_templates(connection), list[Sheet](), None
    while page := template_reads.page(connection, after=after):
        for each in page:
            rule = standing(connection, each.schedule_id).rule(connection)
            skips = tuple(skip.day for skip in template_reads.skips(connection, each.schedule_id))
            found.append(Sheet(each, rule, skips, known.get(each.id)))
        after = page[-1].name
    return sorted(found, key=lambda sheet: sheet.template.id)


def singly(template: Template, why: str, told: Told) -> None:
    """Tell that a template stays behind."""
    told.say(Kind.LOST, f"template {shown(template.name)}: {shown(why, 120)}; its tasks are written one by one")


def unsaid(template: Template) -> str:
    """Why no other program can have this template; empty if it can."""
    if template.error:
        return "it cannot be used"
    if template.basis is Basis.COMPLETION:
        return "it counts from the day it was done"
    if template.mode is Action.REOPEN:
        return "it opens one task again and again"
    return "" if template.roll == "none" else f"its days roll off days off ({template.roll})"


def tell_of_template(template: Template, told: Told) -> None:
    """What of it no format has."""
    if MARK in template.task_name:
        told.say(Kind.NOTED, "an expression in the name of a template (%%this...%%) stays as it is typed")
    for field, is_lost in (
        ("horizon", template.horizon is not None),
        ("missed", template.missed is not Missed.SKIP),
        ("pause", template.pause_reason is not None),
    ):
        if is_lost:
            told.say(Kind.LOST, f"{field} of a template")


def tell_of_task(task: Task, told: Told) -> None:
    """What of it no format has."""
    if task.title != task.name:
        told.say(Kind.CHANGED, "an expression in a name (%%this...%%): the file says what it shows")
    if task.has_task_model:
        told.say(Kind.LOST, "why a task is there and what its days hang on (its model and its event)")


def is_made_again(task: Task) -> bool:
    """Whether a template's rule says all that the task says."""
    return task.template_id is not None and not task.is_done and not task.is_edited


def done_instant(task: Task, zone: str) -> datetime | None:
    """When it was done; midnight of the day where no more is known."""
    from store.instants import from_us

    if not task.is_done:
        return None
    if task.done_at is not None:
        return from_us(task.done_at)
    return None if task.done_date is None else wall_instant(datetime.combine(task.done_date, time()), zone)


def _plain(origin: str | None) -> str | None:
    """`ics:UID` from what a schedule keeps, `ics::UID:digest`."""
    if origin is None or "::" not in origin:
        return None
    form, _, rest = origin.partition("::")
    return f"{form}:{rest.rpartition(':')[0]}"
