"""The English of the product: days, counts, states. Screens and command line say the same words.

Names of days and months are our own, not `strftime`'s, so the locale of a machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from engine.rules.zones import local
from store.frozen import value

NEXT_BOOT = "at the next boot"
"""What lists say instead of a next time that only a start of the machine makes."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""By `date.weekday()`: 0 = Monday."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""January first; month number n is at n - 1."""

_NEAR_DAYS = 6
"""Up to here a day is told by its distance, later by its date: after a week people think in dates."""

_DISTANCES = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


@value
class State:
    """A state as people meet it: always a word, and a mark of one cell for lists."""

    word: str
    mark: str
    ascii: str

    def symbol(self, ascii_only: bool) -> str:
        """The mark for this terminal."""
        return self.ascii if ascii_only else self.mark


STATES: Mapping[str, State] = MappingProxyType(
    {
        "open": State("open", "·", "."),
        "late": State("late", "!", "!"),
        "due_today": State("due today", "•", "o"),
        "done": State("done", "✓", "v"),
        "waiting": State("waiting", "~", "~"),
        "marked": State("marked", "*", "*"),
        "paused": State("paused", "=", "="),
        "pending": State("pending", "~", "~"),
        "starting": State("starting", ">", ">"),
        "running": State("running", ">", ">"),
        "succeeded": State("succeeded", "✓", "v"),
        "failed": State("failed", "x", "x"),
        "cancelled": State("cancelled", "/", "/"),
        "lost": State("lost", "%", "%"),
        "planned": State("planned", "~", "~"),
        "fired": State("fired", "✓", "v"),
        "merged": State("merged", "&", "&"),
        "skipped": State("skipped", "-", "-"),
        "missed": State("missed", "?", "?"),
        "superseded": State("superseded", "^", "^"),
    }
)
"""Every state by the value the store holds. States may share a mark, never a word."""


def state_of(key: str) -> State:
    """The state of that key; an unknown one (of a later version) shows as its own word without a mark."""
    return STATES.get(key) or State(key.replace("_", " "), " ", " ")


def due_state(deadline: date | None, today: date, is_done: bool, *, is_late: bool = False) -> State:
    """What the deadline makes of a task: due today on its day, late from the next, else open or done.

    `is_late`: its time of today has passed (`lateness`).
    """
    if is_done:
        return STATES["done"]
    if deadline is None or deadline > today:
        return STATES["open"]
    return STATES["due_today" if deadline == today and not is_late else "late"]


def due_words(deadline: date | None, today: date, is_done: bool, *, is_late: bool = False) -> str:
    """The due column: relative while the task is open; a done task is never late, it keeps the plain date.

    `late` alone is a task whose time of today has passed.
    """
    if deadline is None:
        return "-"
    if is_done:
        return short_day(deadline, today)
    return "late" if is_late and deadline == today else relative_day(deadline, today)


def relative_day(day: date, today: date) -> str:
    """A day something is due: `late 2 d`, `today`, `tomorrow`, `in 5 d`, `30 Nov`, `3 Jan 2026`."""
    away = (day - today).days
    if away < 0:
        return f"late {-away:,} d"
    if away <= 1:
        return ("today", "tomorrow")[away]
    return f"in {away} d" if away <= _NEAR_DAYS else short_day(day, today)


def past_day(day: date, today: date) -> str:
    """A day something happened: `today`, `yesterday`, `3 d ago`, `30 Nov`; a coming one by its date."""
    gone = (today - day).days
    if gone in (0, 1):
        return ("today", "yesterday")[gone]
    return f"{gone} d ago" if 0 < gone <= _NEAR_DAYS else short_day(day, today)


def upcoming_words(visible: date, today: date) -> str:
    """When a hidden task appears: `in 15 days`, `tomorrow`; `now` once it is visible."""
    away = (visible - today).days
    if away <= 1:
        return "tomorrow" if away == 1 else "now"
    return f"in {count_of(away, 'day')}"


def short_day(day: date, today: date) -> str:
    """`30 Nov`, with the year if it is not this one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {MONTHS[day.month - 1][:3]}{year}"


def long_day(day: date) -> str:
    """`Sat 14 Jun 2025`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def clock(instant: datetime, zone: str, seconds: bool = False) -> str:
    """The 24-hour wall time of an aware instant in `zone`: `02:30`, with seconds `02:30:09`."""
    return local(instant, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day_and_clock(instant: datetime, now: datetime, zone: str) -> str:
    """An instant in a list: `today 03:00`, `Fri 20 Jun 03:00`, `Mon 3 Jan 2028 03:00`."""
    here, today = local(instant, zone), local(now, zone).date()
    away = (here.date() - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(away)
    weekday = WEEKDAYS[here.weekday()][:3]
    return f"{near or f'{weekday} {short_day(here.date(), today)}'} {clock(instant, zone)}"


def full_instant(instant: datetime, zone: str) -> str:
    """An instant where nothing may be left to guess: `2025-06-14 02:30:00+02:00 Europe/Brussels`."""
    return f"{local(instant, zone).isoformat(' ', 'seconds')} {zone}"


def instant_words(instant: datetime, zone: str) -> str:
    """An instant in a sentence: `Sat 14 Jun 2025 02:30`, with seconds if it has some.

    The offset stands behind a time that the clocks show twice: `Sun 26 Oct 2025 02:30 (+01:00)`.
    """
    here = local(instant, zone)
    twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    offset = f" ({here.isoformat()[-6:]})" if twice else ""
    return f"{long_day(here.date())} {clock(instant, zone, seconds=bool(here.second))}{offset}"


def ago(instant: datetime, now: datetime) -> str:
    """The distance of two aware instants: `just now`, `40 s ago`, `3 h ago`, `in 5 min`, `in 2 d`.

    Elapsed time: in UTC, because two datetimes of one zone are subtracted by their wall clocks.
    """
    passed = now.astimezone(UTC) - instant.astimezone(UTC)
    distance = abs(passed) // timedelta(seconds=1)
    if not distance:
        return "just now"
    unit, size = next((unit, size) for unit, size in _DISTANCES if distance >= size)
    words = f"{distance // size:,} {unit}"
    return f"{words} ago" if passed > timedelta(0) else f"in {words}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """The noun alone that goes with `number`; `many` is `one` + s unless given."""
    return one if abs(number) == 1 else many or f"{one}s"


def count_of(number: int, one: str, many: str | None = None) -> str:
    """`1 task`, `0 tasks`, `1,234 tasks`."""
    return f"{number:,} {plural(number, one, many)}"


def some_of(things: Sequence[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    more = f" and {len(things) - most:,} more" if len(things) > most else ""
    return f"{', '.join(things[:most])}{more}"


def bytes_words(size: int) -> str:
    """`0 B`, `999 B`, `1.5 KiB`, `41.3 GiB`; powers of 1024, one digit after the point."""
    if size < 1024:
        return f"{size} B"
    power = min(size.bit_length() - 1, 59) // 10
    if round(size / 1024**power, 1) >= 1024 and power < 5:
        power += 1
    return f"{size / 1024**power:,.1f} {_SIZES[power]}"


def without_next(spec: str | None, ends_in: int | None) -> str:
    """What is said of a schedule that has no next time: it may wait for the machine to start. `ends_in`: how long
    until its end, if it has one, less than 0 if that is past.
    """
    waits = spec is not None and "boot" in spec.lower() and (ends_in is None or ends_in > 0)
    return NEXT_BOOT if waits else "ended"
