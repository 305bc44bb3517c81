"""Lines, who paused, and what is worked out anew after an undo."""

from __future__ import annotations

from pathlib import Path

from engine import ledger
from engine.operations import schedules as ops
from store.enums import Cause, OccurrenceState
from store.instants import to_us
from tests.engine import firing_stage
from tests.engine.firing_stage import at, fire, next_at, one, states, writing
from tests.engine.stage import ANA, BO, desk, rows

__all__ = ["desk"]


def daily(name: str = "job") -> None:
    ops.add(ANA, at("2025-06-01T12:00"), name, spec="daily 00:00", command="true")


def rearm(path: Path, now: str) -> None:
    with writing(path) as connection:
        ledger.rearm(connection, 1, to_us(at(now)), "put back by ana")


def test_who_paused_is_who_did_it_last(desk: Path) -> None:
    daily()
    ops.pause(ANA, at("2025-06-01T13:00"), "job", reason="x")
    ops.resume(BO, at("2025-06-01T13:10"), "job")
    ops.pause(BO, at("2025-06-01T14:00"), "job")
    ops.edit(ANA, at("2025-06-01T15:00"), "job", description="pause_reason='me'")
    with writing(desk) as connection:
        assert ledger.pause_words(connection, 1, "") == "paused by bo"
        assert ledger.pause_words(connection, 1, "disk move") == "paused by bo: disk move"


def test_who_switched_it_off_may_be_who_made_it_so(desk: Path) -> None:
    ops.add(BO, at("2025-06-01T12:00"), "job", spec="daily 00:00", command="true", disabled=True)
    with writing(desk) as connection:
        assert ledger.off_words(connection, 1) == "switched off by bo"
        connection.execute("DELETE FROM change")
        assert ledger.off_words(connection, 1) == "switched off by somebody"


def test_a_decided_instant_keeps_its_line(desk: Path) -> None:
    daily()
    fire(desk, at("2025-06-02T00:00"))
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET cursor_at = 0")
        schedule = ledger.standing(connection, 1)._replace(cursor_at=to_us(at("2025-06-01T12:00")))
        ledger.close(connection, schedule, to_us(at("2025-06-03T12:00")), OccurrenceState.MISSED, "x", Cause.DOWN)
    assert states(desk) == [("06-02 00:00", "fired"), ("06-03 00:00", "missed")]


def test_rearm_after_a_pause_was_undone(desk: Path) -> None:
    daily()
    ops.pause(ANA, at("2025-06-01T13:00"), "job")
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET pause_reason = NULL")
    rearm(desk, "2025-06-03T12:00")
    assert firing_stage.ledger(desk) == [
        ("06-02 00:00", "skipped", "put back by ana"),
        ("06-03 00:00", "skipped", "put back by ana"),
    ]
    assert next_at(desk) == "2025-06-04 00:00"


def test_rearm_after_a_rule_was_put_back(desk: Path) -> None:
    daily()
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET spec = 'daily 06:00'")
    rearm(desk, "2025-06-01T12:30")
    assert next_at(desk) == "2025-06-02 06:00"


def test_rearm_of_what_is_off_or_deleted_waits_for_nothing(desk: Path) -> None:
    daily()
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET is_enabled = 0")
    rearm(desk, "2025-06-03T12:00")
    assert (next_at(desk), states(desk)) == (None, [])
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET is_enabled = 1, deleted_at = 1")
    rearm(desk, "2025-06-03T12:00")
    assert (next_at(desk), states(desk)) == (None, [])


def test_rearm_marks_a_rule_that_cannot_be_made(desk: Path) -> None:
    daily()
    with writing(desk) as connection:
        connection.execute("UPDATE schedule SET spec = 'whenever'")
    rearm(desk, "2025-06-03T12:00")
    assert "'whenever' does not begin a schedule" in str(one(desk).error)
    assert one(desk).next_at is None


def test_rearm_of_a_row_that_is_gone_is_nothing(desk: Path) -> None:
    rearm(desk, "2025-06-03T12:00")
    assert rows(desk, "SELECT * FROM schedule") == []
