"""How this project talks to SQLite, whoever asks: one set of pragmas, and faults said in words.

Reads go through these plain connections, so that the first screen and `tickler task list` need not
load peewee. No code here or elsewhere opens the database file itself: closing any other descriptor
of it would drop every lock this process holds (sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store import folding, titling
from store.errors import StoreTrouble

APPLICATION_ID = 0x7469636B  # "tick"
BUSY_MS = 5_000
PRAGMAS: tuple[tuple[str, str | int], ...] = (
    ("busy_timeout", BUSY_MS),
    ("foreign_keys", 1),
    ("trusted_schema", 0),
    ("synchronous", "FULL"),
    ("wal_autocheckpoint", 0),
    ("journal_size_limit", 64 << 20),
    ("cache_size", -8_000),
)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode with the pragmas of the house; `read_only` refuses every write."""
    uri = f"file:{quoted(path)}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000)
    for name, value in PRAGMAS:
        connection.execute(f"PRAGMA {name}={value}")
    folding.register(connection)
    titling.register(connection)
    if read_only:
        connection.execute("PRAGMA query_only=1")
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection for a short piece of work, with faults turned into sentences."""
    with in_words(path), closing(connect(path, read_only=True)) as connection:
        yield connection


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite says about a store that cannot be used into `StoreTrouble`."""
    try:
        yield
    except Exception as fault:
        words = _words(fault, path)
        if words is None:
            raise
        raise StoreTrouble(words) from fault


def is_busy(fault: BaseException) -> bool:
    """Whether the store was only locked by somebody else, so that trying again is worth it."""
    return _sqlite_code(fault) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_full(fault: BaseException) -> bool:
    """Whether there was no room on the disk: it is worth waiting until somebody makes some."""
    seen: BaseException | None = fault
    for _ in range(10):
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        seen = None if seen is None else seen.__cause__ or seen.__context__
    return _sqlite_code(fault) == sqlite3.SQLITE_FULL


_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is being written by another process that has not let go for 5 seconds; try again",
    sqlite3.SQLITE_LOCKED: "is being written by another process that has not let go for 5 seconds; try again",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. What was saved before is safe; free some space",
    sqlite3.SQLITE_READONLY: "is read-only for this user; check the permissions of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that it exists and that its folder may be entered",
    sqlite3.SQLITE_NOTADB: "is not a tickler store (not an SQLite file, or its header is damaged)",
    sqlite3.SQLITE_CORRUPT: "is damaged; stop writing to it and restore the newest backup",
    sqlite3.SQLITE_IOERR: "cannot be read or written (disk error or file size limit); nothing saved is lost",
    sqlite3.SQLITE_PERM: "may not be opened by this user",
}


def _words(fault: BaseException, path: Path) -> str | None:
    code = _sqlite_code(fault)
    sentence = _SENTENCES.get(code) if code is not None else None
    return f"The store {path} {sentence}." if sentence else None


def _sqlite_code(fault: BaseException | None) -> int | None:
    """The primary result code behind `fault`.

    peewee wraps the error, and on a full disk SQLite has already rolled back, so that the rollback's
    own complaint hides the cause: look through the whole chain and let the deepest code win.
    """
    code = None
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        raw = getattr(fault, "sqlite_errorcode", None)
        if isinstance(raw, int) and (raw & 0xFF) in _SENTENCES:
            code = raw & 0xFF
        fault = fault.__cause__ or fault.__context__
    return code


def quoted(path: Path) -> str:
    """The path inside a `file:` address."""
    return os.fspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
