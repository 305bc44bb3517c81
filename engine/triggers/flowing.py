"""A trigger starts a workflow: for a task, an entity, or a workflow that came to its end.

What it is for reaches the form of the start by words in braces: `fields = { guest = "{name}", stay = "{object}" }`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from engine.operations.registry import Act, Look
from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.workflows import forms
from engine.rules.workflows.placeholders import filled
from engine.triggers import subjects
from engine.triggers.live import Live
from engine.triggers.subjects import Thing
from engine.workflows import starting
from store.errors import Refused

KNOWN = ("id", "name", "object", "status")
"""What is known of whatever a trigger is for; of an entity its date fields besides."""

_PLACE = re.compile(r"\{([^\W\d]\w*)\}")
_DATES = "SELECT dates FROM entity WHERE object_class = ? AND object_id = ?"
_FIELDS = "SELECT DISTINCT j.value FROM entity_class c, json_each(c.date_fields) j"


def start(act: Act, live: Live, numbers: Sequence[int]) -> tuple[Sequence[int], Mapping[int, str]]:
    """Start one for each; which led to one, and why not the others: what is wrong with the form of each is told.

    Refused if the trigger has no owner any more, who would have started it.
    """
    if act.actor.user_id is None:
        raise Refused("its owner is gone, and nothing is started in nobody's name")
    where = starting.named(act, str(live.params["workflow"]), _text(live.params.get("step")))
    things = subjects.things(act.connection, live.event, numbers)
    chain = ",".join(map(str, getattr(act, "chain", ())))
    touched, left_out = [], {number: "it is gone" for number in numbers if number not in things}
    for number, thing in things.items():
        known = _known(act, thing)
        given = {name: filled(text, known) for name, text in _texts(live.params).items()}
        title = filled(_text(live.params.get("title")) or "{name}", known)
        about = None if thing.object_class is None else (thing.object_class, str(thing.object_id))
        try:
            starting.start(act, where, given, thing=about, title=title[:200], by=act.actor.user_id, chain=chain)
        except BadValue as fault:
            left_out[number] = str(fault)
        else:
            touched.append(number)
    return touched, left_out


def check(look: Look, params: Mapping[str, object]) -> None:
    """BadValue or Refused if there is no such workflow, or its start has no such fields; words in braces are known."""
    where = starting.named(look, str(params["workflow"]), _text(params.get("step")))
    fields = {each.name: each for each in forms.fields_of(where.graph, where.node, where.graph.defaults())}
    texts = _texts(params)
    for name, text in texts.items():
        if name not in fields:
            raise BadValue(unknown(name, fields, f"field with which {shown(where.graph.name)} starts"))
        if not _PLACE.search(text):
            forms.parse(fields[name], text, look.today)
    missing = [each.name for each in fields.values() if each.is_required and each.value is None]
    for name in missing:
        if name not in texts:
            raise BadValue(f"{name}: the workflow asks for it when it starts (expected fields with {name})")
    dates = [row[0] for row in look.connection.execute(_FIELDS).fetchall()]
    for text in (*texts.values(), _text(params.get("title")) or ""):
        for name in _PLACE.findall(text):
            if name not in (*KNOWN, *dates):
                raise BadValue(f"{{{shown(name)}}}: {unknown(name, (*KNOWN, *dates), 'word in braces')}")


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    """The fields as people would type them."""
    given = params.get("fields")
    if not isinstance(given, Mapping):
        return {}
    return {
        str(name): ("yes" if each else "no") if isinstance(each, bool) else str(each) for name, each in given.items()
    }


def _known(act: Act, thing: Thing) -> dict[str, object]:
    found: dict[str, object] = {"id": thing.id, "name": thing.name, "object": "", "status": thing.status or ""}
    if thing.object_class is not None:
        found["object"] = f"{thing.object_class}/{thing.object_id}"
        row = act.connection.execute(_DATES, (thing.object_class, thing.object_id)).fetchone()
        found |= {name: "" for (name,) in act.connection.execute(_FIELDS).fetchall()}
        found |= json.loads(row[0]) if row is not None else {}
    return found


def _text(given: object) -> str | None:
    return given if isinstance(given, str) and given else None
