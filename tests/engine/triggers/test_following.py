"""Triggers of tasks: when they act, what makes their actions moot, and where a loop ends (B1, B5-B8, B14)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.triggers import acting, live, refollowing
from store.database import transaction
from store.enums import TriggerAction
from tests.engine.recurring_stage import Chores, chores
from tests.engine.stage import desk
from tests.engine.triggers.schedule_stage import utc

__all__ = ["desk"]

EARLY = "2025-06-02T08:00"


@pytest.fixture
def t(desk: Path) -> Chores:
    return chores(desk)


def trigger(t: Chores, name: str, event: str, action: str, when: str = EARLY, **more: Any) -> None:
    t.do("trigger add", when, name, event, action, **more)


def task(t: Chores, when: str = EARLY, **more: Any) -> int:
    return int(t.do("task add", when, "a task", **more).id)


def waits(t: Chores) -> list[str]:
    """When what waits is due, UTC."""
    return [utc(at) for (at,) in t.ask("SELECT due_at FROM pending_action WHERE state = 'waiting' ORDER BY due_at")]


def withdrawn(t: Chores) -> list[str]:
    """The reasons, in the order of their time."""
    rows = t.ask("SELECT reason FROM pending_action WHERE state = 'withdrawn' ORDER BY due_at, id")
    return [reason for (reason,) in rows]


def acted(t: Chores) -> list[tuple[str, str | None]]:
    """Trigger and reason of what was done."""
    return t.ask(
        "SELECT t.name, p.reason FROM pending_action p JOIN trigger t ON t.id = p.trigger_id WHERE p.state = 'acted'"
        " ORDER BY p.decided_at, p.due_at, p.id"
    )


def broken(t: Chores) -> dict[str, str]:
    return dict(t.ask("SELECT name, error FROM trigger WHERE error IS NOT NULL"))


def is_open(t: Chores, number: int) -> bool:
    return not t.read(number).is_done


def test_B1_reopened_ten_days_after_completing(t: Chores) -> None:
    number = task(t)
    trigger(t, "again", "completed", "reopen", scope=f"task:{number}", delay="10d")
    t.do("task done", "2025-06-02T14:00", number)
    assert waits(t) == ["06-12 14:00"]
    t.look("2025-06-12T13:59")
    assert not is_open(t, number)
    t.look("2025-06-12T14:00")
    assert is_open(t, number)
    assert waits(t) == []


def reminders(t: Chores) -> int:
    number = task(t, deadline=date(2025, 6, 20), time="18:00", label=("remind",))
    for delay in ("-3d", "-1d", "0d", "1d"):
        trigger(t, f"at {delay}", "deadline reached", "notify", scope="label:remind", delay=delay)
    return number


def test_B5_reminders_around_a_deadline_end_when_it_is_done(t: Chores) -> None:
    number = reminders(t)
    assert waits(t) == [f"06-{day} 18:00" for day in (17, 19, 20, 21)]
    t.look("2025-06-17T18:00")
    t.do("task done", "2025-06-18", number)
    assert acted(t) == [("at -3d", None)]
    assert withdrawn(t) == ["the task was done"] * 3


def test_B6_reminders_move_with_the_deadline(t: Chores) -> None:
    number = reminders(t)
    t.do("task move", "2025-06-16", number, deadline=date(2025, 6, 25))
    assert waits(t) == [f"06-{day} 18:00" for day in (22, 24, 25, 26)]
    assert withdrawn(t) == ["its time has changed"] * 4
    t.look("2025-06-21T19:00")
    assert acted(t) == []
    t.look("2025-06-22T18:00")
    assert acted(t) == [("at -3d", None)]


def test_B7_a_task_moved_into_the_list_is_in_the_scope_and_one_moved_out_is_not(t: Chores) -> None:
    for name in ("house", "house/garden", "yard"):
        t.do("list add", EARLY, name)
    trigger(t, "due", "deadline reached", "notify", scope="list:house")
    inside, below, outside = (
        task(t, list=name, deadline=date(2025, 6, 20)) for name in ("house", "house/garden", "yard")
    )
    planned = "SELECT task_id FROM pending_action WHERE state = 'waiting' ORDER BY task_id"
    assert t.ask(planned) == [(inside,), (below,)]
    t.do("task edit", "2025-06-03", inside, list="yard")
    t.do("task edit", "2025-06-03", outside, list="house/garden")
    assert t.ask(planned) == [(below,), (outside,)]
    assert withdrawn(t) == ["the task is not in its scope any more"]
    t.do("list edit", "2025-06-03", "house/garden", parent="yard")
    assert t.ask(planned) == []
    t.do("list edit", "2025-06-03", "yard/garden", parent="house")
    assert t.ask(planned) == [(below,), (outside,)]


def test_B7_a_person_and_one_task(t: Chores) -> None:
    t.do("user add", EARLY, "bo")
    hers, other = task(t, assignee=("bo",)), task(t)
    trigger(t, "of bo", "completed", "add label: seen", scope="user:bo")
    trigger(t, "of one", "completed", "add label: one", scope=f"task:{other}")
    t.do("task done", "2025-06-03", hers, other)
    assert [t.read(number).labels for number in (hers, other)] == [("seen",), ("one",)]


@pytest.mark.parametrize(
    ("verb", "args", "more", "reason"),
    [
        ("task delete", (1,), {}, "the task was deleted"),
        ("task reopen", (1,), {}, "the task was opened again"),
        ("task label", (1,), {"remove": ("L",)}, "the task is not in its scope any more"),
        ("trigger delete", ("again",), {}, "the trigger was deleted"),
        ("trigger disable", ("again",), {}, "the trigger was switched off"),
        ("trigger pause", ("again", "a holiday"), {}, "the trigger was paused (a holiday)"),
        ("trigger edit", ("again",), {"delay": "11d"}, "its time has changed"),
        ("trigger edit", ("again",), {"scope": "label:M"}, "the task is not in its scope any more"),
        ("undo", (), {}, "undone"),
    ],
)
def test_B8_a_moot_action_is_withdrawn_with_its_reason(
    t: Chores, verb: str, args: tuple[Any, ...], more: dict[str, Any], reason: str
) -> None:
    number = task(t, label=("L",))
    trigger(t, "again", "completed", "reopen", scope="label:L", delay="10d")
    t.do("task done", "2025-06-02T14:00", number)
    t.do(verb, "2025-06-03", *args, **more)
    assert withdrawn(t) == [reason]


def test_B8_what_is_so_already_is_withdrawn(t: Chores) -> None:
    number = task(t)
    t.do("label add", EARLY, "seen")
    trigger(t, "do it", "created", "complete", delay="1d")
    trigger(t, "tell", "created", "add label: seen", delay="1d", condition="@seen")
    number = task(t)
    t.do("task done", "2025-06-02T14:00", number)
    t.look("2025-06-04")
    assert acted(t) == [("do it", "missed since 2025-06-03 08:00")]
    assert sorted(set(withdrawn(t))) == ["its condition did not hold: @seen", "the task was done already"]
    assert broken(t) == {}


def test_what_was_overlooked_is_found_when_it_is_due(t: Chores) -> None:
    number = task(t, deadline=date(2025, 6, 20))
    trigger(t, "due", "deadline reached", "notify")
    with transaction() as connection:
        connection.execute("UPDATE task SET deadline_date = '2025-06-25' WHERE id = ?", (number,))
    t.look("2025-06-20T01:00")
    assert acted(t) == []
    assert withdrawn(t) == ["its time has changed"]


def test_B14_a_loop_stops_is_marked_and_told_once_and_can_be_undone(t: Chores) -> None:
    number = task(t)
    trigger(t, "r", "completed", "reopen")
    trigger(t, "c", "reopened", "complete")
    t.do("task done", "2025-06-03", number)
    why = "stopped: it acted already for the same cause"
    assert broken(t) == {"r": why, "c": why}
    told = t.ask("SELECT subject, text FROM notification")
    assert told == [("2 triggers stopped that made one another act", "r, c: it acted already for the same cause")]
    assert t.look("2025-06-04") == 0
    t.do("undo", "2025-06-04")
    assert is_open(t, number)


def test_B14_a_long_chain_stops_at_the_limit(t: Chores) -> None:
    number = task(t, label=("l0",))
    for at in range(6):
        trigger(t, f"t{at}", f"label added: l{at + 1}", f"add label: l{at + 2}")
    t.do("task label", "2025-06-03", number, add=("l1",))
    assert t.read(number).labels == tuple(f"l{at}" for at in range(7))
    assert broken(t) == {
        f"t{at}": "stopped: 5 triggers acted one after the other for the same cause" for at in range(6)
    }


def test_F61_a_loop_with_short_delays_stops_too_and_one_of_days_goes_on(t: Chores) -> None:
    number = task(t)
    trigger(t, "r", "completed", "reopen", delay="5min")
    trigger(t, "c", "reopened", "complete", delay="5min")
    t.do("task done", "2025-06-03T12:00", number)
    t.look("2025-06-03T12:05", "2025-06-03T12:10", "2025-06-03T12:15")
    assert broken(t).keys() == {"r", "c"}
    assert [name for name, _ in acted(t)] == ["r", "c"]
    t.do("trigger edit", "2025-06-03T13:00", "r", delay="1d")
    t.do("trigger edit", "2025-06-03T13:00", "c", delay="1d")
    t.do("task done" if is_open(t, number) else "task reopen", "2025-06-03T13:00", number)
    t.look(*(f"2025-06-{day:02d}T13:00" for day in range(4, 12)))
    assert broken(t) == {}
    assert len(acted(t)) == 2 + 8


def test_F61_one_that_acts_too_often_is_stopped_and_ten_thousand_at_once_are_one(t: Chores) -> None:
    trigger(t, "seen", "created", "add label: seen")
    for _ in range(61):
        task(t)
    assert broken(t) == {"seen": "it acted 61 times within a minute"}


def test_two_labels_with_opposite_triggers_act_in_the_order_in_which_they_were_made(t: Chores) -> None:
    trigger(t, "one", "created", "complete", scope="label:a")
    trigger(t, "two", "created", "reopen", scope="label:b")
    assert is_open(t, task(t, label=("a", "b")))
    assert broken(t) == {}


def test_a_label_that_comes_after_the_event_counts_from_it_if_that_lies_ahead(t: Chores) -> None:
    number, old = task(t), task(t)
    trigger(t, "again", "completed", "reopen", scope="label:L", delay="10d")
    t.do("task done", "2025-05-01", old)
    t.do("task done", "2025-06-02T14:00", number)
    t.do("task label", "2025-06-05", number, old, add=("L",))
    assert waits(t) == ["06-12 14:00"]


def test_late_ones_of_a_task_act_once(t: Chores) -> None:
    number = task(t)
    trigger(t, "tell", "label added", "notify", delay="1d")
    for day in (3, 4):
        t.do("task label", f"2025-06-{day:02d}T11:00", number, add=(f"L{day}",))
    t.look("2025-06-10")
    assert acted(t) == [("tell", "missed since 2025-06-05 11:00")]
    assert withdrawn(t) == ["missed; it acts once for all that was missed"]
    assert t.ask("SELECT count(*) FROM notification") == [(1,)]


def test_what_a_person_cancelled_stays_cancelled(t: Chores) -> None:
    number = task(t, deadline=date(2025, 6, 20))
    trigger(t, "due", "deadline reached", "notify")
    t.do("trigger cancel", "2025-06-03", 1)
    t.do("task edit", "2025-06-03", number, name="other")
    assert waits(t) == []


def test_a_fault_of_a_trigger_harms_it_alone(t: Chores, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> Any:
        raise RuntimeError("out of paint")

    monkeypatch.setitem(acting.ACTIONS, TriggerAction.ADD_LABEL, fault)
    trigger(t, "paint", "created", "add label: red")
    trigger(t, "do it", "created", "complete")
    number = task(t)
    assert broken(t) == {"paint": "RuntimeError: out of paint"}
    assert not is_open(t, number)
    assert t.ask("SELECT subject FROM notification") == [("trigger paint was stopped",)]


def test_a_trigger_that_cannot_be_read_harms_it_alone(t: Chores) -> None:
    trigger(t, "odd", "created", "complete")
    trigger(t, "good", "created", "add label: seen")
    with transaction() as connection:
        connection.execute("UPDATE trigger SET params = '{' WHERE name = 'odd'")
    assert t.read(task(t)).labels == ("seen",)
    t.look("2025-06-03")
    assert broken(t)["odd"].startswith("it cannot be read: ")
    assert "good" not in broken(t)


def test_a_change_that_concerns_many_tasks_is_planned_by_the_engine_in_pieces(
    t: Chores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refollowing, "AT_ONCE", 2)
    monkeypatch.setattr(refollowing, "PIECE", 2)
    numbers = [task(t, deadline=date(2025, 6, 20), label=("L",)) for _ in range(5)]
    trigger(t, "due", "deadline reached", "notify", scope="label:L")
    assert waits(t) == []
    t.look("2025-06-03")
    assert waits(t) == ["06-20 00:00"] * 5
    assert "planned anew for triggers: 5 tasks" in t.said
    t.do("setting set", "2025-06-03", "zone", "Asia/Tokyo")
    t.do("trigger edit", "2025-06-03", "due", delay="1d")
    t.look("2025-06-03")
    assert waits(t) == ["06-20 15:00"] * 5
    t.do("trigger edit", "2025-06-03", "due", scope=f"task:{numbers[0]}")
    t.look("2025-06-03")
    assert waits(t) == ["06-20 15:00"]


def test_triggers_are_read_anew_only_when_a_definition_has_changed(t: Chores) -> None:
    trigger(t, "seen", "created", "add label: seen")
    with transaction() as connection:
        version = "SELECT version FROM feed WHERE kind = 'trigger'"
        before = connection.execute(version).fetchone()
        connection.execute("UPDATE trigger SET times = 7, last_at = 1, minute_count = 2, follow_after = 3")
        assert connection.execute(version).fetchone() == before
        connection.execute("UPDATE trigger SET params = ?", (json.dumps({"label": "x", "label_id": 1}),))
        assert connection.execute(version).fetchone() != before
        assert live.at_work(connection)[0].params["label"] == "x"
