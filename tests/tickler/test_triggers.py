"""Triggers through the command line: set up, looked at, paused, done early and taken back."""

from __future__ import annotations

from pathlib import Path

from tests.tickler.conftest import Cli, store

__all__ = ["store"]

AT = "2025-06-02T14:00"


def test_a_trigger_from_its_first_word_to_its_last(store: Path, cli: Cli) -> None:
    made = cli(
        "trigger", "add", "again", "completed", "reopen", "--scope", "label:chore", "--delay", "10d", "--json",
        "--at", AT,
    )  # fmt: skip
    assert (made.status, made.err) == (0, "")
    assert made.json["scope_name"] == "chore"
    assert made.json["created_at"] == "2025-06-02T14:00:00+00:00"
    cli("task", "add", "Water", "--label", "chore", "--at", AT)
    cli("task", "done", "1", "--at", AT)
    (line,) = cli("trigger", "upcoming", "--json").json
    assert (line["due_at"], line["trigger"], line["subject_name"]) == ("2025-06-12T14:00:00+00:00", "again", "Water")
    assert cli("trigger", "upcoming", "--until", "2025-06-10").out == "nothing\n"
    (applies,) = cli("task", "triggers", "1", "--json").json
    assert applies["origin"] == "label chore"
    assert applies["sentence"] == "When a task with label chore is completed, 10 days later: reopen it."
    assert applies["next_at"] == "2025-06-12T14:00:00+00:00"
    (cancelled,) = cli("trigger", "cancel", str(line["id"]), "--reason", "rain", "--json", "--at", AT).json
    assert cancelled["state"] == "withdrawn"
    assert "rain" in cli("trigger", "history").out
    assert cli("undo", "--at", AT).status == 0
    assert cli("trigger", "act", str(line["id"]), "--at", AT).status == 0
    (task,) = cli("task", "list", "--json", "--view", "all").json
    assert not task["is_done"]
    (told,) = cli("trigger", "list", "--json").json
    assert (told["times"], told["waiting"], told["state"]) == (1, 0, "on")


def test_the_list_and_a_trigger_alone_say_the_sentence(store: Path, cli: Cli) -> None:
    cli("trigger", "add", "saturdays", "schedule: weekly sat 00:00", "reopen", "--scope", "label:chore", "--at", AT)
    sentence = "Saturday at 00:00, for each task with label chore: reopen it."
    assert sentence in cli("trigger", "list").out
    assert sentence in cli("trigger", "show", "saturdays").out
    shown = cli("trigger", "show", "1", "--json").json
    assert (shown["spec"], shown["next_at"]) == ("weekly sat 00:00", "2025-06-07T00:00:00+00:00")
    assert cli("trigger", "list", "--scope", "label:chore", "--json").json[0]["id"] == 1
    assert cli("trigger", "list", "--scope", "all").out == "nothing\n"


def test_verbs_of_a_trigger(store: Path, cli: Cli) -> None:
    cli("trigger", "add", "again", "completed", "reopen", "--at", AT)
    for words, state in [
        (("pause", "again", "--reason", "rain", "--until", "2025-06-20"), "paused"),
        (("resume", "again"), "on"),
        (("disable", "again"), "off"),
        (("enable", "again"), "on"),
        (("edit", "again", "--delay", "2bd", "--name", "later"), None),
        (("delete", "later"), None),
    ]:
        assert cli("trigger", *words, "--at", AT).status == 0, words
        if state:
            assert cli("trigger", "show", "1", "--json").json["state"] == state
    assert cli("trigger", "list", "--json").json == []
    assert cli("undo", "--at", AT).status == 0
    assert cli("trigger", "show", "later", "--json").json["delay"] == "2bd"


def test_refusals_are_one_sentence_and_json(store: Path, cli: Cli) -> None:
    cli("trigger", "add", "again", "completed", "reopen", "--at", AT)
    twice = cli("trigger", "add", "other", "completed", "reopen", "--json", "--at", AT)
    assert (twice.status, twice.json) == (1, {"refused": "The trigger again does the same already; one is enough."})
    wrong = cli("trigger", "add", "other", "complete", "reopen")
    assert (wrong.status, wrong.err.count("\n")) == (1, 1)
    assert "event: 'complete' is no event; did you mean completed?" in wrong.err
    unknown = cli("trigger", "show", "agian")
    assert (unknown.status, unknown.err.strip()) == (1, "trigger: 'agian' is no trigger; did you mean again?")


def test_text_of_others_does_not_steer_the_terminal(store: Path, cli: Cli) -> None:
    cli("task", "add", "x", "--at", AT)
    said = cli("trigger", "add", "a", "completed", "notify: \x1b]0;gone\x07", "--at", AT)
    assert said.status == 1
    assert "\x1b" not in said.err
