"""Opening a store: find it, make it if it is new, bring it up if it is old, refuse it if it is not ours.

The common case (a store of this version) costs one plain connection and four pragmas, so that the
desk and the command line start without loading peewee.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from store import current, paths
from store.connection import APPLICATION_ID, connect, in_words
from store.errors import StoreTrouble
from store.frozen import value
from store.instants import machine_zone
from store.schema import VERSION

HOW_TO_MAKE = "`tickler` without words makes one there, and so does the first thing that is added or loaded"


@value
class Opened:
    """A store that may be used: where it is, who it is, whether it was made just now, and who looked, if kept."""

    path: Path
    identity: str
    is_new: bool = False
    reader: sqlite3.Connection | None = None


def open_store(path: Path, *, create: bool = True, keep: bool = False) -> Opened:
    """Check, create or bring up the store at `path`, and make it the one this process works on.

    `keep`: leave open the read-only connection that looked, if nothing was to be done; another one would read the
    whole schema again, which is half of a quick start. Raises StoreTrouble with the reason if it cannot be used.
    """
    path = path.expanduser().absolute()
    opened = _opened(path, create=create, keep=keep)
    current.use(path)
    return opened


def _opened(path: Path, *, create: bool, keep: bool) -> Opened:
    _refuse_impossible(path)
    with in_words(path), ExitStack() as connections:
        if not path.exists():
            if not create:
                raise StoreTrouble(f"There is no store at {path}; {HOW_TO_MAKE}.")
            return _create(path)
        reader = connections.enter_context(closing(connect(path, read_only=True)))
        found = _look(path, reader)
        if not found.has_tables:
            reader.close()
            return _create(path)
        if found.version > VERSION:
            raise StoreTrouble(
                f"The store {path} was written by a newer tickler (store version {found.version}, this one knows "
                f"{VERSION}); install that version. Nothing was changed."
            )
        if found.version < VERSION:
            reader.close()
            _bring_up(path, found.version)
        identity = _known(path, found.identity)
        if not keep or found.version < VERSION:
            return Opened(path, identity)
        connections.pop_all()
        return Opened(path, identity, reader=reader)


def _refuse_impossible(path: Path) -> None:
    if path.is_dir():
        raise StoreTrouble(f"The store {path} is a directory; name a file, such as {path}/tickler.db.")
    if path.exists() and not path.is_file():
        raise StoreTrouble(f"The store {path} is not a regular file.")
    known = paths.identity_file(path).exists()
    if path.exists() and path.stat().st_size == 0:
        then = "It held a store before: restore a backup" if known else "If nothing was in it, remove it"
        raise StoreTrouble(f"The store {path} is zero bytes long and is left as it is. {then}.")
    if known and not path.exists():
        raise StoreTrouble(
            f"The store {path} was here before and is gone. Restore a backup, or remove "
            f"{paths.identity_file(path)} to start a new one."
        )
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise StoreTrouble(f"The store {path} is read-only for this user; check its permissions.")


@value
class _Found:
    """What a file says of itself."""

    version: int
    has_tables: bool
    identity: str | None


def _look(path: Path, connection: sqlite3.Connection | None = None) -> _Found:
    """Read what the file says of itself, over one connection. A store cut off in its making has no table yet."""
    if connection is None:
        with closing(connect(path, read_only=True)) as own:
            return _look(path, own)
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if application != APPLICATION_ID and (tables or application):
        raise StoreTrouble(f"The file {path} is another program's SQLite file, not a tickler store.")
    rows = connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchall() if "meta" in tables else ()
    return _Found(version, bool(tables), next((str(value) for (value,) in rows), None))


def _known(path: Path, identity: str | None) -> str:
    if identity is None:
        raise StoreTrouble(f"The store {path} has lost its identity row; restore the newest backup.")
    _remember(path, identity)
    return identity


def _remember(path: Path, identity: str) -> None:
    side = paths.identity_file(path)
    if not side.exists():
        side.write_text(identity + "\n")
        side.chmod(0o600)


def _create(path: Path) -> Opened:
    """Make a store: owner-only from its first byte, identity and version in one transaction."""
    from uuid import uuid4

    umask = os.umask(0o077)
    try:
        _make_folder(path)
        with _alone(path):
            if path.exists() and (found := _look(path)).has_tables:
                return Opened(path, _known(path, found.identity))
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("PRAGMA page_size=4096")
                connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            identity = str(uuid4())
            _fill(path, identity)
            _remember(path, identity)
    finally:
        os.umask(umask)
    return Opened(path, identity, is_new=True)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        words = f"The folder {path.parent} of the store cannot be made: {fault.strerror}."
        raise StoreTrouble(words) from fault
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreTrouble(f"The folder {path.parent} of the store is read-only for this user.")


def _fill(path: Path, identity: str) -> None:
    from store import database, journal, schema, settings

    current.use(path)
    with database.session() as connection, database.database.atomic():
        schema.migrate(database.database)
        connection.execute("INSERT INTO meta VALUES ('identity', ?)", (identity,))
        journal.begin(connection, time.time_ns() // 1000, journal.ENGINE, "store make")
        settings.write(connection, "zone", machine_zone())
    database.database.close()


def _bring_up(path: Path, found: int) -> None:
    from store import database, schema
    from store.backup import back_up

    with _alone(path):
        if _look(path).version == VERSION:
            return
        back_up(path, paths.beside(path, f"before-v{VERSION}-from-v{found}.bak"))
        current.use(path)
        with database.session():
            schema.migrate(database.database)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the engine's lock while the shape of the store changes; nobody fires meanwhile."""
    descriptor = os.open(paths.lock_file(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreTrouble(
                f"The store {path} must be brought up to version {VERSION}, but an engine is working on it; "
                "stop that desk or engine first."
            ) from None
        yield
    finally:
        os.close(descriptor)
