"""How workflows look as lines of a list: those under way, their definitions, their steps, and what is wrong.

State is a mark and a word; colour only repeats it. Names pass `fit`, which makes them harmless.
"""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from engine.rules.wording import ago, count_of, day_and_clock, state_of
from store.enums import FlowState, StepKind, StepState
from store.instants import Instant, from_us
from store.workflow_values import Definition, Problem, Step, Workflow
from tui.rows import STATE_TOKENS, Cells
from tui.text import fit

_FLOWS = {
    FlowState.OPEN: ("open", "·", ".", "text"),
    FlowState.ATTENTION: ("attention", "!", "!", "error"),
    FlowState.SUCCEEDED: ("done", "✓", "v", "ok"),
    FlowState.CANCELLED: ("cancelled", "/", "/", "muted"),
}
"""By state: the word where it is narrow, the mark, that of a terminal whose font has only letters, and the token."""
_MARK, _STATE, _AGE = 2, 10, 7
VALUE = 200
"""Characters of a field's value."""
_KINDS = {StepKind.HUMAN: "person", StepKind.MACHINE: "machine", StepKind.CHOOSE: "choice"}
_SPOKEN = {StepState.PENDING: "muted", StepState.WAITING: "warning"}


def flow_state(state: FlowState) -> tuple[str, str]:
    """Word and token of a workflow's state: `needs attention`, `done`."""
    word, _, _, token = _FLOWS[state]
    return ("needs attention" if state is FlowState.ATTENTION else word), token


def title_of(flow: Workflow) -> str:
    """What it is called: its own name, else what it is about, else its definition."""
    about = f"{flow.object_class} {flow.object_id}" if flow.object_class else ""
    return flow.name or about or f"{flow.definition} {flow.id}"


def node_words(name: str) -> str:
    """A step as people read it: `send welcome email`."""
    return name.replace("_", " ")


def kind_words(kind: StepKind) -> str:
    """Who or what does it: `person`, `machine`, `wait`, `join`."""
    return _KINDS.get(kind, str(kind))


def step_mark(state: StepState, ascii_marks: bool) -> tuple[str, str]:
    """Mark and token of a step's state."""
    return state_of(state).symbol(ascii_marks), _SPOKEN.get(state) or STATE_TOKENS.get(state, "text")


def age(since: Instant, until: Instant) -> str:
    """`3 d`, `5 min`; of one that is over how long it took."""
    return ago(from_us(since), from_us(until)).removesuffix(" ago").removeprefix("in ").replace("just now", "0 s")


def flow_row(flow: Workflow, width: int, now: Instant, ascii_marks: bool = False) -> Cells:
    """Mark and word of the state, title, definition with its version, age, and for whom or what it waits."""
    word, mark, letter, token = _FLOWS[flow.state]
    state = 17 if width >= 100 else _STATE
    word = flow_state(flow.state)[0] if state > _STATE else word
    room = width - _MARK - state - _AGE
    named = min(30, room // 3)
    definition = min(24, room // 4)
    waits = flow.waits_for or (flow.reason or "")
    open_ = flow.state in (FlowState.OPEN, FlowState.ATTENTION)
    return [
        (fit(letter if ascii_marks else mark, _MARK), token),
        (fit(word, state), token),
        (fit(title_of(flow), named - 1) + " ", "text" if open_ else "muted"),
        (fit(f"{flow.definition} {flow.version}", definition - 1) + " ", "accent" if open_ else "muted"),
        (fit(age(flow.started_at, flow.finished_at or now), _AGE - 1, align="right") + " ", "muted"),
        (fit(waits, room - named - definition), token if flow.state is FlowState.ATTENTION else "muted"),
    ]


def definition_row(made: Definition, width: int, now: Instant, zone: ZoneInfo, ascii_marks: bool = False) -> Cells:
    """Mark, name, version, how many are open, what it is for (or why it is broken), when it was loaded."""
    mark, token = ("x", "error") if made.error else ("+" if ascii_marks else "●", "ok")
    when = 18 if width >= 90 else 0
    name = min(26, width // 3)
    at = day_and_clock(from_us(made.created_at), from_us(now), zone.key) if when else ""
    words = made.error or (made.title if made.title != made.name else "")
    return [
        (fit(mark, _MARK), token),
        (fit(made.name, name - 1) + " ", "text"),
        (fit(f"v{made.version}", 5), "accent"),
        (fit(f"{made.open:,} open" if made.open else "none open", 11), "text" if made.open else "muted"),
        (fit(words, max(0, width - _MARK - name - 16 - when - 1)) + " ", "error" if made.error else "muted"),
        (fit(at, when), "muted"),
    ]


def problem_row(problem: Problem, width: int, now: Instant, zone: ZoneInfo, ascii_marks: bool = False) -> Cells:
    """Mark, failed or stuck, the step, of which workflow, why, and when."""
    word, token = ("failed", "error") if problem.state is StepState.FAILED else ("stuck", "warning")
    mark = state_of("failed" if word == "failed" else "late").symbol(ascii_marks)
    when = 18 if width >= 90 else 8
    room = width - _MARK - 7 - when
    node, flow = min(26, room * 3 // 10), min(28, room * 3 // 10)
    at = from_us(problem.at)
    said = day_and_clock(at, from_us(now), zone.key) if when > 8 else age(problem.at, now)
    return [
        (fit(mark, _MARK), token),
        (fit(word, 7), token),
        (fit(node_words(problem.node), node - 1) + " ", "text"),
        (fit(f"{problem.workflow_id} {problem.name or problem.definition}", flow - 1) + " ", "accent"),
        (fit(problem.why, room - node - flow - 1) + " ", "muted"),
        (fit(said, when, align="left" if when > 8 else "right"), "muted"),
    ]


def step_row(step: Step, width: int, now: Instant, zone: ZoneInfo, ascii_marks: bool = False) -> Cells:
    """Mark, state, the step, who or what does it, when, and what there is to say of it."""
    mark, token = step_mark(step.state, ascii_marks)
    when = 18 if width >= 90 else 14
    room = width - _MARK - 10 - when - 8
    node = min(30, room // 2)
    at = day_and_clock(from_us(step.done_at or step.started_at or step.created_at), from_us(now), zone.key)
    if when < 18 and len(at) >= when:
        at = at.partition(" ")[2]
    return [
        (fit(mark, _MARK), token),
        (fit(state_of(step.state).word, 10), token),
        (fit(node_words(step.node), node - 1) + " ", "text"),
        (fit(kind_words(step.kind), 8), "accent"),
        (fit(at, when - 1) + " ", "muted"),
        (fit(step_words(step, now, zone), room - node), "error" if step.state is StepState.FAILED else "muted"),
    ]


def step_words(step: Step, now: Instant, zone: ZoneInfo) -> str:
    """Who did it, why it failed, for whom or until when it waits."""
    if step.state is StepState.FAILED:
        return step.error or "failed"
    if step.done_at is not None:
        by = f"by {step.done_by}" if step.done_by else ""
        return " · ".join(filter(None, (by, step.reason)))
    waits = [f"for {', '.join(step.assignees)}"] if step.assignees else []
    if step.kind is StepKind.HUMAN and not step.assignees:
        waits = ["for somebody"]
    if step.due_at is not None:
        word = "next check" if step.checks else "until"
        waits.append(f"{word} {day_and_clock(from_us(step.due_at), from_us(now), zone.key)}")
    if step.checks:
        waits.append(f"asked {count_of(step.checks, 'time')}")
    return ", ".join(waits) or step.reason or ""


def field_row(name: str, given: object, width: int) -> Cells:
    """A field of the state and what it holds."""
    wide = min(30, width // 3)
    words = value_words(given)
    return [(fit(node_words(name), wide - 1) + " ", "muted"), (fit(words, width - wide), "text")]


def value_words(given: object, most: int = VALUE) -> str:
    """A value of the state as people read it: `-` for none, `yes`, `12`, `stay/12`."""
    if given is None or given == "":
        return "-"
    if isinstance(given, bool):
        return "yes" if given else "no"
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return text[:most]
