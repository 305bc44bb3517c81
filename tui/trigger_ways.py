"""The ways to triggers: to one of them, and from a label or a list to its own."""

from __future__ import annotations

from store.enums import Scope
from store.reads import lists, trigger_groups, triggers
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
