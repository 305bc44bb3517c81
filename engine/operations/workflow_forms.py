"""The verbs of human steps: fill in the form, take a step of a team, hand it to somebody."""

from __future__ import annotations

from typing import Annotated

from engine.operations.registry import Act, Help, operation
from engine.operations.task_choice import link, linked
from engine.operations.things import user_id
from engine.rules.errors import shown
from engine.rules.workflows import forms
from engine.workflows import people, rights, submitting
from engine.workflows.submitting import Row, Submitted
from store import journal
from store.errors import Refused
from store.frozen import value

TaskId = Annotated[int | None, Help("id of the task of the step, instead of the step's", "ID")]


@value
class Given:
    """For whom a human step is now, by their names."""

    step: int
    workflow: int
    node: str
    task: int
    assignees: tuple[str, ...]


@operation("workflow submit", can_undo=False)
def submit(
    act: Act,
    *words: Annotated[
        str, Help("id of a human step that waits, unless --task names it; and fields of its form", "STEP FIELD=VALUE")
    ],
    task: TaskId = None,
    approve: Annotated[bool, Help("approve what it asks for")] = False,
    reject: Annotated[bool, Help("reject what it asks for")] = False,
    note: Annotated[str, Help("why, for the others who look at it", "TEXT")] = "",
) -> Submitted:
    """Submit the form of a human step: it is done, and what follows begins."""
    row, rest = _named(act, words, task)
    if approve and reject:
        raise Refused("Say --approve or --reject, not both.")
    found = submitting.waiting(act, row)
    decision = True if approve else False if reject else None
    done = submitting.submit(act, found, forms.given(rest), approve=decision, note=note)
    journal.describe(act.connection, act.id, f"submitted step {row.id}: {shown(row.node)}", can_undo=False)
    return done


@operation("workflow claim")
def claim(
    act: Act,
    step: Annotated[int | None, Help("id of a human step that waits", "STEP")] = None,
    task: TaskId = None,
) -> Given:
    """Take a human step of a team, or one that nobody has: it is yours alone."""
    row = _row(act, step, task)
    found = submitting.waiting(act, row)
    own = user_id(act, act.actor.name) if act.actor.user_id is None else act.actor.user_id
    there = rights.assigned(act, row.task_id)
    if [each.id for each in there] == [own]:
        raise Refused(f"{row.words} is yours already.")
    if len(there) == 1 and not rights.stands_in(act, row.task_id):
        raise Refused(f"{row.words} was taken by {shown(there[0].name)}, who can give it to you with `workflow hand`.")
    submitting.allowed(act, found)
    return _give(act, row, (own,), "took")


@operation("workflow hand")
def hand(
    act: Act,
    step: Annotated[int | None, Help("id of a human step that waits", "STEP")] = None,
    task: TaskId = None,
    to: Annotated[str | None, Help("who does it from now on: a name, or team:North", "WHO")] = None,
    back: Annotated[bool, Help("give it back to those for whom its definition says it is")] = False,
) -> Given:
    """Hand a human step to somebody else, or give it back to its team."""
    if (to is None) is not back:
        raise Refused("Say who does it from now on with --to ana or --to team:North, or give it back with --back.")
    row = _row(act, step, task)
    found = submitting.waiting(act, row)
    submitting.allowed(act, found)
    if to is None:
        parents = act.connection.execute("SELECT parent_id FROM step_parent WHERE step_id = ?", (row.id,)).fetchall()
        whom = people.for_whom(act, found.flow, found.node, tuple(each[0] for each in parents)).ids
        return _give(act, row, whom, "gave back")
    word, colon, name = to.partition(":")
    if colon and word == "team":
        members = people.members(act, name.strip())
        if not members:
            raise Refused(f"to: there is nobody in team {shown(name.strip())}.")
        return _give(act, row, members, "handed over")
    return _give(act, row, (user_id(act, to),), "handed over")


def _give(act: Act, row: Row, users: tuple[int, ...], verb: str) -> Given:
    assert row.task_id is not None
    link(act.connection, "user", [row.task_id], users, linked(act.connection, "user", [row.task_id]).difference(users))
    names = tuple(each.name for each in rights.assigned(act, row.task_id))
    to = f" to {', '.join(map(shown, names)) or 'nobody'}" if verb != "took" else ""
    journal.describe(act.connection, act.id, f"{verb} step {row.id}{to}: {shown(row.node)}")
    return Given(row.id, row.workflow_id, row.node, row.task_id, names)


def _row(act: Act, step: int | None, task: int | None) -> Row:
    if (step is None) is (task is None):
        raise Refused("Name a human step by its id, or its task with --task.")
    return submitting.row_of(act, step) if step is not None else submitting.row_of_task(act, task or 0)


def _named(act: Act, words: tuple[str, ...], task: int | None) -> tuple[Row, tuple[str, ...]]:
    """The step that is meant, and what is said of its fields."""
    first = str(words[0]) if words else ""
    is_id = first.isascii() and first.isdigit()
    return _row(act, int(first[:20]) if is_id else None, task), words[1:] if is_id else words
