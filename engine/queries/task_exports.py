"""`export ics`, `export taskwarrior`, `export todotxt`, `export csv`: tasks for others, with a word on what is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from engine.filtering import understand
from engine.operations.registry import Help, Look, query
from engine.rules.errors import shown
from engine.rules.transfer.items import Said, Told, clean
from engine.rules.wording import count_of
from engine.transfer.gather import Names, Sheet, Written, sheets_of, tasks_of
from engine.userfiles import write_new
from store.enums import TaskView
from store.frozen import value
from store.reads import origins, task_finding
from store.reads import tasks as reads
from store.values import Task

File = Annotated[str, Help("a new file for it; else it is printed")]
View = Annotated[TaskView, Help("waiting, upcoming, open, done, history or all")]
Filter = Annotated[str, Help("only those that it asks for, such as '#house @bank late'; templates are left out")]
Tasks = Iterable[tuple[Task, str | None]]
Write = Callable[[Tasks, list[Sheet]], Written]


@value
class Exported:
    """A file that was written: how many tasks and templates are in it, and what of them it has no place for."""

    file: str
    tasks: int
    templates: int
    said: tuple[Said, ...]

    def __str__(self) -> str:
        templates = f" and {count_of(self.templates, 'template')}" if self.templates else ""
        head = f"{shown(self.file, 300)}: {count_of(self.tasks, 'task')}{templates}"
        return "\n".join([head, *map(str, self.said)])


@query("export ics")
def export_ics(look: Look, file: File = "", view: View = TaskView.ALL, filter: Filter = "") -> str | Exported:
    """Write tasks as an iCalendar file, templates as VTODO with RRULE."""
    from engine.transfer.ics_write import IcsWriter

    told = Told()
    return _exported(look, file, view, filter, told, IcsWriter(*_known(look), told).text)


@query("export taskwarrior")
def export_taskwarrior(look: Look, file: File = "", view: View = TaskView.ALL, filter: Filter = "") -> str | Exported:
    """Write tasks for `task import`."""
    from engine.transfer.lines_write import LinesWriter

    told = Told()
    return _exported(look, file, view, filter, told, LinesWriter(*_known(look), told).taskwarrior)


@query("export todotxt")
def export_todotxt(look: Look, file: File = "", view: View = TaskView.ALL, filter: Filter = "") -> str | Exported:
    """Write tasks as a todo.txt."""
    from engine.transfer.lines_write import LinesWriter

    told = Told()
    return _exported(look, file, view, filter, told, LinesWriter(*_known(look), told).todotxt)


@query("export csv")
def export_csv(
    look: Look,
    file: File = "",
    view: View = TaskView.ALL,
    filter: Filter = "",
    column: Annotated[tuple[str, ...], Help("a column of it; once for each, in order; else all")] = (),
) -> str | Exported:
    """Write tasks as a CSV file that is safe to open in a spreadsheet."""
    from engine.rules.transfer.tasks_csv import chosen, write
    from engine.transfer.lines_write import LinesWriter

    told, columns = Told(), chosen(column)
    rows = LinesWriter(*_known(look), told).rows
    return _exported(look, file, view, filter, told, lambda tasks, sheets: Written(write(rows(tasks, sheets), columns)))


def _known(look: Look) -> tuple[str, Names]:
    return str(look.zone), Names(origins.identity(look.connection))


def _exported(look: Look, file: str, view: TaskView, filter_: str, told: Told, write: Write) -> str | Exported:
    sift = reads.Filter()
    if filter_.strip():
        sought = understand(look.connection, filter_, look.moment, look.actor.name)
        sift = task_finding.found(look.connection, sought.sift)
        view = sought.view or view
    ids = sorted(number for section in reads.view(view, look.today) for number in _ids(look, section, sift))
    sheets = [] if filter_.strip() or view is TaskView.DONE else sheets_of(look.connection)
    written = write(tasks_of(look.connection, ids), sheets)
    text = clean(written.text)
    if not file:
        return text.replace("\r\n", "\n")  # what is printed has the line ends of the machine
    write_new(file, text)
    return Exported(file, len(ids) - written.left_out, written.templates, told.all())


def _ids(look: Look, section: reads.Section, sift: reads.Filter) -> list[int]:
    return reads.ids(look.connection, section, sift)
