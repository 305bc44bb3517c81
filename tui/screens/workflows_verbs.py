"""What can be done about workflows and their steps: of the marked rows, else of this one."""

from __future__ import annotations

from typing import Any

from textual import on

from engine.rules.wording import count_of
from store.enums import OPEN_STEPS, StepKind, StepState
from store.reads import workflows
from store.workflow_values import Definition, Problem, Step, Workflow
from tui.flow_rows import node_words
from tui.perform import Wish, wish
from tui.screens.dialog import Confirm, Dialog
from tui.screens.view import View
from tui.text import safe
from tui.widgets.form import Field, Notes
from tui.widgets.line_list import LineList

LOOKED = 1_000
"""Steps of one workflow that are looked through for those that wait or failed."""
MOST = 10_000
"""Steps that one key may decide."""
SAID = 5
"""Of steps that had no part in it so many are named."""


class WorkflowVerbs(View):
    """start, form, rerun, skip, cancel, override, take, hand, log, why."""

    def words(self) -> None:
        """Say what is shown and marked."""
        raise NotImplementedError(type(self).__name__)

    @on(LineList.Marked)
    def _marks_changed(self) -> None:
        self.words()

    def gone(self, words: str) -> None:
        """What the screen is about is no longer there: say so and go back."""
        if self.desk.screen is not self:
            self._stale = True  # looked at again when what lies over it is gone
            return
        self.notify(words)
        self.desk.call_later(self._leave)

    def _leave(self) -> None:
        if self.desk.screen is self:  # not awaited: a screen cannot wait for its own end
            self.desk.pop_screen()

    # -- what is meant --------------------------------------------------------------------------------------

    @property
    def flow_id(self) -> int | None:
        """The workflow under the cursor, or that of the step under it."""
        row = self.current
        if isinstance(row, Workflow):
            return row.id
        return row.workflow_id if isinstance(row, Step | Problem) else None

    def steps_of(self, flow_id: int, *states: StepState) -> list[Step]:
        """Its steps in these states, the newest of many."""
        found = workflows.steps(self.desk.reader, flow_id, limit=LOOKED, before=1 << 62)
        return [each for each in found if each.state in states]

    def chosen_steps(self, *states: StepState) -> list[int]:
        """Ids of the marked steps, else of the one under the cursor; of workflows their steps in these states."""
        numbers = sorted(number for number in self.list.targets() if isinstance(number, int))[:MOST]
        if not isinstance(self.current, Workflow):
            return numbers if isinstance(self.current, Step | Problem) else []
        return [step.id for number in numbers for step in self.steps_of(number, *states)]

    @property
    def step(self) -> Step | None:
        """The step that is meant: under the cursor, else of the workflow there the one that waits for a person."""
        row = self.current
        if isinstance(row, Step | Problem):
            return workflows.step(self.desk.reader, row.id)
        return self._waiting(row.id) if isinstance(row, Workflow) else None

    def _waiting(self, flow_id: int) -> Step | None:
        """Of the steps that wait for people one's own first."""
        waiting = [each for each in self.steps_of(flow_id, StepState.WAITING) if each.kind is StepKind.HUMAN]
        mine = [each for each in waiting if self.desk.actor.name in each.assignees]
        return next(iter((*mine, *waiting)), None)

    # -- looking --------------------------------------------------------------------------------------------

    def action_log(self) -> None:
        """Read the log of the step's run."""
        step = self.step
        if step is None or step.run_id is None:
            self.notify("It has no run, so no log." if step else "Put the cursor on a step first.")
            return
        self.desk.open_log(step.run_id)

    def action_why(self) -> None:
        """Why it is where it is."""
        row = self.current
        if isinstance(row, Workflow):
            self.desk.explain("workflow", row.id)
        elif (step := self.step) is not None:
            self.desk.explain("step", step.id)

    # -- doing ----------------------------------------------------------------------------------------------

    def action_add(self) -> None:
        """Start a workflow: of this definition, else of one that is chosen."""
        from tui.screens.workflows_form import Definitions, start_form

        row = self.current
        if isinstance(row, Definition):
            start_form(self.desk, row)
        else:
            self.desk.push_screen(Definitions("Start a workflow"))

    def action_form(self) -> None:
        """Fill in the form of the step that waits for a person."""
        from engine.operations.workflow_forms import submit
        from tui.screens.workflows_form import open_form

        step = self.step
        if step is None or step.kind is not StepKind.HUMAN:
            self.notify("Nothing here waits for a person.")
        elif step.state is not StepState.WAITING:
            self.notify(f"{safe(node_words(step.node))} is {step.state} already.")
        elif not open_form(self.desk, step):
            done = f"{safe(node_words(step.node))}: done."
            self.desk.perform(submit, str(step.id), then=lambda _: self.notify(done))

    def action_take(self) -> None:
        """Take the step, or give it back if it is one's own."""
        from engine.operations.workflow_forms import claim, hand

        step = self.step
        if step is None or step.kind is not StepKind.HUMAN:
            self.notify("Nothing here waits for a person.")
            return
        if step.assignees == (self.desk.actor.name,):
            self.desk.perform(hand, step.id, back=True, then=lambda _: self.notify("Given back. u takes it back."))
        else:
            self.desk.perform(claim, step.id, then=lambda _: self.notify("It is yours. u takes it back."))

    def action_hand(self) -> None:
        """Hand the step to somebody else."""
        from engine.operations.workflow_forms import hand

        step = self.step
        if step is None or step.kind is not StepKind.HUMAN:
            self.notify("Nothing here waits for a person.")
            return
        number = step.id

        def check(given: dict[str, str]) -> Notes:
            return Notes({} if given["to"].strip() else {"to": "a name, or team:North"})

        def save(given: dict[str, str]) -> Wish:
            said = "Handed over. u takes it back."
            return wish(hand, number, to=given["to"].strip(), then=lambda _: self.notify(said))

        fields = (Field("to", "to", hint="a name, or team:North"),)
        self.desk.push_screen(Dialog(f"Hand over {node_words(step.node)}", fields, check, save, "hand over"))

    def action_rerun(self) -> None:
        """Run the failed steps again; of more than one it is asked."""
        from engine.operations.workflow_verbs import rerun

        self._decide(
            self.chosen_steps(StepState.FAILED), "Run {} again?", "run again",
            lambda numbers: self.desk.perform(rerun, *numbers, then=lambda result: self._decided("Runs again", result)),
        )  # fmt: skip

    def action_skip(self) -> None:
        """Go on as if the steps had been done, with a reason; of a gateway it is asked what follows."""
        from tui.screens.workflows_dialogs import skip_dialog

        numbers = self.chosen_steps(StepState.FAILED)
        if not numbers:
            self.notify("Put the cursor on a step that failed or waits first.")
        else:
            self.desk.push_screen(skip_dialog(self.desk, numbers, lambda result: self._decided("Skipped", result)))

    def action_cancel(self) -> None:
        """Cancel the step, or the whole workflow: asked, as nothing takes it back."""
        from tui.screens.workflows_dialogs import cancel_dialog

        row = self.current
        if isinstance(row, Workflow):
            flows = sorted(number for number in self.list.targets() if isinstance(number, int))[:MOST]
            self.desk.push_screen(cancel_dialog(flows, (), lambda result: self._decided("Cancelled", result)))
        elif (flow := self.flow_id) is not None:
            is_over = isinstance(row, Step | Problem) and row.state not in OPEN_STEPS and not self.list.marked
            chosen = [] if is_over else self.chosen_steps(*OPEN_STEPS)
            self.desk.push_screen(cancel_dialog([flow], chosen, lambda result: self._decided("Cancelled", result)))
        else:
            self.notify("Put the cursor on a workflow or a step first.")

    def action_override(self) -> None:
        """Go another way: cancel what is open and choose the next steps."""
        from tui.screens.workflows_dialogs import open_override

        number = self.flow_id
        if number is None:
            self.notify("Put the cursor on a workflow first.")
        else:
            open_override(self.desk, workflows.workflow(self.desk.reader, number))

    def _decide(self, numbers: list[int], question: str, verb: str, do: object) -> None:
        assert callable(do)
        if not numbers:
            none = isinstance(self.current, Workflow)
            self.notify("Nothing failed here." if none else "Put the cursor on a step first.")
        elif len(numbers) == 1:
            do(numbers)
        else:
            words = question.format(count_of(len(numbers), "step"))
            self.desk.push_screen(Confirm(words, verb), lambda yes: do(numbers) if yes else None)

    def _decided(self, words: str, result: Any) -> None:
        """Who had no part in it is named."""
        self.list.set_marks(())
        left_out = [each for outcome in result[:1] for each in outcome.left_out]
        self.notify(f"{words}.")
        if left_out:
            self.notify(" ".join(left_out[:SAID]), title=f"Not {len(left_out):,} of them", severity="warning")
