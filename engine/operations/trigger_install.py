"""Ready-made labels with their triggers: put there when somebody asks for them, and never by themselves."""

from __future__ import annotations

from typing import Annotated

from engine.operations.registry import Act, Help, operation
from engine.operations.trigger_ready import as_there, calendar_of, is_there, sentences_of
from engine.operations.trigger_saving import save_trigger
from engine.queries.triggers import Told, told
from engine.rules.errors import shown
from engine.rules.triggers.ready_made import Ready, ready, usual
from engine.rules.wording import count_of
from store import journal
from store.reads import triggers as reads


@operation("trigger install")
def install(
    act: Act, *names: Annotated[str, Help("such as 'weekly on Friday' or 'monthly 5th'; none: all usual", "LABEL")]
) -> tuple[Told, ...]:
    """Put ready-made labels there, each with its triggers; what is there stays as it is.

    Without names those that `trigger ready-made` lists. Returns the triggers that were made.
    """
    calendar = calendar_of(act)
    wanted = [ready(name, calendar) for name in names] if names else usual(calendar)
    made = [number for each in wanted for number in _put(act, each)]
    labels = ", ".join(each.label for each in wanted) if len(wanted) <= 3 else count_of(len(wanted), "ready-made label")
    words = f"installed: {shown(labels)}" if made else f"installed nothing: {shown(labels)} is there already"
    journal.describe(act.connection, act.id, words)
    return tuple(told(reads.trigger(act.connection, number)) for number in made)


def _put(act: Act, wanted: Ready) -> list[int]:
    """Ids of the triggers that were not there."""
    named = as_there(act, wanted)
    there = sentences_of(act, named)
    return [save_trigger(act, fields, None) for fields in named.triggers if not is_there(act, fields, there)]
