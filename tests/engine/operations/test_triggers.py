"""The verbs of triggers: what is kept, what is refused by which key, and that all of it can be taken back."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SystemClock
from engine.operations import definitions, labels, lists, schedules, task_editing, tasks, triggers
from engine.operations.undo import redo, undo
from engine.queries import triggers as queries
from engine.triggers.look import TriggerLook
from store.connection import connect
from store.enums import Roll, Scope, TriggerAction, TriggerEvent
from store.errors import Refused
from store.instants import to_us
from store.trigger_values import Trigger
from tests.engine.stage import ANA, AT, BO, contents, desk, file_bytes, rows

__all__ = ["desk"]

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(desk: Path) -> Path:
    """A store with a list in a list, a label, two people, a class, a job and three tasks."""
    definitions.add_class(ANA, AT, "stay", ("quote", "confirmed"), ("date_from",))
    definitions.add_user(ANA, AT, "ana", login="ana")
    definitions.add_user(ANA, AT, "bo", login="bo", zone="Europe/Moscow")
    lists.add(ANA, AT, "house/garden")
    labels.add(ANA, AT, "urgent")
    schedules.add(ANA, AT, "nightly", "daily 02:00", command="true")
    tasks.add(ANA, AT, "Water", list="house/garden", label=("urgent",))
    tasks.add(ANA, AT, "Paint", list="house", assignee=("bo",), deadline=date(2025, 6, 20))
    tasks.add(ANA, AT, "Read")
    return desk


def made(name: str = "again", event: str = "completed", action: str = "reopen", **more: Any) -> Trigger:
    """A trigger that ana adds."""
    return triggers.add(ANA, AT, name, event, action, **more)


def kept(number: int = 1) -> Trigger:
    return queries.one(ANA, AT, str(number))


def break_it(path: Path, why: str) -> None:
    """Mark every trigger, as the engine does."""
    with closing(connect(path)) as connection:
        connection.execute('UPDATE "trigger" SET error = ?', (why,))


def states(path: Path) -> list[Any]:
    return rows(path, "SELECT subject, state, reason FROM pending_action ORDER BY id")


def test_a_trigger_is_kept_as_it_was_said(house: Path) -> None:
    trigger = made(
        event="deadline reached", action="notify: soon", scope="label:urgent", delay="-2bd", roll=Roll.PREVIOUS,
        calendar="BE", condition="  #house   @urgent ", text="look", severity="urgent", to="assignees",
        description="why",
    )  # fmt: skip
    assert (trigger.scope, trigger.scope_name, trigger.event) == (Scope.LABEL, "urgent", TriggerEvent.DEADLINE)
    assert (trigger.delay, trigger.roll, trigger.calendar) == ("-2bd", Roll.PREVIOUS, "BE")
    assert (trigger.condition, trigger.description, trigger.owner) == ("#house @urgent", "why", "ana")
    assert trigger.action is TriggerAction.NOTIFY
    assert trigger.params == {"subject": "soon", "text": "look", "severity": "urgent", "to": "assignees"}


def test_a_label_that_nobody_has_used_is_made_with_its_trigger(house: Path) -> None:
    trigger = made(scope="label:weekly on Saturday", action="add label: done before")
    assert (trigger.scope_name, trigger.params) == ("weekly on Saturday", {"label": "done before"})
    assert rows(house, "SELECT name FROM label ORDER BY id") == [("urgent",), ("weekly on Saturday",), ("done before",)]


def test_things_are_kept_by_id_so_that_other_names_do_no_harm(house: Path) -> None:
    made("a", "label added: urgent", "add label: new", scope="list:house/garden")
    made("b", "run failed: nightly", "create task: Look", list="house", label=("urgent",), assignee=("bo",),
         deadline="2bd")  # fmt: skip
    made("c", "created", "notify", scope="user:bo", to="bo")
    made("d", "status: confirmed", "run: nightly", scope="class:stay")
    labels.edit(ANA, AT, "urgent", "burning")
    labels.edit(ANA, AT, "new", "newest")
    lists.edit(ANA, AT, "house", name="home")
    definitions.edit_user(ANA, AT, "bo", name="bob")
    schedules.edit(ANA, AT, "nightly", name="every night")
    definitions.edit_class(ANA, AT, "stay", name="visit")
    a, b, c, d = queries.listed(ANA, AT)
    assert (a.scope_name, a.event_value, a.params) == ("home/garden", "burning", {"label": "newest"})
    assert b.event_value == "every night"
    assert b.params == {
        "name": "Look", "deadline": "2bd", "list": "home", "labels": ["burning"], "assignees": ["bob"],
    }  # fmt: skip
    assert (c.scope_name, c.params) == ("bob", {"to": "bob"})
    assert (d.scope_name, d.params) == ("visit", {"schedule": "every night"})
    assert [each.error for each in (a, b, c, d)] == [None] * 4


def test_a_controller_is_asked_for_its_parameters(house: Path) -> None:
    trigger = made(action="run: shell", command="echo hi")
    assert trigger.params == {"controller": "shell", "params": {"command": "echo hi"}}
    assert made("b", action="run: nightly").params == {"schedule": "nightly"}


def test_B13_the_same_trigger_twice_is_refused_by_the_name_of_the_first(house: Path) -> None:
    made("first", scope="label:urgent", delay="10d")
    before = file_bytes(house)
    with pytest.raises(Refused, match=r"The trigger first does the same already"):
        made("second", scope="label: urgent", delay="10 days", description="another text")
    assert file_bytes(house) == before
    made("third", scope="label:urgent", delay="11d")
    with pytest.raises(Refused, match=r"The trigger first does the same already"):
        triggers.edit(ANA, AT, "third", delay="10d")
    triggers.delete(ANA, AT, "first")
    assert triggers.edit(ANA, AT, "third", delay="10d").delay == "10d"
    with pytest.raises(Refused, match=r"third does the same already"):
        made("first", scope="label:urgent", delay="10d", disabled=True)


def test_the_index_refuses_what_the_check_would_miss(house: Path) -> None:
    made()
    with pytest.raises(Refused, match="already a trigger named again"):
        made(delay="1d")


def test_a_trigger_with_a_schedule_has_a_row_of_it(house: Path) -> None:
    trigger = made("nightly", "schedule:  weekly   sat 00:00", scope="label:urgent", start="2025-06-01",
                   end="2025-06-30", count=3, zone="Europe/Moscow")  # fmt: skip
    assert (trigger.spec, trigger.zone, trigger.max_count) == ("weekly sat 00:00", "Europe/Moscow", 3)
    assert rows(house, "SELECT name, action, spec, deleted_at FROM schedule WHERE id = ?", trigger.schedule_id) == [
        ("nightly 2", "act", "weekly sat 00:00", None)
    ]
    changed = triggers.edit(ANA, AT, "nightly", name="saturdays", event="schedule: weekly sun")
    assert (changed.schedule_id, changed.spec, changed.max_count) == (trigger.schedule_id, "weekly sun", 3)
    assert rows(house, "SELECT name FROM schedule WHERE id = ?", trigger.schedule_id) == [("saturdays",)]
    plain = triggers.edit(ANA, AT, "saturdays", event="completed", delay="1d")
    assert (plain.schedule_id, plain.spec, plain.zone, plain.start_at) == (None, None, None, None)
    assert rows(house, "SELECT deleted_at IS NULL, next_at FROM schedule WHERE id = ?", trigger.schedule_id) == [
        (0, None)
    ]
    again = triggers.edit(ANA, AT, "saturdays", event="schedule: daily 08:00", delay="0d")
    assert again.schedule_id not in (None, trigger.schedule_id)
    triggers.delete(ANA, AT, "saturdays")
    assert rows(house, "SELECT count(*) FROM schedule WHERE action = 'act' AND deleted_at IS NULL") == [(0,)]


def test_a_schedule_of_a_trigger_is_no_job(house: Path) -> None:
    made("saturdays", "schedule: weekly sat 00:00")
    with pytest.raises(Refused, match="use `trigger edit`"):
        schedules.delete(ANA, AT, "saturdays")
    with pytest.raises(Refused, match="'saturdays' runs no job"):
        made("b", "run failed: saturdays", "notify")


def test_an_edit_keeps_what_is_not_said_and_mends_what_was_wrong(house: Path) -> None:
    made(event="created", action="notify: look", text="a", severity="warning", delay="1d")
    break_it(house, "it broke")
    assert kept().state == "broken"
    trigger = triggers.edit(ANA, AT, "again", action="notify: see", rev=kept().rev)
    assert trigger.params == {"subject": "see", "text": "a", "severity": "warning"}
    assert (trigger.delay, trigger.error) == ("1d", None)
    assert triggers.edit(ANA, AT, "again", text="").params == {"subject": "see", "severity": "warning"}
    assert triggers.edit(ANA, AT, "again", params='{"to": "all"}').params == {"subject": "see", "to": "all"}
    assert triggers.edit(ANA, AT, "again", action="delete").params == {}
    with pytest.raises(Refused, match="changed by somebody else"):
        triggers.edit(ANA, AT, "again", delay="2d", rev=1)
    with pytest.raises(Refused, match="Say what to change"):
        triggers.edit(ANA, AT, "again")


def test_who_changes_a_trigger_does_not_own_it(house: Path) -> None:
    made()
    assert triggers.edit(BO, AT, "again", delay="3d").owner == "ana"


def test_what_is_edited_or_switched_off_lets_go_of_what_waits(house: Path) -> None:
    made(delay="10d", scope="label:urgent")
    tasks.done(ANA, AT, 1)
    (first,) = queries.upcoming(ANA, AT)
    assert first.due_at == to_us(AT + 10 * DAY)
    triggers.edit(ANA, AT, "again", delay="5d")
    assert [each.due_at for each in queries.upcoming(ANA, AT)] == [to_us(AT + 5 * DAY)]
    triggers.disable(ANA, AT + DAY, "again")
    assert queries.upcoming(ANA, AT) == ()
    assert states(house)[-1] == ("task:1", "withdrawn", "the trigger was switched off")
    triggers.enable(ANA, AT + DAY, "again")
    assert [each.due_at for each in queries.upcoming(ANA, AT)] == [to_us(AT + 5 * DAY)]
    triggers.pause(ANA, AT + DAY, "again", "moving house")
    assert (kept().state, kept().pause_reason) == ("paused", "moving house")
    assert states(house)[-1] == ("task:1", "withdrawn", "the trigger was paused (moving house)")
    triggers.resume(ANA, AT + DAY, "again")
    assert kept().waiting == 1
    triggers.delete(ANA, AT + DAY, "again")
    assert queries.history(ANA, AT)[0].reason == "the trigger was deleted"
    with pytest.raises(Refused, match="is deleted"):
        kept()


def test_a_pause_with_an_end_is_over_by_itself(house: Path) -> None:
    made(delay="10d", scope="label:urgent")
    tasks.done(ANA, AT, 1)
    triggers.pause(ANA, AT, "again", until=AT + DAY)
    look = TriggerLook(SystemClock(), pytest.fail)
    with closing(connect(house)) as connection:
        look.look(connection, to_us(AT + DAY) - 1)
        assert look.next_at == to_us(AT + DAY)
    assert kept().state == "paused"
    with closing(connect(house)) as connection:
        look.look(connection, to_us(AT + DAY))
    assert (kept().state, kept().waiting) == ("on", 1)
    with pytest.raises(Refused, match=r"until: .* is past"):
        triggers.pause(ANA, AT, "again", until=AT - DAY)


def test_a_stopped_trigger_is_resumed_and_acts_again(house: Path) -> None:
    made(delay="10d", scope="label:urgent")
    break_it(house, "stopped: it acted already for the same cause")
    assert triggers.resume(ANA, AT, "again").error is None
    tasks.done(ANA, AT, 1)
    assert kept().waiting == 1
    with pytest.raises(Refused, match="is not paused"):
        triggers.resume(ANA, AT, "again")


Verb = tuple[str, dict[str, Any]]
VERBS: list[Verb] = [
    ("edit", {"action": "complete"}), ("edit", {"event": "schedule: daily 09:00", "delay": "0d"}), ("delete", {}),
    ("disable", {}), ("pause", {"reason": "x"}), ("edit", {"scope": "label:brand new"}),
]  # fmt: skip


@pytest.mark.parametrize("event", ["completed", "schedule: weekly sat 00:00"])
@pytest.mark.parametrize(("verb", "params"), VERBS, ids=[f"{name}-{index}" for index, (name, _) in enumerate(VERBS)])
def test_every_verb_is_taken_back_and_done_again(house: Path, event: str, verb: str, params: dict[str, Any]) -> None:
    made(event=event, scope="label:urgent", **({} if ":" in event else {"delay": "10d"}))
    tasks.done(ANA, AT, 1)
    waiting, before = [each.due_at for each in queries.upcoming(ANA, AT)], contents(house)
    assert len(waiting) == 1
    getattr(triggers, verb)(ANA, AT + MINUTE, "again", **params)
    after, later = contents(house), [each.due_at for each in queries.upcoming(ANA, AT)]
    undo(ANA, AT + 2 * MINUTE)
    assert contents(house)["trigger"] == before["trigger"]
    assert contents(house)["label"] == before["label"]
    assert [each.due_at for each in queries.upcoming(ANA, AT)] == waiting
    redo(ANA, AT + 3 * MINUTE)
    assert contents(house)["trigger"] == after["trigger"]
    assert [each.due_at for each in queries.upcoming(ANA, AT)] == later


def test_an_added_trigger_is_taken_back_with_all_that_waits(house: Path) -> None:
    before = contents(house)
    made("saturdays", "schedule: weekly sat 00:00", scope="label:brand new")
    made(delay="10d", scope="label:urgent")
    tasks.done(ANA, AT, 1)
    undo(ANA, AT)
    undo(ANA, AT)
    undo(ANA, AT)
    assert contents(house) == before
    assert rows(house, "SELECT count(*) FROM pending_action") == [(0,)]
    redo(ANA, AT)
    assert kept(1).waiting == 1


def test_a_move_by_working_days_keeps_to_the_calendar(house: Path) -> None:
    made(event="label added: urgent", action="move deadline: 1bd", calendar="BE")
    tasks.add(ANA, AT, "Mow", deadline=date(2025, 6, 6))  # the Friday before Whit Monday
    task_editing.label(ANA, AT, 4, add=("urgent",))
    assert rows(house, "SELECT deadline_date FROM task WHERE id = 4") == [("2025-06-10",)]
