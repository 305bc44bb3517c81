"""Levels of lines."""

from __future__ import annotations

import pytest

from engine.rules.loudness import level_of, levels


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("copied 3 files", 20),
        ("", 20),
        ("ERROR: no route", 40),
        ("Traceback (most recent call last):", 40),
        ("KeyError: 'x'", 40),
        ("fatal: not a repository", 40),
        ("2 tests Failed", 40),
        ("CRITICAL disk", 40),
        ("Warning: old", 30),
        ("[WARN] slow", 30),
        ("DEBUG x=1", 10),
        ("DEBUG error handler ready", 40),
        ("warning: 3 errors", 40),
        ("12 passed, 0 failed, 0 errors", 20),
        ("no errors, no warnings", 20),
        ("10 errors", 40),
        ("0 errors, 1 warning", 30),
        ("stderr is open", 20),
    ],
)
def test_level_of_a_line(line: str, level: int) -> None:
    assert level_of(line) == level


def test_chunk_without_a_loud_word_is_not_looked_at_line_by_line() -> None:
    assert levels("one\ntwo\n\nthree") is None


def test_chunk_with_one_gives_a_level_for_each_line() -> None:
    assert levels("one\nTWO ERROR\n\nwarn three") == [20, 40, 20, 30]
    assert levels("x\r\x0bwarn\x85y") == [30]
