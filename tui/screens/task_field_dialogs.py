"""What is asked before tasks get labels, a priority, a list, a note or other people. Loaded when it is first asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from engine.operations.task_editing import assign, edit, label, note
from engine.rules.name_changes import name_changes
from engine.rules.wording import count_of
from store.reads import definitions, lists
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.widgets.form import Field, Notes

_SHOWN = 8
"""Names that are offered beside a field."""

Then = Callable[[Any], None]


def priority_dialog(tasks: Sequence[int], then: Then) -> Dialog:
    """Asks for a priority; empty takes it away."""

    def check(given: dict[str, str]) -> Notes:
        text = _priority(given)
        if text not in ("", "1", "2", "3", "4"):
            return Notes({"priority": "expected 1 (most urgent) to 4, or nothing"})
        return Notes(means={"priority": {"1": "most urgent", "": "none"}.get(text, "")})

    def save(given: dict[str, str]) -> Wish:
        return wish(edit, *tasks, priority=int(_priority(given) or 0), then=then)

    return Dialog(_title("Priority", tasks), (Field("priority", "priority", hint="1 to 4"),), check, save, "set")


def _priority(given: dict[str, str]) -> str:
    return given["priority"].strip().lower().removeprefix("p")


def labels_dialog(reader: sqlite3.Connection, tasks: Sequence[int], then: Then) -> Dialog:
    """Asks which labels come and go: `home -later`."""
    known = [each.name for each in lists.labels(reader)]

    def check(given: dict[str, str]) -> Notes:
        add, remove = name_changes(given["labels"], "@")
        strange = [name for name in remove if name not in known]
        if strange:
            return Notes({"labels": f"there is no label {strange[0]}"})
        if not add and not remove:
            return Notes({"labels": "name a label"})
        new = [name for name in add if name not in known]
        return Notes(means={"labels": f"new: {', '.join(new)}" if new else ""})

    def save(given: dict[str, str]) -> Wish:
        add, remove = name_changes(given["labels"], "@")
        return wish(label, *tasks, add=add, remove=remove, then=then)

    fields = (Field("labels", "labels", hint=_offer(known, "home -later")),)
    return Dialog(_title("Labels: name adds, -name removes", tasks), fields, check, save, "label")


def list_dialog(reader: sqlite3.Connection, tasks: Sequence[int], then: Then) -> Dialog:
    """Asks in which list they lie; empty for none."""
    paths = [each.path for each in lists.listed(reader)]
    names = {path.rpartition("/")[2] for path in paths}

    def check(given: dict[str, str]) -> Notes:
        text = given["list"].strip().removeprefix("#")
        if text and text not in paths and text not in names:
            near = [path for path in paths if text.casefold() in path.casefold()]
            return Notes({"list": f"did you mean {', '.join(near[:3])}?" if near else "there is no such list"})
        return Notes(means={"list": "" if text else "none"})

    def save(given: dict[str, str]) -> Wish:
        return wish(edit, *tasks, list=given["list"].strip().removeprefix("#"), then=then)

    fields = (Field("list", "list", hint=_offer(paths, "empty: none")),)
    return Dialog(_title("Move to the list", tasks), fields, check, save, "move")


def hand_dialog(reader: sqlite3.Connection, tasks: Sequence[int], then: Then) -> Dialog:
    """Asks who does them from now on: names alone replace, `+name` and `-name` add and remove."""
    known = [each.name for each in definitions.users(reader)]

    def check(given: dict[str, str]) -> Notes:
        add, remove = name_changes(given["people"], "!")
        strange = [name for name in (*add, *remove) if name not in known]
        if strange:
            return Notes({"people": f"there is no {strange[0]}"})
        return Notes(means={"people": "" if add or remove else "nobody"})

    def save(given: dict[str, str]) -> Wish:
        add, remove = name_changes(given["people"], "!")
        if remove or given["people"].lstrip().startswith("+"):
            return wish(assign, *tasks, add=add, remove=remove, then=then)
        return wish(assign, *tasks, to=add, then=then)

    fields = (Field("people", "to", hint=_offer(known, "empty: nobody")),)
    return Dialog(_title("Hand to (+name and -name: beside the others)", tasks), fields, check, save, "hand over")


def note_dialog(tasks: Sequence[int], then: Then) -> Dialog:
    """Asks for a line that is added to the notes."""

    def check(given: dict[str, str]) -> Notes:
        return Notes({} if given["text"].strip() else {"text": "say what is to be remembered"})

    def save(given: dict[str, str]) -> Wish:
        return wish(note, *tasks, text=given["text"], then=then)

    return Dialog(_title("Add a note", tasks), (Field("text", "note"),), check, save, "add")


def _offer(names: Sequence[str], otherwise: str) -> str:
    """The first names that could be typed."""
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "") if names else otherwise


def _title(words: str, tasks: Sequence[int]) -> str:
    return f"{words} ({count_of(len(tasks), 'task')})" if len(tasks) > 1 else words
