"""Values of workflows: definitions, the graphs that are under way, and their steps.

See `store.values` for the types of instants and days.
"""

from __future__ import annotations

from store.enums import FlowState, StepKind, StepState
from store.frozen import value
from store.instants import Instant


@value
class Definition:
    """A version of a workflow's definition. `graph` is its JSON; `open` how many workflows of it are under way."""

    id: int
    name: str
    version: int
    title: str
    graph: str
    origin: str
    is_current: bool
    error: str | None
    owner: str | None
    created_at: Instant
    deleted_at: Instant | None
    open: int
    rev: int


@value
class Workflow:
    """A graph with a state. `data` is its state's fields, `waits_for` says in words for whom or what it waits."""

    id: int
    definition_id: int
    definition: str
    version: int
    name: str
    state: FlowState
    reason: str | None
    data: dict[str, object]
    object_class: str | None
    object_id: str | None
    started_by: str | None
    started_at: Instant
    finished_at: Instant | None
    waits_for: str
    steps: int
    deleted_at: Instant | None
    rev: int


@value
class Step:
    """One visit of a node. `parents` are the steps that led to it; `due_at` is its next check, or the end of a wait.

    `checks` counts how often it said that it is not yet time; `form` holds the fields that were submitted;
    `assignees` are the people on whose lists its task is.
    """

    id: int
    workflow_id: int
    node: str
    kind: StepKind
    state: StepState
    reason: str | None
    run_id: int | None
    task_id: int | None
    parents: tuple[int, ...]
    created_at: Instant
    started_at: Instant | None
    done_at: Instant | None
    done_by: str | None
    due_at: Instant | None
    deadline_at: Instant | None
    checks: int
    form: dict[str, object] | None
    error: str | None
    trace: str | None
    attempts: int
    assignees: tuple[str, ...] = ()


@value
class StepError:
    """One time that a step failed: earlier ones stay when it is run again."""

    id: int
    step_id: int
    at: Instant
    error: str
    trace: str | None
    run_id: int | None


@value
class Problem:
    """A step that failed, or a join that waits for what cannot come. `why` is its error, or for whom it waits."""

    id: int
    workflow_id: int
    definition: str
    name: str
    node: str
    kind: StepKind
    state: StepState
    why: str
    at: Instant
    run_id: int | None
    attempts: int
