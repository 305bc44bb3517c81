"""One line of text becomes a task, or the template of a task that recurs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from engine.operations.labels import label_ids
from engine.operations.lists import list_id
from engine.operations.registry import Act, Help, operation
from engine.operations.task_choice import tell
from engine.operations.task_making import NewTask, make
from engine.operations.things import user_id
from engine.queries.quick import known
from engine.rules.errors import shown
from engine.rules.names import as_sentence
from engine.rules.quickadd import Understood, read_line
from engine.rules.texts import one_line
from store.errors import Refused
from store.frozen import value
from store.instants import Instant, to_us
from store.values import Task, Template

Line = Annotated[str, Help("one line, such as 'Pay rent @home fri every 2 weeks'", metavar="LINE")]
DryRun = Annotated[bool, Help("only say what is understood")]


@value
class ReadChip:
    """A stretch [start, end) of the line, and what it was understood as."""

    start: int
    end: int
    text: str
    kind: str
    words: str


@value
class Reading:
    """What a line would make: a task, a template, or nothing if something in it is refused."""

    makes: str
    name: str
    chips: tuple[ReadChip, ...]
    errors: tuple[str, ...]
    deadline_date: date | None
    deadline_time: str | None
    start_date: date | None
    visible_date: date | None
    list: str | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    priority: int | None
    object_class: str | None
    object_id: str | None
    calendar: str | None
    spec: str | None
    basis: str | None
    next_at: Instant | None

    def __str__(self) -> str:
        made = {"": "makes nothing", "task": f"a task: {self.name}"}.get(self.makes, f"a recurring task: {self.name}")
        width = max((len(chip.text) for chip in self.chips), default=0)
        lines = [f"  {chip.text:{min(width, 30)}}  {chip.words}" for chip in self.chips]
        said = {chip.words for chip in self.chips}
        return "\n".join([made, *lines, *(f"  {words}" for words in self.errors if words not in said)])


@operation("task quick")
def quick(act: Act, *line: Line, dry_run: DryRun = False) -> Task | Template | Reading:
    """Add a task by one line: text, #list @label !person p1, days, and when it recurs."""
    return added(act, " ".join(line), dry_run)


@operation("add")
def add(act: Act, *line: Line, dry_run: DryRun = False) -> Task | Template | Reading:
    """Add a task by one line, as `task quick` does."""
    return added(act, " ".join(line), dry_run)


def added(act: Act, line: str, dry_run: bool) -> Task | Template | Reading:
    """Make what the line says; nothing is written if something in it is refused."""
    read = read_line(line, act.at, known(act.connection, act.actor.name))
    if dry_run:
        return reading(read)
    if read.errors:
        raise Refused(" ".join(as_sentence(words.rstrip(".")) for words in read.errors))
    return _task(act, read) if read.spec is None else _template(act, read)


def reading(read: Understood) -> Reading:
    """The same for people and scripts."""
    about = read.thing or (None, None)
    recurs = read.spec is not None
    return Reading(
        makes="" if read.errors else "template" if recurs else "task", name=read.name,
        chips=tuple(ReadChip(c.start, c.end, shown(read.line[c.start : c.end], 200), c.kind.value, c.words)
                    for c in read.chips),
        errors=read.errors, deadline_date=read.due, deadline_time=read.time, start_date=read.start,
        visible_date=read.visible, list=read.list, labels=read.labels, assignees=read.people, priority=read.priority,
        object_class=about[0], object_id=about[1], calendar=read.calendar, spec=read.spec,
        basis=read.basis.value if recurs else None, next_at=to_us(read.next[0]) if read.next else None,
    )  # fmt: skip


def _task(act: Act, read: Understood) -> Task:
    about = read.thing or (None, None)
    new = NewTask(
        name=read.name, deadline_date=read.due, deadline_time=read.time, start_date=read.start,
        visible_date=read.visible, object_class=about[0], object_id=about[1],
        list_id=None if read.list is None else list_id(act.connection, read.list), priority=read.priority,
        labels=tuple(label_ids(act.connection, read.labels)),
        assignees=tuple(user_id(act, name) for name in read.people),
    )  # fmt: skip
    number = make(act, new)
    if read.shift_words:
        act.connection.execute("UPDATE task SET shift_words = ? WHERE id = ?", (read.shift_words, number))
    return tell(act, "added", [number])[0]


def _template(act: Act, read: Understood) -> Template:
    from engine.operations.template_repeat import free_name
    from engine.operations.template_saving import lies_ahead, save_template, told
    from engine.operations.template_tasks import make_first

    name = one_line("the task", read.name)
    plain = "".join(letter for letter in name if letter.isprintable())
    about = read.thing or (None, None)
    fields: dict[str, Any] = {
        "name": free_name(act, plain), "task_name": name, "spec": read.spec, "basis": read.basis.value,
        "zone": read.zone, "start_at": None if read.start is None else read.start.isoformat(),
        "end_at": None if read.until is None else read.until.isoformat(), "max_count": read.times,
        "calendar": read.calendar, "roll": read.roll.value, "labels": read.labels, "assignees": read.people,
        "list": read.list, "priority": read.priority, "object_class": about[0], "object_id": about[1],
        "duration": None if read.duration is None else str(read.duration),
        "visible": None if read.ahead is None else str(read.ahead),
    }  # fmt: skip
    if read.missed is not None:
        fields["missed"] = read.missed.value
    number = save_template(act, fields, None)
    added = lies_ahead(act, number, "")
    more = "" if make_first(act, number) else "; recurring is off, so no further ones are made"
    made = told(act, number, f"added, recurring: {shown(name)} ({shown(read.spec)}){more}")
    return replace(made, next_at=added.next_at)  # of the line that was typed: its first day, which has its task now
