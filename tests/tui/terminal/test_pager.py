"""A file that a run handed over, opened in the person's own pager."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.tui.terminal.stage import small_store, with_job
from tests.tui.terminal.terminal import desk


@pytest.mark.parametrize("files", [("users.csv",), ("users.csv", "log.txt")])
def test_Z13_a_file_is_opened_in_the_pager_and_the_desk_comes_back(tmp_path: Path, files: tuple[str, ...]) -> None:
    made = small_store(tmp_path / "desk.db")
    with_job(made, "; ".join(f'echo "content of {name}" > "$TICKLER_ARTIFACTS/{name}"' for name in files))
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho "PAGED $(cat "$1") END"\nread -r _\n')
    pager.chmod(0o700)
    with desk(made.path, env={"PAGER": str(pager), "TMPDIR": str(tmp_path)}) as terminal:
        terminal.press("4")
        terminal.wait_for("succeeded")
        terminal.press("g", "O")
        if len(files) > 1:
            terminal.wait_for("enter open")
            terminal.press("right", "enter")
        terminal.wait(lambda: b"PAGED content of users.csv END" in terminal.raw, "the pager shows it")
        terminal.press("enter")
        terminal.wait_for("succeeded", "newest first")
        terminal.press("2")
        terminal.wait_for("grouped by deadline event")
        assert list(tmp_path.glob("tickler-open-*"))
        terminal.kill(signal.SIGTERM)
        assert terminal.ended(15) == 143
    assert not list(tmp_path.glob("tickler-open-*"))
