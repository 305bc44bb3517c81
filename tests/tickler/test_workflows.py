"""Workflows through the command line: lists, the page of one, problems, lines of all steps, and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.database import database
from store.opening import open_store
from tests.tickler.conftest import ROOT, Cli, process, store
from tickler.demo import fill

__all__ = ["store"]

SAMPLES = ROOT / "tickler" / "samples"
AT = "2025-06-04T09:00"
LATER = "2025-06-04T09:01"


def run(cli: Cli, *samples: str) -> None:
    for name in samples:
        assert cli("workflow", "load", SAMPLES / f"{name}.py").status == 0


def test_J9_welcome_with_a_user_and_without(store: Path, cli: Cli) -> None:
    run(cli, "welcome")
    cli("workflow", "start", "welcome", "user=ana", "--at", AT)
    cli("workflow", "start", "welcome", "--at", AT)
    assert cli("engine", "--once", "--at", LATER).status == 0
    first = cli("workflow", "steps", 1, "--json").json
    assert [(each["node"], each["state"]) for each in first] == [
        ("begin", "succeeded"), ("has_user", "succeeded"), ("send_welcome_email", "succeeded"), ("end", "succeeded"),
    ]  # fmt: skip
    assert [each["parents"] for each in first[1:]] == [[each["id"]] for each in first[:-1]]
    second = cli("workflow", "show", 2, "--json").json
    assert [each["node"] for each in second["path"]] == ["begin", "has_user", "end"]
    assert (second["state"], second["data"], second["waits_for"]) == ("succeeded", {"user": ""}, "")
    box = next(line for line in second["drawing"].splitlines() if "send welcome email" in line)
    assert "┊" in box, "not reached is dotted"
    assert "not reached" in second["drawing"]
    assert "not reached" not in cli("workflow", "show", 1).out
    assert "chose end, not send_welcome_email" in cli("why", "step", "2/send_welcome_email").out
    assert cli("workflow", "log", 1, "--grep", "welcome mail", "--json").json[0]["text"] == "welcome mail to ana"
    assert cli("workflow", "log", 2, "--grep", "welcome mail").out == "nothing\n"


def test_a_step_that_failed_is_a_problem_with_its_trace(store: Path, cli: Cli) -> None:
    run(cli, "publish")
    cli("workflow", "start", "publish", "version=2", "mirror=x.invalid", "--at", AT)
    cli("engine", "--once", "--at", LATER)
    (found,) = cli("workflow", "problems", "--json").json
    assert (found["node"], found["why"]) == ("upload", "ConnectionError: x.invalid does not answer")
    page = cli("workflow", "show", 1, "--trace").out
    assert "needs attention: a step failed" in page
    assert "raise ConnectionError" in page or "line " in page
    assert "Traceback" not in cli("workflow", "show", 1).out
    why = cli("why", "workflow", 1).out
    assert f"tickler workflow rerun {found['id']}" in why
    assert "failed at" in cli("why", "step", found["id"]).out
    assert cli("why", "step", "1/announce").out.count("was not reached") >= 1
    (task,) = cli("task", "list", "--json", "--at", LATER).json
    assert "It is step describe" in cli("why", "task", task["id"]).out
    assert task["step_id"] is not None
    assert f"It does step upload ({found['id']}) of workflow 1" in cli("why", "run", found["run_id"]).out
    cli("workflow", "submit", "--task", task["id"], "notes=more", "--at", LATER)
    joined = {each["node"]: each["why"] for each in cli("workflow", "problems", "--json").json}
    assert "upload (failed)" in joined["ready"]
    assert "upload failed" in cli("workflow", "list", "--json").json[0]["waits_for"]
    state = {each["check"]: each["state"] for each in cli("doctor", "--json").json}
    assert state["workflows"] == "warning"


def test_lists_are_sifted_and_paged(store: Path, cli: Cli) -> None:
    run(cli, "shipping", "welcome")
    cli("user", "add", "bo")
    for number in range(3):
        cli("workflow", "start", "shipping", f"address=Street {number}", "--title", f"order {number}", "--at", AT)
    cli("workflow", "start", "welcome", "--at", "2025-06-03T09:00")

    def ids(*words: object) -> list[int]:
        return [each["id"] for each in cli("workflow", "list", *words, "--json").json]

    assert ids() == [4, 3, 2, 1]
    assert ids("--name", "shipping") == [3, 2, 1]
    assert ids("--before", 3, "--limit", 1) == [2]
    assert ids("--text", "ORDER 1") == [2]
    assert ids("--text", "welc") == [4]
    assert ids("--state", "succeeded", "--state", "cancelled") == []
    assert ids("--assignee", "bo") == []
    (task, *_) = cli("task", "list", "--json", "--at", AT).json
    cli("task", "assign", task["id"], "--to", "bo")
    (mine,) = cli("workflow", "list", "--assignee", "bo", "--json", "--at", "2025-06-04T10:30").json
    assert (mine["waits_for"], mine["age"]) == ("bo (ship)", "1h30m")
    (one, two) = cli("workflow", "definitions", "--json").json
    assert [(each["name"], each["open"]) for each in (one, two)] == [("shipping", 3), ("welcome", 1)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", 9), "There is no workflow 9."),
        (("steps", 9), "There is no workflow 9."),
        (("log", 9), "There is no workflow 9."),
        (("list", "--name", "welcom"), "name: 'welcom' is no workflow; did you mean welcome?"),
        (("list", "--limit", 0), "limit: expected a whole number from 1 to 1000."),
        (("list", "--object", "stay"), "object: expected class/id such as stay/12, not 'stay'."),
        (("definition", "welcome", "--version", 7), "version: workflow 'welcome' has no version 7; it has 1."),
    ],
)
def test_what_cannot_be_found_is_said(store: Path, cli: Cli, words: tuple[object, ...], sentence: str) -> None:
    run(cli, "welcome")
    said = cli("workflow", *words)
    assert (said.status, said.err.strip()) == (1, sentence)


@pytest.mark.parametrize(
    ("kind", "thing", "sentence"),
    [
        ("workflow", "welcome", "workflow: expected its id, not 'welcome'; `tickler workflow list` shows them."),
        ("step", "x", "step: expected its id, or a workflow and a step such as 4/approve, not 'x'."),
        ("step", "1/nowhere", "step: 'nowhere' is no step (there are: begin, has_user, send_welcome_email, end)."),
        ("step", "99", "There is no step 99."),
    ],
)
def test_why_of_what_is_not_there(store: Path, cli: Cli, kind: str, thing: str, sentence: str) -> None:
    run(cli, "welcome")
    cli("workflow", "start", "welcome", "--at", AT)
    assert cli("why", kind, thing).err.strip() == sentence


def test_text_of_people_steers_no_terminal(store: Path, cli: Cli) -> None:
    run(cli, "shipping")
    cli("workflow", "start", "shipping", "address=\x1b[31mred", "--at", AT)
    for words in (("workflow", "show", 1), ("workflow", "list"), ("why", "workflow", 1), ("workflow", "steps", 1)):
        assert "\x1b" not in cli(*words).out


def test_a_program_of_its_own_prints_the_same(store: Path, cli: Cli) -> None:
    run(cli, "welcome")
    cli("workflow", "start", "welcome", "user=ana", "--at", AT)
    words = ("workflow", "list", "--json", "--at", LATER)
    done = process("--store", str(store), *words)
    assert json.loads(done.stdout) == cli(*words).json
    shown = process("--store", str(store), "workflow", "show", "1", "--ascii")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "send welcome email" in shown.stdout


def test_the_living_sample_has_workflows_in_every_state(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "demo.db"
    open_store(path)
    fill(path, datetime(2025, 6, 14, 8, tzinfo=UTC), stays=3)
    database.close()
    assert cli("engine", "--once", "--at", "2025-06-14T08:01", "--store", path).status == 0
    found = cli("workflow", "list", "--store", path, "--json").json
    assert {each["state"] for each in found} == {"open", "needs attention", "succeeded", "cancelled"}
    assert {each["definition"] for each in found} == {
        "welcome", "shipping", "refund", "chase", "onboarding", "publish"
    }  # fmt: skip
