"""The form of a step, and the one with which a workflow begins: typed fields, checked while they are typed.

What is typed stays until the store has it: a form that was refused, or was submitted by somebody else
meanwhile, says so and keeps every letter.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from textual.content import Content

from engine.rules.workflows import forms
from engine.rules.workflows.forms import BadForm, FormField
from engine.rules.workflows.graph import FieldKind, Graph, Node, from_json
from store.connection import connect
from store.enums import StepKind, StepState
from store.reads import entities, workflows
from store.workflow_values import Definition, Step
from tui.app import Desk
from tui.flow_rows import node_words, title_of, value_words
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.screens.picking import Picking
from tui.text import safe
from tui.widgets.form import Field, Notes

EMPTY = "fill this in"
NONE, UNDECIDED, APPROVE, REJECT = "-", "not decided", "approve", "reject"
NOTE, TITLE, ABOUT = "(note)", "(title)", "(about)"
"""Fields of the form that are none of the state; no field can be called so."""
_SAID = {APPROVE: "yes", REJECT: "no"}
_SHOWN = 400
_HINTS = {FieldKind.NUMBER: "a number", FieldKind.DATE: "30 nov, tomorrow"}


def open_form(desk: Desk, step: Step) -> bool:
    """Show the form of a human step that waits, if it has one; whether it has."""
    if step.kind is not StepKind.HUMAN or step.state is not StepState.WAITING:
        return False
    flow = workflows.workflow(desk.reader, step.workflow_id)
    graph = from_json(workflows.definition(desk.reader, flow.definition_id).graph)
    if not graph.has(step.node):
        return False
    node = graph.node(step.node)
    asked = forms.fields_of(graph, node, flow.data)
    if not asked:
        return False
    desk.push_screen(_step_form(desk, step, graph, node, asked, title_of(flow), flow.data))
    return True


def _step_form(
    desk: Desk, step: Step, graph: Graph, node: Node, asked: tuple[FormField, ...], title: str, data: dict[str, object]
) -> Dialog:
    from engine.operations.workflow_forms import submit

    decides = any(each.is_approval for each in asked)
    fields = tuple(_field(each) for each in asked)
    if decides:
        fields = (*fields, Field(NOTE, "note", hint="why"))
    about = tuple(Content(safe(each, _SHOWN)) for each in _about(graph, node, data))
    check = _checker(desk.store, graph, node, asked, data, desk.today, about)

    def save(given: dict[str, str]) -> Wish:
        texts = [f"{name}={text}" for name, text in _texts(asked, given).items()]
        note = {"note": given[NOTE].strip()} if given.get(NOTE, "").strip() else {}
        return wish(submit, str(step.id), *texts, then=lambda _: desk.notify(f"{safe(words)}: done."), **note)

    words = node.title or node_words(node.name)
    return Dialog(f"{words} · {title}"[:_SHOWN], fields, check, save, "submit", aside=True)


def start_form(desk: Desk, made: Definition) -> None:
    """Start a workflow by the form of its start; of several starts one is chosen first."""
    graph = from_json(made.graph)
    if made.error:
        desk.notify(f"{safe(made.name)} is broken: {safe(made.error)}")
    elif len(graph.starts) > 1:
        desk.push_screen(Starts(made, graph))
    else:
        desk.push_screen(_start_dialog(desk, made, graph, graph.starts[0]))


def _start_dialog(desk: Desk, made: Definition, graph: Graph, node: Node) -> Dialog:
    from engine.operations.workflows import start

    data = graph.defaults()
    asked = forms.fields_of(graph, node, data)
    own = (
        Field(TITLE, "title", hint="may be empty"),
        Field(ABOUT, "about", hint="such as stay/12"),
    )
    check = _checker(desk.store, graph, node, asked, data, desk.today, _then(graph, node))

    def save(given: dict[str, str]) -> Wish:
        texts = [f"{name}={text}" for name, text in _texts(asked, given).items()]
        more: dict[str, Any] = {"step": node.name}
        more |= {"title": given[TITLE].strip()} if given[TITLE].strip() else {}
        more |= {"object": given[ABOUT].strip()} if given[ABOUT].strip() else {}
        return wish(start, made.name, *texts, then=lambda _: desk.notify(f"Started: {safe(made.name)}."), **more)

    fields = (*(_field(each) for each in asked), *own)
    return Dialog(f"Start {made.title or made.name}"[:_SHOWN], fields, check, save, "start", aside=True)


class Starts(Picking):
    """With which of its starts a workflow is to begin."""

    def __init__(self, made: Definition, graph: Graph) -> None:
        super().__init__(f"Start {made.name} by")
        self._made, self._graph = made, graph

    def on_mount(self) -> None:
        """The starts in the order of the definition."""
        self.show([Content(safe(each.title or node_words(each.name))) for each in self._graph.starts])

    def on_option_list_option_selected(self) -> None:
        """Its form."""
        desk, node = self.desk, self._graph.starts[self.place or 0]
        self.dismiss()
        desk.push_screen(_start_dialog(desk, self._made, self._graph, node))


class Definitions(Picking):
    """Which workflow to start."""

    def on_mount(self) -> None:
        """Those that are loaded."""
        self._found = workflows.definitions(self.desk.reader)
        empty = "No workflow is loaded yet: `tickler workflow load FILE`."
        lines = [
            Content.assemble(safe(each.name, 40), (f"   {safe(each.title, 60)}" if each.title != each.name else "",
                                                   "$muted"))
            for each in self._found
        ]  # fmt: skip
        self.show(lines, "" if self._found else empty)

    def on_option_list_option_selected(self) -> None:
        """Its form."""
        desk, made = self.desk, self._found[self.place or 0]
        self.dismiss()
        start_form(desk, made)


# -- fields ---------------------------------------------------------------------------------------------------


def _field(asked: FormField) -> Field:
    """How a field of the state is typed."""
    label = asked.label + (" *" if asked.is_required else "")
    if asked.is_approval:
        return Field(asked.name, label, UNDECIDED, "left, right", (UNDECIDED, APPROVE, REJECT))
    if asked.kind is FieldKind.YES_NO:
        return Field(asked.name, label, asked.text or NONE, "left, right", (NONE, "yes", "no"))
    if asked.kind is FieldKind.CHOICE:
        return Field(asked.name, label, asked.text or NONE, "left, right", (NONE, *asked.choices))
    hint = f"{asked.object_class or 'stay'}/12" if asked.kind is FieldKind.ENTITY else _HINTS.get(asked.kind, "")
    return Field(asked.name, label, asked.text, hint)


def _texts(asked: tuple[FormField, ...], given: dict[str, str]) -> dict[str, str]:
    """By field what was said; nothing of a field that nobody touched."""
    found = {}
    for each in asked:
        text = given.get(each.name, "")
        if each.is_approval or each.kind in (FieldKind.YES_NO, FieldKind.CHOICE):
            text = "" if text in (NONE, UNDECIDED) else _SAID.get(text, text) if each.is_approval else text
        if text.strip() or each.text:
            found[each.name] = text
    return found


def _checker(
    store: Path, graph: Graph, node: Node, asked: tuple[FormField, ...], data: dict[str, object], today: date,
    about: tuple[Content, ...],
) -> Callable[[dict[str, str]], Notes]:  # fmt: skip
    """The rules of the form itself, asked while it is typed; an entity must be there."""

    def check(given: dict[str, str]) -> Notes:
        wrong: dict[str, str] = {}
        means: dict[str, str] = {}
        try:
            found = forms.read(graph, node, data, _texts(asked, given), today)
        except BadForm as fault:
            texts = _texts(asked, given)
            wrong = {
                name: words.removeprefix(f"{name}: ") if texts.get(name, "").strip() else EMPTY
                for name, words in fault.faults.items()
            }
        else:
            means = _means(asked, found)
            wrong = _missing(store, asked, found, today)
        return Notes(wrong, means, about)

    return check


def _means(asked: tuple[FormField, ...], found: dict[str, object]) -> dict[str, str]:
    """What was understood, where it is not what was typed."""
    from engine.rules.wording import long_day

    days = {each.name: found.get(each.name) for each in asked if each.kind is FieldKind.DATE}
    return {name: long_day(date.fromisoformat(str(day))) for name, day in days.items() if day}


def _missing(store: Path, asked: tuple[FormField, ...], found: dict[str, object], today: date) -> dict[str, str]:
    """Entities that are not there."""
    wanted = {each.name: str(found[each.name]) for each in asked if each.kind is FieldKind.ENTITY
              and found.get(each.name)}  # fmt: skip
    if not wanted:
        return {}
    with closing(connect(store, read_only=True)) as connection:
        return {
            name: f"there is no {thing.replace('/', ' ', 1)}"
            for name, thing in wanted.items()
            if entities.one(connection, *_parts(thing), today) is None
        }


def _parts(thing: str) -> tuple[str, str]:
    name, _, number = thing.partition("/")
    return name, number


def _about(graph: Graph, node: Node, data: dict[str, object]) -> list[str]:
    """What to know before it is filled in: its notes, and what other fields hold."""
    shown = [each.name for each in forms.fields_of(graph, node, data)]
    others = [f"{name} {value_words(given)}" for name, given in data.items() if name not in shown and given is not None]
    next_ = graph.after(node.name)
    return [
        *([node.notes] if node.notes else []),
        *([f"so far: {', '.join(others[:8])}"] if others else []),
        *([f"then: {', '.join(map(node_words, next_))}"] if next_ else ["then: the end"]),
    ]


def _then(graph: Graph, node: Node) -> tuple[Content, ...]:
    words = ", ".join(map(node_words, graph.after(node.name)))
    return (Content(safe(f"then: {words or 'the end'}", _SHOWN)),)
