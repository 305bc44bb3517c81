"""For whom a human step is: the rule in its definition."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.workflows.graph import FieldKind, Graph
from store.enums import StepKind
from store.frozen import value

EXPECTED = "a person's name, team:North, previous, starter or field:owner"


class For(StrEnum):
    """Whom a rule speaks of."""

    NOBODY = "nobody"
    PERSON = "person"
    TEAM = "team"
    """All of its members see it, one of them takes it."""
    PREVIOUS = "previous"
    """Whoever did the step before; nobody, if a machine did."""
    STARTER = "starter"
    """Whoever started the workflow."""
    FIELD = "field"
    """The person whom a field of the state names."""


@value
class Assignee:
    """A rule that was read; `name` is that of the person, the team or the field."""

    kind: For
    name: str = ""


def read(text: str) -> Assignee:
    """`team:North` -> the rule; an empty text is nobody. BadValue says what was expected."""
    plain = text.strip()
    if not plain:
        return Assignee(For.NOBODY)
    if plain in (For.PREVIOUS, For.STARTER):
        return Assignee(For(plain))
    word, colon, name = plain.partition(":")
    if colon and word in (For.TEAM, For.FIELD):
        if not name.strip():
            raise BadValue(f"assignee: '{shown(text)}' names none (expected {EXPECTED})")
        return Assignee(For(word), name.strip())
    return Assignee(For.PERSON, plain)


def problems(graph: Graph) -> list[str]:
    """What is wrong with the rules of a definition, in sentences; who is there is not asked."""
    found = []
    texts = [each.name for each in graph.fields if each.kind in (FieldKind.TEXT, FieldKind.CHOICE)]
    for node in graph.nodes:
        if node.kind is not StepKind.HUMAN:
            continue
        try:
            rule = read(node.assignee)
        except BadValue as fault:
            found.append(f"step {shown(node.name)!r}: {fault}")
            continue
        if rule.kind is For.FIELD and rule.name not in texts:
            found.append(f"step {shown(node.name)!r}: assignee: {unknown(rule.name, texts, 'text field of the state')}")
    return found


def named(data: Mapping[str, object], rule: Assignee) -> str:
    """The name of the person in the field of a rule, empty if nobody is named."""
    given = data.get(rule.name)
    return given.strip() if isinstance(given, str) else ""
