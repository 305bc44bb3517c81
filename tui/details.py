"""A row in words: what the detail pane shows of a task, a run, a schedule, an entity.

Loaded when the first detail is written, which is after the first paint.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from engine.moments import due_at
from engine.queries.why import why_task
from engine.rules.lateness import Due
from engine.rules.wording import (
    count_of,
    due_words,
    long_day,
    past_day,
    short_day,
    upcoming_words,
)
from store import values
from store.enums import RunState, TaskView
from store.instants import from_us
from store.reads import entity_history, runs, tasks
from tui.app import Desk
from tui.job_details import pair, run_detail, schedule_detail
from tui.rows import check_marks
from tui.text import safe

OPEN_SHOWN, HISTORY_SHOWN = 12, 30
"""Open tasks and lines of history that an entity shows."""


def detail_of(desk: Desk, value: object) -> Content:
    """The words for a row of any list; empty for a heading."""
    if isinstance(value, values.Task):
        return task_detail(desk, value)
    if isinstance(value, values.Run):
        return run_detail(desk, value)
    if isinstance(value, values.Schedule):
        return schedule_detail(desk, value)
    if isinstance(value, values.Template):
        from tui.template_words import template_detail

        return template_detail(desk, value)
    return entity_detail(desk, value) if isinstance(value, values.Entity) else Content("")


def task_detail(desk: Desk, task: values.Task) -> Content:
    """A task in words, with the reason it is here."""
    today = desk.today
    lines = [Content.styled(safe(task.title), "bold")]
    if "%%" in task.name:
        from tui.title_words import typed_as

        lines += typed_as(task)
    if task.object_id is not None:
        thing = f"{task.object_class} {task.object_id} · {task.object_name or '-'}"
        status = (safe(task.object_status or "-"), "$ok")
        lines.append(Content.assemble((safe(thing), "$muted"), " · ", status))
    lines += [Content(""), _due(desk, task)]
    shown = f"  {upcoming_words(task.visible_date, today)}" if task.visible_date > today else ""
    lines.append(pair("visible", f"{long_day(task.visible_date)}{shown}"))
    if task.start_date is not None:
        lines.append(pair("start", long_day(task.start_date)))
    lines += _fields(task)
    if task.template_id is not None:
        from tui.template_words import recurring_lines

        lines += recurring_lines(desk, task)
    if task.checklist:
        lines += [Content(""), *_checklist(desk, task)]
    if task.tasks_group_name:
        lines.append(pair("group", task.tasks_group_name))
    if task.schedule is not None and task.template_id is None:
        lines += _failures(desk, task)
    if task.is_done and task.done_date is not None:
        lines.append(pair("done", f"{past_day(task.done_date, today)} by {task.done_by or '-'}"))
    lines += [Content(""), Content.styled("why", "$muted")]
    lines += [Content(safe(line)) for line in why_task(desk.reader, task.id, today, desk.zone)]
    if _has_triggers(desk):
        from tui.trigger_words import task_lines

        lines += task_lines(desk, task)
    lines += [Content(""), Content.styled("notes", "$muted")]
    lines += [Content(safe(line)) for line in (task.notes or "-   c adds a line").split("\n")[:60]]
    return Content("\n").join(lines)


def _has_triggers(desk: Desk) -> bool:
    """A desk without any pays for one look."""
    return desk.reader.execute('SELECT 1 FROM "trigger" LIMIT 1').fetchone() is not None


def last_failure(desk: Desk, task: values.Task) -> values.Run | None:
    """Of a task that a failing job opened: the last run that failed, if it is kept."""
    if task.schedule_id is None or task.template_id is not None:
        return None
    which = runs.Which(states=(RunState.FAILED, RunState.LOST), schedules=(task.schedule_id,))
    return next(iter(runs.page(desk.reader, which, limit=1)), None)


def _failures(desk: Desk, task: values.Task) -> list[Content]:
    lines = [pair("job", task.schedule or ""), pair("failed", count_of(task.folded + 1, "time"))]
    run = last_failure(desk, task)
    if run is not None:
        lines.append(pair("last", f"run {run.id}: {run.error or run.reason or run.state}"))
        lines.append(pair("", "enter reads its log"))
    return lines


def _fields(task: values.Task) -> list[Content]:
    """Who, where and how urgent, each with the key that changes it where it says nothing."""
    said = [
        ("assignee", ", ".join(task.assignees) or "-   t takes it, T hands it over"),
        ("list", task.list.replace("/", " / ") if task.list else "-   L moves it"),
        ("labels", " ".join(f"@{name}" for name in task.labels) or "-   + adds some"),
        ("priority", f"{task.priority}" if task.priority else "-   p sets it"),
    ]
    return [pair(label, words) for label, words in said]


def _checklist(desk: Desk, task: values.Task) -> list[Content]:
    """Its lines with their marks, and how many are ticked."""
    done, open_ = check_marks(desk.ascii_marks)
    ticked = sum(item.is_done for item in task.checklist)
    lines = [Content.styled(f"checklist  {ticked} of {len(task.checklist)}   i ticks", "$muted")]
    for item in task.checklist:
        words = safe(f"{done if item.is_done else open_} {item.text}")
        lines.append(Content.styled(words, "$muted") if item.is_done else Content(words))
    return lines


def _due(desk: Desk, task: values.Task) -> Content:
    if task.deadline_date is None:
        return pair("due", "no day")
    how, today = due_at(task, desk.moment)
    is_late = how is Due.LATE
    words = due_words(task.deadline_date, today, task.is_done, is_late=is_late)
    token = "$error" if is_late and not task.is_done else "$muted"
    by_hand = "  by hand" if task.deadline_by_hand else ""
    shift = f"  {safe(task.shift_words)}" if task.shift_words else ""
    zone = desk.moment.clock_of(task.list_id, task.assignees).zone
    clock = f" {task.deadline_time}" if task.deadline_time else ""
    clock += f" {zone}" if zone != desk.zone.key else ""
    day = f"{long_day(task.deadline_date)}{clock}  "
    return Content.assemble(pair("due", day), (words + by_hand, token), (shift, "$muted"))


def entity_detail(desk: Desk, entity: values.Entity) -> Content:
    """An entity in words."""
    today = desk.today
    lines = [
        Content.styled(safe(entity.name or "-"), "bold"),
        Content.assemble(
            (safe(f"{entity.object_class} {entity.object_id} · "), "$muted"), (safe(entity.status or "-"), "$ok")
        ),
        Content(""),
    ]
    lines += [pair(name, long_day(day) if day else "-") for name, day in entity.dates.items()]
    if entity.team:
        lines.append(pair("team", entity.team))
    lines += [pair(name, value) for name, value in entity.attributes.items()]
    lines += [Content(""), Content.styled(f"open  {count_of(entity.open_tasks, 'task')}", "$muted")]
    sift = tasks.Filter(object_class=entity.object_class, object_id=entity.object_id)
    for task in tasks.listed(desk.reader, TaskView.OPEN, today, sift, OPEN_SHOWN):
        how, there = due_at(task, desk.moment)
        is_late = how is Due.LATE
        words = due_words(task.deadline_date, there, False, is_late=is_late)
        lines.append(Content.assemble((f"{words:<11}", "$error" if is_late else "$muted"), safe(task.title)))
    lines += [Content(""), Content.styled("history", "$muted")]
    for line in _history(desk, entity):
        day = from_us(line.at).astimezone(desk.zone).date()
        by = f"  {line.by}" if line.by else ""
        shown = safe(f"{line.mark} {line.words}")
        lines.append(Content.assemble((f"{short_day(day, today):<7}", "$muted"), shown, (safe(by), "$muted")))
    return Content("\n").join(lines)


def _history(desk: Desk, entity: values.Entity) -> Sequence[values.HistoryLine]:
    found = entity_history.history(desk.reader, entity.id, desk.zone, limit=HISTORY_SHOWN)
    return [line for _, line in found]
