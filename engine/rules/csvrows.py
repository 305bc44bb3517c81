"""A strict reader of CSV files for imports: every error names the file, the line and the column.

Lines are counted as an editor counts them, the header is line 1, and a row that spans lines in quotes has
the number of its first. What a lenient reader would guess is refused: another encoding, a row of another
width, a column that is there twice. Rows are read one by one; only the bytes of the file stay in memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.rules.errors import BadValue, shown
from engine.rules.wording import count_of

FIELD_LIMIT = 100_000
"""Characters in one field; a longer one is a forgotten closing quote or an attack."""

LINE_LIMIT = 1_000_000
"""Characters in one line and in one row, so that a file without line ends cannot fill the memory."""

COLUMN_LIMIT = 1_000

_DELIMITERS = (",", ";", "\t")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_ENCODINGS = re.compile(r"utf-(8|16|32)(-sig|-le|-be)?|ascii|iso8859-[0-9]+|cp[0-9]+|koi8-[ru]|mac-roman")
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZIP_MARK = b"PK\x03\x04"
_LINE_END = re.compile(r"\r\n|\r|\n")


class BadCsv(BadValue):
    """A CSV file cannot be taken; `line` and `column` say where, as far as that can be said."""

    def __init__(self, name: str, line: int | None, column: str | None, why: str) -> None:
        self.name, self.line, self.column, self.why = name, line, column, why
        place = f" line {line}" if line else ""
        place += f", column {shown(column)}" if column is not None else ""
        super().__init__(f"{shown(name)}{place}: {why}")


@dataclass(frozen=True, slots=True)
class Table:
    """An opened CSV file: its header, and its rows as often as they are asked for."""

    name: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    _data: bytes = field(repr=False)

    def rows(self) -> Iterator[Row]:
        """The rows after the header; empty lines are passed over. Raises BadCsv where reading stops."""
        records = _records(self._data, self.name, self.encoding, self.delimiter, self.columns)
        next(records)
        width = len(self.columns)
        for line, values in records:
            if len(values) != width:
                found = count_of(len(values), "column")
                raise BadCsv(self.name, line, None, f"{found} where the header has {width}")
            yield Row(self, line, tuple(values))

    def position(self, column: str) -> int:
        """Where `column` stands in each row's values; BadCsv that lists the columns if there is none."""
        if column in self.columns:
            return self.columns.index(column)
        there = ", ".join(shown(name) for name in self.columns[:20])
        raise BadCsv(self.name, None, None, f"there is no column {shown(column)} (there are: {there})")

    def line_count(self) -> int:
        """Lines in the file, quickly: the end of a progress bar over `Row.line`."""
        return self._data.count(b"\n") + 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line where it begins and its values, untrimmed, as many as the header has columns."""

    table: Table
    line: int
    values: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.values[self.table.position(column)]

    def bad(self, column: str, why: object) -> BadCsv:
        """The error to raise when the value of `column` cannot be used; `why` may be a BadValue."""
        return BadCsv(self.table.name, self.line, column, str(why))


def read_rows(data: bytes, *, name: str, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Open the CSV in `data`; `name` is what its errors call it.

    UTF-8 with or without a mark, unless `encoding` names another. The delimiter is the one of comma,
    semicolon and tab that the header uses, unless `delimiter` gives or names one of these or the bar.
    Raises BadCsv for a file without a usable header.
    """
    known = _known_encoding(name, encoding)
    if data.startswith(_ZIP_MARK):
        raise BadCsv(name, None, None, "this is a spreadsheet or a zip archive: save it as CSV in UTF-8")
    if encoding is None and data.startswith(_UTF_16_MARKS):
        raise BadCsv(name, 1, None, "this is UTF-16; save the file as UTF-8 or give --encoding utf-16")
    if delimiter:
        mark = _given_delimiter(name, delimiter)
    else:
        mark = _delimiter(next((line for line in _lines(data, name, known) if line.strip()), ""), name)
    line, header = next(_records(data, name, known, mark, ()), (1, []))
    return Table(name, known, mark, _columns(header, name, line), data)


def _known_encoding(name: str, encoding: str | None) -> str:
    try:
        known = codecs.lookup(encoding or "utf-8").name
    except (LookupError, ValueError):
        known = ""
    if not _ENCODINGS.fullmatch(known):
        why = f"'{shown(encoding)}' is not an encoding (expected utf-8, latin-1, cp1252 or utf-16)"
        raise BadCsv(name, None, None, why)
    return "utf-8-sig" if known == "utf-8" else known


def _given_delimiter(name: str, delimiter: str) -> str:
    for mark, word in _NAMES.items():
        if delimiter in (mark, word):
            return mark
    raise BadCsv(name, None, None, f"'{shown(delimiter)}' is no delimiter (expected {', '.join(_NAMES.values())})")


def _delimiter(first_line: str, name: str) -> str:
    """By the header alone: commas and semicolons inside the rows are often text."""
    outside = "".join(first_line.split('"')[::2])
    counts = {delimiter: outside.count(delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: counts[delimiter])
    rivals = [_NAMES[delimiter] for delimiter in _DELIMITERS if counts[delimiter] == counts[best]]
    if counts[best] and len(rivals) > 1:
        raise BadCsv(name, 1, None, f"the header separates its columns by {' and by '.join(rivals)} alike")
    return best


def _columns(header: list[str], name: str, line: int) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in header)
    if not any(columns):
        raise BadCsv(name, line, None, "the file has no header (expected the names of its columns)")
    if len(columns) > COLUMN_LIMIT:
        raise BadCsv(name, line, None, f"{len(columns)} columns are too many (at most {COLUMN_LIMIT})")
    for number, column in enumerate(columns, 1):
        if not column:
            raise BadCsv(name, line, None, f"column {number} has no name in the header")
        if columns.index(column) < number - 1:
            raise BadCsv(name, line, column, "the header has this column twice")
    return columns


def _lines(data: bytes, name: str, encoding: str) -> Iterator[str]:
    """The lines with their ends, decoded piece by piece; `\\n`, `\\r\\n` and `\\r` end a line."""
    reader = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="strict", newline="")
    try:
        while line := reader.readline(LINE_LIMIT + 1):
            yield line
    except UnicodeError:
        raise _undecodable(data, name, encoding) from None


def _undecodable(data: bytes, name: str, encoding: str) -> BadCsv:
    """Where the bytes stop being text: found anew, because the reader only knows its last piece."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as bad:
        line = 1 + _line_ends(bad.object[: bad.start].decode(encoding))
        found = f"byte 0x{bad.object[bad.start]:02x}: not {encoding.removesuffix('-sig').upper()}"
        other = "latin-1" if encoding == "utf-8-sig" else "as it was saved"
        return BadCsv(name, line, None, f"{found}; save the file as UTF-8 or give --encoding {other}")
    return BadCsv(name, 1, None, f"no byte order mark; give --encoding {encoding}-le or {encoding}-be")


def _line_ends(text: str) -> int:
    return len(_LINE_END.findall(text))


def _records(
    data: bytes, name: str, encoding: str, delimiter: str, columns: tuple[str, ...]
) -> Iterator[tuple[int, list[str]]]:
    """(first line, fields) of each row that is not an empty line, the header first."""
    source = _Source(_lines(data, name, encoding), name, delimiter, columns)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.begin()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as bad:
            raise source.broken(str(bad)) from None
        source.check(values)
        if values:
            yield source.first, values


class _Source:
    """Hands lines to the csv module and remembers those of the row being read, to say what is wrong in it."""

    def __init__(self, lines: Iterator[str], name: str, delimiter: str, columns: tuple[str, ...]) -> None:
        self._lines, self._name, self._delimiter, self._columns = lines, name, delimiter, columns
        self._text: list[str] = []
        self._size = 0
        self._last = 0
        self.first = 0

    def begin(self) -> None:
        """A new row starts with the next line."""
        self._text.clear()
        self._size = 0
        self.first = self._last + 1

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._last += 1
        self._text.append(line)
        self._size += len(line)
        if "\0" in line:
            raise BadCsv(self._name, self._last, None, "a NUL byte; this is not a text file in this encoding")
        if self._size > LINE_LIMIT:
            raise self._too_long()
        return line

    def check(self, values: list[str]) -> None:
        """Refuse a field over the limit; nearly all rows are shorter than one field may be."""
        if self._size > FIELD_LIMIT and any(len(value) > FIELD_LIMIT for value in values):
            raise self._too_long()

    def broken(self, message: str) -> BadCsv:
        """In words what the csv module found wrong with the row that was being read."""
        if "field larger" in message:
            return self._too_long()
        if "end of data" in message:
            return self._where(_is_open, "a quote opens here and is never closed")
        return self._where(_has_tail, "text after the closing quote; a quote inside text is doubled")

    def _too_long(self) -> BadCsv:
        if any(_is_long(cell) for cell in self._cells()):
            return self._where(_is_long, f"over {FIELD_LIMIT:,} characters in one field; is a quote never closed?")
        return BadCsv(self._name, self.first, None, f"a row of over {LINE_LIMIT:,} characters")

    def _where(self, is_wrong: Callable[[re.Match[str]], bool], why: str) -> BadCsv:
        """The error with line and column of the first field that `is_wrong`, or of the row if none is."""
        for index, cell in enumerate(self._cells()):
            if is_wrong(cell):
                column = self._columns[index] if index < len(self._columns) else str(index + 1)
                return BadCsv(self._name, self.first + _line_ends(cell.string[: cell.start()]), column, why)
        return BadCsv(self._name, self.first, None, why)

    def _cells(self) -> Iterator[re.Match[str]]:
        """The fields read so far, still in their quotes: slower than the csv module, for errors alone."""
        text, at = "".join(self._text), 0
        cell = re.compile(rf'(?:"(?P<inside>(?:[^"]|"")*+)(?P<close>"?))?(?P<after>[^{self._delimiter}]*+)')
        while found := cell.match(text, at):
            yield found
            at = found.end() + 1
            if at > len(text):
                return


def _is_open(cell: re.Match[str]) -> bool:
    return cell["close"] == ""


def _has_tail(cell: re.Match[str]) -> bool:
    return cell["close"] == '"' and cell["after"].strip("\r\n") != ""


def _is_long(cell: re.Match[str]) -> bool:
    inside = cell["inside"]
    return len(cell["after"] if inside is None else inside.replace('""', '"')) > FIELD_LIMIT
