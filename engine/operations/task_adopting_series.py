"""What recurs in somebody else's file, as a template: made once, changed when the file changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from engine.ledger import standing
from engine.operations.registry import Act
from engine.operations.template_repeat import free_name
from engine.operations.template_saving import save_template
from engine.operations.template_tasks import skip_day
from engine.rules.errors import BadValue, shown
from engine.rules.horizons import midnight
from engine.rules.origins import Origin, prefix
from engine.rules.transfer.ids import own_number
from engine.rules.transfer.items import Item, Kind, Told, key_of
from engine.rules.transfer.rrules import next_of
from engine.rules.when import parse
from store.instants import to_us
from store.reads import templates as reads
from store.values import Template

_OF_RULE = {"spec", "zone", "start_at", "end_at"}
_COMPARED = 60


class Series:
    """The templates of one import. A schedule's origin keeps the name in the file, what it said, and our revision."""

    def __init__(self, act: Act, form: str, told: Told, identity: str) -> None:
        self._act, self._form, self._told, self._identity = act, form, told, identity
        self.made = 0
        begin = prefix(form, "")
        rows = act.connection.execute(
            "SELECT s.origin, t.id FROM schedule s JOIN template t ON t.schedule_id = s.id"
            " WHERE s.origin >= ? AND s.origin < ? AND s.deleted_at IS NULL AND t.deleted_at IS NULL",
            (begin, f"{begin}\U0010ffff"),
        ).fetchall()
        self._known = {
            key: (number, digest)
            for origin, number in rows
            for key, _, digest in (origin.removeprefix(begin).rpartition(":"),)
        }

    def take(self, item: Item, path: str | None, assignees: tuple[str, ...], about: str | None) -> str:
        """Make or change the template of an item; which of made, changed, unchanged, kept."""
        fields: dict[str, Any] = {
            "task_name": item.name, "notes": item.notes, "labels": item.labels, "assignees": assignees,
            "list": path, "priority": item.priority, "tasks_group_name": item.group, "object": about,
            "checklist": [text for text, _ in item.checklist], **(item.recurs or {}),
        }  # fmt: skip
        digest = key_of(*(f"{key}={value}" for key, value in sorted(fields.items())), item.skips)
        known = self._known.get(item.key) or self._own(item.key)
        outcome = self._made(item, fields, digest) if known is None else self._followed(item, known, fields, digest)
        self.made += outcome == "made"
        return outcome

    def knows(self, key: str) -> bool:
        """Whether a template of that name is there."""
        return key in self._known or self._own(key) is not None

    def began(self, key: str, task: int) -> None:
        """A task of the file recurs from now on: its template is called as it is."""
        row = self._act.connection.execute("SELECT template_id FROM task WHERE id = ?", (task,)).fetchone()
        self._mark(key, int(row[0]), "")
        self.made += 1

    def _made(self, item: Item, fields: Mapping[str, Any], digest: str) -> str:
        name = free_name(self._act, fields.get("name") or item.name)
        number = save_template(self._act, {**fields, "name": name}, None)
        if item.created is not None:
            columns = (to_us(item.created), number)
            self._act.connection.execute("UPDATE template SET created_at = ? WHERE id = ?", columns)
        self._leave_out(item, number)
        self._mark(item.key, number, digest)
        return "made"

    def _followed(self, item: Item, known: tuple[int, str], fields: Mapping[str, Any], digest: str) -> str:
        existing = reads.template(self._act.connection, known[0])
        if known[1].partition(".")[0] == digest:
            return "unchanged"
        if known[1] and known[1] != f"{digest_of(known[1])}.{existing.rev}":
            words = f"{shown(existing.name)} was changed here since and stays as it is (template {existing.id})"
            self._told.say(Kind.NOTED, words, item.line)
            return "kept"
        before, kept = existing.rev, {"name"}
        if not known[1] and self._is_same(existing, fields):
            kept |= _OF_RULE
        save_template(self._act, {key: said for key, said in fields.items() if key not in kept}, existing)
        self._leave_out(item, existing.id)
        after = self._mark(item.key, existing.id, digest)
        return "changed" if after.rev != before else "unchanged"

    def _is_same(self, existing: Template, fields: Mapping[str, Any]) -> bool:
        """Whether a rule that was written in another notation says the same still."""
        ours = standing(self._act.connection, existing.schedule_id).rule(self._act.connection)
        out = ours.excluded | {skip.day for skip in reads.skips(self._act.connection, existing.schedule_id)}
        try:
            theirs = parse(str(fields["spec"]), str(fields["zone"]))
        except BadValue:
            return False
        return next_of(replace(ours, excluded=out), self._act.at, _COMPARED) == next_of(
            replace(theirs, excluded=theirs.excluded | out), self._act.at, _COMPARED
        )

    def task_of(self, key: str, day: date) -> int | None:
        """The task that the template of that name has made for a day."""
        known = self._known.get(key) or self._own(key)
        return None if known is None else self._task_of(reads.template(self._act.connection, known[0]), day)

    def _task_of(self, template: Template, day: date) -> int | None:
        begin, end = midnight(day, template.zone), midnight(day + timedelta(1), template.zone)
        row = self._act.connection.execute(
            "SELECT id FROM task WHERE schedule_id = ? AND planned_at >= ? AND planned_at < ?"
            " AND superseded_at IS NULL AND deleted_at IS NULL",
            (template.schedule_id, to_us(begin), to_us(end)),
        ).fetchone()
        return None if row is None else int(row[0])

    def _leave_out(self, item: Item, number: int) -> None:
        """Days that other tasks of the file stand for; where the template made one already, that is the task."""
        template = reads.template(self._act.connection, number)
        for day in item.skips:
            if self._task_of(template, day) is None:
                skip_day(self._act, template.schedule_id, day, "the file has another task for that day, or none")

    def _mark(self, key: str, number: int, digest: str) -> Template:
        found = reads.template(self._act.connection, number)
        origin = str(Origin(self._form, "", key, f"{digest}.{found.rev}"))
        self._act.connection.execute("UPDATE schedule SET origin = ? WHERE id = ?", (origin, found.schedule_id))
        return found

    def _own(self, key: str) -> tuple[int, str] | None:
        """A template of this store that comes back from a file it was written to."""
        number = own_number(self._identity, "template", key)
        if number is None:
            return None
        row = self._act.connection.execute(
            "SELECT id FROM template WHERE id = ? AND deleted_at IS NULL", (number,)
        ).fetchone()
        return None if row is None else (number, "")


def digest_of(text: str) -> str:
    """What the file said, without the revision."""
    return text.partition(".")[0]
