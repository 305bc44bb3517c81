"""Controllers: what a run executes, by registered name."""

from __future__ import annotations

from collections.abc import Mapping

from engine.controllers import shell
from engine.controllers.command import Command as Command
from engine.controllers.command import Maker
from engine.controllers.command import environment as environment
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.parameters import Declaration

_DECLARED = (shell.DECLARATION,)
_MAKERS: Mapping[str, Maker] = {"shell": shell.command}

CONTROLLERS: dict[str, Declaration] = {each.name: each for each in _DECLARED}
"""Every controller that comes with tickler, by its name."""


def declared(name: str) -> Declaration:
    """What a controller says of itself; BadValue if there is none of that name."""
    if name not in CONTROLLERS:
        raise BadValue(unknown(name, CONTROLLERS, "controller"))
    return CONTROLLERS[name]


def everyone() -> list[Declaration]:
    """All controllers: tickler's own, then those of the person, by name."""
    return list(CONTROLLERS.values())


def command_of(controller: str, params: object) -> Command:
    """The command of a run; BadValue if the controller is not registered or refuses the params."""
    if controller not in CONTROLLERS:
        raise BadValue(f"controller {shown(controller)!r} is not registered")
    if not isinstance(params, Mapping):
        raise BadValue("params must be an object")
    return _MAKERS[controller](params)
