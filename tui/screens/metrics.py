"""Numbers: how the machine does, in charts where a look says more than a number. The same numbers as the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from textwrap import wrap
from time import monotonic
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.queries.metrics import histogram_words, length_words
from store.connection import connect
from store.instants import from_us
from store.reads import metrics as reads
from store.reads.metrics import HOURS, Histogram, Hour, Metrics
from tui import keys
from tui.charts import bar, columns, widened
from tui.screens.view import Base
from tui.text import safe
from tui.widgets.header import Header, Hints, Place

HEIGHT = 4
"""Lines of the chart of hours."""
EVERY = 5.0
"""Seconds between two looks at least, and twenty times as long as one took: a large store is not read all the time."""
_LABEL = 14


class Numbers(Base):
    """Charts and sums; nothing to choose here."""

    PLACES: ClassVar[tuple[str, ...]] = ("numbers",)
    KINDS = frozenset({"run", "occurrence"})
    AUTO_FOCUS = "VerticalScroll"

    def __init__(self) -> None:
        super().__init__()
        self._read_at = -EVERY
        self._took = 0.0
        self._found: tuple[Metrics, tuple[Hour, ...]] | None = None

    def compose(self) -> ComposeResult:
        """Header, words, the charts."""
        yield Header("")
        yield Place(id="line")
        with VerticalScroll(id="numbers"):
            yield Static("reading ...", id="numbers-text", markup=False)
        yield Hints()

    def on_mount(self) -> None:
        """Read, and again now and then while something changes."""
        self.query_one(Hints).pairs = (("up down", "scroll"), ("q", "back"), *keys.hints(*self.PLACES))
        self.query_one(Place).words = (("numbers", "text"), ("   since the store was made", "muted"))
        self.set_interval(1.0, self._tick)
        self._read()

    def refresh_data(self) -> None:
        """Something changed: the next look is not put off."""
        self._stale = True

    def _tick(self) -> None:
        if self.is_current and self._stale and monotonic() - self._read_at > max(EVERY, 20 * self._took):
            self._stale = False
            self._read()

    @work(thread=True, exclusive=True, group="numbers", exit_on_error=False)
    def _read(self) -> None:
        """Away from the screen's loop: every run is counted."""
        began = monotonic()
        with closing(connect(self.desk.store, read_only=True)) as connection:
            found = reads.metrics(connection), reads.hours(connection, self.desk.now)
        self._took, self._read_at = monotonic() - began, monotonic()
        self.app.call_from_thread(self._show, found)

    def _show(self, found: tuple[Metrics, tuple[Hour, ...]]) -> None:
        self._found = found
        if self.is_mounted:
            self.query_one("#numbers-text", Static).update(self._drawn())

    def on_resize(self) -> None:
        """Other room, other charts."""
        if self._found is not None:
            self._show(self._found)

    def recolour(self) -> None:
        """Colours are named, so that drawing again is enough."""
        self.on_resize()

    def _drawn(self) -> Content:
        assert self._found is not None
        found, hours = self._found
        width = max(40, self.size.width - 4)
        plain = self.desk.ascii_marks
        lines = [
            *_hours(hours, width, self._hour, plain),
            Content(""),
            *_success(found.task_completed_total, width, plain),
            *_pair(width, "queue", f"{found.task_queue_length:,} waiting · {found.task_running:,} active"
                  f" · {found.task_queue_overflow_total:,} refused because it was full"),
            *_pair(width, "made", _parts(found.task_created_total)),
            *_pair(width, "ended", _parts(found.task_completed_total)),
            *_pair(width, "fired", f"{found.occurrence_fired_total:,}"),
            *_pair(width, "did not fire", _parts(found.occurrence_unfired_total)),
            *_pair(width, "began late", histogram_words(found.task_start_lag_seconds)),
            *_pair(width, "took", histogram_words(found.task_run_duration_seconds)),
            *_lengths(found.task_run_duration_seconds, width, plain),
        ]  # fmt: skip
        return Content("\n").join(lines)

    @property
    def _hour(self) -> int:
        """The running hour on the clocks of the store's zone."""
        return from_us(self.desk.now).astimezone(self.desk.zone).hour


def _hours(hours: Sequence[Hour], width: int, now: int, plain: bool) -> list[Content]:
    """A column for each of 24 hours, the hours below it, and how many ended in words."""
    cells = 3 if width - _LABEL >= HOURS * 3 else 2
    every = [hour.succeeded + hour.failed for hour in hours]
    bad = sum(hour.failed for hour in hours)
    ended = (
        f"{sum(every):,} ended, {bad:,} of them badly; most in an hour {max(every):,}" if any(every) else "none ended"
    )
    title = f"runs by the hour, last 24 h: {ended}"
    drawn = [widened(line, cells) for line in columns(every, HEIGHT, ascii_marks=plain)]
    trouble = "".join(("x" if hour.failed else " ") + " " * (cells - 1) for hour in hours)
    first = (now - HOURS + 1) % 24
    scale = "".join(f"{(first + at) % 24:02}".ljust(cells * 3) for at in range(0, HOURS, 3))
    lines = [Content.styled(title[:width], "$muted")]
    lines += [Content.assemble(" " * _LABEL, (line, "$ok")) for line in drawn]
    if bad:
        lines.append(Content.assemble(("failed".ljust(_LABEL), "$muted"), (trouble, "$error")))
    return [*lines, Content.assemble(("hour".ljust(_LABEL), "$muted"), (scale, "$muted"))]


def _success(completed: Mapping[str, int], width: int, plain: bool) -> list[Content]:
    """`success  ########  94 %`: of runs that were not cancelled."""
    good = completed.get("succeeded", 0)
    every = good + completed.get("failed", 0) + completed.get("lost", 0)
    if not every:
        return _pair(width, "success", "nothing has ended yet")
    room = min(40, width - _LABEL - 8)
    words = f" {good / every:.1%}".replace("%", " %")
    ends = ("[", "]") if plain else ("", "")
    drawn = bar(good / every, room, ascii_marks=plain)
    return [
        Content.assemble(
            ("success".ljust(_LABEL), "$muted"),
            ends[0],
            (drawn, "$ok" if good == every else "$warning"),
            ends[1],
            words,
        )
    ]


def _lengths(found: Histogram, width: int, plain: bool) -> list[Content]:
    """A bar for each bucket between the first and the last that hold something."""
    filled = [index for index, number in enumerate(found.counts) if number]
    if not filled:
        return []
    most, room = max(found.counts), min(40, width - _LABEL - 10)
    lines = []
    for index in range(filled[0], filled[-1] + 1):
        last = index == len(found.bounds)
        label = "  longer" if last else f"  to {length_words(found.bounds[index])}"
        number = found.counts[index]
        drawn = bar(number / most, room, ascii_marks=plain)
        lines.append(Content.assemble((label.ljust(_LABEL), "$muted"), (drawn, "$accent"), f" {number:,}"))
    return lines


def _parts(found: Mapping[str, int]) -> str:
    """`9 system · 3 user`."""
    return " · ".join(f"{number:,} {label}" for label, number in found.items() if number) or "none"


def _pair(width: int, label: str, words: str) -> list[Content]:
    """The words beside their label; what does not fit stands below them, and no number without what it counts."""
    whole = safe(words).replace(" ", "\xa0").replace("\xa0·\xa0", " · ").replace(",\xa0", ", ")
    lines = [line.replace("\xa0", " ") for line in wrap(whole, max(20, width - _LABEL))] or [""]
    labels = [label.ljust(_LABEL), *[" " * _LABEL] * (len(lines) - 1)]
    return [Content.assemble((label, "$muted"), line) for label, line in zip(labels, lines, strict=True)]
