"""Steps begin and end. What a step leads to begins in the transaction in which it ends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from engine.operations.registry import Act
from engine.requests import request
from engine.rules.durations import parse_duration
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import parse_offset, shift_instant
from engine.rules.workflows.following import Follows, Parent, after, joined
from engine.rules.workflows.graph import Graph, Node
from engine.workflows import inline, people
from engine.workflows.flow import Flow, flow, keep_data
from store.enums import OPEN_STEPS, FlowState, StepKind, StepState
from store.instants import iso, to_us
from store.schema import moved

MOST_AT_ONCE = 1_000
"""Steps that one act may begin, one after the other, without a process or a person between them."""
FIRST_CHECK = timedelta(seconds=10)
LAST_CHECK = timedelta(hours=1)

_STEP = """
INSERT INTO step (workflow_id, node, kind, state, created_at, started_at, due_at, deadline_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_TURN = """
SELECT id, node FROM step s
WHERE workflow_id = :id AND kind = 'machine' AND state = 'pending' AND run_id IS NULL AND NOT EXISTS (
  SELECT 1 FROM step o WHERE o.workflow_id = :id AND o.kind = 'machine' AND o.run_id IS NOT NULL
    AND o.state IN ('pending', 'starting', 'running'))
ORDER BY id LIMIT 1
"""


def begin(
    act: Act, definition_id: int, graph: Graph, node: Node, data: Mapping[str, Any], thing: tuple[str, str] | None,
    name: str = "", by: int | None = None, dedupe_key: str | None = None,
) -> int:  # fmt: skip
    """Start a workflow at one of its starts, which is done at once; its id."""
    made = act.connection.execute(
        "INSERT INTO workflow (definition_id, name, data, object_class, object_id, started_by, started_at, dedupe_key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            definition_id, name, json.dumps(dict(data), ensure_ascii=False), *(thing or (None, None)), by, act.now,
            dedupe_key,
        ),
    ).fetchall()  # fmt: skip
    number = int(made[0][0])
    current = flow(act.connection, number)
    assert current is not None
    step = _add(act, current, node, StepState.RUNNING)
    done(act, current, step, node, None, by=by)
    return number


def done(
    act: Act, current: Flow, step: int, node: Node, result: object, *, by: int | None = None,
    form: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """A step has returned: it is done, waits, or fails by what it returned; what follows begins."""
    following = after(current.graph, node, result)
    if following.follows is Follows.WAIT:
        ask_again(act, step)
        return
    if following.follows is Follows.FAIL:
        fail(act, current, step, following.why, None)
        return
    finish(act, step, result, by=by, form=form)
    enter(act, current, following.names, (step,))
    settle(act, current)


def finish(
    act: Act, step: int, result: object = None, *, by: int | None = None, form: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:  # fmt: skip
    """Write that a step is done."""
    act.connection.execute(
        "UPDATE step SET state = 'succeeded', done_at = ?, done_by = ?, result = ?, form = ifnull(?, form),"
        " due_at = NULL, reason = ?, rev = rev + 1 WHERE id = ?",
        (
            act.now, by, None if result is None else json.dumps(result),
            None if form is None else json.dumps(dict(form), ensure_ascii=False), reason, step,
        ),
    )  # fmt: skip


def enter(act: Act, current: Flow, names: Iterable[str], parents: tuple[int, ...]) -> list[int]:
    """Begin the steps of these names, with what led to them; those that need nobody go on at once."""
    queue = [(name, parents) for name in names]
    made: list[int] = []
    while queue:
        name, origin = queue.pop(0)
        node = current.graph.node(name)
        step, result = _begin(act, current, node, origin)
        made.append(step)
        if len(made) > MOST_AT_ONCE:
            fail(act, current, step, f"more than {MOST_AT_ONCE:,} steps followed each other at once", None)
            break
        if result is not _STAYS:
            following = after(current.graph, node, result)
            finish(act, step, result)
            queue += [(each, (step,)) for each in following.names]
    return made


_STAYS = object()


def _begin(act: Act, current: Flow, node: Node, parents: tuple[int, ...]) -> tuple[int, object]:
    """The row of a step, and what it returned if it is done at once."""
    if node.limit and _visits(act, current, node) >= node.limit:
        step = _add(act, current, node, StepState.PENDING, parents)
        fail(act, current, step, f"its limit of {node.limit} visits is reached", None)
        return step, _STAYS
    if node.kind is StepKind.JOIN:
        return _join(act, current, node, parents)
    if node.kind is StepKind.HUMAN:
        step = _add(act, current, node, StepState.WAITING, parents)
        people.ask(act, current, node, step, parents)
        return step, _STAYS
    if node.kind is StepKind.WAIT:
        due = to_us(shift_instant(act.at, parse_offset(node.length), act.zone.key))
        return _add(act, current, node, StepState.WAITING, parents, due=due), _STAYS
    if node.kind is StepKind.MACHINE:
        step = _add(act, current, node, StepState.PENDING, parents)
        run_next(act, current)
        return step, _STAYS
    step = _add(act, current, node, StepState.RUNNING, parents)
    return step, inline.do(act, current, node, step, _STAYS)


def _join(act: Act, current: Flow, node: Node, parents: tuple[int, ...]) -> tuple[int, object]:
    """One instance for each round: the index of open joins says so."""
    row = act.connection.execute(
        "SELECT id FROM step WHERE workflow_id = ? AND node = ? AND kind = 'join' AND state = 'waiting'",
        (current.id, node.name),
    ).fetchone()
    step = int(row[0]) if row else _add(act, current, node, StepState.WAITING)
    _link(act, step, parents)
    state = join_state(act, current, node, step)
    if state.is_ready:
        return step, None
    act.connection.execute("UPDATE step SET reason = ? WHERE id = ?", (state.waits_for, step))
    return step, _STAYS


def join_state(act: Act, current: Flow, node: Node, step: int) -> Any:
    """What a join waits for."""
    arrived = act.connection.execute(
        "SELECT p.node FROM step_parent l JOIN step p ON p.id = l.parent_id WHERE l.step_id = ?"
        " AND p.state = 'succeeded'",
        (step,),
    ).fetchall()
    others = act.connection.execute(
        "SELECT max(id), node, state FROM step WHERE workflow_id = ? GROUP BY node", (current.id,)
    ).fetchall()
    return joined(
        current.graph, node, [row[0] for row in arrived], [Parent(row[0], row[1], StepState(row[2])) for row in others]
    )


def run_next(act: Act, current: Flow) -> None:
    """Ask for the run of the oldest machine step that waits for its turn.

    Machine steps of one workflow run one after the other: each finds the state as the one before has left it.
    """
    row = act.connection.execute(_TURN, {"id": current.id}).fetchone()
    if row is not None:
        step, name = row
        start_run(act, current, [as_asked(current, step, name)], f"{current.graph.name}: {name}")


def as_asked(current: Flow, step: int, name: str) -> dict[str, Any]:
    """A machine step as the process gets it that does it."""
    return {"step": step, "workflow": current.id, "node": name, "data": current.data, "entity": current.thing}


def start_run(act: Act, current: Flow, asked: list[dict[str, Any]], name: str) -> None:
    """One run for all of `asked`."""
    params = {
        "name": current.graph.name, "entry": current.graph.entry, "source": current.source or "",
        "now": iso(act.now, act.zone.key), "zone": act.zone.key, "steps": {"steps": asked},
    }  # fmt: skip
    run = request(act.connection, act.now, name=name, controller="workflow", params=params)
    act.connection.executemany(
        "UPDATE step SET run_id = ?, state = 'pending', attempts = attempts + 1, started_at = ifnull(started_at, ?),"
        " due_at = NULL, rev = rev + 1 WHERE id = ?",
        [(run, act.now, each["step"]) for each in asked],
    )


def ask_again(act: Act, step: int) -> None:
    """It said that it is not yet time: the next check, later each time up to an hour, without end."""
    row = act.connection.execute("SELECT checks FROM step WHERE id = ?", (step,)).fetchone()
    seconds = min(FIRST_CHECK.total_seconds() * 2 ** min(int(row[0]), 20), LAST_CHECK.total_seconds())
    due = to_us(act.at + timedelta(seconds=seconds))
    act.connection.execute(
        "UPDATE step SET state = 'waiting', due_at = ?, checks = checks + 1, reason = 'it is not yet time',"
        " rev = rev + 1 WHERE id = ?",
        (due, step),
    )


def fail(act: Act, current: Flow, step: int, error: str, trace: str | None, run_id: int | None = None) -> None:
    """A step failed; nothing follows it until somebody runs it again, skips it or goes another way."""
    act.connection.execute(
        "UPDATE step SET state = 'failed', error = ?, trace = ?, done_at = ?, due_at = NULL, rev = rev + 1"
        " WHERE id = ?",
        (error, trace, act.now, step),
    )
    act.connection.execute(
        "INSERT INTO step_error (step_id, at, error, trace, run_id) VALUES (?, ?, ?, ?, ?)",
        (step, act.now, error, trace, run_id),
    )
    settle(act, current)


def settle(act: Act, current: Flow) -> None:
    """Say where the workflow is, after steps have begun or ended."""
    counts = dict(
        act.connection.execute(
            "SELECT state, count(*) FROM step WHERE workflow_id = ? GROUP BY state", (current.id,)
        ).fetchall()
    )
    stuck = _look_at_joins(act, current)
    is_open = any(counts.get(state) for state in OPEN_STEPS)
    if counts.get(StepState.FAILED) or stuck:
        state, reason = FlowState.ATTENTION, stuck or "a step failed"
    elif is_open:
        state, reason = FlowState.OPEN, ""
    else:
        state, reason = FlowState.SUCCEEDED, ""
    finished = act.now if state is FlowState.SUCCEEDED else None
    act.connection.execute(
        "UPDATE workflow SET state = ?, reason = ?, finished_at = ?, steps = ?, rev = rev + 1 WHERE id = ?"
        " AND state <> 'cancelled'",
        (state, reason or None, finished, sum(counts.values()), current.id),
    )
    moved(act.connection, "workflow")


def _look_at_joins(act: Act, current: Flow) -> str:
    """Joins that wait say for whom; those that can never go on any more are trouble."""
    stuck = ""
    rows = act.connection.execute(
        "SELECT id, node FROM step WHERE workflow_id = ? AND kind = 'join' AND state = 'waiting'", (current.id,)
    ).fetchall()
    for step, name in rows:
        if not current.graph.has(name):
            continue
        state = join_state(act, current, current.graph.node(name), step)
        act.connection.execute("UPDATE step SET reason = ? WHERE id = ?", (state.waits_for, step))
        if state.is_stuck:
            stuck = f"{shown(name)} {state.waits_for}"
    return stuck


def _add(
    act: Act, current: Flow, node: Node, state: StepState, parents: tuple[int, ...] = (), *, due: int | None = None
) -> int:
    started = act.now if state is StepState.RUNNING else None
    values = (current.id, node.name, node.kind, state, act.now, started, due, _deadline(act, node))
    step = int(act.connection.execute(_STEP, values).fetchall()[0][0])
    _link(act, step, parents)
    return step


def _deadline(act: Act, node: Node) -> int | None:
    if not node.deadline:
        return None
    return act.now + parse_duration(node.deadline) * 1_000_000


def _link(act: Act, step: int, parents: tuple[int, ...]) -> None:
    act.connection.executemany(
        "INSERT INTO step_parent (step_id, parent_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(step, parent) for parent in parents],
    )


def _visits(act: Act, current: Flow, node: Node) -> int:
    row = act.connection.execute(
        "SELECT count(*) FROM step WHERE workflow_id = ? AND node = ?", (current.id, node.name)
    ).fetchone()
    return int(row[0])


def changed(act: Act, current: Flow, data: Mapping[str, Any]) -> Flow:
    """The workflow with changed fields of its state, which are written."""
    if not data:
        return current
    unknown = [name for name in data if name not in current.data]
    if unknown:
        raise BadValue(f"the state has no field {shown(unknown[0])!r}")
    keep_data(act.connection, current.id, {**current.data, **data})
    found = flow(act.connection, current.id)
    assert found is not None
    return found
