"""The supervisor's diary for the engine that comes after a crash: FOLDER/NAME.jsonl, one object a line.

The records of a job, in this order, and what their absence means:
- none: the command certainly never ran.
- `starting` (at, detach_ok), written before the process exists. Alone, it means that the supervisor died
  within the spawn: the command may have run; its pid is unknown, its processes carry the mark of
  `procfs.MARK`.
- `started` (pid, pid_start, at; home, of a warm worker): it ran. `failed` (at, error): it could not be spawned,
  nothing ran.
- `exited` (code, signal, reason, at, left_behind, dropped_lines, dropped_bytes, open): the result. With
  `open` true the command has ended but processes it left are still being stopped; a later `exited` supersedes
  it.
- `output` (at, stream, lines, first, text) and `unsaved` (lines, bytes), only after the engine died: output
  that it did not acknowledge, and the count of what was too much to keep. Of no job: `journal` (boot, pid,
  pid_start) is the first line, `engine lost` (at) and `crashed` (error) speak for themselves.

The file is locked (flock) from before it has its name until the supervisor ends: who gets the lock knows it
is dead. Nothing is synced: the fault met here is kill -9, which loses no write; after a power cut no process
survives.
"""
# ruff: noqa: PTH104, PTH110, PTH118 (pathlib would be a third of the start)

from __future__ import annotations

import fcntl
import os

from . import procfs

COMPACT = 4_000_000
"""Bytes from which the journal is rewritten without what the engine has stored."""


def quoted(text: str) -> str:
    """The text as JSON. By hand while it is plain, as json costs the start more than all other imports together."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    import json

    return json.dumps(text)


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _truth(value: bool) -> str:
    return "true" if value else "false"


class Journal:
    """Collects records and writes them together; keeps those of open jobs so that the file can be rewritten."""

    def __init__(self, folder: str, name: str) -> None:
        """Make the file. FileExistsError when the name was used before: it may have survivors."""
        self._path = os.path.join(folder, name + ".jsonl")
        self._open: dict[str, list[str]] = {}
        self._pending: list[str] = []
        self._torn = b""
        me = procfs.stat(os.getpid())
        start = me.start if me else 0
        boot = quoted(procfs.boot())
        self._head = f'{{"r":"journal","boot":{boot},"pid":{os.getpid()},"pid_start":{start}}}\n'.encode()
        if os.path.exists(self._path):
            raise FileExistsError(f"{self._path} is there already")
        self._fd, self._size = self._fresh()
        os.rename(self._path + ".new", self._path)

    def starting(self, key: str, at: int, detach_ok: bool) -> None:
        """The command is about to run. Written when this returns; OSError when that is not possible."""
        self._add(key, f'{{"r":"starting","key":{quoted(key)},"at":{at},"detach_ok":{_truth(detach_ok)}}}\n')
        self._write()

    def started(self, key: str, pid: int, pid_start: int, at: int, home: str = "") -> None:
        where = f',"home":{quoted(home)}' if home else ""
        self._add(key, f'{{"r":"started","key":{quoted(key)},"pid":{pid},"pid_start":{pid_start},"at":{at}{where}}}\n')

    def handed(self, key: str, at: int, pid: int, pid_start: int, home: str) -> None:
        """A worker that is there already is about to get this run. Written when this returns, or OSError."""
        self._add(key, f'{{"r":"starting","key":{quoted(key)},"at":{at},"detach_ok":false}}\n')
        self.started(key, pid, pid_start, at, home)
        self._write()

    def failed(self, key: str, at: int, error: str) -> None:
        self._add(key, f'{{"r":"failed","key":{quoted(key)},"at":{at},"error":{quoted(error)}}}\n')

    def exited(
        self,
        key: str,
        at: int,
        code: int | None,
        signal: int | None,
        reason: str,
        left_behind: int,
        dropped_lines: int,
        dropped_bytes: int,
        *,
        is_open: bool,
    ) -> None:
        """The command has ended; with `is_open`, not all that it left behind has."""
        self._add(
            key,
            f'{{"r":"exited","key":{quoted(key)},"at":{at},"code":{_number(code)},"signal":{_number(signal)},'
            f'"reason":"{reason}","left_behind":{left_behind},"dropped_lines":{dropped_lines},'
            f'"dropped_bytes":{dropped_bytes},"open":{_truth(is_open)}}}\n',
        )

    def output(self, key: str, at: int, stream: str, lines: int, first: int, text: str) -> None:
        self._note(
            f'{{"r":"output","key":{quoted(key)},"at":{at},"stream":"{stream}","lines":{lines},'
            f'"first":{first},"text":{quoted(text)}}}\n'
        )

    def unsaved(self, key: str, lines: int, size: int) -> None:
        self._note(f'{{"r":"unsaved","key":{quoted(key)},"lines":{lines},"bytes":{size}}}\n')

    def engine_lost(self, at: int) -> None:
        self._note(f'{{"r":"engine lost","at":{at}}}\n')

    def crashed(self, error: str) -> None:
        self._note(f'{{"r":"crashed","error":{quoted(error)}}}\n')

    def flush(self) -> None:
        """Write what was collected; what a full disk does not take is tried again next time."""
        if self._pending or self._torn:
            try:
                self._write()
            except OSError:
                return

    def forget(self, key: str) -> None:
        """The engine has stored how this job ended."""
        self._open.pop(key, None)
        if self._size > COMPACT:
            self._compact()

    def _add(self, key: str, record: str) -> None:
        if key in self._open:
            self._open[key].append(record)
        else:
            self._open[key] = [record]
        self._pending.append(record)

    def _note(self, record: str) -> None:
        self._pending.append(record)
        self.flush()

    def _write(self) -> None:
        self._torn += "".join(self._pending).encode()
        self._pending.clear()
        while self._torn:
            done = os.write(self._fd, self._torn)
            self._size += done
            self._torn = self._torn[done:]

    def _fresh(self) -> tuple[int, int]:
        """A new file beside the journal, locked before anybody can find it under the journal's name."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(self._path + ".new", flags, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            kept = self._head + "".join(record for records in self._open.values() for record in records).encode()
            if os.write(fd, kept) < len(kept):
                raise OSError("the journal was written in part")
        except OSError:
            os.close(fd)
            raise
        return fd, len(kept)

    def _compact(self) -> None:
        if sum(len(record) for records in self._open.values() for record in records) > COMPACT // 2:
            self._size = 0  # all of it is needed: look again after as much has been added
            return
        try:
            fd, size = self._fresh()
            os.rename(self._path + ".new", self._path)
        except OSError:
            return
        os.close(self._fd)
        self._fd, self._size, self._torn = fd, size, b""
        self._pending.clear()
