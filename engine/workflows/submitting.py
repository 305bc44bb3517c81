"""The form of a human step comes back: its task is done, the state has what was typed, what follows has begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.operations import followups
from engine.operations.registry import Act, Look
from engine.operations.things import named_thing
from engine.rules.errors import BadValue, shown
from engine.rules.texts import free_text
from engine.rules.workflows import forms
from engine.rules.workflows.forms import BadForm
from engine.rules.workflows.graph import FieldKind, Graph, Node
from engine.workflows import rights, steps
from engine.workflows.flow import Flow, flow
from store.enums import FlowState, StepKind, StepState
from store.errors import Refused
from store.frozen import value
from store.instants import Instant, from_us

_NOTE_BYTES = 10_000
_ROW = """
SELECT s.id, s.workflow_id, s.node, s.kind, s.state, s.task_id, s.done_at, u.name, w.state
FROM step s JOIN workflow w ON w.id = s.workflow_id LEFT JOIN user u ON u.id = s.done_by WHERE {} = ?
"""
_TAKE = "UPDATE step SET state = 'running', rev = rev + 1 WHERE id = ? AND state = 'waiting'"
_TASK = """
UPDATE task SET is_done = 1, done_by = ?, done_date = coalesce(?, done_date, ?), done_at = ?, rev = rev + 1
WHERE id = ? AND is_done = 0
"""
_FOLLOWED = """
SELECT s.node FROM step_parent p JOIN step s ON s.id = p.step_id WHERE p.parent_id = ? ORDER BY s.id
"""


@value
class Row:
    """A step as the store has it, whoever asks and whatever its state."""

    id: int
    workflow_id: int
    node: str
    kind: str
    state: str
    task_id: int | None
    done_at: Instant | None
    done_by: str | None
    workflow: str

    @property
    def words(self) -> str:
        """`Step 7 (decide)`."""
        return f"Step {self.id} ({shown(self.node.replace('_', ' '))})"


@value
class Open:
    """A human step that waits for its form."""

    row: Row
    flow: Flow
    node: Node


@value
class Submitted:
    """A form that was taken: its fields as the state has them now, and the steps that followed at once."""

    step: int
    workflow: int
    node: str
    form: dict[str, object]
    done_by: str | None
    done_at: Instant
    followed: tuple[str, ...]


def row_of(look: Look, step: int) -> Row:
    """The step of that id. Refused if there is none."""
    found = look.connection.execute(_ROW.format("s.id"), (step,)).fetchone() if abs(step) < 1 << 63 else None
    if found is None:
        raise Refused(f"There is no step {step}.")
    return Row(*found)


def row_of_task(look: Look, task: int) -> Row:
    """The step whose task has that id. Refused if the task is not one of a workflow."""
    found = look.connection.execute(_ROW.format("s.task_id"), (task,)).fetchone() if abs(task) < 1 << 63 else None
    if found is None:
        raise Refused(f"Task {task} is no step of a workflow.")
    return Row(*found)


def waiting(look: Look, row: Row) -> Open:
    """The step, if it waits for its form still. Refused with what became of it."""
    if row.kind != StepKind.HUMAN:
        raise Refused(f"{row.words} is not for people: it is of the kind {row.kind}.")
    if row.state == StepState.SUCCEEDED:
        by = f" by {shown(row.done_by)}" if row.done_by else ""
        at = f" on {from_us(row.done_at).astimezone(look.zone):%Y-%m-%d at %H:%M}" if row.done_at is not None else ""
        raise Refused(f"{row.words} was submitted already{by}{at}; nothing was changed.")
    if row.state != StepState.WAITING:
        raise Refused(f"{row.words} is {row.state}; nothing was changed.")
    if row.workflow == FlowState.CANCELLED:
        raise Refused(f"{row.words}: its workflow {row.workflow_id} was cancelled; nothing was changed.")
    current = flow(look.connection, row.workflow_id)
    assert current is not None
    if not current.graph.has(row.node):
        raise Refused(f"{row.words}: its definition has no such step any more; lead the workflow another way.")
    return Open(row, current, current.graph.node(row.node))


def allowed(look: Look, found: Open) -> None:
    """Refused if the step is other people's."""
    if why := rights.submit(look, found.flow.definition_id, found.node, found.row.task_id):
        raise Refused(f"{found.row.words}: {why}.")


def submit(
    act: Act, found: Open, given: Mapping[str, str], *, approve: bool | None = None, note: str = "",
    on: date | None = None,
) -> Submitted:  # fmt: skip
    """Take the form. Nothing is written unless all of it can be taken."""
    allowed(act, found)
    row, node, current = found.row, found.node, found.flow
    form = forms.read(current.graph, node, current.data, decided(node, given, approve), act.today)
    check_entities(act, current.graph, form)
    if note.strip():
        form[forms.NOTE] = free_text("note", note.strip(), _NOTE_BYTES)
    if act.connection.execute(_TAKE, (row.id,)).rowcount != 1:
        raise Refused(f"{row.words} was submitted by somebody else meanwhile; nothing was changed.")
    by = followups.doer(act)
    current = steps.changed(act, current, {name: each for name, each in form.items() if name != forms.NOTE})
    act.connection.execute(
        _TASK, (by, None if on is None else on.isoformat(), act.today.isoformat(), act.now, row.task_id)
    )
    steps.done(act, current, row.id, node, None, by=by, form=form)
    followed = tuple(each[0] for each in act.connection.execute(_FOLLOWED, (row.id,)).fetchall())
    return Submitted(row.id, row.workflow_id, node.name, form, act.actor.name if by else None, act.now, followed)


def decided(node: Node, given: Mapping[str, str], approve: bool | None) -> dict[str, str]:
    """The texts of a form with its approval or rejection. BadValue if the step neither approves nor rejects."""
    if approve is None:
        return dict(given)
    name = forms.approval(node)
    if name is None:
        raise BadValue(f"step {shown(node.name)!r} neither approves nor rejects; it has a form alone")
    if name in given:
        raise BadValue(f"{name}: say it once, as a field or with --approve or --reject")
    return {**given, name: "yes" if approve else "no"}


def check_entities(act: Act, graph: Graph, form: Mapping[str, object]) -> None:
    """An entity that a form names is one that the store has; BadForm names the field."""
    faults = {}
    for field in graph.fields:
        given = form.get(field.name)
        if field.kind is not FieldKind.ENTITY or not isinstance(given, str):
            continue
        try:
            named_thing(act.connection, given)
        except (BadValue, Refused) as fault:
            faults[field.name] = f"{field.name}: {str(fault).rstrip('.')}"
    if faults:
        raise BadForm(faults)
