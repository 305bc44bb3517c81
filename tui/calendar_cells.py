"""What stands in a day of the calendar: lines of (text, token) that fill a cell, every state by a mark and a word.

Marks: those of states (`!` late, `•` due today, `✓` ended well, `x` failed), `-` under way, `~` planned and not there
yet, `@` a reminder. What does not fit is counted: `+3 more`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from engine.agenda import Day
from engine.rules.planned import OFTEN, Slot
from engine.rules.wording import MONTHS, clock, due_state, plural, state_of
from store.enums import RunState
from store.frozen import value
from store.instants import from_us
from store.reads.calendar_days import LOUD, DayTask, EndedRun
from tui.rows import STATE_TOKENS
from tui.text import fit, safe
from tui.widgets.painting import Piece

UNDER_WAY, PLANNED, REMINDER = "-", "~", "@"
LEGEND = "! late  - under way  ~ planned, not there yet  @ reminder  x failed"
_TIME = 6


@value
class Around:
    """What a cell depends on besides its day. `now` is the clock, `month` that of the page (0: all days are of it)."""

    today: date
    now: str
    zone: str
    month: int
    is_week: bool
    ascii_marks: bool


@value
class Entry:
    """One line of a cell. `stands_for` things are counted by it; one with a `time` is sorted by it."""

    text: str
    token: str
    time: str = ""
    stands_for: int = 1


Line = tuple[Piece, ...]


def head(day: Day | None, date_: date, around: Around, width: int, *, is_cursor: bool) -> Line:
    """` 21 today`, ` 25 Christmas Day`, and with the cursor `[21]`."""
    is_named = date_.day == 1 or (around.is_week and width >= 16)
    number = f"{date_.day} {MONTHS[date_.month - 1][:3]}" if is_named else f"{date_.day:2}"
    is_other = around.month not in (0, date_.month)
    frame, gap = (f"[{number}]", " ") if is_cursor else (f" {number} ", "")
    token = "muted" if is_other else "accent bold" if date_ == around.today else "text bold"
    words = f"{gap}today " if date_ == around.today else gap
    off = day.off if day is not None else None
    left = max(0, width - len(frame) - len(words))
    name = safe(off.name, left) if off is not None else ""
    return tuple(piece for piece in ((frame, token), (words, "accent"), (name, "heading")) if piece[0])


def body(day: Day, around: Around, width: int, height: int) -> tuple[Line, ...]:
    """At most `height` lines: people's things first, then what machines do."""
    if around.is_week and height >= 6:
        return _filled(_week_entries(day, around), width, height)
    machines = _machines(day, around.ascii_marks, width)
    entries = _people(day, around)
    total = _total(day)
    if not entries or height <= 0:
        return tuple(_line(entry, width) for entry in machines[:height])
    room = max(1, height - len(machines)) if height > 1 else height
    lines = _filled(entries, width, room, total)
    return (*lines, *(_line(entry, width) for entry in machines[: height - len(lines)]))


def _filled(entries: Sequence[Entry], width: int, height: int, total: int | None = None) -> tuple[Line, ...]:
    """The first ones, and how many more there are; the line of now is kept in sight."""
    total = sum(each.stands_for for each in entries) if total is None else total
    if len(entries) <= height and total <= sum(each.stands_for for each in entries):
        return tuple(_line(entry, width) for entry in entries)
    if height == 1:
        first, rest = entries[0], f" +{total - entries[0].stands_for:,}"
        return (((fit(first.text, width - len(rest)), first.token), (rest, "muted")),)
    shown = list(entries[: height - 1])
    now = next((at for at, each in enumerate(entries) if not each.stands_for), None)
    if now is not None and now >= height - 1:
        shown = [*entries[: height // 3], *entries[now - (height - 2 - height // 3) : now + 1]]
    more = total - sum(each.stands_for for each in shown)
    return (*(_line(entry, width) for entry in shown), ((fit(f"  +{more:,} more", width), "muted"),))


def _line(entry: Entry, width: int) -> Line:
    return ((fit(entry.text, width), entry.token),)


def _total(day: Day) -> int:
    return day.facts.due + day.facts.spans + day.plan.tasks + len(day.facts.reminders)


def _people(day: Day, around: Around) -> list[Entry]:
    """Tasks, what is under way, planned tasks, reminders."""
    facts = day.facts
    found = [task_entry(task, day.day, around) for task in facts.tasks]
    found += [Entry(f"{UNDER_WAY} {task.name}", "muted") for task in facts.under_way]
    found += [_planned(slot) for slot in day.plan.first if slot.is_task]
    for each in facts.reminders:
        time = "" if each.at is None else clock(from_us(each.at), around.zone)
        found.append(Entry(f"{REMINDER} {each.name}", "warning", time))
    return found


def task_entry(task: DayTask, day: date, around: Around) -> Entry:
    """`! Call the roofer`, `  14:00 Dentist`."""
    state = due_state(task.due, around.today, is_done=False)
    key = "late" if day < around.today else "due_today" if day == around.today else "open"
    return Entry(f"{state.symbol(around.ascii_marks)} {task.name}", STATE_TOKENS[key], task.time or "")


def _planned(slot: Slot) -> Entry:
    often = f" x{slot.count:,}" if slot.count > 1 else ""
    return Entry(
        f"{PLANNED} {slot.name}{often}",
        "info" if slot.is_task else "muted",
        "" if slot.count > OFTEN else slot.time,
        slot.count,
    )


def _machines(day: Day, ascii_marks: bool, width: int) -> list[Entry]:
    """`✓12 x1 ~24`: how many runs ended how, and how many are planned."""
    counts = dict(day.facts.runs)
    bad = sum(counts.get(state, 0) for state in LOUD)
    good = counts.get(RunState.SUCCEEDED, 0)
    other = sum(counts.values()) - bad - good
    parts = [
        f"{mark}{short(number)}"
        for mark, number in (
            (state_of("failed").symbol(ascii_marks), bad),
            (state_of("succeeded").symbol(ascii_marks), good),
            (state_of("cancelled").symbol(ascii_marks), other),
            (PLANNED, day.plan.jobs),
        )
        if number
    ]
    what = plural(sum(counts.values()) + day.plan.jobs, " run") if width >= 18 else ""
    words = f"{' '.join(parts)}{what}"
    return [Entry(words, "error" if bad else "muted", stands_for=0)] if parts else []


def _week_entries(day: Day, around: Around) -> list[Entry]:
    """Without a time first, then by the clock, with the line of now among them; then what runs all the time."""
    entries = _people(day, around)
    entries += [_planned(slot) for slot in day.plan.first if not slot.is_task]
    entries += [run_entry(run, around) for run in day.facts.ended]
    timed = sorted((each for each in entries if each.time), key=lambda each: each.time)
    often = [each for each in entries if not each.time and each.stands_for > OFTEN]
    plain = [each for each in entries if not each.time and each.stands_for <= OFTEN]
    if day.day == around.today:
        at = sum(each.time <= around.now for each in timed)
        rule = "-" if around.ascii_marks else "─"
        timed.insert(at, Entry(f"{rule * 2} now {rule * 40}", "accent", around.now, 0))
    found = [*plain, *(_with_time(each) for each in timed), *often]
    listed = len(day.facts.ended)
    if sum(number for _, number in day.facts.runs) > listed:
        found += _machines(day, around.ascii_marks, 20)
    hidden = day.facts.due - len(day.facts.tasks) + day.facts.spans - len(day.facts.under_way)
    return [*found, Entry("  more tasks", "muted", stands_for=hidden)] if hidden > 0 else found


def run_entry(run: EndedRun, around: Around) -> Entry:
    """`02:31 x nightly backup`."""
    mark = state_of(run.state).symbol(around.ascii_marks)
    return Entry(f"{mark} {run.name}", STATE_TOKENS.get(run.state, "text"), clock(from_us(run.at), around.zone))


def _with_time(entry: Entry) -> Entry:
    return Entry(f"{entry.time:{_TIME}}{entry.text}", entry.token, entry.time, entry.stands_for)


def short(number: int) -> str:
    """`999`, `1.4k`, `25k`, `1.2M`: three or four cells for any number."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}{letter}" if number < 9.95 * size else f"{number // size}{letter}"
    return str(number)
