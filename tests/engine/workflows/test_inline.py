"""Steps of desk files that neither a person nor a process of theirs does: choices, notices, statuses, runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.engine_stage import Stage
from tests.engine.stage import desk, stays
from tests.engine.workflows.people_stage import Flows, flows

__all__ = ["desk", "stays"]

WHEN = "2025-05-20T10:15"
"""A Tuesday."""
STATE = (
    'state = { amount = "number", user = "text", approved = "yes/no", stay = { entity = "stay" }, answer = "number" }'
)


@pytest.fixture
def f(stays: Path, tmp_path: Path) -> Flows:
    found = flows(stays, tmp_path)
    found.people("ana", "bo")
    found.do("entity add", "stay", "12", when=WHEN)
    return found


def begin(f: Flows, steps: str, *fields: str, **more: Any) -> int:
    """Start a workflow of the steps behind its first one, whose form has all fields."""
    head = f'[[workflow]]\nname = "w"\n{STATE}\n[[workflow.step]]\nname = "begin"\nkind = "start"\n'
    head += 'fields = ["amount", "user", "approved", "stay"]\nnext = "a"\n'
    file = f.folder / "desk.toml"
    file.write_text(head + steps)
    f.do("load", str(file), when=WHEN)
    return int(f.do("workflow start", "w", *fields, when=WHEN, **more))


def step(name: str, kind: str, *lines: str) -> str:
    return "\n".join(["[[workflow.step]]", f'name = "{name}"', f'kind = "{kind}"', *lines, ""])


def choice(*lines: str) -> str:
    ends = "".join(step(name, "notify", f'subject = "{name}"') for name in "xyz")
    when = 'when = [{ if = "amount > 100", next = "x" }, { if = "weekday = tue", next = "y" }, { next = "z" }]'
    return step("a", "choose", when, *lines) + ends


@pytest.mark.parametrize(
    ("amount", "lines", "expected"),
    [
        ("101", (), "x"),
        ("100", (), "y"),
        ("101", ("exclusive = false",), "xy"),
        ("", ("exclusive = false",), "y"),
    ],
)
def test_a_choice_takes_the_branches_that_hold(f: Flows, amount: str, lines: tuple[str, ...], expected: str) -> None:
    begin(f, choice(*lines), f"amount={amount}")
    assert "".join(name for name, _ in f.steps()[2:]) == expected
    assert f.ask("SELECT state FROM workflow") == [("succeeded",)]


def test_a_choice_in_which_nothing_holds_takes_the_last_branch(f: Flows) -> None:
    begin(f, choice().replace("weekday = tue", "weekday = sun"))
    assert f.steps() == [("begin", "succeeded"), ("a", "succeeded"), ("z", "succeeded")]


def test_a_notice_says_what_the_state_has_and_never_reads_it_twice(f: Flows) -> None:
    words = ('subject = "{user} asks for {amount}"', 'text = "Yes? {approved}"', 'severity = "important"')
    begin(f, step("a", "notify", *words), "user={amount}", "amount=7", "approved=no")
    query = "SELECT subject, text, severity, kind, audience FROM notification"
    assert f.ask(query) == [("{amount} asks for 7", "Yes? no", "important", "workflow", "all")]


@pytest.mark.parametrize(("to", "name"), [("bo", "bo"), ("starter", "ana"), ("previous", "ana"), ("all", None)])
def test_a_notice_is_for_whom_it_names(f: Flows, to: str, name: str | None) -> None:
    begin(f, step("a", "notify", 'subject = "Look"', f'to = "{to}"'))
    assert f.ask("SELECT u.name FROM notification n LEFT JOIN user u ON u.id = n.for_id") == [(name,)]


def test_a_notice_for_nobody_fails_its_step_and_no_more(f: Flows) -> None:
    begin(f, step("a", "notify", 'subject = "Look"', 'to = "cy"', 'next = "b"') + step("b", "notify", 'subject = "b"'))
    assert f.steps() == [("begin", "succeeded"), ("a", "failed")]
    assert f.ask("SELECT error FROM step WHERE node = 'a'") == [("to: 'cy' names nobody who could be told.",)]
    assert f.ask("SELECT state FROM workflow") == [("needs attention",)]


def test_a_status_brings_its_followups_as_a_person_would(f: Flows) -> None:
    begin(f, step("a", "status", 'status = "confirmed"', 'object = "stay"'), "stay=stay/12")
    assert f.ask("SELECT status FROM entity") == [("confirmed",)]
    assert f.ask("SELECT name FROM task") == [("Collect allergy info",)]


def test_the_status_is_that_of_what_the_workflow_is_about(f: Flows) -> None:
    begin(f, step("a", "status", 'status = "{user}"'), "user=option", object="stay/12")
    assert f.ask("SELECT status FROM entity") == [("option",)]


@pytest.mark.parametrize(
    ("line", "fields", "words"),
    [
        ('status = "gone"', {"object": "stay/12"}, "'gone' is no status"),
        ('status = "option"', {}, "the workflow names no entity that could take a status."),
        ('status = "option"\nobject = "user"', {}, "the field user names no entity that could take a status."),
    ],
)
def test_a_status_that_cannot_be_is_a_failed_step(f: Flows, line: str, fields: dict[str, Any], words: str) -> None:
    begin(f, step("a", "status", line), **fields)
    ((state, error),) = f.ask("SELECT state, error FROM step WHERE node = 'a'")
    assert state == "failed"
    assert words in error


def test_a_run_of_a_controller_gets_the_state_as_variables_never_as_a_command(f: Flows, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    command = f'command = "printf %s \\"$FIELD_USER|$FIELD_AMOUNT|$FIELD_APPROVED|$WHO|$OBJECT\\" > {out}"'
    line = f'params = {{ {command}, env = {{ WHO = "{{user}}" }} }}'
    steps = step("a", "run", 'controller = "shell"', line, 'next = "b"') + step("b", "notify", 'subject = "b"')
    begin(f, steps, "user=$(id) `id`; exit 3", "amount=7", object="stay/12")
    assert f.state("a") == "pending"
    with Stage(f.path) as stage:
        stage.until(lambda: f.ask("SELECT state FROM workflow") == [("succeeded",)])
    assert out.read_text() == "$(id) `id`; exit 3|7||$(id) `id`; exit 3|stay/12"
    assert f.ask("SELECT category, creator_id = (SELECT id FROM user WHERE name = 'ana') FROM run") == [("system", 1)]


def test_what_a_run_returns_becomes_a_field_if_it_fits(f: Flows, tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text("def double(context):\n    return context.params['of']\n")
    line = f'params = {{ entry = "{tmp_path / "job.py"}:double", params = {{ of = "{{user}}" }} }}'
    begin(f, step("a", "run", 'controller = "python"', line, 'result = "user"'), "user=ana")
    begin(f, step("a", "run", 'controller = "python"', line, 'result = "answer"'), "user=ana")
    with Stage(f.path) as stage:
        stage.until(lambda: all(row[0] != "open" for row in f.ask("SELECT state FROM workflow")))
    assert f.ask("SELECT state FROM workflow ORDER BY id") == [("succeeded",), ("needs attention",)]
    assert "answer" in f.ask("SELECT error FROM step WHERE state = 'failed'")[0][0]


def test_a_run_that_fails_fails_its_step(f: Flows) -> None:
    begin(f, step("a", "run", 'controller = "shell"', 'params = { command = "exit 3" }'))
    with Stage(f.path) as stage:
        stage.until(lambda: f.state("a") == "failed")
    assert f.ask("SELECT state FROM workflow") == [("needs attention",)]


def test_the_job_of_a_schedule_is_run_and_waited_for(f: Flows) -> None:
    f.do("schedule add", "backup", "daily 02:30", command="true", when=WHEN)
    begin(f, step("a", "run", 'schedule = "backup"'))
    with Stage(f.path) as stage:
        stage.until(lambda: f.ask("SELECT state FROM workflow") == [("succeeded",)])
    assert f.ask("SELECT name, schedule_id FROM run") == [("backup", 1)]
    f.do("schedule pause", "backup", "rain", when=WHEN)
    begin(f, step("a", "run", 'schedule = "backup"'))
    assert f.ask("SELECT error FROM step WHERE state = 'failed'") == [("The schedule backup is paused.",)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (('controller = "shel"',), "shel: controller 'shel' is not registered"),
        (('controller = "shell"',), "shell: "),
        (('schedule = "backup"',), "There is no schedule 'backup'."),
    ],
)
def test_a_run_that_cannot_be_is_a_failed_step(f: Flows, lines: tuple[str, ...], words: str) -> None:
    begin(f, step("a", "run", *lines))
    ((state, error),) = f.ask("SELECT state, error FROM step WHERE node = 'a'")
    assert (state, error.startswith(words)) == ("failed", True)
