"""A trigger gives an entity a status, as people do: with its followups, and whatever that brings about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from engine.operations.registry import NAMED, Act
from engine.triggers import subjects
from engine.triggers.live import Live


def set_status(act: Act, live: Live, numbers: Sequence[int]) -> tuple[Sequence[int], Mapping[int, str]]:
    """Of entities, or of what tasks are about; which of the ids led to a change, and why not the others."""
    from engine.operations import entities  # noqa: F401  # registers the verb

    status = str(live.params["status"])
    things = subjects.things(act.connection, live.event, numbers)
    known = {
        name: frozenset(json.loads(statuses))
        for name, statuses in act.connection.execute("SELECT name, statuses FROM entity_class").fetchall()
    }
    touched, left_out = [], {}
    for number in numbers:
        thing = things.get(number)
        if thing is None:
            left_out[number] = "it is gone"
        elif thing.object_class is None or thing.object_id is None:
            left_out[number] = "it is about nothing that has a status"
        elif status not in known.get(thing.object_class, ()):
            left_out[number] = f"a {thing.object_class} has no status {status}"
        elif _now(act, thing.object_class, thing.object_id) in (status, ""):
            left_out[number] = f"it is {status} already, or gone"
        else:
            NAMED["entity set-status"].inner(act, thing.object_class, thing.object_id, status)
            touched.append(number)
    return touched, left_out


def _now(act: Act, object_class: str, object_id: str) -> str | None:
    """Its status, None if it has none, empty if there is no such entity."""
    row = act.connection.execute(
        "SELECT status FROM entity WHERE object_class = ? AND object_id = ?", (object_class, object_id)
    ).fetchone()
    return "" if row is None else row[0]
