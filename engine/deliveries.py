"""Deliveries: one row for each notice, person and channel, on its way (`engine.outgoing` made it).

A row is claimed (`sending`, with the key of its message) before anything is sent, and whoever finds it claimed by an
engine that ended leaves it: a message may be missing then, and says so, but it never comes twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from engine import channels, telling
from engine.rules.alerts import Severity
from engine.rules.delivering import PERHAPS, Answer, Message, Said, one_message, try_again
from engine.rules.wording import count_of
from store import settings
from store.enums import DeliveryState
from store.instants import SECOND, from_us
from store.reads.notifications import CONCERNS
from store.schema import moved

_NEXT = "SELECT min(due_at) FROM delivery WHERE state = 'waiting'"
_DUE = """
SELECT user_id, channel, min(due_at) AS first FROM delivery WHERE state = 'waiting' AND due_at <= ?
GROUP BY user_id, channel ORDER BY first, user_id, channel
"""
_BUSY = "SELECT DISTINCT user_id, channel FROM delivery WHERE state = 'sending'"
_GROUP = f"""
SELECT d.id, n.subject, n.text, n.severity, {CONCERNS.format(user="d.user_id")},
       EXISTS (SELECT 1 FROM notification own
               WHERE own.dedupe_key = n.dedupe_key || '@' || d.user_id AND own.dismissed_at IS NOT NULL),
       n.withdrawn_reason
FROM delivery d JOIN notification n ON n.id = d.notification_id
WHERE d.user_id = ? AND d.channel = ? AND d.state = 'waiting' AND d.due_at <= ? ORDER BY n.id
"""
_OF = "id IN (SELECT value FROM json_each(?))"
_CLAIM = f"""
UPDATE delivery SET state = 'sending', group_key = ?, attempts = attempts + 1, first_at = ifnull(first_at, ?)
WHERE {_OF}
"""
_WITHDRAW = f"UPDATE delivery SET state = 'withdrawn', error = ? WHERE {_OF} AND state = 'waiting'"
_OVER = "UPDATE delivery SET state = ?, sent_at = ?, error = ? WHERE group_key = ? AND state = 'sending'"
_AGAIN = "UPDATE delivery SET state = 'waiting', due_at = ?, error = ? WHERE group_key = ? AND state = 'sending'"
_STILL = """
UPDATE delivery SET state = 'withdrawn', error = (
  SELECT withdrawn_reason FROM notification n WHERE n.id = delivery.notification_id)
WHERE group_key = ? AND state = 'waiting' AND EXISTS (
  SELECT 1 FROM notification n WHERE n.id = delivery.notification_id AND n.withdrawn_at IS NOT NULL)
"""
_LEFT = """
UPDATE delivery SET state = 'unknown', error = ? WHERE state = 'sending' RETURNING user_id, channel
"""


class Pair(NamedTuple):
    """Whom, and by which channel."""

    user_id: int
    channel: str


class Claimed(NamedTuple):
    """A message that is to be sent now, by whoever claimed it."""

    key: str
    pair: Pair
    url: str
    message: Message


def next_due(connection: sqlite3.Connection) -> int | None:
    """When the next one is due, microseconds UTC."""
    found = connection.execute(_NEXT).fetchone()[0]
    return None if found is None else int(found)


def due(connection: sqlite3.Connection, now: int) -> list[Pair]:
    """People and channels that something is due for, the one that waited longest first; not those being sent to."""
    busy = {Pair(*row) for row in connection.execute(_BUSY).fetchall()}
    pairs = (Pair(user_id, channel) for user_id, channel, _ in connection.execute(_DUE, (now,)).fetchall())
    return [pair for pair in pairs if pair not in busy]


def claim(connection: sqlite3.Connection, pair: Pair, now: int, node: str) -> Claimed | None:
    """Inside a transaction: take what waits for a person on a channel as one message. None if nothing is left of it.

    What is over by now is withdrawn with its reason. Whatever comes within the window goes along.
    """
    until = now + settings.read(connection, "notify_window") * SECOND
    rows = connection.execute(_GROUP, (*pair, until)).fetchall()
    url = channels.addresses(connection, pair.user_id).get(pair.channel)
    kept, gone = list[Any](), dict[str, list[int]]()
    for row in rows:
        why = _over(row, url)
        if why:
            gone.setdefault(why, []).append(row[0])
        else:
            kept.append(row)
    for why, numbers in gone.items():
        connection.execute(_WITHDRAW, (why, json.dumps(numbers)))
    moved(connection, "delivery")
    if not kept or url is None:
        return None
    key = f"{node}:{kept[0][0]}:{now}"
    connection.execute(_CLAIM, (key, now, json.dumps([row[0] for row in kept])))
    said = [Said(subject, text, Severity(severity)) for _, subject, text, severity, *_ in kept]
    return Claimed(key, pair, url, one_message(said))


def _over(row: Sequence[Any], url: str | None) -> str:
    """Why it needs not be sent any more; empty if it does."""
    _, _, _, _, concerns, dismissed, withdrawn = row
    if url is None:
        return "the channel was removed"
    if withdrawn is not None:
        return str(withdrawn)
    if dismissed:
        return "put away in the desk before it was sent"
    return "" if concerns else "it concerns somebody else now"


def settle(connection: sqlite3.Connection, answer: Answer, now: int) -> None:
    """Inside a transaction: what became of a message. One that failed for a day has failed, and the desk tells it."""
    row = connection.execute(
        "SELECT min(id), user_id, channel, max(attempts), min(first_at), count(*) FROM delivery"
        " WHERE group_key = ? AND state = 'sending'",
        (answer.key,),
    ).fetchone()
    if row[0] is None:
        return
    number, user_id, channel, attempts, first_at, size = row
    moved(connection, "delivery")
    if answer.state is DeliveryState.SENT:
        connection.execute(_OVER, (DeliveryState.SENT, now, None, answer.key))
        return
    delay = try_again(attempts, number, (now - first_at) / SECOND)
    if answer.state is DeliveryState.FAILED and delay is not None:
        again = now + round(delay * SECOND)
        connection.execute(_AGAIN, (again, answer.error, answer.key))
        connection.execute(_STILL, (answer.key,))
        connection.execute(
            "UPDATE delivery SET due_at = ? WHERE user_id = ? AND channel = ? AND state = 'waiting' AND due_at < ?",
            (again, user_id, channel, again),
        )
        return
    connection.execute(_OVER, (answer.state, None, answer.error, answer.key))
    _tell_lost(connection, Pair(user_id, channel), answer, size, now)


def leave(connection: sqlite3.Connection, now: int) -> None:
    """Inside a transaction: what an engine was sending when it ended; nobody knows whether it was sent."""
    words = f"{PERHAPS}: the engine ended meanwhile"
    rows = connection.execute(_LEFT, (words,)).fetchall()
    counts: dict[Pair, int] = {}
    for row in rows:
        counts[Pair(*row)] = counts.get(Pair(*row), 0) + 1
    for pair, size in counts.items():
        _tell_lost(connection, pair, Answer(str(now), DeliveryState.UNKNOWN, words), size, now)
    if rows:
        moved(connection, "delivery")


def test_message(name: str, at: datetime) -> Message:
    """What `notification test` sends."""
    words = f"This is a test for {name}, sent at {at:%Y-%m-%d %H:%M}. Nothing is to be done."
    return one_message([Said("tickler can reach you", words, Severity.NOTICE)])


def _tell_lost(connection: sqlite3.Connection, pair: Pair, answer: Answer, size: int, now: int) -> None:
    """In the desk alone: the channel that failed would not bring it."""
    perhaps = answer.state is DeliveryState.UNKNOWN
    verb = "perhaps not sent" if perhaps else "could not be sent"
    day = from_us(now).date()
    key = f"delivery:{pair.user_id}:{pair.channel}:{answer.state}:{answer.key if perhaps else day}"
    subject = f"{count_of(size, 'notice')} {verb} to {pair.channel}"
    severity = Severity.WARNING if perhaps else Severity.IMPORTANT
    telling.tell(connection, key, now, severity, "delivery", subject, answer.error, for_id=pair.user_id, goes_out=False)
