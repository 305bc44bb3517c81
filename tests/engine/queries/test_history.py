"""`log`: acts newest first, by pages, by what they touched, and the rows of one act."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import definitions as ops
from engine.queries.history import log
from store.errors import Refused
from store.reads.history import RowChange
from tests.engine.stage import ANA, AT, BO, desk, stays

__all__ = ["desk", "stays"]


def words(**given: object) -> list[str]:
    return [str(act.words) for act in log(ANA, AT, **given)]


def test_acts_come_newest_first_and_page_by_page(stays: Path) -> None:
    first = log(ANA, AT, limit=2)
    assert [act.words for act in first] == ["added team: South", "added team: North"]
    rest = log(ANA, AT, before=first[-1].id)
    assert [act.words for act in rest] == [
        "added model: Collect allergy info", "added event: max. 1 month before stay",
        "added event: became confirmed", "added class: stay", "store make",
    ]  # fmt: skip
    assert (first[0].actor, first[0].via, first[0].operation) == ("ana", "cli", "team add")


def test_what_touched_a_table_or_a_row(stays: Path) -> None:
    ops.edit_team(BO, AT, "South", name="Sud")
    assert words(kind="team") == ["changed team: South", "added team: South", "added team: North"]
    assert words(kind="team", row=2) == ["changed team: South", "added team: South"]
    assert words(kind="team", row=2, limit=1) == ["changed team: South"]
    assert words(kind="task") == []


def test_the_rows_of_one_act(stays: Path) -> None:
    ops.edit_team(ANA, AT, "South", name="Sud")
    (act,) = log(ANA, AT, limit=1)
    (change,) = log(ANA, AT, act=act.id)
    assert isinstance(change, RowChange)
    assert (change.kind, change.row_id, change.action) == ("team", 2, "update")
    assert (change.before, change.after) == ({"name": "South"}, {"name": "Sud"})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"limit": 0}, "--limit: expected 1 or more"),
        ({"kind": "taks"}, "--kind: 'taks' is no table with a history; did you mean task?"),
        ({"row": 1}, "--row: say of which table"),
        ({"act": 999}, "There is no act 999"),
    ],
)
def test_what_cannot_be_asked(stays: Path, given: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        log(ANA, AT, **given)
