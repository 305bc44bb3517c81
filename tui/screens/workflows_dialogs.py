"""Questions before a workflow is cancelled or led another way: nothing takes that back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList

from engine.operations.registry import Look
from engine.rules.wording import count_of, some_of
from engine.rules.workflows import forms
from engine.rules.workflows.graph import Field as StateField
from engine.rules.workflows.graph import FieldKind, Graph, Node, from_json
from engine.workflows import rights
from store.enums import OPEN_STEPS, StepKind
from store.reads import workflows
from store.workflow_values import Step, Workflow
from tui.app import Desk
from tui.flow_rows import kind_words, node_words, title_of
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.screens.picking import Picking
from tui.text import safe
from tui.widgets.form import Field, Notes

REASON = "(reason)"
_STEP, _ALL = "this step", "the whole workflow"
_SHOWN = 100


def cancel_dialog(flows: Sequence[int], steps: Sequence[int], then: Callable[[Any], None]) -> Dialog:
    """Of steps it is chosen whether they or their workflow are cancelled."""
    from engine.operations.workflow_verbs import cancel

    one = _STEP if len(steps) == 1 else f"these {len(steps):,} steps"

    def save(given: dict[str, str]) -> Wish:
        reason = given[REASON].strip()
        if given.get("what") == one:
            return wish(cancel, step=tuple(steps), reason=reason, then=then)
        return wish(cancel, *flows, reason=reason, then=then)

    because = Field(REASON, "because", hint="may be empty")
    fields = (Field("what", "cancel", one, "left and right choose", (one, _ALL)), because) if steps else (because,)
    what = f"workflow {flows[0]}" if len(flows) == 1 else count_of(len(flows), "workflow")
    sure = (Content.styled("It cannot be undone: open steps, their tasks and runs are cancelled.", "$warning"),)
    return Dialog(f"Cancel {what}?", fields, lambda _: Notes(preview=sure), save, "cancel it")


def skip_dialog(desk: Desk, numbers: Sequence[int], then: Callable[[Any], None]) -> Dialog:
    """Why, and of one step that chooses what follows also what does."""
    from engine.operations.workflow_verbs import skip

    step = workflows.step(desk.reader, numbers[0])
    branches = _branches(desk, step) if len(numbers) == 1 else ()

    def check(given: dict[str, str]) -> Notes:
        return Notes({} if given[REASON].strip() else {REASON: "say why"})

    def save(given: dict[str, str]) -> Wish:
        names = (given["next"],) if branches else ()
        return wish(skip, *numbers, reason=given[REASON].strip(), next=names, then=then)

    then_ = (Field("next", "then", branches[0], "left, right", branches),) if branches else ()
    what = node_words(step.node) if len(numbers) == 1 else count_of(len(numbers), "step")
    return Dialog(f"Skip {what}", (*then_, Field(REASON, "because")), check, save, "skip")


def _branches(desk: Desk, step: Step) -> tuple[str, ...]:
    """What may follow a step that has to choose."""
    flow = workflows.workflow(desk.reader, step.workflow_id)
    graph = from_json(workflows.definition(desk.reader, flow.definition_id).graph)
    if not graph.has(step.node):
        return tuple(each.name for each in graph.nodes if each.kind is not StepKind.START)
    node = graph.node(step.node)
    return graph.after(node.name) if node.must_choose or node.kind is StepKind.CHOOSE else ()


def open_override(desk: Desk, flow: Workflow) -> None:
    """Ask for the next steps; who may not lead it another way is told so at once."""
    refusal = rights.override(Look(desk.reader, desk.actor, desk.clock()), flow.id)
    if refusal:
        desk.notify(f"You may not lead it another way: {refusal}.", severity="warning")
    else:
        desk.push_screen(NextSteps(flow, from_json(workflows.definition(desk.reader, flow.definition_id).graph)))


class NextSteps(Picking):
    """What is open will be cancelled; space chooses what comes instead, enter goes on to the state."""

    KEYS: ClassVar[str] = "space choose   enter go on   esc back"
    BINDINGS = [Binding("space", "choose", "choose", show=False)]

    def __init__(self, flow: Workflow, graph: Graph) -> None:
        super().__init__(f"Lead {title_of(flow)} another way: what comes next?")
        self._flow, self._graph = flow, graph
        self._steps = [each for each in graph.nodes if each.kind is not StepKind.START]
        self._chosen: dict[str, None] = {}

    def on_mount(self) -> None:
        """The steps in the order of the definition."""
        found = workflows.steps(self.desk.reader, self._flow.id, limit=1_000, before=1 << 62)
        open_ = [node_words(each.node) for each in found if each.state in OPEN_STEPS]
        self._cancels = f"is cancelled: {some_of(open_)}" if open_ else "nothing is open"
        self._show()

    def _show(self) -> None:
        lines = [
            Content.assemble(
                f"{'[x]' if each.name in self._chosen else '[ ]'} {safe(node_words(each.name), 44)}",
                (f"  {kind_words(each.kind)}", "$muted"),
            )
            for each in self._steps
        ]
        none = "" if self._chosen else "; nothing comes next, so it ends"
        self.show(lines, self._cancels + none)

    def action_choose(self) -> None:
        """Choose the step of the cursor, or no longer."""
        if self.place is None:
            return
        name = self._steps[self.place].name
        if name in self._chosen:
            del self._chosen[name]
        else:
            self._chosen[name] = None
        self._show()

    @on(OptionList.OptionSelected)
    def _go_on(self) -> None:
        desk = self.desk
        self.dismiss()
        desk.push_screen(_state_dialog(desk, self._flow, self._graph, tuple(self._chosen)))


def _state_dialog(desk: Desk, flow: Workflow, graph: Graph, names: tuple[str, ...]) -> Dialog:
    from engine.operations.workflow_verbs import override

    known = [each for each in graph.fields if each.kind is not FieldKind.ANY]
    before = {each.name: forms.text_of(each, flow.data.get(each.name)) for each in known}

    words = ", ".join(map(node_words, names)) or "nothing: it ends"
    preview = (Content(safe(f"next: {words}", 400)), Content.styled("It cannot be undone.", "$warning"))
    node = Node("override", StepKind.HUMAN, fields=tuple(before))

    def check(given: dict[str, str]) -> Notes:
        changed = {name: given[name] for name, text in before.items() if given[name] != text}
        try:
            forms.read(graph, node, flow.data, changed, desk.today)
        except forms.BadForm as fault:
            return Notes({name: words.removeprefix(f"{name}: ") for name, words in fault.faults.items()}, {}, preview)
        return Notes(preview=preview)

    def save(given: dict[str, str]) -> Wish:
        changes = tuple(f"{name}={given[name]}" for name, text in before.items() if given[name] != text)
        more = {"reason": given[REASON].strip()} if given[REASON].strip() else {}
        done = f"{safe(title_of(flow), _SHOWN)} goes another way."
        return wish(override, flow.id, next=names, set=changes, then=lambda _: desk.notify(done), **more)

    fields = (*(_field(each, before[each.name]) for each in known), Field(REASON, "because", hint="may be empty"))
    return Dialog(f"Lead {title_of(flow)} another way", fields, check, save, "do it")


def _field(known: StateField, text: str) -> Field:
    label = known.label or node_words(known.name)
    if known.kind is FieldKind.YES_NO:
        return Field(known.name, label, text or "no", choices=("yes", "no"))
    if known.kind is FieldKind.CHOICE and text in known.choices:
        return Field(known.name, label, text, choices=known.choices)
    return Field(known.name, label, text)
