"""Entities: the things tasks are about, their status and dates, and what happened to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.content import Content

from engine.operations.followups import planned_moves, planned_tasks
from engine.rules.days import parse_day
from engine.rules.errors import BadValue
from engine.rules.followups import Move
from engine.rules.wording import count_of, due_words, long_day, short_day
from store import values
from store.reads import definitions, entities
from tui.perform import Wish, wish
from tui.rows import Cells, entity_row
from tui.screens.dialog import Dialog
from tui.screens.view import Item, View
from tui.text import safe
from tui.widgets.form import Field, Notes
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, section

MOVES_SHOWN = 9
"""Lines of a preview."""


class Entities(View):
    """The list of entities. `s` changes the status, `m` the dates, `c` adds a contact."""

    PLACES: ClassVar[tuple[str, ...]] = ("entities",)
    VIEW = "entities"
    KINDS = frozenset({"entity", "entity_class", "task", "team"})
    FILTER_HINT = "part of a name, a status, a class and id (stay 12); esc clears"

    def make_list(self) -> LineList:
        """One section, by class and id."""
        return LineList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="No entity yet. a adds one; tickler load FILE brings classes and models, "
            "tickler entity import FILE.csv thousands at once.",
        )

    def on_mount(self) -> None:
        """Read the first page."""
        self.show_rows()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        return entity_row(item.value, width, self.desk.today)

    @property
    def _sift(self) -> entities.Filter:
        return entities.Filter(text=self.filter)

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        rows = entities.window(
            self.desk.reader, self.desk.moment, self._sift, after=after, before=before, offset=offset, limit=limit
        )
        return [Item(row.key, row.id, row.entity, self.desk.today) for row in rows]

    def show_rows(self) -> None:
        """Build the list for the filter."""
        self.list.show([section("entities", None, self._fetch)])
        self._words()

    def refresh_data(self) -> None:
        """Read the rows in view again."""
        self.list.refresh_data()
        self._words()
        self.show_detail()

    def _words(self) -> None:
        number = entities.count(self.desk.reader, self._sift, 100_000)
        found = f" matching {self.filter}" if self.filter else ""
        words = count_of(number, "entity", "entities")
        self.say((f"entities{found}", "text"), (f"   {words} · by class and id", "muted"))

    @property
    def entity(self) -> values.Entity | None:
        """The entity under the cursor."""
        value = self.current
        return value if isinstance(value, values.Entity) else None

    def action_status(self) -> None:
        """Another status; what it makes people do is shown before it is saved."""
        from engine.operations.entities import set_status

        entity = self.entity
        if entity is None:
            return
        known = self._class(entity.object_class)
        statuses = known.statuses if known else ()
        after = statuses.index(entity.status) + 1 if entity.status in statuses else 0
        fields = (Field("status", "status", statuses[min(after, len(statuses) - 1)], choices=statuses),)

        def check(given: dict[str, str]) -> Notes:
            made = planned_tasks(self.desk.reader, entity.id, given["status"], self.desk.clock(), self.desk.zone)
            if given["status"] == entity.status:
                return Notes(means={"status": "as it is"}, preview=(Content("nothing changes"),))
            lines = [Content(f"makes {count_of(len(made), 'task')}" + (":" if made else ""))]
            for task in made[:MOVES_SHOWN]:
                due = due_words(task.deadline, self.desk.today, False) if task.deadline else "no day"
                lines.append(Content(safe(f"  {task.model.name}  {due}")))
            if len(made) > MOVES_SHOWN:
                lines.append(Content(f"  and {len(made) - MOVES_SHOWN} more"))
            return Notes(means={"status": f"was {entity.status or 'none'}"}, preview=tuple(lines))

        def save(given: dict[str, str]) -> Wish:
            return wish(set_status, entity.object_class, entity.object_id, given["status"])

        self.desk.push_screen(Dialog(_title(entity, "status"), fields, check, save))

    def _class(self, name: str) -> values.EntityClass | None:
        return next((each for each in definitions.entity_classes(self.desk.reader) if each.name == name), None)

    def action_dates(self) -> None:
        """Other dates; the tasks that move along are listed, old and new, before it is saved."""
        from engine.operations.entities import set_fields

        entity = self.entity
        if entity is None:
            return
        fields = tuple(
            Field(name, name, day.isoformat() if day else "", hint="a day; empty for none")
            for name, day in entity.dates.items()
        )

        def check(given: dict[str, str]) -> Notes:
            dates, wrong, means = self._days(given)
            if wrong:
                return Notes(wrong, means)
            kept = {name: day for name, day in dates.items() if day is not None}
            moves = planned_moves(self.desk.reader, entity.id, kept)
            lines = [Content(f"moves {count_of(len(moves), 'open task')}" + (":" if moves else ""))]
            for move in moves[:MOVES_SHOWN]:
                lines.append(_move_line(move, self.desk.today))
            return Notes(wrong, means, tuple(lines))

        def save(given: dict[str, str]) -> Wish:
            words = [f"{name}={day.isoformat() if day else ''}" for name, day in self._days(given)[0].items()]
            return wish(set_fields, entity.object_class, entity.object_id, *words, rev=entity.rev)

        self.desk.push_screen(Dialog(_title(entity, "dates"), fields, check, save))

    def _days(self, given: dict[str, str]) -> tuple[dict[str, date | None], dict[str, str], dict[str, str]]:
        """The days typed, by field; what is wrong; what the others mean."""
        days: dict[str, date | None] = {}
        wrong, means = dict[str, str](), dict[str, str]()
        for name, text in given.items():
            try:
                days[name] = parse_day(text, self.desk.today) if text.strip() else None
            except BadValue as fault:
                wrong[name] = str(fault)
            else:
                day = days[name]
                means[name] = long_day(day) if day else "no date"
        return days, wrong, means

    def action_contact(self) -> None:
        """A line of contact history."""
        from engine.operations.entities import contact

        entity = self.entity
        if entity is None:
            return
        fields = (
            Field("text", "what", hint="Called the parents, form promised"),
            Field("on", "day", self.desk.today.isoformat()),
            Field("validated", "validated", "yes", choices=("yes", "no")),
        )

        def check(given: dict[str, str]) -> Notes:
            days, wrong, means = self._days({"on": given["on"]})
            if not given["text"].strip():
                wrong["text"] = "say what was done"
            if days.get("on", ...) is None:
                wrong["on"] = "type a day"
            return Notes(wrong, means)

        def save(given: dict[str, str]) -> Wish:
            return wish(
                contact, entity.object_class, entity.object_id, given["text"],
                on=parse_day(given["on"], self.desk.today), validated=given["validated"] == "yes",
            )  # fmt: skip

        self.desk.push_screen(Dialog(_title(entity, "contact"), fields, check, save, "add"))

    def action_add_task(self) -> None:
        """A task about the entity, by one line."""
        from tui.screens.quick_add import QuickAdd, about

        entity = self.entity
        if entity is not None:
            self.desk.push_screen(QuickAdd(about(entity.object_class, entity.object_id)))

    def action_add(self) -> None:
        """A new entity."""
        from engine.operations.entities import add

        classes = definitions.entity_classes(self.desk.reader)
        if not classes:
            self.notify("There is no class yet: tickler load FILE, or tickler class add.", markup=False)
            return
        names = tuple(each.name for each in classes)
        fields = (
            Field("object_class", "class", names[0], choices=names),
            Field("object_id", "id", hint="such as 12"),
            Field("name", "name"),
        )

        def check(given: dict[str, str]) -> Notes:
            return Notes({} if given["object_id"].strip() else {"object_id": "an entity needs an id"})

        def save(given: dict[str, str]) -> Wish:
            return wish(add, given["object_class"], given["object_id"], name=given["name"])

        self.desk.push_screen(Dialog("Add an entity", fields, check, save, "add"))


def _title(entity: values.Entity, what: str) -> str:
    return f"{entity.object_class} {entity.object_id} {entity.name}: {what}"


def _move_line(move: Move, today: date) -> Content:
    """`  Collect allergy info  deadline 14 Jun -> 21 Jun`; a day set by hand says that it stays."""
    was, becomes = (short_day(day, today) if day else "no day" for day in (move.was, move.becomes))
    if move.by_hand:
        return Content.styled(safe(f"  {move.name}  {move.field} stays {was}, set by hand"), "$warning")
    return Content(safe(f"  {move.name}  {move.field} {was} -> {becomes}"))
