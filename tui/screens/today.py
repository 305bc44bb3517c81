"""Today: people, runs, failures and what is coming, in one list around a *now* line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar

from engine.moments import due_at
from engine.rules.pulse import SUSPECT
from engine.rules.wording import clock, count_of, long_day, plural, short_day
from store import values
from store.enums import RunState
from store.folding import folded
from store.frozen import value
from store.instants import SECOND
from store.reads import pulse, runs, schedules, tasks, templates
from tui.acting import Acting
from tui.rows import Cells, run_row, schedule_row, task_row
from tui.screens.sifted import FILTER_FORMS, SiftedTasks
from tui.screens.view import Item, nothing
from tui.text import fit
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, few, section

SOON = 7
"""Days ahead that count as soon."""
MISSED, CLOCK, BROKEN, STUCK = "view('missed')", "accept_clock", "view('schedules')", "view('workflows')"
FEW = 20
"""Runs and schedules that the list shows; the views of their own show all."""
_DAY = 24 * 3600 * SECOND


@value
class Hint:
    """A line that is no task, run or schedule: what somebody should see to, and the action that enter does."""

    name: str
    action: str


class Today(SiftedTasks):
    """What is late, what is due, what runs, what failed; then now; then what comes."""

    PLACES: ClassVar[tuple[str, ...]] = ("today",)
    VIEW = "today"
    KINDS = frozenset(
        {
            "task", "task_assignee", "task_label", "task_list", "entity", "run", "schedule", "user", "occurrence",
            "node", "pending_action", "trigger", "workflow",
        }
    )  # fmt: skip
    FILTER_HINT = FILTER_FORMS

    def __init__(self) -> None:
        super().__init__()
        self._sources: dict[str, tasks.Section] = {}
        self._away_since: date | None = None
        """The day of this person's last act, if that was long ago when the desk was opened."""

    @property
    def sources(self) -> Mapping[str, tasks.Section]:
        """The sections of tasks; jobs are not marked."""
        return self._sources

    def make_list(self) -> LineList:
        """Sections that hold nothing are left out."""
        return LineList(
            self._draw,
            ascii_marks=self.desk.ascii_marks,
            empty="Nothing is due and nothing runs. a adds a task, 3 shows schedules.",
        )

    def on_mount(self) -> None:
        """Read the first pages, and follow the clock."""
        self.show_rows()
        self.desk.when_painted(self._look_back)
        self.set_interval(1.0, self._tick)

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        row = item.value
        if isinstance(row, values.Run):
            return run_row(row, width, self.desk.now, self.desk.zone, self.desk.ascii_marks)
        if isinstance(row, values.Schedule):
            return schedule_row(row, width, self.desk.now, self.desk.zone)
        if isinstance(row, Acting):
            return row.cells(width, self.desk)
        if isinstance(row, Hint):
            return [(fit("?" if row.action == MISSED else "!", 2), "warning"), (fit(row.name, width - 2), "warning")]
        return task_row(row, width, self.desk.moment, self.desk.ascii_marks)

    def show_rows(self) -> None:
        """The sections for now."""
        self.list.show(self._sections())
        self._words()

    def reread(self) -> None:
        """Read again; the cursor stays on its row."""
        self.list.refresh_data(self._sections())
        self._words()
        self.show_detail()

    def _tick(self) -> None:
        """Running times go on; nothing is read or written while nothing runs."""
        if self.is_current and runs.count(self.desk.reader, runs.OPEN, 1):
            self.reread()

    def _words(self) -> None:
        beat = pulse.pulse(self.desk.reader, self.desk.now, self.desk.moment)
        found = f" · {self.understood}" if self.understood else ""
        since = self._away_since
        self.say(
            (f"{long_day(self.desk.today)}{found}", "text"),
            (f"   {beat.late:,} late" if beat.late else "   nothing late", "error" if beat.late else "muted"),
            (f" · S sorts what is late: you were away since {short_day(since, self.desk.today)}", "accent")
            if since and beat.late
            else ("", "text"),
            (f" · {beat.due_today:,} due today · {count_of(beat.running, 'run')} active", "muted"),
        )

    def _sections(self) -> list[Section]:
        moment, now = self.desk.moment, self.desk.now
        at = clock(self.desk.clock(), self.desk.zone.key)
        found = [
            self._few("clock", None, self._clock()),
            self._tasks("late", "late", tasks.late(moment)),
            self._tasks("today", "due today", tasks.due_on(moment)),
            self._few("running", "open runs", self._open_runs()),
            self._few("failed", "failed in the last 24 hours", self._failed(now)),
            self._few("broken", None, self._broken()),
            self._few("stuck", None, self._stuck()),
            self._few("missed", None, self._missed()),
            self._few("coming", f"now {at} · jobs of the next 24 hours", self._coming(now)),
            self._few("acting", "triggers about to act in the next 24 hours", self._acting(now)),
            self._tasks("steps", "workflows wait for people", tasks.of_workflows(moment, SOON)),
            self._tasks("soon", f"due in the next {SOON} days", tasks.due_soon(moment, SOON)),
        ]
        return [each for each in found if each is not None] or [section("nothing", None, nothing)]

    def _tasks(self, key: str, title: str, source: tasks.Section) -> Section | None:
        self._sources[key] = source
        fetch = partial(self._fetch, source)
        return section(key, title, fetch, self.known(key)) if fetch(key, None, None, None, 1) else None

    def _fetch(
        self,
        source: tasks.Section,
        section: str,
        after: Key | None,
        before: Key | None,
        offset: int | None,
        limit: int,
    ) -> Sequence[Row]:
        rows = self.page(source, section, after, before, offset, limit)
        return [Item(row.key, row.id, row.task, due_at(row.task, self.desk.moment)) for row in rows]

    def _few(self, key: str, title: str | None, items: Sequence[Item]) -> Section | None:
        """A short section, read at once."""
        text = folded(self.filter)
        kept = [item for item in items if text in folded(item.value.name)]
        return section(key, title, few(kept), len(kept)) if kept else None

    def _open_runs(self) -> list[Item]:
        second = self.desk.now // SECOND
        found = runs.page(self.desk.reader, runs.OPEN, limit=FEW)
        return [Item((index,), f"run {run.id}", run, second) for index, run in enumerate(found)]

    def _failed(self, now: int) -> list[Item]:
        which = runs.Which(states=(RunState.FAILED, RunState.LOST))
        found = runs.page(self.desk.reader, which, limit=FEW)
        recent = [run for run in found if (run.finished_at or run.created_at) > now - _DAY]
        return [Item((index,), f"run {run.id}", run) for index, run in enumerate(recent)]

    def _missed(self) -> list[Item]:
        """What nobody has accepted yet, in one line."""
        number = pulse.to_accept(self.desk.reader)
        many = f"{number:,}{'+' if number >= pulse.MOST else ''}"
        words = f"{many} missed or skipped, seen by nobody yet: enter shows what and why"
        return [Item((0,), MISSED, Hint(words, MISSED))] if number else []

    def _broken(self) -> list[Item]:
        """Recurring tasks that nobody can make: each with its error."""
        return [
            Item((at,), f"{BROKEN} {made.id}", Hint(f"recurring task {made.name} is broken: {made.error}", BROKEN))
            for at, made in enumerate(templates.broken(self.desk.reader, FEW))
        ]

    def _stuck(self) -> list[Item]:
        """Workflows whose steps failed or wait for what cannot come, in one line."""
        number = pulse.attention(self.desk.reader)
        words = f"{count_of(number, 'workflow')} {plural(number, 'needs', 'need')} attention: enter shows where"
        return [Item((0,), STUCK, Hint(words, STUCK))] if number else []

    def _clock(self) -> list[Item]:
        """The engine does not believe the clock."""
        node = pulse.engine(self.desk.reader, self.desk.now)
        if node is None or not node.words.startswith(SUSPECT):
            return []
        words = f"{node.words}: nothing fires; C if it is right"
        return [Item((0,), CLOCK, Hint(words, CLOCK))]

    def _look_back(self) -> None:
        """Was this person away? Asked after the first paint."""
        from engine.absence import away_since

        self._away_since = away_since(self.desk.reader, self.desk.actor, self.desk.today)
        if self._away_since is not None:
            self._words()

    def _coming(self, now: int) -> list[Item]:
        found = schedules.next_due(self.desk.reader, now + _DAY, FEW)
        return [Item((index,), f"schedule {each.id}", each) for index, each in enumerate(found)]

    def open_current(self) -> None:
        """Enter on a run reads its log."""
        if isinstance(self.current, values.Run):
            self.desk.open_log(self.current.id)
        elif isinstance(self.current, Acting):
            self.current.open(self.desk)
        elif isinstance(self.current, Hint) and self.current.action == BROKEN:
            self.desk.action_view("schedules")
        elif isinstance(self.current, Hint) and self.current.action == STUCK:
            self.desk.workflows_of = "problems"
            self.desk.action_view("workflows")
        elif isinstance(self.current, Hint) and self.current.action == MISSED:
            self.desk.action_view("missed")
        elif isinstance(self.current, Hint):
            self.desk.action_accept_clock()
        else:
            super().open_current()

    def action_why(self) -> None:
        """Say why the row is here."""
        row: Any = self.current
        if isinstance(row, values.Run):
            self.desk.explain("run", row.id)
        elif isinstance(row, values.Schedule):
            self.desk.explain("schedule", row.id)
        elif isinstance(row, Acting):
            self.desk.explain("action", row.id)
        else:
            super().action_why()

    def _acting(self, now: int) -> list[Item]:
        """What triggers will do; a label that no task bears is left out. Most desks have none, and load nothing."""
        if not pulse.acts_by(self.desk.reader, now + _DAY):
            return []
        from tui.trigger_today import acting

        found = acting(self.desk.reader, now + _DAY, FEW)
        return [Item((index,), f"action {each.id}", each) for index, each in enumerate(found)]
