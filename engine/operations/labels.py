"""The verbs of labels. A label needs no introduction: the first task that bears it makes it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Annotated

from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import Saved, put
from engine.rules.errors import BadValue, shown
from engine.rules.names import plain_name
from store import journal
from store.errors import Refused
from store.reads import lists as reads
from store.values import Label

Name = Annotated[str, Help("its name or its id")]


@operation("label add")
def add(act: Act, name: Annotated[str, Help("its name")]) -> Label:
    """Add a label."""
    number, _ = put(act.connection, "label", None, {"name": label_name(name)})
    return _told(act, "added", number)


@operation("label edit")
def edit(
    act: Act,
    label: Name,
    name: Annotated[str, Help("new name")],
    rev: Annotated[int | None, Help("change it only if this is still its revision")] = None,
) -> Label:
    """Rename a label, on every task that bears it."""
    before = reads.label(act.connection, one_of(act.connection, "label", label))
    if rev is not None and rev != before.rev:
        raise Refused(f"The label {shown(before.name)} was changed by somebody else meanwhile.")
    put(act.connection, "label", before.id, {"name": label_name(name)})
    from engine.operations.trigger_orphans import check_conditions

    check_conditions(act)
    return _told(act, "changed", before.id)


@operation("label delete")
def delete(act: Act, label: Name) -> Label:
    """Delete a label, take it off every task and delete its triggers; undo puts all of it back."""
    before = reads.label(act.connection, one_of(act.connection, "label", label))
    for table in ("task_label", "template_label"):
        act.connection.execute(f"DELETE FROM {table} WHERE label_id = ?", (before.id,))
    act.connection.execute("DELETE FROM label WHERE id = ?", (before.id,))
    from engine.operations.trigger_orphans import let_go

    also = let_go(act, "label", before.id, before.name)
    journal.describe(act.connection, act.id, f"deleted label: {shown(before.name)}{also}")
    return before


def label_ids(connection: sqlite3.Connection, names: Iterable[str]) -> list[int]:
    """The labels of these names, each once; one that nobody has used before is made."""
    found: dict[int, None] = {}
    for name in names:
        plain = label_name(name)
        row = connection.execute("SELECT id FROM label WHERE name = ?", (plain,)).fetchone()
        number = int(row[0]) if row else put(connection, "label", None, {"name": plain})[0]
        found[number] = None
    return list(found)


def save_label(connection: sqlite3.Connection, name: str) -> Saved:
    """Make sure that there is a label of that name."""
    plain = label_name(name)
    there = connection.execute("SELECT 1 FROM label WHERE name = ?", (plain,)).fetchone()
    return Saved.UNCHANGED if there else put(connection, "label", None, {"name": plain})[1]


def label_name(text: str) -> str:
    """A name without leading @ and without a comma, which separates labels where people type several."""
    name = plain_name(re.sub(r"^@", "", text.strip()))
    if "," in name:
        raise BadValue(f"label: '{shown(text)}' holds a comma; expected one label")
    return name


def set_labels(connection: sqlite3.Connection, task_id: int, labels: Iterable[int]) -> None:
    """Let the task bear these labels and no others; what it keeps is not written anew."""
    wanted = dict.fromkeys(labels)
    has = {row[0] for row in connection.execute("SELECT label_id FROM task_label WHERE task_id = ?", (task_id,))}
    connection.executemany(
        "DELETE FROM task_label WHERE task_id = ? AND label_id = ?",
        [(task_id, label) for label in has - wanted.keys()],
    )
    connection.executemany(
        "INSERT INTO task_label (task_id, label_id) VALUES (?, ?)",
        [(task_id, label) for label in wanted if label not in has],
    )


def _told(act: Act, verb: str, number: int) -> Label:
    after = reads.label(act.connection, number)
    journal.describe(act.connection, act.id, f"{verb} label: {shown(after.name)}")
    return after
