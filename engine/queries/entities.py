"""Entities and their histories for the command line and scripts."""

from __future__ import annotations

from typing import Annotated

from engine.operations.entity_fields import check_status, kind_of
from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from engine.operations.things import entity_id
from engine.rules.texts import one_line
from store.errors import Refused
from store.reads import entities as reads
from store.reads.entity_history import history as history_lines
from store.values import Entity, HistoryLine

Class = Annotated[str, Help("class of the entity, such as stay", metavar="CLASS")]
Id = Annotated[str, Help("its id, such as 12", metavar="ID")]
Limit = Annotated[int, Help("at most so many; 0 for all")]


@query("entity list")
def listed(
    look: Look,
    *classes: Annotated[str, Help("only this class, or these", metavar="CLASS")],
    status: Annotated[str | None, Help("only those in this status")] = None,
    team: Annotated[str | None, Help("only those that this team serves")] = None,
    text: Annotated[str, Help("only those whose name, id or notes hold this text")] = "",
    limit: Limit = 200,
) -> tuple[Entity, ...]:
    """List entities by class and id."""
    _check(limit)
    kinds = [kind_of(look.connection, each) for each in classes]
    if status is not None and len(kinds) == 1:
        check_status(kinds[0], status)
    sift = reads.Filter(
        classes=tuple(kind.name for kind in kinds),
        status=status,
        team_id=one_of(look.connection, "team", team) if team is not None else None,
        text=one_line("text", text) if text.strip() else "",
    )
    return reads.listed(look.connection, look.moment, sift, limit)


@query("entity show")
def show(look: Look, object_class: Class, object_id: Id) -> Entity:
    """Show one entity."""
    found = reads.of_row(look.connection, entity_id(look.connection, object_class, object_id), look.today)
    if found is None:
        raise Refused(f"There is no {object_class} {object_id}.")
    return found


@query("entity history")
def history(look: Look, object_class: Class, object_id: Id, limit: Limit = 200) -> tuple[HistoryLine, ...]:
    """Show what happened to an entity: statuses, tasks, contacts. The newest first."""
    _check(limit)
    number = entity_id(look.connection, object_class, object_id)
    return tuple(line for _, line in history_lines(look.connection, number, look.zone, limit=limit))


def _check(limit: int) -> None:
    if limit < 0:
        raise Refused(f"limit: expected 0 (all) or more, not {limit}.")
