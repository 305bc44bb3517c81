"""`import ics`, `import taskwarrior`, `import todotxt`, `import tasks`: tasks of other programs, all of a file or none.

Each tells what means something else here and what has no place here, with the lines. A second time changes nothing;
what changed in the file changes its task, unless somebody touched that here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from engine.operations.registry import Act, Help, operation
from engine.operations.task_adopting import Adopting
from engine.rules.transfer.items import LARGEST, BadFile, Item, Kind, Said, Setting, Told, list_of
from engine.rules.wording import count_of
from engine.rules.zones import local, zone_named
from engine.userfiles import called, file_bytes
from store import journal
from store.errors import Refused
from store.frozen import value
from store.reads import lists

File = Annotated[str, Help("the file; - reads standard input")]
IntoList = Annotated[str | None, Help("put all of it into this list; it is made if need be", metavar="LIST")]
Zone = Annotated[str | None, Help("on whose clocks days are counted; else those of --list, or the store's")]
Partial = Annotated[bool, Help("leave out what is wrong; else one wrong task refuses the file")]
DryRun = Annotated[bool, Help("say what would be done, and change nothing")]
Read = Callable[[bytes, Setting, Told], list[Item]]


@value
class Imported:
    """What became of the tasks of a file, or would; `recurring` of those that were made are templates.

    `kept` are those that changed in the file but were touched here since, `deleted` those that were deleted here.
    """

    file: str
    is_preview: bool
    made: int
    changed: int
    unchanged: int
    kept: int
    deleted: int
    refused: int
    recurring: int
    said: tuple[Said, ...]

    def __str__(self) -> str:
        counts = [f"{self.made:,} made", f"{self.changed:,} changed", f"{self.unchanged:,} unchanged"]
        for words in ("kept", "deleted", "refused"):
            number = getattr(self, words)
            counts += [f"{number:,} {_WORDS[words]}"] if number else []
        counts += [f"{self.recurring:,} of them recurring"] if self.recurring else []
        tail = " (a preview: nothing was written)" if self.is_preview else ""
        return "\n".join([f"{self.file}: {', '.join(counts)}{tail}", *map(str, self.said)])


_WORDS = {"kept": "kept as changed here", "deleted": "deleted here", "refused": "refused"}


@operation("import ics")
def import_ics(
    act: Act, file: File, list: IntoList = None, zone: Zone = None,
    without_events: Annotated[bool, Help("take tasks (VTODO) alone, no events")] = False,
    partial: Partial = False, dry_run: DryRun = False,
) -> Imported:  # fmt: skip
    """Import tasks and events of an iCalendar file; what recurs becomes templates."""
    from engine.rules.transfer.ics_read import read

    def tasks(data: bytes, setting: Setting, told: Told) -> list_type[Item]:
        return read(data, setting, told, without_events=without_events)

    return _imported(act, "ics", file, tasks, list, zone, partial=partial, dry_run=dry_run)


@operation("import taskwarrior")
def import_taskwarrior(
    act: Act, file: File, list: IntoList = None, zone: Zone = None, partial: Partial = False, dry_run: DryRun = False
) -> Imported:
    """Import what `task export` printed."""
    from engine.rules.transfer.taskwarrior import read

    return _imported(act, "taskwarrior", file, read, list, zone, partial=partial, dry_run=dry_run)


@operation("import todotxt")
def import_todotxt(
    act: Act, file: File, list: IntoList = None, zone: Zone = None, partial: Partial = False, dry_run: DryRun = False
) -> Imported:
    """Import the tasks of a todo.txt."""
    from engine.rules.transfer.todotxt import read

    return _imported(act, "todotxt", file, read, list, zone, partial=partial, dry_run=dry_run)


@operation("import tasks")
def import_tasks(
    act: Act, file: File, list: IntoList = None, zone: Zone = None,
    map_: Annotated[tuple[str, ...], Help("name=Subject, deadline_date=Due", metavar="FIELD=COLUMN")] = (),
    encoding: Annotated[str | None, Help("utf-8 if not given")] = None,
    delimiter: Annotated[str | None, Help("comma, semicolon, tab or bar; else the header's")] = None,
    partial: Partial = False, dry_run: DryRun = False,
) -> Imported:  # fmt: skip
    """Import tasks from a CSV file with a header."""
    from engine.rules.transfer.tasks_csv import read

    def rows(data: bytes, setting: Setting, told: Told) -> list_type[Item]:
        return read(data, setting, told, map_, encoding, delimiter)

    return _imported(act, "csv", file, rows, list, zone, partial=partial, dry_run=dry_run)


list_type = list
"""The type, where a parameter is called as it is."""


def _imported(
    act: Act, form: str, file: str, read: Read, into: str | None, zone: str | None, *, partial: bool, dry_run: bool
) -> Imported:
    path = None if into is None else list_of(into)
    if into is not None and path is None:
        raise Refused("--list: expected a name, such as house/garden.")
    place = str(zone_named(zone)) if zone else _zone_of_list(act, path or "")
    told = Told()
    try:
        items = read(file_bytes(file, LARGEST), Setting(place, local(act.at, place).date()), told)
    except BadFile as fault:
        raise Refused(f"{called(file)} {fault}. Nothing was imported.") from fault
    act.connection.execute("SAVEPOINT import")
    adopting = Adopting(act, form, told, path)
    adopting.take(items)
    if told.refused and not partial:
        raise Refused(told.refusal(called(file)))
    if any(said.kind is Kind.NOTED and _FLOATING in said.words for said in told.all()):
        told.say(Kind.NOTED, f"our clocks are those of {place} (--zone says another)")
    report = Imported(called(file), dry_run, **adopting.counts, refused=told.refused,
                      recurring=adopting.series.made, said=told.all())  # fmt: skip
    words = f"imported {report.file}: {count_of(report.made, 'task')} made, {report.changed:,} changed"
    act.connection.execute("ROLLBACK TO import" if dry_run else "RELEASE import")
    if not dry_run:
        journal.describe(act.connection, act.id, words if report.made or report.changed else "")
    return report


def _zone_of_list(act: Act, path: str) -> str:
    """The zone that tasks of a list follow, which may be made only now: that of the nearest list that is there."""
    known = {each.path: each.id for each in lists.listed(act.connection)} if path else {}
    while path and path not in known:
        path = path.rpartition("/")[0]
    return act.moment.clock_of(known.get(path), ()).zone


_FLOATING = "without a zone"
