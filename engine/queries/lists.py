"""Lists of lists and of labels."""

from __future__ import annotations

from typing import Annotated

from engine.operations.lists import list_id
from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from store.reads import lists as reads
from store.values import Label, TaskList


@query("list list")
def lists(look: Look) -> tuple[TaskList, ...]:
    """List the lists as they lie in each other, with their open and late tasks."""
    return reads.listed(look.connection, look.moment)


@query("list show")
def one_list(look: Look, name: Annotated[str, Help("its name or path", metavar="LIST")]) -> TaskList:
    """Show one list."""
    return reads.one(look.connection, list_id(look.connection, name))


@query("label list")
def labels(look: Look) -> tuple[Label, ...]:
    """List the labels."""
    return reads.labels(look.connection)


@query("label show")
def one_label(look: Look, name: Annotated[str, Help("name of the label")]) -> Label:
    """Show one label."""
    return reads.label(look.connection, one_of(look.connection, "label", name))
