"""What a trigger does: the verbs that people use, in the name of its owner, on the tasks that it is for."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from engine.operations.registry import NAMED, Act
from engine.rules.errors import BadValue, shown
from engine.rules.offsets import parse_offset, shift_date
from engine.rules.triggers.due import Facts, needless
from engine.triggers import flowing, for_others, making, notifying, starting, statuses, subjects
from engine.triggers.facts import facts_of
from engine.triggers.guard import mark, rate
from engine.triggers.happenings import newest_change
from engine.triggers.live import Live
from store import journal
from store.enums import TriggerAction
from store.errors import Refused, StoreTrouble
from store.frozen import value
from store.journal import Actor
from store.schema import moved

VIA = "trigger"
GONE = "the task is gone"
_HANDFUL = 1_000
log = logging.getLogger("tickler.engine")

_ACTED = """
INSERT INTO pending_action (trigger_id, subject, task_id, entity_id, due_at, made_at, cause_id, chain, state, reason,
                            decided_at, act_id, touched)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trigger_id, subject, due_at) DO NOTHING
"""


@value
class Outcome:
    """Of one batch: the tasks, or what else the trigger is about, that were touched, and why each other was not."""

    touched: tuple[int, ...] = ()
    left_out: Mapping[int, str] = {}
    fault: str = ""


@value
class Acting(Act):
    """An act of a trigger; `chain` are the triggers that led to it and itself, for what ends after the act is over."""

    chain: tuple[int, ...] = ()


def act_at_once(
    act: Act, live: Live, tasks: Sequence[int], chain: tuple[int, ...], facts: Mapping[int, Facts] | None = None
) -> Outcome:
    """Act inside somebody's act, which keeps its words; each task leaves a line in the history of the trigger."""
    words = act.connection.execute("SELECT words, can_undo FROM act WHERE id = ?", (act.id,)).fetchone()
    outcome = perform(act, live, tasks, facts or None, chain=chain)
    told = [words[0], _told(live, outcome)] if outcome.touched else words[:1]
    journal.describe(act.connection, act.id, "; ".join(each for each in told if each), can_undo=bool(words[1]))
    record(act, live, tasks, outcome, chain)
    return outcome


def record(act: Act, live: Live, tasks: Iterable[int], outcome: Outcome, chain: tuple[int, ...] = ()) -> None:
    """Lines of what was done at once, after the triggers of `chain`."""
    touched = frozenset(outcome.touched)
    text = ",".join(map(str, chain))
    rows = []
    for task in tasks:
        is_touched = task in touched
        why = None if is_touched else outcome.left_out.get(task) or outcome.fault or "nothing to do"
        state = "acted" if is_touched else "withdrawn"
        rows.append(
            (live.id, *subjects.columns(live.event, task), act.now, act.now, act.id, text, state, why, act.now,
             act.id if is_touched else None, int(is_touched))
        )  # fmt: skip
    act.connection.executemany(_ACTED, rows)
    moved(act.connection, "pending_action")


def actor_of(live: Live) -> Actor:
    """In whose name a trigger acts: its owner's, with their rights; the engine's, if it belongs to nobody."""
    return journal.ENGINE if live.owner_id is None else Actor(live.owner_id, live.owner, VIA)


def perform(
    act: Act,
    live: Live,
    tasks: Sequence[int],
    facts: Mapping[int, Facts] | None = None,
    *,
    counts: bool = True,
    chain: tuple[int, ...] = (),
) -> Outcome:
    """Do it to the tasks for which its condition holds; whatever goes wrong is undone and told of the trigger.

    `facts`: of these tasks, if they are known as they are now. `counts`: it is a cause of its own for the guard that
    stops what acts too often.
    """
    if counts and (why := rate(act, live)):
        mark(act, (live.id,), why)
        return Outcome(fault=why)
    own = Acting(act.connection, actor_of(live), act.at, act.id, (*chain, live.id))
    act.connection.execute("SAVEPOINT acting")
    try:
        outcome = _perform(own, live, tasks, facts)
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


def _perform(act: Act, live: Live, tasks: Sequence[int], known: Mapping[int, Facts] | None) -> Outcome:
    if subjects.about(live.event) is not subjects.About.TASK:
        return Outcome(*for_others.perform(act, live, tasks, ACTIONS))
    out = _needless(act, live, tasks, known)
    chosen = [task for task in tasks if task not in out]
    fitting = holding(act, live, chosen)
    out |= {task: f"its condition did not hold: {live.condition}" for task in chosen if task not in fitting}
    chosen = [task for task in chosen if task in fitting]
    if not chosen:
        return Outcome(left_out=out)
    touched: list[int] = []
    for some in _handfuls(chosen):
        done, left_out = ACTIONS[live.action](act, live, some)
        touched += done
        out |= left_out
    return Outcome(tuple(touched), out)


def _needless(act: Act, live: Live, tasks: Sequence[int], known: Mapping[int, Facts] | None) -> dict[int, str]:
    """Why it need not be done to some of the tasks."""
    out: dict[int, str] = {}
    for some in _handfuls(tasks):
        facts = facts_of(act.connection, some) if known is None else known
        out |= {task: why for task in some if (why := needless(live.action, facts[task]) if task in facts else GONE)}
    return out


def _handfuls(tasks: Sequence[int]) -> Iterator[Sequence[int]]:
    """A label may be on a hundred thousand tasks: no statement and no list of rows grows with it."""
    return (tasks[at : at + _HANDFUL] for at in range(0, len(tasks), _HANDFUL))


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
        changed = _changed(act, since)
        touched = [task for task in tasks if task in changed]
        return touched, dict.fromkeys((task for task in tasks if task not in changed), _first(left_out))

    return call


def _first(left_out: Sequence[str]) -> str:
    return left_out[0] if len(left_out) == 1 else "it is so already"


def _changed(act: Act, since: int) -> frozenset[int]:
    rows = act.connection.execute(
        "SELECT DISTINCT row_id FROM change WHERE +act_id = ? AND id > ? AND kind = 'task'", (act.id, since)
    )
    return frozenset(row[0] for row in rows.fetchall())


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
        return touched, dict.fromkeys((task for task in tasks if (task in has) is is_added), words)

    return call


ACTIONS: dict[TriggerAction, Callable[[Act, Live, Sequence[int]], Touched]] = {
    TriggerAction.COMPLETE: _verb("task done"),
    TriggerAction.REOPEN: _verb("task reopen"),
    TriggerAction.DELETE: _verb("task delete"),
    TriggerAction.MOVE_DATE: _move("start_date"),
    TriggerAction.MOVE_DEADLINE: _move("deadline_date"),
    TriggerAction.ADD_LABEL: _label(True),
    TriggerAction.REMOVE_LABEL: _label(False),
    TriggerAction.CREATE: making.create,
    TriggerAction.NOTIFY: notifying.notify,
    TriggerAction.RUN: starting.run,
    TriggerAction.SET_STATUS: statuses.set_status,
    TriggerAction.WORKFLOW: flowing.start,
}
"""By the action of a trigger: what it does to tasks, which it touched, and why not the others."""


def _told(live: Live, outcome: Outcome) -> str:
    return f"trigger {shown(live.name)}: {live.action}, {subjects.counted(live.event, len(outcome.touched))}"
