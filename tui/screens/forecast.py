"""The forecast: what people will owe and what will run, played in the background; `+` and `-` change how far."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic
from typing import ClassVar

from textual import work
from textual.content import Content
from textual.worker import Worker, get_current_worker

from engine.forecast import Coming, Forecast, Kind, Wanted, play
from engine.forecast.rows import day_words
from engine.queries.forecast import until_of
from engine.rules.durations import duration_words
from engine.rules.errors import BadValue
from engine.rules.wording import clock, full_instant, long_day
from engine.rules.zones import local
from store.errors import Refused, StoreTrouble
from store.instants import from_us
from tui.rows import Cells
from tui.screens.view import Item, View
from tui.text import fit, safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import few, section

STEPS = (1, 3, 7, 14, 31, 61, 92, 183, 366, 731)
"""Days that `+` and `-` step through."""
MOST = 20_000
"""Rows that are listed; of more their number is told."""
_TOKENS = {
    Kind.SKIPPED: "warning",
    Kind.MISSED: "warning",
    Kind.BROKEN: "error",
    Kind.RUN: "muted",
    Kind.ENDED: "warning",
}
_SHOW_SECONDS = 0.1


class ForecastView(View):
    """Days one below the other. `wanted` and `about`: what of the future is asked for, in a value and in words."""

    PLACES: ClassVar[tuple[str, ...]] = ("forecast",)
    KINDS = frozenset({"schedule", "template", "entity", "setting", "calendar", "calendar_day", "skip"})
    FILTER_HINT = "until when: 30 jun, +8w, 2026-12-31 or a time; esc leaves it"

    def __init__(self, wanted: Wanted, about: str = "") -> None:
        super().__init__()
        self._wanted = wanted
        self._about = about
        self._days = 14
        self._typed_until = ""
        self._found: Forecast | None = None
        self._worker: Worker[None] | None = None

    def make_list(self) -> LineList:
        """Empty until it is played."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks, empty="Playing the engine on a copy ...")

    def hints(self) -> tuple[tuple[str, str], ...]:
        """It lies over a view, so the way back is named too."""
        *own, more = super().hints()
        return (*own, ("q", "back"), more)

    def on_mount(self) -> None:
        """Play the next two weeks."""
        self.play_again()

    def refresh_data(self) -> None:
        """Something changed on which the future hangs."""
        self.play_again()

    def play_again(self) -> None:
        """Begin anew; what is being played is of no use any more and ends at once."""
        try:
            until = self._until()
        except BadValue as fault:
            self.notify(str(fault), severity="warning")
            return
        if self._worker is not None:
            self._worker.cancel()
        self._worker = self._play(self.desk.clock(), until)

    def _until(self) -> datetime:
        now, zone = self.desk.clock(), self.desk.zone.key
        return until_of(self._typed_until or f"{self.desk.today + timedelta(days=self._days)}", now, zone)

    @work(thread=True, group="forecast", exit_on_error=False)
    def _play(self, since: datetime, until: datetime) -> None:
        """Away from the screen's loop."""
        worker, began = get_current_worker(), monotonic()
        told = began

        def progress(done: int, total: int) -> None:
            nonlocal told
            if worker.is_cancelled:
                raise InterruptedError
            now = monotonic()
            if now - told >= _SHOW_SECONDS and done:
                told = now
                rate = done / (now - began)
                words = f"day {done:,} of {total:,}, {rate:,.0f} a second, {(total - done) / rate:.0f} s left"
                self.app.call_from_thread(self._say_progress, words)

        try:
            found = play(self.desk.store, since, until, self._wanted, progress=progress)
        except InterruptedError:
            return
        except (BadValue, Refused, StoreTrouble) as fault:
            self.app.call_from_thread(self._refused, str(fault))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, found)

    def _say_progress(self, words: str) -> None:
        if self.is_mounted:
            self.say(("forecast", "text"), (f"   {words}", "muted"))

    def _refused(self, words: str) -> None:
        if self.is_mounted:
            self.list.empty = words
            self.list.show([])
            self.say(("forecast", "text"), (f"   {words}", "warning"))

    def _show(self, found: Forecast) -> None:
        if not self.is_mounted:
            return
        self._found = found
        sections = []
        for number, (day, rows) in enumerate(groupby(found.rows[:MOST], key=lambda row: row.day)):
            of_day = list(rows)
            items = [Item((at,), (number, at), row) for at, row in enumerate(of_day)]
            title = f"{long_day(day)}{' · today' if day == self.desk.today else ''}"
            sections.append(section(day.isoformat(), title, few(items), len(items), note=day_words(of_day)))
        self.list.empty = "Nothing is planned until then. + looks further, q goes back."
        self.list.show(sections)
        left = len(found.rows) - MOST + found.left_off if len(found.rows) > MOST else found.left_off
        more = f"   {left:,} more are not listed" if left else ""
        until = local(from_us(found.until), found.zone)
        about = f" of {safe(self._about, 40)}" if self._about else ""
        self.say((f"forecast{about} to {long_day(until.date())}", "text"), (f"{more}   < > / change it", "muted"))
        self.show_detail()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        row: Coming = item.value
        here = local(from_us(row.at), self.desk.zone.key)
        time = "" if row.kind is Kind.TASK_DUE and f"{here:%H:%M}" == "00:00" else f"{here:%H:%M}"
        token = _TOKENS.get(row.kind, "text")
        is_wide = width >= 70
        why, word = (width // 3, 17) if is_wide else (0, 13)
        what = row.word if is_wide or row.count == 1 else f"{row.kind} x{row.count:,}"
        return [
            (fit(time, 6), "muted"),
            (fit(what, word - 1) + " ", token),
            (fit(row.name, max(8, width - 6 - word - why) - 1) + " ", token if row.kind is Kind.BROKEN else "text"),
            (fit(row.why or row.object or "", why) if why else "", "muted"),
        ]

    def detail(self) -> Content:
        """The row in words, and what the forecast hangs on."""
        row, found = self.current, self._found
        if not isinstance(row, Coming) or found is None:
            return Content("")
        lines = [Content.styled(safe(row.name), "bold")]
        at = from_us(row.at)
        is_whole_day = row.kind is Kind.TASK_DUE and not clock(at, self.desk.zone.key).strip("0:")
        when = long_day(row.day) if is_whole_day else full_instant(at, self.desk.zone.key)
        lines.append(Content.styled(f"{row.word}  {when}", "$muted"))
        source = f"schedule {row.schedule}" if row.schedule else f"template {row.template}" if row.template else ""
        lines += [Content(safe(words)) for words in (source, row.object or "", row.why) if words]
        if row.seconds is not None:
            lines.append(Content(f"takes {duration_words(row.seconds)}, as its last runs did"))
        lines += [Content(""), *(Content.styled(f"assumed: {words}", "$muted") for words in found.assumed)]
        return Content("\n").join(lines)

    def open_current(self) -> None:
        """Enter: go to where its schedule or task is."""
        row = self.current
        if isinstance(row, Coming):
            self.app.pop_screen()
            self.desk.action_view("schedules" if row.schedule is not None else "followups")

    def action_further(self, by: int) -> None:
        """The next longer or shorter time."""
        self._typed_until = ""
        at = min(range(len(STEPS)), key=lambda index: abs(STEPS[index] - self._days))
        self._days = STEPS[max(0, min(len(STEPS) - 1, at + by))]
        self.play_again()

    def typed(self, text: str) -> None:
        """Half a date is none: nothing happens before enter."""

    def kept(self, text: str) -> None:
        """Enter: play until the day or time that was typed."""
        if text != self._typed_until:
            self._typed_until = text
            self.play_again()

    async def action_back(self) -> None:
        """The box first, then the screen; what is being played ends."""
        if self._worker is not None and not (self._box is not None and self._box.display):
            self._worker.cancel()
        await super().action_back()
