"""What a forecast tells: one row for each thing that will happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any

from engine.rules.durations import duration_words
from engine.rules.wording import count_of, long_day
from engine.rules.zones import local
from store.frozen import value
from store.instants import Instant, from_us, iso

MOST_ROWS = 10_000
"""Rows that are handed out if nobody asks for another number."""


class Kind(StrEnum):
    """What happens in a row of a forecast."""

    TASK_CREATED = "task_created"
    TASK_REOPENED = "task_reopened"
    TASK_DUE = "task_due"
    ACTED = "acted"
    TOLD = "told"
    RUN = "run"
    MERGED = "merged"
    SKIPPED = "skipped"
    MISSED = "missed"
    RESUMED = "resumed"
    ENDED = "ended"
    BROKEN = "broken"
    MORE = "more"


class Only(StrEnum):
    """Half of a forecast: what people do, or what the machine does."""

    TASKS = "tasks"
    RUNS = "runs"


class Change(StrEnum):
    """What another definition does to a row."""

    APPEARS = "appears"
    GOES = "goes"
    MOVES = "moves"


_WORDS = {Kind.TASK_CREATED: "new", Kind.TASK_REOPENED: "open again", Kind.TASK_DUE: "due",
          Kind.ACTED: "trigger", Kind.TOLD: "notice"}  # fmt: skip
_TASKS = frozenset({Kind.TASK_CREATED, Kind.TASK_REOPENED, Kind.TASK_DUE, Kind.ACTED, Kind.TOLD})


@value
class Coming:
    """One thing that will happen at `at`; `day` is the day people count it to.

    `count` occurrences from `at` on (up to `until`, if that is told) are one row where they are only counted.
    `seconds`: how long a run takes, as it did. `task` is the id of a task that is there already. `was`: the instant
    from which a change moves it.
    """

    at: Instant
    day: date
    kind: Kind
    name: str
    schedule: str | None = None
    template: str | None = None
    object: str | None = None
    count: int = 1
    until: Instant | None = None
    seconds: float | None = None
    why: str = ""
    task: int | None = None
    schedule_id: int | None = None
    template_id: int | None = None
    change: Change | None = None
    was: Instant | None = None

    @property
    def is_for_people(self) -> bool:
        """Whether it is something that somebody owes."""
        return self.template is not None or self.kind in _TASKS

    @property
    def word(self) -> str:
        """`due`, `run`, `run 24 times`."""
        plain = _WORDS.get(self.kind, str(self.kind))
        return plain if self.count == 1 else f"{plain} {self.count:,} times"

    def as_json(self, zone: str) -> dict[str, Any]:
        """Field names as they are; instants ISO 8601."""
        return {
            "at": iso(self.at, zone), "day": self.day.isoformat(), "kind": str(self.kind), "name": self.name,
            "schedule": self.schedule, "template": self.template, "object": self.object, "count": self.count,
            "until": iso(self.until, zone), "seconds": self.seconds, "why": self.why, "task": self.task,
            "schedule_id": self.schedule_id, "template_id": self.template_id,
            "change": None if self.change is None else str(self.change), "was": iso(self.was, zone),
        }  # fmt: skip


@value
class Forecast:
    """Rows in the order of time from `since` to `until`, in the store's `zone`.

    `assumed`: what the rows hang on, in sentences. `left_off`: rows beyond the limit. `is_comparison`: the rows are
    what an operation would change.
    """

    rows: tuple[Coming, ...]
    since: Instant
    until: Instant
    zone: str
    assumed: tuple[str, ...] = ()
    left_off: int = 0
    is_comparison: bool = False

    def as_json(self, zone: str) -> list[dict[str, Any]]:
        """The rows alone; a last one of kind `more` counts those that are left off."""
        rows = [row.as_json(zone) for row in self.rows]
        if self.left_off:
            more = Coming(self.until, local(from_us(self.until), zone).date(), Kind.MORE, "", count=self.left_off)
            rows.append(more.as_json(zone))
        return rows

    def __str__(self) -> str:
        """A paragraph for each day, then what was assumed."""
        lines = [self.heading]
        for day, rows in groupby(self.rows, key=lambda row: row.day):
            of_day = list(rows)
            lines += ["", f"{long_day(day)}   {day_words(of_day)}", *(f"  {line_of(row, self.zone)}" for row in of_day)]
        if not self.rows:
            lines += ["", "nothing would change" if self.is_comparison else "nothing is planned"]
        if self.left_off:
            lines += ["", f"{self.left_off:,} more; --limit shows more of them, --only, --schedule or --until fewer"]
        return "\n".join([*lines, "", *(f"assumed: {words}" for words in self.assumed)]).rstrip() + "\n"

    @property
    def heading(self) -> str:
        """`Forecast from Mon 2 Jun 2025 09:00 to Mon 16 Jun 2025 09:00 (Europe/Brussels)`."""
        since, until = local(from_us(self.since), self.zone), local(from_us(self.until), self.zone)
        what = "Changes" if self.is_comparison else "Forecast"
        ends = (f"{long_day(each.date())} {each:%H:%M}" for each in (since, until))
        return f"{what} from {' to '.join(ends)} ({self.zone})"


def day_words(rows: Iterable[Coming]) -> str:
    """`3 tasks due, 28 runs` of the rows of a day."""
    rows = list(rows)
    counts = {
        kind: sum(row.count for row in rows if row.kind is kind)
        for kind in (Kind.TASK_CREATED, Kind.TASK_DUE, Kind.ACTED, Kind.TOLD, Kind.RUN)
    }
    parts = [f"{counts[Kind.TASK_CREATED]:,} new"] if counts[Kind.TASK_CREATED] else []
    parts += [f"{count_of(counts[Kind.TASK_DUE], 'task')} due"] if counts[Kind.TASK_DUE] else []
    nouns = {Kind.ACTED: "trigger", Kind.TOLD: "notice"}
    parts += [count_of(counts[kind], noun) for kind, noun in nouns.items() if counts[kind]]
    parts += [count_of(counts[Kind.RUN], "run")] if counts[Kind.RUN] else []
    rest = sum(row.count for row in rows if row.kind in (Kind.SKIPPED, Kind.MISSED))
    parts += [f"{rest:,} skipped or missed"] if rest else []
    return ", ".join(parts)


def line_of(row: Coming, zone: str) -> str:
    """`02:30  run         nightly backup   takes 20 min`."""
    here = local(from_us(row.at), zone)
    clock = "     " if row.kind is Kind.TASK_DUE and f"{here:%H:%M}" == "00:00" else f"{here:%H:%M}"
    parts = [f"{clock}  {_marked(row):12}  {row.name}"]
    parts += [f"({row.object})"] if row.object else []
    parts += [f"takes {duration_words(row.seconds)}"] if row.seconds is not None and row.kind is Kind.RUN else []
    if row.was is not None:
        was = local(from_us(row.was), zone)
        parts.append(f"was {long_day(was.date())}{'' if clock.isspace() else f' {was:%H:%M}'}")
    parts += [row.why] if row.why else []
    return "  ".join(parts)


def _marked(row: Coming) -> str:
    marks = {Change.APPEARS: "+ ", Change.GOES: "- ", Change.MOVES: "> ", None: ""}
    return marks[row.change] + row.word


def gathered(rows: Iterable[Coming], since: int, today: date) -> Iterator[Coming]:
    """What lies before `since` is decided today: of a schedule and one fate it is one row, however many there are."""
    past: dict[tuple[object, ...], Coming] = {}
    for row in rows:
        if row.at > since or row.kind is Kind.TASK_DUE:
            yield row
            continue
        key = (row.kind, row.schedule_id, row.template_id, row.why, row.at == since and row)
        known = past.get(key)
        if known is None:
            past[key] = replace(row, day=today)
        else:
            last = max(row.until or row.at, known.until or known.at)
            past[key] = replace(known, at=min(known.at, row.at), until=last, count=known.count + row.count)
    yield from past.values()


def in_order(rows: Iterable[Coming]) -> Sequence[Coming]:
    """By day, then by time; at one time as they come."""
    return sorted(rows, key=attrgetter("day", "at"))
