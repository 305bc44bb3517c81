"""Lists and look-ups of definitions: classes, events, models, teams, users."""

from __future__ import annotations

from typing import Annotated

from engine.operations.naming import one_of
from engine.operations.registry import Help, Look, query
from store import values
from store.reads import definitions as reads

ClassOrNone = Annotated[str | None, Help("only those of this class", metavar="CLASS")]


@query("class list")
def classes(look: Look) -> tuple[values.EntityClass, ...]:
    """List the classes of entities."""
    return reads.entity_classes(look.connection)


@query("class show")
def one_class(look: Look, name: Annotated[str, Help("name of the class")]) -> values.EntityClass:
    """Show one class with its statuses and date fields."""
    return reads.entity_class(look.connection, one_of(look.connection, "entity_class", name))


@query("event list")
def events(look: Look, class_: ClassOrNone = None) -> tuple[values.TaskEvent, ...]:
    """List the task events."""
    return reads.task_events(look.connection, _class_name(look, class_))


@query("event show")
def event(look: Look, name: Annotated[str, Help("its name, CLASS/NAME or id")]) -> values.TaskEvent:
    """Show one task event."""
    return reads.task_event(look.connection, one_of(look.connection, "task_event", name))


@query("model list")
def models(look: Look, class_: ClassOrNone = None) -> tuple[values.TaskModel, ...]:
    """List the task models."""
    return reads.task_models(look.connection, _class_name(look, class_))


@query("model show")
def model(look: Look, name: Annotated[str, Help("its name, CLASS/NAME or id")]) -> values.TaskModel:
    """Show one task model."""
    return reads.task_model(look.connection, one_of(look.connection, "task_model", name))


@query("team list")
def teams(look: Look) -> tuple[values.Team, ...]:
    """List the teams."""
    return reads.teams(look.connection)


@query("team show")
def team(look: Look, name: Annotated[str, Help("name of the team")]) -> values.Team:
    """Show one team."""
    return reads.team(look.connection, one_of(look.connection, "team", name))


@query("user list")
def users(look: Look) -> tuple[values.User, ...]:
    """List the users."""
    return reads.users(look.connection)


@query("user show")
def user(look: Look, name: Annotated[str, Help("name of the user")]) -> values.User:
    """Show one user."""
    return reads.user(look.connection, one_of(look.connection, "user", name))


def _class_name(look: Look, text: str | None) -> str | None:
    """A class that is not there is said, instead of showing an empty list."""
    if text is None:
        return None
    return reads.entity_class(look.connection, one_of(look.connection, "entity_class", text)).name
