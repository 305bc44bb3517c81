"""CSV files for imports: what is taken, and where exactly what is not taken stands."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.csvrows import FIELD_LIMIT, LINE_LIMIT, BadCsv, read_rows
from engine.rules.dates import parse_iso_day
from engine.rules.errors import BadValue

Rows = list[tuple[int, tuple[str, ...]]]


def rows_of(data: bytes | str, encoding: str | None = None) -> Rows:
    raw = data.encode() if isinstance(data, str) else data
    return [(row.line, row.values) for row in read_rows(raw, name="stays.csv", encoding=encoding).rows()]


def error_of(data: bytes | str, encoding: str | None = None) -> BadCsv:
    with pytest.raises(BadCsv) as refused:
        rows_of(data, encoding)
    assert str(refused.value).isprintable()
    return refused.value


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("id,status\n1,a\n2,b\n", [(2, ("1", "a")), (3, ("2", "b"))]),
        ("id,status\n1,a", [(2, ("1", "a"))]),
        ("id,status\n", []),
        ("id;status\n1;a,b\n", [(2, ("1", "a,b"))]),
        ("id\tstatus\r\n1\ta\r\n", [(2, ("1", "a"))]),
        ("id,status\r1,a\r2,b", [(2, ("1", "a")), (3, ("2", "b"))]),
        ("id,status\n1,a\r\n2,b\r3,c\n", [(2, ("1", "a")), (3, ("2", "b")), (4, ("3", "c"))]),
        ("\ufeffid,status\n1,a\n", [(2, ("1", "a"))]),
        ("id,status\n\n1,a\n\n\n2,b\n\n", [(3, ("1", "a")), (6, ("2", "b"))]),
        (
            'id,notes\n1,"two\nlines"\n2,"say ""hi"", ok"\n',
            [(2, ("1", "two\nlines")), (4, ("2", 'say "hi", ok'))],
        ),
        ('id,notes\n1,"a\r\n\r\nb"\n2,c\n', [(2, ("1", "a\r\n\r\nb")), (5, ("2", "c"))]),
        ('"id;x",status\n1,a\n', [(2, ("1", "a"))]),
        ('id,screen\n1,5" wide\n', [(2, ("1", '5" wide'))]),
        ("id\n1\n\x1b[31m\n", [(2, ("1",)), (3, ("\x1b[31m",))]),
        ("id,status\n,\n 1 , a \n", [(2, ("", "")), (3, (" 1 ", " a "))]),
        (b"id,name\n1,caf\xc3\xa9\n".decode(), [(2, ("1", "café"))]),
    ],
)
def test_rows_with_the_lines_of_an_editor(data: str, rows: Rows) -> None:
    assert rows_of(data) == rows


@pytest.mark.parametrize(
    ("data", "line", "column", "said"),
    [
        ("", 1, None, "the file has no header"),
        ("\n\n", 1, None, "the file has no header"),
        (",,\n1,2,3\n", 1, None, "the file has no header"),
        ("id,,status\n", 1, None, "column 2 has no name in the header"),
        ("id,status,id\n", 1, "id", "the header has this column twice"),
        ("id,status, id \n", 1, "id", "the header has this column twice"),
        ("a,b;c\n", 1, None, "the header separates its columns by comma and by semicolon alike"),
        (",".join(f"c{n}" for n in range(1001)), 1, None, "1001 columns are too many (at most 1000)"),
        ("id,status\n1,a\n2\n", 3, None, "1 column where the header has 2"),
        ("id,status\n1,a,\n", 2, None, "3 columns where the header has 2"),
        ('id,notes\n1,"a\nb"\n2\n', 4, None, "1 column where the header has 2"),
        ("id,status\n1,a\0b\n", 2, None, "a NUL byte"),
        ('id,notes\n1,a\n2,"open\nand on\n', 3, "notes", "a quote opens here and is never closed"),
        ('id,notes\n"a\nb","open\n', 3, "notes", "a quote opens here and is never closed"),
        ('"id\n', 1, "1", "a quote opens here and is never closed"),
        ('id,notes\n1,"a"b\n', 2, "notes", "text after the closing quote"),
        ('id,notes\n"a\n"b,c\n', 2, "id", "text after the closing quote"),
    ],
)
def test_what_is_wrong_and_where(data: str, line: int, column: str | None, said: str) -> None:
    error = error_of(data)
    assert (error.line, error.column) == (line, column)
    assert said in str(error)
    assert str(error).startswith(f"stays.csv line {line}" + (f", column {column}: " if column else ": "))


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (
            b"id,name\n1,a\n2,caf\xe9\n",
            None,
            "stays.csv line 3: byte 0xe9: not UTF-8; save the file as UTF-8 or give --encoding latin-1",
        ),
        (b"\xef\xbb\xbfid,name\n1,\xef\xbb\xbf2\n\xff,b\n", None, "stays.csv line 3: byte 0xff: not UTF-8"),
        (b"id,name\r\n1,a\r\n2,\xc3", None, "stays.csv line 3: byte 0xc3: not UTF-8"),
        (b"id,name\n1,\xed\xa0\x80\n", None, "stays.csv line 2: byte 0xed: not UTF-8"),
        (
            "id,name\n".encode("utf-16"),
            None,
            "stays.csv line 1: this is UTF-16; save the file as UTF-8 or give",
        ),
        ("id,name\n".encode("utf-16-le"), None, "stays.csv line 1: a NUL byte"),
        (
            "id,name\n".encode("utf-16-le"),
            "utf-16",
            "no byte order mark; give --encoding utf-16-le or utf-16-be",
        ),
        (b"id,name\n1,\x81\n", "cp1252", "stays.csv line 2: byte 0x81: not CP1252"),
        (b"id,name\n1,\xe9\n", "ascii", "stays.csv line 2: byte 0xe9: not ASCII"),
        (b"id\n", "rot13", "'rot13' is not an encoding (expected utf-8, latin-1, cp1252 or utf-16)"),
        (b"id\n", "utf-7", "'utf-7' is not an encoding"),
        (b"id\n", "a\0b", "is not an encoding"),
        pytest.param(b"id\n", "x" * 5000, "is not an encoding", id="long name"),
        (
            b"PK\x03\x04...",
            None,
            "stays.csv: this is a spreadsheet or a zip archive: save it as CSV in UTF-8",
        ),
    ],
)
def test_other_encodings_are_refused_with_a_way_out(data: bytes, encoding: str | None, said: str) -> None:
    assert said in str(error_of(data, encoding))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "iso-8859-15", "utf-16", "utf-8", "UTF8"])
def test_a_named_encoding_is_used(encoding: str) -> None:
    assert rows_of("id,name\n1,café\n".encode(encoding), encoding) == [(2, ("1", "café"))]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("size", [FIELD_LIMIT + 1, 131_073, 200_000, LINE_LIMIT + 5])
def test_a_huge_field_is_named(quote: str, size: int) -> None:
    error = error_of(f"id,status,notes\n1,a,b\n2,{quote}{'z' * size}{quote},c\n")
    assert (error.line, error.column) == (3, "status")
    assert "over 100,000 characters in one field" in str(error)
    assert len(str(error)) < 200


def test_a_field_may_be_as_long_as_the_limit_and_rows_longer() -> None:
    long = "z" * FIELD_LIMIT
    assert rows_of(f"a,b,c\n{long},{long},{long}\n") == [(2, (long, long, long))]


def test_a_forgotten_quote_in_a_long_file_is_found_where_it_opens() -> None:
    error = error_of('id,notes\n1,a\n2,"oops\n' + "3,b\n" * 100_000)
    assert (error.line, error.column) == (3, "notes")
    assert "is a quote never closed?" in str(error)


def test_a_row_of_endless_columns_is_cut_off() -> None:
    assert "a row of over 1,000,000 characters" in str(error_of("id,b\n1," + "z," * LINE_LIMIT))


def test_an_importer_says_which_value_it_cannot_use() -> None:
    [row] = read_rows(b"id,date_from\n1,2025-13-40\n", name="stays.csv").rows()
    with pytest.raises(BadValue) as unusable:
        parse_iso_day(row["date_from"])
    error = row.bad("date_from", unusable.value)
    assert str(error) == "stays.csv line 2, column date_from: 2025-13-40 is not a date (expected YYYY-MM-DD)"


def test_a_missing_column_lists_those_that_are_there() -> None:
    table = read_rows(b"id,status\n1,a\n", name="stays.csv")
    assert table.position("status") == 1
    with pytest.raises(BadCsv, match=re.escape("stays.csv: there is no column arrival (there are: id, status)")):
        table.position("arrival")


def test_hostile_names_do_not_reach_the_terminal() -> None:
    error = error_of("id,\x1b]0:x\x07,\x1b]0:x\x07\n")
    assert error.column == "\x1b]0:x\x07"
    assert "\x1b" not in str(error)


def test_rows_can_be_read_again_and_do_not_pile_up() -> None:
    data = b"id,notes\n" + b"1,some words about a stay\n" * 15_000
    table = read_rows(data, name="stays.csv")
    tracemalloc.start()
    try:
        counts = [sum(1 for _ in table.rows()) for _ in range(2)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert counts == [15_000, 15_000]
    assert table.line_count() == 15_002
    assert peak < 300_000


cells = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(cells, cells, cells), max_size=8),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_writer_quotes_comes_back(rows: list[tuple[str, str, str]], delimiter: str, end: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(("id", "a,b", "c;d"))
    expected: Rows = []
    for row in rows:
        expected.append((1 + len(re.findall("\r\n|\r|\n", file.getvalue())), row))
        writer.writerow(row)
    assert rows_of(file.getvalue()) == expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80) | st.text('ab",;\r\n\t\0 é', max_size=60).map(str.encode))
def test_any_bytes_are_rows_or_bad_csv(data: bytes) -> None:
    result = read_or_refuse(data)
    if isinstance(result, BadCsv):
        assert str(result).isprintable()
    else:
        assert all(line >= 2 for line, _ in result)


def read_or_refuse(data: bytes) -> Rows | BadCsv:
    try:
        return rows_of(data)
    except BadCsv as refused:
        return refused


@pytest.mark.parametrize(
    ("delimiter", "text"), [("|", "a,b;c|d\n1|2\n"), ("bar", "a|b\n1|2\n"), ("tab", "a;b,c\td\n1\t2\n")]
)
def test_a_delimiter_that_is_given_is_taken(delimiter: str, text: str) -> None:
    table = read_rows(text.encode(), name="x.csv", delimiter=delimiter)
    assert len(table.columns) == 2
    assert [row.values for row in table.rows()] == [("1", "2")]


def test_a_delimiter_that_is_none_is_refused() -> None:
    with pytest.raises(BadCsv, match="'!' is no delimiter \\(expected comma, semicolon, tab, bar\\)"):
        read_rows(b"a!b\n", name="x.csv", delimiter="!")
