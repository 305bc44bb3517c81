"""One step of a workflow: its state, who, when, what was filled in, why it failed with its trace, and its verbs."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from store.enums import StepKind, StepState
from store.errors import Refused
from store.reads import workflows
from store.workflow_values import Step
from tui.flow_rows import node_words, title_of
from tui.screens.workflows_verbs import WorkflowVerbs
from tui.text import safe
from tui.widgets.header import Header, Hints, Place
from tui.widgets.line_list import LineList


class Reading(VerticalScroll, inherit_bindings=False):
    """Words that are read from top to bottom."""

    BINDINGS = [
        Binding("j,down", "scroll_down", "down", show=False),
        Binding("k,up", "scroll_up", "up", show=False),
        Binding("g,home", "scroll_home", "first", show=False),
        Binding("G,end", "scroll_end", "last", show=False),
        Binding("ctrl+d,pagedown", "page_down", "page down", show=False),
        Binding("ctrl+u,pageup", "page_up", "page up", show=False),
        Binding("enter", "screen.open_step", "open", show=False),
    ]


class OneStep(WorkflowVerbs):
    """All there is to say of a step. Enter fills in the form of one that waits for a person, else reads its log."""

    PLACES: ClassVar[tuple[str, ...]] = ("step",)
    VIEW = "workflows"
    KINDS = frozenset({"workflow", "task_assignee", "run"})
    AUTO_FOCUS = "Reading"

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.add_class("-reading", update=False)

    def compose(self) -> ComposeResult:
        """Header, words, detail, hints."""
        yield Header(self.VIEW)
        yield Place(id="line")
        yield LineList(lambda item, width, state: [], ascii_marks=self.desk.ascii_marks)
        with Reading(id="detail"):
            yield Static(id="detail-text", markup=False)
        yield Hints()

    def on_mount(self) -> None:
        """Its words."""
        self.refresh_data()
        self.call_after_refresh(self.detail_pane.focus)

    @property
    def current(self) -> Any:
        """The step as it is now."""
        return workflows.step(self.desk.reader, self._number)

    @property
    def step(self) -> Step | None:
        """The same."""
        found = self.current
        assert isinstance(found, Step)
        return found

    def chosen_steps(self, *states: StepState) -> list[int]:
        """This one."""
        return [self._number]

    def refresh_data(self) -> None:
        """Read it again. Of what retention has taken there is nothing to show."""
        try:
            workflows.step(self.desk.reader, self._number)
        except Refused:
            self.gone("The step is gone for good, with its workflow.")
            return
        self.words()
        self.query_one(Hints).pairs = self.hints()
        self.show_detail()

    def words(self) -> None:
        """Which it is, and of what."""
        step = self.step
        assert step is not None
        flow = workflows.workflow(self.desk.reader, step.workflow_id)
        self.say(
            (safe(node_words(step.node), 40), "text bold"),
            (f" of {safe(title_of(flow), 60)}", "text"),
            (f" · {flow.definition} {flow.version}", "muted"),
        )

    def hints(self) -> tuple[tuple[str, str], ...]:
        """What can be done with a step in its state."""
        step = self.step
        assert step is not None
        if step.state is StepState.FAILED:
            own = [("R", "rerun"), ("s", "skip"), ("O", "override")]
        elif step.kind is StepKind.HUMAN and step.state is StepState.WAITING:
            own = [("d", "form"), ("t", "take"), ("T", "hand to"), ("x", "cancel")]
        else:
            own = [("x", "cancel")] if step.done_at is None else []
        log = [("l", "log")] if step.run_id is not None else []
        return (*own, *log, ("w", "why"), ("q", "back"), ("?", "keys"))

    def detail(self) -> Content:
        """The step in words."""
        from tui.flow_words import step_detail

        step = self.step
        assert step is not None
        return step_detail(self.desk, step, workflows.workflow(self.desk.reader, step.workflow_id))

    def action_open_step(self) -> None:
        """Enter: the form, else the log."""
        step = self.step
        if step is not None and step.kind is StepKind.HUMAN and step.state is StepState.WAITING:
            self.action_form()
        else:
            self.action_log()
