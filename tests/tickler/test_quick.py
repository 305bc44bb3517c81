"""Quick add from a shell: what it prints for people and for scripts, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tickler.conftest import Cli

Done = Callable[..., str]
AT = ("--at", "2026-11-21T10:00Z")


@pytest.fixture(autouse=True)
def _zone(done: Done) -> None:
    done("setting", "set", "zone", "Europe/Brussels")


def test_a_line_of_todo_txt_becomes_a_recurring_task(cli: Cli) -> None:
    said = cli("task", "quick", "Pay rent +home due:2026-12-01 rec:+1m", "--json", *AT)
    assert said.status == 0
    assert (said.json["name"], said.json["spec"], said.json["labels"]) == ("Pay rent", "every month", ["home"])
    assert said.json["next_at"] == "2026-12-01T00:00:00+01:00"
    cli("list", "add", "home")
    said = cli("task", "quick", "Pay water +home due:2026-12-01 rec:+1m", "--json", *AT)
    assert (said.json["list"], said.json["labels"]) == ("home", [])


def test_the_short_door_takes_several_words_and_says_what_was_made(done: Done) -> None:
    assert done("add", "Buy", "milk", "tomorrow", "9:30", "@shop", *AT) == "task 1 added: Buy milk\n"
    assert done("add", "Bins every mon", *AT) == "added, recurring: Bins (weekly mon)\n"
    assert done("undo") == "undid: added, recurring: Bins (weekly mon)\n"


def test_a_dry_run_says_what_each_stretch_means_and_writes_nothing(cli: Cli, done: Done) -> None:
    line = "Water plants every 2 weeks on fri @home !nobody"
    assert done("add", line, "--dry-run", *AT).splitlines() == [
        "makes nothing",
        "  every 2 weeks on fri  every 2 weeks on Friday, next: Fri 27 Nov, Fri 11 Dec, Fri 25 Dec",
        "  @home                 label home (new)",
        f"  !nobody               {cli('add', line, *AT).err.strip().removesuffix('.')}",
    ]
    read = cli("task", "quick", line.replace(" !nobody", ""), "--dry-run", "--json", *AT).json
    assert (read["makes"], read["name"], read["errors"]) == ("template", "Water plants", [])
    assert read["chips"][0] == {
        "start": 13, "end": 33, "text": "every 2 weeks on fri", "kind": "rule",
        "words": "every 2 weeks on Friday, next: Fri 27 Nov, Fri 11 Dec, Fri 25 Dec",
    }  # fmt: skip
    assert read["next_at"] == "2026-11-27T00:00:00+01:00"
    assert done("task", "list", "--view", "all", "--json") == "[]\n"


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("Call 03/04", "03/04 may be 3 April or 4 March: write 3 apr or 4 mar; in quotes it is text."),
        ("Call p1 p2", "p1 and p2 are two priorities; keep one."),
        ("Call on:stay/999", "'stay' is no class (there is none yet)."),
        ("\x1b]0;x\x07", "holds a character that cannot stand in a line."),
        ("", "say what somebody must do."),
    ],
)
def test_what_is_refused_exits_with_1_and_says_why(cli: Cli, line: str, refusal: str) -> None:
    said = cli("task", "quick", line, *AT)
    assert (said.status, said.out) == (1, "")
    assert refusal in " ".join(said.err.split())
    assert cli("task", "quick", line, "--json", *AT).json["refused"].endswith(refusal)
