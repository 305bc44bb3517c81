"""Times of a file that name an instant are told on the clocks of the list that takes them in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.operations import lists
from engine.operations.task_imports import import_ics, import_taskwarrior
from engine.queries import tasks as queries
from store.enums import TaskView
from tests.desk import Desk, desk

__all__ = ["desk"]

NOW = "2025-06-02"
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VTODO
UID:1
SUMMARY:Call
DUE:20250610T160000Z
END:VTODO
END:VCALENDAR
"""
WARRIOR = json.dumps(
    [{"uuid": "6b0e6f0c-7b6c-4a63-a3f6-3f3c1f6f7a11", "description": "Call", "status": "pending",
      "entry": "20250601T100000Z", "due": "20250610T160000Z"}]
)  # fmt: skip


@pytest.mark.parametrize(
    ("into", "zone", "due"),
    [
        (None, None, "2025-06-10 18:00"),
        ("house", None, "2025-06-10 18:00"),
        ("far", None, "2025-06-11 01:00"),
        ("far/away", None, "2025-06-11 01:00"),
        ("west", None, "2025-06-10 12:00"),
        ("far", "America/New_York", "2025-06-10 12:00"),
    ],
)
@pytest.mark.parametrize(("form", "text"), [(import_ics, ICS), (import_taskwarrior, WARRIOR)])
def test_an_instant_becomes_a_time_of_the_list(
    desk: Desk, tmp_path: Path, form: object, text: str, into: str | None, zone: str | None, due: str
) -> None:
    at = desk.at(NOW)
    lists.add(desk.ana, at, "far", zone="Asia/Tokyo")
    lists.add(desk.ana, at, "west", zone="America/New_York")
    file = tmp_path / "file"
    file.write_text(text)
    assert callable(form)
    form(desk.ana, at, str(file), list=into, zone=zone)
    (made,) = [task for task in queries.listed(desk.ana, at, view=TaskView.OPEN) if task.name == "Call"]
    assert f"{made.deadline_date} {made.deadline_time}" == due
