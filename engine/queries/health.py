"""What `doctor` looks at, one function for each thing; all of them read only.

Each check gives one finding, in words that say what it means and what to do. None takes longer for a store
with a history, except `content`, which reads the whole file.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from engine.rules.durations import duration_words
from engine.rules.errors import BadValue, shown
from engine.rules.pulse import SILENT_SECONDS
from engine.rules.wording import ago, bytes_words, count_of, full_instant
from engine.rules.zones import zone_named
from store import paths, settings
from store.connection import APPLICATION_ID
from store.frozen import value
from store.instants import from_us, machine_zone, to_us
from store.reads.pulse import engine as engine_of
from store.schema import JOURNALED, NOTICE_TRIGGERS, VERSION, WATCHED

_MIB = 1 << 20
FEW_BYTES, NO_BYTES = 500 * _MIB, 100 * _MIB
"""Free space below which people are warned, and below which it is a problem."""

LONG_WAL, TOO_LONG_WAL = 64 * _MIB, 256 * _MIB

NETWORK = frozenset({
    "9p", "afs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs",
    "gfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "smb2", "smb3", "smbfs",
    "vboxsf",
})  # fmt: skip
"""File systems that several machines may share: SQLite's log needs the shared memory of one."""


class Health(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@value
class Finding:
    """What one check found."""

    check: str
    state: Health
    words: str


def _ok(check: str, words: str) -> Finding:
    return Finding(check, Health.OK, words)


def _warning(check: str, words: str) -> Finding:
    return Finding(check, Health.WARNING, words)


def _problem(check: str, words: str) -> Finding:
    return Finding(check, Health.PROBLEM, words)


def sqlite(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Finding:
    """The library: versions before 3.51.3 may lose a commit when two connections checkpoint at once."""
    name = ".".join(map(str, version))
    if version[:3] == (3, 52, 0):
        return _warning("sqlite", f"SQLite {name} was withdrawn by its authors; 3.51.3 is sound.")
    mended = version >= (3, 51, 3) or (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)
    if mended:
        return _ok("sqlite", f"SQLite {name}")
    return _warning(
        "sqlite",
        f"SQLite {name} has the WAL-reset bug: two programs that write and checkpoint at the same moment may lose a"
        " commit. tickler checkpoints only while nobody can commit; other programs on this file may not. Mended in"
        " 3.51.3, 3.50.7 and 3.44.6.",
    )


def store_file(path: Path) -> Finding:
    """Nobody but the owner may read or write the store, nor put another file in its place."""
    mode, folder = stat.S_IMODE(path.stat().st_mode), path.parent.stat()
    if mode & 0o077:
        return _warning("file", f"{path} may be used by others (mode {mode:04o}); chmod 600 makes it yours alone.")
    if path.stat().st_uid != os.getuid():
        return _warning("file", f"{path} belongs to another user; run tickler as its owner.")
    if folder.st_mode & 0o022 and not folder.st_mode & stat.S_ISVTX:
        return _warning("file", f"Others may write the folder {path.parent} and put another store there.")
    return _ok("file", f"{path}, {bytes_words(path.stat().st_size)}, mode {mode:04o}")


def identity(connection: sqlite3.Connection, path: Path) -> Finding:
    """The store is the one that was here before, of this version, and has no trigger of strangers."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID or version != VERSION:
        return _problem("identity", f"Marked as application {application}, version {version}; expected {VERSION}.")
    row = connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
    known = _first_line(paths.identity_file(path))
    if row is None or (known and known != row[0]):
        return _problem("identity", f"The store is not the one that was here before; {known} was expected.")
    strange = _strange(connection)
    if strange:
        return _problem("identity", f"Not made by tickler: {', '.join(shown(name) for name in strange)}.")
    return _ok("identity", f"{row[0]}, store version {version}")


def _first_line(side: Path) -> str:
    try:
        return side.read_text().strip()[:100]
    except (OSError, ValueError):
        return ""


def _strange(connection: sqlite3.Connection) -> list[str]:
    """Triggers and views that no version of tickler makes: they could rewrite what is saved."""
    actions = ("insert", "update", "delete")
    known = {f"{table}_{action}" for table in WATCHED for action in actions}
    known |= {f"{table}_{action}_kept" for table in JOURNALED for action in actions}
    known |= set(NOTICE_TRIGGERS)
    rows = connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    return [f"{kind} {name}" for kind, name in rows if kind == "view" or name not in known][:10]


def content(connection: sqlite3.Connection) -> Finding:
    """Every page is where it should be and every index agrees with its table."""
    faults = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    if faults == ["ok"]:
        return _ok("content", "quick_check found nothing")
    return _problem("content", f"Damaged ({shown('; '.join(faults), 200)}); stop writing, restore the newest backup.")


def references(connection: sqlite3.Connection) -> Finding:
    """No row points to one that is not there."""
    rows = connection.execute("PRAGMA foreign_key_check").fetchmany(1000)
    if not rows:
        return _ok("references", "every reference leads to a row")
    tables = ", ".join(sorted({str(row[0]) for row in rows}))
    return _problem("references", f"{count_of(len(rows), 'row')} of {tables} point to rows that are not there.")


def disk(path: Path) -> Finding:
    """Room to write: a full disk stops everything but reading."""
    space = os.statvfs(path.parent)
    free = space.f_bavail * space.f_frsize
    words = f"{bytes_words(free)} free for {path.parent}"
    if free < NO_BYTES:
        return _problem("disk", f"{words}; free some space before work stops.")
    return _warning("disk", f"{words}; free some space soon.") if free < FEW_BYTES else _ok("disk", words)


def write_ahead_log(path: Path) -> Finding:
    """A log that grows without end: no engine checkpoints it, or a reader holds on to an old state."""
    log = path.with_name(f"{path.name}-wal")
    try:
        size = log.stat().st_size
    except FileNotFoundError:
        size = 0
    words = f"{bytes_words(size)} in {log.name}"
    if size <= LONG_WAL:
        return _ok("log", words)
    advice = f"{words}; start an engine, and end programs that have kept the store open for long."
    return _problem("log", advice) if size > TOO_LONG_WAL else _warning("log", advice)


def engine(connection: sqlite3.Connection, path: Path, now: datetime) -> Finding:
    """Whether somebody fires what is planned."""
    node = engine_of(connection, to_us(now))
    holder = lock_holder(paths.lock_file(path))
    if node is None:
        if holder:
            return _warning("engine", f"Process {holder} holds the engine's lock and does not say that it fires.")
        return _without_engine(connection)
    beat = from_us(node.beat_at)
    words = f"pid {node.pid} on {shown(node.host)}"
    if now - beat <= timedelta(seconds=SILENT_SECONDS):
        said = f": {shown(node.words, 200)}" if node.words else ""
        return _ok("engine", f"{words} became active {ago(from_us(node.since), now)}{said}")
    if holder:
        return _problem("engine", f"{words} was last heard {ago(beat, now)}; it is stopped or stuck. End it.")
    return _warning("engine", f"{words} was last heard {ago(beat, now)} and holds no lock; start an engine.")


def _without_engine(connection: sqlite3.Connection) -> Finding:
    waiting = connection.execute(
        "SELECT count(*) FROM schedule"
        " WHERE is_enabled = 1 AND deleted_at IS NULL AND action = 'run' AND next_at IS NOT NULL"
    ).fetchone()[0]
    if waiting:
        words = f"None lives, and {count_of(waiting, 'schedule')} would fire; open the desk or start `tickler engine`."
        return _warning("engine", words)
    return _ok("engine", "none lives, and no schedule waits for one")


def lock_holder(lock: Path, table: Path = Path("/proc/locks")) -> int | None:
    """The process that holds an flock on the file, by the kernel's list: trying it would take it for a moment."""
    try:
        inode = lock.stat().st_ino
        lines = table.read_text().splitlines()
    except OSError:
        return None
    for fields in (line.split() for line in lines):
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5].endswith(f":{inode}"):
            return int(fields[4])
    return None


def clock(connection: sqlite3.Connection, now: datetime) -> Finding:
    """The clock of this machine against what was written by it, and the store's zone."""
    zone = str(settings.read(connection, "zone"))
    try:
        zone_named(zone)
    except BadValue as fault:
        return _problem("clock", f"The store's zone: {fault}; `tickler setting set zone` mends it.")
    if not 2025 <= now.year < 2100:
        return _problem("clock", f"This machine believes that it is {now:%Y-%m-%d}; set its clock.")
    newest = connection.execute("SELECT max(beat_at) FROM node").fetchone()[0]
    if newest is not None and from_us(newest) - now > timedelta(minutes=1):
        ahead = duration_words((from_us(newest) - now).total_seconds())
        return _warning("clock", f"An engine was alive {ahead} after now: the clock was set back.")
    machine = machine_zone()
    also = "" if machine == zone else f" (this machine's is {machine})"
    return _ok("clock", f"{full_instant(now, zone)}{also}")


def schedules(connection: sqlite3.Connection) -> Finding:
    """Schedules whose rule or controller failed are set aside until somebody mends them."""
    rows = connection.execute(
        "SELECT name, error FROM schedule WHERE error IS NOT NULL AND deleted_at IS NULL ORDER BY name LIMIT 6"
    ).fetchall()
    if not rows:
        return _ok("schedules", "none is set aside")
    named = "; ".join(f"{shown(name)}: {shown(error, 100)}" for name, error in rows[:5])
    more = "; and more" if len(rows) > 5 else ""
    return _problem("schedules", f"Set aside until mended: {named}{more}.")


def file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> Finding:
    """A store on a file system that several machines share is damaged sooner or later."""
    kind = kind_of_mount(path, _lines_of(mounts))
    if kind in NETWORK:
        return _problem("disk type", f"{path} lies on {kind}, which machines share; move it to a local disk.")
    return _ok("disk type", kind or "unknown to this machine")


def _lines_of(table: Path) -> list[str]:
    try:
        return table.read_text(errors="replace").splitlines()
    except OSError:
        return []


def kind_of_mount(path: Path, lines: list[str]) -> str:
    """The type of the file system that holds `path`, by the lines of /proc/mounts; the last mount wins."""
    found, depth = "", -1
    real = path.parent.resolve() / path.name
    for fields in (line.split() for line in lines):
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        if real.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = fields[2], len(point.parts)
    return found


def findings(connection: sqlite3.Connection, path: Path, now: datetime) -> tuple[Finding, ...]:
    """All of them, from the library up to the schedules; what cannot even be read is a finding itself."""
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("sqlite", sqlite),
        ("file", lambda: store_file(path)),
        ("disk type", lambda: file_system(path)),
        ("disk", lambda: disk(path)),
        ("identity", lambda: identity(connection, path)),
        ("content", lambda: content(connection)),
        ("references", lambda: references(connection)),
        ("log", lambda: write_ahead_log(path)),
        ("clock", lambda: clock(connection, now)),
        ("engine", lambda: engine(connection, path, now)),
        ("schedules", lambda: schedules(connection)),
    )
    return tuple(guarded(name, check) for name, check in checks)


def guarded(name: str, check: Callable[[], Finding]) -> Finding:
    """What the check finds, or that it cannot look."""
    try:
        return check()
    except (sqlite3.DatabaseError, OSError) as fault:
        return _problem(name, f"Cannot be looked at: {shown(fault, 200)}.")
