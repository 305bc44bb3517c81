"""What `doctor` says of triggers: at work, stopped, late, or without what they hang on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.queries.health import Health
from engine.queries.health_triggers import triggers
from store.database import session
from tests.engine.recurring_stage import at
from tests.engine.triggers.schedule_stage import EARLY, Desk, new_desk


@pytest.fixture
def t(tmp_path: Path) -> Desk:
    t = new_desk(tmp_path)
    t.c.do("trigger install", EARLY, "weekly on Saturday", "remind 1 day before")
    t.task("Rent", "remind 1 day before", deadline=date(2025, 6, 6))
    return t


def found(t: Desk, when: str = EARLY) -> tuple[Health, str]:
    with session() as connection:
        told = triggers(connection, t.c.path, at(when))
    return told.state, told.words


def write(statement: str) -> None:
    with session() as connection:
        connection.execute(statement)


def test_what_is_at_work_and_what_is_to_come_are_counted(t: Desk) -> None:
    assert found(t) == (Health.OK, "2 at work, 2 actions to come")


def test_a_trigger_that_was_stopped_is_named_with_its_error(t: Desk) -> None:
    write("UPDATE \"trigger\" SET error = 'it set itself off' WHERE name = 'weekly on Saturday'")
    state, words = found(t)
    assert state is Health.WARNING
    assert "weekly on Saturday (it set itself off)" in words


def test_what_nobody_does_is_said(t: Desk) -> None:
    assert found(t, "2025-06-05T00:09")[0] is Health.OK
    assert found(t, "2025-06-05T00:11") == (
        Health.WARNING, "1 action should have been done by now; an engine does it (`tickler engine`)."
    )  # fmt: skip


def test_an_action_without_a_trigger_at_work_and_a_trigger_without_a_schedule_are_problems(t: Desk) -> None:
    write("UPDATE schedule SET deleted_at = 1")
    assert found(t)[1].startswith("1 trigger lost its schedule")
    write('UPDATE "trigger" SET is_enabled = 0')
    state, words = found(t)
    assert state is Health.PROBLEM
    assert words.startswith("2 actions wait for a trigger that is not at work")
