"""How a row of each list looks: (text, theme token) pairs that fill a width exactly.

Every state is a mark and a word; colour only repeats it. Text of users goes through `fit`, which makes
it harmless and cuts it by cells.
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from engine.moments import due_at
from engine.rules import progress
from engine.rules.durations import duration_words
from engine.rules.lateness import Due
from engine.rules.wording import (
    clock,
    day_and_clock,
    due_state,
    due_words,
    short_day,
    state_of,
    upcoming_words,
    without_next,
)
from store import values
from store.enums import ACTIVE
from store.instants import SECOND, Instant, from_us
from store.reads.task_moments import Moment, moment_of
from tui.text import fit, safe
from tui.widgets.painting import Piece

Cells = list[Piece]

_DUE = 13
"""Cells of the day a task is due."""
_LEAST_MARKS = 5
"""Cells that must be left beside a name for its labels to be shown."""

STATE_TOKENS = {
    "late": "error", "due_today": "warning", "done": "done", "open": "text",
    "pending": "muted", "starting": "running", "running": "running", "succeeded": "ok", "failed": "error",
    "cancelled": "muted", "lost": "error", "fired": "ok", "merged": "muted", "skipped": "warning",
    "missed": "warning",
}  # fmt: skip
"""State -> theme token."""


def task_row(task: values.Task, width: int, now: date | Moment, ascii_marks: bool = False) -> Cells:
    """Mark, priority, name with labels and list where they fit, what it is about, when it is due, who does it."""
    how, today = due_at(task, now)
    is_late = how is Due.LATE
    state = due_state(task.deadline_date, today, task.is_done, is_late=is_late)
    token = STATE_TOKENS["done" if task.is_done else how]
    if task.is_done and task.done_date is not None:
        due = f"done {short_day(task.done_date, today)}"
    elif task.visible_date > moment_of(now).day:
        due = upcoming_words(task.visible_date, moment_of(now).day)
    else:
        due = due_words(task.deadline_date, today, task.is_done, is_late=is_late)
        if task.deadline_time is not None and len(due) + 6 < _DUE:
            due = f"{due} {task.deadline_time}"
    thing = f"{task.object_class} {task.object_id} {task.object_name or ''}" if task.object_id else ""
    about, who = (28, 10) if width >= 90 else (18, 7) if width >= 66 else (16, 0)
    about = about if thing else 1
    name = max(8, width - 2 - about - _DUE - who)
    return [
        (fit(state.symbol(ascii_marks), 2), token),
        *_name(task, name - 1),
        (" " + fit(thing, about - 1) + " ", "muted"),
        (fit(due, _DUE), "muted" if token == "text" else token),
        (fit(", ".join(task.assignees) or "-", who), "muted"),
    ]


def _name(task: values.Task, width: int) -> Cells:
    """The name in `width` cells; the room that it leaves goes to labels and list."""
    cells: Cells = []
    if task.priority is not None:
        urgent = "warning" if task.priority == 1 and not task.is_done else "muted"
        cells.append((f"p{task.priority} ", urgent))
        width -= 3
    step = [f"step of {task.tasks_group_name}"] if task.step_id is not None else []
    words = [*step, *(f"@{name}" for name in task.labels), *([f"#{task.list.rpartition('/')[2]}"] if task.list else [])]
    name = safe(task.title, width)
    left = width - cell_len(name)
    marks = safe(" " + " ".join(words), left) if words and left > _LEAST_MARKS else ""
    cells.append((name, "done" if task.is_done else "text"))
    cells.append((fit(marks, left), "muted"))
    return cells


def check_marks(ascii_marks: bool) -> tuple[str, str]:
    """The marks of a line of a checklist that is ticked, and of one that is not."""
    return ("[x]", "[ ]") if ascii_marks else ("☑", "☐")


def entity_row(entity: values.Entity, width: int, today: date) -> Cells:
    """Id, name, status, dates, open and late tasks."""
    dates = " - ".join(short_day(day, today) for day in entity.dates.values() if day)
    status, when, tasks = (12, 22, 9) if width >= 74 else (12, 0, 8)
    name = max(8, width - 12 - status - when - tasks - 8)
    late = f"{entity.late_tasks} late" if entity.late_tasks else ""
    return [
        (fit(f"{entity.object_class} {entity.object_id}", 11) + " ", "muted"),
        (fit(entity.name or "-", name - 1) + " ", "text"),
        (fit(entity.status or "-", status), "accent"),
        (fit(dates, max(0, when - 1)) + " " * bool(when), "muted"),
        (fit(f"{entity.open_tasks} open" if entity.open_tasks else "", tasks), "text"),
        (fit(late, 8), "error"),
    ]


def schedule_row(schedule: values.Schedule, width: int, now: Instant, zone: ZoneInfo) -> Cells:
    """Mark, name, when it repeats, the next time, how the last run ended."""
    mark, token, following = _schedule_state(schedule, now, zone)
    last = schedule.last_state or ""
    spec, after, end = (26, 20, 11) if width >= 90 else (18, 18, 0)
    name = max(8, width - 2 - spec - after - end)
    return [
        (fit(mark, 2), token),
        (fit(schedule.name, name - 1) + " ", "text" if schedule.is_enabled else "muted"),
        (fit(schedule.spec or f"every {schedule.repeat_step} {schedule.repeat_axis}", spec - 1) + " ", "muted"),
        (fit(following, after), token if token != "ok" else "text"),
        (fit(last, end), STATE_TOKENS.get(last, "muted")),
    ]


def run_row(run: values.Run, width: int, now: Instant, zone: ZoneInfo, ascii_marks: bool = False) -> Cells:
    """Mark, id, name, state, when it started, how long it took, and why it waits, how far it is or how it ended."""
    token = STATE_TOKENS.get(run.state, "text")
    wide = width >= 90
    began = from_us(run.started_at or run.created_at)
    started = day_and_clock(began, from_us(now), zone.key)
    if not wide:
        started = started.removeprefix("today ")
    taken = ""
    if run.started_at is not None:
        taken = duration_words(((run.finished_at or now) - run.started_at) / SECOND)
    number, when, took = (8, 17, 9) if wide else (6, 8, 8)
    room = width - 2 - number - 12 - when - took
    name = 24 if room >= 36 else max(8, room)
    reason = max(0, room - name)
    per_cent = f" {run.progress}%" if run.state in ACTIVE and run.progress else ""
    return [
        (fit(state_of(run.state).symbol(ascii_marks), 2), token),
        (fit(str(run.id), number - 1, align="right") + " ", "muted"),
        (fit(run.name, name - 1) + " ", "text"),
        (fit(run.state + per_cent, 12), token),
        (fit(started, when), "muted"),
        (fit(taken, took - 1, align="right") + " ", "text"),
        (fit(run_words(run, now, zone, ascii_marks), reason), "muted"),
    ]


def run_words(run: values.Run, now: Instant, zone: ZoneInfo, ascii_marks: bool = False) -> str:
    """What there is to say beside the state: which attempt, a bar and what is left, why it waits, how it ended."""
    tries = f"attempt {run.attempts}/{run.max_attempts}" if run.attempts > 1 else ""
    asked = "cancel requested" if run.cancel_requested_at is not None and run.state != "cancelled" else ""
    files = f"{run.artifacts} file{'s' * (run.artifacts > 1)}" if run.artifacts else ""
    if run.state in ACTIVE and run.progress:
        left = progress.remaining(run.progress, run.started_at, run.progress_at, now)
        rest = progress.words(run.progress, run.progress_text, run.progress_rate, left)
        words = f"{bar(run.progress, 10, ascii_marks)} {rest}"
    elif run.state == "pending" and run.available_at > now + SECOND:
        until = clock(from_us(run.available_at), zone.key, seconds=True)
        words = ", ".join(filter(None, (f"waits until {until}", run.reason)))
    else:
        words = run.reason or run.progress_text or run.error or ""
    return " · ".join(filter(None, (tries, asked, words, files)))


def bar(percent: int, width: int, ascii_marks: bool = False) -> str:
    """`████──────` for 40 per cent; full only when it is done."""
    done = min(width, max(0, percent) * width // 100)
    full, empty = ("#", "-") if ascii_marks else ("█", "─")
    return full * done + empty * (width - done)


def _schedule_state(schedule: values.Schedule, now: Instant, zone: ZoneInfo) -> tuple[str, str, str]:
    if schedule.error:
        return "x", "error", "broken: see w"
    if schedule.pause_reason is not None:
        return "=", "warning", "paused"
    if not schedule.is_enabled:
        return "-", "muted", "off"
    if schedule.status == "running":
        return ">", "running", "running"
    if schedule.next_at is None:
        words = without_next(schedule.spec, None if schedule.end_at is None else schedule.end_at - now)
        return " ", "muted" if words == "ended" else "ok", words
    if schedule.cursor_at > now:
        from engine.rules.clocks import clock_words  # rarely: before the first paint only what every desk needs

        if clock_words(schedule.cursor_at, now):
            return "~", "warning", "waits for clock"
    return " ", "ok", day_and_clock(from_us(schedule.next_at), from_us(now), zone.key)
