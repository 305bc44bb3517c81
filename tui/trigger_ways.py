"""The ways to triggers, and from their actions to tasks: from a task, a label, a list, and back."""

from __future__ import annotations

from store import values
from store.enums import Scope
from store.reads import lists, trigger_groups, triggers
from store.reads.task_rows import one
from tui.app import Desk
from tui.widgets.pages import Section


def open_triggers(desk: Desk, sought: str = "", number: int | None = None) -> None:
    """Go to Triggers, under this filter, or with the cursor on this one."""
    desk.triggers_of = (sought, number)
    desk.action_view("triggers")


def of_scope(desk: Desk, scope: Scope, name: str) -> None:
    """Go to the triggers of a label or a list; if there is none, to a new one for it."""
    ids = trigger_groups.called(desk.reader, scope, name)
    if triggers.page(desk.reader, limit=1, scope=scope, scope_ids=ids):
        open_triggers(desk, f"{scope}:{name}")
        return
    from tui.screens.trigger_editor import TriggerEditor

    desk.notify(f"The {scope} {name} has no trigger yet: this makes one.")
    desk.push_screen(TriggerEditor(None, scope, name))


def of_heading(desk: Desk, heading: Section) -> bool:
    """The same of a heading that is a label or a list; whether it is one."""
    kind, _, number = heading.key.partition(" ")
    if kind not in (Scope.LIST, Scope.LABEL) or not number.isdigit():
        return False
    is_list = kind == Scope.LIST
    of_scope(
        desk,
        Scope(kind),
        lists.one(desk.reader, int(number)).path if is_list else lists.label(desk.reader, int(number)).name,
    )
    return True


def of_task(desk: Desk, task: values.Task) -> None:
    """Which triggers touch this task, in front of the view."""
    from tui.screens.triggers_of_task import TriggersOfTask

    desk.push_screen(TriggersOfTask(task))


def open_task(desk: Desk, number: int) -> None:
    """One task with its verbs, in front of the view."""
    from tui.screens.one_task import OneTask

    if one(desk.reader, number) is None:
        desk.notify("That task is gone for good.")
    else:
        desk.push_screen(OneTask(number))
