"""What a desk file says of schedules and templates besides their fields: where steps count from, pauses, days left out.

They are no fields that people edit: each has verbs of its own, which a load uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from engine import firing, ledger
from engine.operations.registry import Act
from engine.operations.saving import BadKey, Saved
from engine.rules.errors import BadValue, shown
from engine.rules.texts import one_line
from engine.rules.when import counts_from_start
from engine.rules.written_days import written_day
from engine.rules.zones import local, wall_instant
from store.instants import from_us, to_us
from store.reads import templates as reads
from store.trigger_values import Trigger
from store.values import Schedule, Skip, Template

KEYS = ("anchor_at", "pause_reason", "paused_until")
"""Of both tables. `pause_reason` alone pauses, without a reason if it is empty."""
SKIPS = "skips"
"""Of a template: all days that are left out of it, `2025-12-24: on holiday`."""


def written(row: Schedule | Template) -> dict[str, Any]:
    """The keys of a schedule or template, instants on its own clocks; None: not written."""
    counts = row.spec is not None and (row.max_count is not None or counts_from_start(row.spec))
    anchor = row.anchor_at if counts and row.start_at is None else None
    until = None if row.pause_reason is None else row.paused_until
    return {
        "anchor_at": None if anchor is None else local(from_us(anchor), row.zone), "pause_reason": row.pause_reason,
        "paused_until": None if until is None else local(from_us(until), row.zone),
    }  # fmt: skip


def written_skip(skip: Skip) -> str:
    """`2025-12-24: on holiday`."""
    return f"{skip.day}: {skip.reason}" if skip.reason else skip.day.isoformat()


def split(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields, and the keys of this module."""
    ours = (*KEYS, SKIPS)
    fields = {key: value for key, value in given.items() if key not in ours}
    return fields, {key: given[key] for key in ours if key in given}


def settle_schedule(act: Act, row: Schedule, said: Mapping[str, Any], saved: Saved) -> Saved:
    """Give a schedule its anchor and its pause."""
    from engine.operations.schedules import pause

    anchor = instant("anchor_at", said.get("anchor_at"), row.zone)
    is_other = anchor is not None and anchor != row.anchor_at
    if is_other:
        firing.settle(act.connection, row.id, act.now)
        act.connection.execute("UPDATE schedule SET anchor_at = ?, rev = rev + 1 WHERE id = ?", (anchor, row.id))
        ledger.arm(act.connection, row.id, ledger.standing(act.connection, row.id).cursor_at)
    return _after(saved, _paused(act, row, said, pause) or is_other)


def settle_template(act: Act, row: Template, said: Mapping[str, Any], saved: Saved) -> Saved:
    """Give a template its anchor, its pause and the days that are left out."""
    from engine.operations.template_rebuild import rebuild, settle
    from engine.operations.templates import pause

    anchor = instant("anchor_at", said.get("anchor_at"), row.zone)
    is_other = anchor is not None and anchor != row.anchor_at
    if is_other:
        if row.is_enabled and row.pause_reason is None:
            settle(act, row.id)
        act.connection.execute(
            "UPDATE schedule SET anchor_at = ?, rev = rev + 1 WHERE id = ?", (anchor, row.schedule_id)
        )
        rebuild(act, row.id)
    is_left_out = SKIPS in said and _skips(act, row, said[SKIPS])
    return _after(saved, _paused(act, row, said, pause) or is_left_out or is_other)


def _after(saved: Saved, is_changed: bool) -> Saved:
    return Saved.CHANGED if is_changed and saved is Saved.UNCHANGED else saved


def _paused(act: Act, row: Schedule | Template, said: Mapping[str, Any], pause: Callable[..., Any]) -> bool:
    return paused(act, row, row.zone, said, pause.__wrapped__)  # type: ignore[attr-defined]  # in this act


def paused(
    act: Act, row: Schedule | Template | Trigger, zone: str, said: Mapping[str, Any], pause: Callable[..., Any]
) -> bool:
    """Pause it as the file says, unless that pause is over; whether it is another one than before."""
    reason, until = said.get("pause_reason"), instant("paused_until", said.get("paused_until"), zone)
    if reason is None:
        if until is not None:
            raise BadKey("paused_until", "goes with a pause_reason, which may be empty")
        return False
    if not isinstance(reason, str):
        raise BadKey("pause_reason", f"expected a text, not '{shown(reason)}'")
    if (reason.strip(), until) == (row.pause_reason, row.paused_until) or (until is not None and until <= act.now):
        return False
    pause(act, row.name, reason, None if until is None else from_us(until))
    return True


def _skips(act: Act, row: Template, texts: Any) -> bool:
    """Leave out the days of the file and no others; whether any was another one."""
    from engine.operations.template_skips import leave_out, let_happen

    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise BadKey(SKIPS, 'expected a list of days, such as ["2025-12-24: on holiday"]')
    wanted = dict(_skip(text) for text in texts)
    there = {each.day: each.reason for each in reads.skips(act.connection, row.schedule_id)}
    for day in there.keys() - wanted.keys():
        let_happen(act, row, day)
    for day, reason in wanted.items():
        if day not in there:
            leave_out(act, row, day, reason)
        elif reason != there[day]:
            act.connection.execute(
                "UPDATE skip SET reason = ? WHERE schedule_id = ? AND day = ?",
                (reason, row.schedule_id, day.isoformat()),
            )
    return wanted != there


def _skip(text: str) -> tuple[date, str]:
    day, _, reason = text.partition(":")
    try:
        return written_day(day.strip()), one_line("reason", reason) if reason.strip() else ""
    except BadValue as fault:
        raise BadKey(SKIPS, fault) from fault


def instant(key: str, value: Any, zone: str) -> int | None:
    """Microseconds UTC, of a time of TOML or its text; a time without an offset is on the clocks of the zone."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as fault:
            raise BadKey(key, f"expected a time such as 2025-06-01T10:00:00+02:00, not '{shown(value)}'") from fault
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value is None or isinstance(value, datetime):
        return None if value is None else to_us(value if value.tzinfo else wall_instant(value, zone))
    raise BadKey(key, f"expected a time such as 2025-06-01T10:00:00+02:00, not '{shown(value)}'")
