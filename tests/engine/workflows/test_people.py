"""Human steps: whose they are, what their forms do, and what the verbs of tasks may do to them (J8, J10)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.queries import tasks as task_queries
from tests.engine.recurring_stage import at
from tests.engine.stage import desk, file_bytes
from tests.engine.workflows.people_stage import ANA, BO, CY, DI, NINE, Flows, flows

__all__ = ["desk"]

REFUND = """
class Refund(Workflow):
    amount: float | None = None
    why: str = ""
    approved: bool = False
    paid_on: date | None = None
    begin = start("amount", required=("amount",))
    decide = human("amount", assignee="bo", approve="approved", due="2d", title="Decide on the refund")
    pay = human("paid_on", required=("paid_on",), assignee="previous")
    edges = [(begin, decide), (decide, pay)]
"""


@pytest.fixture
def f(desk: Path, tmp_path: Path) -> Flows:
    found = flows(desk, tmp_path)
    found.people("ana", "bo", "cy", "di")
    return found


@pytest.fixture
def refund(f: Flows) -> Flows:
    f.load(REFUND, who=DI)
    f.do("workflow start", "refund", "amount=120", title="broken glass", object=None)
    return f


def test_J8_a_human_step_is_a_task_of_its_assignee(refund: Flows) -> None:
    (task,) = task_queries.listed(BO, at(NINE), assignee="bo")
    assert (task.title, task.assignees, str(task.deadline_date)) == (
        "Decide on the refund (broken glass)", ("bo",), "2025-06-06",
    )  # fmt: skip


def test_J8_a_submit_sets_who_and_when_and_starts_what_follows_in_its_transaction(refund: Flows) -> None:
    acts = refund.ask("SELECT max(id) FROM act")[0][0]
    done = refund.do(
        "workflow submit", str(refund.step("decide")), "amount=99,50", who=BO, approve=True, note="as agreed",
        when="2025-06-04T10:00",
    )  # fmt: skip
    assert done.followed == ("pay",)
    form = {"amount": 99.5, "approved": True, "(note)": "as agreed"}
    assert refund.data() == {"amount": 99.5, "why": "", "approved": True, "paid_on": None}
    (step,) = refund.ask(
        "SELECT s.state, s.form, u.name, s.done_at = t.done_at, t.is_done, t.done_by = s.done_by, t.done_date"
        " FROM step s JOIN task t ON t.id = s.task_id JOIN user u ON u.id = s.done_by WHERE s.node = 'decide'"
    )
    assert step == ("succeeded", json.dumps(form), "bo", 1, 1, 1, "2025-06-04")
    assert refund.state("pay") == "waiting"
    assert refund.ask("SELECT max(id) FROM act")[0][0] == acts + 1


def test_J8_twice_changes_nothing_and_says_so(refund: Flows) -> None:
    step = refund.step("decide")
    refund.do("workflow submit", str(step), who=BO, reject=True)
    before = file_bytes(refund.path)
    said = refund.refused("workflow submit", str(step), "amount=1", who=BO, approve=True, when="2025-06-05T09:00")
    assert said == (f"Step {step} (decide) was submitted already by bo on 2025-06-04 at 09:00; nothing was changed.")
    assert file_bytes(refund.path) == before
    assert [each for each in refund.steps() if each[0] == "pay"] == [("pay", "waiting")]


def test_J8_a_cancelled_step_changes_nothing_and_says_so(refund: Flows) -> None:
    step = refund.step("decide")
    refund.do("workflow cancel", step=(step,), who=DI)
    before = file_bytes(refund.path)
    assert refund.refused("workflow submit", str(step), who=BO, approve=True) == (
        f"Step {step} (decide) is cancelled; nothing was changed."
    )
    assert file_bytes(refund.path) == before


@pytest.mark.parametrize(
    ("words", "more", "sentence"),
    [
        ((), {}, "approved: it must be filled in (expected yes or no)."),
        (("why=x",), {"approve": True}, "why: this form does not edit it (expected amount, approved)."),
        (
            ("amount=lots",),
            {"approve": True},
            "amount: 'lots' is not a number (expected a number such as 12 or 12.50).",
        ),
        (("amount",), {"approve": True}, "'amount' is not a field and a value (expected a form such as amount=12)"),
        (("amount=1", "amount=2"), {"approve": True}, "amount: it was given twice"),
        (("approved=yes",), {"reject": True}, "approved: say it once, as a field or with --approve or --reject"),
        ((), {"approve": True, "reject": True}, "Say --approve or --reject, not both."),
    ],
)
def test_J8_a_form_that_cannot_be_taken_is_refused_whole(
    refund: Flows, words: tuple[str, ...], more: dict[str, bool], sentence: str
) -> None:
    before = file_bytes(refund.path)
    assert refund.refused("workflow submit", str(refund.step("decide")), *words, who=BO, **more) == sentence
    assert file_bytes(refund.path) == before


def test_a_step_without_approval_takes_none(refund: Flows) -> None:
    refund.do("workflow submit", str(refund.step("decide")), who=BO, approve=True)
    said = refund.refused("workflow submit", task=refund.task("pay"), who=BO, approve=True)
    assert said == "step 'pay' neither approves nor rejects; it has a form alone"
    assert refund.refused("workflow submit", "paid_on=today", task=99, who=BO) == "Task 99 is no step of a workflow."
    assert refund.refused("workflow submit", "99", who=BO) == "There is no step 99."
    assert (
        refund.refused("workflow submit", "1", who=BO) == "Step 1 (begin) is not for people: it is of the kind start."
    )
    assert refund.refused("workflow submit", "9" * 30, who=BO).startswith("There is no step 9")
    assert "Name a human step by its id" in refund.refused("workflow submit", "paid_on=today", who=BO)


def test_a_start_asks_for_its_own_fields(refund: Flows) -> None:
    assert refund.refused("workflow start", "refund") == (
        "amount: it must be filled in (expected a number such as 12 or 12.50)."
    )
    assert "approved: this form does not edit it" in refund.refused(
        "workflow start", "refund", "amount=1", "approved=yes"
    )
    assert refund.refused("workflow start", "refnud") == "workflow: 'refnud' is no workflow; did you mean refund?"
    assert refund.ask("SELECT form FROM step WHERE node = 'begin'") == [('{"amount": 120}',)]


def test_only_those_whose_step_it_is_submit_it(refund: Flows) -> None:
    step = str(refund.step("decide"))
    said = refund.refused("workflow submit", step, who=CY, approve=True)
    assert said == f"Step {step} (decide): it is for bo; they can give it to you with `workflow hand`."
    stranger = refund.refused("task done", refund.task("decide"), who=CY)
    assert "it is for bo" in stranger
    assert refund.do("workflow submit", step, who=DI, approve=True).done_by == "di"


PAIR = """
class Pair(Workflow):
    owner: str = ""
    level: str = ""
    begin = start("owner")
    one = human()
    two = human(assignee="previous")
    edges = [(begin, one), (one, two)]

class Machine(Workflow):
    begin = start()
    one = human()
    def work(self): ...
    two = human(assignee="previous")
    edges = [(begin, one), (one, work), (work, two)]

class Others(Workflow):
    owner: str = ""
    begin = start("owner")
    mine = human(assignee="starter")
    theirs = human(assignee="field:owner")
    ruled = human(assignee="cy")
    team = human(assignee="team:North")
    edges = [(begin, mine), (begin, theirs), (mine, ruled), (begin, team)]
"""


def test_J10_whoever_did_one_has_two(f: Flows) -> None:
    f.load(PAIR)
    f.do("workflow start", "pair", who=CY)
    assert f.whose("one") == []
    f.do("task done", f.task("one"), who=ANA)
    assert f.whose("two") == ["ana"]


def test_J10_a_rule_goes_before_who_did_the_step_before(f: Flows) -> None:
    f.load(PAIR)
    f.do("workflow start", "others", "owner=bo", who=ANA)
    assert (f.whose("mine"), f.whose("theirs")) == (["ana"], ["bo"])
    f.do("task done", f.task("mine"), who=ANA)
    assert f.whose("ruled") == ["cy"]


def test_nobody_is_named_in_words(f: Flows) -> None:
    f.load(PAIR)
    f.do("workflow start", "others", "owner=eve")
    f.do("workflow start", "others")
    why = [reason for (reason,) in f.ask("SELECT reason FROM step WHERE node IN ('theirs', 'team') ORDER BY id")]
    assert why == [
        "for nobody: there is no user 'eve'", "for nobody: there is nobody in team North",
        "for nobody: the field owner names no one", "for nobody: there is nobody in team North",
    ]  # fmt: skip


def test_a_team_sees_its_step_and_one_takes_it(f: Flows) -> None:
    f.do("team add", "North")
    for name in ("ana", "bo"):
        f.do("user edit", name, team="North")
    f.load(PAIR, who=DI)
    f.do("workflow start", "others", who=DI)
    step = f.step("team")
    assert f.whose("team") == ["ana", "bo"]
    assert "it is for ana, bo" in f.refused("workflow claim", step, who=CY)
    assert f.do("workflow claim", step, who=BO).assignees == ("bo",)
    assert f.refused("workflow claim", step, who=BO) == f"Step {step} (team) is yours already."
    assert f.refused("workflow claim", task=f.task("team"), who=ANA) == (
        f"Step {step} (team) was taken by bo, who can give it to you with `workflow hand`."
    )
    f.do("workflow hand", step, to="cy", who=BO)
    assert f.whose("team") == ["cy"]
    f.do("workflow hand", step, back=True, who=CY)
    assert f.whose("team") == ["ana", "bo"]
    f.do("undo", who=CY)
    assert f.whose("team") == ["cy"]
    f.do("workflow hand", step, to="team:North", who=CY)
    f.do("workflow submit", str(step), who=ANA)
    assert f.refused("workflow hand", step, to="cy", who=ANA).endswith("nothing was changed.")


def test_J8_task_done_submits_a_form_that_needs_nothing(f: Flows) -> None:
    f.load(PAIR)
    f.do("workflow start", "pair")
    plain = f.do("task add", "milk").id
    f.do("task done", f.task("one"), plain, who=ANA)
    assert f.state("one") == "succeeded"
    assert f.ask("SELECT done_by = (SELECT id FROM user WHERE name = 'ana'), form FROM step WHERE node = 'one'") == [
        (1, "{}")
    ]
    assert f.state("two") == "waiting"
    assert "cannot be undone" in f.refused("undo", who=ANA)


def test_J8_task_done_says_how_to_fill_in_a_form(refund: Flows) -> None:
    task, step = refund.task("decide"), refund.step("decide")
    before = file_bytes(refund.path)
    assert refund.refused("task done", task, who=BO) == (
        f"Task {task} is a step of workflow 1, refund (broken glass), whose form is to be filled in:"
        f" `workflow submit {step} --approve|--reject`."
    )
    assert file_bytes(refund.path) == before
    plain = refund.do("task add", "milk").id
    several = refund.do("task done", task, plain, who=BO)
    assert [each.id for each in several] == [plain]
    assert "whose form is to be filled in" in several.left_out[0]


def test_a_steps_task_is_not_opened_again_nor_deleted_but_moved(refund: Flows) -> None:
    task, step = refund.task("decide"), refund.step("decide")
    assert refund.refused("task delete", task) == (
        f"Task {task} is a step for which workflow 1 waits; `workflow cancel --step {step}` cancels the step."
    )
    moved = refund.do("task move", task, by="3d")
    assert str(moved.deadline_date) == "2025-06-09"
    refund.do("workflow submit", task=task, who=BO, reject=True)
    assert refund.refused("task reopen", task) == (
        f"Task {task} is a step of workflow 1, which has gone on from it; `workflow rerun {step}` does it again,"
        " `workflow override 1` leads another way."
    )
    assert "cannot be undone" in refund.refused("undo", who=BO)


def test_business_days_count_on_the_usual_calendar(f: Flows) -> None:
    f.load('class Slow(Workflow):\n    begin = start()\n    one = human(due="2bd")\n    edges = [(begin, one)]\n')
    f.do("calendar add", "house", off=("2025-06-09",))
    f.do("setting set", "calendar", "house")
    f.do("workflow start", "slow", when="2025-06-06T09:00")
    assert f.ask("SELECT deadline_date FROM task") == [("2025-06-11",)]


def test_an_entity_of_a_form_is_one_that_is_there(f: Flows) -> None:
    f.do("class add", "stay", status=("quote",), date_field=())
    f.do("entity add", "stay", "12")
    f.load(
        "from tickler import Entity\nclass Check(Workflow):\n    what: Entity | None = None\n    begin = start()\n"
        '    one = human("what", required=("what",))\n    edges = [(begin, one)]\n'
    )
    f.do("workflow start", "check", object="stay/12")
    assert f.ask("SELECT object_class, object_id FROM task") == [("stay", "12")]
    assert f.refused("workflow submit", task=1) == ("what: it must be filled in (expected an entity such as stay/12).")
    assert f.refused("workflow submit", "what=stay/13", task=1) == "what: There is no stay 13."
    f.do("workflow submit", "what=stay:12", task=1)
    assert f.data()["what"] == "stay/12"


SUBMIT = """
import sys
from tickler.__main__ import main
print("ready", flush=True)
sys.stdin.readline()
sys.argv[0] = "tickler"
sys.exit(main())
"""


def test_J8_of_two_who_submit_at_once_one_is_taken(refund: Flows, tmp_path: Path) -> None:
    refund.do("task assign", refund.task("decide"))
    command = [
        sys.executable,
        "-c",
        SUBMIT,
        "--store",
        str(refund.path),
        "workflow",
        "submit",
        str(refund.step("decide")),
    ]
    both = [
        subprocess.Popen(
            [*command, f"amount={number}", "--approve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for number in (1, 2)
    ]  # fmt: skip
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in both:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    said = [each.communicate(timeout=60) for each in both]
    codes = [each.returncode for each in both]
    assert sorted(codes) == [0, 1], said
    lost = said[codes.index(1)][1]
    assert "was submitted already" in lost
    assert "nothing was changed" in lost
    assert refund.data()["amount"] == codes.index(0) + 1
    assert [each for each in refund.steps() if each[0] == "pay"] == [("pay", "waiting")]


def test_new_steps_of_who_is_away_go_to_who_stands_in(f: Flows) -> None:
    f.load(PAIR)
    f.do("user away", "cy", "2025-06-01..2025-06-14", substitute="bo")
    f.do("user away", "bo", "2025-06-04", substitute="di")
    f.do("workflow start", "others", who=CY)
    assert f.whose("mine") == ["di"]
    words = "di stands in for cy, who is away until 2025-06-14, and for bo, who is away until 2025-06-04"
    assert f.ask("SELECT notes FROM task WHERE id = ?", f.task("mine")) == [(words,)]
    assert f.ask("SELECT reason FROM step WHERE node = 'mine'") == [(words,)]
    f.do("workflow start", "others", who=CY, when="2025-06-15T09:00")
    assert f.whose("mine") == ["cy"]


def test_two_who_stand_in_for_each_other_do_not_go_round(f: Flows) -> None:
    f.load(PAIR)
    f.do("user away", "cy", "2025-06-01..2025-06-14", substitute="bo")
    f.do("user away", "bo", "2025-06-01..2025-06-14", substitute="cy")
    f.do("workflow start", "others", who=CY)
    assert f.whose("mine") == ["bo"]
    assert f.ask("SELECT reason FROM step WHERE node = 'mine'") == [
        ("bo is away until 2025-06-14 and nobody stands in",)
    ]


def test_open_steps_of_who_goes_away_are_offered_and_undo_takes_them_back(refund: Flows) -> None:
    done = refund.do("user away", "bo", "2025-06-04..2025-06-20", substitute="cy")
    assert (done.away, done.substitute) == ("2025-06-04..2025-06-20", "cy")
    assert refund.whose("decide") == ["bo", "cy"]
    refund.do("undo")
    assert refund.whose("decide") == ["bo"]
    refund.do("redo")
    refund.do("workflow claim", refund.step("decide"), who=CY)
    assert refund.whose("decide") == ["cy"]


@pytest.mark.parametrize(
    ("days", "more", "sentence"),
    [
        (
            "2025-07-14..2025-07-01",
            {},
            "days: 2025-07-01 is before 2025-07-14 (expected the first day and then the last)",
        ),
        ("2025-07-01", {"substitute": "bo"}, "substitute: expected somebody else"),
        (None, {}, "Say from when to when with 2025-07-01..2025-07-14, or --back."),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(f: Flows, days: str, more: dict[str, str], sentence: str) -> None:
    assert f.refused("user away", "bo", days, **more) == sentence
