"""Filters of several parts, and looking for what is rare stretch by stretch."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from store.reads import task_finding
from store.reads import tasks as reads
from store.reads.task_parts import Part, What
from store.values import Task
from tests.store.reads.many_tasks import TODAY, store
from tests.store.reads.test_tasks import SECTIONS, connection, everything, expected, plans

__all__ = ["connection", "everything", "store"]


def test_what_is_found_grows_stretch_by_stretch_beginning_with_what_the_list_shows_first(
    connection: sqlite3.Connection, everything: tuple[Task, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_finding, "_STRETCH", 100)
    monkeypatch.setattr(reads, "_NEAR", 40)
    sift = reads.Filter(text="binder")
    steps = list(task_finding.stretches(connection, sift, TODAY))
    first = expected(everything, "waiting")[:40]
    by_id = {task.id: task for task in everything}
    assert steps[0] == (reads.Filter(ids=tuple(sorted(n for n in first if "binder" in by_id[n].name))), False)
    sizes = [len(step.ids or ()) for step, _ in steps[1:]]
    assert len(sizes) > 5
    assert sizes == sorted(sizes)
    assert [is_all for _, is_all in steps] == [False] * (len(steps) - 1) + [True]
    assert steps[-1][0] == task_finding.found(connection, sift)


PARTS: dict[str, tuple[Part, Callable[[Task], bool]]] = {
    "label": (Part(What.LABEL, (1,)), lambda task: "red" in task.labels),
    "list": (Part(What.LIST, (1, 3)), lambda task: task.list_id in (1, 3)),
    "person": (Part(What.PERSON, (2,)), lambda task: "Bo" in task.assignees),
    "priority": (Part(What.PRIORITY, (1, 2)), lambda task: task.priority in (1, 2)),
    "thing": (
        Part(What.THING, (("stay", "103"), ("stay", "107"), ("server", None))),
        lambda task: task.object_id in ("103", "107"),
    ),
    "days": (
        Part(What.DAYS, ("due", TODAY, TODAY + timedelta(3))),
        lambda task: task.deadline_date is not None and TODAY <= task.deadline_date <= TODAY + timedelta(3),
    ),
    "late": (
        Part(What.LATE, (TODAY,)),
        lambda task: not task.is_done and (task.deadline_date or TODAY) < TODAY,
    ),
    "text in a label": (Part(What.TEXT, ("RED",)), lambda task: "red" in task.labels),
    "text in letters beyond ASCII": (Part(What.TEXT, ("ÜBERR",)), lambda task: "Über" in task.name),
    **{
        f"has {name}": (Part(What.HAS, (name,)), passes)
        for name, passes in (
            ("notes", lambda task: task.notes != ""),
            ("label", lambda task: task.labels != ()),
            ("list", lambda task: task.list_id is not None),
            ("person", lambda task: task.assignees != ()),
            ("priority", lambda task: task.priority is not None),
            ("due", lambda task: task.deadline_date is not None),
            ("time", lambda task: task.deadline_time is not None),
            ("start", lambda task: task.start_date is not None),
            ("checklist", lambda task: task.checklist != ()),
            ("thing", lambda task: task.object_id is not None),
            ("template", lambda task: task.template_id is not None),
        )
    },
}


@pytest.mark.parametrize("is_not", [False, True])
@pytest.mark.parametrize("what", PARTS)
def test_each_part_of_a_filter_passes_what_it_says_or_all_the_rest(
    connection: sqlite3.Connection, everything: tuple[Task, ...], what: str, is_not: bool
) -> None:
    part, passes = PARTS[what]
    sift = reads.Filter(parts=(replace(part, is_not=is_not),))
    by_id = {task.id: task for task in everything}
    for name in ("open", "done"):
        wanted = [number for number in expected(everything, name) if passes(by_id[number]) is not is_not]
        assert reads.ids(connection, SECTIONS[name], sift) == wanted
        assert reads.ids(connection, SECTIONS[name], task_finding.found(connection, sift, 2_000)) == wanted


def test_a_label_that_few_tasks_bear_is_found_by_its_index(connection: sqlite3.Connection) -> None:
    sift = reads.Filter(parts=(Part(What.LABEL, (1,)),))
    last = plans(connection, lambda: task_finding.found(connection, sift))[-1]
    assert not [step for step in last if step.startswith("SCAN task")]
