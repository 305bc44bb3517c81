"""Lists and look-ups of templates, what they will do, and which days are left out."""

from __future__ import annotations

from typing import Annotated

from engine.ledger import standing
from engine.operations.registry import Help, Look, query
from engine.operations.template_names import named_template
from engine.queries.schedules import Preview
from engine.rules import when
from store import values
from store.errors import Refused
from store.reads import templates as reads

Name = Annotated[str, Help("its name or id", "TEMPLATE")]

_MOST = 1000


@query("template list")
def listed(
    look: Look,
    text: Annotated[str, Help("only those whose name holds this")] = "",
    limit: Annotated[int, Help("at most so many")] = _MOST,
) -> tuple[values.Template, ...]:
    """List the templates by name."""
    return tuple(reads.page(look.connection, text=text, limit=_bounded("limit", limit)))


@query("template show")
def one(look: Look, template: Name) -> values.Template:
    """Show one template."""
    return named_template(look.connection, template)


@query("template preview")
def preview(look: Look, template: Name, count: Annotated[int, Help("how many")] = 5) -> Preview:
    """Say when a template recurs, and its next occurrences without the days that are left out."""
    found = named_template(look.connection, template)
    rule = standing(look.connection, found.schedule_id).rule(look.connection)
    left_out = {each.day for each in reads.skips(look.connection, found.schedule_id)}
    planned = when.preview(rule, look.at, _bounded("count", count) + len(left_out))
    kept = [each for each in planned if each.local.date() not in left_out]
    words = when.sentence(rule).replace(" at 00:00, ", ", ")  # midnight is no time of a task's day
    if found.basis == "completion":
        words = f"{words}, counted from the day the last was done"
    return Preview(words, tuple(kept[:count]))


@query("template skips")
def skips(
    look: Look, template: Annotated[str | None, Help("only of this one; else of all", "TEMPLATE")] = None
) -> tuple[values.Skip, ...]:
    """List the days that were left out, earliest first."""
    number = None if template is None else named_template(look.connection, template).schedule_id
    return tuple(reads.skips(look.connection, number))


def _bounded(key: str, number: int) -> int:
    if not 1 <= number <= _MOST:
        raise Refused(f"{key}: expected a whole number from 1 to {_MOST}.")
    return number
