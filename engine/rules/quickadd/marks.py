"""Words that are marks: `#list @label !person p1 ~3d {fri}`, and the keys of Taskwarrior and todo.txt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from engine.rules.errors import BadValue, shown
from engine.rules.horizons import parse_length
from engine.rules.names import plain_name
from engine.rules.offsets import Offset
from engine.rules.quickadd.days import away_from, read_when
from engine.rules.quickadd.repeats import read_rec, read_recur
from engine.rules.quickadd.values import Dialect, Found, Known, Part, When
from engine.rules.quickadd.words import Word
from engine.rules.texts import thing

_KEY = re.compile(r"([a-z]{1,12}):(.*)", re.DOTALL)
_PRIORITY = re.compile(r"p([1-4])[,;.]?", re.IGNORECASE)
_LETTER = re.compile(r"\(([A-Z])\)")
_NAME = re.compile(r"[\w].*", re.DOTALL)
_AWAY = re.compile(r"~(.*[0-9].*)", re.DOTALL)
_LETTERS = {"a": 1, "b": 2, "c": 3, "d": 4, "h": 1, "m": 2, "l": 3, "1": 1, "2": 2, "3": 3, "4": 4}
_ENDS = ",;.!?"

Read = Callable[[str, "Reader"], object]


class Reader:
    """Reads the marks of one line, seen from the aware `now`."""

    def __init__(self, known: Known, now: datetime, calendar: str = "") -> None:
        """`calendar` is the one that the line names: `+3bd` counts its working days."""
        self.known = known
        self.now = now
        try:
            self.days = known.calendar(plain_name(calendar) if calendar else "")
        except BadValue:  # it is refused where it stands
            self.days = known.calendar("")

    def mark(self, word: Word) -> Found | None:
        """What the word marks; None if it is a word of the text. A mark that says nothing sensible is an error."""
        sigil, name = word.text[0], word.text[1:]
        try:
            if word.text[0] in _SIGILS and _NAME.fullmatch(name):
                return self._sigil(word, sigil, name.rstrip(_ENDS) or name)
            if form := _PRIORITY.fullmatch(word.text):
                return Found(word.start, word.end, Part.PRIORITY, int(form[1]))
            if form := _AWAY.fullmatch(word.text):
                return Found(word.start, word.end, Part.VISIBLE, When(date.min, None, False, _length(form[1])))
            if sigil == "{" and word.text.endswith("}"):
                return Found(word.start, word.end, Part.DEADLINE, self.when(word.text[1:-1]))
            if form := _KEY.fullmatch(word.text):
                return self._key(word, form[1], form[2])
        except BadValue as fault:
            return Found(word.start, word.end, Part.ERROR, str(fault))
        return None

    def when(self, text: str) -> When:
        """A day with or without a time."""
        return read_when(text, self.now, self.known.zone, self.days)

    def _sigil(self, word: Word, sigil: str, name: str) -> Found | None:
        if sigil == "+" and not name[0].isalpha():
            return None
        value: object = (name,) if sigil == "@" else name
        return Found(word.start, word.end, _SIGILS[sigil], value)

    def _key(self, word: Word, key: str, text: str) -> Found | None:
        known = _KEYS.get(key)
        if known is None:
            return None
        part, read, dialect = known
        if not text.strip():
            raise BadValue(f"{key}: expected something right after the colon, such as {key}:{_SUCH[part]}")
        return Found(word.start, word.end, part, read(text, self), dialect)


def first_letter(word: Word) -> Found | None:
    """`(A)` at the beginning of a line of todo.txt."""
    form = _LETTER.fullmatch(word.text)
    if form is None or word.is_text:
        return None
    number = _LETTERS.get(form[1].lower()) if form[1] in "ABCD" else None
    if number is None:
        words = f"({form[1]}) is no priority here: (A) to (D) are p1 to p4; in quotes it is text"
        return Found(word.start, word.end, Part.ERROR, words)
    return Found(word.start, word.end, Part.PRIORITY, number, Dialect.TODO_TXT)


def _length(text: str) -> Offset:
    return parse_length(text.strip().rstrip(_ENDS))


def _before_or_day(text: str, reader: Reader) -> When:
    """`-2d` counts from the due day, all else is a day."""
    away = away_from(text)
    return When(date.min, None, False, away) if away is not None else reader.when(text)


def _letter(text: str, _: Reader) -> int:
    number = _LETTERS.get(text.lower().strip("()"))
    if number is None:
        raise BadValue(f"pri: '{shown(text)}' is no priority (expected H, M, L, A to D or 1 to 4)")
    return number


def _thing(text: str, _: Reader) -> tuple[str, str]:
    return thing(text.rstrip(",;"))


def _name(text: str, _: Reader) -> str:
    return text.rstrip(",;")


def _names(text: str, _: Reader) -> tuple[str, ...]:
    return tuple(each.lstrip("@") for each in text.split(",") if each.lstrip("@"))


def _when(text: str, reader: Reader) -> When:
    return reader.when(text.rstrip(",;"))


_SIGILS = {"#": Part.LIST, "@": Part.LABEL, "!": Part.PERSON, "+": Part.PLUS}
_TASKWARRIOR, _TODO = Dialect.TASKWARRIOR, Dialect.TODO_TXT
_KEYS: Mapping[str, tuple[Part, Read, Dialect | None]] = {
    "due": (Part.DUE, _when, None),
    "deadline": (Part.DEADLINE, _when, None),
    "until": (Part.UNTIL, _when, _TASKWARRIOR),
    "wait": (Part.VISIBLE, _before_or_day, _TASKWARRIOR),
    "scheduled": (Part.START, _before_or_day, _TASKWARRIOR),
    "t": (Part.VISIBLE, _before_or_day, _TODO),
    "recur": (Part.RULE, lambda text, _: read_recur(text), _TASKWARRIOR),
    "rec": (Part.RULE, lambda text, _: read_rec(text), _TODO),
    "project": (Part.LIST, _name, _TASKWARRIOR),
    "list": (Part.LIST, _name, None),
    "pri": (Part.PRIORITY, _letter, _TASKWARRIOR),
    "tags": (Part.LABEL, _names, _TASKWARRIOR),
    "label": (Part.LABEL, _names, None),
    "assignee": (Part.PERSON, _name, None),
    "who": (Part.PERSON, _name, None),
    "on": (Part.THING, _thing, None),
    "obj": (Part.THING, _thing, None),
    "cal": (Part.CALENDAR, _name, None),
}
_SUCH = {
    Part.DUE: "fri", Part.DEADLINE: "30nov", Part.UNTIL: "2027-06-30", Part.VISIBLE: "-2d", Part.START: "mon",
    Part.RULE: "1w", Part.LIST: "house", Part.PRIORITY: "H", Part.LABEL: "home", Part.PERSON: "ana",
    Part.THING: "stay/12", Part.CALENDAR: "school",
}  # fmt: skip
