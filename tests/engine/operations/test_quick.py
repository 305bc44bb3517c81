"""A line makes a task or a template in one act, which one undo takes back; what is refused writes nothing."""

from __future__ import annotations

from datetime import date

import pytest

from engine.operations import calendars, lists, quick, tasks
from engine.operations.settings import set_setting
from engine.operations.undo import redo, undo
from engine.templates import look
from store.database import session, transaction
from store.enums import Basis, Roll
from store.instants import to_us
from store.values import Task, Template
from tests.desk import Desk, refused, stays

NOW = "2025-11-19T10:30"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Ana and Bo, stay 12, a list."""
    made = stays(tmp_path_factory.mktemp("quick") / "desk.db")
    lists.add(made.ana, made.at("2025-11-01"), "house/garden")
    return made


def add(desk: Desk, line: str, at: str = NOW) -> Task | Template | quick.Reading:
    """The line, typed by Ana."""
    return quick.quick(desk.ana, desk.at(at), line)


def acts(desk: Desk) -> list[tuple[object, ...]]:
    """Operation and words of what was done since the fixture."""
    return [tuple(row) for row in desk.rows("SELECT operation, words FROM act WHERE operation LIKE 'task%'")]


def test_a_line_makes_a_task_with_all_that_it_says_in_one_act(desk: Desk) -> None:
    task = add(desk, "Send allergy list #garden @kitchen @new p1 fri 14:00 ~3d on:stay/12 !Bo")
    assert isinstance(task, Task)
    assert (task.name, task.list, task.labels, task.priority) == (
        "Send allergy list",
        "house/garden",
        ("kitchen", "new"),
        1,
    )
    assert (task.deadline_date, task.deadline_time) == (date(2025, 11, 21), "14:00")
    assert (task.visible_date, task.object_id, task.assignees) == (date(2025, 11, 18), "12", ("Bo",))
    assert acts(desk) == [("task quick", "added: Send allergy list (stay 12)")]
    undo(desk.ana, desk.at(NOW))
    assert desk.rows("SELECT count(*) FROM task WHERE name = 'Send allergy list'") == [(0,)]
    assert desk.rows("SELECT count(*) FROM label") == [(0,)]


def test_a_line_with_a_rule_makes_a_template_whose_first_task_is_due_on_the_day_typed(desk: Desk) -> None:
    made = add(desk, "Water plants @home fri 14:00 every 2 weeks for 3 times ~1d")
    assert isinstance(made, Template)
    assert (made.spec, made.max_count, made.visible, made.labels) == ("every 2 weeks 14:00", 3, "1d", ("home",))
    with transaction() as connection:
        look(connection, to_us(desk.at(NOW)))
    found = desk.rows("SELECT deadline_date, deadline_time, visible_date FROM task WHERE name = 'Water plants'")
    assert found[0] == ("2025-11-21", "14:00", "2025-11-20")
    undo(desk.ana, desk.at(NOW))
    assert desk.rows("SELECT count(*) FROM template") == [(0,)]


def test_what_is_said_of_the_next_dates_is_what_the_engine_makes(desk: Desk) -> None:
    for number, rule in enumerate(("every wed", "every 2 weeks on fri", "every 3 days", "every 15th", "every last bd")):
        read = quick.quick(desk.ana, desk.at(NOW), f"Chore {number} {rule}", dry_run=True)
        made = add(desk, f"Chore {number} {rule}")
        assert isinstance(read, quick.Reading)
        assert isinstance(made, Template)
        assert (made.next_at, rule) == (read.next_at, rule)


def test_after_completion_the_first_is_due_today_and_the_next_when_it_was_done(desk: Desk) -> None:
    made = add(desk, "Clean filter every! 10 days")
    assert isinstance(made, Template)
    assert (made.basis, made.spec) == (Basis.COMPLETION, "every 10 days")
    with transaction() as connection:
        look(connection, to_us(desk.at(NOW)))
    ((number, due),) = desk.rows("SELECT id, deadline_date FROM task WHERE name = 'Clean filter'")
    assert due == "2025-11-19"
    tasks.done(desk.ana, desk.at("2025-11-22"), int(str(number)))
    days = desk.rows("SELECT deadline_date FROM task WHERE name = 'Clean filter' AND is_done = 0")
    assert days == [("2025-12-02",)]


def test_a_calendar_moves_the_day_and_the_task_says_why(desk: Desk) -> None:
    calendars.add(desk.ana, desk.at("2025-11-01"), "school", off=("2025-11-28: teachers' day",))
    task = add(desk, "Print doors 28 nov cal:school")
    assert isinstance(task, Task)
    assert (task.deadline_date, task.shift_words) == (date(2025, 12, 1), "from Fri 28 November: teachers' day")
    made = add(desk, "Sweep every 28th cal:school")
    assert isinstance(made, Template)
    assert (made.calendar, made.roll) == ("school", Roll.NEXT)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (
            "Call 03/04 !nobody",
            "03/04 may be 3 April or 4 March: write 3 apr or 4 mar; in quotes it is text. 'nobody' is",
        ),
        ("Call on:stay/999", "there is no stay 999."),
        ("Call on:stray/12", "'stray' is no class; did you mean stay?"),
        ("Call fri cal:scool", "no calendar"),
        ("Call fri cal:\ud800 on:stay/\ud800 #\ud800 !\ud800 @\ud800", "cannot be shown on a line"),
        ("Call fri on:stay/12 cal:' on:';--/1", "two objects"),
        ("Call @new every 0 days", "every: the step is 0"),
        ("", "say what somebody must do."),
    ],
)
def test_nothing_is_written_if_part_of_the_line_is_refused(desk: Desk, line: str, refusal: str) -> None:
    assert refusal in refused(quick.quick, desk.ana, desk.at(NOW), line)
    assert (acts(desk), desk.rows("SELECT count(*) FROM label")) == ([], [(0,)])


def test_a_dry_run_writes_nothing_and_says_what_is_understood(desk: Desk) -> None:
    read = quick.quick(desk.ana, desk.at(NOW), "Pay rent +home due:2025-12-01 rec:+1m !nobody", dry_run=True)
    assert isinstance(read, quick.Reading)
    assert (read.makes, read.spec, [chip.kind for chip in read.chips]) == (
        "",
        "every month",
        ["label", "due", "rule", "error"],
    )
    assert str(read).splitlines()[0] == "makes nothing"
    assert "label home (new)" in str(read)
    assert acts(desk) == []


def test_lines_of_the_same_words_are_templates_of_different_names(desk: Desk) -> None:
    first, second = add(desk, "Sweep every week"), add(desk, "Sweep every week")
    assert isinstance(first, Template)
    assert isinstance(second, Template)
    assert (first.name, second.name, second.task_name) == ("Sweep", "Sweep 2", "Sweep")


@pytest.mark.parametrize("name", ["\u202eabc\u202c", "👩‍👩‍👧 party", "é" * 400, "-- DROP", "a'b\"c"])
def test_names_of_any_letters_are_kept_as_they_are(desk: Desk, name: str) -> None:
    once, recurring = add(desk, name), add(desk, f"{name} every week")
    assert isinstance(once, Task)
    assert isinstance(recurring, Template)
    assert (once.name, recurring.task_name) == (name, name)


def test_the_short_door_takes_words_without_quotes(desk: Desk) -> None:
    made = quick.add(desk.ana, desk.at(NOW), "Buy", "milk", "tomorrow")
    assert isinstance(made, Task)
    assert (made.name, made.deadline_date) == ("Buy milk", date(2025, 11, 20))


def test_the_first_task_is_there_at_once_and_undo_takes_all_back(desk: Desk) -> None:
    made = add(desk, "Water plants every mon")
    assert isinstance(made, Template)
    there = "SELECT count(*) FROM task WHERE template_id IS NOT NULL AND deleted_at IS NULL"
    (count,) = desk_rows(desk, there)[0]
    assert count == made.open_tasks >= 1
    with transaction() as connection:
        assert look(connection, to_us(desk.at(NOW))).made == 0
    undo(desk.ana, desk.at(NOW))
    assert desk_rows(desk, there) == [(0,)]
    assert desk_rows(desk, "SELECT count(*) FROM template") == [(0,)]
    redo(desk.ana, desk.at(NOW))
    assert desk_rows(desk, there) == [(count,)]


def test_while_recurring_is_off_the_first_is_made_and_it_is_said(desk: Desk) -> None:
    set_setting(desk.ana, desk.at(NOW), "recurring", "off")
    made = add(desk, "Water plants every mon")
    assert isinstance(made, Template)
    assert made.open_tasks == 1
    words = desk_rows(desk, "SELECT words FROM act ORDER BY id DESC LIMIT 1")[0][0]
    assert words.endswith("; recurring is off, so no further ones are made")
    set_setting(desk.ana, desk.at(NOW), "recurring", "on")
    with transaction() as connection:
        assert look(connection, to_us(desk.at(NOW))).made > 0


def desk_rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    with session() as connection:
        return connection.execute(query).fetchall()
