"""What waits is done at once or cancelled by a person; what becomes of triggers when their things go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.operations import (
    definitions,
    entities,
    labels,
    lists,
    schedules,
    task_editing,
    tasks,
    trigger_actions,
    triggers,
)
from engine.operations.undo import redo, undo
from engine.queries import tasks as task_queries
from engine.queries import triggers as queries
from store.enums import PendingState
from store.errors import Refused
from store.instants import to_us
from tests.engine.operations.test_triggers import DAY, MINUTE, house, made
from tests.engine.stage import ANA, AT, contents, desk, file_bytes, rows

__all__ = ["desk", "house"]


@pytest.fixture
def waits(house: Path) -> Path:
    """Two done tasks that are to be opened again after ten days: actions 1 and 2."""
    made(delay="10d")
    tasks.done(ANA, AT, 1, 3)
    return house


def upcoming() -> list[tuple[int, str]]:
    return [(each.id, each.subject) for each in queries.upcoming(ANA, AT)]


def is_done(number: int) -> bool:
    return task_queries.show(ANA, AT, number).is_done


def test_an_action_is_done_at_once_and_taken_back(waits: Path) -> None:
    assert upcoming() == [(1, "task:1"), (2, "task:3")]
    (done,) = trigger_actions.act_now(ANA, AT + DAY, 1)
    assert (done.state, done.reason, done.touched) == (PendingState.ACTED, "at once, by ana", 1)
    assert (is_done(1), is_done(3)) == (False, True)
    assert upcoming() == [(2, "task:3")]
    assert queries.one(ANA, AT, "again").times == 1
    undo(ANA, AT + 2 * DAY)
    assert is_done(1)
    assert upcoming() == [(1, "task:1"), (2, "task:3")]
    redo(ANA, AT + 2 * DAY)
    assert (is_done(1), upcoming()) == (False, [(2, "task:3")])


def test_an_action_is_cancelled_for_good_until_that_is_taken_back(waits: Path) -> None:
    (gone,) = trigger_actions.cancel(ANA, AT + MINUTE, 2, reason="on holiday")
    assert (gone.state, gone.reason) == (PendingState.WITHDRAWN, "cancelled by ana: on holiday")
    task_editing.edit(ANA, AT + MINUTE, 3, name="Read it")
    assert upcoming() == [(1, "task:1")]
    (line,) = [each for each in queries.history(ANA, AT) if each.task_id == 3]
    assert line.act_id is not None
    undo(ANA, AT + 2 * MINUTE, id_=line.act_id)
    assert upcoming() == [(1, "task:1"), (2, "task:3")]


def test_several_actions_are_one_act(waits: Path) -> None:
    trigger_actions.cancel(ANA, AT, 1, 2)
    assert upcoming() == []
    undo(ANA, AT)
    assert len(upcoming()) == 2
    trigger_actions.act_now(ANA, AT, 1, 2)
    assert not is_done(1)
    assert not is_done(3)


def test_an_action_asks_its_condition_when_it_is_done_early(house: Path) -> None:
    made(delay="10d", condition="@urgent")
    tasks.done(ANA, AT, 3)
    (line,) = trigger_actions.act_now(ANA, AT, 1)
    assert line.state is PendingState.WITHDRAWN
    assert line.reason == "its condition did not hold: @urgent"
    assert is_done(3)


def test_a_saturday_is_had_early_and_the_next_is_waited_for(house: Path) -> None:
    made("saturdays", "schedule: weekly sat 00:00", scope="label:urgent")
    tasks.done(ANA, AT, 1)
    (first,) = queries.upcoming(ANA, AT)
    (done,) = trigger_actions.act_now(ANA, AT + MINUTE, first.id)
    assert (done.state, done.touched, is_done(1)) == (PendingState.ACTED, 1, False)
    (second,) = queries.upcoming(ANA, AT)
    assert second.due_at == first.due_at + to_us(AT + 7 * DAY) - to_us(AT)
    assert rows(house, "SELECT planned_at, state, reason FROM occurrence") == [
        (first.due_at, "fired", "at once, by ana")
    ]
    trigger_actions.cancel(ANA, AT + MINUTE, second.id)
    assert queries.upcoming(ANA, AT)[0].due_at == second.due_at + to_us(AT + 7 * DAY) - to_us(AT)
    undo(ANA, AT + MINUTE)
    undo(ANA, AT + MINUTE)
    assert is_done(1)
    assert [each.due_at for each in queries.upcoming(ANA, AT)] == [first.due_at]


def test_an_action_for_an_entity_is_done_at_once(house: Path) -> None:
    entities.add(ANA, AT, "stay", "12", "date_from=2025-07-14")
    made("soon", "field: date_from", "create task: Prepare", scope="class:stay", delay="-3d")
    (waiting,) = queries.upcoming(ANA, AT)
    assert waiting.entity_id is not None
    (done,) = trigger_actions.act_now(ANA, AT, waiting.id)
    assert (done.state, done.touched) == (PendingState.ACTED, 1)
    assert rows(house, "SELECT count(*) FROM task WHERE name = 'Prepare'") == [(1,)]


def test_actions_that_do_not_wait_are_refused(waits: Path) -> None:
    trigger_actions.cancel(ANA, AT, 1)
    before = file_bytes(waits)
    for numbers, why in [
        ((1,), r"Action 1 does not wait any more: it was withdrawn \(cancelled by ana\)"),
        ((2, 1), "Action 1 does not wait"),
        ((99,), "There is no action 99"),
        ((), "Name actions by their ids"),
    ]:
        for verb in (trigger_actions.cancel, trigger_actions.act_now):
            with pytest.raises(Refused, match=why):
                verb(ANA, AT, *numbers)
    assert file_bytes(waits) == before


def test_a_label_takes_its_triggers_along_and_brings_them_back(house: Path) -> None:
    made("own", delay="10d", scope="label:urgent")
    made("planned", "schedule: weekly sat 00:00", scope="label:urgent")
    made("puts it on", "created", "add label: urgent")
    made("waits for it", "label added: urgent", "notify")
    made("asks for it", "created", "notify", condition="@urgent")
    made("other", "deleted", "notify")
    tasks.done(ANA, AT, 1)
    before, waiting = contents(house), [(each.subject, each.due_at) for each in queries.upcoming(ANA, AT)]
    assert len(waiting) == 2
    labels.delete(ANA, AT + MINUTE, "urgent")
    assert rows(house, "SELECT words FROM act ORDER BY id DESC LIMIT 1") == [
        ("deleted label: urgent with 2 triggers; 3 triggers stopped, which named it",)
    ]
    found = {each.name: each.error for each in queries.listed(ANA, AT)}
    assert found["other"] is None
    assert found["puts it on"] == found["waits for it"] == "the label urgent was deleted"
    assert "'urgent' is no label" in str(found["asks for it"])
    assert {"own", "planned"}.isdisjoint(found)
    assert queries.upcoming(ANA, AT) == ()
    assert {each.reason for each in queries.history(ANA, AT)} == {"the label urgent was deleted"}
    undo(ANA, AT + 2 * MINUTE)
    after = contents(house)
    assert [after[table] for table in ("trigger", "label", "task_label")] == [
        before[table] for table in ("trigger", "label", "task_label")
    ]
    assert [(each.subject, each.due_at) for each in queries.upcoming(ANA, AT)] == waiting


@pytest.mark.parametrize(
    ("scope", "action", "delete"),
    [
        ("list:house/garden", "create task: x", lambda: lists.delete(ANA, AT, "house/garden")),
        ("user:cy", "notify", lambda: definitions.delete_user(ANA, AT, "cy")),
    ],
)
def test_lists_and_people_take_their_triggers_along(house: Path, scope: str, action: str, delete: Any) -> None:
    definitions.add_user(ANA, AT, "cy")
    tasks.delete(ANA, AT, 1)
    made("own", scope=scope)
    more = {"list": "house/garden"} if action != "notify" else {"to": "cy"}
    made("names it", "created", action, **more)
    delete()
    (left,) = queries.listed(ANA, AT)
    assert (left.name, left.state) == ("names it", "broken")
    undo(ANA, AT)
    assert {each.name: each.state for each in queries.listed(ANA, AT)} == {"own": "on", "names it": "on"}


def test_a_person_who_owns_triggers_is_not_deleted(house: Path) -> None:
    made()
    with pytest.raises(Refused, match="1 trigger"):
        definitions.delete_user(ANA, AT, "ana")


def test_a_class_takes_its_triggers_along_and_keeps_what_they_wait_for(house: Path) -> None:
    made("own", "status: confirmed", "notify", scope="class:stay")
    made("day", "field: date_from", "set status: quote", scope="class:stay", delay="-3d")
    with pytest.raises(Refused, match="'confirmed' cannot be left out: the trigger 'own' uses it"):
        definitions.edit_class(ANA, AT, "stay", None, ("quote",))
    with pytest.raises(Refused, match="'quote' cannot be left out: the trigger 'day' uses it"):
        definitions.edit_class(ANA, AT, "stay", None, ("confirmed",))
    with pytest.raises(Refused, match="'date_from' cannot be left out: the trigger 'day' uses it"):
        definitions.edit_class(ANA, AT, "stay", None, None, ("date_to",))
    definitions.delete_class(ANA, AT, "stay")
    assert queries.listed(ANA, AT) == ()
    undo(ANA, AT)
    assert len(queries.listed(ANA, AT)) == 2


def test_a_job_that_is_deleted_stops_the_triggers_that_name_it(house: Path) -> None:
    made("runs it", action="run: nightly")
    made("watches it", "run failed: nightly", "notify")
    schedules.delete(ANA, AT, "nightly")
    assert [each.error for each in queries.listed(ANA, AT)] == ["the schedule nightly was deleted"] * 2


@pytest.mark.parametrize(
    ("condition", "rename"),
    [
        ("@urgent", lambda: labels.edit(ANA, AT, "urgent", "burning")),
        ("#garden", lambda: lists.edit(ANA, AT, "house/garden", name="park")),
        ("!bo", lambda: definitions.edit_user(ANA, AT, "bo", name="robert")),
    ],
)
def test_a_name_that_a_condition_asks_for_and_that_changed_is_told(house: Path, condition: str, rename: Any) -> None:
    made("asks", condition=condition)
    rename()
    assert f"'{condition[1:]}' is no" in str(queries.one(ANA, AT, "asks").error)
    undo(ANA, AT)
    assert queries.one(ANA, AT, "asks").error is None
    rename()
    assert triggers.edit(ANA, AT, "asks", condition="#house").error is None


def test_a_trigger_of_one_task_stays_for_it_may_come_back(house: Path) -> None:
    made("alone", scope="task:1", delay="1d")
    tasks.delete(ANA, AT, 1)
    assert queries.one(ANA, AT, "alone").state == queries.listed(ANA, AT)[0].state == "its task is deleted"
    undo(ANA, AT)
    assert queries.one(ANA, AT, "alone").state == "on"


def test_B7_a_task_lists_the_triggers_that_touch_it_and_where_each_comes_from(house: Path) -> None:
    made("alone", scope="task:1", delay="1d")
    made("in house", scope="list:house", delay="2d")
    made("in garden", scope="list:house/garden", delay="3d")
    made("with label", scope="label:urgent", delay="4d")
    made("of bo", scope="user:bo", delay="5d")
    made("everywhere", delay="6d")

    def of(number: int) -> list[tuple[str, str]]:
        return [(each.trigger, each.origin) for each in queries.of_task(ANA, AT, number)]

    garden = ("in garden", "list house/garden")
    assert of(1) == [
        ("alone", "this task alone"), garden, ("in house", "list house"), ("with label", "label urgent"),
        ("everywhere", "all tasks"),
    ]  # fmt: skip
    assert of(2) == [("in house", "list house"), ("of bo", "user bo"), ("everywhere", "all tasks")]
    tasks.done(ANA, AT, 1)
    first = {each.trigger: each.next_at for each in queries.of_task(ANA, AT, 1)}
    assert first["in garden"] == to_us(AT + timedelta(days=3))
    with pytest.raises(Refused, match="There is no task 77"):
        of(77)
