"""What a person does with notices: put away for good, or for a while."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from engine.operations.registry import Act, Help, operation
from engine.rules.durations import parse_duration
from engine.rules.errors import shown
from engine.rules.wording import count_of
from store import journal
from store.errors import Refused
from store.instants import SECOND, iso, to_us
from store.reads import notifications
from store.reads.notifications import Notice

Ids = Annotated[int, Help("id of the notice; several are one act", "ID")]

USUAL = "1h"
"""How long a notice is put away if nobody says."""


@operation("notification dismiss", can_undo=False)
def dismiss(
    act: Act,
    *notices: Ids,
    every: Annotated[bool, Help("all that are open now; no ids then")] = False,
) -> tuple[Notice, ...]:
    """Put notices away; each comes only once."""
    if every and notices:
        raise Refused("Name notices by their ids, or say --every; not both.")
    if every:
        act.connection.execute(
            "UPDATE notification SET dismissed_at = ? WHERE dismissed_at IS NULL AND withdrawn_at IS NULL"
            " AND (snoozed_until IS NULL OR snoozed_until <= ?)",
            (act.now, act.now),
        )
        return ()
    chosen = _chosen(act, notices)
    act.connection.execute(
        "UPDATE notification SET dismissed_at = ?"
        " WHERE id IN (SELECT value FROM json_each(?)) AND dismissed_at IS NULL AND withdrawn_at IS NULL",
        (act.now, json.dumps([each.id for each in chosen])),
    )
    return _told(act, "dismissed", chosen)


@operation("notification snooze", can_undo=False)
def snooze(
    act: Act,
    *notices: Ids,
    for_: Annotated[str | None, Help("how long, such as 20m or 2h; an hour if nothing is said")] = None,
    until: Annotated[datetime | None, Help("until when, instead")] = None,
) -> tuple[Notice, ...]:
    """Put notices away for a while."""
    if for_ is not None and until is not None:
        raise Refused("Say --for or --until, not both.")
    back = to_us(until) if until is not None else act.now + parse_duration(for_ or USUAL) * SECOND
    if back <= act.now:
        raise Refused(f"until: {iso(back, act.zone.key)} is past; expected a time that is to come.")
    chosen = _chosen(act, notices)
    act.connection.execute(
        "UPDATE notification SET snoozed_until = ? WHERE id IN (SELECT value FROM json_each(?))",
        (back, json.dumps([each.id for each in chosen])),
    )
    return _told(act, "snoozed", chosen)


def _chosen(act: Act, numbers: Iterable[int]) -> list[Notice]:
    """The notices named, each once. Refused if one of them is not there or says what is over."""
    found = []
    for number in dict.fromkeys(numbers):
        notice = notifications.notice(act.connection, number) if abs(number) < 1 << 63 else None
        if notice is None:
            raise Refused(f"There is no notice {number}.")
        if notice.withdrawn_at is not None:
            raise Refused(f"Notice {number} ({shown(notice.subject)}) was withdrawn: {notice.withdrawn_reason}.")
        if notice.dismissed_at is not None:
            raise Refused(f"Notice {number} ({shown(notice.subject)}) was dismissed already.")
        found.append(notice)
    if not found:
        raise Refused("Name at least one notice by its id.")
    return found


def _told(act: Act, verb: str, chosen: list[Notice]) -> tuple[Notice, ...]:
    words = shown(chosen[0].subject) if len(chosen) == 1 else count_of(len(chosen), "notice")
    journal.describe(act.connection, act.id, f"{verb}: {words}", can_undo=False)
    after = (notifications.notice(act.connection, each.id) for each in chosen)
    return tuple(each for each in after if each is not None)
