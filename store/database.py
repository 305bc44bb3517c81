"""The peewee database of this process, and how a piece of work gets a connection and a transaction.

One process works on one store. Each thread opens and closes its own connection; a writer begins
IMMEDIATE, so it waits for its turn at the start and never fails half-way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from peewee import SqliteDatabase

from store import folding, titling
from store.connection import PRAGMAS, in_words
from store.current import store_path

database = SqliteDatabase(None, autoconnect=False, lock_type="IMMEDIATE", returning_clause=True)


@contextmanager
def session() -> Iterator[sqlite3.Connection]:
    """This thread's connection, opened if it was closed and closed again by whoever opened it."""
    path = store_path()
    if database.database != str(path):
        database.init(str(path), pragmas=PRAGMAS, timeout=5)
    with in_words(path):
        opened = database.connect(reuse_if_open=True)
        try:
            connection: sqlite3.Connection = database.connection()  # type: ignore[no-untyped-call]  # of peewee-stubs
            if opened:
                folding.register(connection)
                titling.register(connection)
            yield connection
        finally:
            if opened:
                database.close()


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """One transaction that may write. Yields the raw connection for statements whose text is fixed.

    Nothing inside may spawn, wait, or call a screen; read into a list before the first write. Within another one it
    is a part that can fail alone.
    """
    with session() as connection:
        begin, keep, undo = _PART if connection.in_transaction else _WHOLE
        try:
            connection.execute(begin)  # in here: an interrupt may come between this and the next line
            yield connection
            connection.execute(keep)
        except BaseException:
            if connection.in_transaction:  # on a full disk SQLite has rolled back already
                for statement in undo:
                    connection.execute(statement)
            raise


_WHOLE = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_PART = ("SAVEPOINT part", "RELEASE part", ("ROLLBACK TO part", "RELEASE part"))
