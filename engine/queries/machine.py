"""What `doctor` looks at outside the store: who keeps the clock right and the engine alive, and what there is to
restore from.
"""

from __future__ import annotations

import ctypes
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from engine import unitfile
from engine.actors import login_name
from engine.queries.health import Finding, Health
from engine.rules.errors import shown
from engine.rules.wording import ago, bytes_words, count_of, some_of
from store import paths, settings
from store.instants import EPOCH, from_us, to_us
from store.reads import files as stored

OLD_BACKUP = timedelta(days=3)
_YOUNG = timedelta(days=2)
_MOST_LOST = 100
_SWITCH_ON = "`tickler setting set keep_backups 3`"
_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`; the rest is room that the kernel may fill."""

    _fields_ = [
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("room", ctypes.c_char * 256),
    ]  # fmt: skip


def kernel_is_synchronised() -> bool | None:
    """Whether some time service keeps the kernel's clock right, whichever it is; None if the kernel does not tell."""
    state = _Timex()
    try:
        told = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        return None
    return None if told < 0 else not state.status & _UNSYNCHRONISED


def time_service(ask: Callable[[], bool | None] = kernel_is_synchronised) -> Finding:
    """Schedules can be no more punctual than the clock."""
    found = ask()
    if found is None:
        return Finding("time service", Health.OK, "this machine does not tell whether its clock is kept right")
    if found:
        return Finding("time service", Health.OK, "the clock is synchronised")
    words = "Nobody keeps this machine's clock right; `timedatectl set-ntp true` starts a time service."
    return Finding("time service", Health.WARNING, words)


def unit(
    store: Path,
    running: Path = Path("/run/systemd/system"),
    lingering: Path = Path("/var/lib/systemd/linger"),
) -> Finding:
    """A user's unit lives as long as the user is logged in, unless the user lingers."""
    found = unitfile.unit_of((), store)
    name, login = found.path.name, login_name()
    if not running.is_dir():
        return Finding("unit", Health.OK, "no systemd runs here")
    if not unitfile.is_installed(found):
        return Finding("unit", Health.OK, "systemd does not start an engine; `tickler engine install` writes a unit")
    if not (found.path.parent / "default.target.wants" / name).is_symlink():
        words = f"{name} is there and not enabled; `systemctl --user enable --now {name}` starts it."
        return Finding("unit", Health.WARNING, words)
    if not (lingering / login).exists():
        words = f"{name} ends when {login} logs out; `loginctl enable-linger {login}` keeps it alive."
        return Finding("unit", Health.WARNING, words)
    return Finding("unit", Health.OK, f"{name} is enabled, and {login} lingers")


def backups(connection: sqlite3.Connection, store: Path, now: datetime) -> Finding:
    """A copy that is old, or none, is found out too late otherwise."""
    folder = paths.backups_folder(store)
    keep = settings.read(connection, "keep_backups")
    copies = sorted(
        (each.stat().st_mtime, each) for each in folder.glob(f"{store.stem}-*{store.suffix}") if each.is_file()
    )
    if not copies:
        return _without_backups(connection, now, keep=keep)
    at = EPOCH + timedelta(seconds=copies[-1][0])
    size = bytes_words(copies[-1][1].stat().st_size)
    words = f"{count_of(len(copies), 'copy', 'copies')} in {shown(folder, 200)}, the newest {ago(at, now)} ({size})"
    if now - at <= OLD_BACKUP:
        return Finding("backups", Health.OK, words)
    why = (
        "an engine makes one a day" if keep else "the daily one is switched off (`tickler setting set keep_backups 3`)"
    )
    return Finding("backups", Health.WARNING, f"{words}; {why}, `tickler backup FILE` one now.")


def _without_backups(connection: sqlite3.Connection, now: datetime, *, keep: int) -> Finding:
    first = connection.execute("SELECT min(at) FROM act").fetchone()[0]
    if not keep:
        words = f"The daily backup is switched off; {_SWITCH_ON} switches it on."
        return Finding("backups", Health.WARNING, words)
    if first is None or now - from_us(first) < _YOUNG:
        return Finding("backups", Health.OK, "none yet; an engine makes one a day")
    words = "There is none; an engine makes one a day, `tickler backup FILE` one now."
    return Finding("backups", Health.WARNING, words)


def files(connection: sqlite3.Connection, store: Path) -> Finding:
    """Log files and artifacts that rows point to: somebody may have moved the store without its folder."""
    folder = paths.files_folder(store)
    lost = list(islice(stored.lost(connection, folder), _MOST_LOST + 1))
    if lost:
        named = some_of([f"{each} {words}" for each, words in lost[:3]], 3)
        count = f"{_MOST_LOST:,} or more" if len(lost) > _MOST_LOST else f"{len(lost):,}"
        words = f"{count} of {shown(folder, 200)} are not as they were: {shown(named, 300)}; a backup may have them."
        return Finding("files", Health.PROBLEM, words)
    known = stored.pointed(connection)
    logs = sum(not each.name for each in known)
    what = f"{count_of(logs, 'log file')} and {count_of(len(known) - logs, 'artifact')} are there"
    return Finding("files", Health.OK, what if known else "no log file and no artifact is expected")


def chores(connection: sqlite3.Connection, now: datetime) -> Finding:
    """Housekeeping that failed the last time it was tried, within the last month."""
    rows = connection.execute(
        "SELECT controller, max(id), state, ifnull(error, ifnull(reason, '')) FROM run"
        " WHERE controller IN ('backup', 'retention', 'integrity') AND finished_at > ? GROUP BY controller",
        (to_us(now - timedelta(days=31)),),
    ).fetchall()
    failed = [(name, number, why) for name, number, state, why in rows if state not in ("succeeded", "cancelled")]
    if not failed:
        return Finding("chores", Health.OK, "none failed the last time")
    named = "; ".join(f"{name} (run {number}): {shown(why, 100)}" for name, number, why in failed)
    return Finding("chores", Health.PROBLEM, f"Failed the last time: {named}.")


CHECKS: tuple[tuple[str, Callable[[sqlite3.Connection, Path, datetime], Finding]], ...] = (
    ("time service", lambda connection, store, now: time_service()),
    ("unit", lambda connection, store, now: unit(store)),
    ("files", lambda connection, store, now: files(connection, store)),
    ("backups", backups),
    ("chores", lambda connection, store, now: chores(connection, now)),
)
"""All of them, under their names."""
