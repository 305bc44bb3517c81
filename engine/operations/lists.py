"""The verbs of lists: a tree of containers for tasks, each with a time zone of its own if it wants one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Annotated, Any

from engine.operations.list_names import list_id
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import Saved, put
from engine.operations.zones_of_templates import following_zones
from engine.rules.errors import shown
from engine.rules.names import plain_name
from engine.rules.zones import zone_named
from store import journal
from store.errors import Refused
from store.reads import lists as reads
from store.values import TaskList

__all__ = ["add", "delete", "edit", "list_id", "save_list"]

Path = Annotated[str, Help("its name; house/garden for a list within another; or its id", metavar="LIST")]
Parent = Annotated[str | None, Help("list it lies in; empty: at the top")]
Zone = Annotated[str | None, Help("time zone of its tasks; empty: that of whoever does them")]
Position = Annotated[int | None, Help("place among its neighbours, lowest first")]


@operation("list add")
def add(
    act: Act,
    name: Annotated[str, Help("its name, or house/garden: lists above it are made too")],
    zone: Zone = None,
    position: Position = None,
) -> TaskList:
    """Add a list."""
    parts = [plain_name(part) for part in name.split("/")]
    parent: int | None = None
    for part in parts[:-1]:
        parent = _child(act.connection, parent, part) or _made(act, parent, part, None, 0)
    if _child(act.connection, parent, parts[-1]) is not None:
        raise Refused(f"There is already a list named {shown('/'.join(parts))}.")
    number = _made(act, parent, parts[-1], _zone(zone), position or 0)
    return _told(act, "added", number)


@operation("list edit")
def edit(
    act: Act,
    list: Path,
    name: Annotated[str | None, Help("new name")] = None,
    parent: Parent = None,
    zone: Zone = None,
    position: Position = None,
    rev: Annotated[int | None, Help("change it only if this is still its revision")] = None,
) -> TaskList:
    """Rename a list, move it in the tree, or give it a zone."""
    before = reads.one(act.connection, list_id(act.connection, list))
    if rev is not None and rev != before.rev:
        raise Refused(f"The list {shown(before.path)} was changed by somebody else meanwhile.")
    columns: dict[str, object] = {}
    if name is not None:
        columns["name"] = _one_part(name)
    if parent is not None:
        columns["parent_id"] = _parent(act.connection, before, parent)
    if zone is not None:
        columns["zone"] = _zone(zone)
    if position is not None:
        columns["position"] = position
    if not columns:
        raise Refused("Say what to change: --name, --parent, --zone or --position.")
    with following_zones(act):
        put(act.connection, "task_list", before.id, columns)
    if columns.keys() & {"name", "parent_id"}:
        from engine.operations.trigger_orphans import check_conditions

        check_conditions(act)
    return _told(act, "changed", before.id)


@operation("list delete")
def delete(act: Act, list: Path) -> TaskList:
    """Delete an empty list with its triggers; one with open tasks or lists in it is kept.

    Templates that need it say so.
    """
    before = reads.one(act.connection, list_id(act.connection, list))
    inner = act.connection.execute(
        "SELECT name FROM task_list WHERE parent_id = ? AND deleted_at IS NULL", (before.id,)
    ).fetchone()
    if inner:
        raise Refused(f"The list {shown(before.path)} cannot be deleted: {shown(inner[0])} lies in it.")
    if before.open:
        raise Refused(f"The list {shown(before.path)} cannot be deleted: {before.open:,} open tasks are in it.")
    act.connection.execute("UPDATE task_list SET deleted_at = ?, rev = rev + 1 WHERE id = ?", (act.now, before.id))
    from engine.operations.trigger_orphans import let_go

    also = let_go(act, "task_list", before.id, before.path)
    journal.describe(act.connection, act.id, f"deleted list: {shown(before.path)}{also}")
    return before


def save_list(act: Act, given: Mapping[str, Any]) -> Saved:
    """Make the list of that path, with those above it, or change its zone and position; what is absent is kept."""
    parts = [plain_name(part) for part in given["name"].split("/")]
    columns: dict[str, object] = {}
    if "zone" in given:
        columns["zone"] = _zone(given["zone"])
    if "position" in given:
        columns["position"] = given["position"]
    parent: int | None = None
    for part in parts[:-1]:
        parent = _child(act.connection, parent, part) or _made(act, parent, part, None, 0)
    number = _child(act.connection, parent, parts[-1])
    if number is None:
        columns |= {"name": parts[-1], "parent_id": parent}
    elif not columns:
        return Saved.UNCHANGED
    with following_zones(act):
        return put(act.connection, "task_list", number, columns)[1]


def _made(act: Act, parent: int | None, name: str, zone: str | None, position: int) -> int:
    columns = {"name": name, "parent_id": parent, "zone": zone, "position": position}
    return put(act.connection, "task_list", None, columns)[0]


def _child(connection: sqlite3.Connection, parent: int | None, name: str) -> int | None:
    row = connection.execute(
        "SELECT id FROM task_list WHERE parent_id IS ? AND name = ? AND deleted_at IS NULL", (parent, name)
    ).fetchone()
    return None if row is None else int(row[0])


def _parent(connection: sqlite3.Connection, before: TaskList, text: str) -> int | None:
    """The list that is to hold it; a list cannot lie in itself."""
    if not text.strip():
        return None
    parent = reads.one(connection, list_id(connection, text))
    if parent.id == before.id or parent.path.startswith(f"{before.path}/"):
        raise Refused(f"parent: the list {shown(before.path)} cannot lie in {shown(parent.path)}, which lies in it.")
    return parent.id


def _one_part(name: str) -> str:
    if "/" in name:
        raise Refused(f"name: '{shown(name)}' holds a /; expected one name, with --parent for where it lies.")
    return plain_name(name)


def _zone(text: str | None) -> str | None:
    return str(zone_named(text)) if text else None


def _told(act: Act, verb: str, number: int) -> TaskList:
    after = reads.one(act.connection, number)
    journal.describe(act.connection, act.id, f"{verb} list: {shown(after.path)}")
    return after
