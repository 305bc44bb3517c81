"""The form of a new task: everything that can be said of it, field by field. Loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.operations.tasks import add
from engine.queries.quick import known
from engine.rules.dates import parse_clock
from engine.rules.days import parse_day
from engine.rules.errors import BadValue
from engine.rules.quickadd import Known
from engine.rules.quickadd.names import label_named, list_named, person_named
from engine.rules.texts import thing
from engine.rules.wording import due_words, long_day
from engine.titles import language
from store import values
from tui.app import Desk
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.title_words import shows_as
from tui.widgets.form import Field, Notes

_PRIORITIES = ("none", "1", "2", "3", "4")


def add_dialog(desk: Desk, beside: Any, due: str = "") -> Dialog:
    """Asks for a new task; `beside` is the row of the cursor, whose entity is offered, `due` a day that is."""
    is_about = isinstance(beside, values.Task | values.Entity) and beside.object_id is not None
    fields = (
        Field("name", "what", hint="what somebody must do"),
        Field("deadline", "due", due, hint="a day: fri, 30 nov, +3d; empty for none"),
        Field("time", "time", hint="of the day it is due: 14:00"),
        Field("object", "about", f"{beside.object_class}/{beside.object_id}" if is_about else "", hint="stay/12"),
        Field("list", "list", hint="house/garden"),
        Field("label", "labels", hint="several with commas"),
        Field("assignee", "for", hint="people, several with commas"),
        Field("priority", "priority", "none", choices=_PRIORITIES, hint="1 is the most urgent"),
        Field("start", "start", hint="day on which work on it starts"),
        Field("visible", "shown from", hint="a day; empty for its start, else now"),
        Field("item", "checklist", hint="lines, separated by /"),
        Field("notes", "notes", hint="anything to remember"),
    )
    check = _Check(desk, known(desk.reader, desk.actor.name))
    return Dialog("Add a task", fields, check, check.wish, "add")


class _Check:
    """What the texts mean, field by field, by the rules of quick add."""

    def __init__(self, desk: Desk, there: Known) -> None:
        self._today = desk.today
        self._language = language(desk.reader)
        self._known = there
        self._readers: dict[str, Callable[[str], tuple[Any, str]]] = {
            "deadline": self._day,
            "time": lambda text: (f"{parse_clock(text):%H:%M}", f"{parse_clock(text):%H:%M}"),
            "object": self._thing,
            "list": lambda text: (list_named(text, there).name, list_named(text, there).words),
            "label": lambda text: self._names(text.replace("@", ""), label_named),
            "assignee": lambda text: self._names(text, person_named),
            "start": self._day,
            "visible": self._day,
        }

    def __call__(self, given: dict[str, str]) -> Notes:
        """What is wrong, and what the rest means."""
        wrong: dict[str, str] = {} if given["name"].strip() else {"name": "say what must be done"}
        means: dict[str, str] = {}
        for key, read in self._readers.items():
            if given[key].strip():
                try:
                    means[key] = read(given[key].strip())[1]
                except BadValue as fault:
                    wrong[key] = str(fault)
        if given["time"].strip() and not given["deadline"].strip():
            wrong["time"] = "a time of day needs a day that it is due"
        days = {key: self._day(given[key])[0] for key in ("start", "deadline") if key in means}
        return Notes(wrong, means, shows_as(self._language, given["name"], **days))

    def wish(self, given: dict[str, str]) -> Wish:
        """The operation, of values with which nothing is wrong."""
        said = {key: read(given[key].strip())[0] for key, read in self._readers.items() if given[key].strip()}
        if given["priority"] != "none":
            said["priority"] = int(given["priority"])
        said["item"] = tuple(line.strip() for line in given["item"].split("/") if line.strip())
        return wish(add, given["name"], notes=given["notes"], **said)

    def _day(self, text: str) -> tuple[Any, str]:
        day = parse_day(text, self._today)
        return day, f"{long_day(day)} ({due_words(day, self._today, False)})"

    def _thing(self, text: str) -> tuple[Any, str]:
        return text, self._known.thing(*thing(text))

    def _names(self, text: str, find: Callable[[str, Known], Any]) -> tuple[Any, str]:
        found = [find(part.strip(), self._known) for part in text.split(",") if part.strip()]
        return tuple(each.name for each in found), ", ".join(each.words for each in found)
