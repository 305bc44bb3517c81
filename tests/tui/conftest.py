"""Every screen test has a terminal with true colours, whatever the one it is started from, and a pilot in no hurry."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui import waiting


@pytest.fixture(autouse=True)
def _true_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def _waits_for_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pilot, "press", waiting.press)
    monkeypatch.setattr(Pilot, "pause", waiting.pause)
