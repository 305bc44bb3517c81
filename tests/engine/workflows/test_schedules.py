"""A schedule starts workflows: once for each of its times, in its owner's name; its run tells what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from store.database import transaction
from tests.engine.stage import desk
from tests.engine.workflows.people_stage import flows

__all__ = ["desk"]

REVIEW = """
class Review(Workflow):
    what: str = ""
    begin = start("what", required=("what",))
    one = human(assignee="starter")
    edges = [(begin, one)]
"""


def pass_at(path: Path, when: str) -> None:
    """One pass of an engine, whose runs it waits for."""
    command = [sys.executable, "-m", "tickler", "--store", str(path), "engine", "--once", "--at", when]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_a_schedule_starts_a_workflow_once(desk: Path, tmp_path: Path) -> None:
    f = flows(desk, tmp_path)
    f.people("ana")
    f.load(REVIEW)
    more: dict[str, Any] = {"controller": "start workflow", "when": "2025-06-02T09:00"}
    params = {"workflow": "review", "fields": {"what": "books"}}
    f.do("schedule add", "weekly", "weekly fri 09:00", params=params, **more)
    f.do("schedule add", "bad", "weekly fri 09:00", params={"workflow": "review"}, **more)
    pass_at(desk, "2025-06-06T09:00:01")
    assert f.ask("SELECT dedupe_key FROM workflow") == [("run:1",)]
    assert (f.data(), f.whose("one")) == ({"what": "books"}, ["ana"])
    assert f.ask("SELECT state, error FROM run WHERE name = 'bad'") == [
        ("failed", "what: it must be filled in (expected some text).")
    ]
    with transaction() as connection:
        connection.execute("UPDATE run SET state = 'pending', available_at = 0, finished_at = NULL WHERE id = 1")
    pass_at(desk, "2025-06-06T09:01:00")
    assert f.ask("SELECT state FROM run WHERE id = 1") == [("succeeded",)]
    assert f.ask("SELECT count(*) FROM workflow") == [(1,)]
