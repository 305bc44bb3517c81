"""A supervisor that is closed after the test, and leaves no process behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.supervisor.harness import Desk, are_gone


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "runs")
    yield desk
    desk.close()
    assert are_gone(desk.processes(), 0.0)
