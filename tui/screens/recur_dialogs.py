"""What is asked about a task that recurs, or is to: a day or a rule in one line, and for which of them a change is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any

from textual import on
from textual.content import Content

from engine.operations.registry import Look
from engine.operations.task_editing import edit
from engine.operations.tasks import move
from engine.operations.template_future import future, stop
from engine.operations.template_repeat import repeat
from engine.operations.template_skips import skip
from engine.queries.recurring import Foreseen, effect_of, foresee
from engine.rules.errors import BadValue
from engine.rules.wording import long_day
from engine.rules.zones import local
from engine.titles import language
from store import values
from store.connection import connect
from store.errors import Refused
from store.instants import from_us
from store.reads import templates
from tui.app import Desk
from tui.perform import Wish, wish
from tui.screens.dialog import Confirm, Dialog
from tui.text import safe
from tui.title_words import shows_as
from tui.widgets.form import Field, Form, Notes

THIS, ALL = "this one only", "all future ones"
"""For which tasks a change is."""
UNDO = "u takes it back."
_EXAMPLES = "a day: fri, +3d, 30 nov   a rule: every 2 weeks on fri, monthly last day, every! 10 days"

Then = Callable[[object], None]


def template_of(desk: Desk, task: values.Task) -> values.Template | None:
    """The template whose task it is, if that still makes tasks."""
    if task.template_id is None:
        return None
    made = templates.template(desk.reader, task.template_id)
    return None if made.deleted_at is not None else made


def day_of(task: values.Task, made: values.Template) -> date:
    """The day of the rule that a task stands for."""
    at = task.planned_at if task.planned_at is not None else made.created_at
    return local(from_us(at), made.zone).date()


def _which(made: values.Template | None) -> tuple[Field, ...]:
    """Of a task that recurs: this one, or all."""
    return () if made is None else (Field("for", "for", THIS, "left right", (THIS, ALL)),)


class Recur(Dialog):
    """One line: a day moves the task, a rule lets it recur. What it means stands below while it is typed."""

    def __init__(self, desk: Desk, task: values.Task, then: Then) -> None:
        self._made = template_of(desk, task)
        self._row = task
        self._of = desk
        self._then = then
        fields = (Field("to", "day or rule", hint="empty: stops it" if self._made else ""), *_which(self._made))
        title = f"{'Move, change or stop' if self._made else 'Move, or let it recur'}: {task.title}"
        super().__init__(title, fields, self._check, self._wish, "do it", aside=True)

    def _check(self, given: dict[str, str]) -> Notes:
        text = given["to"].strip()
        if not text:
            return self._empty()
        try:
            found = foresee(self._of.actor, self._of.clock(), self._row.id, text, all_=given.get("for") == ALL)
        except (Refused, BadValue) as fault:
            return Notes({"to": str(fault).removeprefix("spec: ")})
        words = [Content.styled(safe(found.words), "$text bold"), *map(_line, found.lines)]
        return Notes(preview=tuple(words), outcome=found)

    def _empty(self) -> Notes:
        if self._made is None:
            return Notes({"to": "type a day or a rule"}, preview=(Content.styled(_EXAMPLES, "$muted"),))
        rule = self._made.spec or ""
        now = Content(safe(f"recurs: {rule}; with an empty line enter stops it"))
        return Notes(preview=(now, Content.styled(_EXAMPLES, "$muted")))

    @on(Form.Submitted)
    def _submit(self, event: Form.Submitted) -> None:
        event.prevent_default()  # else the dialog's own would be called beside this one
        if self._made is None or event.values["to"].strip():
            super()._submit(event)
            return
        question = f"Stop recurring: {self._made.name}?"
        more = ("This task stays, and so do those that are done, late or edited; later ones go.", UNDO)

        def answer(yes: bool | None) -> None:
            if yes:
                super(Recur, self)._submit(event)

        self.app.push_screen(Confirm(question, "stop", more), answer)

    def _wish(self, given: dict[str, str]) -> Wish:
        """One act, told in words that say what undo takes back."""
        found, task = self._form.notes.outcome, self._row
        if not given["to"].strip():
            return wish(stop, task.id, then=self._told(f"{task.title} recurs no more"))
        assert isinstance(found, Foreseen)
        if found.day is not None and given.get("for") == ALL:
            words = f"{task.title} and all future ones moved: {found.sentence}"
            return wish(future, task.id, deadline=found.day, then=self._told(words))
        if found.day is not None:
            return wish(move, task.id, deadline=found.day, then=self._told(f"{task.title} {found.words}"))
        words = f"{task.title} recurs: {found.sentence}"
        if found.is_change:
            return wish(future, task.id, rule=given["to"], then=self._told(words))
        return wish(repeat, task.id, given["to"], then=self._told(words))

    def _told(self, words: str) -> Then:
        def told(result: object) -> None:
            self._of.notify(f"{words}. {UNDO}")
            self._then(result)

        return told


def edit_dialog(desk: Desk, task: values.Task, then: Then) -> Dialog:
    """Asks for what a task says; of one that recurs for this one or all future ones."""
    made = template_of(desk, task)
    was = task.notes.replace("\n", " / ")
    looks = _looks(made) if made is not None else ()
    before = {each.name: each.value for each in looks}
    said_in = language(desk.reader)
    fields = (Field("name", "what", task.name), Field("notes", "notes", was), *_which(made), *looks)

    def changed(given: dict[str, str]) -> dict[str, str]:
        return {key: given[key] for key, text in before.items() if given[key].strip() != text}

    def check(given: dict[str, str]) -> Notes:
        wrong = {} if given["name"].strip() else {"name": "a task needs a name"}
        title = shows_as(said_in, given["name"], task.start_date, task.deadline_date)
        if made is None:
            return Notes(wrong, preview=title)
        if given["for"] == THIS:
            wrong |= dict.fromkeys(changed(given).keys() & _OF_ALL, "all future ones only")
        kept = "it is edited then: changes of the template leave it alone"
        lines = _follows(desk, made) if given["for"] == ALL else (kept,)
        return Notes(wrong, preview=(*title, *(Content(safe(line)) for line in lines)))

    def save(given: dict[str, str]) -> Wish:
        notes = None if given["notes"] == was else given["notes"].replace(" / ", "\n")
        if given.get("for") == ALL:
            name = None if given["name"] == task.name else given["name"]
            return wish(future, task.id, name=name, notes=notes, then=then, **_asked(changed(given)))
        more = _asked(changed(given))
        return wish(edit, task.id, name=given["name"], notes=notes, rev=task.rev, then=then, **more)

    return Dialog("Edit the task", fields, check, save, aside=True)


_OF_ALL = frozenset({"label", "assignee", "duration"})
"""What this dialog changes for all future ones; of one task, keys of its row do."""


def _looks(made: values.Template) -> tuple[Field, ...]:
    """What else a template says of its tasks."""
    return (
        Field("label", "labels", ", ".join(made.labels), "a, b"),
        Field("assignee", "for whom", ", ".join(made.assignees), "a, b"),
        Field("list", "list", made.list or "", "house/garden"),
        Field("priority", "priority", str(made.priority or "none"), choices=("none", "1", "2", "3", "4")),
        Field("item", "checklist", " / ".join(made.checklist), "a / b"),
        Field("duration", "takes", made.duration, "before it is due"),
    )


def _asked(given: dict[str, str]) -> dict[str, Any]:
    """The arguments of these texts; an empty text clears."""
    said: dict[str, Any] = {key: text.strip() for key, text in given.items()}
    for key, mark in (("label", ","), ("assignee", ","), ("item", "/")):
        if key in said:
            said[key] = tuple(part.strip() for part in said[key].split(mark) if part.strip())
    if "priority" in said:
        said["priority"] = 0 if said["priority"] == "none" else int(said["priority"])
    return said


def _follows(desk: Desk, made: values.Template) -> tuple[str, ...]:
    """What a change of looks does to the open tasks of a template; asked on a thread."""
    try:
        with closing(connect(desk.store, read_only=True)) as connection:
            return effect_of(Look(connection, desk.actor, desk.clock()), made, {}).lines
    except (Refused, BadValue) as fault:
        return (str(fault),)


def skip_dialog(made: values.Template, day: date, then: Then) -> Dialog:
    """Asks why one day is left out; the reason may be empty."""
    fields = (Field("reason", "because", hint="may be empty"),)

    def check(given: dict[str, str]) -> Notes:
        lines = (
            "its task goes, and no later pass or edit makes it again",
            "under Schedules, enter lists it, s undoes it",
        )
        return Notes(preview=tuple(Content(line) for line in lines))

    def save(given: dict[str, str]) -> Wish:
        return wish(skip, made.name, day, reason=given["reason"], then=then)

    return Dialog(f"Leave out {made.name} of {long_day(day)}", fields, check, save, "leave it out")


def _line(words: str) -> Content:
    """What is odd about a date stands out."""
    return Content.styled(safe(words, 300), "$warning") if words.startswith("  ") else Content(safe(words, 300))
