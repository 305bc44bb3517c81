"""A command as an operation on a copy: `forecast --with "template edit plants --spec 'weekly tue'"`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from engine.operations.registry import Act, Named
from engine.rules.errors import BadValue, shown
from tickler.arguments import Moment, arguments, typed
from tickler.signature import words_of
from tickler.words import Usage

Load = Callable[[Sequence[str]], tuple[Named, list[str]]]
"""Finds the operation that the first words spell (`tickler.commands.load`)."""
_NEEDS_THE_PAST = frozenset({"undo", "redo", "schedule run", "run cancel", "run retry", "run delete"})
"""Verbs that are about what was done, of which the copy knows nothing."""


_OF_DEFINITIONS = ("template", "schedule", "calendar", "setting")
"""Nouns whose verbs ask for no task that is not of a template."""


def understood(load: Load, moment: Moment, text: str) -> tuple[Callable[[Act], object], bool]:
    """What the words would do in an act, and whether that may be about any open task.

    BadValue if they are no command that changes what is to come.
    """
    try:
        named, rest = load(shlex.split(text))
        words = words_of(named)
        positional, keywords = arguments(words, typed(named.name, words, rest), moment)
    except (ValueError, IndexError, Usage) as fault:
        raise BadValue(f"with: {fault or 'expected a command'}") from fault
    if not named.writes:
        raise BadValue(f"with: '{shown(named.name)}' changes nothing")
    if named.name in _NEEDS_THE_PAST:
        raise BadValue(f"with: '{named.name}' is about what was done; nobody knows what it would change later")
    inner = named.inner
    return lambda act: inner(act, *positional, **keywords), named.name.split()[0] not in _OF_DEFINITIONS
