"""Whether the condition of a trigger holds for entities."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.operations.registry import Act
from engine.rules.triggers import entity_check
from engine.triggers.live import Live

_FIELDS = """
SELECT e.id, e.status, e.name, t.name, e.dates, e.attributes FROM entity e LEFT JOIN team t ON t.id = e.team_id
WHERE e.id IN (SELECT value FROM json_each(?))
"""


def holding(act: Act, live: Live, numbers: Sequence[int]) -> frozenset[int]:
    """Those for which it holds now; an entity that is gone is not among them."""
    checks = entity_check.parse(live.condition)
    found = []
    for number, status, name, team, dates, attributes in act.connection.execute(
        _FIELDS, (json.dumps(list(numbers)),)
    ).fetchall():
        own = {"status": status, "name": name, "team": team}
        if entity_check.holds(checks, {**json.loads(attributes), **json.loads(dates), **own}):
            found.append(number)
    return frozenset(found)
