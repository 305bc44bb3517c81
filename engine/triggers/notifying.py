"""Notices that a trigger makes of tasks: for whom, in which words, and never twice for the same moment."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine import telling
from engine.operations.registry import Act
from engine.rules.alerts import Severity
from engine.titles import MARK, shown_text
from engine.triggers.live import Live
from store.reads import task_rows
from store.titling import titled

KIND = "trigger"

_TITLES = f"SELECT task.id, {titled('task')} FROM task WHERE task.id IN (SELECT value FROM json_each(?))"
_DUE = """
SELECT ifnull(task_id, 0), max(due_at) FROM pending_action
WHERE trigger_id = ? AND state = 'waiting' AND due_at <= ? GROUP BY 1
"""


def notify(act: Act, live: Live, tasks: Sequence[int]) -> tuple[Sequence[int], Mapping[int, str]]:
    """Tell of each task; those that were told of for the same moment before are left out.

    The words are the trigger's, with what they say of the task; without a subject it is the title of the task.
    """
    severity = Severity(str(live.params.get("severity", "notice")))
    due = dict(act.connection.execute(_DUE, (live.id, act.now)).fetchall())
    touched = []
    for task, (subject, text) in _words(act, live, tasks).items():
        moment = due.get(task, due.get(0, act.now))
        key = f"trigger:{live.id}:{task}:{moment}"
        if telling.tell(
            act.connection, key, act.now, severity, KIND, subject, text, task_id=task, trigger_id=live.id, **whom(live)
        ):
            touched.append(task)
    return touched, dict.fromkeys((task for task in tasks if task not in touched), "it was told already")


def whom(live: Live) -> dict[str, Any]:
    """Of the parameter `to`: a person, the owner of the trigger, or all; those it is assigned to are the usual ones."""
    to, person = live.params.get("to"), live.params.get("to_id")
    if isinstance(person, int):
        return {"for_id": person}
    return {"for_id": live.owner_id if to == "owner" else None, "for_all": to == "all"}


def _words(act: Act, live: Live, tasks: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Subject and text for each task."""
    subject, text = str(live.params.get("subject") or ""), str(live.params.get("text") or "")
    if MARK in subject + text:
        said = functools.partial(shown_text, act.connection)
        found = task_rows.many(act.connection, tasks)
        return {task.id: (said(subject, task).text or task.title, said(text, task).text) for task in found}
    rows = act.connection.execute(_TITLES, (json.dumps(list(tasks)),)).fetchall()
    return {task: (subject or title, text) for task, title in rows}
