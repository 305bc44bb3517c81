"""What a trigger will tell, by the first task it would touch: expressions in its subject and text said in words."""

from __future__ import annotations

from textual.content import Content

from engine.operations.registry import Act
from engine.operations.saving import Columns
from engine.titles import MARK, flaws, shown_text
from store.enums import Scope, TriggerAction
from store.reads import task_rows, trigger_groups
from store.values import Task
from tui.text import safe
from tui.title_words import flagged, shown_lines


def texts(act: Act, fields: Columns, columns: Columns | None) -> list[Content]:
    """Lines for subject and text of a notification, or for the name of the task it makes; nothing without `%%`."""
    params = fields["params"]
    is_notice = fields["action"] is TriggerAction.NOTIFY
    said = {key: str(params.get(key) or "") for key in (("subject", "text") if is_notice else ("name",))}
    said = {key: text for key, text in said.items() if MARK in text}
    if not said:
        return []
    task = _first(act, fields["scope"], columns) if is_notice else None
    lines: list[Content] = []
    for key, text in said.items():
        lines.append(Content.styled(key if task is None else f"{key}, of {safe(task.title, 60)}", "$muted"))
        if task is not None:
            lines += shown_lines(shown_text(act.connection, text, task))
        else:
            lines += flagged((words, False) for words in flaws(text, of_text=is_notice))
    return [Content(""), *lines]


def _first(act: Act, scope: Scope, columns: Columns | None) -> Task | None:
    """A task that the trigger is for, to show what it will tell; None if there is none yet."""
    number = trigger_groups.first_in(act.connection, scope, columns["scope_id"]) if columns is not None else None
    return None if number is None else task_rows.one(act.connection, number)
