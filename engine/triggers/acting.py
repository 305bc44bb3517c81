"""What a trigger does: the verbs that people use, in the name of its owner, on the tasks that it is for."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from engine import telling
from engine.operations.registry import NAMED, Act
from engine.rules.alerts import Severity
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import parse_offset, shift_date
from engine.rules.triggers.chain import too_often
from engine.rules.wording import count_of
from engine.triggers.happenings import newest_change
from engine.triggers.live import Live
from store import journal
from store.enums import TriggerAction
from store.errors import Refused, StoreTrouble
from store.frozen import value
from store.instants import SECOND
from store.journal import Actor
from store.schema import moved

VIA = "trigger"
log = logging.getLogger("tickler.engine")

_ACTED = """
INSERT INTO pending_action (trigger_id, subject, task_id, due_at, made_at, cause_id, chain, state, reason, decided_at,
                            act_id, touched)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trigger_id, subject, due_at) DO NOTHING
"""


@value
class Outcome:
    """Of one batch: the tasks that were touched, and why each of the others was not."""

    touched: tuple[int, ...] = ()
    left_out: Mapping[int, str] = {}
    fault: str = ""


def act_at_once(act: Act, live: Live, tasks: Sequence[int], chain: tuple[int, ...]) -> Outcome:
    """Act inside somebody's act, which keeps its words; each task leaves a line in the history of the trigger."""
    words = act.connection.execute("SELECT words, can_undo FROM act WHERE id = ?", (act.id,)).fetchone()
    outcome = perform(act, live, tasks)
    note = f"; {_told(live, outcome)}" if outcome.touched else ""
    journal.describe(act.connection, act.id, f"{words[0]}{note}", can_undo=bool(words[1]))
    record(act, live, tasks, outcome, chain)
    return outcome


def record(act: Act, live: Live, tasks: Iterable[int], outcome: Outcome, chain: tuple[int, ...] = ()) -> None:
    """Lines of what was done at once."""
    touched = frozenset(outcome.touched)
    text = ",".join(map(str, (*chain, live.id)))
    rows = []
    for task in tasks:
        is_touched = task in touched
        why = None if is_touched else outcome.left_out.get(task) or outcome.fault or "nothing to do"
        state = "acted" if is_touched else "withdrawn"
        rows.append(
            (live.id, f"task:{task}", task, act.now, act.now, act.id, text, state, why, act.now,
             act.id if is_touched else None, int(is_touched))
        )  # fmt: skip
    act.connection.executemany(_ACTED, rows)
    moved(act.connection, "pending_action")


def perform(act: Act, live: Live, tasks: Sequence[int]) -> Outcome:
    """Do it to the tasks for which its condition holds; whatever goes wrong is undone and told of the trigger."""
    why = _rate(act, live)
    if why:
        mark(act, (live.id,), why)
        return Outcome(fault=why)
    own = Act(act.connection, Actor(live.owner_id, live.owner, VIA), act.at, act.id)
    act.connection.execute("SAVEPOINT acting")
    try:
        outcome = _perform(own, live, tasks)
    except (Refused, BadValue) as refusal:
        act.connection.execute("ROLLBACK TO acting")
        outcome = Outcome(left_out=dict.fromkeys(tasks, str(refusal)))
    except StoreTrouble:
        raise
    except Exception as fault:
        log.exception("trigger %s", live.id)
        act.connection.execute("ROLLBACK TO acting")
        outcome = Outcome(fault=f"{type(fault).__name__}: {fault}")
        mark(act, (live.id,), outcome.fault)
    act.connection.execute("RELEASE acting")
    if outcome.touched:
        act.connection.execute(
            'UPDATE "trigger" SET last_at = ?, times = times + ? WHERE id = ?', (act.now, len(outcome.touched), live.id)
        )
    return outcome


def _perform(act: Act, live: Live, tasks: Sequence[int]) -> Outcome:
    fitting = holding(act, live, tasks)
    out = {task: f"its condition did not hold: {live.condition}" for task in tasks if task not in fitting}
    chosen = [task for task in tasks if task in fitting]
    if not chosen:
        return Outcome(left_out=out)
    touched, left_out = ACTIONS[live.action](act, live, chosen)
    return Outcome(tuple(touched), {**out, **left_out})


def holding(act: Act, live: Live, tasks: Sequence[int]) -> frozenset[int]:
    """Those for which the condition of the trigger holds now."""
    if not live.condition:
        return frozenset(tasks)
    from engine.filtering import understand
    from store.reads import tasks as reads

    sought = understand(act.connection, live.condition, act.today, live.owner)
    conditions, values = sought.sift.conditions()
    if sought.view is not None:
        inside = {number for each in reads.view(sought.view, act.today) for number in reads.ids(act.connection, each)}
        tasks = [task for task in tasks if task in inside]
    rows = act.connection.execute(
        f"SELECT task.id FROM task WHERE task.id IN (SELECT value FROM json_each(?)){conditions}",
        (json.dumps(list(tasks)), *values),
    )
    return frozenset(row[0] for row in rows.fetchall())


Touched = tuple[Sequence[int], Mapping[int, str]]


def _verb(name: str) -> Callable[[Act, Live, Sequence[int]], Touched]:
    """A verb of tasks; those that are so already are left out of it, with its own words."""

    def call(act: Act, live: Live, tasks: Sequence[int]) -> Touched:
        from engine.operations import tasks as verbs  # noqa: F401  # registers them

        since = newest_change(act.connection)
        left_out = getattr(NAMED[name].inner(act, *tasks), "left_out", ())
        touched = _changed(act, since, tasks)
        return touched, dict.fromkeys((task for task in tasks if task not in touched), _first(left_out))

    return call


def _first(left_out: Sequence[str]) -> str:
    return left_out[0] if len(left_out) == 1 else "it is so already"


def _changed(act: Act, since: int, tasks: Sequence[int]) -> list[int]:
    rows = act.connection.execute(
        "SELECT DISTINCT row_id FROM change WHERE act_id = ? AND id > ? AND kind = 'task'", (act.id, since)
    )
    found = {row[0] for row in rows.fetchall()}
    return [task for task in tasks if task in found]


def _move(column: str) -> Callable[[Act, Live, Sequence[int]], Touched]:
    def call(act: Act, live: Live, tasks: Sequence[int]) -> Touched:
        offset = parse_offset(str(live.params["by"]))
        touched, left_out = [], {}
        rows = act.connection.execute(
            "SELECT id, start_date, deadline_date, visible_date FROM task WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(tasks)),),
        ).fetchall()
        for number, start, deadline, visible in rows:
            name = "deadline_date" if start is None else column
            was = deadline if name == "deadline_date" else start
            if was is None:
                left_out[number] = "it has no such day"
                continue
            day = shift_date(date.fromisoformat(was), offset, live.days).isoformat()
            shown_from = day if visible == was else visible
            act.connection.execute(
                f"UPDATE task SET {name} = ?, visible_date = ?, rev = rev + 1 WHERE id = ?", (day, shown_from, number)
            )
            touched.append(number)
        return touched, left_out

    return call


def _label(is_added: bool) -> Callable[[Act, Live, Sequence[int]], Touched]:
    def call(act: Act, live: Live, tasks: Sequence[int]) -> Touched:
        label = int(str(live.params["label_id"]))
        has = {
            row[0]
            for row in act.connection.execute(
                "SELECT task_id FROM task_label WHERE label_id = ? AND task_id IN (SELECT value FROM json_each(?))",
                (label, json.dumps(list(tasks))),
            )
        }
        touched = [task for task in tasks if (task not in has) is is_added]
        if is_added:
            statement = "INSERT INTO task_label (task_id, label_id) VALUES (?, ?)"
        else:
            statement = "DELETE FROM task_label WHERE task_id = ? AND label_id = ?"
        act.connection.executemany(statement, [(task, label) for task in touched])
        words = "it has the label already" if is_added else "it does not have the label"
        return touched, dict.fromkeys((task for task in tasks if task not in touched), words)

    return call


def _create(act: Act, live: Live, tasks: Sequence[int]) -> Touched:
    from engine.operations.task_making import NewTask, make

    for _ in tasks:
        make(act, NewTask(name=str(live.params["name"])))
    return tasks, {}


def _notify(act: Act, live: Live, tasks: Sequence[int]) -> Touched:
    names = dict(
        act.connection.execute(
            "SELECT id, name FROM task WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(tasks)),)
        ).fetchall()
    )
    severity = Severity(str(live.params.get("severity", "notice")))
    for task in tasks:
        subject = str(live.params.get("subject") or names.get(task, ""))
        key = f"trigger:{live.id}:{task}:{act.now}"
        telling.tell(
            act.connection, key, act.now, severity, VIA, subject, str(live.params.get("text", "")), task_id=task
        )
    return tasks, {}


ACTIONS: dict[TriggerAction, Callable[[Act, Live, Sequence[int]], Touched]] = {
    TriggerAction.COMPLETE: _verb("task done"),
    TriggerAction.REOPEN: _verb("task reopen"),
    TriggerAction.DELETE: _verb("task delete"),
    TriggerAction.MOVE_DATE: _move("start_date"),
    TriggerAction.MOVE_DEADLINE: _move("deadline_date"),
    TriggerAction.ADD_LABEL: _label(True),
    TriggerAction.REMOVE_LABEL: _label(False),
    TriggerAction.CREATE: _create,
    TriggerAction.NOTIFY: _notify,
}
"""By the action of a trigger: what it does to tasks, which it touched, and why not the others."""


def _rate(act: Act, live: Live) -> str:
    """Count this time; why it is one too many."""
    row = act.connection.execute(
        'UPDATE "trigger" SET minute_count = iif(minute_at > ?, minute_count + 1, 1),'
        " minute_at = iif(minute_at > ?, minute_at, ?) WHERE id = ? RETURNING minute_count",
        (act.now - 60 * SECOND, act.now - 60 * SECOND, act.now, live.id),
    ).fetchall()
    return too_often(row[0][0]) if row else ""


def stop(act: Act, chain: Sequence[int], why: str) -> None:
    """A chain of triggers ends here; all of them are marked until somebody mends them."""
    mark(act, chain, f"stopped: {why}")


def mark(act: Act, triggers: Iterable[int], why: str) -> None:
    """They do nothing any more until they are edited or resumed, and people are told."""
    for number in dict.fromkeys(triggers):
        row = act.connection.execute(
            'UPDATE "trigger" SET error = ?, rev = rev + 1 WHERE id = ? AND error IS NULL RETURNING name', (why, number)
        ).fetchall()
        if row:
            key, subject = f"trigger-broken:{number}:{act.now}", f"trigger {shown(row[0][0])} was stopped"
            telling.tell(act.connection, key, act.now, Severity.IMPORTANT, VIA, subject, why)


def _told(live: Live, outcome: Outcome) -> str:
    return f"trigger {shown(live.name)}: {live.action}, {count_of(len(outcome.touched), 'task')}"
