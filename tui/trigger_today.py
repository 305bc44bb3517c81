"""What triggers will do soon, as lines of Today."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from engine.rules.triggers.words import origin_words
from store.reads import trigger_groups, triggers
from store.trigger_values import PendingAction
from tui.acting import Acting
from tui.app import Desk
from tui.rows import Cells
from tui.trigger_rows import Coming, coming_row

_LOOKED_AT = 200
"""Actions that are looked at: those for labels that no task bears are passed over."""


class Action(Acting):
    """An action that waits."""

    def __init__(self, row: Coming) -> None:
        self.row = row
        self.id = row.action.id
        self.name = row.name

    def cells(self, width: int, desk: Desk) -> Cells:
        """When, for what, what is done, by which trigger."""
        return coming_row(self.row, width, desk.now, desk.zone)

    def open(self, desk: Desk) -> None:
        """The task that it is for, else all that is to come."""
        from tui.screens.one_task import OneTask

        number = self.row.action.task_id
        if number is None:
            desk.action_view("triggers")
        else:
            desk.push_screen(OneTask(number))


def acting(connection: sqlite3.Connection, until: int, limit: int) -> list[Action]:
    """The next actions up to an instant, microseconds UTC: at most `limit`, the first to come first."""
    found = []
    for action in triggers.upcoming(connection, limit=_LOOKED_AT, until=until):
        found += [Action(row) for row in _row(connection, action)]
        if len(found) == limit:
            break
    return found


def _row(connection: sqlite3.Connection, action: PendingAction) -> Iterator[Coming]:
    if action.trigger_id is None or action.task_id is not None or not action.subject.startswith("zone:"):
        yield Coming(action, "")
        return
    of = triggers.trigger(connection, action.trigger_id)
    if trigger_groups.tasks_in(connection, of.scope, of.scope_id, 1):
        yield Coming(action, origin_words(of.scope, of.scope_name))
