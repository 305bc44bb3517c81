"""Lists and look-ups of workflows: what is under way, for whom it waits, what went wrong, what its steps printed."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

from engine.operations.registry import Help, Look, query
from engine.queries.workflow_text import Drawn, Shown, described, told
from engine.rules.durations import duration_words
from engine.rules.errors import shown
from engine.rules.names import as_sentence, unknown
from engine.rules.workflows.picture import Direction
from store.enums import FlowState, Level
from store.errors import Refused
from store.frozen import value
from store.instants import SECOND, Instant
from store.reads import workflow_lines as lines
from store.reads import workflows as reads
from store.workflow_values import Definition, Problem, Step, Workflow

Id = Annotated[int, Help("id of the workflow", "WORKFLOW")]
Limit = Annotated[int, Help("at most so many")]
Way = Annotated[Direction | None, Help("how the graph leads: right or down; else right if 80 columns are enough")]
Ascii = Annotated[bool, Help("draw the graph with plain letters")]

_MOST = 1000


@value
class Listed(Workflow):
    """A workflow with its age in words: how long it has been under way, or took."""

    age: str


@value
class StepLine:
    """A line that a step of a workflow printed: `seq` is its number in the log of the run."""

    at: Instant
    step_id: int
    node: str
    run_id: int
    seq: int
    level: Level
    text: str


@query("workflow definitions")
def definitions(
    look: Look,
    text: Annotated[str, Help("only those whose name holds this")] = "",
    old: Annotated[bool, Help("earlier versions too, which workflows that began with them keep")] = False,
) -> list[Definition]:
    """List the workflows that can be started, by name, and how many of each are under way."""
    return reads.definitions(look.connection, old=old, text=text)


@query("workflow definition")
def definition(
    look: Look,
    name: Annotated[str, Help("its name", "NAME")],
    version: Annotated[int | None, Help("this version; else the current one", "NUMBER")] = None,
    direction: Way = None,
    ascii: Ascii = False,
) -> Drawn:
    """Show a definition: the fields of its state, its steps, and its graph."""
    return described(_definition(look, name, version), str(look.zone), way=direction, is_ascii=ascii)


@query("workflow list")
def listed(
    look: Look,
    state: Annotated[tuple[FlowState, ...], Help("only in this state; may be given again")] = (),
    name: Annotated[str | None, Help("only of this definition, whatever its version")] = None,
    assignee: Annotated[str | None, Help("only those that wait for this person", "USER")] = None,
    object: Annotated[str | None, Help("only those about this entity: stay/12", "CLASS/ID")] = None,
    text: Annotated[str, Help("only those whose names or entity hold this")] = "",
    before: Annotated[int | None, Help("only those that began before this one", "ID")] = None,
    limit: Limit = 100,
) -> list[Listed]:
    """List workflows, newest first, with their age and for whom each waits."""
    if name is not None:
        _definition(look, name)
    if assignee is not None:
        from engine.operations.naming import one_of

        one_of(look.connection, "user", assignee)
    found = reads.page(
        look.connection, after=before, limit=_bounded(limit), state=state or None, name=name, mine=assignee, text=text,
        thing=_thing(object),
    )  # fmt: skip
    return [_listed(each, look.now) for each in found]


@query("workflow show")
def show(
    look: Look,
    workflow: Id,
    trace: Annotated[bool, Help("the traceback of each error as well")] = False,
    direction: Way = None,
    ascii: Ascii = False,
) -> Shown:
    """Show a workflow: its state, for whom it waits, the path it has taken, its errors, and its graph."""
    found = reads.workflow(look.connection, workflow)
    age = _age(found, look.now)
    return told(look, found, age, with_trace=trace, way=direction, is_ascii=ascii)


@query("workflow steps")
def steps(
    look: Look,
    workflow: Id,
    after: Annotated[int | None, Help("only those that began after this one", "STEP")] = None,
    limit: Limit = _MOST,
) -> list[Step]:
    """List the steps of a workflow in the order in which they began."""
    reads.workflow(look.connection, workflow)
    return reads.steps(look.connection, workflow, after, _bounded(limit))


@query("workflow problems")
def problems(look: Look, limit: Limit = 100) -> list[Problem]:
    """List the steps that failed and the joins that wait for what cannot come.

    `workflow rerun` runs a step again, `workflow skip` goes on without it.
    """
    return reads.problems(look.connection, limit=_bounded(limit))


@query("workflow log")
def log(
    look: Look,
    workflow: Id,
    tail: Annotated[int | None, Help("only the last so many lines", "LINES")] = None,
    level: Annotated[Level, Help("only lines at least this loud")] = Level.DEBUG,
    grep: Annotated[str, Help("only lines that hold this; capitals count if it has some", "TEXT")] = "",
    limit: Annotated[int, Help("how many lines at most")] = 10_000,
) -> list[StepLine]:
    """What the steps of a workflow printed, run by run in the order in which the runs began."""
    reads.workflow(look.connection, workflow)
    if limit < 1 or (tail is not None and tail < 1):
        raise Refused("limit: expected how many lines, 1 or more.")
    which = lines.Which(grep, level)
    if tail is not None:
        found = lines.page_before(look.connection, workflow, None, min(tail, limit), which)
    else:
        found = lines.page(look.connection, workflow, None, limit, which)
    return [
        StepLine(line.at, step, node, run_id, line.seq, line.level, line.text) for step, node, run_id, line in found
    ]


def _definition(look: Look, name: str, version: int | None = None) -> Definition:
    try:
        return reads.definition(look.connection, name, version)
    except Refused:
        known = reads.definitions(look.connection, old=version is not None)
        if version is not None and any(each.name == name for each in known):
            have = ", ".join(str(each.version) for each in known if each.name == name)
            raise Refused(f"version: workflow {shown(name)!r} has no version {version}; it has {have}.") from None
        names = [each.name for each in known]
        raise Refused(as_sentence(f"name: {unknown(name, names, 'workflow')}")) from None


def _listed(found: Workflow, now: int) -> Listed:
    own = {field.name: getattr(found, field.name) for field in fields(Workflow)}
    return Listed(**own, age=_age(found, now))


def _age(found: Workflow, now: int) -> str:
    return duration_words(((found.finished_at or now) - found.started_at) // SECOND)


def _thing(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    object_class, slash, object_id = text.partition("/")
    if not (object_class and slash and object_id):
        raise Refused(f"object: expected class/id such as stay/12, not {shown(text)!r}.")
    return object_class, object_id


def _bounded(number: int) -> int:
    if not 1 <= number <= _MOST:
        raise Refused(f"limit: expected a whole number from 1 to {_MOST}.")
    return number
