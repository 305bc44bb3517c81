"""The terminal's bell and pop-ups, on a real pseudo terminal."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import telling
from engine.operations.settings import set_setting
from engine.rules.alerts import Severity
from store.connection import connect
from store.instants import to_us
from tests.desk import Desk
from tests.tui.terminal.stage import small_store
from tests.tui.terminal.terminal import desk

EVIL = "4;9\x1b\\\x1b]52;c;aGk=\x07 \x9d0;gone\x9c disk\nis full"
SHOWN = "4,9␛\\␛]52,c,aGk=␇ ␛]0,gone␛\\ disk⏎is full"
SEQUENCE = re.compile(rb"\x1b\](?:9|777|52|0);.*?(?:\x1b\\|\x07)", re.DOTALL)


def tell(made: Desk, subject: str) -> None:
    at = to_us(datetime.now(UTC))
    with closing(connect(made.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        telling.tell(connection, subject, at, Severity.URGENT, "test", subject, "look; now\x07")
        connection.execute("COMMIT")


@pytest.mark.parametrize("is_wanted", [True, False])
def test_what_cannot_wait_rings_and_pops_up_where_that_is_wanted(tmp_path: Path, is_wanted: bool) -> None:
    made = small_store(tmp_path / "desk.db")
    if is_wanted:
        set_setting(made.ana, datetime.now(UTC), "bell", "true")
        set_setting(made.ana, datetime.now(UTC), "osc", "both")
    with desk(made.path) as terminal:
        terminal.press("2")
        terminal.wait_for("grouped by deadline event")
        before = len(terminal.raw)
        tell(made, EVIL)
        terminal.wait_for("is full")
        if is_wanted:
            terminal.wait(lambda: b"\x07" in terminal.raw[before:], "it rings")
        new = terminal.raw[before:]
        found = [each.decode() for each in SEQUENCE.findall(new)]
        expected = [f"\x1b]9;{SHOWN}: look, now␇\x1b\\", f"\x1b]777;notify;{SHOWN};look, now␇\x1b\\"]
        assert found == (expected if is_wanted else [])
        assert new.count(b"\x07") == is_wanted
        terminal.press("q")
