"""Texts are found whatever their case, their accents and the way their letters are put together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.filtering import understand
from engine.operations import tasks
from engine.queries import tasks as queries
from store.connection import connect
from store.folding import folded
from store.reads import entities, task_finding
from store.reads import tasks as reads
from tests.store.reads.many_tasks import TODAY, store
from tests.store.reads.test_tasks import connection
from tests.tui.screens.stage import store_with_stays

__all__ = ["connection", "store"]

SAME = (
    ("École", "ecole"), ("ÉCOLE", "École"), ("E\u0301cole", "\u00e9cole"), ("Straße", "STRASSE"),
    ("Ålesund", "alesund"), ("Łódź", "łodz"), ("naïve", "NAIVE"), ("ﬁnish", "finish"), ("Ｔａｓｋ", "task"),
    ("Ελλάδα", "ΕΛΛΑΔΑ"),
    ("Μάιος", "μαιοσ"), ("Ёлка", "елка"), ("İstanbul", "istanbul"), ("Việt Nam", "viet nam"), ("x²", "X2"),
)  # fmt: skip
OTHER = (("cote", "cot"), ("ß", "s"), ("Łódź", "lodz"), ("øre", "ore"), ("да", "дa"))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_text(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_letters_stay_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_marks_alone_are_looked_for_as_they_are() -> None:
    assert folded("\u0301") == "\u0301"


@pytest.fixture
def written(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The store with the texts of the table in names, notes, a thing's name, a label and a list; undone afterwards."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with closing(connect(path)) as own:
        own.execute("BEGIN")
        yield own
        own.execute("ROLLBACK")


@pytest.mark.parametrize("column", ["name", "notes"])
@pytest.mark.parametrize(("text", "asked"), [*SAME, *(pair[::-1] for pair in SAME)])
def test_a_task_is_found_by_a_text_that_looks_alike(
    written: sqlite3.Connection, column: str, text: str, asked: str
) -> None:
    written.execute(f"UPDATE task SET {column} = ? WHERE id = 5", (f"before {text} behind",))
    sought = understand(written, f'"{asked}"', TODAY, "ana").sift
    assert 5 in (task_finding.found(written, sought).ids or ())


def test_things_labels_and_lists_are_found_without_accents(written: sqlite3.Connection) -> None:
    def found(text: str) -> set[int]:
        return set(task_finding.found(written, understand(written, text, TODAY, "ana").sift).ids or ())

    of_thing = {row[0] for row in written.execute("SELECT id FROM task WHERE object_id = '103' AND deleted_at IS NULL")}
    before = found("@red"), found("#garden")
    written.execute("UPDATE entity SET name = 'Lycée Hélène' WHERE object_id = '103'")
    written.execute("UPDATE label SET name = 'Été' WHERE name = 'red'")
    written.execute("UPDATE task_list SET name = 'Forêt' WHERE name = 'garden'")
    assert found("lycee helene") == of_thing
    assert (found("@ete"), found("#foret")) == before
    assert found("ete") >= before[0]
    assert [each.name for each in entities.listed(written, TODAY, entities.Filter(text="lycee"))] == ["Lycée Hélène"]


def test_what_is_written_without_an_accent_does_not_hide_what_is_written_with_it(written: sqlite3.Connection) -> None:
    written.execute("INSERT INTO label (id, name) VALUES (90, 'Ecole'), (91, 'École')")
    parts = [understand(written, f"@{name}", TODAY, "ana").sift.parts[0] for name in ("école", "ecole", "École")]
    assert [part.values for part in parts if hasattr(part, "values")] == [(91,), (90,), (91,)]


def test_percent_and_underscore_are_letters_in_any_script(written: sqlite3.Connection) -> None:
    written.execute("UPDATE task SET name = 'é_100%' WHERE id = 5")
    written.execute("UPDATE task SET name = 'éx100x' WHERE id = 6")
    sift = reads.Filter(text="E_100%")
    assert task_finding.found(written, sift).ids == (5,)


def test_the_command_line_finds_it_too(tmp_path: Path) -> None:
    desk = store_with_stays(tmp_path / "desk.db")
    made = tasks.add(desk.ana, desk.at("2025-06-10"), "Fête à l'École")
    now = desk.at("2025-06-16")
    assert [task.id for task in queries.listed(desk.ana, now, text="ecole")] == [made.id]
    assert [task.id for task in queries.listed(desk.ana, now, filter="FETE")] == [made.id]
