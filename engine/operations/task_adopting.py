"""Tasks of somebody else's file on their way into the store: made once, changed when the file changed, else left alone.

A task that came from a file keeps in `origin` what it is called there, and in `origin_digest` what the file said of it
and what became of it here: as long as nobody touched it, it follows the file; afterwards it stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from engine.operations import followups
from engine.operations import tasks as tasks  # its verbs are called by their names
from engine.operations.labels import label_ids, set_labels
from engine.operations.list_paths import made_path
from engine.operations.registry import NAMED, Act
from engine.operations.task_adopting_series import Series
from engine.operations.task_choice import edit_columns, mark_edited
from engine.operations.task_making import NewTask, clock_time, make
from engine.operations.things import entity_id
from engine.rules.errors import BadValue, shown
from engine.rules.texts import one_line, thing
from engine.rules.transfer.ids import FORMS, own_number
from engine.rules.transfer.items import Item, Kind, Told, key_of
from engine.rules.zones import local
from store.enums import TaskKind
from store.errors import Refused
from store.instants import to_us
from store.reads import lists as list_reads
from store.reads import task_rows
from store.values import CheckItem, Task

_CHUNK = 2_000


class Adopting:
    """One import: the items of one file, in one act. `form` is how origins of its format begin, such as `ics`."""

    def __init__(self, act: Act, form: str, told: Told, list_path: str | None) -> None:
        self._act, self._form, self._told, self._list = act, form, told, list_path
        row = act.connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
        self._identity = str(row[0])
        self._zone, self._today = str(act.zone), act.today
        self._lists: dict[str, int] = {}
        self._labels: dict[str, int] = {}
        self._users: dict[str, int | None] = {}
        self.counts = dict.fromkeys(("made", "changed", "unchanged", "kept", "deleted"), 0)
        self.series = Series(act, form, told, self._identity)

    def take(self, items: Sequence[Item]) -> None:
        """Make or change a task or a template for each; what cannot be taken is told of its line."""
        for item in items:
            if item.recurs is not None and not item.is_first:
                self._tried(item, self._take_series)
        tasks = [item for item in items if item.recurs is None or item.is_first]
        for start in range(0, len(tasks), _CHUNK):
            chunk = tasks[start : start + _CHUNK]
            known, gone = self._known(chunk)
            for item in chunk:
                if item.is_first and self.series.knows(item.key):
                    self.counts["unchanged"] += 1
                elif item.key in gone and item.key not in known:
                    self._told.say(Kind.NOTED, "was deleted here and stays so", item.line)
                    self.counts["deleted"] += 1
                elif item.key in known:
                    self._follow(item, known[item.key])
                else:
                    self._begin(item)

    def _begin(self, item: Item) -> None:
        """A new task. What cannot be taken is found before anything is written, so that ten thousand need no
        savepoint each.
        """
        if item.is_first:
            self._tried(item, self._make)
            return
        try:
            self.counts[self._make(item)] += 1
        except (BadValue, Refused) as fault:
            self._told.say(Kind.REFUSED, str(fault).rstrip("."), item.line)

    def _tried(self, item: Item, take: Any) -> None:
        connection = self._act.connection
        connection.execute("SAVEPOINT item")
        try:
            self.counts[take(item)] += 1
        except (BadValue, Refused) as fault:
            connection.execute("ROLLBACK TO item")
            self._lists.clear()
            self._labels.clear()
            self._told.say(Kind.REFUSED, str(fault).rstrip("."), item.line)
        connection.execute("RELEASE item")

    def _take_series(self, item: Item) -> str:
        path = self._path(item)
        if path is not None:
            self._list_id(path)
        about = self._object(item)
        return self.series.take(item, path, self._known_users(item), "/".join(about) if about else None)

    def _make(self, item: Item) -> str:
        new = self._new(item)
        visible = item.visible or item.start
        if visible is None:
            made = local(item.created, self._zone).date() if item.created else self._today
            visible = min(made, self._today)
        number = make(
            self._act,
            replace(
                new, visible_date=visible, visible_by_hand=item.visible is not None,
                origin_digest=_seen(_digest(item), 1, item.labels, self._known_users(item)),
                created_at=to_us(item.created) if item.created else None,
            ),
        )  # fmt: skip
        if item.is_done:
            self._done(item, number)
        if item.is_first:
            self._repeat(item, number)
        return "made"

    def _done(self, item: Item, number: int) -> None:
        day = item.done or item.due or self._act.today
        self._act.connection.execute(
            "UPDATE task SET is_done = 1, done_by = ?, done_date = ?, done_at = ? WHERE id = ?",
            (
                followups.doer(self._act), min(day, self._act.today).isoformat(),
                to_us(item.done_at) if item.done_at else None, number,
            ),
        )  # fmt: skip

    def _repeat(self, item: Item, number: int) -> None:
        """A task that recurs from now on, as `task repeat` makes it."""
        assert item.recurs is not None
        said = {key: value for key, value in item.recurs.items() if key != "spec" and value is not None}
        NAMED["task repeat"].inner(self._act, number, item.recurs["spec"], **said)
        self.series.began(item.key, number)
        (after,) = task_rows.many(self._act.connection, [number])
        self._mark(after, _digest(item))

    def _follow(self, item: Item, task: Task) -> None:
        """What the file says of a task that is there: nothing new, or something that a person may have overtaken."""
        digest = _digest(item)
        kept = _kept(self._act, task.id)
        if kept.partition(":")[0] == digest:
            self.counts["unchanged"] += 1
            return
        if kept and kept != _seen(kept.partition(":")[0], task.rev, task.labels, task.assignees):
            self.counts["kept"] += 1
            words = f"{shown(task.title)} was changed here since and stays as it is (task {task.id})"
            self._told.say(Kind.NOTED, words, item.line)
            return
        self._tried(item, lambda each: self._changed(each, task, digest))

    def _changed(self, item: Item, task: Task, digest: str) -> str:
        if task.kind is TaskKind.CONTACT:
            raise BadValue(f"task {task.id} is a line of contact history and cannot be changed")
        new = self._new(item)
        columns: dict[str, Any] = {
            "deadline_date": _iso(new.deadline_date), "priority": new.priority,
        }  # fmt: skip
        if new.name != task.title:  # a file says what an expression shows
            columns["name"] = one_line("name", new.name)
        if self._form != "todotxt" or new.deadline_date != task.deadline_date:
            columns["deadline_time"] = clock_time(new)
        if self._form != "todotxt":
            columns["notes"] = new.notes
        if self._form != "todotxt" and (new.start_date is not None or task.template_id is None):
            columns["start_date"] = _iso(new.start_date)
        if item.visible is not None:
            columns["visible_date"] = item.visible.isoformat()
        if new.list_id is not None or self._form != "ics":
            columns["list_id"] = new.list_id
        if self._form == "csv":
            columns["tasks_group_name"] = new.group
        if new.checklist:
            items = [[each.text, each.is_done] for each in new.checklist]
            columns["checklist"] = json.dumps(items, ensure_ascii=False)
        is_new = edit_columns(self._act.connection, [task.id], **columns) > 0
        if tuple(sorted(item.labels)) != task.labels:
            set_labels(self._act.connection, task.id, new.labels)
            mark_edited(self._act.connection, [task.id])
            is_new = True
        if item.is_done != task.is_done and not item.is_past:
            self._turn(item, task)
            is_new = True
        (after,) = task_rows.many(self._act.connection, [task.id])
        self._mark(after, digest)
        return "changed" if is_new else "unchanged"

    def _turn(self, item: Item, task: Task) -> None:
        """Done or open again, with all that follows from it."""
        if item.is_done:
            NAMED["task done"].inner(self._act, task.id, on=item.done)
        else:
            NAMED["task reopen"].inner(self._act, task.id)

    def _mark(self, task: Task, digest: str) -> None:
        self._act.connection.execute(
            "UPDATE task SET origin_digest = ? WHERE id = ?",
            (_seen(digest, task.rev, task.labels, task.assignees), task.id),
        )

    def _known(self, items: Sequence[Item]) -> tuple[dict[str, Task], set[str]]:
        """(tasks that are there, keys of those that were deleted here)."""
        connection = self._act.connection
        wanted = json.dumps([f"{form}{item.key}" for item in items for form in FORMS])
        rows = connection.execute(
            "SELECT t.origin, t.id FROM json_each(?) k JOIN task t ON t.origin = k.value AND t.deleted_at IS NULL",
            (wanted,),
        ).fetchall()
        numbers = {origin.partition(":")[2]: number for origin, number in rows}
        own = {item.key: own_number(self._identity, "task", item.key) for item in items}
        numbers |= {key: number for key, number in own.items() if number is not None}
        for item in items:
            if item.of is not None and item.of_day is not None and item.key not in numbers:
                number = self.series.task_of(item.of, item.of_day)
                numbers |= {item.key: number} if number is not None else {}
        there = {task.id: task for task in task_rows.many(connection, sorted(set(numbers.values())))}
        known = {key: there[number] for key, number in numbers.items() if number in there}
        gone = {key for key, task in known.items() if task.deleted_at is not None}
        deleted = connection.execute(
            "SELECT DISTINCT origin FROM task WHERE deleted_at IS NOT NULL"
            " AND origin IN (SELECT value FROM json_each(?))",
            (wanted,),
        ).fetchall()
        gone |= {row[0].partition(":")[2] for row in deleted}
        return {key: task for key, task in known.items() if task.deleted_at is None}, gone

    def _new(self, item: Item) -> NewTask:
        path, about = self._path(item), self._object(item)
        return NewTask(
            name=item.name, notes=item.notes, deadline_date=item.due, deadline_time=item.time,
            start_date=item.start, visible_date=item.visible, group=item.group[:200],
            object_class=about and about[0], object_id=about and about[1],
            list_id=None if path is None else self._list_id(path), priority=item.priority,
            checklist=tuple(CheckItem(text, is_done) for text, is_done in item.checklist),
            labels=tuple(self._label_id(name) for name in item.labels),
            assignees=tuple(self._users[name] or 0 for name in self._known_users(item)),
            origin=f"{self._form}:{item.key}",
        )  # fmt: skip

    def _path(self, item: Item) -> str | None:
        return self._list or item.list

    def _object(self, item: Item) -> tuple[str, str] | None:
        if not item.object:
            return None
        try:
            about = thing(item.object)
            entity_id(self._act.connection, *about)
        except (BadValue, Refused):
            self._told.say(Kind.LOST, f"what it is about, {shown(item.object)}, is not here", item.line)
            return None
        return about

    def _known_users(self, item: Item) -> tuple[str, ...]:
        for name in item.assignees:
            if name not in self._users:
                row = self._act.connection.execute("SELECT id FROM user WHERE name = ?", (name,)).fetchone()
                self._users[name] = int(row[0]) if row else None
            if self._users[name] is None:
                self._told.say(Kind.LOST, f"{shown(name)} is no user here (user add)", item.line)
        return tuple(sorted(name for name in item.assignees if self._users[name] is not None))

    def _label_id(self, name: str) -> int:
        if name not in self._labels:
            self._labels[name] = label_ids(self._act.connection, [name])[0]
        return self._labels[name]

    def _list_id(self, path: str) -> int:
        """The list of that path; it is made with all above it if it is not there."""
        if not self._lists:
            self._lists = {each.path: each.id for each in list_reads.listed(self._act.connection)}
        if path not in self._lists:
            self._lists[path] = made_path(self._act, path)
        return self._lists[path]


def _kept(act: Act, number: int) -> str:
    row = act.connection.execute("SELECT origin_digest FROM task WHERE id = ?", (number,)).fetchone()
    return str(row[0] or "")


def _digest(item: Item) -> str:
    """What the file says of it; that time passed is not said by the file."""
    done = (False, None) if item.is_past else (item.is_done, item.done)
    return key_of(
        item.name, item.notes, item.due, item.time, item.start, item.visible, item.priority, item.list, item.labels,
        item.checklist, item.group, item.object, item.assignees, *done, item.recurs and sorted(item.recurs.items()),
    )  # fmt: skip


def _seen(digest: str, rev: int, labels: Iterable[str], assignees: Iterable[str]) -> str:
    """The digest with the state of the task in which an import left it."""
    return f"{digest}:{key_of(rev, sorted(labels), sorted(assignees))}"


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())
