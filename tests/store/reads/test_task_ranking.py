"""What was found once is paged as the list itself would be."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from store.connection import connect
from store.reads import task_finding
from store.reads import tasks as reads
from store.reads.task_parts import Part, What
from store.reads.task_ranking import Ranked, ranked
from tests.store.reads.many_tasks import TODAY, store
from tests.store.reads.test_tasks import SECTIONS, connection

__all__ = ["connection", "store"]

FILTERS = {
    "rare": reads.Filter(text="ÜBERR"),
    "frequent": reads.Filter(text="task"),
    "label": reads.Filter(parts=(Part(What.LABEL, (1,)),)),
    "nothing": reads.Filter(text="nowhere to be found"),
}
ORDERED = sorted(name for name in SECTIONS if SECTIONS[name].index)


@pytest.mark.parametrize("is_few", [True, False])
@pytest.mark.parametrize("name", ORDERED)
@pytest.mark.parametrize("asked", FILTERS)
def test_pages_are_those_of_the_list(connection: sqlite3.Connection, asked: str, name: str, is_few: bool) -> None:
    sift, section = FILTERS[asked], SECTIONS[name]
    known = task_finding.found(connection, sift, 2_000) if is_few else sift
    found = ranked(connection, section, known)
    whole = reads.window(connection, section, sift, limit=1_000)
    assert found.window(connection, limit=1_000) == whole
    assert len(found) == len(whole)
    assert found.window(connection, before=reads.END, limit=7) == whole[-7:]
    assert found.window(connection, offset=5, limit=7) == whole[5:12]
    for row in whole[::9]:
        for limit in (1, 20):
            assert found.window(connection, after=row.key, limit=limit) == reads.window(
                connection, section, sift, after=row.key, limit=limit
            )
            assert found.window(connection, before=row.key, limit=limit) == reads.window(
                connection, section, sift, before=row.key, limit=limit
            )


@pytest.fixture
def hits(connection: sqlite3.Connection) -> Ranked:
    return ranked(connection, reads.waiting(TODAY), reads.Filter(text="task"))


def test_what_has_left_the_section_is_skipped_and_pages_stay_full(connection: sqlite3.Connection, hits: Ranked) -> None:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    gone = [hits.ids[at] for at in (0, 1, 3, len(hits) - 1)]
    with closing(connect(path)) as own:
        own.execute("BEGIN")
        own.executemany("UPDATE task SET deleted_at = 1 WHERE id = ?", [(number,) for number in gone])
        shown = [row.id for row in hits.window(own, limit=4)]
        last = [row.id for row in hits.window(own, before=reads.END, limit=2)]
        own.execute("ROLLBACK")
    assert shown == [hits.ids[at] for at in (2, 4, 5, 6)]
    assert last == hits.ids[-3:-1].tolist()


def test_a_page_looks_at_few_rows_though_all_have_left(connection: sqlite3.Connection, hits: Ranked) -> None:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with closing(connect(path)) as own:
        own.execute("BEGIN")
        own.execute("UPDATE task SET is_done = 1, done_date = '2025-06-10'")
        shown = [row.id for row in hits.window(own, limit=4)]
        own.execute("ROLLBACK")
    assert shown == hits.ids[8:12].tolist()
