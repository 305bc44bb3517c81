"""Lists and look-ups of runs as scripts ask for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import schedules
from engine.queries import logs
from engine.queries import runs as asks
from store.database import transaction
from store.enums import RunState
from store.errors import Refused
from tests.engine.engine_stage import Stage, add
from tests.engine.stage import ANA, AT, desk

__all__ = ["desk"]


def test_list_by_schedule_state_and_text(desk: Path) -> None:
    made = schedules.add(ANA, AT, "nightly", spec="daily 03:00", command="true")
    ids = [add("backup", schedule_id=made.id), add("other"), add("Backup two")]
    with transaction() as connection:
        connection.execute("UPDATE run SET state = 'failed' WHERE id = ?", (ids[1],))

    def found(**more: object) -> list[int]:
        return [run.id for run in asks.listed(ANA, AT, **more)]

    assert found() == ids[::-1]
    assert found(schedule="nightly") == found(schedule=str(made.id)) == [ids[0]]
    assert found(state=(RunState.FAILED,)) == [ids[1]]
    assert found(text="backup") == [ids[2], ids[0]]
    assert found(before=ids[2], limit=1) == [ids[1]]
    schedules.delete(ANA, AT, "nightly")
    assert found(schedule="nightly") == [ids[0]]
    with pytest.raises(Refused, match=r"^schedule: there is none named 'daily'"):
        found(schedule="daily")


def test_log_from_a_line_on(desk: Path) -> None:
    with Stage(desk) as stage:
        run = stage.do("seq 1 5").id
    assert [line.text for line in logs.log(ANA, AT, run, from_=2, limit=2)] == ["1", "2"]
    assert [line.seq for line in logs.log(ANA, AT, run, limit=0)] == [1, 2, 3, 4, 5, 6, 7]
    assert [each.number for each in asks.attempts(ANA, AT, run)] == [1]
    assert asks.show(ANA, AT, run).log_lines == 7


def test_no_such_run(desk: Path) -> None:
    for ask in (asks.show, logs.log, asks.attempts):
        with pytest.raises(Refused, match=r"^There is no run 7\.$"):
            ask(ANA, AT, 7)
