"""The agenda: days one below the other in the house's list, each with its tasks, what is planned, and what ended.

A day of a few tasks is put in order of time with everything else on it. A fuller one is read page by page, from the
same index, behind the rest of the day.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

from engine.agenda import Day
from engine.rules.planned import OFTEN, Slot
from engine.rules.wording import clock, count_of, long_day, short_day, state_of
from store import values
from store.frozen import value
from store.instants import from_us
from store.reads import tasks
from store.reads.calendar_days import LOUD, DayTask, EndedRun, Reminder, due_on
from tui.calendar_cells import PLANNED, REMINDER, UNDER_WAY, Around, task_entry
from tui.rows import STATE_TOKENS, Cells, task_row
from tui.screens.view import Item, nothing
from tui.text import fit
from tui.widgets.pages import Key, Row, Section, few, section

FEW = 50
"""Things of each kind of a day that stand in order of time; more tasks are read page by page."""
NOTHING = "nothing"
_TIME = 6


@value
class Now:
    """The line of now."""

    time: str


@value
class Under:
    """A task on a day on which it is under way."""

    task: DayTask
    day: date


def sections(days: Sequence[Day], around: Around, reader: Callable[[], sqlite3.Connection], room: int) -> list[Section]:
    """A section for each day that has anything, and for today; `room` cells for what a heading counts."""
    found: list[Section] = []
    for day in days:
        items = [Item((at,), *each, around.today) for at, each in enumerate(_items(day, around))]
        if not items and not (day.off is not None and day.off.name):
            continue
        title = f"{long_day(day.day)}{' · today' if day.day == around.today else ''}"
        name = f" · {day.off.name}" if day.off is not None and day.off.name else ""
        found.append(section(day.day.isoformat(), title + name, few(items), len(items), note=note(day, room)))
        if day.facts.due > FEW:
            fetch = partial(_paged, reader, day.day, around.today)
            found.append(section(f"{day.day} tasks", f"{count_of(day.facts.due, 'task')} due", fetch, day.facts.due))
    return found or [section(NOTHING, None, nothing)]


def note(day: Day, room: int = 1_000) -> str:
    """`3 due · 1 under way · 2 tasks planned · 12 runs ended, 1 failed`: nothing of what there is none.

    What does not fit into `room` cells is left out from the end; the row of it is there all the same.
    """
    facts = day.facts
    ended = dict(facts.runs)
    bad = sum(ended.get(state, 0) for state in LOUD)
    runs = sum(ended.values())
    parts = (
        f"{facts.due:,} due" if facts.due else "",
        f"{facts.spans:,} under way" if facts.spans else "",
        f"{count_of(day.plan.tasks, 'task')} planned" if day.plan.tasks else "",
        f"{count_of(day.plan.jobs, 'run')} planned" if day.plan.jobs else "",
        f"{count_of(runs, 'run')} ended{f', {bad:,} failed' if bad else ''}" if runs else "",
        f"{facts.done:,} done" if facts.done else "",
        count_of(len(facts.reminders), "reminder") if facts.reminders else "",
    )
    said = [part for part in parts if part]
    while said and len(" · ".join(said)) > room:
        said.pop()
    return " · ".join(said)


def _items(day: Day, around: Around) -> Iterator[tuple[object, object]]:
    """(id, value) of what a day shows: without a time first, then by the clock, then what runs all the time."""
    facts = day.facts
    timed: list[tuple[str, object, object]] = []
    plain: list[tuple[object, object]] = []
    often: list[tuple[object, object]] = []
    for task in facts.tasks if facts.due <= FEW else ():
        if task.time:
            timed.append((task.time, task.id, task))
        else:
            plain.append((task.id, task))
    plain += [(f"{day.day} under way {task.id}", Under(task, day.day)) for task in facts.under_way]
    for slot in day.plan.first:
        name = f"{day.day} planned {slot.id}"
        if slot.count > OFTEN:
            often.append((name, slot))
        elif slot.time:
            timed.append((slot.time, name, slot))
        else:
            plain.append((name, slot))
    for each in facts.reminders:
        name = f"{day.day} {'action' if each.trigger else 'notice' if each.is_notice else 'put off'} {each.id}"
        if each.at is None:
            plain.append((name, each))
        else:
            timed.append((clock(from_us(each.at), around.zone), name, each))
    timed += [(clock(from_us(run.at), around.zone), f"run {run.id}", run) for run in facts.ended]
    if day.day == around.today:
        timed.append((f"{around.now}~", "now", Now(around.now)))
    yield from plain
    yield from ((name, each) for _, name, each in sorted(timed, key=lambda each: each[0]))
    yield from often


def _paged(
    reader: Callable[[], sqlite3.Connection],
    day: date,
    today: date,
    section: str,
    after: Key | None,
    before: Key | None,
    offset: int | None,
    limit: int,
) -> Sequence[Row]:
    rows = tasks.window(reader(), due_on(day), after=after, before=before, offset=offset, limit=limit)
    return [Item(row.key, row.id, row.task, today) for row in rows]


def draw(item: Item, width: int, around: Around) -> Cells:
    """Time, mark, name, and in words what it is."""
    row = item.value
    if isinstance(row, values.Task):
        return task_row(row, width, around.today, around.ascii_marks)
    if isinstance(row, Now):
        rule = ("-" if around.ascii_marks else "─") * max(0, width - 10)
        return [(f"{row.time:{_TIME}}now {rule}", "accent")]
    time, mark, name, words, token = _told(row, around)
    kind = 24 if width >= 80 else 16
    room = max(8, width - _TIME - 2 - kind)
    return [
        (fit(time, _TIME), "muted"),
        (fit(mark, 2), token),
        (fit(name, room - 1) + " ", "text"),
        (fit(words, kind), token if token in ("error", "warning") else "muted"),
    ]


def _told(row: object, around: Around) -> tuple[str, str, str, str, str]:
    """Time, mark, name, words, token."""
    if isinstance(row, DayTask):
        entry = task_entry(row, row.due, around)
        words = "late" if row.due < around.today else "due today" if row.due == around.today else "due"
        priority = f" p{row.priority}" if row.priority else ""
        return row.time or "", entry.text[:1], row.name, words + priority, entry.token
    if isinstance(row, Under):
        begins = row.task.start == row.day
        words = f"{'begins, ' if begins else ''}due {short_day(row.task.due, around.today)}"
        return "", UNDER_WAY, row.task.name, words, "muted"
    if isinstance(row, Slot):
        times = f" {row.count:,} times" if row.count > 1 else ""
        time = "" if row.count > OFTEN else row.time
        return time, PLANNED, row.name, f"planned {'task' if row.is_task else 'run'}{times}", "info"
    if isinstance(row, Reminder):
        time = "" if row.at is None else clock(from_us(row.at), around.zone)
        return time, REMINDER, row.name, row.word, "warning"
    assert isinstance(row, EndedRun)
    mark = state_of(row.state).symbol(around.ascii_marks)
    at = clock(from_us(row.at), around.zone)
    return at, mark, row.name, f"run {row.state}", STATE_TOKENS.get(row.state, "text")
