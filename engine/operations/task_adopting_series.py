"""What recurs in somebody else's file, as a template: made once, changed when the file changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.operations.registry import Act
from engine.operations.template_repeat import free_name
from engine.operations.template_saving import save_template
from engine.operations.template_tasks import skip_day
from engine.rules.errors import shown
from engine.rules.origins import Origin, prefix
from engine.rules.transfer.ids import own_number
from engine.rules.transfer.items import Item, Kind, Told, key_of
from store.reads import templates as reads
from store.values import Template


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

    def _made(self, item: Item, fields: Mapping[str, Any], digest: str) -> str:
        name = free_name(self._act, fields.get("name") or item.name)
        number = save_template(self._act, {**fields, "name": name}, None)
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
        before = existing.rev
        save_template(self._act, {key: said for key, said in fields.items() if key != "name"}, existing)
        self._leave_out(item, existing.id)
        after = self._mark(item.key, existing.id, digest)
        return "changed" if after.rev != before else "unchanged"

    def _leave_out(self, item: Item, number: int) -> None:
        schedule = reads.template(self._act.connection, number).schedule_id
        for day in item.skips:
            skip_day(self._act, schedule, day, "the file has another task for that day, or none")

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
