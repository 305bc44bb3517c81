"""Workflows under way and their steps, definitions with their versions, and what is wrong.

Lists are newest first. A page walks down one index and reads only what it shows, however many workflows there are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from store.enums import FlowState, StepKind, StepState
from store.errors import Refused
from store.instants import Instant
from store.reads.workflow_waits import waits
from store.workflow_values import Definition, Problem, Step, StepError, Workflow

MOST_VERSIONS = 200
"""Versions of one name whose workflows a list finds by that name; the newest ones."""

_DEFINITION = """
SELECT d.id, d.name, d.version, d.title, d.graph, d.origin, d.is_current, d.error, u.name, d.created_at, d.deleted_at,
       (SELECT count(*) FROM workflow w WHERE w.definition_id = d.id AND w.state IN ('open', 'needs attention')
        AND w.deleted_at IS NULL), d.rev
FROM workflow_definition d LEFT JOIN user u ON u.id = d.owner_id
"""
_WORKFLOW = """
SELECT w.id, w.definition_id, d.name, d.version, w.name, w.state, w.reason, w.data, w.object_class, w.object_id,
       u.name, w.started_at, w.finished_at, w.steps, w.deleted_at, w.rev
FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id LEFT JOIN user u ON u.id = w.started_by
"""
_STEP = """
SELECT s.id, s.workflow_id, s.node, s.kind, s.state, s.reason, s.run_id, s.task_id,
       (SELECT json_group_array(parent_id) FROM step_parent l WHERE l.step_id = s.id), s.created_at, s.started_at,
       s.done_at, u.name, s.due_at, s.deadline_at, s.checks, s.form, s.error, s.trace, s.attempts,
       (SELECT json_group_array(p.name) FROM task_assignee a JOIN user p ON p.id = a.user_id
        WHERE a.task_id = s.task_id)
FROM step s LEFT JOIN user u ON u.id = s.done_by
"""
_MINE = """
w.id IN (SELECT s.workflow_id FROM task_assignee a JOIN user u ON u.id = a.user_id
         JOIN step s ON s.task_id = a.task_id AND s.task_id IS NOT NULL WHERE u.name = ? AND s.state = 'waiting')
"""
_PROBLEM = """
SELECT s.id, s.workflow_id, d.name, w.name, s.node, s.kind, s.state, ifnull(s.error, s.reason),
       ifnull(s.done_at, s.created_at), s.run_id, s.attempts
FROM step s JOIN workflow w ON w.id = s.workflow_id JOIN workflow_definition d ON d.id = w.definition_id
WHERE s.workflow_id IN (SELECT value FROM json_each(:ids)) AND (s.workflow_id < :last OR s.id > :past)
"""
_STUCK = """
s.kind = 'join' AND s.state = 'waiting' AND (instr(s.reason, '(failed)') OR instr(s.reason, '(cancelled)')
    OR instr(w.reason, s.node || ' waits for') = 1)
"""


def definitions(connection: sqlite3.Connection, *, old: bool = False, text: str = "") -> list[Definition]:
    """Definitions by name, the current version of each; with `old` the earlier ones too, after it."""
    terms = "d.deleted_at IS NULL AND (d.is_current = 1 OR ?) AND (? = '' OR instr(lower(d.name), lower(?)) > 0)"
    rows = connection.execute(f"{_DEFINITION} WHERE {terms} ORDER BY d.name, d.version DESC", (old, text, text))
    return [_definition(row) for row in rows.fetchall()]


def definition(connection: sqlite3.Connection, which: int | str, version: int | None = None) -> Definition:
    """The definition of that id, or the current version of that name, or the one of that name with that version."""
    if isinstance(which, int):
        terms, values = "d.id = ?", list[Any]([which])
    elif version is None:
        terms, values = "d.name = ? AND d.is_current = 1 AND d.deleted_at IS NULL", [which]
    else:
        terms, values = "d.name = ? AND d.version = ?", [which, version]
    row = connection.execute(f"{_DEFINITION} WHERE {terms}", values).fetchone()
    if row is None:
        raise Refused(f"There is no workflow {which!r}{'' if version is None else f' version {version}'}.")
    return _definition(row)


def current_version(connection: sqlite3.Connection, name: str) -> int | None:
    """The version with which new workflows of that name begin; None if it is deleted."""
    row = connection.execute(
        "SELECT version FROM workflow_definition WHERE name = ? AND is_current = 1 AND deleted_at IS NULL", (name,)
    ).fetchone()
    return None if row is None else int(row[0])


def page(
    connection: sqlite3.Connection,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 100,
    state: FlowState | Sequence[FlowState] | None = None,
    name: str | None = None,
    mine: str | None = None,
    text: str = "",
    thing: tuple[str, str] | None = None,
) -> list[Workflow]:
    """Newest first: the first `limit`, those that follow workflow `after` in the list, or the nearest above `before`.

    `state`: one or several; `name` is that of the definition, whatever the version; `mine` a user for whose open human
    steps it waits; `text` must be part of a name or of the entity; `thing` is the entity, (class, id).
    """
    terms, values = ["w.deleted_at IS NULL"], list[Any]()
    for mark, place in ("<", after), (">", before):
        if place is not None:
            terms, values = [*terms, f"w.id {mark} ?"], [*values, place]
    if mine is not None:
        terms, values = [*terms, _MINE], [*values, mine]
    if thing is not None:
        terms, values = [*terms, "w.object_class = ? AND w.object_id = ?"], [*values, *thing]
    if text:
        found = "(w.definition_id IN (SELECT value FROM json_each(?)) OR instr(lower(w.name), ?) > 0"
        found += " OR w.object_id IS NOT NULL AND instr(lower(w.object_class || ' ' || w.object_id), ?) > 0)"
        terms, values = [*terms, found], [*values, _named_like(connection, text), text.lower(), text.lower()]
    order = "DESC" if before is None else "ASC"
    ids: list[int] = []
    for own, given in _branches(connection, state, name):
        where = " AND ".join([*terms, *own])
        rows = connection.execute(f"SELECT w.id FROM workflow w WHERE {where} ORDER BY w.id {order} LIMIT ?",
                                  (*values, *given, limit)).fetchall()  # fmt: skip
        ids += [row[0] for row in rows]
    return these(connection, sorted(ids, reverse=before is None)[:limit])


def _branches(
    connection: sqlite3.Connection, state: FlowState | Sequence[FlowState] | None, name: str | None
) -> list[tuple[list[str], list[Any]]]:
    """One walk for each version and state: the indexes are in order of ids only within one."""
    states: Sequence[str] = [state] if isinstance(state, str) else list(state or ())
    if name is None:
        return [(["w.state = ?"], [each]) for each in states] or [([], [])]
    rows = connection.execute(
        "SELECT id FROM workflow_definition WHERE name = ? ORDER BY version DESC LIMIT ?", (name, MOST_VERSIONS)
    ).fetchall()
    both = ["w.definition_id = ?", "w.state = ?"]
    return [(both, [row[0], each]) for row in rows for each in states or list(FlowState)]


def _named_like(connection: sqlite3.Connection, text: str) -> str:
    """Ids of definitions whose name holds the text, as JSON."""
    rows = connection.execute("SELECT id FROM workflow_definition WHERE instr(lower(name), ?) > 0", (text.lower(),))
    return json.dumps([row[0] for row in rows.fetchall()])


def count(connection: sqlite3.Connection, states: Sequence[FlowState] = (), most: int = 10_000) -> int:
    """How many workflows are in one of these states, all if none is named; counted up to `most`."""
    wanted = json.dumps(list(states or FlowState))
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM workflow WHERE deleted_at IS NULL"
        " AND state IN (SELECT value FROM json_each(?)) LIMIT ?)",
        (wanted, most),
    ).fetchone()
    return int(row[0])


def these(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Workflow]:
    """The workflows of these ids, newest first; one that is gone is not there."""
    rows = connection.execute(
        f"{_WORKFLOW} WHERE w.id IN (SELECT value FROM json_each(?)) ORDER BY w.id DESC", (json.dumps(list(ids)),)
    ).fetchall()
    words = waits(connection, [(row[0], FlowState(row[5])) for row in rows])
    return [_workflow(row, words.get(row[0], "")) for row in rows]


def workflow(connection: sqlite3.Connection, number: int) -> Workflow:
    """The workflow of that id, deleted ones too."""
    found = these(connection, [number])
    if not found:
        raise Refused(f"There is no workflow {number}.")
    return found[0]


def steps(
    connection: sqlite3.Connection, workflow_id: int, after: int | None = None, limit: int = 100,
    *, before: int | None = None,
) -> list[Step]:  # fmt: skip
    """The steps of a workflow in the order in which they began: the first `limit`, or those after a step.

    `before` a step: the nearest that began earlier, in the same order.
    """
    if before is not None:
        which = "s.workflow_id = ? AND s.id < ? ORDER BY s.id DESC"
        rows = connection.execute(f"{_STEP} WHERE {which} LIMIT ?", (workflow_id, before, limit)).fetchall()[::-1]
    else:
        which = "s.workflow_id = ? AND s.id > ? ORDER BY s.id"
        rows = connection.execute(f"{_STEP} WHERE {which} LIMIT ?", (workflow_id, after or 0, limit)).fetchall()
    return [_step(row) for row in rows]


def step(connection: sqlite3.Connection, number: int) -> Step:
    """The step of that id."""
    row = connection.execute(f"{_STEP} WHERE s.id = ?", (number,)).fetchone()
    if row is None:
        raise Refused(f"There is no step {number}.")
    return _step(row)


def errors(connection: sqlite3.Connection, step_id: int) -> list[StepError]:
    """Every time that a step failed, first to last; the last one is that of the step itself, if it failed."""
    rows = connection.execute(
        "SELECT id, step_id, at, error, trace, run_id FROM step_error WHERE step_id = ? ORDER BY id", (step_id,)
    ).fetchall()
    return [StepError(number, owner, Instant(at), *rest) for number, owner, at, *rest in rows]


def problems(connection: sqlite3.Connection, after: tuple[int, int] | None = None, limit: int = 100) -> list[Problem]:
    """Steps that failed and joins that wait for what cannot come, of the newest workflow first, within it the oldest.

    `after` is the (workflow id, step id) of the last one that is known. Cancelled workflows have no problems.
    """
    last, past = after or (1 << 62, 0)
    ids = connection.execute(
        "SELECT id FROM workflow WHERE state = 'needs attention' AND deleted_at IS NULL AND id <= ?"
        " ORDER BY id DESC LIMIT ?",
        (last, limit + 1),
    ).fetchall()
    rows = connection.execute(
        f"{_PROBLEM} AND s.state = 'failed' UNION ALL {_PROBLEM} AND {_STUCK} ORDER BY 2 DESC, 1 LIMIT :most",
        {"ids": json.dumps([row[0] for row in ids]), "last": last, "past": past, "most": limit},
    ).fetchall()
    return [_problem(row) for row in rows]


def problem_count(connection: sqlite3.Connection, most: int = 10_000) -> int:
    """How many workflows need attention, counted up to `most`."""
    return count(connection, (FlowState.ATTENTION,), most)


def of_task(connection: sqlite3.Connection, task_id: int) -> Step | None:
    """The human step whose task it is; None for a task of its own."""
    row = connection.execute(f"{_STEP} WHERE s.task_id = ?", (task_id,)).fetchone()
    return None if row is None else _step(row)


def of_run(connection: sqlite3.Connection, run_id: int, limit: int = 100) -> list[Step]:
    """The steps that a run does, or did last; many, if it asked several workflows at once."""
    rows = connection.execute(f"{_STEP} WHERE s.run_id = ? ORDER BY s.id LIMIT ?", (run_id, limit)).fetchall()
    return [_step(row) for row in rows]


def children(connection: sqlite3.Connection, step_id: int) -> list[int]:
    """Ids of the steps that a step led to."""
    rows = connection.execute("SELECT step_id FROM step_parent WHERE parent_id = ? ORDER BY step_id", (step_id,))
    return [int(row[0]) for row in rows.fetchall()]


def _definition(row: Sequence[Any]) -> Definition:
    number, name, version, title, graph, origin, is_current, error, owner, created_at, deleted_at, is_open, rev = row
    return Definition(
        number, name, version, title, graph, origin, bool(is_current), error, owner, Instant(created_at),
        _at(deleted_at), is_open, rev,
    )  # fmt: skip


def _workflow(row: Sequence[Any], waits_for: str) -> Workflow:
    (
        number, definition_id, called, version, name, state, reason, data, object_class, object_id, started_by,
        started_at, finished_at, count_, deleted_at, rev,
    ) = row  # fmt: skip
    return Workflow(
        number, definition_id, called, version, name, FlowState(state), reason, json.loads(data), object_class,
        object_id, started_by, Instant(started_at), _at(finished_at), waits_for, count_, _at(deleted_at), rev,
    )  # fmt: skip


def _step(row: Sequence[Any]) -> Step:
    (
        number, workflow_id, node, kind, state, reason, run_id, task_id, parents, created_at, started_at, done_at,
        done_by, due_at, deadline_at, checks, form, error, trace, attempts, assignees,
    ) = row  # fmt: skip
    return Step(
        number, workflow_id, node, StepKind(kind), StepState(state), reason, run_id, task_id,
        tuple(sorted(json.loads(parents))), Instant(created_at), _at(started_at), _at(done_at), done_by, _at(due_at),
        _at(deadline_at), checks, None if form is None else json.loads(form), error, trace, attempts,
        tuple(sorted(json.loads(assignees))),
    )  # fmt: skip


def _problem(row: Sequence[Any]) -> Problem:
    number, owner, definition_, name, node, kind, state, why, at, run_id, attempts = row
    return Problem(
        number, owner, definition_, name, node, StepKind(kind), StepState(state), why or "", Instant(at), run_id,
        attempts,
    )  # fmt: skip


def _at(us: int | None) -> Instant | None:
    return None if us is None else Instant(us)
