"""What people read of tasks and of texts about them: one door for screens, notices and whatever else tells."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from engine import titles
from engine.notices import Notices
from engine.operations import tasks, templates
from engine.planned import planned
from store.connection import connect
from store.database import session
from store.instants import to_us
from store.reads import task_rows
from store.values import Task
from tests.desk import Desk, desk

__all__ = ["desk"]

RENT = "Rent of %%this.date.month%%"


@pytest.fixture
def rent(desk: Desk) -> Task:
    """A task with an expression, due in June, about stay 12."""
    return tasks.add(
        desk.ana, desk.at("2025-06-01"), RENT, deadline=date(2025, 6, 16), object="stay/12", assignee=("Ana", "Bo")
    )


def test_B10_a_notice_of_the_engine_names_the_task_by_its_title(desk: Desk, rent: Task) -> None:
    with closing(connect(desk.path)) as connection:
        at = desk.at("2025-06-17")
        Notices([].append).look(connection, to_us(at), at.date())
    assert desk.rows("SELECT subject FROM notification WHERE task_id = ?", rent.id) == [("Rent of June is late",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("%%this.name%% by %%this.deadline.day%%", "Rent of June by 16"),
        ("%%this.object%%: %%this.person%%", "Lakeside School: Ana, Bo"),
        ("%%this.list%%|", "|"),
        ("%%this.deadline%%", "16 June 2025"),
        ("%%this.name.month%% %%this.notes%%", "%%this.name.month%% %%this.notes%%"),
        ("100%% sure", "100%% sure"),
    ],
)
def test_a_text_about_a_task_says_what_it_is_about(rent: Task, text: str, said: str) -> None:
    with session() as connection:
        assert titles.shown_text(connection, text, rent).text == said
        assert titles.shown_text(connection, text, None).text == text


def test_what_is_wrong_is_known_before_there_is_a_task() -> None:
    assert titles.flaws("%%this.date.month%% %%this.name%%", of_text=True) == ()
    assert titles.flaws("%%this.name%%") == ("%%this.name%%: 'name' is not known after 'this' (known: date, deadline)",)
    assert titles.flaws("plain") == ()


def test_every_task_has_its_title_beside_its_name(desk: Desk, rent: Task) -> None:
    assert (rent.name, rent.title) == (RENT, "Rent of June")
    tasks.move(desk.ana, desk.at("2025-06-02"), rent.id, deadline=date(2025, 7, 1))
    with session() as connection:
        moved = task_rows.one(connection, rent.id)
        others = task_rows.many(connection, [row[0] for row in connection.execute("SELECT id FROM task")])
    assert moved is not None
    assert moved.title == "Rent of July"
    assert all(task.title == task.name for task in others if "%%" not in task.name)


def test_what_is_planned_says_the_days_that_its_task_will_have(desk: Desk) -> None:
    at = desk.at("2025-06-01")
    templates.add(
        desk.ana, at, "Report of %%this.date.month%% for %%this.deadline.month%%", "monthly 5", duration="10d"
    )
    with session() as connection:
        days = planned(connection, date(2025, 12, 1), date(2025, 12, 31), at, 5)
        title = titles.planned_title(connection, "%%this.date.month.3%%", date(2025, 12, 5), "10d")
    assert [slot.name for slot in days[date(2025, 12, 5)].first] == ["Report of November for December"]
    assert title == "011"
