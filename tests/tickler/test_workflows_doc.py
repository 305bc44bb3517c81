"""docs/workflows.md as its reader follows it: files are written, commands run, and what they print is what it says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tickler.conftest import ROOT, Cli, store

__all__ = ["store"]

DOC = ROOT / "docs" / "workflows.md"


def blocks() -> Iterator[tuple[str, str, str]]:
    """(language, name of the file, text) of each block with code."""
    for found in re.finditer(r"^```(\w+) ?(\S*)\n(.*?)^```$", DOC.read_text(), re.MULTILINE | re.DOTALL):
        yield found[1], found[2], found[3]


def test_J9_the_tutorial_does_what_it_says(
    store: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = 0
    for language, name, text in blocks():
        if name:
            (tmp_path / name).write_text(text)
        elif language == "console":
            for command in text.split("$ tickler ")[1:]:
                first, *expected = command.splitlines()
                said = cli(*shlex.split(first))
                assert (said.status, said.err if "engine" not in first else "") == (0, ""), first
                place = 0
                for line in expected:
                    found = said.out.find(line.rstrip(), place)
                    assert found >= 0, f"{first}: {line!r} is not in\n{said.out[place:]}"
                    place = found + len(line.rstrip())
                commands += 1
    assert commands >= 20


def test_every_command_of_the_tables_is_there(cli: Cli) -> None:
    for noun, verb in set(re.findall(r"`tickler (\w+) ([a-z-]+)", DOC.read_text())):
        if noun not in ("why", "load", "dump", "engine"):
            assert cli("help", noun, verb).status == 0, (noun, verb)
