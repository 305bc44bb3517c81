"""Why a notice is there, whom it is for, and what was sent of it to whom."""

from __future__ import annotations

from engine.delivery_words import delivery_words
from engine.operations.registry import Look
from engine.rules.wording import instant_words
from store.errors import Refused
from store.instants import from_us
from store.reads import deliveries
from store.reads.notifications import CONCERNS, notice, viewer

_MADE = """
SELECT n.kind, g.name, s.name, n.audience, person.name, n.task_id
FROM notification n LEFT JOIN "trigger" g ON g.id = n.trigger_id LEFT JOIN schedule s ON s.id = n.schedule_id
LEFT JOIN user person ON person.id = n.for_id WHERE n.id = ?
"""
_PEOPLE = f"""
SELECT u.name FROM user u JOIN notification n ON n.id = ?
WHERE {CONCERNS.format(user="u.id")} ORDER BY u.name
"""
_NAMED = 5


def why_notice(look: Look, number: int) -> tuple[str, ...]:
    """What made it, whom it concerns, where it went, and what became of it. Refused if it is not for who asks."""
    who = viewer(look.connection, look.actor, look.now, look.today)
    found = notice(look.connection, who, number)
    if found is None:
        raise Refused(f"There is no notice {number}.")
    zone = look.zone.key
    kind, trigger, schedule, audience, person, task = look.connection.execute(_MADE, (number,)).fetchone()
    cause = f"trigger {trigger}" if trigger else f"schedule {schedule}" if schedule else f"task {task}" if task else ""
    made = f"Told {instant_words(from_us(found.at), zone)} ({found.severity}, {kind}){f' of {cause}' if cause else ''}."
    lines = [made, _for(look, number, audience, person)]
    sent = deliveries.of_notice(look.connection, number)
    lines += [delivery_words(each, zone) for each in sent]
    if not sent:
        lines.append("Nothing was sent outside the desk.")
    if found.withdrawn_at is not None:
        lines.append(f"Withdrawn {instant_words(from_us(found.withdrawn_at), zone)}: {found.withdrawn_reason}.")
    return tuple(lines)


def _for(look: Look, number: int, audience: str, person: str | None) -> str:
    if audience == "all":
        return "It is for everybody, because its trigger says so."
    if audience == "person" and person:
        return f"It is for {person}."
    people = [name for (name,) in look.connection.execute(_PEOPLE, (number,)).fetchall()]
    named = ", ".join(people[:_NAMED]) + (f" and {len(people) - _NAMED:,} more" if len(people) > _NAMED else "")
    return f"It concerns {named}." if people else "It concerns nobody whom the store knows."
