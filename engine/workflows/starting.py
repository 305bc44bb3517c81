"""A workflow begins: by a person, by a trigger. The form of its start is read like that of any other step."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine.operations.registry import Act, Look
from engine.rules.errors import shown
from engine.rules.names import as_sentence, unknown
from engine.rules.texts import one_line
from engine.rules.workflows import forms
from engine.rules.workflows.graph import Graph, Node
from engine.workflows import steps, submitting
from engine.workflows.flow import graph_of
from store.errors import Refused
from store.frozen import value

_MOST_TITLE = 200
_CURRENT = "SELECT id, graph FROM workflow_definition WHERE name = ? AND is_current = 1 AND deleted_at IS NULL"
_NAMES = "SELECT name FROM workflow_definition WHERE is_current = 1 AND deleted_at IS NULL ORDER BY name LIMIT 1000"


@value
class Start:
    """Where a workflow begins: the definition that is current, and one of its starts."""

    definition_id: int
    graph: Graph
    node: Node


def named(look: Look, name: str, step: str | None = None) -> Start:
    """The start of a definition. Refused if there is none of that name, or several and `step` names none of them."""
    row = look.connection.execute(_CURRENT, (known(look, name),)).fetchone()
    graph = graph_of(row[1])
    starts = [each for each in graph.starts if step in (None, each.name)]
    if len(starts) != 1:
        said = f", not '{shown(step)}'" if step is not None else ""
        raise Refused(f"step: expected one of {', '.join(shown(each.name) for each in graph.starts)}{said}.")
    return Start(row[0], graph, starts[0])


def known(look: Look, name: str) -> str:
    """The name, if a workflow can be started by it. Refused with the nearest."""
    if look.connection.execute(_CURRENT, (name,)).fetchone() is None:
        names = [each[0] for each in look.connection.execute(_NAMES).fetchall()]
        raise Refused(f"workflow: {as_sentence(unknown(name, names, 'workflow'))}")
    return name


def start(
    act: Act, where: Start, given: Mapping[str, str], *, thing: tuple[str, str] | None = None, title: str = "",
    by: int | None = None, dedupe_key: str | None = None, chain: str = "",
) -> int:  # fmt: skip
    """Begin with the texts of its form; the id of the workflow. BadForm tells what is wrong with them.

    `thing` is the entity that it is about, `title` what tells it from others of its kind, `chain` the triggers that
    led to it.
    """
    data = where.graph.defaults()
    form = forms.read(where.graph, where.node, data, given, act.today)
    submitting.check_entities(act, where.graph, form)
    name = one_line("title", title, _MOST_TITLE) if title.strip() else ""
    number = steps.begin(
        act, where.definition_id, where.graph, where.node, {**data, **form}, thing, name, by, dedupe_key, chain
    )
    if form:
        act.connection.execute(
            "UPDATE step SET form = ? WHERE id = (SELECT min(id) FROM step WHERE workflow_id = ?)",
            (json.dumps(form, ensure_ascii=False), number),
        )
    return number
