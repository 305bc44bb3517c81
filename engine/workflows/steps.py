"""Steps begin and end. What a step leads to begins in the transaction in which it ends.

Who takes a machine step in hand is the engine (`engine.workflows.asking`): here it only begins to wait for its turn.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.operations.registry import Act
from engine.rules.durations import parse_duration
from engine.rules.errors import BadValue
from engine.rules.offsets import parse_offset, shift_instant
from engine.rules.workflows.following import Follows, after
from engine.rules.workflows.graph import Graph, Node
from engine.rules.workflows.waiting import next_check, too_late
from engine.triggers import machine
from engine.workflows import inline, joins, people
from engine.workflows.flow import Flow, flow
from engine.workflows.flow import changed as _changed
from store.enums import FlowState, StepKind, StepState
from store.errors import Refused, StoreTrouble
from store.instants import SECOND, from_us, to_us
from store.schema import moved

log = logging.getLogger("tickler.engine")
MOST_AT_ONCE = 1_000
"""Steps that one act may begin, one after the other, without a process or a person between them."""

_BEGIN = """
INSERT INTO workflow (definition_id, name, data, object_class, object_id, started_by, started_at, dedupe_key,
  chain)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_STEP = """
INSERT INTO step (workflow_id, node, kind, state, created_at, started_at, due_at, deadline_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_LINK = "INSERT INTO step_parent (step_id, parent_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
_FINISH = """
UPDATE step SET state = 'succeeded', done_at = ?, done_by = ?, result = ?, form = ifnull(?, form), due_at = NULL,
  is_over = 0, reason = ?, rev = rev + 1 WHERE id = ?
"""
_FAIL = """
UPDATE step SET state = 'failed', error = ?, trace = ?, done_at = ?, due_at = NULL, is_over = 0, rev = rev + 1
WHERE id = ?
"""
_ERROR = "INSERT INTO step_error (step_id, at, error, trace, run_id) VALUES (?, ?, ?, ?, ?)"
_AGAIN = """
UPDATE step SET state = 'waiting', due_at = ?, checks = checks + 1, reason = 'it is not yet time',
  is_over = 0, rev = rev + 1 WHERE id = ?
"""
_WHERE = """
SELECT EXISTS (SELECT 1 FROM step WHERE workflow_id = :id AND state = 'failed'),
  EXISTS (SELECT 1 FROM step WHERE workflow_id = :id AND state IN ('pending', 'starting', 'running', 'waiting'))
"""
_SETTLE = """
UPDATE workflow SET state = ?, reason = ?, finished_at = ?, steps = steps + ?, rev = rev + 1 WHERE id = ?
"""


def begin(
    act: Act, definition_id: int, graph: Graph, node: Node, data: Mapping[str, Any], thing: tuple[str, str] | None,
    name: str = "", by: int | None = None, dedupe_key: str | None = None, chain: str = "",
) -> int:  # fmt: skip
    """Start a workflow at one of its starts, which is done at once; its id. `chain`: of the trigger that started it."""
    text = json.dumps(dict(data), ensure_ascii=False)
    values = (definition_id, name, text, *(thing or (None, None)), by, act.now, dedupe_key, chain)
    number = int(act.connection.execute(_BEGIN, values).fetchall()[0][0])
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
    returned(act, current, step, node, result, by=by, form=form)
    settle(act, current)


def returned(
    act: Act, current: Flow, step: int, node: Node, result: object, *, by: int | None = None,
    form: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """The same, for who settles the workflow afterwards."""
    following = after(current.graph, node, result)
    if following.follows is Follows.WAIT:
        ask_again(act, current, step)
    elif following.follows is Follows.FAIL:
        failed(act, step, following.why)
    else:
        finish(act, step, result, by=by, form=form)
        enter(act, current, following.names, (step,))


def finish(
    act: Act, step: int, result: object = None, *, by: int | None = None, form: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:  # fmt: skip
    """Write that a step is done."""
    plain = None if result is None else json.dumps(result)
    filled = None if form is None else json.dumps(dict(form), ensure_ascii=False)
    act.connection.execute(_FINISH, (act.now, by, plain, filled, reason, step))


def enter(act: Act, current: Flow, names: Iterable[str], parents: tuple[int, ...]) -> list[int]:
    """Begin the steps of these names, with what led to them; those that need nobody go on at once."""
    queue = [(name, parents) for name in names]
    made: list[int] = []
    for name, origin in queue:
        if not (node := _node(current, name)):
            step = _add(act, current, Node(name, StepKind.MACHINE), StepState.PENDING, origin)
            failed(act, step, f"the workflow's version has no step {name}")
            continue
        step, result = _begin(act, current, node, origin)
        made.append(step)
        if len(made) > MOST_AT_ONCE:
            failed(act, step, f"more than {MOST_AT_ONCE:,} steps followed each other at once")
            break
        if result is not _STAYS:
            queue += [(each, (step,)) for each in _at_once(act, current, node, step, result)]
    return made


_STAYS = object()


def _node(current: Flow, name: str) -> Node | None:
    return current.graph.node(name) if current.graph.has(name) else None


def _at_once(act: Act, current: Flow, node: Node, step: int, result: object) -> tuple[str, ...]:
    """A step that needs nobody is done, or failed; what follows."""
    following = after(current.graph, node, result)
    if following.follows is Follows.FAIL:
        failed(act, step, following.why)
        return ()
    finish(act, step, result)
    return following.names


def _begin(act: Act, current: Flow, node: Node, parents: tuple[int, ...]) -> tuple[int, object]:
    """The row of a step, and what it returned if it is done at once."""
    if node.limit and _visits(act, current, node) >= node.limit:
        step = _add(act, current, node, StepState.PENDING, parents)
        failed(act, step, f"its limit of {node.limit} visits is reached")
        return step, _STAYS
    if node.kind is StepKind.JOIN:
        return _join(act, current, node, parents)
    if node.kind is StepKind.WAIT:
        due = to_us(shift_instant(act.at, parse_offset(node.length), act.zone.key))
        return _add(act, current, node, StepState.WAITING, parents, due=due), _STAYS
    if node.kind is StepKind.MACHINE:
        return _add(act, current, node, StepState.PENDING, parents), _STAYS
    state = StepState.WAITING if node.kind is StepKind.HUMAN else StepState.RUNNING
    step = _add(act, current, node, state, parents)
    return step, do(act, current, node, step, parents)


def do(act: Act, current: Flow, node: Node, step: int, parents: tuple[int, ...]) -> object:
    """Ask a person, or do here what needs nobody; what it returned. What cannot be done fails the step, and no more."""
    found: list[object] = [_STAYS]

    def tried() -> None:
        if node.kind is StepKind.HUMAN:
            people.ask(act, current, node, step, parents)
        else:
            found[0] = inline.do(act, current, node, step, _STAYS)

    return found[0] if attempt(act, step, tried) else _STAYS


def go_on(act: Act, current: Flow, node: Node, step: int) -> None:
    """Do again what needs no process of the engine's; what follows begins if it is done."""
    rows = act.connection.execute("SELECT parent_id FROM step_parent WHERE step_id = ? ORDER BY 1", (step,)).fetchall()
    parents = tuple(row[0] for row in rows)
    result = do(act, current, node, step, parents)
    if result is not _STAYS:
        enter(act, current, _at_once(act, current, node, step, result), (step,))


def attempt(act: Act, step: int, call: Callable[[], None]) -> bool:
    """Whether it could be done; if not, what it wrote is undone and the step has failed, in words.

    A fault of ours is one of this step too: the other workflows go on.
    """
    act.connection.execute("SAVEPOINT step")
    try:
        call()
    except (BadValue, Refused) as fault:
        act.connection.execute("ROLLBACK TO step")
        failed(act, step, str(fault))
        return False
    except (StoreTrouble, sqlite3.OperationalError):
        raise
    except Exception as fault:
        log.exception("step %s", step)
        act.connection.execute("ROLLBACK TO step")
        failed(act, step, f"the engine could not go on with it: {type(fault).__name__}: {fault}")
        return False
    finally:
        act.connection.execute("RELEASE step")
    return True


def _join(act: Act, current: Flow, node: Node, parents: tuple[int, ...]) -> tuple[int, object]:
    late = joins.gone_on(act, current, node, parents)
    if late is not None:
        link(act, late, parents)
        return late, _STAYS
    step = joins.instance(act, current, node)
    if step is None:
        step = _add(act, current, node, StepState.WAITING)
    link(act, step, parents)
    found = joins.state(act, current, node, step)
    if found.is_ready:
        return step, None
    act.connection.execute("UPDATE step SET reason = ? WHERE id = ?", (found.waits_for, step))
    return step, _STAYS


def ask_again(act: Act, current: Flow, step: int) -> None:
    """It said that it is not yet time: the next check, later each time up to an hour, without end but its deadline."""
    checks, deadline = act.connection.execute("SELECT checks, deadline_at FROM step WHERE id = ?", (step,)).fetchone()
    if deadline is not None and act.now >= deadline:
        failed(act, step, too_late(from_us(deadline), act.zone.key))
        return
    due = to_us(next_check(act.at, checks))
    act.connection.execute(_AGAIN, (due if deadline is None else min(due, deadline), step))


def fail(act: Act, current: Flow, step: int, error: str, trace: str | None, run_id: int | None = None) -> None:
    """A step failed; nothing follows it until somebody runs it again, skips it or goes another way."""
    failed(act, step, error, trace, run_id)
    settle(act, current)


def failed(act: Act, step: int, error: str, trace: str | None = None, run_id: int | None = None) -> None:
    """The same, for who settles the workflow afterwards."""
    act.connection.execute(_FAIL, (error, trace, act.now, step))
    act.connection.execute(_ERROR, (step, act.now, error, trace, run_id))


def settle(act: Act, current: Flow) -> None:
    """Say where the workflow is, after steps have begun or ended."""
    if current.state == FlowState.CANCELLED:
        return
    has_failed, is_open = act.connection.execute(_WHERE, {"id": current.id}).fetchone()
    stuck = joins.look(act, current) if is_open else ""
    state, reason = FlowState.OPEN if is_open else FlowState.SUCCEEDED, None
    if has_failed or stuck:
        state, reason = FlowState.ATTENTION, stuck or "a step failed"
    ended = act.now if state is FlowState.SUCCEEDED else None
    act.connection.execute(_SETTLE, (state, reason, ended, current.made, current.id))
    if ended is not None and current.state != state:
        machine.workflow_finished(act.connection, current.id, act.now)
    current.made, current.state = 0, state
    moved(act.connection, "workflow")


def cancelled(act: Act, current: Flow, reason: str) -> None:
    """The workflow ends here; its steps were cancelled before."""
    current.state = FlowState.CANCELLED
    values = (current.state, reason, act.now, current.made, current.id)
    act.connection.execute(_SETTLE, values)
    current.made = 0
    moved(act.connection, "workflow")


def changed(act: Act, current: Flow, data: Mapping[str, Any]) -> Flow:
    """The workflow with changed fields of its state, which are written."""
    return _changed(act.connection, current, data)


def _add(
    act: Act, current: Flow, node: Node, state: StepState, parents: tuple[int, ...] = (), *, due: int | None = None
) -> int:
    started = act.now if state is StepState.RUNNING else None
    values = (current.id, node.name, node.kind, state, act.now, started, due, deadline(act, node))
    step = int(act.connection.execute(_STEP, values).fetchall()[0][0])
    current.made += 1
    link(act, step, parents)
    return step


def deadline(act: Act, node: Node) -> int | None:
    """Until when it may say that it is not yet time, from now on."""
    return None if not node.deadline else act.now + parse_duration(node.deadline) * SECOND


def link(act: Act, step: int, parents: Iterable[int]) -> None:
    """These led to the step."""
    act.connection.executemany(_LINK, [(step, parent) for parent in parents])


def _visits(act: Act, current: Flow, node: Node) -> int:
    row = act.connection.execute(
        "SELECT count(*) FROM step INDEXED BY step_of_node WHERE workflow_id = ? AND node = ?", (current.id, node.name)
    ).fetchone()
    return int(row[0])
