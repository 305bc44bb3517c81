"""Human steps: a task on somebody's list, with a form that its submit fills in."""

from __future__ import annotations

from datetime import date

from engine.operations.registry import Act
from engine.operations.task_making import NewTask, make
from engine.rules.offsets import parse_offset, shift_date
from engine.rules.workflows.graph import Node
from engine.workflows.flow import Flow
from store.enums import StepKind

PREVIOUS = "previous"


def ask(act: Act, current: Flow, node: Node, step: int, parents: tuple[int, ...]) -> None:
    """Make the task of a human step, for whom its definition says."""
    title = node.title or node.name.replace("_", " ")
    about = f" ({current.name})" if current.name else ""
    new = NewTask(
        name=f"{title}{about}", notes=node.notes, deadline_date=_due_day(act, node), group=current.graph.name,
        object_class=current.object_class, object_id=current.object_id, assignees=_who(act, node, parents),
    )  # fmt: skip
    act.connection.execute("UPDATE step SET task_id = ? WHERE id = ?", (make(act, new), step))


def _due_day(act: Act, node: Node) -> date | None:
    """The day by which it is due; None if its definition names none."""
    return None if not node.length else shift_date(act.today, parse_offset(node.length))


def _who(act: Act, node: Node, parents: tuple[int, ...]) -> tuple[int, ...]:
    """Ids of the people who are to do it; nobody after a machine's step, if it is for whoever did the step before."""
    if not node.assignee:
        return ()
    if node.assignee == PREVIOUS:
        return _previous(act, parents)
    if node.assignee.startswith("team:"):
        team = node.assignee.removeprefix("team:").strip()
        rows = act.connection.execute(
            "SELECT u.id FROM user u JOIN team t ON t.id = u.team_id WHERE t.name = ? ORDER BY u.id", (team,)
        )
    else:
        rows = act.connection.execute("SELECT id FROM user WHERE name = ?", (node.assignee,))
    return tuple(row[0] for row in rows.fetchall())


def _previous(act: Act, parents: tuple[int, ...]) -> tuple[int, ...]:
    for parent in parents:
        row = act.connection.execute("SELECT kind, done_by FROM step WHERE id = ?", (parent,)).fetchone()
        if row is not None and row[0] in (StepKind.HUMAN, StepKind.START, StepKind.OVERRIDE) and row[1] is not None:
            return (row[1],)
    return ()
