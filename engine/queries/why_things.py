"""Why a list, a label, a calendar or a saved filter is as it is: what it is for, what hangs on it, who made it."""

from __future__ import annotations

from engine.operations.references import joined, used_by
from engine.operations.registry import Look
from engine.queries.calendars import year_of
from engine.queries.filters import counted
from engine.queries.why_jobs import local_day
from engine.rules.calendar_words import week_words
from engine.rules.errors import shown
from engine.rules.wording import count_of, long_day
from store import settings
from store.reads import calendars, filters, lists, reasons


def why_list(look: Look, number: int) -> tuple[str, ...]:
    """What lies in it, the zone of its tasks, who made it."""
    found = lists.one(look.connection, number)
    late = f", {found.late:,} of them late" if found.late else ""
    zone = f"Its tasks keep the clocks of {found.zone}." if found.zone else ""
    return _said(f"It holds {count_of(found.open, 'open task')}{late}.", zone, _made(look, "task_list", number))


def why_label(look: Look, number: int) -> tuple[str, ...]:
    """What bears it, who made it."""
    uses = used_by(look.connection, "label", number)
    return _said(f"It is borne by {uses}." if uses else "Nothing bears it.", _made(look, "label", number))


def why_calendar(look: Look, number: int) -> tuple[str, ...]:
    """What its days come from, what keeps to it, who made it."""
    found = calendars.calendar(look.connection, number)
    year = year_of(found, look.today.year)
    place = " ".join(filter(None, (found.country, found.region)))
    usual = str(settings.read(look.connection, "calendar"))
    uses = calendars.uses(look.connection, calendars.named(look.connection, usual)).get(number, calendars.Uses())
    said = [count_of(many, noun) for many, noun in uses.parts if many]
    return _said(
        f"It works {week_words(found.week)}{f', without the holidays of {place}' if place else ''}, and has"
        f" {count_of(len(found.days), 'day')} of its own: {count_of(year.working_days, 'working day')} in {year.year}.",
        f"{year.missing[:1].upper()}{year.missing[1:]}." if year.missing else "",
        "It is the usual one, of all that name none." if usual == found.name else "",
        f"It is kept to by {joined(said)}." if said else "Nothing keeps to it.",
        _made(look, "calendar", number),
    )


def why_filter(look: Look, number: int) -> tuple[str, ...]:
    """What it asks for, how many tasks match it now, who made it."""
    found = counted(look.connection, filters.one(look.connection, number), look.today, look.actor.name)
    matches = "It cannot be answered" if found.matches is None else f"{count_of(found.matches, 'task')} match it"
    return _said(f"It asks for {shown(found.text)}.", f"{matches} now.", _made(look, "saved_filter", number))


def _made(look: Look, table: str, number: int) -> str:
    """`Added by ana on Mon 2 Jun 2025.`; empty once history is forgotten."""
    made = reasons.made_by(look.connection, table, number)
    if made is None:
        return ""
    return f"Added by {shown(made.actor)} on {long_day(local_day(made.at, look.zone))}."


def _said(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
