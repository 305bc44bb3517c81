"""Machine steps and their runs: which are asked for together, and what comes of them when a run is over.

Machine steps of one workflow run one after the other: each finds the state as the one before has left it. Those of
several workflows are done by one run where they were seen to be quick: it does as many as it can in a moment and leaves
the rest, so that a step that takes long holds nobody up. A run that dies has done what it told of, has lost the step
that it was at, and has not begun the others.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from engine.operations.registry import Act
from engine.requests import request
from engine.rules.errors import BadValue, shown
from engine.rules.workflows import state
from engine.workflows import sources, steps
from engine.workflows.flow import Flow, flows
from store.enums import RunState, StepKind
from store.instants import iso

BATCH = 500
"""Steps that are taken on in one transaction."""
TOGETHER = 200
"""Steps in one run, at most."""
PARTS = 8
"""Of many steps that wait, so many runs are made, which may be done side by side."""
LONG = 0.05
"""Seconds from which on a step, as it was last seen by this engine, has a run of its own, as one never seen has."""
MOST_LOST = 10
"""How often a step that may be done twice is begun, if its process dies each time."""

_READY = f"""
WITH RECURSIVE one(id) AS (
  SELECT min(workflow_id) FROM step WHERE kind = 'machine' AND state = 'pending' AND run_id IS NULL
  UNION ALL
  SELECT (SELECT min(workflow_id) FROM step WHERE kind = 'machine' AND state = 'pending' AND run_id IS NULL
      AND workflow_id > one.id) FROM one WHERE one.id IS NOT NULL)
SELECT s.id, s.workflow_id, s.node FROM one JOIN step s ON s.id = (
  SELECT min(id) FROM step WHERE kind = 'machine' AND state = 'pending' AND run_id IS NULL AND workflow_id = one.id)
WHERE one.id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM step o INDEXED BY step_open WHERE o.workflow_id = one.id AND o.kind = 'machine'
    AND o.run_id IS NOT NULL AND o.state IN ('pending', 'starting', 'running', 'waiting') AND o.state <> 'waiting')
LIMIT {BATCH}
"""
"""The oldest step of each workflow whose state nobody has in hand; each is met once, however wide it splits."""
_DUE = f"""
SELECT id, workflow_id, node, kind FROM step s WHERE state = 'waiting' AND due_at <= :now
  AND (kind = 'wait' OR NOT EXISTS (
    SELECT 1 FROM step o INDEXED BY step_open WHERE o.workflow_id = s.workflow_id AND o.kind = 'machine'
      AND o.run_id IS NOT NULL AND o.state IN ('pending', 'starting', 'running', 'waiting') AND o.state <> 'waiting'))
ORDER BY due_at, id LIMIT {BATCH}
"""
_IN_HAND = """
SELECT count(*) FROM (SELECT DISTINCT run_id FROM step INDEXED BY step_in_run
  WHERE state IN ('pending', 'starting', 'running') AND run_id IS NOT NULL LIMIT 8)
"""
_took: dict[tuple[str, str], float] = {}
"""Seconds that a step of a definition took when it was last done."""
_OVER = "SELECT DISTINCT run_id FROM step WHERE is_over = 1 ORDER BY run_id LIMIT 100"
_OF_RUN = """
SELECT id, workflow_id, node, kind, attempts FROM step
WHERE run_id = ? AND is_over = 1 AND state IN ('pending', 'starting', 'running', 'waiting') ORDER BY id
"""
_ASKED = """
UPDATE step SET run_id = ?, state = 'pending', attempts = attempts + 1, started_at = ifnull(started_at, ?),
  due_at = NULL, reason = NULL, rev = rev + 1 WHERE id = ?
"""
_LEFT = "UPDATE step SET run_id = NULL, is_over = 0, attempts = attempts - 1 WHERE id = ?"
_BEGUN_ANEW = "UPDATE step SET run_id = NULL, is_over = 0, reason = ?, rev = rev + 1 WHERE id = ?"


def ended(act: Act) -> int:
    """What runs that are over have told of their steps; how many steps were taken on."""
    count, touched = 0, dict[int, Flow]()
    for (run_id,) in act.connection.execute(_OVER).fetchall():
        rows = act.connection.execute(_OF_RUN, (run_id,)).fetchall()
        _take(act, run_id, rows, touched)
        act.connection.execute("UPDATE step SET is_over = 0 WHERE run_id = ? AND is_over = 1", (run_id,))
        count += len(rows)
        if count >= BATCH:
            break
    for current in touched.values():
        steps.settle(act, current)
    return count


def _take(act: Act, run_id: int, rows: list[tuple[Any, ...]], touched: dict[int, Flow]) -> None:
    ended, error, reason, text = act.connection.execute(
        "SELECT state, error, reason, result FROM run WHERE id = ?", (run_id,)
    ).fetchone()
    touched |= flows(act.connection, {row[1] for row in rows} - set(touched))
    if rows and rows[0][3] != StepKind.MACHINE:
        for step, workflow_id, name, *_ in rows:
            node = touched[workflow_id].graph.node(name)
            if ended == RunState.SUCCEEDED:
                given = {node.result: json.loads(text) if text else None} if node.result else {}
                _returned(act, touched[workflow_id], step, name, {"data": given})
            else:
                steps.failed(act, step, error or reason or ended, None, run_id)
        return
    told = {each["step"]: each for each in _parts(text)}
    left = next((set(each["left"]) for each in _parts(text) if "left" in each), set[int]())
    is_at_work = True
    for step, workflow_id, name, _, attempts in rows:
        current, said = touched[workflow_id], told.get(step)
        if said is not None and "error" in said:
            steps.failed(act, step, said["error"], said.get("trace"), run_id)
        elif said is not None:
            _took[current.digest, name] = float(said.get("took", LONG))
            _returned(act, current, step, name, said)
        elif step in left or not is_at_work:
            act.connection.execute(_LEFT, (step,))
        elif ended == RunState.SUCCEEDED:
            steps.failed(act, step, "what it returned was lost on its way", None, run_id)
        else:
            is_at_work = False
            _broken(act, current, step, name, attempts, (ended, error or reason or ended), run_id)


def _parts(text: str | None) -> list[dict[str, Any]]:
    found = json.loads(text) if text else []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _returned(act: Act, current: Flow, step: int, name: str, said: Mapping[str, Any]) -> None:
    def call() -> None:
        node = current.graph.node(name)
        data = said.get("data") or {}
        wrong = state.wrong(current.graph, data)
        if wrong:
            raise BadValue(wrong)
        before, made = dict(current.data), current.made
        try:
            steps.changed(act, current, data)
            steps.returned(act, current, step, node, said.get("result"))
        except BaseException:
            current.data, current.made = before, made
            raise

    steps.attempt(act, step, call)


def _broken(act: Act, current: Flow, step: int, name: str, attempts: int, why: tuple[str, str], run_id: int) -> None:
    """The process died, was killed or cancelled while it was at the step."""
    ended, words = why
    node = current.graph.node(name) if current.graph.has(name) else None
    if ended == RunState.LOST and node is not None and node.is_idempotent and attempts < MOST_LOST:
        act.connection.execute(
            "INSERT INTO step_error (step_id, at, error, run_id) VALUES (?, ?, ?, ?)",
            (step, act.now, f"lost: {words}", run_id),
        )
        act.connection.execute(_BEGUN_ANEW, (f"begun anew: {words}", step))
        return
    steps.failed(act, step, f"lost: {words}" if ended == RunState.LOST else words, None, run_id)


def due(act: Act) -> int:
    """Waits that are over, and steps that are asked again: many of one definition by one run; how many."""
    rows = act.connection.execute(_DUE, {"now": act.now}).fetchall()
    known = flows(act.connection, {row[1] for row in rows})
    asked = dict[int, tuple[int, str]]()
    for step, workflow_id, name, kind in rows:
        current = known[workflow_id]
        if kind == StepKind.WAIT:
            _returned(act, current, step, name, {})
            steps.settle(act, current)
        else:
            asked.setdefault(workflow_id, (step, name))
    _ask(act, [(known[number], *one) for number, one in asked.items()], TOGETHER)
    return len(rows)


def ready(act: Act) -> int:
    """Steps whose turn it is; how many."""
    rows = act.connection.execute(_READY).fetchall()
    known = flows(act.connection, {row[1] for row in rows})
    _ask(act, [(known[workflow_id], step, name) for step, workflow_id, name in rows], 0)
    return len(rows)


def is_owed(connection: Any, now: int) -> bool:
    """Whether a run of a step is over and nobody took note of it, or a step is due, or ready for a run."""
    for query, values in ((_OVER, {}), (_DUE, {"now": now}), (_READY, {})):
        if connection.execute(query, values).fetchone() is not None:
            return True
    return False


def _ask(act: Act, asked: list[tuple[Flow, int, str]], together: int) -> None:
    """Runs for these steps, of one definition each. `together`: how many a run has; 0 for what fills the places."""
    of: dict[int, list[tuple[Flow, int, str]]] = defaultdict(list)
    for each in asked:
        if together or _took.get((each[0].digest, each[2]), LONG) < LONG:
            of[each[0].definition_id].append(each)
        else:
            _start(act, [each])
    free = PARTS - act.connection.execute(_IN_HAND).fetchone()[0] if of and not together else 0
    for many in of.values():
        size = together or min(TOGETHER, -(-len(many) // max(1, free)))
        for at in range(0, len(many), size):
            _start(act, many[at : at + size])


def _start(act: Act, asked: list[tuple[Flow, int, str]]) -> None:
    """One run for all of these."""
    first, _, name = asked[0]
    sources.write(act.connection, first.definition_id, first.digest)
    given = [_given(current, step, name) for current, step, name in asked]
    params = {
        "name": first.graph.name, "entry": first.graph.entry, "digest": first.digest,
        "now": iso(act.now, act.zone.key), "zone": act.zone.key, "steps": {"steps": given},
    }  # fmt: skip
    many = "" if len(asked) == 1 else f" ({len(asked)} workflows)"
    words = f"{first.graph.name}: {name.replace('_', ' ')}{many}"
    run = request(act.connection, act.now, name=shown(words), controller="workflow", params=params)
    act.connection.executemany(_ASKED, [(run, act.now, step) for _, step, _ in asked])


def _given(current: Flow, step: int, name: str) -> dict[str, Any]:
    """A machine step as the process gets it that does it."""
    return {"step": step, "workflow": current.id, "node": name, "data": current.data, "entity": current.thing}
