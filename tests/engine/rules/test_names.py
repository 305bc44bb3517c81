"""What may be a name."""

from __future__ import annotations

import pytest

from engine.rules.errors import BadValue
from engine.rules.names import class_name, distinct, field_name, plain_name, plain_text, unknown


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected a name"),
        ("  \t", "expected a name"),
        ("a\nb", "cannot be shown"),
        ("a\x1b[31m", "cannot be shown"),
        ("a\0", "cannot be shown"),
        ("x" * 201, "201 characters"),
    ],
)
def test_names_that_are_refused(text: str, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        plain_name(text)


def test_blanks_around_a_name_go() -> None:
    assert plain_name("  max. 1 month before stay ") == "max. 1 month before stay"


@pytest.mark.parametrize("text", ["stay/12", "a b", "a:b", "a=b", "a\tb"])
def test_class_names_stand_before_a_slash(text: str) -> None:
    with pytest.raises(BadValue):
        class_name(text)


@pytest.mark.parametrize("text", ["stay", "sale\\booking\\Booking", "séjour", "x-1.2"])
def test_class_names(text: str) -> None:
    assert class_name(text) == text


@pytest.mark.parametrize("text", ["date from", "1st", "", "a.b", 'a"b', "é", "x" * 61])
def test_field_names_are_plain_words(text: str) -> None:
    with pytest.raises(BadValue, match="not a field name"):
        field_name(text)


def test_texts_keep_their_lines_but_not_a_nul() -> None:
    assert plain_text("a\n\x1bb") == "a\n\x1bb"
    with pytest.raises(BadValue, match="NUL"):
        plain_text("a\0b")
    with pytest.raises(BadValue, match="100001 characters"):
        plain_text("x" * 100_001)


def test_what_is_there_twice_is_named() -> None:
    assert distinct(["a", "b"]) == ("a", "b")
    with pytest.raises(BadValue, match="'b' is there twice"):
        distinct(["a", "b", "c", "b"])


def test_the_nearest_name_is_offered_else_those_there_are() -> None:
    assert unknown("Noth", ["South", "North"], "team") == "'Noth' is no team; did you mean North?"
    assert unknown("zzz", ["South", "North"], "team") == "'zzz' is no team (there are: South, North)"
    assert unknown("zzz", [], "team") == "'zzz' is no team (there is none yet)"
    assert unknown("zzz", [f"team {n}" for n in range(20)], "team").endswith("team 11, ...)")
