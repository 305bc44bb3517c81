"""What a job prints: bytes into lines, long lines cut, a cap on the whole.

A block is a bytes value of whole lines, each ended by one newline. Nothing here works line by line while
lines are short: a job may print a gigabyte a second, and its supervisor has to read it all to count it.
"""

from __future__ import annotations

from collections import deque

LINE = 8192
"""Bytes of one line that are kept, its mark included."""
LINES = 400_000
"""Lines that pass at most, unless the cap leaves room for longer ones: a row of the store is more than its text.
Ten million bytes of `yes` are five million lines, which would fill eighteen times as much.
"""
SHORT = 32
"""Bytes of a line on which the number of lines is reckoned when the cap is larger than LINES of them."""
TAIL = 256 * 1024
"""Bytes kept of the end of an output that is larger than its cap."""
MARK = "…[cut]".encode()
_PIECES = 2000


class Splitter:
    """One stream's bytes into blocks.

    A line ends at a newline, at CR LF, or at a lone CR: each state of a progress line that a job paints over
    itself is a line of its own, seen while the job runs (empty ones are left out). A line longer than LINE is
    given at once, cut at a character and marked, and the rest of it skipped; so memory is bounded by LINE and
    one chunk. `cut` counts the bytes that this makes less.
    """

    def __init__(self) -> None:
        self.cut = 0
        self._rest = b""
        self._return = False
        self._skipping = False

    def feed(self, data: bytes) -> bytes:
        """The block of lines that `data` completes, b"" if none."""
        if self._return or b"\r" in data:
            data = self._newlines(data)
        if self._skipping:
            end = data.find(b"\n")
            if end < 0:
                self.cut += len(data)
                return b""
            self.cut += end
            self._skipping = False
            data = data[end + 1 :]
        data = self._rest + data
        end = data.rfind(b"\n") + 1
        block, self._rest = data[:end], data[end:]
        if _has_long_line(block):
            block = b"".join(self._shorten(line) + b"\n" for line in block[:-1].split(b"\n"))
        if len(self._rest) > LINE:
            block += self._shorten(self._rest) + b"\n"
            self._rest = b""
            self._skipping = True
        return block

    def finish(self) -> bytes:
        """The last line, if the output did not end with a newline; it gets one."""
        rest, self._rest = self._rest, b""
        return rest + b"\n" if rest else b""

    def _newlines(self, data: bytes) -> bytes:
        if self._return:
            data = b"\r" + data
        while b"\r\r" in data:
            data = data.replace(b"\r\r", b"\r")
        self._return = data.endswith(b"\r")
        if self._return:
            data = data[:-1]
        data = data.replace(b"\r\n", b"\n").replace(b"\n\r", b"\n")
        if not self._rest and not self._skipping:
            data = data.removeprefix(b"\r")
        return data.replace(b"\r", b"\n")

    def _shorten(self, line: bytes) -> bytes:
        if len(line) <= LINE:
            return line
        kept = _whole_characters(line[: LINE - len(MARK)]) + MARK
        self.cut += len(line) - len(kept)
        return kept


def _has_long_line(block: bytes) -> bool:
    at = 0
    while len(block) - at > LINE + 1:
        end = block.rfind(b"\n", at, at + LINE + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _whole_characters(data: bytes) -> bytes:
    """Without the UTF-8 character at the end that a cut left incomplete; other bytes stay as they are."""
    for back in range(1, min(4, len(data) + 1)):
        lead = data[-back]
        if lead & 0xC0 != 0x80:
            size = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC0 else 1
            return data[:-back] if size > back else data
    return data


class Piece:
    """A block with its stream ("stdout", "stderr") and the time it was read, microseconds UTC."""

    __slots__ = ("at", "block", "stream")

    def __init__(self, stream: str, at: int, block: bytes) -> None:
        self.stream = stream
        self.at = at
        self.block = block


class Capture:
    """What one job prints, both streams: the first `cap` bytes pass, the last TAIL of the rest are kept for the end.

    Whole lines only, and no more than LINES, or one for each SHORT bytes of a larger cap. What passes, the tail
    and `dropped_lines` and `dropped_bytes` together are what was printed, exactly, when each end of a line
    counts as one byte.
    """

    def __init__(self, cap: int) -> None:
        self.is_full = False
        self.dropped_lines = 0
        self._dropped = 0
        self._room = cap
        self._rows = max(LINES, cap // SHORT)
        self._held = 0
        self._tail: deque[Piece] = deque()
        self._splitters: dict[str, Splitter] = {}

    @property
    def dropped_bytes(self) -> int:
        """Bytes dropped in whole lines and cut off long ones."""
        return self._dropped + sum(splitter.cut for splitter in self._splitters.values())

    def feed(self, stream: str, at: int, data: bytes) -> Piece | None:
        """Take what was read; the part of it that passes now."""
        splitter = self._splitters.get(stream)
        if splitter is None:
            splitter = self._splitters[stream] = Splitter()
        block = splitter.feed(data)
        return self._add(stream, at, block) if block else None

    def finish(self, at: int) -> list[Piece]:
        """What passes at the end: lines without a newline, and the tail, oldest first. The counts are final then."""
        rests = [(stream, splitter.finish()) for stream, splitter in self._splitters.items()]
        passed = [piece for stream, rest in rests if rest and (piece := self._add(stream, at, rest))]
        over = self._held - TAIL
        if over > 0:
            first = self._tail[0]
            end = first.block.find(b"\n", over - 1) + 1
            self._drop(first.block[:end])
            first.block = first.block[end:]
        return passed + [piece for piece in self._tail if piece.block]

    def _add(self, stream: str, at: int, block: bytes) -> Piece | None:
        if self.is_full:
            self._keep(stream, at, block)
            return None
        rows = block.count(b"\n")
        if len(block) <= self._room and rows <= self._rows:
            self._room -= len(block)
            self._rows -= rows
            return Piece(stream, at, block)
        self.is_full = True
        end = block.rfind(b"\n", 0, self._room) + 1
        if block.count(b"\n", 0, end) > self._rows:
            end = len(block) - len(block.split(b"\n", self._rows)[-1])
        self._keep(stream, at, block[end:])
        return Piece(stream, at, block[:end]) if end else None

    def _keep(self, stream: str, at: int, block: bytes) -> None:
        tail = self._tail
        if tail and tail[-1].stream == stream and len(tail[-1].block) < 4096:
            tail[-1].block += block
        else:
            tail.append(Piece(stream, at, block))
        self._held += len(block)
        while self._held - len(tail[0].block) >= TAIL or len(tail) > _PIECES:
            self._drop(tail.popleft().block)

    def _drop(self, block: bytes) -> None:
        self._held -= len(block)
        self._dropped += len(block)
        self.dropped_lines += block.count(b"\n")
