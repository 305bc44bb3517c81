"""A store with nine hundred tasks of every kind, with many ties, for tests of lists."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from store.connection import connect
from tests.desk import stays

TODAY = date(2025, 6, 10)
COUNT = 900
_NAMES = ("Überraschung", "binder", "100% list")
_INSERT = """
INSERT INTO task (id, name, kind, is_done, done_by, done_date, visible_date, deadline_date, deadline_event_id,
                  object_class, object_id, notes, superseded_at, deleted_at, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'stay', ?, ?, ?, ?, ?)
"""

_MORE = """
INSERT INTO task_list (id, name, parent_id) VALUES (1, 'house', NULL), (2, 'work', NULL), (3, 'garden', 1);
INSERT INTO label (id, name) VALUES (1, 'red'), (2, 'redder'), (3, 'out');
INSERT INTO task_label (task_id, label_id) SELECT id, 1 FROM task WHERE id % 5 = 0;
INSERT INTO task_label (task_id, label_id) SELECT id, 3 FROM task WHERE id % 7 = 0;
UPDATE task SET list_id = id % 4 WHERE id % 4 > 0;
UPDATE task SET priority = id % 5 WHERE id % 5 > 0;
UPDATE task SET checklist = '[["buy", false]]' WHERE id % 6 = 0;
UPDATE task SET start_date = visible_date WHERE id % 8 = 0;
UPDATE task SET deadline_time = '09:00' WHERE id % 9 = 0 AND deadline_date IS NOT NULL;
UPDATE task SET object_class = NULL, object_id = NULL WHERE id % 10 = 1;
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fixture S with the tasks; a few are superseded, deleted or contacts."""
    path = stays(tmp_path_factory.mktemp("store") / "desk.db").path
    schools = [(str(number), f"School {number}", number % 2 + 1) for number in range(100, 110)]
    workers = [(number, number % 2 + 1) for number in range(1, COUNT, 3)]
    with closing(connect(path)) as connection:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO entity (object_class, object_id, name, team_id, created_at) VALUES ('stay', ?, ?, ?, 0)",
            schools,
        )
        connection.executemany(_INSERT, list(_tasks(random.Random(11))))
        connection.executemany("INSERT INTO task_assignee (task_id, user_id) VALUES (?, ?)", workers)
        for statement in _MORE.strip().split(";\n"):
            connection.execute(statement)
        connection.execute("COMMIT")
    return path


def _tasks(chance: random.Random) -> Iterator[tuple[object, ...]]:
    for number in range(1, COUNT + 1):
        is_done = chance.random() < 0.3
        visible = TODAY + timedelta(chance.randint(-20, 5))
        deadline = visible + timedelta(chance.randint(0, 12)) if chance.random() < 0.7 else None
        kind = chance.choice(["actionable"] * 8 + ["contact"])
        day = str(TODAY - timedelta(chance.randint(0, 9))) if is_done or kind == "contact" else None
        superseded, deleted = (1 if chance.random() < 0.1 else None for _ in "sd")
        yield (
            number, f"Task {number} {chance.choice(_NAMES)}", kind, is_done, 1 if is_done else None, day,
            str(visible), deadline and str(deadline), chance.choice((None, 1, 2, 3)), str(chance.randint(100, 109)),
            chance.choice(("", "call them back")), superseded, deleted, chance.randint(1, 50),
        )  # fmt: skip
