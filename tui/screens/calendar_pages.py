"""How the calendar reads: in a thread, one period at a time, and the page that is there stays until the next one is.

First what the store knows of the days, then what is planned, which takes longer and is kept while nothing is planned
anew. Whoever turns pages faster than they are read gets the last one asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from time import monotonic

from textual import work

from engine.agenda import Day, without_plans
from engine.planned import heat_of, planned
from engine.rules.planned import NOTHING, DayPlan, Heat
from store.frozen import value
from store.reads.notifications import viewer
from tui.screens.task_verbs import TaskVerbs

EVERY = 1.0
"""Seconds between two readings of what changes by itself, and `REST` times as long as one took."""
REST = 20
PLANS = 12
"""Periods whose plans are kept."""
BY_HAND = frozenset({"task", "template", "skip", "calendar", "setting"})
"""What people change, now and then: it is read at once. Runs end all the time."""
NEW_PLANS = frozenset({"schedule", "template", "skip", "calendar", "calendar_day", "setting", "day"})


@value
class Want:
    """A period to be read, with the first `few` things of each day; no period: the map of the week."""

    first: date
    last: date
    few: int
    is_heat: bool = False


class Pages(TaskVerbs):
    """A view over days that are read beside the loop."""

    def __init__(self) -> None:
        super().__init__()
        self._want: Want | None = None
        self._is_reading = False
        self._is_old = False
        self._took = 0.0
        self._read_at = -EVERY
        self._plans: dict[Want, Mapping[date, DayPlan]] = {}
        self._planned_at = 0.0
        self._are_plans_old = False

    def ask(self, want: Want) -> None:
        """Read this period; `arrived` gets it, unless another one is asked for meanwhile."""
        self._want = want
        if not self._is_reading:
            self._is_reading = True
            self._read(want, want in self._plans and not self._may_plan_anew())

    def arrived(self, want: Want, days: tuple[Day, ...], *, has_plans: bool) -> None:
        """The days of the period."""
        raise NotImplementedError(type(self).__name__)

    def heat_arrived(self, heat: Heat) -> None:
        """The map of the week."""
        raise NotImplementedError(type(self).__name__)

    def _heard(self, changed: frozenset[str]) -> None:
        if changed & NEW_PLANS:
            self._are_plans_old = True
        if changed & BY_HAND:
            self._read_at = -EVERY
            self._took = 0.0
        super()._heard(changed)

    def refresh_data(self) -> None:
        """Something changed: read again, at once unless that was just done."""
        self._is_old = True
        self.look_again()

    def look_again(self) -> None:
        """Read again if something changed and reading has rested long enough."""
        rested = monotonic() - self._read_at > max(EVERY, REST * self._took)
        if self._want is None or self._is_reading or not rested:
            return
        if self._is_old or self._may_plan_anew():
            self.ask(self._want)

    def _may_plan_anew(self) -> bool:
        return self._are_plans_old and monotonic() - self._planned_at > max(EVERY, REST * self._took)

    @work(thread=True, group="calendar", exit_on_error=False)
    def _read(self, want: Want, knows_plans: bool) -> None:
        began = monotonic()
        self._is_old = False
        try:
            with closing(self.in_thread()) as connection:
                if want.is_heat:
                    heat = heat_of(connection, self.desk.clock())
                    self.app.call_from_thread(self._show_heat, want, heat)
                    return
                who = viewer(connection, self.desk.actor, self.desk.now, self.desk.today)
                days = without_plans(connection, want.first, want.last, who, want.few)
                self.app.call_from_thread(self._show, want, days)
                if not knows_plans and self._want == want:
                    self._are_plans_old = False
                    plans = planned(connection, want.first, want.last, self.desk.clock(), want.few)
                    self._planned_at = monotonic()
                    self.app.call_from_thread(self._keep, want, plans, days)
        finally:
            self._took = monotonic() - began
            self.app.call_from_thread(self._done, want)

    def _show(self, want: Want, days: tuple[Day, ...]) -> None:
        if want == self._want and self.is_mounted:
            plans = self._plans.get(want)
            shown = days if plans is None else _merged(days, plans)
            self.arrived(want, shown, has_plans=plans is not None)

    def _keep(self, want: Want, plans: Mapping[date, DayPlan], days: tuple[Day, ...]) -> None:
        self._plans.pop(want, None)
        self._plans[want] = plans
        while len(self._plans) > PLANS:
            del self._plans[next(iter(self._plans))]
        self._show(want, days)

    def _show_heat(self, want: Want, heat: Heat) -> None:
        if want == self._want and self.is_mounted:
            self.heat_arrived(heat)

    def _done(self, want: Want) -> None:
        self._is_reading = False
        self._read_at = monotonic()
        if self._want is not None and self._want != want:
            self.ask(self._want)

    def forget_plans(self) -> None:
        """Another day, another past."""
        self._plans.clear()


def _merged(days: tuple[Day, ...], plans: Mapping[date, DayPlan]) -> tuple[Day, ...]:
    return tuple(Day(each.facts, plans.get(each.day, NOTHING), each.off) for each in days)
