"""Playing the engine's passes from now to a moment, from one due instant to the next."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from sqlite3 import Connection

from engine.forecast.actions import Actions
from engine.forecast.jobs import Jobs
from engine.forecast.people import People
from engine.forecast.plain import Span
from engine.forecast.rows import MOST_ROWS, Coming, Forecast, Only, gathered, in_order
from engine.operations.registry import Act, settle
from engine.rules.errors import BadValue
from engine.rules.wording import instant_words
from engine.rules.zones import local_day, wall_instant
from store import journal, settings
from store.excerpt import excerpt
from store.frozen import value
from store.instants import Instant, to_us
from store.journal import Actor

Progress = Callable[[int, int], None]
"""Hears how many of how many days are played; what it raises ends the forecast at once."""
Operation = Callable[[Act], object]
"""What is done on the copy before it is played."""

LONGEST = timedelta(days=20 * 366)
_RECENT = timedelta(days=7)


@value
class Wanted:
    """What of the future somebody wants to see: a half, a job's schedule, a template (by id), a thing (`stay/12`)."""

    only: Only | None = None
    schedule: int | None = None
    template: int | None = None
    object: str | None = None
    is_done_on_time: bool = False
    limit: int = MOST_ROWS

    @property
    def has_tasks(self) -> bool:
        """Whether any of it is for people."""
        return self.only is not Only.RUNS and (self.schedule is None or self.template is not None)

    @property
    def has_runs(self) -> bool:
        """Whether any of it is for the machine."""
        is_of_people = self.template is not None or self.object is not None
        return self.only is not Only.TASKS and (self.schedule is not None or not is_of_people)

    @property
    def is_of_all(self) -> bool:
        """Whether it is of no schedule, template or thing alone."""
        return self.schedule is None and self.template is None and self.object is None

    def has(self, row: Coming) -> bool:
        """Whether a row is of the template or thing that is asked for."""
        if row.schedule is not None:
            return True
        is_of_template = self.template is None or row.template_id == self.template
        return is_of_template and (self.object is None or row.object == self.object)


EVERYTHING = Wanted()


def play(
    store: Path,
    since: datetime,
    until: datetime,
    wanted: Wanted = EVERYTHING,
    change: Operation | None = None,
    actor: Actor = journal.ENGINE,
    progress: Progress | None = None,
    *,
    names_tasks: bool = False,
) -> Forecast:
    """What happens in (since, until] in the store, with what is due at `since` already.

    `change` is done first, on the copy, by `actor`; `names_tasks` if it may be about any open task, which makes the
    copy larger. Nothing is written to the store, nothing is begun and nobody is
    told. BadValue if `until` is not after `since` or too far; Refused as `change` says.
    """
    if until <= since:
        raise BadValue(f"until: expected a time after {instant_words(since, 'UTC')}")
    if until - since > LONGEST:
        raise BadValue("until: a forecast reaches 20 years at most")
    recent = to_us(since - _RECENT)
    last_day = (until + timedelta(days=2)).date().isoformat()
    with _without_rubbish(), excerpt(store, recent, last_day, whole=names_tasks) as copy:
        copy.execute("BEGIN")
        if change is not None:
            act = journal.begin(copy, to_us(since), actor, "forecast")
            doing = Act(copy, actor, since, act)
            change(doing)
            settle(doing)
        span = _span(copy, since, until)
        return _Play(copy, span, wanted).run(progress or _silent)


class _Play:
    """One turn of the clock, on one copy."""

    def __init__(self, copy: Connection, span: Span, wanted: Wanted) -> None:
        self._copy = copy
        self._span = span
        self._wanted = wanted
        if wanted.template is not None:
            copy.execute("UPDATE template SET wake_at = NULL WHERE id <> ?", (wanted.template,))
        only = None if wanted.schedule is None else frozenset({wanted.schedule})
        self._jobs = Jobs(copy, span, only) if wanted.has_runs else None
        self._people = People(copy, span, is_done_on_time=wanted.is_done_on_time) if wanted.has_tasks else None
        self._actions = Actions(copy, span, self._people) if self._people is not None and wanted.is_of_all else None

    def run(self, progress: Progress) -> Forecast:
        """Play from the first day to the last."""
        now, end = to_us(self._span.since), to_us(self._span.until)
        if self._people is not None:
            self._people.begin(now)
        if self._actions is not None:
            self._actions.begin(now)
        if self._jobs is not None:
            self._jobs.begin(now)
        self._beat(now)
        total = len(self._span.days)
        for done, (day, begin) in enumerate(self._span.days):
            progress(done, total)
            following = self._span.days[done + 1][1] if done + 1 < total else None
            until = end if following is None else to_us(following) - 1
            if to_us(begin) > now:
                self._step(to_us(begin))
            self._until(min(until, end), day)
        known = gathered(self._rows(), now, self._span.days[0][0])
        rows = in_order(row for row in known if row.at <= end and self._wanted.has(row))
        progress(total, total)
        limit = self._wanted.limit or len(rows)
        return Forecast(
            tuple(rows[:limit]), Instant(now), Instant(end), self._span.zone, self._assumed(), max(0, len(rows) - limit)
        )

    def _until(self, until: int, day: date) -> None:
        """Everything of a day, with what people do at its noon."""
        noon = None if self._people is None else self._people.noon_of(day)
        while True:
            ahead = [(each.next_at(), each) for each in self._players if each is not None]
            known = ((at, each) for at, each in ahead if at is not None)
            at, player = min(known, default=(until + 1, None), key=lambda found: found[0])
            if noon is not None and self._people is not None and noon <= min(at, until):
                if noon > to_us(self._span.since):
                    self._people.noon(noon)
                noon = None
            elif at <= until and player is not None:
                player.step(at)
                self._beat(at)
            else:
                return

    def _step(self, now: int) -> None:
        for each in self._players:
            if each is not None:
                each.step(now)
        self._beat(now)

    @property
    def _players(self) -> tuple[People | Actions | Jobs | None, ...]:
        return self._people, self._actions, self._jobs

    def _beat(self, now: int) -> None:
        """An engine is at work all the time, so that nothing is late for want of one."""
        self._copy.execute("DELETE FROM node")
        self._copy.execute(
            "INSERT INTO node (id, kind, host, boot_id, pid, version, state, since, beat_at)"
            " VALUES ('forecast', 'forecast', '', '', 0, '', 'active', ?, ?)",
            (now, now),
        )

    def _rows(self) -> Iterator[Coming]:
        for each in self._players:
            if each is not None:
                yield from each.rows()

    def _assumed(self) -> tuple[str, ...]:
        words = ["an engine is at work all the time"]
        for each in self._players:
            words += each.assumed() if each is not None else []
        return tuple(words)


def _span(copy: Connection, since: datetime, until: datetime) -> Span:
    zone = str(settings.read(copy, "zone"))
    day, last = local_day(since, zone), local_day(until, zone)
    found = [day + timedelta(days=step) for step in range((last - day).days + 1)]
    begins = [wall_instant(datetime.combine(each, time()), zone) for each in found]
    return Span(since, until, zone, tuple(zip(found, begins, strict=True)), tuple(map(to_us, begins)))


@contextmanager
def _without_rubbish() -> Iterator[None]:
    """Rows are kept to the end: to look for rubbish among them takes a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _silent(done: int, total: int) -> None:
    pass
