"""Tasks that templates made, when somebody does one of them, deletes one, or takes an act back.

All of it happens inside that person's act: what is made and changed here is in the journal, row by row, and one undo
takes it back. The ledger is not in the journal; `reconcile` works it out anew from the tasks and the skips.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date

from engine import recurring_switch
from engine.ledger import Standing
from engine.operations import followups
from engine.operations.registry import Act
from engine.rules.errors import BadValue, shown
from engine.rules.zones import local
from engine.template_rows import Batch, Sheet, one_row
from engine.templates import Look, next_after
from store.enums import Action, Basis
from store.instants import from_us, to_us
from store.values import Task

_LIVE = "superseded_at IS NULL AND deleted_at IS NULL"
FIRED = """
INSERT INTO occurrence (schedule_id, planned_at, state, decided_at, task_id)
SELECT t.schedule_id, t.planned_at, 'fired', ?, t.id FROM task t
WHERE t.template_id = ? AND t.planned_at > ? AND t.superseded_at IS NULL AND t.deleted_at IS NULL
ON CONFLICT (schedule_id, planned_at) DO NOTHING
"""
"""Lines for the tasks of a template planned after an instant; its values: now, the template, the instant."""


def reconcile(connection: sqlite3.Connection, schedule_id: int, now: int) -> None:
    """Let the ledger say of the days to come what tasks and skips say, after an undo or redo put them back.

    The next look makes what is missing. What has passed keeps its line.
    """
    row = connection.execute("SELECT id FROM template WHERE schedule_id = ?", (schedule_id,)).fetchone()
    if row is None:
        return
    standing, sheet = one_row(connection, row[0])
    connection.execute("DELETE FROM occurrence WHERE schedule_id = ? AND planned_at > ?", (schedule_id, now))
    connection.execute(FIRED, (now, sheet.id, now))
    connection.execute(
        "UPDATE occurrence SET state = 'fired', reason = NULL, cause = NULL WHERE schedule_id = ? AND state = 'skipped'"
        f" AND task_id IN (SELECT id FROM task WHERE template_id = ? AND {_LIVE})",
        (schedule_id, sheet.id),
    )
    cursor = min(standing.cursor_at, now)
    connection.execute("UPDATE schedule SET cursor_at = ? WHERE id = ?", (cursor, schedule_id))
    wake(connection, standing._replace(cursor_at=cursor), sheet, now)


def touched(connection: sqlite3.Connection, act_id: int) -> set[int]:
    """Schedules of templates whose rows an act changed, as far as these rows are there now."""
    rows = connection.execute(
        "SELECT DISTINCT t.schedule_id FROM change c JOIN task t ON t.id = c.row_id"
        " WHERE c.act_id = :act AND c.kind = 'task' AND t.template_id IS NOT NULL"
        " UNION SELECT k.schedule_id FROM change c JOIN skip k ON k.id = c.row_id"
        " WHERE c.act_id = :act AND c.kind = 'skip'"
        " UNION SELECT p.schedule_id FROM change c JOIN template p ON p.id = c.row_id"
        " WHERE c.act_id = :act AND c.kind = 'template'"
        " UNION SELECT p.schedule_id FROM change c JOIN template p ON p.schedule_id = c.row_id"
        " WHERE c.act_id = :act AND c.kind = 'schedule'",
        {"act": act_id},
    )
    return {int(row[0]) for row in rows}


def make_room(connection: sqlite3.Connection, act_id: int) -> None:
    """Before an act is taken back that made a template: what the engine made of it since, and nobody touched, goes.

    A task that somebody did or changed stays, and then the undo says that the template is used.
    """
    rows = connection.execute(
        "SELECT p.id, p.schedule_id FROM change c JOIN template p ON p.id = c.row_id"
        " WHERE c.act_id = ? AND c.kind = 'template' AND c.action = 'insert'",
        (act_id,),
    ).fetchall()
    made = (
        "template_id = :template AND created_by IS NULL"
        " AND id NOT IN (SELECT row_id FROM change WHERE act_id = :act AND kind = 'task')"
    )  # the task that began to recur was there before, whoever made it
    for template, schedule in rows:
        which = {"template": template, "act": act_id}
        used = connection.execute(
            f"SELECT 1 FROM task WHERE {made} AND (is_done OR is_edited) LIMIT 1", which
        ).fetchone()
        if used is None:
            for table in ("task_label", "task_assignee"):
                connection.execute(f"DELETE FROM {table} WHERE task_id IN (SELECT id FROM task WHERE {made})", which)
            connection.execute("DELETE FROM occurrence WHERE schedule_id = ?", (schedule,))
            connection.execute(f"DELETE FROM task WHERE {made}", which)


def after_done(act: Act, tasks: Iterable[Task], on: date | None) -> None:
    """Tasks that recur after completion were done: the next of each is made, or opened, counted from that day."""
    for template, some in _by_template(tasks).items():
        standing, sheet = one_row(act.connection, template)
        if sheet.basis != Basis.COMPLETION:
            continue
        if is_on(act, standing):
            for task in some:
                make_next(act, template, on or task.done_date or act.today)
        else:
            wake(act.connection, standing, sheet, act.now)  # the first pass that may makes it


def make_next(act: Act, template_id: int, done: date) -> None:
    """The next task of a template that recurs after completion, if none is open and it has not ended."""
    standing, sheet = one_row(act.connection, template_id)
    batch = Batch(act.connection, act.now, [(standing, sheet)], by=followups.doer(act), is_kept=True)
    task = batch.newest.get(sheet.id)
    if task is not None and not task.is_done:
        return
    found = next_after(act.connection, standing, done, act.now, batch.skips.get(standing.id, {}))
    if found is None:
        act.connection.execute("UPDATE schedule SET next_at = NULL WHERE id = ?", (standing.id,))
        return
    rule, at = found
    batch.take_next(standing, sheet, rule, at)
    batch.write()


def after_reopened(act: Act, tasks: Iterable[Task]) -> None:
    """One that recurs after completion is open again: the next, which its completion made, is not due any more."""
    for task in tasks:
        if task.template_id is not None:
            sheet = one_row(act.connection, task.template_id)[1]
            if sheet.basis == Basis.COMPLETION and sheet.action == Action.CREATE:
                act.connection.execute(
                    "UPDATE task SET deleted_at = ?, rev = rev + 1 WHERE template_id = ? AND id > ? AND is_done = 0"
                    f" AND is_edited = 0 AND {_LIVE}",
                    (act.now, task.template_id, task.id),
                )


def after_deleted(act: Act, tasks: Iterable[Task]) -> None:
    """Deleting a task of a template leaves its occurrence out, for good."""
    by, words = followups.doer(act), f"its task was deleted by {shown(act.actor.name)}"
    for template, some in _by_template(task for task in tasks if task.planned_at is not None).items():
        standing, sheet = one_row(act.connection, template)
        days = [(task, local(from_us(task.planned_at or 0), standing.zone).date()) for task in some]
        act.connection.execute(_SKIP_ALL, (standing.id, act.now, by, json.dumps([day.isoformat() for _, day in days])))
        act.connection.execute(
            "UPDATE occurrence SET state = 'skipped', cause = 'excluded', reason = ?, decided_at = ?"
            " WHERE schedule_id = ? AND planned_at IN (SELECT value FROM json_each(?)) AND state = 'fired'",
            (words, act.now, standing.id, json.dumps([task.planned_at for task in some])),
        )
        if sheet.basis == Basis.COMPLETION and is_on(act, standing):
            for task, day in days:
                if not task.is_done:
                    make_next(act, sheet.id, max(day, act.today))


def _by_template(tasks: Iterable[Task]) -> dict[int, list[Task]]:
    """Tasks of one template together: its row is read once, however many they are."""
    found: dict[int, list[Task]] = {}
    for task in tasks:
        if task.template_id is not None:
            found.setdefault(task.template_id, []).append(task)
    return found


_SKIP_ALL = """
INSERT INTO skip (schedule_id, day, reason, at, by_id) SELECT ?, value, '', ?, ? FROM json_each(?) WHERE true
ON CONFLICT (schedule_id, day) DO NOTHING
"""
_SKIP = """
INSERT INTO skip (schedule_id, day, reason, at, by_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT (schedule_id, day) DO NOTHING
"""


def skip_day(act: Act, schedule_id: int, day: date, reason: str) -> None:
    """Leave a day of a schedule out; one that is left out already stays so."""
    act.connection.execute(_SKIP, (schedule_id, day.isoformat(), reason, act.now, followups.doer(act)))


def drop_open(act: Act, template_id: int) -> int:
    """Delete the open tasks of a template, also past and edited ones; how many."""
    return act.connection.execute(
        f"UPDATE task SET deleted_at = ?, rev = rev + 1 WHERE template_id = ? AND is_done = 0 AND {_LIVE}",
        (act.now, template_id),
    ).rowcount


def is_on(act: Act, standing: Standing) -> bool:
    """Whether tasks of it are made now."""
    is_live = standing.deleted_at is None and bool(standing.is_enabled) and standing.pause_reason is None
    return is_live and recurring_switch.is_on(act.connection)


def wake(connection: sqlite3.Connection, standing: Standing, sheet: Sheet, now: int) -> None:
    """Let the next look see to it at once, or at the end of its pause."""
    is_off = standing.deleted_at is not None or not standing.is_enabled
    at = None if is_off else standing.paused_until if standing.pause_reason is not None else now
    connection.execute("UPDATE template SET wake_at = ? WHERE id = ? AND wake_at IS NOT ?", (at, sheet.id, at))
    try:
        following = standing.rule(connection).next(from_us(standing.cursor_at))
    except BadValue:
        following = None
    if is_off or sheet.basis == Basis.COMPLETION:
        following = None
    connection.execute("UPDATE schedule SET next_at = ? WHERE id = ?", (following and to_us(following), standing.id))


def make_first(act: Act, template_id: int) -> bool:
    """What the next look would make of a new template, made at once, as part of the act of who adds it.

    While recurring is switched off only its first task is made; whether it is switched on.
    """
    standing, sheet = one_row(act.connection, template_id)
    is_switched_on = recurring_switch.is_on(act.connection)
    if not is_switched_on:
        sheet = sheet._replace(horizon="next")
    Look(act.connection, act.now, act=act.id, by=followups.doer(act)).take_alone((standing, sheet))
    if not is_switched_on:
        woken(act.connection, template_id, act.now)  # the rest, once it is switched on
    return is_switched_on


def woken(connection: sqlite3.Connection, template_id: int, now: int) -> None:
    """Let the next look see to the template at once, as it stands now."""
    standing, sheet = one_row(connection, template_id)
    wake(connection, standing, sheet, now)
