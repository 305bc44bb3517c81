"""Who is away, and who does their steps of workflows meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import put
from engine.rules.days import parse_day
from engine.rules.errors import BadValue, shown
from engine.rules.wording import count_of
from store import journal
from store.errors import Refused
from store.reads import definitions as reads
from store.values import User

_OFFERED = """
INSERT INTO task_assignee (task_id, user_id)
SELECT s.task_id, :other FROM step s JOIN task t ON t.id = s.task_id JOIN task_assignee a ON a.task_id = t.id
WHERE s.state = 'waiting' AND a.user_id = :user AND t.is_done = 0 AND t.deleted_at IS NULL
  AND (:begin <= :today OR t.deadline_date >= :begin) AND :today <= :end
ON CONFLICT DO NOTHING
"""


@operation("user away")
def away(
    act: Act,
    user: Annotated[str, Help("name of the user, or its id")],
    days: Annotated[str | None, Help("first and last day: 2025-07-01..2025-07-14, or one day", "FROM..TO")] = None,
    substitute: Annotated[str | None, Help("who stands in for them; empty for nobody")] = None,
    back: Annotated[bool, Help("they are here again")] = False,
) -> User:
    """Say that somebody is away, and who gets their steps of workflows; open ones are offered to both."""
    row = one_of(act.connection, "user", user)
    if (days is None) is not back:
        raise Refused("Say from when to when with 2025-07-01..2025-07-14, or --back.")
    before = reads.user(act.connection, row)
    if days is None:
        put(act.connection, "user", row, {"away_from": None, "away_to": None})
        journal.describe(act.connection, act.id, f"{shown(before.name)} is back")
        return reads.user(act.connection, row)
    begin, end = _days(days, act.today)
    columns: dict[str, object] = {"away_from": begin.isoformat(), "away_to": end.isoformat()}
    if substitute is not None:
        columns["substitute_id"] = _other(act, row, substitute) if substitute.strip() else None
    put(act.connection, "user", row, columns)
    after = reads.user(act.connection, row)
    offered = _offer(act, after, begin, end)
    words = f"{shown(after.name)} is away {begin}..{end}"
    words += f"; {shown(after.substitute)} stands in" if after.substitute else ""
    words += f", offered {count_of(offered, 'open step')}" if offered else ""
    journal.describe(act.connection, act.id, words)
    return after


def _offer(act: Act, user: User, begin: date, end: date) -> int:
    """Open steps that fall into the days are the substitute's too: both are named."""
    if user.substitute is None:
        return 0
    other = act.connection.execute("SELECT substitute_id FROM user WHERE id = ?", (user.id,)).fetchone()[0]
    given = {"other": other, "user": user.id, "begin": begin.isoformat(), "end": end.isoformat(),
             "today": act.today.isoformat()}  # fmt: skip
    return int(act.connection.execute(_OFFERED, given).rowcount)


def _other(act: Act, row: int, name: str) -> int:
    other = one_of(act.connection, "user", name)
    if other == row:
        raise BadValue("substitute: expected somebody else")
    return other


def _days(text: str, today: date) -> tuple[date, date]:
    first, dots, last = text.partition("..")
    try:
        begin = parse_day(first, today)
        end = parse_day(last, today) if dots else begin
    except BadValue as fault:
        raise BadValue(f"days: {fault}") from fault
    if end < begin:
        raise BadValue(f"days: {end} is before {begin} (expected the first day and then the last)")
    return begin, end
