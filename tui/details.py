"""A row in words: what the detail pane shows of a task, a run, a schedule, an entity.

Loaded when the first detail is written, which is after the first paint.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from textual.content import Content

from engine.queries.why import why_task
from engine.rules.durations import duration_words
from engine.rules.when import BadSpec, preview, sentence
from engine.rules.wording import (
    count_of,
    day_and_clock,
    due_words,
    long_day,
    past_day,
    short_day,
    state_of,
    upcoming_words,
)
from engine.timing import rule_of
from store import values
from store.enums import FINAL, TaskView
from store.instants import SECOND, Instant, from_us
from store.reads import entity_history, logs, schedules, tasks
from tui.app import Desk
from tui.rows import STATE_TOKENS
from tui.text import safe

TAIL = 8
"""Lines of its log that a run shows."""
NEXT, LAST = 5, 6
"""Occurrences ahead and ledger lines behind that a schedule shows."""
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
    return entity_detail(desk, value) if isinstance(value, values.Entity) else Content("")


def task_detail(desk: Desk, task: values.Task) -> Content:
    """A task in words, with the reason it is here."""
    today = desk.today
    lines = [Content.styled(safe(task.name), "bold")]
    if task.object_id is not None:
        thing = f"{task.object_class} {task.object_id} · {task.object_name or '-'}"
        status = (safe(task.object_status or "-"), "$ok")
        lines.append(Content.assemble((safe(thing), "$muted"), " · ", status))
    lines += [Content(""), _due(task, today)]
    shown = f"  {upcoming_words(task.visible_date, today)}" if task.visible_date > today else ""
    lines.append(_pair("visible", f"{long_day(task.visible_date)}{shown}"))
    lines.append(_pair("assignee", ", ".join(task.assignees) or "-   t takes it"))
    if task.tasks_group_name:
        lines.append(_pair("group", task.tasks_group_name))
    if task.is_done and task.done_date is not None:
        lines.append(_pair("done", f"{past_day(task.done_date, today)} by {task.done_by or '-'}"))
    lines += [Content(""), Content.styled("why", "$muted")]
    lines += [Content(safe(line)) for line in why_task(desk.reader, task.id, today, desk.zone)]
    lines += [Content(""), Content.styled("notes", "$muted")]
    lines += [Content(safe(line)) for line in (task.notes or "-   e edits").split("\n")[:60]]
    return Content("\n").join(lines)


def _due(task: values.Task, today: date) -> Content:
    if task.deadline_date is None:
        return _pair("due", "no day")
    words = due_words(task.deadline_date, today, task.is_done)
    token = "$error" if task.deadline_date < today and not task.is_done else "$muted"
    by_hand = "  by hand" if task.deadline_by_hand else ""
    return Content.assemble(_pair("due", f"{long_day(task.deadline_date)}  "), (words + by_hand, token))


def run_detail(desk: Desk, run: values.Run) -> Content:
    """A run in words, with the end of its log."""
    now, zone = from_us(desk.now), desk.zone.key

    def when(at: Instant | None) -> str:
        return day_and_clock(from_us(at), now, zone) if at is not None else "-"

    lines = [
        Content.styled(safe(run.name), "bold"),
        Content.assemble((state_of(run.state).word, _COLOURS.get(run.state, "")), f"  run {run.id}"),
        Content(""),
        _pair("started", when(run.started_at)),
        _pair("finished", when(run.finished_at)),
    ]
    if run.started_at is not None:
        taken = ((run.finished_at or desk.now) - run.started_at) / SECOND
        lines.append(_pair("took", duration_words(taken)))
    lines += [
        _pair("by", f"schedule {run.schedule}" if run.schedule else run.creator),
        _pair("planned", when(run.planned_at)) if run.planned_at else Content(""),
        _pair("attempt", f"{run.attempts} of {run.max_attempts}"),
        _pair("limit", duration_words(run.timeout)),
        _pair("pid", str(run.pid)) if run.pid and run.state not in FINAL else Content(""),
        _pair("why", run.reason or run.error or "") if run.reason or run.error else Content(""),
        Content(""),
        Content.styled(f"log  {count_of(run.log_lines, 'line')}", "$muted"),
    ]
    tail = logs.page(desk.reader, run.id, max(1, run.log_lines - TAIL + 1), TAIL)
    lines += [Content(safe(line.text, 200)) for line in tail]
    return Content("\n").join(line for line in lines if line.plain or line is lines[2])


_COLOURS = {
    "running": "$running", "starting": "$running", "succeeded": "$ok", "failed": "$error", "lost": "$error",
}  # fmt: skip


def schedule_detail(desk: Desk, schedule: values.Schedule) -> Content:
    """A schedule in words: its sentence, the next times, the last ones."""
    now = desk.clock()

    def when(at: Instant | None) -> str:
        return day_and_clock(from_us(at), now, desk.zone.key) if at is not None else "-"

    lines = [Content.styled(safe(schedule.name), "bold")]
    if schedule.description:
        lines.append(Content.styled(safe(schedule.description), "$muted"))
    lines.append(Content(""))
    lines += _coming(schedule, desk.clock())
    lines += [Content(""), Content.styled("runs", "$muted"), _pair("command", _command(schedule))]
    lines += [
        _pair("limit", duration_words(schedule.timeout)),
        _pair("retries", str(schedule.max_retries)),
        _pair("missed", schedule.missed.replace("_", " ")),
        _pair("overlap", schedule.overlap),
    ]
    if schedule.is_exclusive:
        lines.append(_pair("exclusive", "nothing else runs meanwhile"))
    lines += [Content(""), Content.styled("last", "$muted")]
    for line in schedules.ledger(desk.reader, schedule.id, limit=LAST):
        token = f"${STATE_TOKENS.get(line.state, 'text')}"
        many = f" x{line.count:,}" if line.count > 1 else ""
        words = f"  {when(line.planned_at)}{many}  {line.reason or ''}"
        lines.append(Content.assemble((f"{state_of(line.state).word:<8}", token), safe(words)))
    return Content("\n").join(lines)


def _coming(schedule: values.Schedule, now: datetime) -> list[Content]:
    if schedule.error:
        return [Content.styled(safe(f"broken: {schedule.error}"), "$error"), Content("e mends it")]
    try:
        rule = rule_of(schedule)
    except BadSpec as fault:
        return [Content.styled(safe(str(fault)), "$error")]
    lines = [Content(safe(sentence(rule)))]
    if schedule.pause_reason is not None:
        lines.append(Content.styled(safe(f"paused: {schedule.pause_reason}"), "$warning"))
    elif not schedule.is_enabled:
        lines.append(Content.styled("off", "$warning"))
    lines += [Content(""), Content.styled(f"next, {schedule.zone}", "$muted")]
    coming = preview(rule, now, NEXT)
    for planned in coming:
        words = planned.local.strftime("%a %d %b  %H:%M:%S").removesuffix(":00")
        lines.append(Content.assemble(words, "  ", (planned.note, "$warning")))
    return lines if coming else [*lines, Content("no more: it has ended")]


def _command(schedule: values.Schedule) -> str:
    return str(schedule.params.get("command", schedule.controller)).replace("\n", " ")[:400]


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
    lines += [_pair(name, long_day(day) if day else "-") for name, day in entity.dates.items()]
    if entity.team:
        lines.append(_pair("team", entity.team))
    lines += [_pair(name, value) for name, value in entity.attributes.items()]
    lines += [Content(""), Content.styled(f"open  {count_of(entity.open_tasks, 'task')}", "$muted")]
    sift = tasks.Filter(object_class=entity.object_class, object_id=entity.object_id)
    for task in tasks.listed(desk.reader, TaskView.OPEN, today, sift, OPEN_SHOWN):
        late = task.deadline_date is not None and task.deadline_date < today
        words = due_words(task.deadline_date, today, False)
        lines.append(Content.assemble((f"{words:<11}", "$error" if late else "$muted"), safe(task.name)))
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


def _pair(label: str, words: str) -> Content:
    return Content.assemble((f"{safe(label):<10}", "$muted"), safe(words))
