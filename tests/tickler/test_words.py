"""Which words are understood, which are refused, and with which exit status."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.operations.registry import NAMED
from tests.tickler.conftest import Cli
from tickler.arguments import Moment, arguments, typed
from tickler.catalog import DOORS, WHERE
from tickler.commands import load
from tickler.help import of_command
from tickler.words import Usage, split

Done = Callable[..., str]


def test_done_is_0_refused_is_1_wrong_usage_is_2(cli: Cli) -> None:
    assert cli("task", "add", "Call the parents").status == 0
    assert cli("task", "done", "99").status == 1
    assert cli("task", "done", "1", "--sideways").status == 2


def test_a_refusal_is_one_sentence_on_stderr_and_in_json_an_object_on_stdout(cli: Cli) -> None:
    said = cli("task", "done", "99")
    assert (said.out, said.err) == ("", "There is no task 99.\n")
    in_json = cli("task", "done", "99", "--json")
    assert (in_json.status, in_json.json, in_json.err) == (1, {"refused": "There is no task 99."}, "")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("task", "done", "abc"), "tasks: expected a whole number, not 'abc'."),
        (("task", "done", "1.5"), "tasks: expected a whole number, not '1.5'."),
        (("task", "done", "9" * 30), "tasks: expected a whole number, not '9"),
        (("task", "done", "١٢"), "tasks: expected a whole number"),
        (
            ("task", "add", "x", "--deadline", "2025-13-01"),
            "--deadline: 2025-13-01 is not a date: there is no month 13",
        ),
        (("task", "add", "x", "--deadline", "03/04/2025"), "--deadline: 03/04/2025 may be 3 April or 4 March"),
        (
            ("task", "add", "x", "--deadline", "2025-02-30"),
            "--deadline: 2025-02-30 is not a date: February 2025 has 28",
        ),
        (("task", "list", "--view", "sideways"), "--view: expected one of waiting, upcoming, open"),
        (("task", "list", "--at", "noonish"), "--at: 'noonish' is not a time"),
        (("task", "list", "--at", "03/04/2025"), "--at: 03/04/2025 may be 3 April or 4 March"),
        (("task", "add", "x\udcff"), "name: 'x\ufffd' holds bytes that are not UTF-8."),
        (("schedule", "preview", "daily", "--count", "0"), "count: expected a whole number from 1"),
        (("schedule", "preview", "cron: 0 0 31 2 *"), "31"),
        (("schedule", "preview", "daily", "--zone", "Europe/Brusels"), "Europe/Brussels"),
        (("schedule", "add", "x", "every 0 days", "--command", "true"), "0"),
        (("setting", "set", "zone", "Mars/Olympus"), "setting zone: 'Mars/Olympus' is not a time zone"),
    ],
)
def test_bad_values_are_refused_by_the_name_of_the_field(cli: Cli, words: tuple[str, ...], names: str) -> None:
    said = cli(*words)
    assert (said.status, said.out) == (1, "")
    assert names in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("taks", "list"), "'taks' is not a command; did you mean task?"),
        (("qwertz",), "'qwertz' is not a command; `tickler help` lists them"),
        (("task-list",), "write two words: task list"),
        (("task",), "task: say what to do: add, done"),
        (("task", "lsit"), "task: 'lsit' is not one of add, done"),
        (("task", "lsit"), "did you mean list?"),
        (("task", "add"), "task add: NAME is missing (what somebody must do); tickler task add NAME [OPTIONS]"),
        (("task", "add", "x", "y"), "task add: 'y' is one word too many; tickler task add NAME [OPTIONS]"),
        (("task", "list", "--object"), "task list: --object needs a value: only tasks about this"),
        (("task", "list", "--object", "--view", "open"), "task list: --object needs a value"),
        (("task", "list", "--vew", "open"), "there is no option --vew; did you mean --view?"),
        (("task", "list", "-x"), "there is no option -x (there are: --object"),
        (("task", "list", "--view", "open", "--view", "done"), "--view is given twice"),
        (("task", "move", "1", "--follow=yes"), "--follow takes no value"),
        (("schedule", "add", "n", "daily", "--spec", "daily"), "spec is given as an option"),
        (("task", "list", "--at"), "--at needs a value, for example --at 2025-05-20T10:15"),
        (("task", "list", "--store"), "--store needs a value"),
        (("task", "list", "--store", ""), "--store needs a value"),
        (("task", "list", "--at", "now", "--at", "now"), "--at is given twice"),
        (("task", "\033]0;owned\a"), "task: '\ufffd]0;owned\ufffd' is not one of"),
        (("--sideways",), "there is no option --sideways (there are: --slow, --plain)"),
        (("keys", "--once"), "keys: there is no option --once (there are: none)"),
        (("engine", "--at", "now"), "engine: --at goes with --once"),
        (("demo", "--store", "x.db"), "demo makes a store of its own"),
        (("--at", "now"), "--at goes with a command"),
    ],
)  # fmt: skip
def test_wrong_usage_says_what_was_meant(cli: Cli, words: tuple[str, ...], hint: str) -> None:
    said = cli(*words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("tickler: ")
    assert hint in said.err
    assert said.err.count("\n") == 1


def test_the_store_may_stand_before_or_after_the_words_or_in_the_environment(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    cli("--store", other, "task", "add", "before the words")
    cli("task", "add", "after the words", f"--store={other}")
    cli("task", "add", "of the environment")
    assert [task["name"] for task in cli("task", "list", "--store", other, "--json").json] == [
        "before the words",
        "after the words",
    ]
    assert [task["name"] for task in cli("task", "list", "--json").json] == ["of the environment"]


def test_a_write_can_be_dated_back(cli: Cli, done: Done) -> None:
    done("setting", "set", "zone", "America/New_York")
    task = cli("task", "add", "x", "--at", "2025-03-04T02:00Z", "--json").json
    assert task["created_at"] == "2025-03-03T21:00:00-05:00"
    assert task["visible_date"] == "2025-03-03"
    assert cli("task", "done", "1", "--at=2025-03-05T12:00", "--json").json["done_date"] == "2025-03-05"


def test_options_stand_anywhere_and_take_what_looks_like_an_option(cli: Cli, done: Done) -> None:
    done("class", "add", "stay", "--status", "quote", "--date-field", "date_from")
    done("event", "add", "stay", "--date-field", "date_from", "--offset", "-30d", "a month before")
    assert cli("event", "list", "--json").json[0]["offset"] == "-30d"
    done("entity", "add", "--team=", "stay", "--name", "Lakeside School", "12", "date_from=2025-07-14")
    entity = cli("entity", "show", "stay", "12", "--json").json
    assert (entity["name"], entity["dates"]["date_from"]) == ("Lakeside School", "2025-07-14")
    done("task", "add", "x", "--notes", "--")
    assert cli("task", "show", "1", "--json").json["notes"] == "--"


def test_after_two_dashes_everything_is_a_word(cli: Cli, done: Done) -> None:
    done("task", "add", "--notes", "first", "--", "--json")
    done("task", "add", "--", "--store")
    assert [task["name"] for task in cli("task", "list", "--json").json] == ["--json", "--store"]
    assert cli("task", "add", "--", "--at", "now").status == 2


def test_numbers_below_zero_are_values(cli: Cli) -> None:
    assert "There is no task -5." in cli("task", "show", "-5").err


def test_what_may_stand_at_a_place_and_as_an_option(cli: Cli, done: Done) -> None:
    done("schedule", "add", "first", "daily 02:30", "--command", "true")
    done("schedule", "add", "second", "--spec", "daily 02:30", "--command", "true")
    assert [each["spec"] for each in cli("schedule", "list", "--json").json] == ["daily 02:30", "daily 02:30"]
    done("schedule", "pause", "first", "holidays")
    assert cli("schedule", "show", "first", "--json").json["pause_reason"] == "holidays"


def test_split_lifts_the_common_options_wherever_they_stand() -> None:
    given = split(["--json", "task", "--at=now", "list", "--store", "x.db", "--", "--json"])
    assert given.words == ("task", "list", "--", "--json")
    assert (given.json, given.at, given.store) == (True, "now", Path("x.db"))
    with pytest.raises(Usage, match="--store needs a value"):
        split(["--store="])


@pytest.mark.parametrize("name", sorted(WHERE))
def test_every_command_explains_itself(cli: Cli, name: str) -> None:
    said = cli(*name.split(), "--help")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"tickler {name}")
    assert NAMED[name].title in said.out
    assert cli("help", *name.split()).out == said.out
    assert max(map(len, said.out.splitlines())) <= 100
    assert not re.search(r" [A-Z]+-(\s|$)", said.out), "a metavar that ends in a dash"


def test_help_lists_every_command_and_every_door(cli: Cli) -> None:
    overview = cli("help").out
    assert cli("--help").out == overview
    for name in (*WHERE, *DOORS):
        assert f"  tickler {name} " in overview
    assert "  tickler task move " in cli("task", "--help").out
    assert "  tickler entity " not in cli("help", "task").out
    assert cli("help", "taks").status == 2
    assert "--slow" in cli("demo", "--help").out
    assert "--once" in cli("help", "engine").out


def test_help_says_what_may_be_chosen_and_what_holds_if_nothing_is_said() -> None:
    text = of_command(load(("task", "list"))[0])
    assert "waiting if left out" in text
    assert "--limit LIMIT" in text
    assert "200 if left out" in text


def test_version_and_keys(cli: Cli) -> None:
    assert re.fullmatch(r"tickler \S+\n", cli("version").out)
    assert cli("--version").out == cli("version").out
    assert "Mark the task done" in cli("keys").out


def test_arguments_are_made_of_the_signature(store: Path) -> None:
    from datetime import UTC, date, datetime

    from tickler.signature import words_of

    words = words_of(load(("task", "done"))[0])
    moment = Moment(datetime(2025, 6, 1, 23, tzinfo=UTC), "Europe/Brussels")
    said = typed("task done", words, ["3", "--on", "today", "4"])
    assert arguments(words, said, moment) == ([3, 4], {"on": date(2025, 6, 2)})
