"""From the words of a line to the stretches of it that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.rules.errors import BadValue, shown
from engine.rules.quickadd.days import find_phrase
from engine.rules.quickadd.marks import Reader, first_letter
from engine.rules.quickadd.repeats import find_rule
from engine.rules.quickadd.values import Dialect, Found, Known, Part
from engine.rules.quickadd.words import Word

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RULES = re.compile(r"every!?|recur:.*|rec:.*", re.IGNORECASE)
_HAS_DUE = re.compile(r"due:.+|rec:.+|t:.+")
_NUMBER = re.compile(r"[0-9]{1,7}")
_SET_OFF = ("until", "ending", "from", "starting")


MOST = 30
"""Marks that are read in a line: who pastes a page gets an answer as fast as who types."""


def find_all(words: Sequence[Word], known: Known, now: datetime) -> list[Found]:
    """What the words mean, in their order; words between are text. Stretches never overlap."""
    named = [word.text[4:] for word in words if not word.is_text and word.text.startswith("cal:")]
    return list(_found(words, Reader(known, now, named[0] if named else "")))


def _found(words: Sequence[Word], reader: Reader) -> Iterator[Found]:
    has_rule = any(not word.is_text and _RULES.fullmatch(word.text) for word in words)
    labels = {word.text[1:] for word in words if word.text[:1] in "@+"} | set(reader.known.labels)
    header = list(_header(words))
    yield from header
    place = said = len(header)
    while place < len(words):
        count, found = (1, None) if words[place].is_text else _at(words[place:], reader, has_rule, labels)
        if found is not None and said == MOST:
            words_ = f"more than {MOST} marks are in this line; put what is text in quotes"
            yield Found(found.start, found.end, Part.ERROR, words_)
            return
        if found is not None:
            said += 1
            yield found
        place += count


def _header(words: Sequence[Word]) -> Iterator[Found]:
    """`(A) 2026-11-21` of todo.txt. A day at the very beginning alone has two readings."""
    letter = first_letter(words[0])
    if letter is not None:
        yield letter
    place = 1 if letter else 0
    if len(words) <= place or words[place].is_text or not _ISO.fullmatch(words[place].text):
        return
    day = words[place]
    if letter is not None or any(_HAS_DUE.fullmatch(word.text) for word in words if not word.is_text):
        yield Found(day.start, day.end, Part.WRITTEN, day.text, Dialect.TODO_TXT)
    elif len(words) > 1:
        said = f"{day.text} may be the day it is due or the day it was written (todo.txt)"
        yield Found(day.start, day.end, Part.ERROR, f"{said}: write due:{day.text}, or (A) {day.text}")


def _at(words: Sequence[Word], reader: Reader, has_rule: bool, labels: set[str]) -> tuple[int, Found | None]:
    """How many words the first stretch has, and what it means; None for a word of the text."""
    first = words[0]
    mark = reader.mark(first)
    if mark is not None:
        return 1, mark
    if re.fullmatch(r"-\w+", first.text) and first.text[1:] in labels:
        return 1, Found(first.start, first.end, Part.WITHOUT, first.text[1:], Dialect.TASKWARRIOR)
    rule = find_rule(words)
    if rule is not None:
        return rule.count, _stretch(words, rule.count, Part.RULE, rule.repeat, rule.refused)
    lower = first.text.lower()
    if lower in ("every", "every!") and len(words) > 1 and not words[1].is_text:
        return _no_rule(words, reader)
    if lower in _SET_OFF and len(words) > 1:
        return _set_off(words, reader, Part.UNTIL if lower in ("until", "ending") else Part.FROM)
    if has_rule and (times := _times(words)):
        return times
    phrase = find_phrase(words, reader.now, reader.known.zone, reader.days)
    if phrase is None:
        return 1, None
    return phrase.count, _stretch(words, phrase.count, Part.DUE, phrase.when, phrase.refused)


def _no_rule(words: Sequence[Word], reader: Reader) -> tuple[int, Found | None]:
    """`every easter`: neither a rule of ours nor a word before a day; `every door` is text."""
    phrase = find_phrase(words[1:], reader.now, reader.known.zone, reader.days)
    if phrase is None:
        return 1, None
    such = "expected such as every week, every mon,thu 9:00, every 15th or every last friday; in quotes it is text"
    said = " ".join(word.text for word in words[: phrase.count + 1])
    return phrase.count + 1, _stretch(words, phrase.count + 1, Part.ERROR, f"'{shown(said)}' is no rule ({such})", "")


def _set_off(words: Sequence[Word], reader: Reader, part: Part) -> tuple[int, Found | None]:
    """`until 30 jun`, `from fri`; before anything but a day these are words of the text."""
    phrase = None if words[1].is_text else find_phrase(words[1:], reader.now, reader.known.zone, reader.days)
    if phrase is None:
        return 1, None
    return phrase.count + 1, _stretch(words, phrase.count + 1, part, phrase.when, phrase.refused)


def _times(words: Sequence[Word]) -> tuple[int, Found] | None:
    """`5 times`, `for 5 times`."""
    skip = 1 if words[0].text.lower() == "for" else 0
    said = [word.text.lower().rstrip(",;.") for word in words[skip : skip + 2]]
    if len(said) < 2 or said[1] not in ("times", "time") or not _NUMBER.fullmatch(said[0]):
        return None
    return skip + 2, _stretch(words, skip + 2, Part.TIMES, int(said[0]), "")


def _stretch(words: Sequence[Word], count: int, part: Part, value: object, refused: str) -> Found:
    start, end = words[0].start, words[count - 1].end
    if value is None:
        return Found(start, end, Part.ERROR, refused or str(BadValue("this is not understood")))
    return Found(start, end, part, value)
