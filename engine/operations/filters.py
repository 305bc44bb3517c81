"""The verbs of saved filters: a filter of tasks under a name, with the count of what matches now."""

from __future__ import annotations

from typing import Annotated

from engine.filtering import understand
from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import put
from engine.rules.errors import shown
from engine.rules.names import plain_name
from store import journal
from store.errors import Refused
from store.reads import filters as reads
from store.values import SavedFilter

Name = Annotated[str, Help("its name or its id", metavar="FILTER")]


@operation("filter add")
def add(
    act: Act,
    name: Annotated[str, Help("its name")],
    text: Annotated[str, Help("what it asks for, such as '#house !me p<=2'")],
    position: Annotated[int | None, Help("place among the others, lowest first; last if not given")] = None,
) -> SavedFilter:
    """Save a filter of tasks under a name."""
    place = reads.last_position(act.connection) + 1 if position is None else position
    columns = {"name": plain_name(name), "text": _checked(act, text), "position": place}
    return _told(act, "saved", put(act.connection, "saved_filter", None, columns)[0])


@operation("filter edit")
def edit(
    act: Act,
    filter: Name,
    name: Annotated[str | None, Help("new name")] = None,
    text: Annotated[str | None, Help("what it asks for from now on")] = None,
    position: Annotated[int | None, Help("place among the others, lowest first")] = None,
    rev: Annotated[int | None, Help("change it only if this is still its revision")] = None,
) -> SavedFilter:
    """Change a saved filter."""
    before = reads.one(act.connection, one_of(act.connection, "saved_filter", filter))
    if rev is not None and rev != before.rev:
        raise Refused(f"The filter {shown(before.name)} was changed by somebody else meanwhile.")
    columns: dict[str, object] = {}
    if name is not None:
        columns["name"] = plain_name(name)
    if text is not None:
        columns["text"] = _checked(act, text)
    if position is not None:
        columns["position"] = position
    if not columns:
        raise Refused("Say what to change: --name, --text or --position.")
    put(act.connection, "saved_filter", before.id, columns)
    return _told(act, "changed", before.id)


@operation("filter delete")
def delete(act: Act, filter: Name) -> SavedFilter:
    """Delete a saved filter; the tasks stay."""
    before = reads.one(act.connection, one_of(act.connection, "saved_filter", filter))
    act.connection.execute("DELETE FROM saved_filter WHERE id = ?", (before.id,))
    journal.describe(act.connection, act.id, f"deleted filter: {shown(before.name)}")
    return before


def _checked(act: Act, text: str) -> str:
    """One that can be answered now; a list that is deleted later makes it say so when it is used."""
    plain = " ".join(text.split())
    if not plain:
        raise Refused("text: expected what the filter asks for, such as '#house !me', not nothing.")
    understand(act.connection, plain, act.moment, act.actor.name)
    return plain


def _told(act: Act, verb: str, number: int) -> SavedFilter:
    after = reads.one(act.connection, number)
    journal.describe(act.connection, act.id, f"{verb} filter: {shown(after.name)}")
    return after
