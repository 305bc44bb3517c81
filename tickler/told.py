"""What is said after a write: one line that a person can use, in the words that history keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tickler.plain import paragraphs, plain
from tickler.printing import card, clock, notice_state, schedule_state, speaks, table, task_state, unplanned


def told(result: Any, words: str, zone: str, width: int | None = None) -> str:
    """`words` are those of the act in the journal, empty if there is none: nothing changed, or a preview."""
    if isinstance(result, (tuple, list)):
        return "\n".join([*paragraphs(words), *_rows(result, zone, width)])
    if result is None or isinstance(result, str):
        return plain(words or result or "done")
    if speaks(result):
        return "\n".join(paragraphs(str(result)))
    lead = _LEADS.get(type(result).__name__)
    if lead is None:
        is_preview = getattr(result, "is_preview", False)
        return card(result, zone) if is_preview else plain(words or "nothing changed")
    return "\n".join([plain(lead(result, words) or summary(result)), *flaws(result)])


def flaws(value: Any) -> list[str]:
    """What of a task's name cannot be told, a line for each expression; nothing of all else."""
    if type(value).__name__ != "Task" or "%%" not in value.title:
        return []
    from engine.titles import remarks

    return [plain(f"  {words}") for words in remarks(value)]


def summary(value: Any) -> str:
    """One of the kinds below as it stands now: `task 12: Collect allergy info (stay 12), open, due 2025-06-14`."""
    return _SUMMARIES[type(value).__name__](value)


def _rows(rows: Any, zone: str, width: int | None) -> list[str]:
    if rows and type(rows[0]).__name__ in _SUMMARIES:
        return [plain(summary(row)) for row in rows]
    return [table(rows, zone, width)]


def _task(task: Any) -> str:
    about = f" ({task.object_class} {task.object_id})" if task.object_class else ""
    due = f", due {task.deadline_date}" if task.deadline_date else ""
    return f"task {task.id}: {task.title}{about}, {task_state(task)}{due}"


def _entity(entity: Any) -> str:
    tasks = f"{entity.open_tasks} open {'task' if entity.open_tasks == 1 else 'tasks'}"
    state = ", ".join(part for part in (entity.name, entity.status or "no status", tasks) if part)
    return f"{entity.object_class} {entity.object_id}: {state}"


def _schedule(schedule: Any) -> str:
    return f"schedule {schedule.id}: {schedule.name}, {_next(schedule)}"


def _run(run: Any) -> str:
    again = f", run {run.retry_of} again" if run.retry_of else ""
    why = f" ({run.reason})" if run.reason else ""
    asked = ", asked to stop" if run.cancel_requested_at and not run.finished_at else ""
    return f"run {run.id}: {run.name}{again}, {run.state}{why}{asked}"


def _next(schedule: Any) -> str:
    state = schedule_state(schedule)
    if schedule.next_at is None or state in ("deleted", "off"):
        return unplanned(schedule) or state
    return f"next {clock(schedule.next_at, schedule.zone)} {schedule.zone}"


_SUMMARIES: dict[str, Callable[[Any], str]] = {
    "Task": _task,
    "Entity": _entity,
    "Schedule": _schedule,
    "Run": _run,
    "Notice": lambda notice: f"notice {notice.id}: {notice.subject}, {notice_state(notice)}",
}


def _of_task(task: Any, words: str) -> str:
    """`task 12 done: Collect allergy info (stay 12)`; a contact is told by what was noted."""
    return words if str(task.kind) == "contact" else words and f"task {task.id} {words}"


def _of_schedule(schedule: Any, words: str) -> str:
    return words and f"{words}; {_next(schedule)}"


_LEADS: dict[str, Callable[[Any, str], str]] = {
    "Task": _of_task,
    "Entity": lambda entity, words: words,
    "Schedule": _of_schedule,
    "Run": lambda run, words: words if words.startswith("deleted") else "",
}
"""What goes with the journal's words; empty where the row itself says it better."""
