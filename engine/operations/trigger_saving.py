"""A trigger on its way into the store, whichever door it came through: verbs, desk file, editor, ready-made labels."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from engine.actors import own_user_id
from engine.operations.registry import Act
from engine.operations.saving import Columns, put
from engine.operations.trigger_fields import fields_of, stored
from engine.operations.trigger_names import named_trigger
from engine.operations.trigger_rows import arm, mend, withdraw
from engine.operations.trigger_schedules import save_schedule
from engine.rules.errors import shown
from engine.rules.triggers.due import FROM_STATE
from store import journal
from store.enums import TriggerEvent
from store.errors import Refused
from store.journal import ENGINE
from store.reads import triggers as reads
from store.trigger_values import Trigger

_SAYS_WHEN = ("scope", "scope_id", "event", "event_value", "delay", "roll", "calendar_id", "action")


def save_trigger(act: Act, fields: Mapping[str, Any], existing: Trigger | None) -> int:
    """Make a trigger or change one. Returns its id.

    `fields` is keyed by `trigger_fields.KEYS` or their short forms, text or TOML values; a key that is absent keeps
    what is there. Whoever makes it owns it, and it acts with their rights. A change mends it: its error is cleared.
    Nothing is written if nothing differs. Raises BadKey for a value that cannot be taken, and Refused with the name
    of the trigger that is the same.
    """
    wanted = fields_of(act, fields, existing)
    columns = stored(act, wanted)
    _refuse_same(act.connection, columns, existing)
    columns["schedule_id"], is_moved = save_schedule(act, wanted, existing)
    if existing is None:
        owner = None if act.actor.via == ENGINE.via else own_user_id(act)
        columns |= {"created_at": act.now, "owner_id": owner}
        number, _ = put(act.connection, "trigger", None, columns)
        arm(act, number)
        return number
    _give_up_planned(act, columns, existing)
    put(act.connection, "trigger", existing.id, columns)
    if is_moved or reads.trigger(act.connection, existing.id).rev != existing.rev:
        mend(act.connection, existing.id)
        arm(act, existing.id)
    return existing.id


def found(act: Act, text: str, rev: int | None) -> Trigger:
    """The trigger, if it is not deleted and still of that revision."""
    known = named_trigger(act.connection, text)
    if rev is not None and rev != known.rev:
        raise Refused(f"The trigger {shown(known.name)} was changed by somebody else meanwhile.")
    return known


def told(act: Act, number: int, words: str) -> Trigger:
    """Say in the journal what was done, and read the trigger as it is now."""
    journal.describe(act.connection, act.id, words)
    return reads.trigger(act.connection, number)


def _give_up_planned(act: Act, columns: Columns, existing: Trigger) -> None:
    """What a happening has planned once knows nothing of another delay, scope or action."""
    row = act.connection.execute(
        f'SELECT {", ".join(_SAYS_WHEN)} FROM "trigger" WHERE id = ?', (existing.id,)
    ).fetchone()
    is_once = existing.event not in FROM_STATE and existing.event is not TriggerEvent.SCHEDULE
    if is_once and any(columns[key] != was for key, was in zip(_SAYS_WHEN, row, strict=True)):
        withdraw(act, existing.id, "the trigger was changed")


def _refuse_same(connection: sqlite3.Connection, columns: Columns, existing: Trigger | None) -> None:
    number = existing.id if existing is not None else None
    row = connection.execute(
        'SELECT name FROM "trigger" WHERE checksum = ? AND deleted_at IS NULL AND id IS NOT ?',
        (columns["checksum"], number),
    ).fetchone()
    if row is not None:
        raise Refused(f"The trigger {shown(row[0])} does the same already; one is enough.")
