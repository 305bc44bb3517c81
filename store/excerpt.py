"""The part of a store that decides what happens next, copied into memory: definitions whole, of the past what counts.

Logs, artifacts, the journal and what is over stay behind, so that a store of gigabytes is copied as fast as a small
one. In memory because nothing can be left there: a process that is killed takes its copy along.
"""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from store import folding, titling
from store.connection import BUSY_MS, in_words, quoted
from store.instants import to_us

_LEFT_BEHIND = (
    "log_line", "artifact", "attempt", "notification", "delivery", "status_change", "counter", "step_error",
)  # fmt: skip
_LIVE = "superseded_at IS NULL AND deleted_at IS NULL"
_RESTING = "SELECT id FROM real.schedule WHERE pause_reason IS NOT NULL OR NOT is_enabled"
_FLOWS = "SELECT id FROM real.workflow WHERE state IN ('open', 'needs attention') AND deleted_at IS NULL"
_DATES = "EXISTS (SELECT 1 FROM real.task_event WHERE event_type = 'date_field')"

LAST_RUNS = 20
"""So many of the last runs of a schedule say how long its runs take."""

_AT_WORK = "FROM real.trigger WHERE deleted_at IS NULL AND is_enabled = 1"
_TOUCHED = f"""
SELECT task_id FROM real.pending_action WHERE state = 'waiting' AND task_id IS NOT NULL AND due_at <= :end
UNION SELECT scope_id {_AT_WORK} AND scope = 'task'
UNION SELECT task_id FROM real.task_label WHERE label_id IN (SELECT scope_id {_AT_WORK} AND scope = 'label')
UNION SELECT task_id FROM real.task_assignee WHERE user_id IN (SELECT scope_id {_AT_WORK} AND scope = 'user')
UNION SELECT id FROM real.task WHERE list_id IN (
  WITH RECURSIVE below (id) AS (
    SELECT scope_id {_AT_WORK} AND scope = 'list'
    UNION SELECT l.id FROM real.task_list l JOIN below ON l.parent_id = below.id)
  SELECT id FROM below)
UNION SELECT id FROM real.task WHERE EXISTS (SELECT 1 {_AT_WORK} AND scope = 'all' AND event = 'schedule')
"""
"""Tasks that triggers may touch, done ones too: those that wait for them, and those in the scope of one."""

_PARTS = {
    "run": "SELECT * FROM real.run WHERE state IN ('pending', 'starting', 'running')",
    "occurrence": """
SELECT o.* FROM real.schedule s CROSS JOIN real.occurrence o ON o.schedule_id = s.id
WHERE s.action IN ('create', 'reopen') AND s.deleted_at IS NULL
  AND (o.planned_at >= :recent OR s.basis = 'completion')
""",
    "task": f"""
SELECT * FROM real.task WHERE {_LIVE} AND is_done = 0 AND kind <> 'contact'
  AND (:whole OR deadline_date <= :last_day OR template_id IS NOT NULL OR has_task_model)
UNION
SELECT * FROM real.task WHERE {_LIVE} AND template_id IS NOT NULL AND planned_at >= :recent
UNION
SELECT * FROM real.task WHERE id IN (
  SELECT max(t.id) FROM real.schedule s JOIN real.template p ON p.schedule_id = s.id
  JOIN real.task t ON t.template_id = p.id AND t.superseded_at IS NULL AND t.deleted_at IS NULL
  WHERE s.action = 'reopen' OR s.basis = 'completion' GROUP BY p.id)
UNION
SELECT * FROM real.task WHERE task_model_id IS NOT NULL AND (trigger_value IS NOT NULL OR {_LIVE}) AND {_DATES}
UNION
SELECT * FROM real.task WHERE :acts AND {_LIVE} AND (:whole OR id IN ({_TOUCHED}))
""",
    "pending_action": """
SELECT * FROM real.pending_action WHERE trigger_id IS NOT NULL AND due_at <= :end
  AND (state = 'waiting' OR due_at >= :recent)
""",
    "change": f"SELECT * FROM real.change WHERE kind = 'schedule' AND row_id IN ({_RESTING})",
    "act": f"""
SELECT * FROM real.act WHERE id IN (
  SELECT act_id FROM real.change WHERE kind = 'schedule' AND row_id IN ({_RESTING}))
""",
    "workflow": f"SELECT * FROM real.workflow WHERE :whole AND id IN ({_FLOWS})",
    "step": f"SELECT * FROM real.step WHERE :whole AND workflow_id IN ({_FLOWS})",
    "step_parent": f"""
SELECT * FROM real.step_parent WHERE :whole AND step_id IN (SELECT id FROM real.step WHERE workflow_id IN ({_FLOWS}))
""",
    "task_label": "SELECT * FROM real.task_label WHERE :whole OR :acts",
    "task_assignee": "SELECT * FROM real.task_assignee WHERE :whole OR :acts",
}
"""Of these tables only the rows that a pass after now can ask for. `:recent`: an instant some days ago, as an edit of
a template looks at what was decided for today; `:whole`: all that is open, because an operation may name any of it.
"""


@contextmanager
def excerpt(store: Path, recent: int, last_day: str, *, whole: bool = False) -> Iterator[sqlite3.Connection]:
    """A database in memory with what matters between `recent` (microseconds UTC) and `last_day` (YYYY-MM-DD).

    It has all tables and indexes of the store. Only where the desk's own triggers are at work, or may be after a
    change (`whole`), is what is written to it journaled: nobody else reads that. Beside them
    `usual (schedule_id, seconds)`: the median of how long the last runs took. The store is read in one transaction
    that writes nothing to it, so that its engine goes on meanwhile. StoreTrouble if it cannot be read.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None, uri=True, check_same_thread=False)) as copy:
        copy.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        copy.execute("PRAGMA foreign_keys=0")
        folding.register(copy)
        titling.register(copy)
        with in_words(store):
            copy.execute("ATTACH ? AS real", (f"file:{quoted(store)}?mode=ro",))
            copy.execute("BEGIN")
            acts = whole or copy.execute(f"SELECT 1 {_AT_WORK} LIMIT 1").fetchone() is not None
            end = to_us(datetime.fromisoformat(f"{last_day}T00:00:00+00:00"))
            _fill(copy, {"recent": recent, "last_day": last_day, "whole": whole, "acts": acts, "end": end})
            _time_runs(copy)
            if acts:
                _journal(copy)
            copy.execute("COMMIT")
            copy.execute("DETACH real")
        yield copy


def _fill(copy: sqlite3.Connection, given: dict[str, object]) -> None:
    tables = copy.execute(
        "SELECT name, (SELECT sql FROM real.sqlite_master m WHERE m.type = 'table' AND m.name = l.name)"
        " FROM pragma_table_list l WHERE schema = 'real' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).fetchall()
    for name, statement in tables:
        copy.execute(statement)
        part = _PARTS.get(name, f"SELECT * FROM real.{name}")
        if name not in _LEFT_BEHIND:
            copy.execute(f"INSERT INTO main.{name} {part}", given if ":" in part else {})
    names = {name for name, _ in tables}
    indexes = copy.execute("SELECT tbl_name, sql FROM real.sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    for table, statement in indexes.fetchall():
        if table in names:
            copy.execute(statement)


def _journal(copy: sqlite3.Connection) -> None:
    """What triggers follow is read from the journal: it is kept in the copy too, by the same means."""
    statements = copy.execute("SELECT sql FROM real.sqlite_master WHERE type = 'trigger'").fetchall()
    for (statement,) in statements:
        copy.execute(statement)


def _time_runs(copy: sqlite3.Connection) -> None:
    copy.execute("CREATE TABLE usual (schedule_id INTEGER PRIMARY KEY, seconds REAL NOT NULL) STRICT")
    for (schedule_id,) in copy.execute(
        "SELECT id FROM schedule WHERE action = 'run' AND deleted_at IS NULL"
    ).fetchall():
        taken = copy.execute(
            "SELECT (finished_at - started_at) / 1e6 FROM real.run WHERE schedule_id = ? AND state = 'succeeded'"
            " AND started_at IS NOT NULL AND finished_at >= started_at ORDER BY id DESC LIMIT ?",
            (schedule_id, LAST_RUNS),
        ).fetchall()
        if taken:
            seconds = statistics.median(row[0] for row in taken)
            copy.execute("INSERT INTO usual (schedule_id, seconds) VALUES (?, ?)", (schedule_id, seconds))
