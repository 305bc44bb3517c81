"""A copy of a store that is whole, taken while others go on working.

`back_up` copies the database alone, `back_up_all` also the files that its rows point to: `copy.db` and `copy.db.files/`
beside it, which is where a store has its files, so that the copy is a store itself. The database gets its name last.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from store.connection import connect, in_words
from store.copying import Copied, copy_files, settle
from store.errors import StoreTrouble
from store.paths import files_folder
from store.reads.files import pointed

Progress = Callable[[int, int], None]
"""Hears how many of how many pages (and blocks of files, 4 KiB each) are copied."""
_BLOCK = 4096


def back_up(store: Path, target: Path, progress: Progress | None = None) -> Path:
    """Copy the database with SQLite's own backup in steps, check the copy, then put it in place under its name.

    Raises StoreTrouble if the copy does not pass its check.
    """
    part = target.with_name(target.name + ".part")
    _copy(store, part, progress or _silent)
    part.rename(target)
    settle(target.parent)
    return target


def back_up_all(store: Path, target: Path, progress: Progress | None = None, base: Path | None = None) -> Copied:
    """Copy the database, then the files that the copied rows point to; an older copy in the place is replaced.

    In this order, because a file is on the disk before its row: what retention takes away meanwhile is counted as
    missing. Files that the copy `base` has already are shared with it. What is cut off leaves nothing behind.
    """
    part = target.with_name(target.name + ".part")
    with _nothing_half(part):
        ahead = _blocks_ahead(store)
        pages = 0

        def paged(done: int, total: int) -> None:
            nonlocal pages
            pages = total
            if progress is not None:
                progress(done, total + ahead)

        _copy(store, part, paged)
        with closing(sqlite3.connect(part)) as copy:
            wanted = pointed(copy)
        copied = copy_files(
            wanted,
            files_folder(store),
            files_folder(part),
            None if base is None else files_folder(base),
            lambda done: paged(pages + min(ahead, done // _BLOCK), pages),
        )
        _put_in_place(part, target)
        paged(pages + ahead, pages)
    return copied


def remove(copy: Path) -> None:
    """Delete a copy and its files, the database first: what is left of it without that is no copy."""
    copy.unlink(missing_ok=True)
    _drop_folder(files_folder(copy))


def _silent(done: int, total: int) -> None:
    pass


def _copy(store: Path, part: Path, progress: Progress) -> None:
    """The database under a name for the time being, checked and on the disk."""
    remove(part)
    umask = os.umask(0o077)
    try:
        with in_words(part), closing(connect(store, read_only=True)) as source:
            with closing(sqlite3.connect(part)) as copy:
                source.backup(copy, pages=512, progress=lambda _, left, total: progress(total - left, total))
                verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                raise StoreTrouble(f"The copy of {store} did not pass its check: {verdict}.")
    finally:
        os.umask(umask)
    settle(part)


def _blocks_ahead(store: Path) -> int:
    """About how much there will be to copy beside the pages."""
    folder, size = files_folder(store), 0
    with in_words(store), closing(connect(store, read_only=True)) as source:
        for each in pointed(source):
            with suppress(OSError):
                size += (folder / each.file).lstat().st_size
    return size // _BLOCK


def _put_in_place(part: Path, target: Path) -> None:
    """Under the name there is never a database beside files that are not its own, whatever happens when."""
    old, folder = target.with_name(target.name + ".replaced"), files_folder(target)
    has_old = os.path.lexists(folder)
    if has_old:
        remove(old)
        with suppress(FileNotFoundError):
            target.rename(old)
        folder.rename(files_folder(old))
    try:
        with suppress(FileNotFoundError):
            files_folder(part).rename(folder)
        part.rename(target)
    except OSError:
        if has_old:
            _drop_folder(folder)
            files_folder(old).rename(folder)
            with suppress(FileNotFoundError):
                old.rename(target)
        raise
    settle(target.parent)
    if has_old:
        remove(old)


@contextmanager
def _nothing_half(part: Path) -> Iterator[None]:
    """What a copy that was cut off leaves behind is nobody's backup."""
    try:
        yield
    except BaseException:
        for end in ("-wal", "-shm", "-journal"):
            with suppress(OSError):
                part.with_name(part.name + end).unlink(missing_ok=True)
        with suppress(OSError):
            remove(part)
        raise


def _drop_folder(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
