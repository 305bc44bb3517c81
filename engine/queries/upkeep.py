"""`backup` and `doctor`: a copy that is whole, and a look at everything a store depends on."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from engine.operations.registry import Help, Look, query
from engine.queries import health_workflows, machine
from engine.queries.health import Finding, findings, guarded
from engine.rules.errors import shown
from engine.rules.wording import bytes_words, count_of, some_of
from store import paths
from store.backup import back_up_all
from store.current import store_path
from store.errors import Refused
from store.frozen import value

_SIDE_FILES = (
    paths.identity_file, paths.lock_file, paths.wake_file, paths.runs_folder, paths.files_folder, paths.backups_folder,
)  # fmt: skip


@value
class Copy:
    """A backup that was made and checked; `size` in bytes.

    `folder`: where its files are, None if the store has none: so many logs and artifacts of `files_size` bytes.
    `missing`: logs and artifacts that were not there to be copied.
    """

    file: str
    size: int
    folder: str | None = None
    logs: int = 0
    artifacts: int = 0
    files_size: int = 0
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = f"backup {shown(self.file, 300)}: {bytes_words(self.size)}, checked"
        if self.folder:
            what = f"{count_of(self.logs, 'log')} and {count_of(self.artifacts, 'artifact')}"
            words += f"\n{shown(self.folder, 300)}: {what}, {bytes_words(self.files_size)}"
        if self.missing:
            words += f"\nnot there to be copied: {some_of(self.missing)}"
        return words


@query("backup")
def backup(
    look: Look,
    file: Annotated[str, Help("where the copy goes")],
    force: Annotated[bool, Help("replace the file if it is there")] = False,
    progress: Callable[[int, int], None] | None = None,
) -> Copy:
    """Copy the store with its logs and artifacts while others go on working, and check the copy."""
    store, target = store_path(), Path(file)
    try:
        _refuse_target(store, target, file, force=force)
        made = back_up_all(store, target, progress)
        folder = paths.files_folder(target)
        return Copy(
            str(target), target.stat().st_size, str(folder) if folder.is_dir() else None,
            made.logs, made.artifacts, made.bytes, tuple(str(each) for each in made.missing),
        )  # fmt: skip
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise Refused(f"The backup {shown(file, 300)} cannot be written: {reason}.") from fault


@query("doctor")
def doctor(look: Look) -> tuple[Finding, ...]:
    """Check the store, its file, its engine and this machine; changes nothing."""
    from engine.queries.health_triggers import triggers

    store = store_path()
    ours = guarded("triggers", functools.partial(triggers, look.connection, store, look.at))
    outside = (
        guarded(name, functools.partial(check, look.connection, store, look.at)) for name, check in machine.CHECKS
    )
    flows = guarded("workflows", functools.partial(health_workflows.workflows, look.connection))
    return (*findings(look.connection, store, look.at), ours, flows, *outside)


def _refuse_target(store: Path, target: Path, file: str, *, force: bool) -> None:
    """A copy may replace a file, never the store, a part of it, or a store in use."""
    name = shown(file, 300)
    if not file:
        raise Refused("The backup needs the name of a file.")
    if target.is_dir():
        raise Refused(f"{name} is a directory; name a file in it, such as {name}/{store.name}.")
    if not target.parent.is_dir():
        raise Refused(f"The folder {shown(target.parent, 300)} of the backup does not exist.")
    if _is_of_store(store, target):
        raise Refused(f"{name} belongs to the store itself; name another file.")
    _refuse_folder(paths.files_folder(target), force=force)
    if not target.exists() and not target.is_symlink():
        return
    if not stat.S_ISREG(target.lstat().st_mode):
        raise Refused(f"{name} is not a regular file; name another one.")
    if not force:
        raise Refused(f"{name} is there already; name another file, or replace it with --force.")
    log = target.with_name(f"{target.name}-wal")
    if log.exists():
        raise Refused(f"{name} is a store in use ({log.name} lies beside it); name another file.")


def _refuse_folder(folder: Path, *, force: bool) -> None:
    """The files of an older copy may be replaced with it; a folder that holds anything else is somebody's."""
    if not os.path.lexists(folder):
        return
    is_ours = folder.is_dir() and not folder.is_symlink()
    if not is_ours or any(not (each.name == paths.LOGS or each.name.isdecimal()) for each in folder.iterdir()):
        raise Refused(f"{shown(folder, 300)} is in the way of the copy's files; name another file.")
    if not force:
        raise Refused(f"{shown(folder, 300)} is there already; name another file, or replace it with --force.")


def _is_of_store(store: Path, target: Path) -> bool:
    """The store or one of its side files, by whatever path."""
    if target.exists() and target.samefile(store):
        return True
    own = {f"{store.name}{end}" for end in ("", "-wal", "-shm", "-journal")}
    own |= {side(store).name for side in _SIDE_FILES}
    return target.name in own and target.parent.samefile(store.parent)
