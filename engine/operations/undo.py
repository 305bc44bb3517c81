"""Undo and redo: the newest act of a person is taken back by an act of its own, so history stays whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from engine.operations.registry import Act, Help, operation
from engine.operations.reversal import Reversal
from engine.rules.errors import shown
from store import journal, values
from store.errors import Refused
from store.frozen import value
from store.reads import history

Preview = Annotated[bool, Help("say what it would take back, and change nothing")]


@value
class TakenBack:
    """What an undo or redo did: of which act, in its words, and to which rows (the first 50 of `changes`)."""

    act: int
    words: str
    is_preview: bool
    changes: int
    rows: tuple[str, ...]


@operation("undo")
def undo(
    act: Act,
    preview: Preview = False,
    id_: Annotated[int | None, Help("number of the act in `log`, instead of the newest")] = None,
) -> TakenBack:
    """Take back what you did last, if nobody changed the same fields since."""
    if id_ is None:
        target = history.undoable(act.connection, act.actor, act.id)
        final = history.in_the_way(act.connection, act.actor, act.id, target.id if target else 0)
        if final is not None:
            further = f" Before it: '{shown(target.words)}'; undo --id {target.id} takes that back." if target else ""
            raise Refused(f"'{shown(final.words)}' cannot be undone.{further}")
    else:
        target = _own(act, id_)
    if target is None:
        raise Refused("There is nothing to undo.")
    return _taken_back(act, target, f"undid: {_plain(target.words)}", preview)


@operation("redo")
def redo(act: Act, preview: Preview = False) -> TakenBack:
    """Do again what you undid last, if nobody changed the same fields since."""
    target = history.redoable(act.connection, act.actor, act.id)
    if target is None:
        raise Refused("There is nothing to redo.")
    return _taken_back(act, target, f"redid: {_plain(target.words)}", preview)


def _own(act: Act, number: int) -> values.Act:
    """An act by its number, with the reason if it cannot be undone."""
    found = history.act(act.connection, number)
    if found is None or number == act.id:
        raise Refused(f"There is no act {number}.")
    if not history.is_own(act.connection, act.actor, number):
        raise Refused(f"Act {number} ({shown(found.words)}) was done by {found.actor}, who alone may undo it.")
    if not found.can_undo:
        raise Refused(f"Act {number} ({shown(found.words)}) cannot be undone.")
    if found.operation == "undo":
        raise Refused(f"Act {number} ({shown(found.words)}) is an undo itself; `redo` takes it back.")
    if found.undone_by_id is not None:
        raise Refused(f"Act {number} ({shown(found.words)}) was undone already, by act {found.undone_by_id}.")
    return found


def _taken_back(act: Act, target: values.Act, words: str, preview: bool) -> TakenBack:
    reversal = Reversal(act.connection, target, act.id)
    with _kept(act, not preview):
        recurring = _recurring(act, target.id, is_before=True)
        reversal.run()
        recurring |= _recurring(act, target.id)
        _replan(act, reversal, recurring, words)
    if not preview:
        _link(act, target, words, is_empty=not reversal.count)
    return TakenBack(target.id, words, preview, reversal.count, tuple(reversal.lines))


def _recurring(act: Act, target: int, *, is_before: bool = False) -> set[int]:
    """Schedules of templates that the act changed, or whose tasks it did; before it is taken back room is made."""
    if not history.touches(act.connection, target, ("template", "schedule", "skip", "task")):
        return set()
    from engine.operations import template_tasks

    if is_before:
        template_tasks.make_room(act.connection, target)
    return template_tasks.touched(act.connection, target)


def _replan(act: Act, reversal: Reversal, recurring: set[int], words: str) -> None:
    """The next time of a schedule is not kept in the journal: it is worked out anew from what came back."""
    for number in recurring:
        from engine.operations import template_tasks

        template_tasks.reconcile(act.connection, number, act.now)
    acting = _triggers(act, reversal) if reversal.triggers or reversal.schedules else set()
    for number in reversal.schedules - recurring - acting:
        from engine import expecting, ledger

        ledger.rearm(act.connection, number, act.now, words)
        expecting.expect(act.connection, number, act.now)
    if reversal.kinds & {"calendar", "calendar_day", "setting"}:
        from engine.operations.calendars import plan_anew, users

        plan_anew(act, users(act.connection, None))


def _triggers(act: Act, reversal: Reversal) -> set[int]:
    """Let the triggers that were put back, or whose schedules were, plan their next time anew; their schedules."""
    rows = act.connection.execute(
        'SELECT id, schedule_id FROM "trigger" WHERE schedule_id IS NOT NULL AND (id IN (SELECT value FROM'
        " json_each(?)) OR schedule_id IN (SELECT value FROM json_each(?)))",
        (json.dumps(list(reversal.triggers)), json.dumps(list(reversal.schedules))),
    ).fetchall()
    for number, _ in rows:
        from engine.triggers import schedules

        schedules.arm(act.connection, number, act.now)
    return {row[1] for row in rows}


def _link(act: Act, target: values.Act, words: str, *, is_empty: bool) -> None:
    """Tie the two acts together. Where all was as before already, the act just cannot be undone any more."""
    if is_empty:
        act.connection.execute("UPDATE act SET can_undo = 0 WHERE id = ?", (target.id,))
        return
    journal.describe(act.connection, act.id, words)
    act.connection.execute("UPDATE act SET undoes_id = ? WHERE id = ?", (target.id, act.id))
    act.connection.execute("UPDATE act SET undone_by_id = ? WHERE id = ?", (act.id, target.id))


def _plain(words: str) -> str:
    """`done: X`, also of an undo or redo of it."""
    return words.removeprefix("undid: ").removeprefix("redid: ")


@contextmanager
def _kept(act: Act, is_kept: bool) -> Iterator[None]:
    """Keep the writes, or roll them back at the end: a preview is the real thing that did not happen."""
    act.connection.execute("SAVEPOINT preview")
    yield
    if not is_kept:
        act.connection.execute("ROLLBACK TO preview")
    act.connection.execute("RELEASE preview")
