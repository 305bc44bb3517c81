"""What the header says about the engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.rules.pulse import engine_words

NOW = datetime(2025, 6, 1, 12, 3, 30, tzinfo=UTC)
SINCE = NOW - timedelta(hours=2, seconds=30)


def words(beat: float, *, own: bool = False, trouble: str = "") -> str:
    beat_at = NOW - timedelta(seconds=beat)
    return engine_words(123, SINCE, beat_at, NOW, "Europe/Brussels", own=own, trouble=trouble)


def test_own_engine() -> None:
    assert words(5, own=True) == "engine ok"


def test_engine_of_another_process() -> None:
    assert words(15) == "standby: engine is pid 123 since 12:03"


def test_silent_engine() -> None:
    assert words(20) == "engine silent for 20s (pid 123)"
    assert words(200, own=True) == "engine silent for 3m 20s (pid 123)"


def test_trouble() -> None:
    assert words(1, own=True, trouble="the disk is full") == "engine: the disk is full"


def test_no_engine() -> None:
    assert engine_words(None, None, None, NOW, "UTC", own=False) == "no engine: jobs wait; start `tickler engine`"
