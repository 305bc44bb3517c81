"""The filter of tasks as people type it: `#house @bank -@later !me p<=2 stay/12 due:<fri has:notes "exact words"`.

`-` in front of anything means not. Lists, priorities and things of several terms are alternatives; everything else
must hold together. What is none of these forms is text, and each word of it must occur; quotes keep words together,
and keep a word from being understood. Days are those of `engine.rules.days`, seen from the day they are asked on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from enum import StrEnum

from engine.rules.days import parse_day
from engine.rules.errors import BadValue, shown
from engine.rules.wording import short_day
from store.enums import TaskView
from store.frozen import value

LENGTH = 1_000
"""Characters of a filter."""
MOST_TERMS = 50
PRIORITIES = (1, 2, 3, 4)

DAY_WORDS = ("due", "visible", "start", "done")
HAVING = ("notes", "list", "label", "person", "priority", "due", "time", "start", "checklist", "thing", "template")


class Kind(StrEnum):
    """What a term speaks of."""

    LIST = "list"
    LABEL = "label"
    PERSON = "person"
    PRIORITY = "priority"
    THING = "thing"
    DAYS = "days"
    LATE = "late"
    TODAY = "today"
    HAS = "has"
    VIEW = "view"
    TEXT = "text"


@value
class Term:
    """One term. `at` is its place in the text, from 1; `words` says what was understood.

    `name` is the list, label or person, the word of has:, the view, the column of days, the class, or the text. `id`
    is that of the thing (None: any of its class). `low` and `high` are days, both counted; None: no bound.
    """

    kind: Kind
    at: int
    is_not: bool
    words: str
    name: str = ""
    id: str | None = None
    priorities: tuple[int, ...] = ()
    low: date | None = None
    high: date | None = None


_TERM = re.compile(r'\s*(-?)((?:[^\s"]|"[^"]*"?)+)')
_PRIORITY = re.compile(r"p(?:([1-4])|(<=|>=|<|>|=)([1-4]))", re.IGNORECASE)
_THING = re.compile(r"([^/:\s]+)[/:](.+)")
_BOUND = re.compile(r"(<=|>=|<|>|=)?(.*)", re.DOTALL)
_BEFORE, _NOT_AFTER = "<", "<="


def parse_filter(text: str, today: date, classes: Collection[str] = ()) -> tuple[Term, ...]:
    """The terms of a filter in their order. `classes` are those of entities: `stay/12` and `stay 12` are things then.

    BadValue with the place for what begins like a term and is none: a day that is no day, a priority p9.
    """
    if len(text) > LENGTH:
        raise BadValue(f"filter: {len(text):,} characters are too many (at most {LENGTH:,})")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadValue("filter: holds half a character, which cannot be looked for")
    known = {name.casefold(): name for name in classes}
    terms: list[Term] = []
    pieces = list(_pieces(text))
    while pieces:
        at, is_not, piece = pieces.pop(0)
        after = pieces[0][2] if pieces and not pieces[0][1] else ""
        if piece.casefold() in known and after[:1].isdigit() and '"' not in piece + after:
            pieces.pop(0)
            terms.append(_thing(at, is_not, known[piece.casefold()], after))
        else:
            term = _term(at, is_not, piece, today, known)
            terms += [] if term.kind is Kind.TEXT and not term.name else [term]
        if len(terms) > MOST_TERMS:
            raise BadValue(f"filter: more than {MOST_TERMS} terms are too many")
    return tuple(terms)


def chips(terms: Collection[Term]) -> str:
    """What was understood, in one line: `list house · not label later · due before Fri 6 Jun · text paint`."""
    return " · ".join(_chip(term) for term in terms)


def _chip(term: Term) -> str:
    if term.kind is Kind.HAS and term.is_not:
        return f"no {term.name}"
    return f"not {term.words}" if term.is_not else term.words


def _pieces(text: str) -> Iterator[tuple[int, bool, str]]:
    """(place, whether - stands in front, the piece with its quotes)."""
    for found in _TERM.finditer(text):
        is_not = bool(found[1])
        yield found.start(1) + 1, is_not, found[2]


def _term(at: int, is_not: bool, piece: str, today: date, known: dict[str, str]) -> Term:
    plain = _unquoted(piece)
    if piece.startswith('"'):
        return _text(at, is_not, plain)
    sign, rest = piece[0], plain[1:].strip()
    if sign in _NAMED and rest:
        kind = _NAMED[sign]
        return Term(kind, at, is_not, f"{kind} {rest}", rest)
    word, colon, said = plain.partition(":")
    word = word.casefold()
    if colon and word in _READERS and said.strip():
        return _READERS[word](at, is_not, word, said.strip(), today)
    if '"' not in piece:
        if plain.casefold() in _DAYS_AHEAD:
            return _due_word(at, is_not, plain.casefold(), today)
        priority = _PRIORITY.fullmatch(plain)
        if priority:
            return _priority(at, is_not, priority)
    form = _THING.fullmatch(plain)
    if form and form[1].casefold() in known:
        return _thing(at, is_not, known[form[1].casefold()], form[2])
    return _text(at, is_not, plain)


def _text(at: int, is_not: bool, plain: str) -> Term:
    words = " ".join(plain.split())
    return Term(Kind.TEXT, at, is_not, f"text {words}", words)


def _thing(at: int, is_not: bool, object_class: str, number: str) -> Term:
    number = number.strip()
    said = f"any {object_class}" if number == "*" else f"{object_class} {number}"
    return Term(Kind.THING, at, is_not, said, object_class, None if number == "*" else number)


def _priority(at: int, is_not: bool, form: re.Match[str]) -> Term:
    sign, bound = form[2] or "=", int(form[1] or form[3])
    tests = {"=": bound.__eq__, "<": bound.__gt__, "<=": bound.__ge__, ">": bound.__lt__, ">=": bound.__le__}
    found = tuple(each for each in PRIORITIES if tests[sign](each) is True)
    if not found:
        raise BadValue(f"at {at}: no priority is {sign} {bound}; they go from 1 (most urgent) to {PRIORITIES[-1]}")
    return Term(Kind.PRIORITY, at, is_not, f"priority {' or '.join(map(str, found))}", priorities=found)


def _due_word(at: int, is_not: bool, word: str, today: date) -> Term:
    if word == "late":
        return Term(Kind.LATE, at, is_not, "late", "due", high=today - timedelta(1))
    if word == "today":
        return Term(Kind.TODAY, at, is_not, "due today", "due", low=today, high=today)
    day = today + timedelta(_DAYS_AHEAD[word])
    return Term(Kind.DAYS, at, is_not, f"due {word}", "due", low=day, high=day)


def _days(at: int, is_not: bool, word: str, said: str, today: date) -> Term:
    first, dots, last = said.partition("..")
    if dots:
        low = _day(at, word, first, today) if first.strip() else None
        high = _day(at, word, last, today) if last.strip() else None
        if low and high and low > high:
            raise BadValue(f"at {at}: {word}: {first} comes after {shown(last)}")
        words = [f"from {short_day(low, today)}" if low else "", f"to {short_day(high, today)}" if high else ""]
        return Term(Kind.DAYS, at, is_not, " ".join(filter(None, [word, *words])), word, low=low, high=high)
    form = _BOUND.fullmatch(said)
    sign, text = (form[1] or "=", form[2]) if form else ("=", said)
    day = _day(at, word, text, today)
    said = short_day(day, today)
    if sign in (_BEFORE, _NOT_AFTER):
        high = day - timedelta(sign == _BEFORE)
        return Term(Kind.DAYS, at, is_not, f"{word} {'before' if sign == _BEFORE else 'by'} {said}", word, high=high)
    if sign != "=":
        low = day + timedelta(sign == ">")
        return Term(Kind.DAYS, at, is_not, f"{word} {'after' if sign == '>' else 'from'} {said}", word, low=low)
    return Term(Kind.DAYS, at, is_not, f"{word} {said}", word, low=day, high=day)


def _day(at: int, word: str, text: str, today: date) -> date:
    try:
        return parse_day(text, today)
    except BadValue as fault:
        raise BadValue(f"at {at}: {word}: {fault}") from None


def _has(at: int, is_not: bool, word: str, said: str, today: date) -> Term:
    name = said.casefold()
    if name not in HAVING:
        raise BadValue(f"at {at}: {word}: expected one of {', '.join(HAVING)}, not '{shown(said)}'")
    return Term(Kind.HAS, at, is_not != (word == "no"), f"has {name}", name)


def _view(at: int, is_not: bool, word: str, said: str, today: date) -> Term:
    name = said.casefold()
    if is_not:
        raise BadValue(f"at {at}: view: cannot be turned round with -; name the view that is meant")
    if name not in list(TaskView):
        raise BadValue(f"at {at}: view: expected one of {', '.join(TaskView)}, not '{shown(said)}'")
    return Term(Kind.VIEW, at, False, f"view {name}", name)


def _unquoted(piece: str) -> str:
    return piece.replace('"', "")


_NAMED = {"#": Kind.LIST, "@": Kind.LABEL, "!": Kind.PERSON}
_DAYS_AHEAD = {"late": -1, "today": 0, "tomorrow": 1}
_READERS = {**dict.fromkeys(DAY_WORDS, _days), "has": _has, "no": _has, "view": _view}
