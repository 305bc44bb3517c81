"""Who may do what with a workflow: the reason if somebody may not, nothing if they may.

The owner of a definition may do all of it, whoever has a step in hand may do that step; what nobody has, anybody may.
The engine acts for the definition, and triggers act with the rights of their owners (they have a user).
"""

from __future__ import annotations

from engine.operations.registry import Look
from engine.rules.errors import shown
from engine.rules.workflows.assignees import For, read
from engine.rules.workflows.graph import Node
from store import journal
from store.frozen import value

_ASSIGNED = """
SELECT u.id, u.name FROM task_assignee a JOIN user u ON u.id = a.user_id WHERE a.task_id = ? ORDER BY u.name
"""
_STANDS_IN = """
SELECT 1 FROM task_assignee a JOIN user u ON u.id = a.user_id
WHERE a.task_id = ? AND u.substitute_id = ? AND ? BETWEEN u.away_from AND u.away_to
"""
_IS_MEMBER = "SELECT 1 FROM user u JOIN team t ON t.id = u.team_id WHERE t.name = ? AND u.id = ?"
_OWNER = "SELECT owner_id FROM workflow_definition WHERE id = ?"
_OF = """
SELECT d.owner_id, o.name, w.started_by, s.name FROM workflow w JOIN workflow_definition d ON d.id = w.definition_id
LEFT JOIN user o ON o.id = d.owner_id LEFT JOIN user s ON s.id = w.started_by WHERE w.id = ?
"""


@value
class Person:
    """Somebody who has a step's task on their list."""

    id: int
    name: str


def own_id(look: Look) -> int | None:
    """The user who acts, None for one whom the store has never seen; nothing is written."""
    if look.actor.user_id is not None:
        return look.actor.user_id
    row = look.connection.execute("SELECT id FROM user WHERE login = ?", (look.actor.name,)).fetchone()
    if row is None:
        row = look.connection.execute(
            "SELECT id FROM user WHERE name = ? AND login IS NULL", (look.actor.name,)
        ).fetchone()
    return None if row is None else int(row[0])


def assigned(look: Look, task_id: int | None) -> list[Person]:
    """Who has the task, by name."""
    return [Person(*row) for row in look.connection.execute(_ASSIGNED, (task_id,)).fetchall()]


def stands_in(look: Look, task_id: int | None) -> bool:
    """Whether whoever acts stands in today for somebody who has the task."""
    own = own_id(look)
    query = (task_id, own, look.today.isoformat())
    return own is not None and look.connection.execute(_STANDS_IN, query).fetchone() is not None


def submit(look: Look, definition_id: int, node: Node, task_id: int | None) -> str:
    """Why whoever acts may not do this human step, nor give it to others: it is other people's."""
    people = assigned(look, task_id)
    if not people or look.actor.via == journal.ENGINE.via:
        return ""
    own = own_id(look)
    if own is not None:
        if any(each.id == own for each in people):
            return ""
        if stands_in(look, task_id):
            return ""
        rule = read(node.assignee)
        if rule.kind is For.TEAM and look.connection.execute(_IS_MEMBER, (rule.name, own)).fetchone():
            return ""
        if look.connection.execute(_OWNER, (definition_id,)).fetchone()[0] == own:
            return ""
    who = ", ".join(shown(each.name) for each in people)
    return f"it is for {who}; they can give it to you with `workflow hand`"


def override(look: Look, workflow_id: int) -> str:
    """Why whoever acts may not lead a workflow another way, cancel it or skip its steps.

    Its definition's owner may, and who started it; where nobody is left of these, anybody.
    """
    row = look.connection.execute(_OF, (workflow_id,)).fetchone()
    if row is None or look.actor.via == journal.ENGINE.via:
        return ""
    owner, owner_name, starter, starter_name = row
    if (owner is None and starter is None) or own_id(look) in {owner, starter} - {None}:
        return ""
    names = dict.fromkeys(shown(name) for name in (owner_name, starter_name) if name)
    return f"that is for {' or '.join(names)}, who owns the definition or started it"
