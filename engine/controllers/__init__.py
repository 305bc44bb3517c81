"""Controllers: what a run executes, by registered name."""

from __future__ import annotations

from collections.abc import Mapping

from engine.controllers import chores, flows, http, own, python, shell, starts
from engine.controllers.command import Command as Command
from engine.controllers.command import Maker
from engine.controllers.command import environment as environment
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.parameters import Declaration

_MAKERS: Mapping[str, Maker] = {
    "shell": shell.command,
    "http": http.command,
    "python": python.command,
    flows.NAME: flows.command,
    starts.NAME: starts.command,
    **chores.MAKERS,
}

CONTROLLERS: dict[str, Declaration] = {
    each.name: each
    for each in (
        shell.DECLARATION,
        http.DECLARATION,
        python.DECLARATION,
        flows.DECLARATION,
        starts.DECLARATION,
        *chores.DECLARATIONS,
    )
}
"""Every controller that comes with tickler, by its name."""


def declared(name: str) -> Declaration:
    """What a controller says of itself; BadValue if there is none of that name, or its file cannot be read."""
    found = CONTROLLERS.get(name) or own.declarations(own.files()).get(name)
    if found is None:
        raise BadValue(unknown(name, [each.name for each in everyone()], "controller"))
    if found.error is not None:
        raise BadValue(f"controller {shown(name)!r} cannot be used: {found.error}")
    return found


def everyone() -> list[Declaration]:
    """All that somebody may choose: tickler's own, then those of the person, by name.

    Files that cannot be read say why. Not the one of workflows' steps, which the engine asks for.
    """
    ours = [each for each in CONTROLLERS.values() if each.name != flows.NAME]
    return [*ours, *(each for each in own.found() if each.name not in CONTROLLERS)]


def command_of(controller: str, params: object) -> Command:
    """The command of a run; BadValue if the controller is not registered or refuses the params."""
    make = _MAKERS.get(controller)
    if make is None and controller not in own.declarations(own.files()):
        raise BadValue(f"controller {shown(controller)!r} is not registered")
    if not isinstance(params, Mapping):
        raise BadValue("params must be an object")
    return make(params) if make is not None else own.command(declared(controller), params)
