"""E8: what people are told because a day has come, each once, and taken back by whatever makes it moot."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from engine import notices, telling
from engine.moments import moment
from engine.notices import AT_ONCE, Notices
from engine.operations import entities, lists, notifications, task_editing, tasks
from engine.operations.undo import undo
from engine.queries.notifications import listed
from store.connection import connect
from store.errors import Refused
from store.instants import from_us, to_us
from tests.desk import ZONE, Desk, desk, refused

__all__ = ["desk"]


class Engine:
    """The look of an engine that lives on, or with `again` of a new one."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.said: list[str] = []
        self.again()

    def again(self) -> None:
        self.notices = Notices(self.said.append)

    def passes(self, when: str) -> int:
        """Pass after pass until nothing is left to do; how many that took."""
        now = self.desk.at(when)
        with closing(connect(self.desk.path)) as connection:
            for count in range(1, 10_000):
                self.notices.look(connection, to_us(now), now.date())
                if not self.notices.has_more:
                    assert self.said == []
                    return count
        raise AssertionError("it never ends")


@pytest.fixture
def engine(desk: Desk) -> Engine:
    desk.become("confirmed", "2025-05-20T10:15")
    return Engine(desk)


def told(desk: Desk) -> list[Any]:
    """(task, kind, why it was withdrawn), in order."""
    return desk.rows(
        "SELECT t.name, n.kind, n.withdrawn_reason FROM notification n JOIN task t ON t.id = n.task_id"
        " ORDER BY n.kind, t.id"
    )


SUMMARY, ALLERGY, WAITING = "Prepare summary sheet", "Collect allergy info", "Finalize waiting list"


def test_E8_each_open_task_is_told_of_once_on_its_day_and_once_when_it_is_late(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-13")
    assert told(desk) == []
    for _ in range(2):
        engine.passes("2025-06-14T00:01")
        engine.passes("2025-06-14T18:00")
        assert told(desk) == [(name, "due", None) for name in (SUMMARY, ALLERGY, WAITING)]
        engine.again()
    engine.passes("2025-06-15")
    engine.passes("2025-06-16")
    late = [(name, "late", None) for name in (SUMMARY, ALLERGY, WAITING)]
    assert told(desk) == [(name, "due", "it is late now") for name in (SUMMARY, ALLERGY, WAITING)] + late
    subjects = [notice.subject for notice in listed(desk.ana, desk.at("2025-06-16"))]
    assert subjects == [f"{name} is late" for name in (WAITING, ALLERGY, SUMMARY)]
    assert [notice.text for notice in listed(desk.ana, desk.at("2025-06-16"))] == ["stay 12 · due Sat 14 Jun 2025"] * 3


def test_E8_completing_withdraws_it_and_undo_brings_the_same_one_back(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-14")
    tasks.done(desk.ana, desk.at("2025-06-14T10:00"), desk.task(ALLERGY).id)
    assert told(desk) == [(SUMMARY, "due", None), (ALLERGY, "due", "done by Ana"), (WAITING, "due", None)]
    undo(desk.ana, desk.at("2025-06-14T10:05"))
    engine.passes("2025-06-14T10:06")
    assert told(desk) == [(name, "due", None) for name in (SUMMARY, ALLERGY, WAITING)]


def test_E8_a_task_that_is_moved_is_told_of_on_its_new_day(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-15")
    tasks.move(desk.ana, desk.at("2025-06-15T10:00"), desk.task(ALLERGY).id, deadline=date(2025, 6, 20))
    assert (ALLERGY, "late", "moved to 2025-06-20") in told(desk)
    engine.passes("2025-06-19")
    assert len(told(desk)) == 3
    engine.passes("2025-06-20")
    assert (ALLERGY, "due", None) in told(desk)


def test_E8_a_task_made_on_its_day_is_told_of_at_once(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-10")
    made = tasks.add(desk.ana, desk.at("2025-06-10T09:00"), "Call the baker", deadline=date(2025, 6, 10))
    hidden = tasks.add(
        desk.ana, desk.at("2025-06-10T09:00"), "Later", deadline=date(2025, 6, 10), visible=date(2025, 6, 12)
    )
    engine.passes("2025-06-10T09:01")
    assert told(desk) == [("Call the baker", "due", None)]
    tasks.delete(desk.ana, desk.at("2025-06-10T09:02"), made.id)
    assert told(desk) == [("Call the baker", "due", "the task was deleted")]
    engine.passes("2025-06-12")
    assert ("Later", "late", None) in told(desk)
    tasks.done(desk.bo, desk.at("2025-06-12"), hidden.id)
    assert ("Later", "late", "done by Bo") in told(desk)


def test_E8_when_the_dates_of_a_stay_move_its_notices_are_withdrawn(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-14")
    entities.set_fields(desk.ana, desk.at("2025-06-14T10:00"), "stay", "12", "date_from=2025-07-21")
    assert {reason for _, _, reason in told(desk)} == {"moved to 2025-06-21"}
    desk.become("option", "2025-06-14T11:00")
    desk.become("confirmed", "2025-06-14T12:00")
    engine.passes("2025-06-21")
    assert [name for name, _, reason in told(desk) if reason is None] == [SUMMARY, ALLERGY, WAITING]


def test_E8_what_was_dismissed_stays_away_and_what_was_snoozed_comes_back(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-14")
    first, second, third = (notice.id for notice in listed(desk.ana, desk.at("2025-06-14")))
    notifications.dismiss(desk.ana, desk.at("2025-06-14T09:00"), first)
    notifications.snooze(desk.ana, desk.at("2025-06-14T09:00"), second, for_="2h")
    engine.again()
    engine.passes("2025-06-14T10:00")
    assert [notice.id for notice in listed(desk.ana, desk.at("2025-06-14T10:59"))] == [third]
    assert [notice.id for notice in listed(desk.ana, desk.at("2025-06-14T11:00"))] == [second, third]
    with pytest.raises(Refused, match="was dismissed already"):
        notifications.dismiss(desk.ana, desk.at("2025-06-14T12:00"), first)
    notifications.dismiss(desk.ana, desk.at("2025-06-14T12:00"), every=True)
    assert listed(desk.ana, desk.at("2025-06-14T12:00")) == ()


def test_a_pass_is_bounded_however_many_tasks_are_due(desk: Desk, engine: Engine) -> None:
    many = 5 * AT_ONCE + 7
    with closing(connect(desk.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        connection.executemany(
            "INSERT INTO task (name, visible_date, deadline_date, created_at) VALUES (?, '2025-01-01', ?, 0)",
            [(f"task {number}", f"2025-0{1 + number % 5}-10") for number in range(many)],
        )
        connection.execute("COMMIT")
    took = engine.passes("2025-06-10")
    assert many // AT_ONCE <= took <= many // AT_ONCE + 2
    assert desk.rows("SELECT count(*), count(DISTINCT task_id) FROM notification") == [(many, many)]
    took_again = []
    for minute in range(3):
        began = time.process_time()
        assert engine.passes(f"2025-06-10T13:0{minute}") == 1, "nothing changed: nothing is walked again"
        took_again.append(time.process_time() - began)
    assert min(took_again) < 0.1


def test_the_walk_follows_its_index(desk: Desk) -> None:
    lists.add(desk.ana, desk.at("2025-06-10"), "far", zone="Asia/Tokyo")
    with closing(connect(desk.path)) as connection:
        at = moment(connection, desk.at("2025-06-10"))

        def plan(which: str, *values: object) -> str:
            sql, given = notices.query(at, which, *values)
            return str(connection.execute(f"EXPLAIN QUERY PLAN {sql}", given).fetchall())

        for which in (notices.SAME_DAY, notices.LATER_DAYS):
            found = plan(which, "2025-06-01", 5, "2025-06-10", 10)
            assert "SEARCH task USING INDEX task_open" in found
            assert "TEMP B-TREE" not in found
        assert "SEARCH task USING INTEGER PRIMARY KEY" in plan(notices.CHANGED, "2025-06-10", "[1]")


def test_E8_a_task_with_a_time_is_late_from_its_time_on_and_the_engine_wakes_for_it(desk: Desk, engine: Engine) -> None:
    at, day = desk.at("2025-06-09"), date(2025, 6, 10)
    tasks.add(desk.ana, at, "Call the baker", deadline=day, time="09:30")
    lists.add(desk.ana, at, "far", zone="Asia/Tokyo")
    tasks.add(desk.ana, at, "Send it", deadline=day, list="far")
    woken = []
    for _ in range(3):
        engine.passes("2025-06-09T16:59" if not woken else woken[-1].strftime("%Y-%m-%dT%H:%M:%S"))
        assert engine.notices.next_at is not None
        woken.append(from_us(engine.notices.next_at).astimezone(ZONE))
        if len(woken) == 1:
            assert told(desk) == []
    # midnight of Tokyo; midnight here, when the other task is due; its time
    assert [f"{each:%d %H:%M}" for each in woken] == ["09 17:00", "10 00:00", "10 09:30"]
    assert told(desk) == [("Call the baker", "due", None), ("Send it", "due", None)]
    engine.passes("2025-06-10T09:29:59")
    assert len(told(desk)) == 2
    engine.passes("2025-06-10T09:30")
    assert told(desk)[0] == ("Call the baker", "due", "it is late now")
    assert told(desk)[2] == ("Call the baker", "late", None)
    engine.passes("2025-06-10T17:00")
    assert told(desk)[1] == ("Send it", "due", "it is late now")
    assert len(told(desk)) == 4
    engine.again()
    engine.passes("2025-06-10T17:01")
    assert len(told(desk)) == 4, "each once, whoever looks"


def test_E8_a_late_task_that_is_put_off_within_its_day_is_told_of_again_at_its_new_time(
    desk: Desk, engine: Engine
) -> None:
    day = date(2025, 6, 10)
    task = tasks.add(desk.ana, desk.at("2025-06-09"), "Call the baker", deadline=day, time="09:30")
    engine.passes("2025-06-10T10:00")
    assert told(desk) == [("Call the baker", "late", None)]
    task_editing.edit(desk.ana, desk.at("2025-06-10T10:01"), task.id, time="15:00")
    engine.passes("2025-06-10T10:02")
    late = ("Call the baker", "late", "moved to 2025-06-10 15:00")
    assert told(desk) == [("Call the baker", "due", None), late]
    undo(desk.ana, desk.at("2025-06-10T10:03"))
    engine.passes("2025-06-10T10:04")
    assert told(desk)[1:] == [("Call the baker", "late", None)], "the same one again"
    task_editing.edit(desk.ana, desk.at("2025-06-10T10:05"), task.id, time="15:00")
    engine.passes("2025-06-10T15:00")
    assert [each for each in told(desk) if each[1] == "late"] == [late, ("Call the baker", "late", None)]


def test_old_notices_are_forgotten_but_not_those_that_would_be_told_again(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-15")
    tasks.done(desk.ana, desk.at("2025-06-15T10:00"), desk.task(ALLERGY).id)
    late = next(notice.id for notice in listed(desk.ana, desk.at("2025-06-15T11:00")) if SUMMARY in notice.subject)
    notifications.dismiss(desk.ana, desk.at("2025-06-15T11:00"), late)
    with closing(connect(desk.path)) as connection:
        assert telling.forget(connection, to_us(desk.at("2025-06-14")), 100) == 0, "young"
        assert telling.forget(connection, to_us(desk.at("2025-09-14")), 100) == 1
    engine.again()
    engine.passes("2025-06-16")
    assert told(desk) == [(SUMMARY, "late", None), (WAITING, "late", None)]


def test_Z10_a_notice_is_for_those_it_concerns_and_follows_the_task(desk: Desk, engine: Engine) -> None:
    task_editing.assign(desk.ana, desk.at("2025-06-13"), desk.task(ALLERGY).id, to=("Ana",))
    engine.passes("2025-06-14")
    at = desk.at("2025-06-14T09:00")

    def names(who: Any) -> list[str]:
        return [notice.subject.removesuffix(" is due today") for notice in listed(who, at)]

    assert names(desk.ana) == [WAITING, ALLERGY, SUMMARY]
    assert names(desk.bo) == [WAITING, SUMMARY]
    number = listed(desk.ana, at)[1].id
    assert refused(notifications.dismiss, desk.bo, at, number) == f"There is no notice {number}."
    task_editing.assign(desk.ana, at, desk.task(ALLERGY).id, to=("Bo",))
    assert names(desk.ana) == [WAITING, SUMMARY]
    assert names(desk.bo) == [WAITING, ALLERGY, SUMMARY]


def test_what_one_puts_away_the_others_still_see(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-14")
    at = desk.at("2025-06-14T09:00")
    first, second, third = (notice.id for notice in listed(desk.ana, at))
    notifications.dismiss(desk.ana, at, first)
    notifications.snooze(desk.ana, at, second)
    assert [notice.id for notice in listed(desk.ana, at)] == [third]
    assert [notice.state(to_us(at)) for notice in listed(desk.ana, at, every=True)] == ["dismissed", "snoozed", "open"]
    assert [notice.id for notice in listed(desk.bo, at)] == [first, second, third]
    assert [notice.state(to_us(at)) for notice in listed(desk.bo, at, every=True)] == ["open"] * 3
    assert desk.rows("SELECT count(*) FROM notification WHERE dismissed_at IS NOT NULL AND user_id IS NULL") == [(0,)]
    notifications.dismiss(desk.bo, at, first)
    over = desk.rows("SELECT id FROM notification WHERE dismissed_at IS NOT NULL AND user_id IS NULL")
    assert over == [(first,)], "everybody has put it away"


def test_what_a_person_put_away_is_kept_as_long_as_the_notice(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-14")
    at = desk.at("2025-06-14T09:00")
    notifications.dismiss(desk.ana, at, every=True)
    with closing(connect(desk.path)) as connection:
        assert telling.forget(connection, to_us(desk.at("2025-09-14")), 100) == 0
        assert listed(desk.ana, at) == ()
        for task in (SUMMARY, ALLERGY, WAITING):
            tasks.done(desk.ana, at, desk.task(task).id)
        assert telling.forget(connection, to_us(desk.at("2025-09-14")), 100) == 3
        assert telling.forget(connection, to_us(desk.at("2025-09-14")), 100) == 3
    assert desk.rows("SELECT count(*) FROM notification") == [(0,)]


def test_a_task_that_is_put_off_takes_its_notices_along(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-14")
    at = desk.at("2025-06-14T09:00")
    tasks.move(desk.ana, at, desk.task(ALLERGY).id, visible=date(2025, 6, 18))
    assert len(listed(desk.ana, at)) == 2
    engine.passes("2025-06-17")
    assert len(listed(desk.ana, desk.at("2025-06-17"))) == 2
    engine.passes("2025-06-18")
    subjects = [notice.subject for notice in listed(desk.ana, desk.at("2025-06-18"))]
    assert subjects[0] == f"{ALLERGY} is late"
    assert len(subjects) == 3


def test_putting_off_can_be_undone_and_the_notice_is_there_again(desk: Desk, engine: Engine) -> None:
    engine.passes("2025-06-14")
    at = desk.at("2025-06-14T09:00")
    tasks.move(desk.ana, at, desk.task(ALLERGY).id, visible=date(2025, 6, 18))
    undo(desk.ana, at)
    assert len(listed(desk.ana, at)) == 3
