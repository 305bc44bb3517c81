"""The verbs and the lists of tickler, named once for every door.

An *operation* writes: one transaction, one act in the journal, says no with `Refused`. A *query* reads.
Both are typed functions that screens call directly; the command line and the palette find them by name
and make their arguments from the signature. Doors add no defaults, checks or order of their own.
"""

from __future__ import annotations

import functools
import importlib
import sqlite3
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from engine.moments import moment
from engine.rules.errors import BadValue
from store import settings
from store.connection import reading
from store.current import store_path
from store.errors import QueueFull, Refused
from store.frozen import value
from store.instants import Instant, to_us
from store.journal import Actor
from store.reads.task_moments import Moment

P = ParamSpec("P")
R = TypeVar("R")


@value
class Help:
    """What a parameter means: `Annotated[int, Help("id of the task")]`."""

    words: str
    metavar: str = ""


@value
class Look:
    """What a query gets: a read-only connection, who asks, and the instant that counts as now."""

    connection: sqlite3.Connection
    actor: Actor
    at: datetime

    @property
    def now(self) -> Instant:
        """`at` in microseconds UTC."""
        return to_us(self.at)

    @property
    def zone(self) -> ZoneInfo:
        """The store's zone, in which days are counted."""
        return ZoneInfo(settings.read(self.connection, "zone"))

    @property
    def today(self) -> date:
        """The day of `at` in the store's zone."""
        return self.at.astimezone(self.zone).date()

    @property
    def moment(self) -> Moment:
        """How far the clocks have come at `at` that tasks follow: says what is late."""
        return moment(self.connection, self.at)


@value
class Act(Look):
    """What an operation gets: the same on a connection that may write, and the id of its journal act."""

    id: int


@value
class Named:
    """An operation or query under its name. `call(actor, at, **params)`."""

    name: str
    call: Callable[..., Any]
    inner: Callable[..., Any]
    writes: bool

    @property
    def title(self) -> str:
        """First line of the docstring: help, palette and history say this."""
        return (self.inner.__doc__ or self.name).strip().split("\n", 1)[0].rstrip(".")


NAMED: dict[str, Named] = {}
FOLLOWER = "engine.triggers.following"
"""The module whose `settle(act, name)` is called at the end of every act."""
DATES = "engine.triggers.entity_dates"
"""The part of it that plans dates of entities, for a store without triggers."""

_DATED = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM task_event WHERE event_type = 'date_field') AND EXISTS (
  SELECT 1 FROM change WHERE act_id = ? AND kind IN (
    'entity', 'event_fire', 'task_event', 'task_model', 'entity_class', 'calendar', 'calendar_day', 'setting'))
"""


def operation(
    name: str, *, can_undo: bool = True
) -> Callable[[Callable[Concatenate[Act, P], R]], Callable[Concatenate[Actor, datetime, P], R]]:
    """Register a verb. The function runs in one transaction, with an act that its changes hang on."""

    def keep(inner: Callable[Concatenate[Act, P], R]) -> Callable[Concatenate[Actor, datetime, P], R]:
        @functools.wraps(inner)
        def call(actor: Actor, at: datetime, /, *args: P.args, **params: P.kwargs) -> R:
            from store import journal
            from store.database import transaction

            try:
                with _sentences(), transaction() as connection:
                    number = journal.begin(connection, to_us(at), actor, name)
                    if not can_undo:
                        journal.describe(connection, number, "", can_undo=False)
                    act = Act(connection, actor, at, number)
                    result = inner(act, *args, **params)
                    settle(act, name)
                    journal.end(connection, number, is_final=not can_undo)
                    return result
            except QueueFull:
                from engine import queue_limit

                with transaction() as connection:  # the refused one is undone, and with it what it would have counted
                    queue_limit.refused(connection, 1, to_us(at))
                raise

        NAMED[name] = Named(name, call, inner, writes=True)
        return call

    return keep


def query(
    name: str,
) -> Callable[[Callable[Concatenate[Look, P], R]], Callable[Concatenate[Actor, datetime, P], R]]:
    """Register a list or a look-up. The function reads through a connection that refuses writes."""

    def keep(inner: Callable[Concatenate[Look, P], R]) -> Callable[Concatenate[Actor, datetime, P], R]:
        @functools.wraps(inner)
        def call(actor: Actor, at: datetime, /, *args: P.args, **params: P.kwargs) -> R:
            with _sentences(), reading(store_path()) as connection:
                return inner(Look(connection, actor, at), *args, **params)

        NAMED[name] = Named(name, call, inner, writes=False)
        return call

    return keep


def settle(act: Act, name: str = "", made: Collection[int] = ()) -> None:
    """Let triggers follow what the act did; a store without any pays for one look.

    An operation does it by itself; an act of the engine must. `made`: tasks that it made without a change row of
    their own (`store.schema.hush`). Triggers act by the verbs of this registry, so it knows them by name only, as
    doors know the verbs.
    """
    if act.connection.execute('SELECT 1 FROM "trigger" LIMIT 1').fetchone():
        importlib.import_module(FOLLOWER).settle(act, name, made)
    elif act.connection.execute(_DATED, (act.id,)).fetchone():
        importlib.import_module(DATES).settle(act)


class _sentences:
    """A rule's `BadValue` leaves as `Refused`: doors know one exception."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if isinstance(fault, BadValue):
            raise Refused(str(fault)) from fault
