"""The rows of a log for the list: lines or, wrapped, their parts; all of them or those that match.

A row's key is the number of its line and the number of its part, so a page is found from any of them, however many
parts the lines before it have. Needs no terminal.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.style import Style

from engine.rules.wording import clock
from store import values
from store.enums import Level
from store.instants import from_us
from store.reads import logs, runs
from store.reads.log_which import ALL, Log
from store.values import LogLine
from tui.log_text import coloured, length, shifted, wrapped
from tui.rows import Cells
from tui.text import safe
from tui.widgets.line_view import INDENT, MARGIN, LineState
from tui.widgets.pages import Key, Row, Section, section

_LOUD = {Level.ERROR: "error", Level.WARNING: "warning", Level.DEBUG: "muted"}
_MARKS = {Level.ERROR: "x", Level.WARNING: "!"}
_MILLIS = 70
"""Cells of a line that has room for thousandths of a second."""
_LEAST = 10
"""Cells that a part of a wrapped line has at least."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line, or one of the parts it is wrapped into; the cursor stands on the first."""

    seq: int
    part: int
    parts: int
    digits: int
    """Cells that numbers of lines take, in all rows alike."""
    line: LogLine = field(hash=False)

    @property
    def key(self) -> Key:
        """As the rows stand."""
        return self.seq, self.part

    @property
    def id(self) -> Hashable:
        """Of a line the same whether it is wrapped or not."""
        return (self.seq, self.part) if self.part else self.seq


@dataclass(slots=True)
class LogSource:
    """Reads the rows of one run, for a list of so many `columns`.

    `hits`: the numbers of the lines that are shown, in order; None for all. `shift`: cells of the text that are left
    of what is seen of it, while lines are not wrapped; `before` marks that there are some.
    """

    reader: sqlite3.Connection
    run_id: int
    zone: str
    columns: int
    wraps: bool = False
    hits: array[int] | None = None
    shift: int = 0
    before: str = "‹"
    starts: list[tuple[int, int]] = field(default_factory=list)
    size: int = 0
    _log: Log = field(init=False)

    def __post_init__(self) -> None:
        self.look()

    def look(self) -> None:
        """See how long the log is now, and which attempts it has."""
        self._log = logs.log(self.reader, self.run_id)
        self.size = self._log.size
        run = runs.run(self.reader, self.run_id)
        if run is not None and run.attempts > max(1, len(self.starts)):
            self.starts = logs.attempt_starts(self.reader, self.run_id, self.starts)

    @property
    def digits(self) -> int:
        """Cells that the number of a line takes."""
        return max(4, len(str(self.size)))

    @property
    def shown(self) -> int:
        """How many lines the list shows."""
        return self.size if self.hits is None else len(self.hits)

    def sections(self) -> list[Section]:
        """One for each attempt, headed if there are several."""
        if len(self.starts) < 2:
            return [section("1", None, self.fetch, self.shown)]
        words = {each.number: each for each in runs.attempts(self.reader, self.run_id)}
        made = []
        for index, (number, start) in enumerate(self.starts):
            stop = self._stop(index)
            title = f"attempt {number}" if number else "before it began"
            count = self._rank(stop) - self._rank(start)
            made.append(section(str(number), title, self.fetch, count, note=_note(words.get(number), count)))
        return made

    def section_of(self, seq: int) -> tuple[str, int]:
        """The section that a line is in, and its position there as far as lines are rows."""
        index = max(0, bisect_left(self.starts, seq + 1, key=lambda start: start[1]) - 1)
        if len(self.starts) < 2:
            return "1", self._rank(seq)
        number, start = self.starts[index]
        return str(number), self._rank(seq) - self._rank(start)

    def line(self, seq: int) -> LogLine | None:
        """The line with this number."""
        return next(iter(self._log.at([seq])), None)

    def ends(self) -> tuple[LogLine, LogLine] | None:
        """The first and the last line; None in an empty log."""
        first = self._log.lines(ALL, 1, logs.END, 1, backward=False)
        last = self._log.lines(ALL, 1, logs.END, 1, backward=True)
        return (first[0], last[0]) if first and last else None

    def fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        """As `Fetch` says."""
        index = next((i for i, (number, _) in enumerate(self.starts) if str(number) == section), 0)
        several = len(self.starts) > 1
        start = self.starts[index][1] if several else 1
        stop = self._stop(index) if several else self.size + 1
        if before is not None:
            seq, part = (int(str(before[0])), int(str(before[1]))) if before else (stop, 0)
            rows = [row for row in self._back(start, min(stop, seq + 1), limit + 1) if row.key < (seq, part)]
            return rows[-limit:]
        seq, part = (int(str(after[0])), int(str(after[1]))) if after else (start, -1)
        if offset:
            seq, part = self._seq_at(start, offset), -1
        rows = [row for row in self._on(seq, stop, limit + 1) if row.key > (seq, part)]
        return rows[:limit]

    def _stop(self, index: int) -> int:
        return self.starts[index + 1][1] if index + 1 < len(self.starts) else self.size + 1

    def _rank(self, seq: int) -> int:
        """How many lines that are shown stand before a line."""
        return seq - 1 if self.hits is None else bisect_left(self.hits, seq)

    def _seq_at(self, start: int, offset: int) -> int:
        if self.hits is None:
            return start + offset
        rank = self._rank(start) + offset
        return self.hits[rank] if rank < len(self.hits) else self.size + 1

    def _on(self, seq: int, stop: int, limit: int) -> list[LogRow]:
        if self.hits is None:
            return self._rows(self._log.lines(ALL, seq, stop - 1, limit, backward=False))
        rank = self._rank(seq)
        return self._rows(self._log.at(self.hits[rank : min(rank + limit, self._rank(stop))]))

    def _back(self, start: int, stop: int, limit: int) -> list[LogRow]:
        if self.hits is None:
            return self._rows(self._log.lines(ALL, start, stop - 1, limit, backward=True))
        rank = self._rank(stop)
        return self._rows(self._log.at(self.hits[max(rank - limit, self._rank(start)) : rank]))

    def _rows(self, lines: Sequence[LogLine]) -> list[LogRow]:
        if not self.wraps:
            return [LogRow(line.seq, 0, 1, self.digits, line) for line in lines]
        width = self._text_width()
        rows = []
        for line in lines:
            parts = len(wrapped(line.text, width))
            rows += [LogRow(line.seq, part, parts, self.digits, line) for part in range(parts)]
        return rows

    # -- drawing ------------------------------------------------------------------------------------------

    def _text_width(self) -> int:
        indent = MARGIN + (INDENT if len(self.starts) > 1 else 0)
        width = max(0, self.columns - 1 - indent)
        return max(_LEAST, width - self._head_width(width))

    def further(self, rows: Iterable[LogRow], steps: float) -> int:
        """The shift so many widths of the text further, no more than shows the end of the longest of these rows."""
        width = self._text_width()
        longest = max((length(row.line.text) for row in rows), default=0)
        last = max(0, longest - width)
        wanted = self.shift + round(steps * width)
        return max(0, min(wanted, max(last, self.shift) if steps > 0 else last))

    def showing(self, line: LogLine, text: str) -> int:
        """The shift at which a text in a line is seen, or anything of it: the one there is, none, or its middle."""
        plain = "".join(piece for piece, _ in coloured(line.text))
        at = plain.lower().find(safe(text).lower())
        width = self._text_width()
        if at < 0 or not text:
            return self.shift if length(line.text) > self.shift else 0
        begin, end = cell_len(plain[:at]), cell_len(plain[: at + len(text)])
        if self.shift + (self.shift > 0) <= begin and end < self.shift + width:
            return self.shift
        return 0 if end < width else max(0, min(begin - width // 2, length(line.text) - width))

    def _head_width(self, width: int) -> int:
        return self.digits + (13 if width >= _MILLIS else 9) + 4

    def draw(self, row: LogRow, width: int, state: LineState) -> Cells:
        """Number, time, mark and text. What a job says of colours is kept, everything else of it is shown."""
        line = row.line
        token = _LOUD.get(line.level, "muted" if line.stream == "engine" else "text")
        if row.part:
            head: Cells = [(" " * (self._head_width(width) - 2), "muted"), ("  ", token)]
        else:
            when = clock(from_us(line.at), self.zone, seconds=True)
            millis = f".{line.at // 1000 % 1000:03d}" if width >= _MILLIS else ""
            mark = "*" if state.marked else " "
            number = f"{line.seq:>{row.digits}} "
            head = [(number, "muted"), (f"{when}{millis} ", "muted"), (mark, "heading bold")]
            head.append((f"{_MARKS.get(line.level, ' ')} ", token))
        pieces: Sequence[tuple[str, Style | None]] = coloured(line.text)
        if self.wraps:
            parts = wrapped(line.text, self._text_width())
            pieces = parts[row.part] if row.part < len(parts) else ()  # of a width that is over
        elif self.shift and pieces:
            pieces = shifted(pieces, self.shift, self.before)
        return [*head, *((text, style or token) for text, style in pieces)]


def _note(attempt: values.Attempt | None, lines: int) -> str:
    words = [f"{lines:,} lines" if lines != 1 else "1 line"]
    if attempt is not None:
        words.insert(0, str(attempt.state))
        if attempt.exit_code:
            words.insert(1, f"exit {attempt.exit_code}")
    return " · ".join(words)
