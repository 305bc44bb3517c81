"""Quick add: one line of text becomes a task. Nothing that has two readings is guessed.

The dialects of Todoist (`#list @label !person p1 fri 14:00 every! 2 weeks`), Taskwarrior (`due:eow recur:.+1w +home`)
and todo.txt (`(A) 2026-11-21 Pay rent rec:+1m`) may stand in one line; a word in quotes is text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.rules.errors import BadValue
from engine.rules.quickadd.reading import find_all
from engine.rules.quickadd.recurring import settle_rule
from engine.rules.quickadd.sense import Draft, gather, names, repeats, take_away
from engine.rules.quickadd.single import settle_once
from engine.rules.quickadd.values import Chip, Known, Part, Understood
from engine.rules.quickadd.words import Word, quoted_at, words_of
from engine.rules.texts import one_line

__all__ = ["LONGEST", "Chip", "Known", "Part", "Understood", "quoted_at", "read_line"]

LONGEST = 1_000
"""Characters of a line: it is read at every key."""


def read_line(line: str, now: datetime, known: Known) -> Understood:
    """What the line means, seen from the aware `now` by the desk that `known` describes.

    Never raises for a text: what cannot be taken is an error chip at its place, and stands in `errors`. Chips do not
    overlap; what is in none of them is the name, single blanks between its words.
    """
    if len(line) > LONGEST:
        words = f"the line has {len(line):,} characters; at most {LONGEST:,} are read. Put the rest into the notes"
        return Understood(line, "", (Chip(0, len(line), Part.ERROR, words),), (words,))
    words_ = words_of(line)
    draft = Draft(line, known, now)
    if words_:
        _understand(draft, words_)
    chips = tuple(chip for _, chip in sorted(draft.chips.items()))
    name = _text(line, words_, chips)
    errors = [chip.words for chip in chips if chip.is_error]
    try:
        one_line("the task", name)
    except BadValue as fault:
        errors.append("say what somebody must do" if not name.strip() else str(fault))
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, dict) else value for key, value in draft.fields.items()
    }
    return Understood(line, name, chips, tuple(errors), **given)


def _understand(draft: Draft, words: list[Word]) -> None:
    founds = find_all(words, draft.known, draft.now)
    gather(draft, founds)
    names(draft)
    take_away(draft)
    repeat = repeats(draft)
    if repeat is not None:
        settle_rule(draft, repeat)
    else:
        settle_once(draft)
    for found in founds:  # a stretch about which another refusal says enough
        if not any(chip.start <= found.start < chip.end for chip in draft.chips.values()):
            draft.say(found, found.part, f"{found.part}: see the other")


def _text(line: str, words: list[Word], chips: tuple[Chip, ...]) -> str:
    """The words in no chip, without the quotes around them."""
    taken = {place for chip in chips for place in range(chip.start, chip.end)}
    return " ".join(word.text for word in words if word.start not in taken)
