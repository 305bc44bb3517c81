"""Joins: one instance for each round of the branches that lead to it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.operations.registry import Act
from engine.rules.errors import shown
from engine.rules.workflows.following import Joined, Parent, joined
from engine.rules.workflows.graph import JoinKind, Node
from engine.workflows.flow import Flow
from store.enums import StepState

_OPEN = """
SELECT id FROM step WHERE workflow_id = ? AND node = ? AND kind = 'join' AND state = 'waiting'
"""
_LAST = """
SELECT id, state FROM step INDEXED BY step_of_node WHERE workflow_id = ? AND node = ? ORDER BY id DESC LIMIT 1
"""
_ARRIVED = """
SELECT p.node FROM step_parent l JOIN step p ON p.id = l.parent_id WHERE l.step_id = ? AND p.state = 'succeeded'
"""
_COMES_FROM = """
WITH RECURSIVE before(id) AS (
  SELECT :step UNION
  SELECT l.parent_id FROM before JOIN step_parent l ON l.step_id = before.id WHERE l.parent_id >= :of)
SELECT 1 FROM before WHERE id = :of
"""
_OPEN_STEPS = """
SELECT max(id), node, state FROM step INDEXED BY step_open
WHERE workflow_id = ? AND state IN ('pending', 'starting', 'running', 'waiting') GROUP BY node
"""


def instance(act: Act, current: Flow, node: Node) -> int | None:
    """The join that gathers the branches of this round; None if the round has none yet."""
    row = act.connection.execute(_OPEN, (current.id, node.name)).fetchone()
    return None if row is None else int(row[0])


def gone_on(act: Act, current: Flow, node: Node, parents: Sequence[int]) -> int | None:
    """The join of `any` branch that has gone on already without these, who come too late; None if they are not late.

    Late is who does not come from that join, by a loop, and whose branch has not arrived there before.
    """
    if node.join is not JoinKind.ANY:
        return None
    row = act.connection.execute(_LAST, (current.id, node.name)).fetchone()
    if row is None or row[1] != StepState.SUCCEEDED:
        return None
    last = int(row[0])
    arrived = {each for (each,) in act.connection.execute(_ARRIVED, (last,)).fetchall()}
    for parent in parents:
        (name,) = act.connection.execute("SELECT node FROM step WHERE id = ?", (parent,)).fetchone()
        if name in arrived or act.connection.execute(_COMES_FROM, {"step": parent, "of": last}).fetchone():
            return None
    return last


def state(act: Act, current: Flow, node: Node, step: int) -> Joined:
    """What a join waits for."""
    arrived = [each for (each,) in act.connection.execute(_ARRIVED, (step,)).fetchall()]
    there = set(arrived)
    missing = [each for each in current.graph.before(node.name) if each not in there]
    if not missing or node.join is JoinKind.ANY:
        return joined(current.graph, node, arrived, ())
    others = {
        row[1]: Parent(row[0], row[1], StepState(row[2]))
        for row in act.connection.execute(_OPEN_STEPS, (current.id,)).fetchall()
        if row[0] != step
    }
    for name in missing:
        row = act.connection.execute(_LAST, (current.id, name)).fetchone()
        if row is not None and name not in others:
            others[name] = Parent(row[0], name, StepState(row[1]))
    return joined(current.graph, node, arrived, others.values())


def look(act: Act, current: Flow) -> str:
    """Joins that wait say for whom; what one says that can never go on, which is trouble."""
    stuck = ""
    rows = act.connection.execute(
        "SELECT id, node, reason FROM step WHERE workflow_id = ? AND kind = 'join' AND state = 'waiting'",
        (current.id,),
    ).fetchall()
    for step, name, said in rows:
        if not current.graph.has(name):
            continue
        found = state(act, current, current.graph.node(name), step)
        if found.waits_for != said:
            act.connection.execute("UPDATE step SET reason = ? WHERE id = ?", (found.waits_for, step))
        if found.is_stuck:
            stuck = f"{shown(name)} {found.waits_for}"
    return stuck
