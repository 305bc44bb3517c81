"""Names at a prompt: blanks or commas between them, `-` takes one away."""

from __future__ import annotations

import pytest

from engine.rules.name_changes import name_changes


@pytest.mark.parametrize(
    ("text", "add", "remove"),
    [
        ("", (), ()),
        ("home", ("home",), ()),
        ("home -later @out,  +urgent", ("home", "out", "urgent"), ("later",)),
        ('"weekly on Saturday" -"once a year"', ("weekly on Saturday",), ("once a year",)),
        ("a,b a -c,-c", ("a", "b"), ("c",)),
        ('- @ "" ,', (), ()),
        ('"open', ("open",), ()),
        ("two-words -done-ish", ("two-words",), ("done-ish",)),
    ],
)
def test_names_come_and_go(text: str, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
    assert name_changes(text, "@") == (add, remove)
