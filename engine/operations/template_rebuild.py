"""A template was changed: its open tasks that nobody touched follow it, inside the act of who changed it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from engine.ledger import Standing
from engine.operations import followups
from engine.operations.labels import set_labels
from engine.operations.registry import Act
from engine.operations.template_tasks import FIRED, is_on, wake
from engine.rules.errors import BadValue, shown
from engine.rules.horizons import Horizon, parse_length
from engine.rules.missed import Catchup
from engine.rules.recurring import Plan, days_of, plan, plan_reopening
from engine.rules.when import Rule
from engine.rules.zones import local
from engine.template_rows import Batch, Sheet, one_row, open_items
from engine.templates import horizon_of, next_after
from store import settings
from store.enums import Action, Basis, Missed, OccurrenceState
from store.instants import from_us, to_us

_LIVE = "superseded_at IS NULL AND deleted_at IS NULL"
_REFRESH = """
UPDATE task SET name = :name, visible_date = :visible, deadline_date = :due, deadline_time = :time,
  start_date = :start, notes = :notes, tasks_group_name = :group, object_class = :class, object_id = :object,
  list_id = :list, priority = :priority, checklist = :checklist, shift_words = :shift, planned_at = :planned,
  rev = rev + 1
WHERE id = :id AND (name IS NOT :name OR visible_date IS NOT :visible OR deadline_date IS NOT :due
  OR deadline_time IS NOT :time OR start_date IS NOT :start OR notes IS NOT :notes
  OR tasks_group_name IS NOT :group OR object_class IS NOT :class OR object_id IS NOT :object
  OR list_id IS NOT :list OR priority IS NOT :priority OR checklist IS NOT :checklist
  OR shift_words IS NOT :shift OR planned_at IS NOT :planned)
"""


class Made(NamedTuple):
    """A live task of a template that is not past."""

    id: int
    planned_at: int | None
    is_done: int
    is_edited: int
    due: str | None

    @property
    def is_untouched(self) -> bool:
        """Whether it is as the template made it."""
        return not self.is_done and not self.is_edited


def settle(act: Act, template_id: int) -> None:
    """Decide what has passed by the template as it stands, before it is changed; ahead nothing is made."""
    standing, sheet = one_row(act.connection, template_id)
    if sheet.basis == Basis.COMPLETION or standing.cursor_at >= act.now:
        return
    if not is_on(act, standing):
        return
    try:
        rule = standing.rule(act.connection)
        batch = Batch(act.connection, act.now, [(standing, sheet)], by=followups.doer(act))
        catchup = Catchup(Missed(standing.missed), standing.missed_limit)
        skipped, cursor = batch.skips.get(standing.id, {}), from_us(standing.cursor_at)
        if sheet.action == Action.REOPEN:
            decided = plan_reopening(rule, cursor, act.at, catchup, skipped)
            batch.take_reopening(standing, sheet, rule, decided)
        else:
            horizon = horizon_of(sheet, rule, settings.read_all(act.connection), act.at)
            decided = plan(rule, cursor, act.at, horizon, catchup, skipped)
            passed = tuple(each for each in decided.verdicts if each.planned <= act.at)
            until = max([cursor, *(each.until or each.planned for each in passed)])
            batch.take_tasks(standing, sheet, rule, Plan(passed, until, decided.next, decided.wake))
    except BadValue:
        return  # it is marked: nobody knows what was planned
    batch.write()


def rebuild(act: Act, template_id: int) -> None:
    """Bring the open tasks that nobody touched in line with the template: those that are not past.

    Those whose day is still one of the rule are changed, the others deleted, and what is missing up to the horizon is
    made. Done, edited and past ones stay.
    """
    connection = act.connection
    standing, sheet = one_row(connection, template_id)
    today = local(act.at, standing.zone).date()
    made = not_past(connection, sheet.id, today)
    rule = standing.rule(connection)
    connection.execute("DELETE FROM occurrence WHERE schedule_id = ? AND planned_at > ?", (standing.id, act.now))
    standing = standing._replace(cursor_at=min(standing.cursor_at, act.now))
    connection.execute("UPDATE schedule SET cursor_at = ? WHERE id = ?", (standing.cursor_at, standing.id))
    if sheet.action == Action.REOPEN or sheet.basis == Basis.COMPLETION:
        _rebuild_one(act, standing, sheet, made)
    else:
        _rebuild_many(act, standing, sheet, rule, made)
    wake(connection, standing, sheet, act.now)


class Rebuilt(NamedTuple):
    """What becomes of the tasks that were made ahead: those that `follow` with their instants, those that are `gone`,
    and the verdicts of which the fired ones are new.
    """

    follow: list[tuple[Made, datetime]]
    gone: list[Made]
    decided: Plan


def not_past(connection: sqlite3.Connection, template_id: int, today: date) -> list[Made]:
    """The live tasks of a template that an edit looks at."""
    rows = connection.execute(
        "SELECT id, planned_at, is_done, is_edited, deadline_date FROM task"
        f" WHERE template_id = ? AND {_LIVE} ORDER BY deadline_date, id",
        (template_id,),
    ).fetchall()
    return [Made(*row) for row in rows if row[4] is None or row[4] >= today.isoformat() or row[2] or row[3]]


def rebuilt(rule: Rule, now: datetime, horizon: Horizon, skipped: Mapping[date, str], made: Sequence[Made]) -> Rebuilt:
    """How the tasks that are not past follow a rule: the same for a preview and for the edit itself."""
    by_planned = {each.planned_at: each for each in made if each.planned_at is not None}
    decided = plan(rule, now, now, horizon, Catchup(Missed.SKIP), skipped)
    wanted = {to_us(each.planned): each for each in decided.verdicts if each.state is OccurrenceState.FIRED}
    taken: set[date] = set()
    found = Rebuilt([], [], decided)
    for task in made:
        if task.planned_at is None:
            is_wanted = False
        else:
            at = from_us(task.planned_at)
            is_wanted = task.planned_at in wanted or (at <= now and rule.last(at, from_us(task.planned_at - 1)) == at)
            if not task.is_untouched and not is_wanted:
                taken.add(local(at, rule.zone).date())
        if task.is_untouched and is_wanted and task.planned_at is not None:
            found.follow.append((task, from_us(task.planned_at)))
        elif task.is_untouched:
            found.gone.append(task)
    new = tuple(
        each
        for each in decided.verdicts
        if each.state is not OccurrenceState.FIRED
        or (to_us(each.planned) not in by_planned and local(each.planned, rule.zone).date() not in taken)
    )
    return found._replace(decided=Plan(new, decided.cursor, decided.next, decided.wake))


def _rebuild_many(act: Act, standing: Standing, sheet: Sheet, rule: Rule, made: Sequence[Made]) -> None:
    connection, now = act.connection, act.at
    horizon = horizon_of(sheet, rule, settings.read_all(connection), now)
    old = Batch(connection, act.now, [(standing, sheet)])
    found = rebuilt(rule, now, horizon, old.skips.get(standing.id, {}), made)
    for task, at in found.follow:
        _refresh(act, sheet, rule, task, at, old)
    for task in found.gone:
        _drop(act, standing, task)
    connection.execute(FIRED, (act.now, sheet.id, act.now))
    if is_on(act, standing):
        batch = Batch(connection, act.now, [(standing, sheet)], by=followups.doer(act))
        batch.take_tasks(standing, sheet, rule, found.decided)
        batch.write()


def _rebuild_one(act: Act, standing: Standing, sheet: Sheet, made: Sequence[Made]) -> None:
    """Of a template with one task at a time: the open one, if nobody touched it, is due anew."""
    connection = act.connection
    batch = Batch(connection, act.now, [(standing, sheet)])
    untouched = [each for each in made if each.is_untouched]
    for each in untouched[1:]:
        _drop(act, standing, each)
    rule: Rule = standing.rule(connection)
    at: datetime | None
    if sheet.basis == Basis.COMPLETION:
        row = connection.execute(
            f"SELECT max(done_date) FROM task WHERE template_id = ? AND is_done AND {_LIVE}", (sheet.id,)
        ).fetchone()
        done = date.fromisoformat(row[0]) if row[0] else None
        found = next_after(connection, standing, done, act.now, batch.skips.get(standing.id, {}))
        rule, at = found or (rule, None)
    else:
        at = rule.next(act.at)
    if untouched and at is not None:
        _refresh(act, sheet, rule, untouched[0], at, batch, planned=sheet.basis == Basis.COMPLETION)
    elif untouched:
        _drop(act, standing, untouched[0])
    connection.execute(FIRED, (act.now, sheet.id, act.now))


def _refresh(
    act: Act, sheet: Sheet, rule: Rule, task: Made, at: datetime, batch: Batch, *, planned: bool = True
) -> None:
    """The task as the template would make it now."""
    visible = None if sheet.visible is None else parse_length(sheet.visible)
    days = days_of(at, rule.zone, parse_length(sheet.duration), visible)
    act.connection.execute(
        _REFRESH,
        {
            "id": task.id, "name": sheet.task_name, "visible": days.visible.isoformat(), "due": days.due.isoformat(),
            "time": days.time, "start": days.start.isoformat(), "notes": sheet.notes,
            "group": sheet.tasks_group_name, "class": sheet.object_class, "object": sheet.object_id,
            "list": sheet.list_id, "priority": sheet.priority, "checklist": open_items(sheet.checklist),
            "shift": rule.shifted(at) or None, "planned": to_us(at) if planned else task.planned_at,
        },
    )  # fmt: skip
    set_labels(act.connection, task.id, batch.labels.get(sheet.id, ()))
    assign(act.connection, task.id, batch.assignees.get(sheet.id, ()))


def assign(connection: sqlite3.Connection, task: int, users: Sequence[int]) -> None:
    """Let the task be of these users and no others."""
    has = {row[0] for row in connection.execute("SELECT user_id FROM task_assignee WHERE task_id = ?", (task,))}
    connection.executemany(
        "DELETE FROM task_assignee WHERE task_id = ? AND user_id = ?", [(task, user) for user in has - {*users}]
    )
    connection.executemany(
        "INSERT INTO task_assignee (task_id, user_id) VALUES (?, ?)",
        [(task, user) for user in users if user not in has],
    )


def _drop(act: Act, standing: Standing, task: Made) -> None:
    act.connection.execute("UPDATE task SET deleted_at = ?, rev = rev + 1 WHERE id = ?", (act.now, task.id))
    act.connection.execute(
        "UPDATE occurrence SET state = 'skipped', cause = 'edited', reason = ? WHERE schedule_id = ? AND task_id = ?",
        (f"{shown(act.actor.name)} changed the template", standing.id, task.id),
    )
