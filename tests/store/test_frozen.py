"""A value is what a frozen dataclass with slots is; only making the class is cheaper."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace

import pytest

from store.frozen import value


@value
class Point:
    """A place."""

    x: int
    y: int = 2

    @property
    def sum(self) -> int:
        """Both."""
        return self.x + self.y


@value
class Named(Point):
    """A place with a name."""

    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} at {self.x}"


@value
class Empty:
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The same as `Point`, by dataclasses."""

    x: int
    y: int = 2


def test_it_is_made_compared_and_shown_like_a_dataclass() -> None:
    assert Point(1) == Point(1, 2) == Point(y=2, x=1)
    assert Point(1) != Point(2)
    assert Point(1) != Plain(1)
    assert Point(1) != Named(1)
    assert len({Point(1), Point(1, 2), Point(3)}) == 2
    assert repr(Point(1)) == repr(Plain(1)).replace("Plain", "Point")
    assert (Point(1).sum, str(Named(1, 2, "here"))) == (3, "here at 1")
    assert (Empty() == Empty(), repr(Empty())) == (True, "Empty()")


@pytest.mark.parametrize("words", [(), (1, 2, 3)])
def test_wrong_arguments_are_refused(words: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Point(*words)


def test_nothing_changes_and_nothing_is_added() -> None:
    point = Point(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 5  # type: ignore[misc]  # that is the point
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.z = 5  # type: ignore[attr-defined]  # that is the point
    assert not hasattr(point, "__dict__")


def test_dataclasses_know_it() -> None:
    assert is_dataclass(Point)
    assert [each.name for each in fields(Named)] == ["x", "y", "name"]
    assert [str(each.type) for each in fields(Named)] == ["int", "int", "str"]
    assert replace(Named(1, 2, "here"), y=7) == Named(1, 7, "here")
    assert copy.deepcopy(Point(1)) == pickle.loads(pickle.dumps(Point(1))) == Point(1)
    match Named(1, 2, "here"):
        case Named(x, y, name):
            assert (x, y, name) == (1, 2, "here")


def test_dataclasses_know_one_whose_default_is_an_empty_mapping() -> None:
    @value
    class Params:
        name: str
        params: Mapping[str, int] = {}

    assert [each.name for each in fields(Params)] == ["name", "params"]
    assert replace(Params("a"), name="b") == Params("b", {})


def test_a_default_that_is_made_anew_each_time_is_refused() -> None:
    with pytest.raises(TypeError, match="plain values"):

        @value
        class Wrong:
            items: list[int] = field(default_factory=list)
