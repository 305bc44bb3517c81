"""`entity import`: thousands of entities from a CSV file, all or nothing, and again when the file changed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Annotated

from engine.operations.entity_fields import kind_of
from engine.operations.import_rows import Problems, Reader, columns_of
from engine.operations.import_writing import Writer
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import Saved
from engine.rules.csvrows import BadCsv, Row, Table, read_rows
from engine.rules.wording import count_of
from engine.userfiles import called, file_bytes
from store import journal
from store.errors import Refused
from store.frozen import value

LARGEST = 200_000_000
"""Bytes of a file; about two million rows."""

_BATCH = 1_000
"""Rows of one statement; ten values each stay far below the 32,766 that SQLite takes."""

Progress = Callable[[int, int], None]
"""Called with the lines read so far and those there are."""


@value
class Imported:
    """What an import did, or would do: rows by what became of them, and tasks that were made."""

    rows: int
    made: int
    changed: int
    unchanged: int
    tasks: int
    is_preview: bool


@operation("entity import")
def import_entities(
    act: Act,
    file: Annotated[str, Help("a CSV file with a header; - reads standard input")],
    class_: Annotated[str, Help("class of the entities", metavar="CLASS")] = "",
    id_: Annotated[str, Help("column of their ids", metavar="COLUMN")] = "",
    status: Annotated[str | None, Help("column of their statuses", metavar="COLUMN")] = None,
    map_: Annotated[tuple[str, ...], Help("date_from=Arrival, @phone=Tel", metavar="FIELD=COLUMN")] = (),
    name: Annotated[str | None, Help("column of their names", metavar="COLUMN")] = None,
    team: Annotated[str | None, Help("column of their teams", metavar="COLUMN")] = None,
    without_tasks: Annotated[bool, Help("make no tasks for what they are already")] = False,
    encoding: Annotated[str | None, Help("utf-8 if not given")] = None,
    delimiter: Annotated[str | None, Help("comma, semicolon, tab or bar; else the header's")] = None,
    preview: Annotated[bool, Help("say what would be done, and change nothing")] = False,
    progress: Progress | None = None,
) -> Imported:
    """Import entities from a CSV file; those that are there already are changed to what it says."""
    if not class_:
        raise Refused("--class: name the class of the entities.")
    if not id_:
        raise Refused("--id: name the column that holds the ids.")
    kind = kind_of(act.connection, class_)
    columns = columns_of(kind, id_, status, name, team, map_)
    table = read_rows(file_bytes(file, LARGEST), name=called(file), encoding=encoding, delimiter=delimiter)
    problems = Problems(called(file))
    reader = Reader(act.connection, kind, columns, table, problems)
    writer = Writer(act, kind, columns, without_tasks=without_tasks)
    act.connection.execute("SAVEPOINT attempt")
    _take_over(table, reader, writer, problems, progress)
    problems.refuse()
    if not writer.rows:
        raise Refused(f"{called(file)} has a header and no rows. Nothing was changed.")
    writer.finish()
    act.connection.execute("ROLLBACK TO attempt" if preview else "RELEASE attempt")
    return _told(act, called(file), writer, preview)


def _take_over(table: Table, reader: Reader, writer: Writer, problems: Problems, progress: Progress | None) -> None:
    """Read batch by batch, and write until something is wrong; from then on only look for more of it."""
    lines = table.line_count()
    for batch in _batches(table, problems):
        found = [each for each in map(reader.found, batch) if each is not None]
        if not problems.count:
            writer.write(found)
        if progress is not None:
            progress(batch[-1].line, lines)
        if problems.is_enough:
            return
    if progress is not None and not problems.count:
        progress(lines, lines)


def _told(act: Act, file: str, writer: Writer, preview: bool) -> Imported:
    made, changed, unchanged = (writer.counts[saved] for saved in Saved)
    if not preview:
        words = f"imported {file}: {count_of(made, 'entity', 'entities')} made, {changed:,} changed"
        words += f", {count_of(writer.tasks, 'task')} made" if writer.tasks else ""
        journal.describe(act.connection, act.id, words)
    return Imported(writer.rows, made, changed, unchanged, writer.tasks, preview)


def _batches(table: Table, problems: Problems) -> Iterator[list[Row]]:
    """The rows in pieces, up to the one at which the file cannot be read on."""
    rows = table.rows()
    while batch := list(_readable(itertools.islice(rows, _BATCH), problems)):
        yield batch


def _readable(rows: Iterator[Row], problems: Problems) -> Iterator[Row]:
    try:
        yield from rows
    except BadCsv as fault:
        problems.add(fault)
