"""Deleting tasks, for the verbs of tasks, of the return board and of entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.operations.registry import Act
from engine.operations.task_choice import put
from store.values import Task


def take_away(act: Act, tasks: Sequence[Task]) -> None:
    """Delete tasks; the days of those that a template made are left out of it."""
    put(act.connection, [task.id for task in tasks], deleted_at=act.now)
    if recurring := of_templates(tasks):
        from engine.operations import template_tasks

        template_tasks.after_deleted(act, recurring)


def of_templates(tasks: Iterable[Task]) -> list[Task]:
    """Those that a template made."""
    return [task for task in tasks if task.template_id is not None]
