"""The connection that looked at a store may be kept; what had to be made or brought up is opened anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.errors import StoreTrouble
from store.opening import open_store
from tests.stores import empty_store


def test_the_connection_that_looked_is_kept_if_asked_for_and_writes_nothing(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "desk.db")
    assert open_store(store).reader is None
    reader = open_store(store, keep=True).reader
    assert reader is not None
    with closing(reader):
        assert reader.execute("SELECT count(*) FROM task").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM setting")


def test_a_store_that_is_made_leaves_nothing_open(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "new.db", keep=True)
    assert opened.is_new
    assert opened.reader is None


def test_a_store_that_is_refused_leaves_nothing_open(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "desk.db")
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreTrouble, match="newer tickler"):
        open_store(store, keep=True)
    with closing(sqlite3.connect(store, timeout=0)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",), "somebody has it open"
