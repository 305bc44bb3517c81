"""What people see: columns that line up, text that is harmless, one line after a write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.cells import cell_len

from engine.queries.health import Finding, Health
from store.instants import Instant
from store.values import Team
from tests.tickler.conftest import Cli
from tickler.jsontext import json_text
from tickler.plain import plain, terminal_width
from tickler.printing import card, table
from tickler.progress import Bar

Done = Callable[..., str]

HOSTILE = (
    "\033]0;owned\a", "\033[2J", "\x9b31m", "\r\noverwritten", "a\tb", "\x00", "\x7f", "\u202egnp.exe", "\u200b",
    "\u2066x\u2069", "\ufeff", "\ud800", "[red]x[/red]", "%s%n", "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\",
)  # fmt: skip
STEERING = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x200B, 0xFEFF) if code != 10]


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Thing:
    """One field of every kind that values have."""

    id: int
    name: str
    at: Instant
    until_at: Instant | None
    colour: Colour
    is_new: bool
    tags: tuple[str, ...]
    params: dict[str, object]


THING = Thing(7, "x", Instant(0), None, Colour.RED, True, ("a", "b"), {"n": None, "deep": [1, {"y": "z"}]})


def test_json_keeps_the_names_and_writes_instants_with_the_offset_of_the_zone() -> None:
    assert json.loads(json_text(THING, "Europe/Brussels")) == {
        "id": 7,
        "name": "x",
        "at": "1970-01-01T01:00:00+01:00",
        "until_at": None,
        "colour": "red",
        "is_new": True,
        "tags": ["a", "b"],
        "params": {"n": None, "deep": [1, {"y": "z"}]},
    }


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_json_says_the_same_without_steering_the_terminal(text: str) -> None:
    written = json_text({"name": text}, "UTC")
    assert json.loads(written) == {"name": text}
    assert not [each for each in STEERING if each in written]


def test_columns_line_up_whatever_the_width_of_the_letters() -> None:
    names = ("Oak Hill", "湖畔小学校", "Škola", "e\u0301cole", "👩‍🏫 school")
    lines = table([Team(number, name, 1) for number, name in enumerate(names, 8)], "UTC").split("\n")
    assert lines[0].split() == ["id", "name"]
    assert [line[:2] for line in lines[1:]] == [" 8", " 9", "10", "11", "12"], "numbers stand at the right"
    wide = table([SimpleEvent(name, "end") for name in names], "UTC").split("\n")
    assert len({cell_len(line[: line.index("end")]) for line in wide[1:]}) == 1


@dataclass(frozen=True, slots=True)
class SimpleEvent:
    """Two columns of text."""

    name: str
    what: str


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_names_reach_the_terminal_harmless(text: str) -> None:
    rows = [SimpleEvent(text, "end"), SimpleEvent("ordinary", "end")]
    for printed in (table(rows, "UTC"), table(rows, "UTC", 40), card(rows[0], "UTC"), plain(text)):
        assert not [each for each in STEERING if each in printed]
        assert "\ud800" not in printed
    assert len(table(rows, "UTC").split("\n")) == 3


def test_a_terminal_gets_lines_that_fit_a_file_gets_all() -> None:
    rows = [SimpleEvent("n" * 300, "short"), SimpleEvent("brief", "w" * 200)]
    for width in (200, 80, 40, 21, 10, 3):
        assert max(map(cell_len, table(rows, "UTC", width).split("\n"))) <= width
    assert "short" in table(rows, "UTC", 40)
    assert "n" * 300 in table(rows, "UTC")


def test_findings_are_not_cut_their_last_words_matter() -> None:
    finding = Finding("sqlite", Health.WARNING, "word " * 60 + "end")
    assert table([finding], "UTC", 60).endswith("end")


def test_no_rows_are_nothing() -> None:
    assert table([], "UTC") == "nothing"


def test_longer_texts_stand_under_their_name() -> None:
    text = card(SimpleEvent("first\n\033[2Jsecond", "x"), "UTC")
    assert text.split("\n") == ["name", "    first", "    ␛[2Jsecond", "what  x"]


@pytest.mark.parametrize(
    ("stream", "columns", "width"),
    [(False, "120", None), (True, "120", 120), (True, "", None), (True, "wide", None)],
)
def test_the_width_is_that_of_a_terminal_or_none(
    monkeypatch: pytest.MonkeyPatch, stream: bool, columns: str, width: int | None
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    out = SimpleNamespace(isatty=lambda: stream, fileno=lambda: -1)
    assert terminal_width(out) == width  # type: ignore[arg-type]  # all that is asked of a stream


def test_after_a_write_one_line_says_what_was_done(stays: Path, done: Done, cli: Cli) -> None:
    at = ("--at", "2025-05-20T10:15")
    assert done("entity", "set-status", "stay", "12", "confirmed", *at) == (
        "stay 12: no status -> confirmed, 9 tasks made\n"
    )
    assert done("entity", "set-status", "stay", "12", "confirmed") == (
        "stay 12: Lakeside School, confirmed, 9 open tasks\n"
    )
    number = next(task["id"] for task in cli("task", "list", "--json").json if task["name"] == "Collect allergy info")
    assert done("task", "done", number) == f"task {number} done: Collect allergy info (stay 12)\n"
    assert done("undo") == "undid: done: Collect allergy info (stay 12)\n"
    assert done("task", "add", "Call the parents", "--object", "stay/12") == (
        "task 10 added: Call the parents (stay 12)\n"
    )
    assert done("task", "done", "10", number) == (
        "done: 2 tasks\n"
        "task 10: Call the parents (stay 12), done\n"
        f"task {number}: Collect allergy info (stay 12), done, due 2025-06-14\n"
    )
    assert done("team", "add", "North") == "added team: North\n"
    assert done("team", "edit", "North", "--name", "North") == "nothing changed\n"
    added = done("schedule", "add", "nightly", "daily 02:30", "--zone", "UTC", "--command", "true", *at)
    assert added == "added schedule: nightly; next 2025-05-21 02:30:00 UTC\n"
    booting = done("schedule", "add", "up", "at boot", "--zone", "UTC", "--command", "true", *at)
    assert booting == "added schedule: up; at the next boot\n"
    assert "at the next boot" in done("schedule", "list")
    assert done("schedule", "preview", "@reboot", "--zone", "UTC") == (
        "once after the machine starts, UTC\n  at the next boot\n"
    )
    assert done("schedule", "run", "nightly") == "run 1: nightly, pending\n"
    assert done("run", "cancel", "1").startswith("run 1: nightly, cancelled (cancelled by ")
    assert done("run", "retry", "1") == "run 2: nightly, run 1 again, pending\n"


def test_what_other_processes_write_meanwhile_is_not_told_as_ours(stays: Path, done: Done) -> None:
    """The words are those of the act of this command, not the newest of the journal."""
    assert done("schedule", "preview", "daily").startswith("every day")
    assert done("setting", "set", "zone", "Europe/Brussels") == "nothing changed\n"


def test_lists_for_people(stays: Path, done: Done) -> None:
    assert done("task", "list") == "nothing\n"
    assert done("run", "list") == "nothing\n"
    done("entity", "set-status", "stay", "12", "confirmed", "--at", "2025-05-20T10:15")
    lines = done("task", "list", "--view", "open", "--on", "2025-06-04").split("\n")
    assert lines[0].split() == [
        "id",
        "state",
        "name",
        "object",
        "deadline",
        "visible",
        "assignees",
        "deadline",
        "event",
    ]
    starts = {line.index("stay/12") for line in lines[1:10]}
    assert len(starts) == 1
    done("schedule", "add", "once", "--moment", "2030-01-01T10:00", "--once", "--zone", "UTC", "--command", "true")
    assert "once 2030-01-01 10:00" in done("schedule", "list")


def test_hostile_names_through_the_whole_command(stays: Path, cli: Cli, done: Done) -> None:
    notes = "first\033]52;c;aGk=\a\nsecond\x9b31m \u202etxt"
    done("task", "add", "Call [red]the[/red] parents", "--notes", notes)
    for words in (("task", "list"), ("task", "show", "1"), ("log",), ("task", "list", "--json")):
        printed = done(*words)
        assert not [each for each in STEERING if each in printed]
    assert cli("task", "show", "1", "--json").json["notes"] == notes
    assert "Call [red]the[/red] parents" in done("task", "list")
    refused = cli("task", "list", "--object", "\033[2J/\x9b")
    assert refused.status == 1
    assert not [each for each in STEERING if each in refused.err]


def test_a_bar_has_a_rate_and_ends_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar("Import entities")
    for done in range(0, 1001, 100):
        bar.show(done, 1000)
    err = capsys.readouterr().err
    assert err.endswith("s left\n")
    assert "1,000/1,000" in err
    assert err.count("\n") == 1
