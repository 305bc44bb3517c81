"""The ready-made labels: what each makes happen, and whether it is there."""

from __future__ import annotations

from engine.operations.registry import Look, query
from engine.operations.trigger_ready import as_there, calendar_of, is_there, sentence_of, sentences_of
from engine.rules.triggers.ready_made import Ready, usual
from store.frozen import value


@value
class ReadyMade:
    """A label that can be installed. `is_there`: all of its triggers are, under whatever name."""

    label: str
    does: str
    is_there: bool


@query("trigger ready-made")
def ready_made(look: Look) -> tuple[ReadyMade, ...]:
    """List the ready-made labels: what each makes happen, and whether it is there.

    Others of the same forms can be installed too: 'weekly on Friday', 'monthly 5th', 'remind 3 days before'.
    """
    return tuple(_told(look, each) for each in usual(calendar_of(look)))


def _told(look: Look, wanted: Ready) -> ReadyMade:
    named = as_there(look, wanted)
    there = sentences_of(look, named)
    are_there = all(is_there(look, fields, there) for fields in named.triggers)
    return ReadyMade(named.label, " ".join(map(sentence_of, named.triggers)), are_there)
