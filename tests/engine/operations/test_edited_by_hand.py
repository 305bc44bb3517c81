"""Whoever changes a task that a template made keeps it: the template leaves it alone from then on, by every verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.rules.transfer.ids import own_uid
from tests.engine.recurring_stage import Chores, chores
from tests.engine.stage import desk
from tickler.catalog import WHERE

__all__ = ["desk"]

NOW, DAY = "2025-03-05", "2025-03-06"
VTODO = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:{uid}\r\nDUE;VALUE=DATE:20250306\r\n{more}\r\n{end}"
END = "END:VTODO\r\nEND:VCALENDAR\r\n"
Call = tuple[tuple[Any, ...], dict[str, Any]]
Case = Callable[[int], Call]


def options(**more: Any) -> Case:
    return lambda number: ((number,), more)


def alone(**more: Any) -> Case:
    """Options in which the number of the task stands as #."""
    return lambda number: ((), {key: tuple(text.replace("#", str(number)) for text in more[key]) for key in more})


CHANGES: dict[str, tuple[Case, ...]] = {
    "task edit": (
        options(name="other"), options(notes="more"), options(group="home"), options(list="house"),
        options(priority=1), options(time="14:00"), options(start=date(2025, 3, 1)), options(item=("a line",)),
        options(notes="more", filter=None), lambda _: ((), {"filter": "due:2025-03-06", "priority": 2}),
    ),
    "task label": (options(add=("new",)), options(remove=("home",))),
    "task check": (lambda number: ((number, "1"), {}), options(add=("more",)), options(remove=("1",))),
    "task assign": (options(to=("bo",)), options(add=("bo",)), options(remove=("ana",)), options()),
    "task note": (options(text="called"),),
    "task move": (
        options(deadline=date(2025, 3, 7)), options(by="1d"), options(no_deadline=True),
        options(visible=date(2025, 3, 1)),
    ),
    "backlog apply": (alone(move=("#=2025-03-10",)), alone(hand=("#=bo",))),
}  # fmt: skip
"""What each verb may change of a task, one at a time."""
CHANGES["backlog spread"] = CHANGES["backlog hand"] = ()  # the same two writes as `backlog apply`, told of many

LEAVES = {
    "task add": "makes one", "task quick": "makes one", "add": "makes one", "task repeat": "of a task of no template",
    "task done": "done ones stay", "task reopen": "it is as it was before it was done", "task delete": "leaves it out",
    "task stop": "it is no task of a template any more", "task future": "what it changes, the template changes too",
    "backlog skip": "leaves it out", "backlog drop": "leaves it out",
    "import crontab": "makes schedules", "import timers": "makes schedules",
    "import ics": "below", "import taskwarrior": "as import ics", "import todotxt": "as import ics",
    "import tasks": "as import ics",
}  # fmt: skip
"""Why others do not mark a task as changed by hand."""


@pytest.fixture
def plants(desk: Path) -> Chores:
    """A template with a task for each day, and Bo, who has none of them."""
    made = chores(desk)
    made.do("user add", NOW, "bo")
    made.do("list add", NOW, "house")
    made.add("plants", "daily", "2025-03-04", label=("home",), assignee=("ana",), item=("fill the can",))
    made.look(NOW)
    return made


def edited(plants: Chores) -> list[str]:
    return [day for (day,) in plants.ask("SELECT deadline_date FROM task WHERE is_edited")]


def test_every_verb_of_tasks_is_known_here() -> None:
    nouns = ("task", "backlog", "import", "add")
    verbs = {name for name, place in WHERE.items() if ".operations." in place and name.split()[0] in nouns}
    assert verbs == CHANGES.keys() | LEAVES.keys()


@pytest.mark.parametrize(
    ("verb", "case"),
    [pytest.param(verb, case, id=f"{verb} {at}") for verb, cases in CHANGES.items() for at, case in enumerate(cases)],
)
def test_a_change_by_hand_is_kept_from_the_template(plants: Chores, verb: str, case: Case) -> None:
    number = plants.task(DAY)
    args, more = case(number)
    plants.do(verb, NOW, *args, **more)
    assert plants.ask("SELECT id FROM task WHERE is_edited") == [(number,)]
    seen = "SELECT * FROM task WHERE id = ?"
    before = plants.ask(seen, number)
    plants.edit("plants", NOW, task_name="Water them", priority=3, item=("other",), label=("garden",), assignee=())
    assert plants.ask(seen, number) == before, "it stays as it is"


@pytest.mark.parametrize("more", ["SUMMARY:other", "SUMMARY:plants\r\nCATEGORIES:garden"])
def test_a_change_by_a_file_is_kept_from_the_template(plants: Chores, tmp_path: Path, more: str) -> None:
    number = plants.task(DAY)
    ((identity,),) = plants.ask("SELECT value FROM meta WHERE key = 'identity'")
    file = tmp_path / "tasks.ics"
    file.write_text(VTODO.format(uid=own_uid(identity, "task", number), more=more, end=END))
    plants.do("import ics", NOW, str(file))
    assert plants.ask("SELECT id FROM task WHERE is_edited") == [(number,)]


def test_what_changes_nothing_is_no_change(plants: Chores) -> None:
    number = plants.task(DAY)
    plants.do("task label", NOW, number, add=("home",))
    plants.do("task assign", NOW, number, to=("ana",))
    plants.do("task edit", NOW, number, notes="")
    assert plants.ask("SELECT id FROM task WHERE is_edited") == []
