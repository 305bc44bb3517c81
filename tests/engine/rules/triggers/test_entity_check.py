"""The condition of a trigger for entities: what it says, and what is refused."""

from __future__ import annotations

import pytest

from engine.rules.errors import BadValue
from engine.rules.triggers.entity_check import holds, parse

STAY = {"status": "confirmed", "team": None, "name": "Lakeside School", "date_from": "2025-07-14", "adults": 9}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("status=confirmed", True),
        ("status=option,confirmed", True),
        ("status=option", False),
        ("status!=option,cancelled", True),
        ("status!=option,confirmed", False),
        ("team=", True),
        ("team!=", False),
        ("name='Lakeside School'", True),
        ("adults>8", True),
        ("adults>9", False),
        ("adults>=9", True),
        ("adults<10", True),
        ("adults<=8.5", False),
        ("adults=9.0", True),
        ("date_from>2025-07-13", True),
        ("date_from<2025-07-14", False),
        ("children>0", False),
        ("children=", True),
        ("status=confirmed adults>10", False),
    ],
)
def test_every_part_must_hold(text: str, expected: bool) -> None:
    assert holds(parse(text), STAY) is expected


@pytest.mark.parametrize("text", ["confirmed", "=confirmed", "adults>", "name='open", "x=" + "y" * 2_000, "@urgent"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse(text)
