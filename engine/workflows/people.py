"""Human steps: a task on somebody's list, with a form that its submit fills in."""

from __future__ import annotations

from datetime import date

from engine.operations.labels import label_ids
from engine.operations.registry import Act
from engine.operations.task_making import NewTask, make
from engine.rules.errors import shown
from engine.rules.offsets import Unit, parse_offset, shift_date
from engine.rules.workflows import assignees
from engine.rules.workflows.assignees import For
from engine.rules.workflows.graph import Node
from engine.workflows.flow import Flow
from store.enums import StepKind
from store.frozen import value

_MOST_SUBSTITUTES = 10
_BY_PEOPLE = frozenset({StepKind.HUMAN, StepKind.START, StepKind.OVERRIDE})
_MEMBERS = "SELECT u.id FROM user u JOIN team t ON t.id = u.team_id WHERE t.name = ? ORDER BY u.id"
_AWAY = """
SELECT u.name, u.away_to, s.id, s.name FROM user u LEFT JOIN user s ON s.id = u.substitute_id
WHERE u.id = ? AND ? BETWEEN u.away_from AND u.away_to
"""


@value
class Whom:
    """Ids of those who get a step; `words` say why nobody does, or for whom somebody stands in."""

    ids: tuple[int, ...] = ()
    words: str = ""


def ask(act: Act, current: Flow, node: Node, step: int, parents: tuple[int, ...]) -> None:
    """Make the task of a human step, for whom its definition says; its labels are those by which triggers find it."""
    title = node.title or node.name.replace("_", " ")
    about = f" ({current.name})" if current.name else ""
    whom = for_whom(act, current, node, parents)
    new = NewTask(
        name=f"{title}{about}", notes="\n".join(each for each in (node.notes, whom.words) if each),
        deadline_date=_due(act, node), group=current.graph.name, object_class=current.object_class,
        object_id=current.object_id, assignees=whom.ids, labels=tuple(label_ids(act.connection, node.labels)),
    )  # fmt: skip
    act.connection.execute(
        "UPDATE step SET task_id = ?, reason = ? WHERE id = ?", (make(act, new), whom.words or None, step)
    )


def for_whom(act: Act, current: Flow, node: Node, parents: tuple[int, ...]) -> Whom:
    """Who does a step, by the rule of its definition.

    Nobody after a machine's step, if it is for whoever did the step before. Who is away is stood in for; a team
    shares its steps among those who are there anyway.
    """
    rule = assignees.read(node.assignee)
    if rule.kind is For.NOBODY:
        return Whom()
    if rule.kind is For.TEAM:
        team = members(act, rule.name)
        return Whom(team, "" if team else f"for nobody: there is nobody in team {shown(rule.name)}")
    if rule.kind is For.PREVIOUS:
        who, why = _previous(act, parents), ""
    elif rule.kind is For.STARTER:
        who, why = _starter(act, current), "for nobody: no person started the workflow"
    else:
        name = assignees.named(current.data, rule) if rule.kind is For.FIELD else rule.name
        who, why = _named(act, name), f"for nobody: {_missing(rule, name)}"
    return Whom(words=why) if who is None else present(act, who)


def members(act: Act, team: str) -> tuple[int, ...]:
    """The users of a team, by their ids."""
    return tuple(row[0] for row in act.connection.execute(_MEMBERS, (team,)).fetchall())


def present(act: Act, user_id: int) -> Whom:
    """The user, or who stands in for them today; words name both."""
    names: list[str] = []
    seen = {user_id}
    while True:
        row = act.connection.execute(_AWAY, (user_id, act.today.isoformat())).fetchone()
        if row is None:
            break
        name, until, substitute, _ = row
        names.append(f"{shown(name)}, who is away until {until}")
        if substitute is None or substitute in seen or len(seen) > _MOST_SUBSTITUTES:
            return Whom((user_id,), f"{names[-1].replace(', who', '')} and nobody stands in")
        user_id = substitute
        seen.add(user_id)
    if not names:
        return Whom((user_id,))
    here = act.connection.execute("SELECT name FROM user WHERE id = ?", (user_id,)).fetchone()[0]
    return Whom((user_id,), f"{shown(here)} stands in for {', and for '.join(names)}")


def _due(act: Act, node: Node) -> date | None:
    """The day by which a human step is due; None if its definition names none."""
    if not node.length:
        return None
    offset = parse_offset(node.length)
    days = None
    if offset.unit is Unit.BUSINESS_DAY:
        from engine.calendars import business_days

        days = business_days(act.connection)
    return shift_date(act.today, offset, days)


def _previous(act: Act, parents: tuple[int, ...]) -> int | None:
    for parent in parents:
        row = act.connection.execute("SELECT kind, done_by FROM step WHERE id = ?", (parent,)).fetchone()
        if row is not None and row[0] in _BY_PEOPLE and row[1] is not None:
            return int(row[1])
    return None


def _starter(act: Act, current: Flow) -> int | None:
    row = act.connection.execute("SELECT started_by FROM workflow WHERE id = ?", (current.id,)).fetchone()
    return None if row[0] is None else int(row[0])


def _named(act: Act, name: str) -> int | None:
    row = act.connection.execute("SELECT id FROM user WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def _missing(rule: assignees.Assignee, name: str) -> str:
    if rule.kind is For.FIELD and not name:
        return f"the field {shown(rule.name)} names no one"
    return f"there is no user {shown(name)!r}"
