"""Named slots: how they are written, and which key is free."""

from __future__ import annotations

import pytest

from engine.rules.errors import BadValue
from engine.rules.slots import Holder, free_key, full, parse_slot, waiting_words


@pytest.mark.parametrize(
    ("text", "name", "places", "again"),
    [
        ("gpu", "gpu", 1, "gpu"),
        ("gpu:2", "gpu", 2, "gpu:2"),
        ("gpu:1", "gpu", 1, "gpu"),
        (" big  disk :12", "big disk", 12, "big disk:12"),
        ("db/eu-1", "db/eu-1", 1, "db/eu-1"),
        ("Drucker ü", "Drucker ü", 1, "Drucker ü"),
    ],
)
def test_how_a_slot_is_written(text: str, name: str, places: int, again: str) -> None:
    slot = parse_slot(text.replace(" :", ":"))
    assert (slot.name, slot.places, str(slot)) == (name, places, again)


@pytest.mark.parametrize(
    "text", ["", ":2", "gpu:", "gpu:0", "gpu:101", "gpu:-1", "gpu:two", "gpu:1:2", "gpu#1", "x" * 61, "gpu:٢", "-x"]
)
def test_what_is_no_slot(text: str) -> None:
    with pytest.raises(BadValue, match="expected"):
        parse_slot(text)


def test_places_are_taken_in_order_until_there_is_none() -> None:
    one, two = Holder(5, "gpu#0", 2), Holder(7, "gpu#1", 2)
    assert free_key("gpu", 2, ()) == "gpu#0"
    assert free_key("gpu", 2, [one]) == "gpu#1"
    assert free_key("gpu", 2, [two]) == "gpu#0"
    assert free_key("gpu", 2, [one, two]) is None
    assert free_key("gpu", 3, [one, two]) is None


def test_who_says_one_at_most_stays_alone() -> None:
    alone, many = Holder(5, "gpu#0", 1), Holder(7, "gpu#1", 3)
    assert free_key("gpu", 3, [alone]) is None
    assert free_key("gpu", 1, [many]) is None
    assert full({"gpu": [alone]})["gpu"] >= 3
    assert full({"gpu": [many]}) == {"gpu": 1}


def test_words_name_who_holds_it() -> None:
    assert waiting_words("gpu", [Holder(5, "gpu#0", 1)]) == "waiting: slot gpu is held by run 5"
    many = [Holder(number, f"gpu#{number}", 9) for number in range(1, 8)]
    assert waiting_words("gpu", many) == "waiting: slot gpu is held by runs 1, 2, 3, 4, 5, ..."
