"""What retention takes away: old runs with their logs and files, logs beyond their total, old history, old actions of
triggers and what was sent.

Small transactions, so that nobody waits long. What decides whether an instant fires again is never taken: ledger
rows, schedules (deleted ones are tombstones), and runs of instants that their schedule's cursor has not passed.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import logfiles, logstore, metrics
from store import paths

BATCH = 500
DAY = 86_400_000_000

_OLD = """
SELECT r.id FROM run r LEFT JOIN schedule s ON s.id = r.schedule_id
WHERE r.id > :after AND r.state IN ('succeeded', 'failed', 'cancelled', 'lost')
  AND (r.finished_at < :before OR r.deleted_at IS NOT NULL)
  AND (r.planned_at IS NULL OR s.id IS NULL OR r.planned_at <= s.cursor_at)
  AND (r.schedule_id IS NULL OR r.deleted_at IS NOT NULL OR (
    r.id <= ifnull((SELECT id FROM run n WHERE n.schedule_id = r.schedule_id ORDER BY id DESC LIMIT 1 OFFSET :last), 0)
    AND r.id NOT IN (SELECT value FROM json_each(:failures))))
  AND NOT EXISTS (
    SELECT 1 FROM step t WHERE t.run_id = r.id AND t.state IN ('pending', 'starting', 'running'))
ORDER BY r.id LIMIT :batch
"""
_FAILURES = "SELECT max(id) FROM run WHERE state = 'failed' AND schedule_id IS NOT NULL GROUP BY schedule_id"
_LOUDEST = """
SELECT id FROM run WHERE log_lines > 0 AND state IN ('succeeded', 'failed', 'cancelled', 'lost')
ORDER BY state <> 'succeeded', finished_at, id LIMIT ?
"""
_SIZES = "SELECT sum(length(CAST(text AS BLOB))) FROM log_line WHERE run_id = ?"
_IN_FILES = "SELECT id FROM run WHERE log_backend = 'file' AND log_lines > 0"
_DECIDED = """
DELETE FROM pending_action WHERE id IN (
  SELECT id FROM pending_action INDEXED BY pending_decided WHERE decided_at < :before AND due_at < :before
  ORDER BY decided_at, id LIMIT :batch)
"""
_SENT = """
DELETE FROM delivery WHERE id IN (
  SELECT id FROM delivery WHERE made_at < :before AND state NOT IN ('waiting', 'sending') ORDER BY id LIMIT :batch)
"""
_LONGEST_LINE = 8192 + 100
"""Bytes, with what a file has before the text."""


def runs(
    connection: sqlite3.Connection, before: int, keep_last: int, go_on: Callable[[int], bool] = lambda done: True
) -> tuple[int, int]:
    """Take away runs that ended before an instant or were deleted, with all they have; how many runs and lines.

    Of each schedule its `keep_last` newest stay, and its last failure. `go_on` hears after each transaction how
    many runs are gone, and says whether to go on.
    """
    failures = json.dumps([row[0] for row in connection.execute(_FAILURES).fetchall()])
    wanted = {"after": 0, "before": before, "last": max(0, keep_last), "failures": failures, "batch": BATCH}
    gone = lines = 0
    while True:
        with _turn(connection):
            found = [row[0] for row in connection.execute(_OLD, wanted).fetchall()]
            forgotten = logstore.forget(connection, found)
            lines += forgotten.lines
            if forgotten.is_all:
                metrics.keep(connection, found)
                connection.executemany("DELETE FROM run WHERE id = ?", [(run_id,) for run_id in found])
                gone += len(found)
                wanted["after"] = found[-1] if found else 0
        if not found or not go_on(gone):
            return gone, lines


def logs(connection: sqlite3.Connection, most: int, go_on: Callable[[int], bool] = lambda done: True) -> int:
    """Take away logs of runs that are over, the oldest that succeeded first, until the rest has `most` bytes; lines.

    Lines of the store and files count alike. Bytes are counted exactly only where the number of lines does not rule
    out that there are too many.
    """
    total = connection.execute("SELECT ifnull(sum(log_lines), 0) FROM run").fetchone()[0]
    if total * _LONGEST_LINE <= most:
        return 0
    over = connection.execute("SELECT ifnull(sum(length(CAST(text AS BLOB))), 0) FROM log_line").fetchone()[0] - most
    over += sum(logfiles.size(connection, run_id) for (run_id,) in connection.execute(_IN_FILES).fetchall())
    lines = 0
    while over > 0:
        row = connection.execute(_LOUDEST, (1,)).fetchone()
        if row is None:
            break
        over -= (connection.execute(_SIZES, row).fetchone()[0] or 0) + logfiles.size(connection, row[0])
        is_all = False
        while not is_all:
            with _turn(connection):
                forgotten = logstore.forget(connection, row)
            lines, is_all = lines + forgotten.lines, forgotten.is_all
        if not go_on(lines):
            break
    return lines


def acts(connection: sqlite3.Connection, before: int) -> int:
    """Forget the oldest acts and changes before an instant, a batch of them; how many."""
    oldest = "SELECT id FROM (SELECT id, at FROM act ORDER BY id LIMIT ?) WHERE at < ?"
    ids = [row[0] for row in connection.execute(oldest, (BATCH, before)).fetchall()]
    if not ids:
        return 0
    # Each deleted act would scan all others for those that undo it; here they are cleared in one go.
    connection.execute("PRAGMA foreign_keys=0")
    with _turn(connection):
        connection.execute("DELETE FROM change WHERE act_id <= ?", (ids[-1],))
        connection.execute("DELETE FROM act WHERE id <= ?", (ids[-1],))
        connection.execute("UPDATE act SET undoes_id = NULL WHERE undoes_id <= ?", (ids[-1],))
        connection.execute("UPDATE act SET undone_by_id = NULL WHERE undone_by_id <= ?", (ids[-1],))
    connection.execute("PRAGMA foreign_keys=1")
    return len(ids)


def decided(connection: sqlite3.Connection, before: int) -> int:
    """Forget actions of triggers that were decided before an instant, a batch of them; how many.

    One that is still to come stays: somebody cancelled it, and it would be planned again.
    """
    with _turn(connection):
        return connection.execute(_DECIDED, {"before": before, "batch": BATCH}).rowcount


def sent(connection: sqlite3.Connection, before: int) -> int:
    """Forget what was sent to whom before an instant, a batch of it; how many messages. What waits stays."""
    with _turn(connection):
        return connection.execute(_SENT, {"before": before, "batch": BATCH}).rowcount


def folders(connection: sqlite3.Connection, store: Path) -> int:
    """Remove files, logs and working folders of runs that are gone; how many.

    By what lies there and not by what was just taken: a crash between the two leaves nothing behind for ever.
    """
    removed = 0
    for parent, prefix in (
        (paths.files_folder(store), ""),
        (paths.runs_folder(store), "run-"),
        (paths.runs_folder(store), "out-"),
    ):
        for folder in list(parent.glob(f"{prefix}[0-9]*")) if parent.is_dir() else []:
            number = folder.name.removeprefix(prefix)
            if not number.isdecimal() or not number.isascii() or folder.is_symlink() or not folder.is_dir():
                continue
            if connection.execute("SELECT 1 FROM run WHERE id = ?", (int(number),)).fetchone() is None:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    for log in list((paths.files_folder(store) / paths.LOGS).glob("*/run-*.log")):
        number = log.stem.removeprefix("run-")
        if number.isdecimal() and connection.execute("SELECT 1 FROM run WHERE id = ?", (number,)).fetchone() is None:
            log.unlink(missing_ok=True)
            removed += 1
    return removed


@contextmanager
def _turn(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
