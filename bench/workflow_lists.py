"""Lists of many workflows (issue 6): what a page costs, first, deep, filtered; the median of twenty of each.

    python bench/workflow_lists.py [workflows]

Each workflow has four steps; of a hundred 91 are over, 5 wait for a person, 2 for a time, 1 is stuck, 1 was cancelled.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from store.connection import connect
from store.database import database
from store.enums import FlowState
from store.opening import open_store
from store.reads import pulse, workflows

AT = 1_748_851_200_000_000
VERSIONS = 3
GRAPH = json.dumps({"name": "refund", "title": "", "nodes": [], "edges": [], "fields": [], "entry": ""})


def fill(path: Path, many: int) -> None:
    """Write them, without the triggers of the journal."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("INSERT INTO user (id, name) VALUES (100, 'ana'), (101, 'bo')")
        connection.executemany(
            "INSERT INTO workflow_definition (id, name, version, graph, digest, is_current, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(n, "refund" if n <= VERSIONS else "rare", n, GRAPH, str(n), n >= VERSIONS, AT)
             for n in range(1, VERSIONS + 2)],
        )  # fmt: skip
        states = ["succeeded"] * 91 + ["open"] * 7 + ["needs attention", "cancelled"]
        connection.executemany(
            "INSERT INTO workflow (id, definition_id, name, state, data, started_at, steps)"
            " VALUES (?, ?, ?, ?, ?, ?, 4)",
            [(n, 4 if n % 5_000 == 0 else n % VERSIONS + 1, f"customer {n}", states[n % 100], '{"amount": 120}', AT + n)
             for n in range(1, many + 1)],
        )  # fmt: skip
        _steps(connection, states, many)
        connection.execute("COMMIT")


def _steps(connection: sqlite3.Connection, states: list[str], many: int) -> None:
    rows, links, tasks = [], [], []
    for n in range(1, many + 1):
        state, first = states[n % 100], 4 * n
        for at, node in enumerate(("ask", "check", "book", "approve")):
            kind, where, task, due = "machine", "succeeded", None, None
            if at == 3:
                kind = "human"
                if state == "open":
                    where = "waiting"
                    kind, task, due = ("human", n, None) if n % 100 < 96 else ("machine", None, AT + n)
                elif state != "succeeded":
                    where = "failed" if state == "needs attention" else "cancelled"
            rows.append((first + at, n, node, kind, where, task, AT + n, due))
            links += [(first + at, first + at - 1)] if at else []
            tasks += [(task, f"Approve {n}")] if task else []
    connection.executemany(
        "INSERT INTO task (id, name, visible_date, created_at) VALUES (?, ?, '2025-06-01', 1)", tasks
    )
    connection.executemany(
        "INSERT INTO task_assignee (task_id, user_id) VALUES (?, ?)",
        [(n, 101 if n % 500 == 91 else 100) for n, _ in tasks],
    )
    connection.executemany(
        "INSERT INTO step (id, workflow_id, node, kind, state, task_id, created_at, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    connection.executemany("INSERT INTO step_parent (step_id, parent_id) VALUES (?, ?)", links)


def cases(connection: sqlite3.Connection, many: int) -> dict[str, Callable[[], object]]:
    """What is measured, by what it is called."""
    return {
        "first page": lambda: workflows.page(connection),
        "deep page": lambda: workflows.page(connection, after=many // 2),
        "open": lambda: workflows.page(connection, state=FlowState.OPEN),
        "open or stuck": lambda: workflows.page(connection, state=(FlowState.OPEN, FlowState.ATTENTION)),
        "of a name": lambda: workflows.page(connection, name="refund"),
        "of a rare name": lambda: workflows.page(connection, name="rare"),
        "of a rare name, stuck": lambda: workflows.page(connection, name="rare", state=FlowState.ATTENTION),
        "mine (80 of 100)": lambda: workflows.page(connection, mine="ana"),
        "mine (few)": lambda: workflows.page(connection, mine="bo"),
        "text, frequent": lambda: workflows.page(connection, text="customer 99"),
        "text, nowhere": lambda: workflows.page(connection, text="nobody"),
        "problems": lambda: workflows.problems(connection),
        "problems, deep": lambda: workflows.problems(connection, (many // 2, 0)),
        "definitions": lambda: workflows.definitions(connection),
        "one": lambda: workflows.workflow(connection, many),
        "its steps": lambda: workflows.steps(connection, many),
        "stuck, for the header": lambda: pulse.attention(connection),
    }


def main() -> None:
    """Print the milliseconds of each."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = open_store(Path(folder) / "desk.db").path
        database.close()
        fill(path, many)
        with closing(connect(path)) as connection:
            connection.execute("ANALYZE")
            print(f"{many:,} workflows, {4 * many:,} steps, {path.stat().st_size / 2**20:.0f} MiB")
            for name, call in cases(connection, many).items():
                call()
                took = []
                for _ in range(20):
                    begin = time.perf_counter()
                    call()
                    took.append(time.perf_counter() - begin)
                print(f"{name:24} {1000 * statistics.median(took):8.2f} ms")


if __name__ == "__main__":
    main()
