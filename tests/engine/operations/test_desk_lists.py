"""Lists and labels of the desk file: by path, in any order, loaded as often as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations.desk import load
from engine.operations.undo import undo
from engine.queries import lists as queries
from engine.queries.desk import dump
from tests.desk import Desk, desk, refused
from tests.engine.stage import contents

__all__ = ["desk"]

NOW = "2025-06-02"
FILE = """
[[template]]
name = "mow"
spec = "weekly sat"
list = "house/garden"
labels = ["out"]

[[list]]
name = "house/garden"
zone = "Europe/Moscow"
position = 2

[[list]]
name = "house"

[[label]]
name = "weekly on Saturday"
"""


def write(folder: Path, text: str) -> str:
    """A desk file with that text."""
    path = folder / "lists.toml"
    path.write_text(text)
    return str(path)


def test_lists_and_labels_are_loaded_before_the_templates_that_need_them(desk: Desk, tmp_path: Path) -> None:
    at, file = desk.at(NOW), write(tmp_path, FILE)
    before = contents(desk.path)
    done = load(desk.ana, at, file)
    assert (done.made["list"], done.made["label"], done.made["template"]) == (1, 1, 1)
    assert [(each.path, each.zone, each.position) for each in queries.lists(desk.ana, at)] == [
        ("house", None, 0), ("house/garden", "Europe/Moscow", 2),
    ]  # fmt: skip
    assert [each.name for each in queries.labels(desk.ana, at)] == ["out", "weekly on Saturday"]
    assert not load(desk.ana, at, file).made
    text = dump(desk.ana, at)
    assert not load(desk.ana, at, write(tmp_path, text)).made
    assert dump(desk.ana, at) == text
    load(desk.ana, at, write(tmp_path, '[[list]]\nname = "house/garden"\nzone = ""\n'))
    assert queries.one_list(desk.ana, at, "garden").zone is None
    undo(desk.ana, at)
    undo(desk.ana, at)
    assert contents(desk.path) == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[list]]\nname = "house"\nzone = "Mars/Base"', "line 1: [[list]] house: 'Mars/Base' is not a time zone"),
        ('[[list]]\nname = "a//b"', "expected a name, not an empty text"),
        ('[[list]]\nname = "a"\nposition = "first"', "position: expected a whole number, not 'first'"),
        ('[[list]]\nname = "a"\ncolour = "red"', "colour: is no key here"),
        ('[[label]]\nname = "a,b"', "holds a comma"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(desk: Desk, tmp_path: Path, text: str, why: str) -> None:
    assert why in refused(load, desk.ana, desk.at(NOW), write(tmp_path, text))
    assert queries.lists(desk.ana, desk.at(NOW)) == ()
