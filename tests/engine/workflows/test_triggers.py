"""Triggers and workflows: reminders and escalation of human steps, what starts one, and what its end brings about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.stage import desk
from tests.engine.workflows.people_stage import BO, DI, Flows, flows

__all__ = ["desk"]

APPROVAL = """
class Approval(Workflow):
    what: str = ""
    stay: str = ""
    ok: bool = False
    begin = start("what", "stay", required=("what",))
    decide = human(assignee="bo", approve="ok", due="5d", labels=["approval"])
    edges = [(begin, decide)]

class Quick(Workflow):
    begin = start()
    go = human()
    edges = [(begin, go)]

class Next(Workflow):
    what: str = ""
    begin = start("what")
    one = human()
    edges = [(begin, one)]
"""


AGAIN = """
[[workflow]]
name = "again"

[[workflow.step]]
name = "begin"
kind = "start"
next = ["tell"]

[[workflow.step]]
name = "tell"
kind = "notify"
subject = "round and round"
"""


@pytest.fixture
def f(desk: Path, tmp_path: Path) -> Flows:
    found = flows(desk, tmp_path)
    found.people("ana", "bo", "cy", "di")
    found.load(APPROVAL)
    return found


def trigger(f: Flows, name: str, event: str, action: str, **more: Any) -> None:
    f.do("trigger add", name, event, action, **more)


def test_a_human_step_is_reminded_of_and_escalated_by_its_label(f: Flows) -> None:
    trigger(
        f, "remind", "deadline reached", "notify: still to decide", scope="label:approval", delay="-1d", to="assignees"
    )
    trigger(f, "escalate", "deadline reached", "notify: nobody decided", scope="label:approval", delay="1d", to="cy")
    f.do("workflow start", "approval", "what=a new roof")
    f.look("2025-06-07T12:00")
    assert [each for each in f.notices() if "decide" in each[0]] == []
    f.look("2025-06-08T12:00")
    assert ("still to decide", None) in f.notices()
    assert f.whose("decide") == ["bo"]
    f.look("2025-06-10T12:00")
    assert ("nobody decided", "cy") in f.notices()


def test_who_decided_is_not_reminded(f: Flows) -> None:
    trigger(f, "remind", "deadline reached", "notify: still to decide", scope="label:approval", delay="-1d")
    f.do("workflow start", "approval", "what=a new roof")
    f.do("workflow submit", str(f.step("decide")), who=BO, approve=True)
    f.look("2025-06-12T12:00")
    assert [each for each in f.notices() if "decide" in each[0]] == []


def test_a_task_that_is_done_starts_a_workflow_in_the_name_of_the_triggers_owner(f: Flows) -> None:
    f.do("class add", "stay", status=("quote",), date_field=())
    f.do("entity add", "stay", "12")
    trigger(
        f, "ask", "completed", "start workflow: approval", scope="label:big",
        params={"fields": {"what": "{name}", "stay": "{object}"}},
    )  # fmt: skip
    task = f.do("task add", "mend the roof", label=("big",), object="stay/12").id
    f.do("task done", task, who=BO)
    (made,) = f.ask("SELECT name, data, object_class, object_id, started_by FROM workflow")
    assert made[0] == "mend the roof"
    assert f.data() == {"what": "mend the roof", "stay": "stay/12", "ok": False}
    assert made[2:4] == ("stay", "12")
    assert f.ask("SELECT name FROM user WHERE id = ?", made[4]) == [("ana",)]
    assert f.whose("decide") == ["bo"]


def test_an_entity_that_takes_a_status_starts_a_workflow(f: Flows) -> None:
    f.do("class add", "stay", status=("quote", "confirmed"), date_field=("date_from",))
    f.do("entity add", "stay", "12")
    f.do("entity set", "stay", "12", "date_from=2025-07-14")
    trigger(
        f, "ask", "status: confirmed", "start workflow: approval", scope="class:stay",
        params={"fields": {"what": "from {date_from}"}, "title": "{object}"},
    )  # fmt: skip
    f.do("entity set-status", "stay", "12", "confirmed")
    assert f.ask("SELECT name, object_class || '/' || object_id FROM workflow") == [("stay/12", "stay/12")]
    assert f.data()["what"] == "from 2025-07-14"


def test_a_form_that_cannot_be_taken_is_told_in_the_history_of_the_trigger(f: Flows) -> None:
    trigger(f, "ask", "completed", "start workflow: approval", params={"fields": {"what": "{object}"}})
    f.do("task done", f.do("task add", "nothing in particular").id)
    assert f.ask("SELECT count(*) FROM workflow") == [(0,)]
    assert f.ask("SELECT state, reason FROM pending_action") == [
        ("withdrawn", "what: it must be filled in (expected some text).")
    ]


@pytest.mark.parametrize(
    ("action", "params", "sentence"),
    [
        ("start workflow: aproval", {}, "action: 'aproval' is no workflow; did you mean approval?"),
        (
            "start workflow",
            {},
            "action: 'start workflow' says too little; expected a form such as 'start workflow: NAME'",
        ),
        ("start workflow: approval", {}, "action: what: the workflow asks for it when it starts"),
        (
            "start workflow: approval",
            {"fields": {"waht": "x"}},
            "fields: 'waht' is no field with which approval",
        ),
        (
            "start workflow: approval",
            {"fields": {"what": "{nmae}"}},
            "fields: {nmae}: 'nmae' is no word in braces",
        ),
        ("start workflow: approval", {"fields": "what"}, "fields: "),
    ],
)
def test_what_could_never_start_is_refused_when_it_is_written(
    f: Flows, action: str, params: dict[str, object], sentence: str
) -> None:
    assert f.refused("trigger add", "ask", "completed", action, params=params).startswith(sentence)


def test_the_end_of_a_workflow_starts_another(f: Flows) -> None:
    trigger(f, "then", "workflow finished: approval", "start workflow: next", params={"fields": {"what": "{name}"}})
    trigger(f, "tell", "workflow finished", "notify", to="di")
    trigger(f, "other", "workflow finished: quick", "notify: not this one", to="di")
    f.do("workflow start", "approval", "what=a new roof", title="roof")
    f.do("workflow submit", str(f.step("decide")), who=BO, reject=True, when="2025-06-05T09:00")
    f.look("2025-06-05T09:01")
    assert f.state("one") == "waiting"
    assert [subject for subject, who in f.notices() if who == "di"] == ["approval"]


def test_workflows_that_start_one_another_are_stopped(f: Flows) -> None:
    (f.folder / "again.toml").write_text(AGAIN)
    f.do("load", str(f.folder / "again.toml"))
    trigger(f, "again", "workflow finished: again", "start workflow: again")
    f.do("workflow start", "again")
    f.look("2025-06-04T09:01", "2025-06-04T09:02", "2025-06-04T09:03")
    assert f.ask("SELECT count(*) FROM workflow WHERE id > 20") == [(0,)]
    ((error,),) = f.ask('SELECT error FROM "trigger"')
    assert error
    assert DI.name not in error
