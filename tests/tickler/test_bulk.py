"""Many tasks from the command line: counted first, changed on a word, a backlog sorted and spread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tickler.conftest import Cli

Done = Callable[..., str]
AT = ("--at", "2025-06-16T09:00")


@pytest.fixture
def walls(stays: Path, done: Done) -> Path:
    """Four walls that should be painted, late by one to four days."""
    for index in range(4):
        done("task", "add", f"paint wall {index}", "--deadline", f"2025-06-{12 + index}", "--at", "2025-06-01")
    return stays


def test_a_dry_run_says_how_many_and_changes_nothing(walls: Path, cli: Cli) -> None:
    said = cli("task", "move", "--by", "2bd", "--filter", "paint", "--dry-run", *AT)
    assert said.status == 0
    assert said.out.startswith("4 tasks, nothing changed")
    assert "due 2025-06-12 -> 2025-06-16" in said.out
    assert cli("task", "move", "--by", "2bd", "--filter", "paint", "--dry-run", "--json", *AT).json["tasks"] == 4
    moved = cli("task", "move", "--by", "2bd", "--filter", "paint", "--json", *AT).json
    assert [task["deadline_date"] for task in moved] == ["2025-06-16", "2025-06-17", "2025-06-17", "2025-06-17"]
    assert cli("undo", *AT).status == 0
    assert cli("task", "list", "--json", *AT).json[0]["deadline_date"] == "2025-06-12"


def test_what_has_no_part_in_it_is_named(walls: Path, cli: Cli, done: Done) -> None:
    first, second = (task["id"] for task in cli("task", "list", "--json", *AT).json[:2])
    done("task", "done", first, *AT)
    said = cli("task", "done", first, second, *AT)
    assert said.status == 0
    assert f"left out 1: Task {first} is already done" in said.out
    assert cli("task", "done", first, second, *AT).status == 1


def test_a_backlog_is_proposed_and_spread(walls: Path, cli: Cli) -> None:
    rows = cli("board", "--json", *AT).json
    assert {(row["fate"], row["count"]) for row in rows} == {("now", 1)}, "four are no more than a day's work"
    assert cli("backlog", "skip", *AT).status == 1
    spread = cli("backlog", "spread", "--over", "2d", "--filter", "paint", "--json", *AT).json
    assert sorted(task["deadline_date"] for task in spread) == ["2025-06-16"] * 2 + ["2025-06-17"] * 2
    assert cli("backlog", "hand", "--to", "Nobody", *AT).status == 1
    assert "2 dropped" in cli("backlog", "drop", *AT).out
    assert cli("board", "--json", *AT).json == []
