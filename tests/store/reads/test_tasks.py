"""Lists of tasks: the order, the pages, and that every page comes from an index alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from engine.rules.followups import task_order
from store.connection import connect
from store.enums import TaskView
from store.instants import Instant
from store.reads import task_finding
from store.reads import tasks as reads
from store.reads.task_rows import snapshot
from store.values import Task
from tests.store.reads.many_tasks import COUNT, TODAY, store

__all__ = ["store"]

SECTIONS: dict[str, reads.Section] = {
    "waiting": reads.waiting(TODAY),
    "of an event": reads.of_event(1, TODAY),
    "of none": reads.of_event(None, TODAY),
    "open": reads.is_open(),
    "upcoming": reads.upcoming(TODAY),
    "done": reads.done(),
    "late": reads.late(TODAY),
    "today": reads.due_on(TODAY),
    "soon": reads.due_soon(TODAY, 7),
}
INDEXES = {
    "of an event": "task_open_by_event",
    "of none": "task_open_by_event",
    "upcoming": "task_upcoming",
    "done": "task_done",
}


@pytest.fixture
def connection(store: Path) -> Iterator[sqlite3.Connection]:
    """As screens read."""
    with closing(connect(store, read_only=True)) as opened:
        yield opened


@pytest.fixture(scope="module")
def everything(store: Path) -> tuple[Task, ...]:
    """All tasks, read one by one."""
    with closing(connect(store, read_only=True)) as opened:
        found = [reads.one(opened, number) for number in range(1, COUNT + 1)]
    return tuple(task for task in found if task is not None)


def counts(task: Task) -> bool:
    """Whether lists show it at all."""
    return task.superseded_at is None and task.deleted_at is None and task.kind != "contact"


def is_late(task: Task) -> bool:
    """Its deadline has passed."""
    return is_waiting(task) and task.deadline_date is not None and task.deadline_date < TODAY


def is_waiting(task: Task) -> bool:
    """Open and visible."""
    return counts(task) and not task.is_done and task.visible_date <= TODAY


def in_days(task: Task, low: int, high: int) -> bool:
    """Waiting and due within these days from today."""
    return is_waiting(task) and task.deadline_date is not None and low <= (task.deadline_date - TODAY).days <= high


BELONGS: dict[str, Callable[[Task], bool]] = {
    "waiting": is_waiting,
    "of an event": lambda task: is_waiting(task) and task.deadline_event_id == 1,
    "of none": lambda task: is_waiting(task) and task.deadline_event_id is None,
    "open": lambda task: counts(task) and not task.is_done,
    "upcoming": lambda task: counts(task) and not task.is_done and task.visible_date > TODAY,
    "done": lambda task: counts(task) and task.is_done,
    "late": is_late,
    "today": lambda task: in_days(task, 0, 0),
    "soon": lambda task: in_days(task, 1, 7),
}


def expected(everything: tuple[Task, ...], name: str) -> list[int]:
    """The ids of a section, sorted by the rule."""
    found = [task for task in everything if BELONGS[name](task)]
    if name == "upcoming":
        found.sort(key=lambda task: (task.visible_date, task.id))
    else:
        found.sort(key=lambda task: task_order(task.is_done, task.deadline_date, task.done_date, task.id))
    return [task.id for task in found]


@pytest.mark.parametrize("name", SECTIONS)
def test_pages_from_the_front_and_from_behind_give_the_whole_section_in_order(
    connection: sqlite3.Connection, everything: tuple[Task, ...], name: str
) -> None:
    section, wanted = SECTIONS[name], expected(everything, name)
    assert len(wanted) > 5
    forth: list[reads.Row] = []
    while page := reads.window(connection, section, after=forth[-1].key if forth else None, limit=7):
        forth += page
    back: list[reads.Row] = []
    while page := reads.window(connection, section, before=back[0].key if back else reads.END, limit=7):
        back[:0] = page
    assert [row.id for row in forth] == [row.id for row in back] == wanted
    assert reads.ids(connection, section) == wanted
    assert reads.count(connection, section) == len(wanted)
    assert reads.count(connection, section, most=3) == 3


@pytest.mark.parametrize("name", SECTIONS)
def test_a_jump_lands_on_the_position_and_goes_on_in_both_directions(
    connection: sqlite3.Connection, everything: tuple[Task, ...], name: str
) -> None:
    section, wanted = SECTIONS[name], expected(everything, name)
    middle = len(wanted) // 2
    row = reads.window(connection, section, offset=middle, limit=1)[0]
    assert row.id == wanted[middle]
    assert [r.id for r in reads.window(connection, section, after=row.key, limit=5)] == wanted[middle + 1 :][:5]
    assert [r.id for r in reads.window(connection, section, before=row.key, limit=5)] == wanted[
        max(0, middle - 5) : middle
    ]
    assert reads.window(connection, section, offset=len(wanted)) == ()


@pytest.mark.parametrize("name", SECTIONS)
def test_pages_come_from_the_index_of_the_section_without_sorting(connection: sqlite3.Connection, name: str) -> None:
    section = SECTIONS[name]
    key = reads.window(connection, section, offset=3, limit=1)[0].key
    for found in (
        {}, {"after": key}, {"before": key}, {"before": reads.END}, {"offset": 5},
    ):  # fmt: skip
        for plan in plans(connection, partial(reads.window, connection, section, **found)):
            searched = [step for step in plan if step.startswith(("SEARCH task ", "SCAN task "))]
            assert searched or "chosen" in plan[0], plan
            assert all(INDEXES.get(name, "task_open") in step for step in searched), plan
            assert not [step for step in plan if "TEMP B-TREE" in step], plan
    (plan,) = plans(connection, lambda: reads.count(connection, section))
    assert "USING" in " ".join(plan)


def test_headings_are_found_by_the_index_without_counting(connection: sqlite3.Connection) -> None:
    (plan,) = plans(connection, lambda: reads.group_heads(connection, TODAY))
    assert [step for step in plan if step.startswith("SEARCH task USING INDEX task_open_by_event")]
    assert not [step for step in plan if step.startswith("SCAN task ")]


def plans(connection: sqlite3.Connection, call: Callable[[], object]) -> list[list[str]]:
    """The query plans of every SELECT that a call makes."""
    said: list[str] = []
    connection.set_trace_callback(said.append)
    call()
    connection.set_trace_callback(None)
    selects = [statement for statement in said if statement.lstrip().startswith("SELECT")]
    assert selects
    return [[str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {each}")] for each in selects]


FILTERS: dict[str, tuple[reads.Filter, Callable[[Task], bool]]] = {
    "a frequent word": (reads.Filter(text="BINDER"), lambda task: "binder" in task.name),
    "a rare word": (reads.Filter(text="task 777"), lambda task: task.id == 777),
    "other letters": (reads.Filter(text="überraschung"), lambda task: "Überraschung" in task.name),
    "a percent sign": (reads.Filter(text="0%"), lambda task: "100%" in task.name),
    "notes": (reads.Filter(text="call  them"), lambda task: bool(task.notes)),
    "the thing": (reads.Filter(text="stay 104"), lambda task: task.object_id == "104"),
    "its name": (reads.Filter(text="school 105"), lambda task: task.object_id == "105"),
    "an object": (reads.Filter(object_class="stay", object_id="103"), lambda task: task.object_id == "103"),
    "a person": (reads.Filter(assignee_id=1), lambda task: "Ana" in task.assignees),
    "a team": (reads.Filter(team_id=1), lambda task: task.team == "North"),
    "several": (
        reads.Filter(text="binder", team_id=1, assignee_id=2),
        lambda task: "binder" in task.name and task.team == "North" and "Bo" in task.assignees,
    ),
    "known ids": (reads.Filter(ids=tuple(range(100, 900, 7))), lambda task: task.id in range(100, 900, 7)),
    "no ids": (reads.Filter(ids=()), lambda task: False),
    "nothing": (reads.Filter(text="  "), lambda task: True),
}


@pytest.mark.parametrize("what", FILTERS)
@pytest.mark.parametrize("name", ["waiting", "done", "upcoming"])
def test_filters_keep_the_order_and_the_pages(
    connection: sqlite3.Connection, everything: tuple[Task, ...], name: str, what: str
) -> None:
    section, (sift, passes) = SECTIONS[name], FILTERS[what]
    by_id = {task.id: task for task in everything}
    wanted = [number for number in expected(everything, name) if passes(by_id[number])]
    forth: list[reads.Row] = []
    while page := reads.window(connection, section, sift, after=forth[-1].key if forth else None, limit=11):
        forth += page
    assert [row.id for row in forth] == wanted
    assert [row.id for row in reads.window(connection, section, sift, before=reads.END, limit=4)] == wanted[-4:]
    assert reads.count(connection, section, sift) == len(wanted)


@pytest.mark.parametrize(
    "what",
    [name for name, (sift, _) in FILTERS.items() if sift == reads.Filter(text=sift.text) != reads.Filter(text="  ")],
)
def test_what_is_found_once_passes_as_the_text_does(
    connection: sqlite3.Connection, everything: tuple[Task, ...], what: str
) -> None:
    text = FILTERS[what][0].text
    sift = reads.Filter(text=text)
    found = task_finding.found(connection, sift, len(everything) + 1_000)
    assert found.ids is not None
    for section in SECTIONS.values():
        by_ids = reads.ids(connection, section, found)
        assert by_ids == reads.ids(connection, section, sift)
    assert task_finding.found(connection, sift, len(found.ids) - 1) == sift


def test_a_word_that_is_rare_in_front_is_found_further_on(
    connection: sqlite3.Connection, everything: tuple[Task, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "_NEAR", 12)
    test_filters_keep_the_order_and_the_pages(connection, everything, "waiting", "a frequent word")
    test_filters_keep_the_order_and_the_pages(connection, everything, "done", "a frequent word")


@pytest.mark.parametrize("what", FILTERS)
def test_groups_count_what_their_sections_hold(
    connection: sqlite3.Connection, everything: tuple[Task, ...], what: str
) -> None:
    sift, passes = FILTERS[what]
    groups = reads.groups(connection, TODAY, sift)
    found = [task for task in everything if is_waiting(task) and passes(task)]
    assert sum(group.open for group in groups) == len(found)
    for group in groups:
        inside = [task for task in found if task.deadline_event_id == group.deadline_event_id]
        assert (
            group.open == len(inside) == reads.count(connection, reads.of_event(group.deadline_event_id, TODAY), sift)
        )
        assert group.late == sum(is_late(task) for task in inside)
        assert group.due_today == sum(task.deadline_date == TODAY for task in inside)
        assert group.first_deadline == min((t.deadline_date for t in inside if t.deadline_date), default=None)
    firsts = [group.first_deadline or date.max for group in groups if group.deadline_event_id is not None]
    assert firsts == sorted(firsts)
    assert None not in [group.deadline_event_id for group in groups[:-1]], "tasks of no event come last"


def test_headings_are_those_of_the_groups(connection: sqlite3.Connection) -> None:
    groups = reads.groups(connection, TODAY)
    heads = reads.group_heads(connection, TODAY)
    assert [(h.deadline_event_id, h.deadline_event, h.first_deadline) for h in heads] == [
        (g.deadline_event_id, g.deadline_event, g.first_deadline) for g in groups
    ]
    assert reads.group_heads(connection, date(2020, 1, 1)) == ()


def test_counts_of_the_header(connection: sqlite3.Connection, everything: tuple[Task, ...]) -> None:
    late, due = len(expected(everything, "late")), len(expected(everything, "today"))
    assert (reads.late_count(connection, TODAY), reads.due_today_count(connection, TODAY)) == (late, due)
    assert (reads.late_count(connection, TODAY, 2), reads.due_today_count(connection, TODAY, 2)) == (2, 2)


def test_views_are_sections_one_after_the_other(connection: sqlite3.Connection, everything: tuple[Task, ...]) -> None:
    for view in (TaskView.WAITING, TaskView.UPCOMING, TaskView.OPEN, TaskView.DONE):
        assert [t.id for t in reads.listed(connection, view, TODAY, limit=0)] == expected(everything, view)
    both = expected(everything, "open") + expected(everything, "done")
    assert [t.id for t in reads.listed(connection, TaskView.ALL, TODAY, limit=0)] == both
    cut = len(expected(everything, "open")) + 2
    assert [t.id for t in reads.listed(connection, TaskView.ALL, TODAY, limit=cut)] == both[:cut]
    assert [t.id for t in reads.listed(connection, TaskView.ALL, TODAY, limit=3)] == both[:3]


def test_history_holds_everything_but_what_was_deleted_newest_first(
    connection: sqlite3.Connection, everything: tuple[Task, ...]
) -> None:
    wanted = sorted((t for t in everything if t.deleted_at is None), key=lambda t: (t.created_at, t.id), reverse=True)
    assert [t.id for t in reads.listed(connection, TaskView.HISTORY, TODAY, limit=0)] == [t.id for t in wanted]
    sift = reads.Filter(object_class="stay", object_id="107")
    of_one = [task.id for task in wanted if task.object_id == "107"]
    assert [t.id for t in reads.listed(connection, TaskView.HISTORY, TODAY, sift, 0)] == of_one


def test_a_task_is_whole(connection: sqlite3.Connection) -> None:
    assert reads.one(connection, COUNT + 1) is None
    task = reads.one(connection, 1)
    assert task is not None
    assert (task.assignees, task.created_at, type(task.is_done)) == (("Bo",), Instant(task.created_at), bool)
    assert [t.id for t in reads.many(connection, [5, 4711, 3, 5])] == [5, 3, 5]
    assert len(set(reads.window(connection, SECTIONS["open"]))) == 200, "rows can be kept in sets"


def test_a_list_does_not_see_half_of_what_is_written_meanwhile(connection: sqlite3.Connection, store: Path) -> None:
    with snapshot(connection):
        before = reads.ids(connection, SECTIONS["done"])
        with closing(connect(store)) as other:
            other.execute("BEGIN")
            other.execute("UPDATE task SET is_done = 0, done_date = NULL WHERE id = ?", (before[0],))
            assert reads.ids(connection, SECTIONS["done"]) == before
            other.execute("COMMIT")
            assert reads.ids(connection, SECTIONS["done"]) == before
            other.execute("UPDATE task SET is_done = 1, done_date = '2025-06-10' WHERE id = ?", (before[0],))
