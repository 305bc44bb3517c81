"""What authors of controllers write above a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


class Param(NamedTuple):
    """A parameter of a controller. `type`: text, number, boolean, choice (with `choices`), object or duration.

    Say values directly, not by names: a file is read, not run, when controllers are listed.
    """

    name: str
    type: str = "text"
    required: bool = False
    default: Any = None
    help: str = ""
    choices: Sequence[str] = ()


@overload
def controller(name: F) -> F: ...


@overload
def controller(
    name: str | None = None, params: Sequence[Param] = (), idempotent: bool = False, warm: bool = False,
    debug: bool = False,
) -> Callable[[F], F]: ...  # fmt: skip


def controller(
    name: F | str | None = None,
    params: Sequence[Param] = (),
    idempotent: bool = False,
    warm: bool = False,
    debug: bool = False,
) -> F | Callable[[F], F]:
    """Make a function a controller, by its own name if none is said; its docstring's first line says what it does.

    `idempotent`: running it a second time does no harm, so a lost run runs again by itself. `warm`: it is short and
    keeps no state between calls, so that a process may call it many times, one run after the other.
    `debug`: what it says with `log.debug` is kept, in all runs.
    """

    if callable(name):  # no more is said than that it is one
        return controller()(name)

    def mark(function: F) -> F:
        said = {"name": name or function.__name__, "params": params, "idempotent": idempotent, "warm": warm}
        function.__dict__["tickler"] = said | {"debug": debug}
        return function

    return mark
