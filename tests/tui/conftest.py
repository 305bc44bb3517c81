"""Every screen test has a terminal with true colours, whatever the one it is started from."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _true_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
