"""Messages to people outside the desk: what was sent to whom, by which channel, when, and with what result."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from store.enums import DeliveryState
from store.frozen import value
from store.instants import Instant
from store.reads.notifications import CONCERNS, Viewer

_SELECT = """
SELECT d.id, d.notification_id, n.subject, u.name, d.channel, d.state, d.due_at, d.attempts, d.sent_at, d.error
FROM delivery d JOIN notification n ON n.id = d.notification_id JOIN user u ON u.id = d.user_id
"""
_MINE = f"(d.user_id = :user OR {CONCERNS.format(user=':user')})"


@value
class Delivery:
    """A notice on its way to one person. `channel` is shown without its secrets; `error` says what went wrong last.

    `due_at` is when it is or was to be sent, or sent again; `attempts` counts messages that it was part of.
    """

    id: int
    notification_id: int
    subject: str
    user: str
    channel: str
    state: DeliveryState
    due_at: Instant
    attempts: int
    sent_at: Instant | None
    error: str | None

    @property
    def at(self) -> Instant:
        """When it was sent, else when it is or was due."""
        return self.sent_at if self.sent_at is not None else self.due_at


def page(connection: sqlite3.Connection, who: Viewer, *, before: int | None = None, limit: int = 100) -> list[Delivery]:
    """Of notices that concern a person, and to that person: newest first, those older than the id `before`."""
    rows = connection.execute(
        f"{_SELECT} WHERE {_MINE} AND d.id < :before ORDER BY d.id DESC LIMIT :limit",
        {"user": who.user, "before": 1 << 62 if before is None else before, "limit": limit},
    )
    return [_delivery(row) for row in rows.fetchall()]


def of_notice(connection: sqlite3.Connection, notice: int) -> list[Delivery]:
    """All of one notice, by person and channel."""
    rows = connection.execute(f"{_SELECT} WHERE d.notification_id = ? ORDER BY u.name, d.channel", (notice,))
    return [_delivery(row) for row in rows.fetchall()]


def _delivery(row: Sequence[Any]) -> Delivery:
    number, notice, subject, user, channel, state, due_at, attempts, sent_at, error = row
    sent = None if sent_at is None else Instant(sent_at)
    return Delivery(
        number, notice, subject, user, channel, DeliveryState(state), Instant(due_at), attempts, sent, error
    )  # fmt: skip
