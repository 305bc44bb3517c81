"""The log of a run as a file. What should be in it and is not is said in a line of its own, where it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from store.enums import Level
from store.frozen import value
from store.instants import Instant
from store.logfile import HEAD, INSTANT, LogFile, number, parsed
from store.reads.log_which import ALL, NUMBERS, Which
from store.values import LogLine

ENGINE = "engine"
_LOUD = {level: re.compile(rb"Z (?:%s) " % b"|".join(str(each).encode() for each in Level if NUMBERS[each] >= least))
         for level, least in NUMBERS.items()}  # fmt: skip


@value
class FileLog:
    """See `Log`. `since` is the instant of a line that says that there is no file, microseconds UTC."""

    path: Path
    size: int
    since: int

    def lines(self, which: Which, first: int, last: int, limit: int, *, backward: bool) -> list[LogLine]:
        """As `Log` says. Where lines are missing one says which; none does while only some lines are meant."""
        first, last = max(1, first), min(last, self.size)
        if first > last:
            return []
        try:
            with LogFile(self.path) as file:
                found = _matches(file, which, first, last, backward=backward)
                known: Iterator[LogLine] = (line for raw in found if (line := parsed(raw)) is not None)
                if which.is_all:
                    known = self._told(file, known, first, last, backward=backward)
                kept = list(known if limit < 0 else islice(known, limit))
        except OSError as fault:
            kept = [self._gap(1, self.size, None, _why(fault))] if which.is_all and first == 1 else []
        return kept[::-1] if backward else kept

    def seqs(self, which: Which, first: int, last: int, limit: int, *, backward: bool) -> list[int]:
        """As `Log` says; of lines that are there."""
        try:
            with LogFile(self.path) as file:
                found = _matches(file, which, max(1, first), min(last, self.size), backward=backward)
                known = (seq for raw in found if (seq := number(raw)) is not None)
                kept = list(known if limit < 0 else islice(known, limit))
        except OSError:
            kept = []
        return kept[::-1] if backward else kept

    def at(self, seqs: Sequence[int]) -> list[LogLine]:
        """As `Log` says."""
        try:
            with LogFile(self.path) as file:
                found = (_one(file, seq) for seq in seqs)
                return [line for line in found if line is not None]
        except OSError:
            return []

    def printed(self, attempt: int, streams: tuple[str, ...] = ("stdout", "stderr")) -> int:
        """As `Log` says. Reads back to where the attempt began."""
        count = 0
        try:
            with LogFile(self.path) as file:
                for raw in _matches(file, ALL, 1, self.size, backward=True):
                    head = HEAD.match(raw)
                    if head is None or int(head[4]) > attempt:
                        continue
                    if 0 < int(head[4]) < attempt:
                        break
                    count += head[3].decode() in streams
        except OSError:
            return count
        return count

    def _told(
        self, file: LogFile, lines: Iterator[LogLine], first: int, last: int, *, backward: bool
    ) -> Iterator[LogLine]:
        """The lines, and one for each gap between them that begins within `first` to `last`."""
        if backward:
            after = _near(file, file.place(last + 1), forward=True)
            after = self.size + 1 if after is None else min(after, self.size + 1)
            line = None
            for line in lines:
                if after > line.seq + 1 and line.seq < last:
                    yield self._gap(line.seq + 1, after - 1, line)
                yield line
                after = line.seq
            before = _near(file, file.place(first), forward=False) or 0
            if after > before + 1 and before + 1 >= first:
                yield self._gap(before + 1, after - 1, line)
            return
        before = _near(file, file.place(first), forward=False) or 0
        line = None
        for line in lines:
            if line.seq > before + 1 > first - 1:
                yield self._gap(before + 1, line.seq - 1, line)
            yield line
            before = line.seq
        if before + 1 >= first and before < last:
            after = _near(file, file.place(last + 1), forward=True)
            yield self._gap(before + 1, self.size if after is None else min(after - 1, self.size), line)

    def _gap(self, first: int, last: int, near: LogLine | None, why: str = "") -> LogLine:
        which = f"line {first} is" if first == last else f"lines {first} to {last} are"
        words = f"{which} missing: {self.path} {why or 'was cut or could not be written'}"
        at = self.since if near is None else near.at
        return LogLine(first, near.attempt if near else 0, Instant(at), ENGINE, Level.WARNING, words)


def _one(file: LogFile, seq: int) -> LogLine | None:
    for _, block in file.blocks(file.place(seq), file.end):
        line = parsed(block[: block.index(b"\n")])
        return line if line is not None and line.seq == seq else None
    return None


def _why(fault: OSError) -> str:
    if isinstance(fault, FileNotFoundError):
        return "is gone"
    return f"cannot be read ({fault.strerror or fault})"


def _near(file: LogFile, place: int, *, forward: bool) -> int | None:
    """The number of the line of ours that begins at a place or behind it, or of the last one before it."""
    blocks = file.blocks(place, file.end) if forward else file.blocks_back(0, place)
    for _, block in blocks:
        lines = block[:-1].split(b"\n")
        for raw in lines if forward else reversed(lines):
            if (found := number(raw)) is not None:
                return found
    return None


def _matches(file: LogFile, which: Which, first: int, last: int, *, backward: bool) -> Iterator[bytes]:
    """The lines that are meant, without their newlines; from the last one back with `backward`."""
    if first > last:
        return
    start, stop = file.place(first), file.place(last + 1)
    for _, block in file.blocks_back(start, stop) if backward else file.blocks(start, stop):
        found = _in_block(block, which)
        yield from reversed(list(found)) if backward else found


def _in_block(block: bytes, which: Which) -> Iterator[bytes]:
    if which.text:
        found = _with_text(block, which.text.encode(errors="backslashreplace"), which.has_capitals)
    elif which.level is not Level.DEBUG:
        return (raw for raw in _loud(block, which.level) if _is_of(raw, which))
    else:
        found = iter(block[:-1].split(b"\n"))
    if which.attempt is None and which.level is Level.DEBUG:
        return found
    return (raw for raw in found if _is_of(raw, which))


def _is_of(raw: bytes, which: Which) -> bool:
    head = HEAD.match(raw)
    if head is None or (which.attempt is not None and int(head[4]) != which.attempt):
        return False
    return NUMBERS[Level(head[2].decode())] >= NUMBERS[which.level]


def _with_text(block: bytes, needle: bytes, has_capitals: bool) -> Iterator[bytes]:
    """Lines whose text holds it. What stands before the text may hold it too, and then does not count."""
    hay = block if has_capitals else block.lower()
    at = hay.find(needle)
    while at >= 0:
        start, end = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
        head = HEAD.match(block, start)
        if head is not None and (at >= head.end() or hay.find(needle, head.end(), end) >= 0):
            yield block[start:end]
        at = hay.find(needle, end + 1)


def _loud(block: bytes, least: Level) -> Iterator[bytes]:
    for found in _LOUD[least].finditer(block):
        start = found.start() - INSTANT + 1
        if start == 0 or (start > 0 and block[start - 1] == 0x0A):
            yield block[start : block.index(b"\n", start)]
