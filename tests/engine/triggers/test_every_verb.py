"""Whatever changes a task is followed: each verb, its undo and its redo, and every look of the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.triggers import planning
from store.database import transaction
from store.instants import to_us
from tests.engine.recurring_stage import Chores, at, chores
from tests.engine.stage import desk
from tickler.catalog import WHERE

__all__ = ["desk"]

EARLY, NOW = "2025-06-02T08:00", "2025-06-03T12:00"
PLAIN, DONE, FREE, STAY = 1, 2, 3, 4
"""Tasks: one with everything, one that is done, one with nothing, one of an entity."""
Call = tuple[tuple[Any, ...], dict[str, Any]]
Case = tuple[Callable[[Chores, Path], Call], frozenset[str]]


def call(*args: Any, happens: str = "", **more: Any) -> Case:
    """A call, and what happens to tasks by it."""
    return lambda *_: (args, more), frozenset(happens.split())


def of_template(*args: Any, happens: str = "", **more: Any) -> Case:
    """The same with the id of a task that a template made before them."""
    return lambda plants, _: ((plants.task("2025-06-04"), *args), more), frozenset(happens.split())


def of_file(name: str, text: str, happens: str = "", **more: Any) -> Case:
    """The same with a file."""

    def make(_: Chores, folder: Path) -> Call:
        file = folder / name
        file.write_text(text)
        return (str(file),), more

    return make, frozenset(happens.split())


ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:x\r\nDUE;VALUE=DATE:20250630\r\nEND:VTODO\r\n"
DESK = '[[list]]\nname = "house"\nzone = "Asia/Tokyo"\n'
CHANGES: dict[str, tuple[Case, ...]] = {
    "task add": (
        call("new", deadline=date(2025, 6, 30), happens="created"),
        call("new", label=("home",), list="house", happens="created labelled"),
    ),
    "task quick": (call("new tomorrow @home", happens="created labelled"),),
    "add": (call("new tomorrow", happens="created"),),
    "task done": (call(PLAIN, happens="completed"), of_template(happens="completed")),
    "task reopen": (call(DONE, happens="reopened"),),
    "task delete": (call(PLAIN, happens="deleted"), of_template(happens="deleted")),
    "task move": (
        call(PLAIN, deadline=date(2025, 6, 25)), call(PLAIN, by="3d"), call(PLAIN, no_deadline=True),
        call(FREE, deadline=date(2025, 7, 1)), call(STAY, deadline=date(2025, 7, 1)),
    ),
    "task edit": (
        call(PLAIN, name="other"), call(PLAIN, time="14:00"), call(PLAIN, start=date(2025, 6, 10)),
        call(PLAIN, list=""), call(FREE, list="house"),
    ),
    "task label": (
        call(FREE, add=("home",), happens="labelled"), call(PLAIN, remove=("home",)), call(PLAIN, remove=("urgent",)),
    ),
    "task assign": (call(PLAIN), call(FREE, to=("bo",)), call(PLAIN, remove=("bo",))),
    "task note": (call(PLAIN, text="called"),),
    "task check": (call(PLAIN, add=("more",)),),
    "task repeat": (call(PLAIN, "daily"),),
    "task stop": (of_template(happens="deleted"),),
    "task future": (of_template(label=("garden",), happens="created labelled"),),
    "template add": (call("more", "daily", label=("home",)),),
    "template edit": (call("plants", spec="daily 10:00", happens="created deleted labelled"),),
    "template delete": (call("plants", drop_open=True, happens="deleted"),),
    "template pause": (call("plants"),),
    "template resume": (),
    "template skip": (call("plants", date(2025, 6, 5), happens="deleted"),),
    "template unskip": (),
    "backlog apply": (
        call(move=(f"{PLAIN}=2025-06-27",)), call(hand=(f"{FREE}=bo",)), call(drop=(PLAIN,), happens="deleted"),
    ),
    "entity set": (call("stay", "12", "date_from=2025-08-01"),),
    "entity set-status": (call("stay", "12", "gone", happens="created"),),
    "entity contact": (call("stay", "12", "phoned"),),
    "entity delete": (),
    "entity add": (call("stay", "13", "date_from=2025-08-01", status="gone", happens="created"),),
    "entity import": (
        of_file("stays.csv", "nr,status\n14,gone\n", "created", class_="stay", id_="nr", status="status"),
    ),
    "import ics": (of_file("one.ics", f"{ICS}END:VCALENDAR\r\n", happens="created"),),
    "import todotxt": (of_file("one.txt", "buy milk @home due:2025-06-30\n", happens="created labelled"),),
    "list edit": (call("house", zone="Asia/Tokyo"), call("house", parent="yard")),
    "label delete": (call("home"),),
    "user edit": (call("bo", zone="Asia/Tokyo"),),
    "setting set": (call("zone", "Asia/Tokyo", happens="created deleted labelled"), call("week_start", "sunday")),
    "trigger add": (call("more", "completed", "reopen", delay="2d"),),
    "trigger edit": (call("late", delay="2d"), call("late", scope="list:house"), call("labelled later", delay="2d")),
    "trigger delete": (call("late"),),
    "trigger disable": (call("late"),),
    "trigger pause": (call("late"),),
    "load": (of_file("desk.toml", DESK),),
}  # fmt: skip
"""What each verb may do to tasks or to what their actions hang on."""

LEAVES = {
    "task": "none", "backlog spread": "the writes of backlog apply", "backlog hand": "the same",
    "backlog skip": "deletes, as template skip", "backlog drop": "deletes, as backlog apply",
    "calendar": "test_planning", "class": "no task hangs on it", "clock": "the clock", "event": "of entities",
    "filter": "a saved text", "import crontab": "makes schedules", "import tasks": "as import ics",
    "import taskwarrior": "as import ics", "import timers": "makes schedules", "label add": "on no task yet",
    "label edit": "a name", "list add": "it is empty", "list delete": "it is empty", "model": "makes the next tasks",
    "notification": "no task", "undo": "of every verb", "redo": "of every verb", "run": "no task",
    "schedule": "no task", "team": "of entities", "trigger act": "test_trigger_actions",
    "trigger cancel": "test_trigger_actions",
    "trigger enable": "test_planning", "trigger resume": "test_planning", "trigger install": "as trigger add",
    "user add": "has no task yet", "user delete": "has no task",
    "user away": "workflows.test_people", "workflow": "workflows.test_triggers",
}  # fmt: skip
"""Verbs, or all of a noun, that need no case, and why."""


@pytest.fixture
def plants(desk: Path) -> Chores:
    """A desk with triggers of every event, at once and later, and tasks that they are for."""
    made = chores(desk)
    do = made.do
    do("user add", EARLY, "bo")
    do("list add", EARLY, "house")
    do("list add", EARLY, "yard", zone="America/New_York")
    do("class add", EARLY, "stay", ("quote", "gone"), ("date_from",))
    do("event add", EARLY, "stay", "left", "gone")
    do("event add", EARLY, "stay", "before", None, "date_from", "-3d")
    do("model add", EARLY, "stay", "tidy up", "left", "before")
    do("task add", EARLY, "plain", deadline=date(2025, 6, 20), list="house", label=("home",), assignee=("bo",))
    do("task add", EARLY, "done one", deadline=date(2025, 6, 21), label=("home",))
    do("task done", EARLY, DONE)
    do("task add", EARLY, "free")
    do("entity add", EARLY, "stay", "12", "date_from=2025-07-14", status="quote")
    do("task add", EARLY, "of a stay", object="stay/12", deadline=date(2025, 6, 22))
    do("template add", EARLY, "plants", "daily", label=("home",))
    made.look("2025-06-02T08:30")
    for event in ("created", "completed", "reopened", "deleted", "label added"):
        do("trigger add", EARLY, event.partition(" ")[0].replace("label", "labelled"), event, "notify")
    for name, event, action, more in (
        ("again", "completed", "reopen", {"delay": "10d"}),
        ("old", "created", "notify", {"delay": "20d"}),
        ("soon", "date reached", "notify", {"delay": "-1d", "scope": "label:home"}),
        ("late", "deadline reached", "notify", {"delay": "1d"}),
        ("of the house", "deadline reached", "notify", {"delay": "2h", "scope": "list:house"}),
        ("of bo", "deadline reached", "add label: urgent", {"delay": "3h", "scope": "user:bo"}),
        ("of days", "deadline reached", "notify", {"delay": "-2bd", "scope": "list:house"}),
        ("back", "reopened", "complete", {"delay": "3d", "scope": "label:home"}),
        ("labelled later", "label added", "notify", {"delay": "4d", "scope": "label:home"}),
        ("bin", "deleted", "notify", {"delay": "5d"}),
    ):
        do("trigger add", EARLY, name, event, action, **more)
    do("task label", EARLY, PLAIN, add=("garden",))
    do("trigger add", EARLY, "gardened", "label added: urgent", "notify", delay="6d", scope="label:garden")
    do("task label", EARLY, PLAIN, add=("urgent",))
    with transaction() as connection:
        connection.execute("DELETE FROM pending_action WHERE state = 'acted'")
    return made


def waits(plants: Chores) -> list[tuple[str, str, int]]:
    """What waits: trigger, subject and instant."""
    return plants.ask(
        "SELECT t.name, p.subject, p.due_at FROM pending_action p JOIN trigger t ON t.id = p.trigger_id"
        " WHERE p.state = 'waiting' ORDER BY t.name, p.due_at, p.subject"
    )


def acted(plants: Chores) -> frozenset[str]:
    """Names of the triggers that acted inside of acts."""
    rows = plants.ask(
        "SELECT DISTINCT t.name FROM pending_action p JOIN trigger t ON t.id = p.trigger_id WHERE p.state = 'acted'"
    )
    return frozenset(name for (name,) in rows)


def overlooked(plants: Chores, when: str) -> int:
    """How many rows change if everything is planned anew: what somebody forgot to follow."""
    ids = {number for (number,) in plants.ask("SELECT id FROM task")}
    with transaction() as connection:
        return planning.follow(connection, to_us(at(when)), ids)


def test_every_verb_is_known_here() -> None:
    verbs = {name for name, place in WHERE.items() if ".operations." in place}
    missing = {verb for verb in verbs - CHANGES.keys() if verb not in LEAVES and verb.split()[0] not in LEAVES}
    assert not missing
    assert CHANGES.keys() <= verbs


@pytest.mark.parametrize(
    ("verb", "case"),
    [pytest.param(verb, case, id=f"{verb} {at}") for verb, cases in CHANGES.items() for at, case in enumerate(cases)],
)
def test_a_verb_its_undo_and_its_redo_are_followed(plants: Chores, tmp_path: Path, verb: str, case: Case) -> None:
    make, happens = case
    args, more = make(plants, tmp_path)
    before = waits(plants)
    assert overlooked(plants, NOW) == 0
    plants.do(verb, NOW, *args, **more)
    assert overlooked(plants, NOW) == 0
    assert acted(plants) == happens
    after = waits(plants)
    plants.do("undo", NOW)
    assert waits(plants) == before
    plants.do("redo", NOW)
    assert waits(plants) == after
    assert overlooked(plants, NOW) == 0
    assert acted(plants) <= happens, "undo and redo bring nothing about"


def test_what_templates_make_in_bulk_is_followed(plants: Chores) -> None:
    plants.look("2025-06-06T12:00")
    assert overlooked(plants, "2025-06-06T12:00") == 0
    assert acted(plants) >= {"created", "labelled"}
    made = plants.ask("SELECT id FROM task WHERE created_at >= ?", to_us(at("2025-06-06T12:00")))
    planned = plants.ask("SELECT DISTINCT task_id FROM pending_action WHERE state = 'waiting'")
    assert made
    assert set(made) <= set(planned)


def test_what_a_template_opens_again_is_followed(plants: Chores) -> None:
    plants.do("template add", NOW, "bins", "daily", mode="reopen")
    plants.look(NOW)
    ((number,),) = plants.ask("SELECT id FROM task WHERE name = 'bins'")
    plants.do("task done", NOW, number)
    plants.look("2025-06-04T12:00", "2025-06-05T12:00")
    assert "reopened" in acted(plants)
    assert overlooked(plants, "2025-06-05T12:00") == 0


def test_a_task_whose_day_has_come_is_followed(plants: Chores) -> None:
    plants.do("model add", NOW, "stay", "call them", "before")
    plants.look(f"{date(2025, 7, 14) - timedelta(days=3)}")
    assert plants.ask("SELECT name FROM task WHERE name = 'call them'")
    assert "created" in acted(plants)
    assert overlooked(plants, "2025-07-11") == 0
