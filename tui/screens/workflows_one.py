"""One workflow: its graph, the path it took, its state, the lines of all its runs. And a definition's graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.content import Content

from engine.rules.wording import count_of
from engine.rules.workflows.graph import Graph, from_json
from engine.rules.workflows.standing import Visit
from store.enums import OPEN_STEPS, FlowState, StepState
from store.reads import workflow_lines, workflows
from store.workflow_values import Definition, Step, Workflow
from tui.flow_log import Said, said_row
from tui.flow_rows import field_row, flow_state, node_words, step_row, title_of, value_words
from tui.flow_visits import newest, visits_of
from tui.rows import Cells
from tui.screens.view import Item
from tui.screens.workflows_graph import GraphScreen
from tui.text import safe
from tui.widgets.header import Hints
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, few, section
from tui.widgets.tabs import tab_words

GRAPH, PATH, STATE, LOG = TABS = ("graph", "path", "state", "log")
DRAWN = 2_000
"""Steps of the path that the graph is drawn by, the last ones."""
_EMPTY = {
    PATH: "No step has begun.", STATE: "Its definition has no fields.",
    LOG: "Nothing was printed yet. Lines of all runs of its steps appear here.", GRAPH: "",
}  # fmt: skip
_HINTS = {
    GRAPH: (("enter", "step"), ("t", "turn"), ("+ -", "zoom"), ("d", "form"), ("R", "rerun")),
    PATH: (("enter", "step"), ("d", "form"), ("R", "rerun"), ("s", "skip"), ("x", "cancel")),
    STATE: (("enter", "in full"), ("O", "override")),
    LOG: (("enter", "log of the run"),),
}


class OneWorkflow(GraphScreen):
    """Four tabs; the verbs are for the step of the cursor, those that need none for the workflow."""

    PLACES: ClassVar[tuple[str, ...]] = ("workflow",)
    KINDS = frozenset({"workflow", "workflow_definition", "task_assignee", "log"})

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.tab = GRAPH
        self._of: dict[str, Step] = {}
        self._graph: tuple[int, Graph] | None = None

    def make_list(self) -> LineList:
        """The lines of the tabs other than the graph."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks)

    def on_mount(self) -> None:
        """The graph first."""
        self._turn(GRAPH)
        self.call_after_refresh(self._front)

    def _front(self) -> None:
        (self.graph_view if self.tab == GRAPH else self.list).focus()

    @property
    def flow(self) -> Workflow:
        """It as it is now."""
        return workflows.workflow(self.desk.reader, self._number)

    @property
    def flow_id(self) -> int | None:
        """Whatever is under the cursor."""
        return self._number

    @property
    def graph(self) -> Graph:
        """The definition that it follows, read once."""
        number = self.flow.definition_id
        if self._graph is None or self._graph[0] != number:
            self._graph = (number, from_json(workflows.definition(self.desk.reader, number).graph))
        return self._graph[1]

    @property
    def current(self) -> Any:
        """The row of the cursor; on the graph the newest step of its node."""
        return self._of.get(self.graph_view.node) if self.tab == GRAPH else super().current

    @property
    def step(self) -> Step | None:
        """The step under the cursor, else the one that waits for a person."""
        return super().step if isinstance(self.current, Step) else self._waiting(self._number)

    def chosen_steps(self, *states: StepState) -> list[int]:
        """On the graph the step of the cursor; a node that was not reached has none."""
        if self.tab == GRAPH:
            return [self.current.id] if isinstance(self.current, Step) else []
        return super().chosen_steps(*states)

    # -- what is shown --------------------------------------------------------------------------------------

    def graph_and_visits(self) -> tuple[Graph, list[Visit] | None]:
        """The steps that were taken, the newest of many."""
        found = workflows.steps(self.desk.reader, self._number, limit=DRAWN, before=1 << 62)
        self._of = newest(found)
        return self.graph, visits_of(found, self.desk.now, self.desk.zone)

    def first_node(self) -> str:
        """What failed or is open."""
        troubled = [name for name, each in self._of.items() if each.state is StepState.FAILED]
        opened = [name for name, each in self._of.items() if each.state in OPEN_STEPS]
        return next(iter((*troubled, *opened, *reversed(self._of))), "")

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        row, desk = item.value, self.desk
        if isinstance(row, Step):
            return step_row(row, width, desk.now, desk.zone, desk.ascii_marks)
        if isinstance(row, Said):
            return said_row(row, width, desk.zone)
        name, given = row
        return field_row(name, given, width)

    def _sections(self) -> list[Section]:
        if self.tab == STATE:
            rows = [Item((at,), name, (name, given)) for at, (name, given) in enumerate(self.flow.data.items())]
            return [section(STATE, None, few(rows), len(rows))]
        if self.tab == GRAPH:
            return []
        return [section(self.tab, None, self._path if self.tab == PATH else self._lines)]

    def _path(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        found = workflows.steps(
            self.desk.reader, self._number, int(str(after[0])) if after else None, limit + (offset or 0),
            before=None if before is None else int(str(before[0])) if before else 1 << 62,
        )[offset or 0 :]  # fmt: skip
        return [Item((each.id,), each.id, each, self.desk.today) for each in found]

    def _lines(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        reader = self.desk.reader
        if before is not None:
            found = workflow_lines.page_before(reader, self._number, _place(before) if before else None, limit)
        else:
            place = _place(after) if after else None
            found = workflow_lines.page(reader, self._number, place, limit + (offset or 0))[offset or 0 :]
        return [Item((run, line.seq), (run, line.seq), Said(step, node, run, line)) for step, node, run, line in found]

    def show_rows(self) -> None:
        """The tab in front."""
        self.list.empty = _EMPTY[self.tab]
        self.list.show(self._sections())
        if self.tab == GRAPH:
            self.draw_graph()
        elif self.tab == LOG:
            self.list.follow = True
        self.words()

    def refresh_data(self) -> None:
        """Read again; the cursor stays on its step. Of what retention has taken there is nothing to show."""
        if not workflows.these(self.desk.reader, [self._number]):
            self.gone(f"Workflow {self._number} is gone for good.")
            return
        if self.tab == GRAPH:
            self.draw_graph()
        else:
            self.list.refresh_data(self._sections())
        self.words()
        self.show_detail()

    def words(self) -> None:
        """The tabs, what it is called, and how it is."""
        flow = self.flow
        word, token = flow_state(flow.state)
        over = flow.state in (FlowState.SUCCEEDED, FlowState.CANCELLED)
        marked = f" · {len(self.list.marked):,} marked" if self.list.marked else ""
        self.say(
            *tab_words(TABS, self.tab),
            (safe(title_of(flow), 30), "text bold"),
            (f" {word}", token),
            (f" · {flow.waits_for}" if flow.waits_for and not over else "", "muted"),
            self.picture_words() if self.tab == GRAPH else (f" · {count_of(flow.steps, 'step')}", "muted"),
            (marked, "mark bold"),
        )

    def detail(self) -> Content:
        """The step of the cursor, else the whole."""
        from tui.flow_words import flow_detail, node_detail, step_detail

        row = self.current
        if isinstance(row, Step):
            return step_detail(self.desk, row, self.flow)
        if self.tab == GRAPH and self.graph.has(self.graph_view.node):
            return node_detail(self.graph, self.graph.node(self.graph_view.node), is_reached=False)
        return flow_detail(self.desk, self.flow)

    # -- tabs -----------------------------------------------------------------------------------------------

    def hints(self) -> tuple[tuple[str, str], ...]:
        """What the tab in front is for."""
        return (*_HINTS[self.tab], ("[ ]", "tabs"), ("q", "back"))

    def action_tab(self, by: int) -> None:
        """The next tab, or the one before."""
        self._turn(TABS[(TABS.index(self.tab) + by) % len(TABS)])
        self._front()

    def _turn(self, tab: str) -> None:
        self.tab = tab
        self.query_one("#graph").display = tab == GRAPH
        self.list.display = tab != GRAPH
        self.query_one(Hints).pairs = self.hints()
        self.list.set_marks(())
        self.show_rows()
        self.show_detail()

    def open_current(self) -> None:
        """Enter: the step, a value in full, the log of a line's run; of a node why it was not reached."""
        from tui.screens.dialog import Words
        from tui.screens.workflows_step import OneStep

        row = self.current
        if isinstance(row, Step):
            self.desk.push_screen(OneStep(row.id))
        elif isinstance(row, Said):
            self.desk.open_log(row.run)
        elif isinstance(row, tuple):
            self.desk.push_screen(Words(node_words(row[0]), tuple(value_words(row[1], 4_000).split("\n"))))
        else:
            self.action_why()

    def action_why(self) -> None:
        """Why the step is where it is, or was not reached; on the state and the log the workflow."""
        node = self.graph_view.node
        if isinstance(self.current, Step):
            super().action_why()
        elif self.tab == GRAPH and node:
            self.desk.explain("step", f"{self._number}/{node}")
        else:
            self.desk.explain("workflow", self._number)

    def action_log(self) -> None:
        """The log of the step's run; of a node without one all lines."""
        step = self.current
        if isinstance(step, Step) and step.run_id is not None:
            self.desk.open_log(step.run_id)
        else:
            self._turn(LOG)
            self._front()


class OneDefinition(GraphScreen):
    """The graph that workflows of a definition follow."""

    PLACES: ClassVar[tuple[str, ...]] = ("definition",)
    KINDS = frozenset({"workflow_definition"})

    def __init__(self, number: int) -> None:
        super().__init__()
        self._made: Definition = workflows.definition(self.desk.reader, number)
        self._graph = from_json(self._made.graph)

    def make_list(self) -> LineList:
        """None is shown."""
        return LineList(lambda item, width, state: [], ascii_marks=self.desk.ascii_marks)

    def on_mount(self) -> None:
        """The graph alone."""
        self.list.display = False
        self.show_rows()
        self.call_after_refresh(self.graph_view.focus)

    @property
    def current(self) -> Any:
        """`a` starts it."""
        return self._made

    def graph_and_visits(self) -> tuple[Graph, list[Visit] | None]:
        """Nobody has begun it."""
        return self._graph, None

    def show_rows(self) -> None:
        """Draw it."""
        self.draw_graph()
        self.words()

    refresh_data = show_rows

    def words(self) -> None:
        """Which it is, and how it is drawn."""
        made = self._made
        self.say(
            (safe(made.name, 40), "text bold"), (f" version {made.version}", "muted"),
            (f" · {count_of(len(self._graph.nodes), 'step')}", "text"),
            (f" · {made.open:,} open" if made.open else "", "text"), self.picture_words(),
        )  # fmt: skip

    def hints(self) -> tuple[tuple[str, str], ...]:
        """What there is to do with it."""
        return (("enter", "step"), ("t", "turn"), ("+ -", "zoom"), ("a", "start"), ("q", "back"), ("?", "keys"))

    def detail(self) -> Content:
        """The node of the cursor."""
        from tui.flow_words import node_detail

        if not self._graph.has(self.graph_view.node):
            return Content("")
        return node_detail(self._graph, self._graph.node(self.graph_view.node), is_reached=True)

    def open_current(self) -> None:
        """Enter: the step in words."""
        from tui.screens.dialog import Words

        if self.graph_view.node:
            self.desk.push_screen(Words(node_words(self.graph_view.node), tuple(self.detail().plain.split("\n")[2:])))


def _place(key: Key) -> tuple[int, int]:
    return int(str(key[0])), int(str(key[1]))
