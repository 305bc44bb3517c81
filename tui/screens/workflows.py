"""Workflows: what is under way and for whom it waits, what can be started, and what is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from engine.rules.wording import count_of
from store.enums import FlowState
from store.frozen import value
from store.reads import workflows
from store.workflow_values import Definition, Problem, Workflow
from tui.flow_rows import definition_row, flow_row, problem_row
from tui.rows import Cells
from tui.screens.view import Item, nothing
from tui.screens.workflows_verbs import WorkflowVerbs
from tui.widgets.header import Hints
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, few, section
from tui.widgets.tabs import tab_words

WORKFLOWS, DEFINITIONS, PROBLEMS = TABS = ("workflows", "definitions", "problems")
_NONE_LOADED = (
    "No workflow is loaded yet. `tickler workflow load FILE` reads definitions from a Python file,"
    " `tickler load FILE` from a desk file."
)
_EMPTY = {
    WORKFLOWS: "No workflow was started yet. a starts one.",
    DEFINITIONS: _NONE_LOADED,
    PROBLEMS: "Nothing is wrong: no step failed, nothing waits for what cannot come.",
}
_HINTS = {
    WORKFLOWS: (("enter", "open"), ("a", "start"), ("d", "form"), ("R", "rerun"), ("x", "cancel")),
    DEFINITIONS: (("enter", "graph"), ("a", "start"), ("o", "its workflows")),
    PROBLEMS: (("enter", "step"), ("R", "rerun"), ("s", "skip"), ("x", "cancel"), ("V", "all")),
}
MOST = 1_000
"""Workflows are counted, and problems listed, up to so many."""
_STATES = {
    "open": (FlowState.OPEN, FlowState.ATTENTION), "attention": (FlowState.ATTENTION,),
    "needs attention": (FlowState.ATTENTION,), "done": (FlowState.SUCCEEDED,), "succeeded": (FlowState.SUCCEEDED,),
    "cancelled": (FlowState.CANCELLED,), "all": (),
}  # fmt: skip


@value
class Sought:
    """What the filter asks for: states (none: all), a definition, workflows that wait for me, words of a name."""

    states: tuple[FlowState, ...] = ()
    name: str | None = None
    mine: bool = False
    text: str = ""


def sought(text: str) -> Sought:
    """`state:open name:welcome mine ana`: each in any order, the rest are words of a name."""
    states: tuple[FlowState, ...] = ()
    name, mine, rest = None, False, list[str]()
    for word in text.split():
        head, colon, value = word.partition(":")
        if colon and head == "state" and value in _STATES:
            states = _STATES[value]
        elif colon and head == "name" and value:
            name = value
        elif word == "mine":
            mine = True
        else:
            rest.append(word)
    return Sought(states, name, mine, " ".join(rest))


class Workflows(WorkflowVerbs):
    """Three tabs: the workflows, their definitions, and what is wrong."""

    PLACES: ClassVar[tuple[str, ...]] = ("workflows",)
    VIEW = "workflows"
    KINDS = frozenset({"workflow", "workflow_definition", "user", "task_assignee"})
    FILTER_HINT = "part of a name, state:open, state:attention, name:welcome, mine; esc clears"

    def __init__(self) -> None:
        super().__init__()
        self.tab = WORKFLOWS

    def make_list(self) -> LineList:
        """The newest first."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks, empty=_EMPTY[WORKFLOWS])

    def on_mount(self) -> None:
        """Read the first page."""
        self.show_rows()

    def on_screen_resume(self) -> None:
        """The problems may have been asked for."""
        super().on_screen_resume()
        tab, self.desk.workflows_of = self.desk.workflows_of, ""
        if tab and tab != self.tab:
            self._turn(tab)

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        row, desk = item.value, self.desk
        if isinstance(row, Workflow):
            return flow_row(row, width, desk.now, desk.ascii_marks)
        if isinstance(row, Definition):
            return definition_row(row, width, desk.now, desk.zone, desk.ascii_marks)
        return problem_row(row, width, desk.now, desk.zone, desk.ascii_marks)

    # -- what is shown --------------------------------------------------------------------------------------

    def _sections(self) -> list[Section]:
        if self.tab == WORKFLOWS:
            return [section(WORKFLOWS, None, self._fetch)]
        rows = self._definitions() if self.tab == DEFINITIONS else self._problems()
        return [section(self.tab, None, few(rows), len(rows)) if rows else section("nothing", None, nothing)]

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        asked = sought(self.filter)
        found = workflows.page(
            self.desk.reader,
            after=-int(str(after[0])) if after else None,
            before=None if before is None else -int(str(before[0])) if before else 0,
            limit=limit + (offset or 0),
            state=asked.states or None,
            name=asked.name,
            mine=self.desk.actor.name if asked.mine else None,
            text=asked.text,
        )[offset or 0 :]
        return [Item((-each.id,), each.id, each, self._minute) for each in found]

    def _definitions(self) -> list[Item]:
        found = workflows.definitions(self.desk.reader, text=self.filter.strip())
        return [Item((each.name, each.id), each.id, each, self.desk.today) for each in found]

    def _problems(self) -> list[Item]:
        text = self.filter.strip().casefold()
        found = workflows.problems(self.desk.reader, limit=MOST)
        words = ((each, f"{each.definition} {each.name} {each.node} {each.why}".casefold()) for each in found)
        return [Item((-e.workflow_id, e.id), e.id, e, self._minute) for e, said in words if text in said]

    @property
    def _minute(self) -> int:
        """Ages are part of the picture."""
        return self.desk.now // 60_000_000

    def show_rows(self) -> None:
        """Build the list for tab and filter."""
        if not self.filter:
            self.list.empty = self._sentence = self._empty_words()
        self.list.show(self._sections())
        self.words()

    def _empty_words(self) -> str:
        reader = self.desk.reader
        if self.tab == WORKFLOWS and not workflows.count(reader, most=1) and not workflows.definitions(reader):
            return _NONE_LOADED
        return _EMPTY[self.tab]

    def refresh_data(self) -> None:
        """Read again; the cursor stays on its line."""
        if not self.filter:
            self.list.empty = self._sentence = self._empty_words()
        self.list.refresh_data(self._sections())
        self.words()
        self.show_detail()

    def words(self) -> None:
        """The tabs, and what the one in front holds."""
        found = f" matching {self.filter}" if self.filter else ""
        self.say(
            *tab_words(TABS, self.tab),
            (self._counted() + found, "text"),
            (f" · {len(self.list.marked):,} marked" if self.list.marked else "", "mark bold"),
        )

    def _counted(self) -> str:
        reader = self.desk.reader
        if self.tab == DEFINITIONS:
            return count_of(len(workflows.definitions(reader)), "definition")
        trouble = workflows.problem_count(reader, MOST)
        if self.tab == PROBLEMS:
            return f"{count_of(trouble, 'workflow')} {'needs' if trouble == 1 else 'need'} attention"
        number = workflows.count(reader, (FlowState.OPEN, FlowState.ATTENTION), MOST)
        more = f", {trouble:,} with trouble" if trouble else ""
        return f"{number:,}{'+' if number == MOST else ''} open{more}"

    def detail(self) -> Content:
        """The row in words."""
        from tui.flow_words import definition_detail, flow_detail, problem_detail

        row = self.current
        if isinstance(row, Workflow):
            return flow_detail(self.desk, row)
        if isinstance(row, Definition):
            return definition_detail(self.desk, row)
        return problem_detail(self.desk, row) if isinstance(row, Problem) else Content("")

    def open_current(self) -> None:
        """Enter: the graph of a workflow, or of a definition; a step with all there is to say of it."""
        from tui.screens.workflows_one import OneDefinition, OneWorkflow
        from tui.screens.workflows_step import OneStep

        row = self.current
        if isinstance(row, Workflow):
            self.desk.push_screen(OneWorkflow(row.id))
        elif isinstance(row, Definition):
            self.desk.push_screen(OneDefinition(row.id))
        elif isinstance(row, Problem):
            self.desk.push_screen(OneStep(row.id))

    # -- tabs -----------------------------------------------------------------------------------------------

    def action_tab(self, by: int) -> None:
        """The next tab, or the one before."""
        self._turn(TABS[(TABS.index(self.tab) + by) % len(TABS)])

    def hints(self) -> tuple[tuple[str, str], ...]:
        """What the tab in front is for."""
        return (*_HINTS[self.tab], ("[ ]", "tabs"), ("?", "keys"))

    def _turn(self, tab: str) -> None:
        self.tab = tab
        self.query_one(Hints).pairs = self.hints()
        self.list.set_marks(())
        self.show_rows()
        self.show_detail()

    def action_mark_all(self) -> None:
        """Mark all that match, in view or not; none, if they are all marked."""
        if self.tab == DEFINITIONS:
            self.notify("Definitions are not marked: a starts the one of the cursor.")
            return
        rows = self._problems() if self.tab == PROBLEMS else self._fetch("", None, None, None, MOST + 1)
        found = frozenset(each.id for each in rows[:MOST])
        self.list.set_marks(() if found <= self.list.marked else found)
        if len(rows) > MOST:
            self.notify(f"More than {MOST:,} match: the first {MOST:,} are marked.")

    async def action_its_own(self) -> None:
        """The workflows of this definition alone."""
        row = self.current
        if not isinstance(row, Definition):
            self.notify("Put the cursor on a definition first: ] goes to them.")
            return
        self._turn(WORKFLOWS)
        await self.action_filter()
        self._box.value = f"name:{row.name}"
        self.kept(self._box.value)
        self.list.focus()
