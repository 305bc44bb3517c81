"""What of the ready-made labels is there, and what their triggers do in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.operations.registry import Act, Look
from engine.rules.offsets import parse_offset
from engine.rules.triggers.ready_made import Calendar, Fields, Ready
from engine.rules.triggers.words import parse_action, parse_event, parse_scope, sentence
from store import languages, settings
from store.enums import Roll, Scope, TriggerAction, TriggerEvent
from store.frozen import value
from store.reads import triggers as reads


def calendar_of(look: Act | Look) -> Calendar:
    """Weekdays and months in the language of the desk."""
    names = languages.names(str(settings.read(look.connection, "language")))
    return Calendar(names.weekdays, names.months)


def as_there(look: Act | Look, wanted: Ready) -> Ready:
    """For the label that is there already, whichever letters of it are large."""
    for (name,) in look.connection.execute("SELECT name FROM label").fetchall():
        if name.casefold() == wanted.label.casefold():
            return Ready(name, tuple({**each, "scope": f"label:{name}"} for each in wanted.triggers))
    return wanted


def sentences_of(look: Act | Look, wanted: Ready) -> frozenset[str]:
    """What the triggers of the label do, in sentences."""
    row = look.connection.execute("SELECT id FROM label WHERE name = ?", (wanted.label,)).fetchone()
    if row is None:
        return frozenset()
    found = reads.page(look.connection, scope=Scope.LABEL, scope_id=row[0])
    return frozenset(sentence(each) for each in found)


def is_there(look: Act | Look, fields: Fields, there: frozenset[str]) -> bool:
    """One that does the same, or another of that name, which somebody has made to their liking."""
    return sentence_of(fields) in there or reads.named(look.connection, fields["name"]) is not None


@value
class _Said:
    """A trigger that is in no store yet, as far as its sentence goes."""

    scope: Scope
    scope_name: str | None
    event: TriggerEvent
    event_value: str | None
    spec: str | None
    delay: str
    condition: str
    action: TriggerAction
    params: Mapping[str, object]
    roll: Roll = Roll.NONE


def sentence_of(fields: Fields) -> str:
    """What a trigger of these fields will do."""
    scope, name = parse_scope(fields["scope"])
    event, rest = parse_event(fields["event"])
    action, params = parse_action(fields["action"])
    is_schedule = event is TriggerEvent.SCHEDULE
    return sentence(
        _Said(
            scope, name, event, None if is_schedule else rest, rest if is_schedule else None,
            str(parse_offset(fields.get("delay", "0d"))), fields.get("condition", ""), action, params,
        )
    )  # fmt: skip
