"""The look at templates: occurrences within the horizon become tasks, each exactly once, whoever else looks.

Three guards, any of which would do: the schedule's cursor, the line in the ledger, and the index of one live task for
each occurrence. What is wrong with one template is marked on it alone and tried again; the others go on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from engine import ledger, telling
from engine.ledger import Standing
from engine.operations.registry import Act, settle
from engine.rules.alerts import Severity
from engine.rules.errors import BadValue, shown
from engine.rules.horizons import Horizon, kind_by_gap, kind_of, midnight, parse_horizon
from engine.rules.missed import Catchup, Gap
from engine.rules.recurring import Plan, after_completion, plan, plan_reopening
from engine.rules.when import Rule
from engine.rules.wording import count_of
from engine.rules.zones import local
from engine.template_rows import Batch, Sheet, due_rows
from store import journal, settings
from store.enums import Action, Basis, Cause, Missed, Roll
from store.frozen import value
from store.instants import from_us, to_us

BATCH = 300
"""Templates of one transaction: others wait for its end, and whoever calls may call again at once."""
KIND = "template"
"""Kind of the notice that a template is broken."""

_MINUTE = 60_000_000


@value
class Looked:
    """What one batch did. `looked` templates, of which `broken` could not be used."""

    looked: int
    made: int
    reopened: int
    broken: int
    words: tuple[str, ...]


def next_look(connection: sqlite3.Connection) -> int | None:
    """When the first template must be looked at, microseconds UTC."""
    row = connection.execute(
        "SELECT wake_at FROM template WHERE wake_at IS NOT NULL AND deleted_at IS NULL ORDER BY wake_at LIMIT 1"
    ).fetchone()
    return None if row is None else int(row[0])


def waiting(connection: sqlite3.Connection, now: int) -> int:
    """How many templates are due to be looked at."""
    row = connection.execute(
        "SELECT count(*) FROM template WHERE wake_at <= ? AND wake_at IS NOT NULL AND deleted_at IS NULL", (now,)
    ).fetchone()
    return int(row[0])


def has_broken(connection: sqlite3.Connection) -> bool:
    """Whether some template could not be used when it was looked at last."""
    row = connection.execute(
        "SELECT 1 FROM schedule WHERE error IS NOT NULL AND action IN ('create', 'reopen') AND deleted_at IS NULL"
        " AND is_enabled LIMIT 1"
    ).fetchone()
    return row is not None


def look(connection: sqlite3.Connection, now: int, limit: int = 0, *, broken: bool = False) -> Looked:
    """Decide what is due of at most `limit` templates (0: BATCH) at `now`, microseconds UTC, as an act of its own.

    `broken`: those that could not be used are tried too, whenever they are due. Works inside the transaction that the
    caller has begun, IMMEDIATE. Calling it again changes nothing.
    """
    rows = due_rows(connection, now, limit or BATCH, broken=broken)
    if not rows:
        return Looked(0, 0, 0, 0, ())
    look = Look(connection, now)
    connection.execute("SAVEPOINT templates")
    try:
        look.take(rows)
    except sqlite3.IntegrityError:
        # One of them cannot be written as it is: each for itself, so that only that one stays behind.
        connection.execute("ROLLBACK TO templates")
        look = Look(connection, now)
        for row in rows:
            look.take_alone(row)
    connection.execute("RELEASE templates")
    look.tell()
    return Looked(len(rows), look.made, look.reopened, len(look.wrong), tuple(look.words))


class Look:
    """One look at some templates, inside a transaction.

    An act of the engine's own, unless it is part of that of a person: then `act` is its number, `by` the user.
    """

    def __init__(
        self, connection: sqlite3.Connection, now: int, *, act: int | None = None, by: int | None = None
    ) -> None:
        self._by = by
        self._connection = connection
        self._now = now
        self._settings = settings.read_all(connection)
        self.made = self.reopened = 0
        self.wrong: list[int] = []
        self.words: list[str] = []
        self._templates: set[int] = set()
        self._act = act
        self._is_own = act is None
        self._hushed: list[int] = []
        self._gap: Gap | None = None

    def take(self, rows: Sequence[tuple[Standing, Sheet]]) -> None:
        """Plan and write them together."""
        batch = Batch(self._connection, self._now, rows, by=self._by)
        oldest = min(standing.cursor_at for standing, _ in rows)
        self._gap = ledger.silence(self._connection, oldest, self._now)
        for standing, sheet in rows:
            try:
                self._plan(batch, standing, sheet)
            except Exception as fault:
                if not self._connection.in_transaction:
                    raise  # the disk is full and all of this look undone: that is no fault of the template
                batch.drop(sheet)
                why = str(fault) if isinstance(fault, BadValue) else f"{type(fault).__name__}: {fault}"
                self._mark(standing, sheet, why)
        if (batch.has_tasks or batch.reopened or batch.resumed) and self._act is None:
            self._act = journal.begin(self._connection, self._now, journal.ENGINE, "template look")
        batch.write()
        self._hushed += batch.hushed
        self.made += batch.made
        self.reopened += len(batch.reopened)
        self._templates |= batch.makers

    def take_alone(self, row: tuple[Standing, Sheet]) -> None:
        """The same for one, which is marked if it cannot be written."""
        self._connection.execute("SAVEPOINT template")
        try:
            self.take([row])
        except sqlite3.IntegrityError as fault:
            self._connection.execute("ROLLBACK TO template")
            self._mark(row[0], row[1], f"its tasks cannot be written ({fault})")
        self._connection.execute("RELEASE template")

    def tell(self) -> None:
        """Say in the journal what was made."""
        if self._act is None:
            return
        many = count_of(len(self._templates), "template")
        parts = [f"{count_of(self.made, 'task')} made"] if self.made else []
        parts += [f"{count_of(self.reopened, 'task')} opened again"] if self.reopened else []
        journal.describe(self._connection, self._act, f"{' and '.join(parts) or 'looked'} of {many}", can_undo=False)
        if self._is_own:
            settle(Act(self._connection, journal.ENGINE, from_us(self._now), self._act), made=self._hushed)

    def _plan(self, batch: Batch, standing: Standing, sheet: Sheet) -> None:
        if standing.deleted_at is not None or not standing.is_enabled:
            batch.wake(sheet, None)
            return
        check(sheet, batch)
        if standing.error is not None:
            self._mend(standing)
        if standing.pause_reason is not None:
            if standing.paused_until is None or standing.paused_until > self._now:
                batch.wake(sheet, standing.paused_until)
                return
            standing = self._resume(batch, standing)
        rule = standing.rule(self._connection)
        skipped = batch.skips.get(standing.id, {})
        if sheet.basis == Basis.COMPLETION:
            self._plan_next(batch, standing, sheet, skipped)
            return
        cursor, now = from_us(standing.cursor_at), from_us(self._now)
        catchup, gap = Catchup(Missed(standing.missed), standing.missed_limit), self._gap_words(rule)
        if sheet.action == Action.REOPEN:
            decided = plan_reopening(rule, cursor, now, catchup, skipped, gap)
            batch.take_reopening(standing, sheet, rule, decided)
        else:
            horizon = horizon_of(sheet, rule, self._settings, now)
            is_alike = not skipped and standing.roll == Roll.NONE
            if is_alike:
                decided = _planned(rule, cursor, now, horizon, catchup, gap)
            else:
                decided = plan(rule, cursor, now, horizon, catchup, skipped, gap)
            batch.take_tasks(standing, sheet, rule, decided)

    def _plan_next(self, batch: Batch, standing: Standing, sheet: Sheet, skipped: Mapping[date, str]) -> None:
        """After completion: the next is made when the last is done, so there is one to make only where none is."""
        task = batch.newest.get(sheet.id)
        if task is not None and not task.is_done:
            batch.wake(sheet, None)
            return
        done = task.done_date if task is not None else None
        found = next_after(self._connection, standing, done, self._now, skipped)
        if found is None:
            batch.wake(sheet, None)
            return
        rule, at = found
        batch.take_next(standing, sheet, rule, at)

    def _resume(self, batch: Batch, standing: Standing) -> Standing:
        """A pause that had an end is over: what was planned meanwhile is skipped."""
        until = standing.paused_until or self._now
        if standing.cursor_at < until:
            words = ledger.pause_words(self._connection, standing.id, standing.pause_reason)
            batch.skip(standing, until - 1, words, Cause.PAUSED)
        batch.resumed.append(standing.id)
        cursor = max(standing.cursor_at, until - 1)
        return standing._replace(pause_reason=None, paused_until=None, cursor_at=cursor, rev=standing.rev + 1)

    def _gap_words(self, rule: Rule) -> str:
        if self._gap is None:
            return ""
        since, until = local(self._gap.since, rule.zone), local(self._gap.until, rule.zone)
        return f"engine was down from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"

    def _mark(self, standing: Standing, sheet: Sheet, why: str) -> None:
        """Let people see what is wrong with it until it is mended; every look tries again."""
        words = f"No tasks are made: {shown(why, 500)}"
        self.wrong.append(sheet.id)
        if standing.error != words:
            self.words.append(f"template {shown(standing.name)}: {shown(why, 500)}")
            self._connection.execute("UPDATE schedule SET error = ? WHERE id = ?", (words, standing.id))
            take_back(self._connection, standing.id, self._now, "something else is wrong with it")
            telling.tell(
                self._connection, f"{KIND}:{standing.id}:{self._now}", self._now, Severity.WARNING, KIND,
                f"{shown(standing.name)}: no tasks are made", why, schedule_id=standing.id,
            )  # fmt: skip
        again = self._now + max(1, int(self._settings["recurring_interval"])) * _MINUTE
        self._connection.execute(
            "UPDATE template SET wake_at = ?, last_checked_at = ? WHERE id = ?", (again, self._now, sheet.id)
        )

    def _mend(self, standing: Standing) -> None:
        self._connection.execute("UPDATE schedule SET error = NULL WHERE id = ?", (standing.id,))
        take_back(self._connection, standing.id, self._now, "its tasks are made again")


@lru_cache(maxsize=1024)
def _planned(rule: Rule, cursor: datetime, now: datetime, horizon: Horizon, catchup: Catchup, gap: str) -> Plan:
    """The plan of the many templates that share a rule and have nothing left out, made once for all of them."""
    return plan(rule, cursor, now, horizon, catchup, {}, gap)


def take_back(connection: sqlite3.Connection, schedule_id: int, now: int, reason: str) -> None:
    """Notices of a broken template are moot."""
    connection.execute(
        "UPDATE notification SET withdrawn_at = ?, withdrawn_reason = ?"
        " WHERE schedule_id = ? AND kind = ? AND withdrawn_at IS NULL",
        (now, reason, schedule_id, KIND),
    )


def check(sheet: Sheet, batch: Batch) -> None:
    """BadValue with what of the template is not there any more."""
    if sheet.list_gone is not None:
        raise BadValue(f"its list {shown(sheet.list_gone) or sheet.list_id} is deleted")
    if gone := batch.gone_assignees.get(sheet.id):
        raise BadValue(f"its assignee (user {gone}) is not there any more")


def horizon_of(sheet: Sheet, rule: Rule, known: Mapping[str, Any], now: datetime) -> Horizon:
    """The horizon of the template, else that of the setting for its type."""
    if sheet.horizon is not None:
        return parse_horizon(sheet.horizon)
    return parse_horizon(str(known[f"horizon_{kind_of(rule.spec) or kind_by_gap(rule, now)}"]))


def next_after(
    connection: sqlite3.Connection, standing: Standing, done: date | None, now: int, skipped: Mapping[date, str]
) -> tuple[Rule, datetime] | None:
    """The next occurrence after the day the last task was done (None: there was none); None when it has ended.

    With the rule that found it, which counts from that day. Its end and count hold for all of them together.
    """
    if standing.max_count is not None:
        made = connection.execute(
            "SELECT count(*) FROM occurrence WHERE schedule_id = ? AND state = 'fired'", (standing.id,)
        ).fetchone()[0]
        if made >= standing.max_count:
            return None
    standing = standing._replace(max_count=None)
    if done is None:
        rule = standing.rule(connection)
        at = rule.next(from_us(standing.cursor_at))
    else:
        anchor = to_us(midnight(done, standing.zone))
        rule = standing._replace(anchor_at=anchor, start_at=None).rule(connection)
        at = after_completion(rule, done)
    while at is not None and local(at, rule.zone).date() in skipped:
        at = rule.next(at)
    return None if at is None else (rule, at)
