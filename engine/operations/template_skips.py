"""Days that are left out of what recurs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from engine.operations.registry import Act, Help, operation
from engine.operations.template_saving import found
from engine.operations.template_tasks import is_on, make_next, reconcile, skip_day
from engine.rules.errors import shown
from engine.rules.horizons import midnight
from engine.rules.texts import one_line
from engine.rules.wording import long_day
from engine.template_rows import one_row, skip_words
from store import journal
from store.enums import Basis
from store.errors import Refused
from store.instants import from_us, to_us
from store.reads import templates as reads
from store.values import Skip, Template

Name = Annotated[str, Help("its name or id", "TEMPLATE")]

_OF_DAY = """
SELECT id, is_done FROM task WHERE template_id = ? AND planned_at >= ? AND planned_at < ?
  AND superseded_at IS NULL AND deleted_at IS NULL
"""
_LEFT_OUT = """
UPDATE occurrence SET state = 'skipped', cause = 'excluded', reason = ?, decided_at = ?
WHERE schedule_id = ? AND planned_at >= ? AND planned_at < ? AND state = 'fired'
"""
_BACK = """
UPDATE task SET deleted_at = NULL, rev = rev + 1 WHERE id IN (
  SELECT max(id) FROM task WHERE template_id = ? AND planned_at >= ? AND planned_at < ? AND deleted_at IS NOT NULL
  GROUP BY planned_at)
"""


@operation("template skip")
def skip(
    act: Act,
    template: Name,
    day: Annotated[date, Help("the day that is left out")],
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
) -> Skip:
    """Leave one day of a template out: its task goes, and no later pass or edit makes it again."""
    before = found(act, template, None)
    begin, end = _span(before, day)
    live = act.connection.execute(_OF_DAY, (before.id, begin, end)).fetchall()
    standing, _ = one_row(act.connection, before.id)
    if not live and not standing.rule(act.connection).whole().count(from_us(begin - 1), from_us(end - 1)):
        raise Refused(f"{shown(before.name)} does not happen on {long_day(day)}.")
    if _known(act, before, day) is not None:
        raise Refused(f"{shown(before.name)} is left out on {long_day(day)} already.")
    if any(is_done for _, is_done in live):
        raise Refused(f"{shown(before.name)} of {long_day(day)} is done already.")
    made = leave_out(act, before, day, one_line("reason", reason) if reason.strip() else "")
    journal.describe(act.connection, act.id, f"left out: {shown(before.name)} on {long_day(day)}")
    return made


def leave_out(act: Act, before: Template, day: date, reason: str) -> Skip:
    """The day is left out, whether it happens or not; its open tasks go, and one that was done stays."""
    begin, end = _span(before, day)
    live = [number for number, is_done in act.connection.execute(_OF_DAY, (before.id, begin, end)) if not is_done]
    skip_day(act, before.schedule_id, day, reason)
    act.connection.executemany(
        "UPDATE task SET deleted_at = ?, rev = rev + 1 WHERE id = ?", [(act.now, number) for number in live]
    )
    made = _known(act, before, day)
    assert made is not None
    act.connection.execute(_LEFT_OUT, (skip_words(made.reason, made.by), act.now, before.schedule_id, begin, end))
    if before.basis is Basis.COMPLETION and live and is_on(act, one_row(act.connection, before.id)[0]):
        make_next(act, before.id, max(day, act.today))
    return made


@operation("template unskip")
def unskip(act: Act, template: Name, day: Annotated[date, Help("the day that was left out")]) -> Template:
    """Let a day that was left out happen after all: its task comes back, or the next pass makes it."""
    before = found(act, template, None)
    if _known(act, before, day) is None:
        raise Refused(f"{shown(before.name)} is not left out on {long_day(day)}.")
    let_happen(act, before, day)
    journal.describe(act.connection, act.id, f"no longer left out: {shown(before.name)} on {long_day(day)}")
    return reads.template(act.connection, before.id)


def let_happen(act: Act, before: Template, day: date) -> None:
    """The day is not left out any more."""
    begin, end = _span(before, day)
    connection = act.connection
    connection.execute("DELETE FROM skip WHERE schedule_id = ? AND day = ?", (before.schedule_id, day.isoformat()))
    connection.execute(_BACK, (before.id, begin, end))
    reconcile(connection, before.schedule_id, act.now)
    is_back = connection.execute(_OF_DAY, (before.id, begin, end)).fetchone() is not None
    if not is_back and day >= act.at.astimezone(act.zone).date():
        connection.execute(
            "DELETE FROM occurrence WHERE schedule_id = ? AND planned_at >= ? AND planned_at < ? AND state = 'skipped'",
            (before.schedule_id, begin, end),
        )
        connection.execute(
            "UPDATE schedule SET cursor_at = min(cursor_at, ?) WHERE id = ?", (begin - 1, before.schedule_id)
        )


def _span(template: Template, day: date) -> tuple[int, int]:
    """The instants between which the day lies, on the clocks of the template."""
    begin, end = midnight(day, template.zone), midnight(day + timedelta(days=1), template.zone)
    return to_us(begin), to_us(end)


def _known(act: Act, template: Template, day: date) -> Skip | None:
    return next((each for each in reads.skips(act.connection, template.schedule_id, day) if each.day == day), None)
