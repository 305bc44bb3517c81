"""The run that starts a workflow, in the name of whoever owns the schedule; a second attempt finds it started."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.jobs.context import Context
from engine.jobs.main import Failure
from engine.operations.registry import Act, settle
from engine.workflows import starting
from store import current, journal
from store.database import transaction
from store.errors import Refused
from store.instants import from_us
from store.journal import Actor

_WHO = """
SELECT u.id, u.name FROM run r LEFT JOIN schedule s ON s.id = r.schedule_id
JOIN user u ON u.id = coalesce(r.creator_id, s.owner_id) WHERE r.id = ?
"""
_STARTED = "SELECT id FROM workflow WHERE dedupe_key = ?"


def run(task: Mapping[str, Any], context: Context) -> dict[str, int]:
    """The id of the workflow, which belongs to the run: whatever is tried again starts no second one."""
    given, now = task["params"], int(os.environ["TICKLER_NOW"])
    current.use(Path(os.environ["TICKLER_STORE"]))
    key = f"run:{context.run_id}"
    with transaction() as connection:
        row = connection.execute(_STARTED, (key,)).fetchone()
        if row is not None:
            return {"workflow": int(row[0])}
        who = connection.execute(_WHO, (context.run_id,)).fetchone()
        actor = journal.ENGINE if who is None else Actor(who[0], who[1], "schedule")
        number = journal.begin(connection, now, journal.ENGINE, "workflow start")
        act = Act(connection, actor, from_us(now), number)
        try:
            where = starting.named(act, given["workflow"], given.get("step") or None)
            made = starting.start(
                act, where, _texts(given.get("fields") or {}), title=given.get("title") or "", dedupe_key=key,
                by=actor.user_id,
            )  # fmt: skip
        except Refused as refusal:
            raise Failure(str(refusal)) from refusal
        journal.describe(connection, number, f"started workflow {made}: {given['workflow']}", can_undo=False)
        settle(act)
        journal.end(connection, number, is_final=True)
    context.log.info("workflow %d", made)
    return {"workflow": made}


def _texts(fields: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(name): ("yes" if each else "no") if isinstance(each, bool) else str(each) for name, each in fields.items()
    }
