"""What a person does with notices: put away for good, or for a while. Others go on seeing them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from engine.actors import own_user_id
from engine.operations.registry import Act, Help, operation
from engine.rules.durations import parse_duration
from engine.rules.errors import shown
from engine.rules.wording import count_of, instant_words
from store import journal
from store.errors import Refused
from store.instants import SECOND, from_us, to_us
from store.reads import notifications
from store.reads.notifications import CONCERNS, Notice, Viewer

Ids = Annotated[int, Help("id of the notice; several are one act", "ID")]

_PUT_AWAY = """
INSERT INTO notification (dedupe_key, at, user_id, severity, kind, subject, withdrawn_at, dismissed_at, snoozed_until)
SELECT n.dedupe_key || '@' || :user, n.at, :user, n.severity, 'put away', n.subject, :now, :dismissed, :snoozed
FROM notification n WHERE n.id IN (SELECT value FROM json_each(:ids))
ON CONFLICT (dedupe_key) DO UPDATE
SET dismissed_at = excluded.dismissed_at, snoozed_until = excluded.snoozed_until
"""
_BY_ALL = f"""
UPDATE notification AS n SET dismissed_at = :now
WHERE n.id IN (SELECT value FROM json_each(:ids)) AND NOT EXISTS (
  SELECT 1 FROM user u WHERE u.login IS NOT NULL AND {CONCERNS.format(user="u.id")} AND NOT EXISTS (
    SELECT 1 FROM notification own
    WHERE own.dedupe_key = n.dedupe_key || '@' || u.id AND own.dismissed_at IS NOT NULL))
"""
"""What everybody whom it concerns has put away is over, so that retention may take it."""

USUAL = "1h"
"""How long a notice is put away if nobody says."""


@operation("notification dismiss", can_undo=False)
def dismiss(
    act: Act,
    *notices: Ids,
    every: Annotated[bool, Help("all that are open now; no ids then")] = False,
) -> tuple[Notice, ...]:
    """Put notices away for yourself; each comes only once."""
    if every and notices:
        raise Refused("Name notices by their ids, or say --every; not both.")
    if every:
        _put_away(act, notifications.page(act.connection, _viewer(act), limit=-1), dismissed=act.now)
        return ()
    chosen = _chosen(act, notices)
    _put_away(act, chosen, dismissed=act.now)
    return _told(act, "dismissed", chosen)


@operation("notification snooze", can_undo=False)
def snooze(
    act: Act,
    *notices: Ids,
    for_: Annotated[str | None, Help("how long, such as 20m or 2h; an hour if nothing is said")] = None,
    until: Annotated[datetime | None, Help("until when, instead")] = None,
) -> tuple[Notice, ...]:
    """Put notices away for yourself, for a while."""
    if for_ is not None and until is not None:
        raise Refused("Say --for or --until, not both.")
    back = to_us(until) if until is not None else act.now + parse_duration(for_ or USUAL) * SECOND
    if back <= act.now:
        raise Refused(f"until: {instant_words(from_us(back), act.zone.key)} is past; expected a time that is to come.")
    chosen = _chosen(act, notices)
    _put_away(act, chosen, snoozed=back)
    return _told(act, "snoozed", chosen)


def _viewer(act: Act) -> Viewer:
    return notifications.viewer(act.connection, act.actor, act.now, act.today)


def _put_away(act: Act, chosen: list[Notice], dismissed: int | None = None, snoozed: int | None = None) -> None:
    """For the person who acts, and for nobody else."""
    given = {"ids": json.dumps([each.id for each in chosen]), "user": own_user_id(act), "now": act.now}
    act.connection.execute(_PUT_AWAY, {**given, "dismissed": dismissed, "snoozed": snoozed})
    act.connection.execute(_BY_ALL, given)


def _chosen(act: Act, numbers: Iterable[int]) -> list[Notice]:
    """The notices named, each once. Refused if one of them is not there or says what is over."""
    found, who = [], _viewer(act)
    for number in dict.fromkeys(numbers):
        notice = notifications.notice(act.connection, who, number) if abs(number) < 1 << 63 else None
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
    who = _viewer(act)
    after = (notifications.notice(act.connection, who, each.id) for each in chosen)
    return tuple(each for each in after if each is not None)
