"""The list of notices."""

from __future__ import annotations

from typing import Annotated

from engine.operations.registry import Help, Look, query
from store.errors import Refused
from store.reads import deliveries, notifications
from store.reads.deliveries import Delivery
from store.reads.notifications import Notice


@query("notification list")
def listed(
    look: Look,
    every: Annotated[bool, Help("also those that were dismissed, snoozed or withdrawn")] = False,
    sent: Annotated[bool, Help("what was sent outside the desk instead: to whom, how, and what came of it")] = False,
    before: Annotated[int | None, Help("only older than this one", "ID")] = None,
    limit: Annotated[int, Help("how many at most")] = 100,
) -> tuple[Notice, ...] | tuple[Delivery, ...]:
    """List what there is for you to be told, newest first."""
    if limit < 1:
        raise Refused(f"--limit: expected 1 or more, not {limit}.")
    who = notifications.viewer(look.connection, look.actor, look.now, look.today)
    if sent:
        return tuple(deliveries.page(look.connection, who, before=before, limit=limit))
    return tuple(notifications.page(look.connection, who, every=every, before=before, limit=limit))
