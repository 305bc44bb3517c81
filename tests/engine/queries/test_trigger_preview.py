"""`trigger preview` and the warning of a loop: what a trigger would do, said before it does it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.queries.trigger_preview import TriggerPreview, preview
from tests.desk import refused
from tests.engine.recurring_stage import Chores, at, chores
from tests.engine.stage import ANA, desk, file_bytes

__all__ = ["desk"]

NOW = "2025-06-02T08:00"


@pytest.fixture
def t(desk: Path) -> Chores:
    made = chores(desk)
    for day in (date(2025, 6, 2), date(2025, 6, 3), date(2025, 6, 20), date(2025, 8, 1)):
        made.do("task add", NOW, f"due {day}", deadline=day, time="18:00", label=("L",))
    return made


def look(**more: Any) -> TriggerPreview:
    return preview(ANA, at(NOW), **more)


def test_a_trigger_that_is_not_there_yet(t: Chores) -> None:
    before = file_bytes(t.path)
    seen = look(event="deadline reached", action="notify", scope="label:L", limit=2)
    assert (seen.tasks, seen.today, seen.later) == (4, 1, 2)
    assert [row.task for row in seen.rows] == ["due 2025-06-02", "due 2025-06-03"]
    assert seen.words == "Of 4 tasks in its scope it acts on 1 today and on 2 in the next month."
    assert look(event="deadline reached", action="notify", scope="label:L", condition="due:2025-06-20").later == 1
    assert look(event="deadline reached", action="notify", scope="label:nobody has it").tasks == 0
    assert file_bytes(t.path) == before


def test_one_that_is_switched_off_and_what_would_be_different(t: Chores) -> None:
    t.do("trigger add", NOW, "due", "deadline reached", "notify", delay="-1d", disabled=True)
    assert (look(trigger="due").today, look(trigger="due").later) == (1, 1)
    assert look(trigger="due", delay="0d").later == 2


def test_what_happens_has_no_time(t: Chores) -> None:
    words = look(event="completed", action="reopen").words
    assert words == "It acts when it happens to one of the tasks in its scope, which has 4 tasks now."


def test_a_loop_is_seen_before_it_turns(t: Chores) -> None:
    t.do("trigger add", NOW, "c", "reopened", "complete")
    seen = look(event="completed", action="reopen").warning
    assert seen == "'this one' makes 'c' act, and that 'this one' again: stopped as a loop."
    assert look(event="completed", action="reopen", delay="10d").warning == ""
    assert look(event="completed", action="notify").warning == ""
    itself = look(event="created", action="create task: more").warning
    assert itself.startswith("'this one' makes the event for which it waits itself")
    assert look(event="created", action="create task: more", scope="label:L").warning == ""


def test_what_is_done_already_is_no_loop(t: Chores) -> None:
    t.do("trigger add", NOW, "red", "label added: blue", "add label: red")
    more = {"event": "label added: red", "action": "add label: blue"}
    assert look(**more).warning == ""
    assert look(event="completed", action="complete").warning == ""
    t.do("trigger add", NOW, "off", "completed", "remove label: blue")
    assert look(**more).warning == "", "red stays, so that nothing comes after it"
    t.do("trigger add", NOW, "off too", "completed", "remove label: red")
    assert look(**more).warning.startswith("'this one' makes 'red' act")


def test_who_saves_a_loop_reads_of_it_in_the_log(t: Chores) -> None:
    t.do("trigger add", NOW, "c", "reopened", "complete")
    t.do("trigger add", NOW, "r", "completed", "reopen")
    ((words,),) = t.ask("SELECT words FROM act ORDER BY id DESC LIMIT 1")
    assert words == "added trigger: r; beware: 'r' makes 'c' act, and that 'r' again: stopped as a loop."


def test_says_what_it_needs(t: Chores) -> None:
    assert "--event" in refused(preview, ANA, at(NOW))
