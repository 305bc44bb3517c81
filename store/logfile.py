"""A run's log as a file: one line of text for each line, with its number, so that any place in it is found by halving.

    2025-06-16T09:30:05.123456Z error   stderr 1 12 what was printed

Instant, level, stream, attempt, number, then exactly one space and the text. The numbers rise, so no index is needed
that could be lost or lie: a place in a gigabyte is found with some fifteen small reads. The file is true up to the
number of lines that the store has of the run. What lies behind was written for a commit that never came, or is torn.
"""

from __future__ import annotations

import functools
import os
import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from store.enums import Level
from store.instants import Instant, from_us, to_us
from store.paths import LOGS, files_folder
from store.values import LogLine

CHUNK = 1 << 20
"""Bytes read at once where every line is looked at."""
PROBE = 16 << 10
"""Bytes read at each halving: more than the longest line a job can have."""
_FOLDER = 1000
"""Runs whose logs share a folder."""

HEAD = re.compile(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (debug|info|warning|error) +([a-z]+) +(\d+) (\d+) ", re.ASCII
)
INSTANT = 27
"""Bytes of the instant; the level follows behind a space."""


def path_of(connection: sqlite3.Connection, run_id: int) -> Path:
    """Where the log of a run lies, beside the store that the connection is open on."""
    store = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0]
    return files_folder(Path(store)) / file_of(run_id)


def file_of(run_id: int) -> str:
    """Where it lies in the store's folder of files."""
    return f"{LOGS}/{run_id // _FOLDER:05}/run-{run_id}.log"


@functools.lru_cache(maxsize=64)
def head(at: int, level: Level, stream: str, attempt: int) -> str:
    """What stands before the number of a line; most lines of a block share it."""
    when = from_us(at).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{when}Z {level:7} {stream:6} {attempt} "


def parsed(line: bytes) -> LogLine | None:
    """A line of the file, without its newline; None if it is no line of ours."""
    found = HEAD.match(line)
    if found is None:
        return None
    at, level, stream, attempt, seq = found.groups()
    text = line[found.end() :].decode(errors="replace")
    return LogLine(int(seq), int(attempt), _instant(at), stream.decode(), Level(level.decode()), text)


@functools.lru_cache(maxsize=64)
def _instant(words: bytes) -> Instant:
    return to_us(datetime.fromisoformat(words.decode()))


def number(block: bytes, start: int = 0) -> int | None:
    """The number of the line that begins there; None if it is no line of ours."""
    found = HEAD.match(block, start)
    return int(found[5]) if found else None


class LogFile:
    """An open log file as it was when it was opened. Raises OSError if it cannot be opened or read."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            self.end = self._whole_lines(os.fstat(self._descriptor).st_size)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> LogFile:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def last(self) -> int:
        """The number of the last line; 0 if there is none."""
        for _, block in self.blocks_back(0, self.end):
            for raw in reversed(block[:-1].split(b"\n")):
                if (found := number(raw)) is not None:
                    return found
        return 0

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from one place to another; fewer if the file was cut meanwhile."""
        return os.pread(self._descriptor, max(0, stop - start), start)

    def place(self, seq: int) -> int:
        """Where the first line begins whose number is `seq` or more; the end if there is none."""
        low, high = 0, self.end
        while high - low > PROBE:
            start, found = self._line_after((low + high) // 2, high)
            if found is None:
                break
            if found < seq:
                low = start
            else:
                high = start
        for start, block in self.blocks(low, high):
            at = 0
            while at < len(block):
                found = number(block, at)
                if found is not None and found >= seq:
                    return start + at
                at = block.index(b"\n", at) + 1
        return high

    def blocks(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Whole lines between two line starts, about CHUNK bytes at a time, each with its place."""
        size = PROBE * 4  # a page is small: what nobody asks for is not read
        while start < stop:
            block = self.read(start, min(stop, start + size))
            end = block.rfind(b"\n") + 1
            if end:
                yield start, block[:end]
                start += end
            elif len(block) < size:
                return  # cut meanwhile
            size = min(CHUNK, size * 4) if end else size * 4

    def blocks_back(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """The same from the end: each block in its order, the last block first."""
        size = PROBE * 4
        while start < stop:
            begin = max(start, stop - size)
            block = self.read(begin, stop)
            if not block:
                return
            cut = block.find(b"\n", 0, len(block) - 1) + 1 if begin > start else 0
            if cut or begin == start:
                yield begin + cut, block[cut:]
                stop = begin + cut
            size = min(CHUNK, size * 4) if cut else size * 4

    def _whole_lines(self, size: int) -> int:
        """Where the last newline ends: behind it a line is torn, or being written."""
        reach = PROBE
        while size:
            start = max(0, size - reach)
            end = self.read(start, size).rfind(b"\n") + 1
            if end or not start:
                return start + end
            reach *= 4
        return 0

    def _line_after(self, place: int, stop: int) -> tuple[int, int | None]:
        """Where the next line of ours begins behind a place, and its number; None if none begins in a probe."""
        block = self.read(place, min(stop, place + PROBE))
        at = block.find(b"\n") + 1
        while 0 < at < len(block):
            found = number(block, at)
            if found is not None:
                return place + at, found
            at = block.find(b"\n", at) + 1
        return place, None
