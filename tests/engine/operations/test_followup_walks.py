"""Any walk through the life of a stay keeps what followups promise, and every step of it can be taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import entities, tasks
from engine.operations.undo import redo, undo
from engine.queries import entities as queries
from engine.rules.offsets import parse_offset, shift_date
from store.enums import TaskKind
from store.errors import Refused
from store.values import Task
from tests.desk import STATUSES, Desk, quick, stays
from tests.engine.operations.test_followups import scan
from tests.engine.stage import contents

FIRST_DAY = date(2025, 5, 1)
OFFSETS = {"max. 1 month before stay": -30, "before stay": -1, "15 days before arrival": -15}

step = st.one_of(
    st.tuples(st.just("become"), st.sampled_from(STATUSES)),
    st.tuples(st.just("arrive"), st.one_of(st.none(), st.integers(0, 120))),
    st.tuples(st.just("leave"), st.integers(0, 120)),
    st.tuples(st.sampled_from(("done", "reopen", "delete", "by hand", "follow")), st.integers(0, 20)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)


@dataclass
class Walk:
    """A stay, the day it is, and the steps that can be taken."""

    desk: Desk
    day: date = FIRST_DAY
    seen: dict[int, tuple[date, date | None]] = field(default_factory=dict)

    def take(self, verb: str, value: int | str | None) -> None:
        """One step; what is refused changes nothing."""
        if verb == "wait":
            self.day += timedelta(int(value or 0))
            scan(self.desk, self.day.isoformat())
            return
        before, act = contents(self.desk.path), self.newest()
        try:
            self.steps[verb](self, value)
        except Refused:
            assert contents(self.desk.path) == before
            return
        if self.newest() != act:
            after = contents(self.desk.path)
            undo(self.desk.ana, self.now)
            assert contents(self.desk.path) == before
            redo(self.desk.ana, self.now)
            assert contents(self.desk.path) == after

    @property
    def now(self) -> datetime:
        """Noon of the day."""
        return self.desk.at(self.day.isoformat())

    def newest(self) -> int:
        """Number of the newest act."""
        return int(self.desk.rows("SELECT max(id) FROM act")[0][0])

    def become(self, status: int | str | None) -> None:
        self.desk.become(str(status), self.day.isoformat())

    def arrive(self, days: int | str | None) -> None:
        day = "" if days is None else FIRST_DAY + timedelta(int(days))
        entities.set_fields(self.desk.ana, self.now, "stay", "12", f"date_from={day}")

    def leave(self, days: int | str | None) -> None:
        entities.set_fields(self.desk.ana, self.now, "stay", "12", f"date_to={FIRST_DAY + timedelta(int(days or 0))}")

    def done(self, number: int | str | None) -> None:
        tasks.done(self.desk.ana, self.now, self.pick(number))

    def reopen(self, number: int | str | None) -> None:
        tasks.reopen(self.desk.ana, self.now, self.pick(number))

    def delete(self, number: int | str | None) -> None:
        tasks.delete(self.desk.ana, self.now, self.pick(number))

    def by_hand(self, number: int | str | None) -> None:
        tasks.move(self.desk.ana, self.now, self.pick(number), deadline=self.day, visible=self.day)

    def follow(self, number: int | str | None) -> None:
        tasks.move(self.desk.ana, self.now, self.pick(number), follow=True)

    def pick(self, number: int | str | None) -> int:
        """A task of the stay, superseded ones too."""
        found = self.desk.tasks("history", self.day.isoformat(), limit=0)
        return found[int(number or 0) % len(found)].id if found else 4711

    steps: dict[str, Callable[..., None]] = field(
        default_factory=lambda: {
            "become": Walk.become, "arrive": Walk.arrive, "leave": Walk.leave, "done": Walk.done,
            "reopen": Walk.reopen, "delete": Walk.delete, "by hand": Walk.by_hand, "follow": Walk.follow,
        }
    )  # fmt: skip

    def check(self) -> None:
        """What holds after every step."""
        history = {task.id: task for task in self.desk.tasks("history", self.day.isoformat(), limit=0)}
        self._one_live_task_per_model()
        self._superseded_lead_to_their_successors(history)
        self._done_tasks_stay(history)
        arrival = queries.show(self.desk.ana, self.now, "stay", "12").dates["date_from"]
        for task in history.values():
            assert task.is_done == (task.done_date is not None)
            if not task.is_done and task.superseded_at is None:
                self._open_tasks_have_the_days_of_their_dates(task, arrival)

    def _one_live_task_per_model(self) -> None:
        twice = (
            "SELECT task_model_id FROM task WHERE superseded_at IS NULL AND deleted_at IS NULL"
            " AND task_model_id IS NOT NULL GROUP BY task_model_id, object_id HAVING count(*) > 1"
        )
        assert self.desk.rows(twice) == []
        fired = "SELECT 1 FROM event_fire GROUP BY task_event_id, entity_id, value HAVING count(*) > 1"
        assert self.desk.rows(fired) == []

    def _superseded_lead_to_their_successors(self, history: dict[int, Task]) -> None:
        everything = dict(self.desk.rows("SELECT id, superseded_by_id FROM task"))
        models = dict(self.desk.rows("SELECT id, task_model_id FROM task"))
        ends = {row[0] for row in self.desk.rows("SELECT id FROM task WHERE superseded_at IS NULL")}
        for task in history.values():
            assert (task.superseded_at is None) == (task.superseded_by_id is None)
            number = task.id
            while everything[number] is not None:
                assert models[everything[number]] == task.task_model_id
                assert everything[number] > number
                number = everything[number]
            assert number in ends

    def _done_tasks_stay(self, history: dict[int, Task]) -> None:
        for number, days in self.seen.items():
            task = history.get(number)
            if task is not None and task.is_done:
                assert (task.visible_date, task.deadline_date) == days
        self.seen = {t.id: (t.visible_date, t.deadline_date) for t in history.values() if t.is_done}

    def _open_tasks_have_the_days_of_their_dates(self, task: Task, arrival: date | None) -> None:
        due = OFFSETS.get(task.deadline_event or "")
        if due is not None and not task.deadline_by_hand:
            assert task.deadline_date == (arrival and shift_date(arrival, parse_offset(due)))
        shown = OFFSETS.get(task.trigger_event or "")
        if shown is not None and not task.visible_by_hand and arrival is not None:
            assert task.visible_date == shift_date(arrival, parse_offset(shown))


@settings(max_examples=12, deadline=None)
@given(st.lists(step, min_size=4, max_size=12))
def test_any_walk_keeps_the_promises_and_can_be_taken_back(steps: list[tuple[str, int | str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = stays(Path(folder) / "desk.db")
        with quick():
            desk.event("15 days before arrival", "date_from", "-15d")
            desk.model("Send the list", "15 days before arrival", "before stay")
            desk.model("Tell the kitchen", "15 days before arrival", kind=TaskKind.INFORMATIONAL)
            walk = Walk(desk)
            for verb, value in steps:
                walk.take(verb, value)
                walk.check()
