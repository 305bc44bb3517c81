"""Workflows on screen: the three tabs, one with its graph, path, state and lines, a step, and what can be done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from engine.operations import workflow_definitions, workflow_forms, workflows
from engine.operations.settings import set_setting
from engine.requests import request
from engine.rules.workflows.boxes import Zoom
from store.database import session, transaction
from store.enums import FlowState, StepState
from store.instants import to_us
from store.reads import workflows as reads
from store.schema import moved
from store.workflow_values import Problem, Step, Workflow
from tests.desk import Desk
from tests.tui.screens.stage import NOW, picture, press, settle, shown, store_with_stays, type_in, view
from tests.tui.screens.workflow_desk import LONG, steps, store_with_workflows
from tui.screens.dialog import Dialog
from tui.screens.logs import Logs
from tui.screens.workflows_dialogs import NextSteps
from tui.screens.workflows_form import Definitions
from tui.screens.workflows_one import OneDefinition, OneWorkflow
from tui.screens.workflows_step import OneStep

NEXT, BEFORE = "right_square_bracket", "left_square_bracket"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Six workflows of two definitions, in every state."""
    return store_with_workflows(tmp_path / "desk.db")


def flow(number: int) -> Workflow:
    with session() as connection:
        return reads.workflow(connection, number)


def step(number: int) -> Step:
    with session() as connection:
        return reads.step(connection, number)


def said(pilot: Pilot[Any]) -> str:
    """What toasts have said."""
    return "\n".join(note.message for note in pilot.app._notifications)


async def to_flow(pilot: Pilot[Any], number: int) -> None:
    """Workflows, with the cursor on this one."""
    await press(pilot, "6", "g")
    for _ in range(10):
        if isinstance(view(pilot).current, Workflow) and view(pilot).current.id == number:
            return
        await press(pilot, "j")
    raise AssertionError(f"workflow {number} is not on the screen")


async def test_each_has_state_title_definition_age_and_for_whom_it_waits(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "6")
        seen = picture(pilot)
        assert "[workflows] definitions  problems   4 open, 1 with trouble" in seen
        assert "! attention Oak Hill" in seen
        assert "decide failed" in seen
        assert "4 d Ana (approve)" in seen
        assert "✓ done      1.4" in seen
        assert "/ cancelled 1.3" in seen
        assert max(map(cell_len, seen.split("\n"))) == 80
        assert "[b]not bold" not in seen.split("\n")[3]  # cut by cells before it


async def test_without_colours_and_with_letters_alone_the_state_is_still_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    set_setting(desk.ana, desk.at("2025-06-16"), "ascii", "yes")
    async with shown(desk, (160, 45)) as pilot:
        await press(pilot, "6")
        seen = picture(pilot)
        assert "v done" in seen
        assert ". open" in seen
        await to_flow(pilot, 2)
        await press(pilot, "enter")
        seen = picture(pilot)
        assert "x failed" in seen
        assert "┌" not in seen
        assert "not reached" in seen


@pytest.mark.parametrize(
    ("text", "there", "gone"),
    [
        ("hill", "Oak Hill", "Lakeside"),
        ("state:attention", "Oak Hill", "1.4"),
        ("state:done", "1.4", "Oak Hill"),
        ("name:refund state:open", "Lakeside", "release"),
        ("mine", "Lakeside", "Oak Hill"),
    ],
)
async def test_the_filter_knows_names_states_and_what_waits_for_me(
    desk: Desk, text: str, there: str, gone: str
) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await press(pilot, "6", "slash")
        await type_in(pilot, text)
        await press(pilot, "enter")
        rows = [line[:98] for line in picture(pilot).split("\n")[3:-1]]
        assert any(there in row for row in rows)
        assert not any(gone in row for row in rows)


async def test_an_empty_desk_says_how_definitions_come(tmp_path: Path) -> None:
    async with shown(store_with_stays(tmp_path / "new.db"), (80, 24)) as pilot:
        await press(pilot, "6")
        assert "workflow load FILE" in picture(pilot)
        await press(pilot, "a")
        assert "workflow load FILE" in picture(pilot).split("\n")[12:-3].__str__()
        await press(pilot, "escape", NEXT, NEXT)
        assert "Nothing is wrong" in picture(pilot)


async def test_a_change_of_others_refreshes_and_leaves_the_cursor(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 2)
        workflows.start(desk.bo, desk.at("2025-06-16T09:00"), "release", "version=9", title="new one")
        pilot.app.look()  # type: ignore[attr-defined]  # the desk
        await settle(pilot)
        assert "new one" in picture(pilot)
        assert view(pilot).current.id == 2


async def test_definitions_show_their_graph_and_start_by_their_form(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "6", NEXT, "g")
        assert "refund" in picture(pilot)
        assert "2 open" in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, OneDefinition)
        assert "person: Ana" in picture(pilot)
        await press(pilot, "j", "enter")
        assert "Above 500 the treasurer" in picture(pilot)
        await press(pilot, "escape", "a")
        assert isinstance(pilot.app.screen, Dialog)
        await press(pilot, "enter")  # the guest is missing: nothing happens, the cursor stays there
        assert "fill this in" in picture(pilot)
        await type_in(pilot, "Riverside")
        await press(pilot, "tab", "ctrl+u")
        await type_in(pilot, "a lot")
        assert "is not a number" in picture(pilot)
        await press(pilot, "ctrl+u")
        await type_in(pilot, "75")
        await press(pilot, "enter")
        started = flow(7)
        assert started.data["guest"] == "Riverside"
        assert started.data["amount"] == 75


async def test_o_shows_the_workflows_of_a_definition_alone(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await press(pilot, "6", NEXT, "g", "o")
        seen = picture(pilot)
        assert "name:refund" in seen
        assert "Oak Hill" in seen
        assert "1.4" not in seen


async def test_a_workflow_is_started_from_the_palette(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await press(pilot, "colon")
        await type_in(pilot, "start workflow release")
        assert "Start workflow release" in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Dialog)
        await type_in(pilot, "5")
        await press(pilot, "enter")
        assert flow(7).data == {"version": "5"}


async def test_a_starts_one_that_is_chosen(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await press(pilot, "6", "a")
        assert isinstance(pilot.app.screen, Definitions)
        await press(pilot, "j", "enter")
        await type_in(pilot, "6")
        await press(pilot, "tab")
        await type_in(pilot, "the sixth")
        await press(pilot, "tab")
        await type_in(pilot, "stay/12")
        await press(pilot, "enter")
        assert (flow(7).name, flow(7).object_class, flow(7).object_id) == ("the sixth", "stay", "12")


async def test_the_graph_is_walked_turned_and_zoomed_and_enter_opens_a_step(desk: Desk) -> None:
    async with shown(desk, (80, 24)) as pilot:
        await to_flow(pilot, 2)
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, OneWorkflow)
        graph = screen.graph_view
        assert graph.node == "decide"  # what failed
        await press(pilot, "k")
        assert graph.node == "approve"
        await press(pilot, "j", "j")
        assert graph.node in ("pay", "tell_the_guest")
        await press(pilot, "h")
        assert graph.node == "pay"
        await press(pilot, "right")
        assert graph.node == "tell_the_guest"
        await press(pilot, "G")
        assert graph.node == "close"
        assert "close" in picture(pilot)  # scrolled to
        await press(pilot, "g", "tab")
        assert graph.node == "approve"
        assert "top" in picture(pilot).split("\n")[1]
        await press(pilot, "t")
        assert "left" in picture(pilot).split("\n")[1]
        await press(pilot, "minus")
        assert screen.zoom is Zoom.NAMES
        assert "done by Ana" not in picture(pilot)
        await press(pilot, "minus", "minus", "plus", "plus", "t")
        assert "done by Ana" in picture(pilot)
        await press(pilot, "j", "enter")
        assert isinstance(pilot.app.screen, OneStep)
        seen = picture(pilot)
        assert "ValueError: Boom!" in seen
        assert "line 31, in decide" in seen
        await press(pilot, "q")
        assert pilot.app.screen is screen
        assert graph.node == "decide"


async def test_a_step_that_was_not_reached_says_why(desk: Desk) -> None:
    async with shown(desk, (120, 40)) as pilot:
        await to_flow(pilot, 2)
        await press(pilot, "enter", "G")
        assert "not reached: w says why" in picture(pilot)
        await press(pilot, "enter")
        assert "was not reached" in picture(pilot)


async def test_path_state_and_log_are_tabs(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 2)
        await press(pilot, "enter", NEXT)
        rows = picture(pilot).split("\n")
        assert [next(word for word in ("approve", "decide", "ask") if word in row[:60]) for row in rows[2:5]] == [
            "ask",
            "approve",
            "decide",
        ]
        await press(pilot, "G", "enter")
        assert isinstance(pilot.app.screen, OneStep)
        await press(pilot, "q", NEXT, "g")
        assert "Oak Hill" in picture(pilot)
        await press(pilot, "enter")
        assert "Oak Hill" in picture(pilot)
        await press(pilot, "escape", NEXT)
        assert "Nothing was printed yet" in picture(pilot)
        await press(pilot, BEFORE, BEFORE, BEFORE)
        assert "[graph]" in picture(pilot)


async def test_the_log_has_the_lines_of_all_runs(desk: Desk) -> None:
    with transaction() as connection:
        run = request(connection, to_us(NOW), name="refund: decide", controller="shell", params={"command": "true"})
        connection.execute("UPDATE step SET run_id = ? WHERE workflow_id = 2 AND node = 'decide'", (run,))
        connection.execute(
            "INSERT INTO log_line (run_id, seq, attempt, at, stream, level, text) VALUES (?, 1, 1, 0, 'stdout', 20, ?)",
            (run, "paid [b]all[/b]"),
        )
        connection.execute("UPDATE run SET log_lines = 1 WHERE id = ?", (run,))
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 2)
        await press(pilot, "enter", BEFORE)
        assert "paid [b]all[/b]" in picture(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Logs)
        await press(pilot, "6", "q", "6")
        await to_flow(pilot, 2)
        await press(pilot, "enter", "L")
        assert isinstance(pilot.app.screen, Logs)


async def test_problems_are_run_again_or_skipped_all_at_once(desk: Desk) -> None:
    (failed,) = steps(desk, 2, "decide")
    async with shown(desk, (120, 30)) as pilot:
        await press(pilot, "6", NEXT, NEXT, "g")
        assert isinstance(view(pilot).current, Problem)
        assert "x failed decide" in picture(pilot)
        assert "Boom!" in picture(pilot)
        await press(pilot, "V")
        assert "1 marked" in picture(pilot)
        await press(pilot, "V")
        assert "marked" not in picture(pilot)
        await press(pilot, "R")
        assert step(failed).state is StepState.PENDING
        assert "Nothing is wrong" in picture(pilot)


async def test_today_leads_to_the_problems(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await press(pilot, "1", "g")
        for _ in range(30):
            if "enter shows where" in str(getattr(view(pilot).current, "name", "")):
                break
            await press(pilot, "j")
        await press(pilot, "enter")
        assert "[problems]" in picture(pilot)


async def test_a_gateway_is_skipped_with_a_reason_and_what_follows(desk: Desk) -> None:
    (failed,) = steps(desk, 2, "decide")
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 2)
        await press(pilot, "enter", "s", "enter")
        assert "say why" in picture(pilot)
        await type_in(pilot, "paid by hand")
        await press(pilot, "enter")
        assert step(failed).state is StepState.SUCCEEDED
        assert "paid by hand" in (step(failed).reason or "")
        assert steps(desk, 2, "pay")


async def test_a_step_or_the_whole_workflow_is_cancelled_after_a_question(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 1)
        await press(pilot, "x")
        assert "cannot be undone" in picture(pilot)
        await press(pilot, "escape")
        assert flow(1).state is FlowState.OPEN
        await press(pilot, "x", "enter")
        assert flow(1).state is FlowState.CANCELLED
        (press_step,) = steps(desk, 6, "ask_press")
        await to_flow(pilot, 6)
        await press(pilot, "enter", NEXT, "G", "x", "enter")
        assert step(press_step).state is StepState.CANCELLED
        assert flow(6).state is not FlowState.CANCELLED


async def test_an_override_chooses_the_next_steps_and_sets_fields(desk: Desk) -> None:
    async with shown(desk, (120, 36)) as pilot:
        await to_flow(pilot, 1)
        await press(pilot, "O")
        assert isinstance(pilot.app.screen, NextSteps)
        assert "is cancelled: approve" in picture(pilot)
        await press(pilot, "j", "j", "j", "space", "enter")
        assert "next: book" in picture(pilot)
        await press(pilot, "tab", "tab", "ctrl+u")
        await type_in(pilot, "much")
        assert "is not a number" in picture(pilot)
        await press(pilot, "ctrl+u")
        await type_in(pilot, "500")
        await press(pilot, "enter")
        assert flow(1).data["amount"] == 500
        assert steps(desk, 1, "book")
        assert steps(desk, 1, "override")


async def test_who_may_not_override_is_told_so_at_once(desk: Desk) -> None:
    from tests.tui.screens.stage import Clock
    from tui.app import Desk as App

    app = App(desk.path, clock=Clock(), actor=desk.bo, engine=False)
    try:
        async with app.run_test(size=(120, 30)) as pilot:
            await settle(pilot)
            await to_flow(pilot, 1)
            await press(pilot, "O")
            assert not isinstance(pilot.app.screen, NextSteps)
            assert "You may not lead it another way" in said(pilot)
    finally:
        app.close()


async def test_why_and_log_and_hand_of_a_step(desk: Desk) -> None:
    (waits,) = steps(desk, 1, "approve")
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 1)
        await press(pilot, "w")
        assert "Why" in picture(pilot)
        await press(pilot, "escape", "enter", "enter", "w")
        assert "It waits for Ana" in picture(pilot)
        await press(pilot, "escape", "l")
        assert "no run" in said(pilot)
        await press(pilot, "T")
        await type_in(pilot, "Bo")
        await press(pilot, "enter")
        assert step(waits).assignees == ("Bo",)
        assert isinstance(pilot.app.screen, OneStep)
        assert "for Bo" in picture(pilot)


async def test_a_step_that_nobody_has_is_taken_and_given_back(desk: Desk) -> None:
    (waits,) = steps(desk, 5, "ask_press")
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 5)
        await press(pilot, "enter", NEXT, "G", "enter", "t")
        assert step(waits).assignees == ("Ana",)
        await press(pilot, "t")
        assert step(waits).assignees == ()


async def test_two_hundred_steps_are_drawn_and_walked(tmp_path: Path) -> None:
    desk = store_with_stays(tmp_path / "desk.db")
    names = [f"step_{at}" for at in range(200)]
    edges = ", ".join(f"({one}, {other})" for one, other in zip(["begin", *names], names, strict=False))
    body = "\n".join(f"    def {name}(self): ..." for name in names)
    file = tmp_path / "many.py"
    file.write_text(
        "from tickler import Workflow, start\n\n\nclass Many(Workflow):\n"
        f"    begin = start()\n{body}\n    edges = [{edges}]\n"
    )
    workflow_definitions.load(desk.ana, desk.at("2025-06-12"), str(file))
    workflows.start(desk.ana, desk.at("2025-06-12"), "many", title=LONG[:200])
    async with shown(desk, (80, 24)) as pilot:
        await press(pilot, "6", "enter")
        assert isinstance(pilot.app.screen, OneWorkflow)
        await press(pilot, "G")
        assert pilot.app.screen.graph_view.node == "step_199"
        assert "step 199" in picture(pilot)


async def test_what_retention_takes_closes_and_says_so(desk: Desk) -> None:
    async with shown(desk, (120, 30)) as pilot:
        await to_flow(pilot, 3)
        await press(pilot, "enter", NEXT, "g", "enter")
        assert isinstance(pilot.app.screen, OneStep)
        with transaction() as connection:
            connection.execute("DELETE FROM workflow WHERE id = 3")
            moved(connection, "workflow")
        pilot.app.look()  # type: ignore[attr-defined]  # the desk
        await settle(pilot)
        assert "The step is gone for good" in said(pilot)
        await settle(pilot)
        assert "Workflow 3 is gone for good" in said(pilot)
        await settle(pilot)
        assert view(pilot).PLACES == ("workflows",)


# -- forms of steps -------------------------------------------------------------------------------------------


async def test_d_on_the_task_of_a_step_shows_its_form_which_approves_with_a_note(desk: Desk) -> None:
    (waits,) = steps(desk, 1, "approve")
    async with shown(desk, (120, 40)) as pilot:
        await press(pilot, "2", "slash")
        await type_in(pilot, "approve the refund")
        await press(pilot, "enter", "g", "j", "d")
        assert isinstance(pilot.app.screen, Dialog)
        seen = picture(pilot)
        assert "Approve the refund" in seen
        assert "Above 500 the treasurer" in seen
        await press(pilot, "enter")
        assert step(waits).state is StepState.WAITING  # not decided
        await press(pilot, "right", "tab")
        await type_in(pilot, "as agreed")
        await press(pilot, "enter")
        assert step(waits).state is StepState.SUCCEEDED
        assert step(waits).done_by == "Ana"
        assert flow(1).data["approved"] is True
        assert step(waits).form == {"approved": True, "(note)": "as agreed"}


async def test_what_was_submitted_by_somebody_else_says_so_and_keeps_what_was_typed(desk: Desk) -> None:
    (waits,) = steps(desk, 1, "approve")
    async with shown(desk, (120, 40)) as pilot:
        await to_flow(pilot, 1)
        await press(pilot, "d", "right", "right", "tab")
        await type_in(pilot, "far too much")
        workflow_forms.submit(desk.ana, desk.at("2025-06-16T09:00"), str(waits), approve=True)
        await press(pilot, "enter")
        seen = picture(pilot)
        assert isinstance(pilot.app.screen, Dialog)
        assert "far too much" in seen
        assert "reject" in seen
        assert "already" in seen
        assert flow(1).data["approved"] is True


async def test_a_form_reads_days_and_entities_in_place(desk: Desk) -> None:
    workflow_forms.submit(desk.ana, desk.at("2025-06-16T09:00"), str(steps(desk, 1, "approve")[0]), approve=True)
    from engine.operations import workflow_verbs

    workflow_verbs.override(desk.ana, desk.at("2025-06-16T09:10"), 1, next=("book",))
    async with shown(desk, (120, 40)) as pilot:
        await to_flow(pilot, 1)
        await press(pilot, "d")
        await type_in(pilot, "30 nov")
        assert "30 Nov 2025" in picture(pilot)
        await press(pilot, "tab", "tab")
        await type_in(pilot, "stay/99")
        assert "there is no stay 99" in picture(pilot)
        await press(pilot, "backspace", "backspace")
        await type_in(pilot, "12")
        await press(pilot, "enter")
        assert flow(1).data["paid_on"] == "2025-11-30"
        assert flow(1).data["stay"] == "stay/12"
