"""Expressions in titles and notifications: `%%this.date.quarter.prev%%`, a grammar of our own.

    expression = "%%this" step+ [".short" | "." width] "%%"
    step       = ".date" | ".deadline" first, then ".year" ".quarter" ".month" ".week" ".day" ".weekday" ".prev" ".next"
    width      = "1" to "4": at least so many digits, a month as its number

What a word may follow stands in one table; no word of a person reaches `getattr`, `format` or `eval`. An expression
that cannot be told stays as it was typed, and `Shown.wrong` says why. Weeks are those of ISO 8601. The time it takes
is linear in the text: a path has at most `MOST_STEPS` words, and what is between two marks is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from store.frozen import value
from store.languages import Names, names

MARK = "%%"
"""Begins and ends an expression."""

MOST_LETTERS, MOST_STEPS = 200, 24
"""Of one expression."""

MOST_GROWTH = 10_000
"""Characters that all expressions of a text may say; those after them stay as typed."""

_WORDS_MOST = 1_000


@value
class Facts:
    """What `this` is: the days of a task, and its `words` (name, list, object, person) where they may be told."""

    start: date | None = None
    deadline: date | None = None
    words: Mapping[str, str] | None = None


@value
class Wrong:
    """An expression that stands as typed from `begin` to `end` of the shown text, and why.

    `is_undated`: the path is good, and the task has no such day yet.
    """

    expression: str
    why: str
    begin: int
    end: int
    is_undated: bool = False


@value
class Shown:
    """A text as people read it, and what of it could not be told."""

    text: str
    wrong: tuple[Wrong, ...] = ()


def shown(text: str, facts: Facts, language: str = "", most: int = MOST_GROWTH) -> Shown:
    """The text with its expressions said in words of a language (a code; empty: English)."""
    if MARK not in text:
        return Shown(text)
    said, wrong, length, grown = [], [], 0, 0
    for piece, is_expression in _pieces(text):
        if is_expression:
            fault = None
            try:
                told = _told(piece, facts, names(language))
                if grown + len(told) > most:
                    fault = _Fault(f"the text is too long already ({most:,} characters of expressions)")
                else:
                    grown += len(told)
            except _Fault as found:
                fault, told = found, piece
            if fault is not None:
                told = piece
                wrong.append(Wrong(piece, fault.words, length, length + len(piece), fault.is_undated))
            piece = told
        said.append(piece)
        length += len(piece)
    return Shown("".join(said), tuple(wrong))


class _Fault(Exception):
    """Why an expression cannot be told."""

    def __init__(self, words: str, *, is_undated: bool = False) -> None:
        super().__init__(words)
        self.words, self.is_undated = words, is_undated


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether somebody meant it as an expression. `50%% of 100%%` is none."""
    done, begin = 0, text.find(MARK)
    while begin >= 0:
        end = text.find(MARK, begin + 2)
        body = text[begin + 2 : end if end >= 0 else len(text)]
        stop = end + 2 if end >= 0 else len(text)
        if not _is_meant(body, is_closed=end >= 0):
            begin = end
            continue
        yield text[done:begin], False
        yield text[begin:stop], True
        done, begin = stop, text.find(MARK, stop)
    yield text[done:], False


_THIS = re.compile(r"\s*this\s*(\.|$)", re.IGNORECASE)


def _is_meant(body: str, *, is_closed: bool) -> bool:
    if _THIS.match(body):
        return True
    word = body.strip() if len(body) <= MOST_LETTERS else ""
    return is_closed and " " not in word and any(letter.isalpha() or letter == "_" for letter in word)


@value
class _Point:
    """A stretch of time, by its first day and what it is."""

    unit: str
    day: date


_INNER: Mapping[str, tuple[str, ...]] = {
    "date": ("year", "quarter", "month", "week", "day", "weekday", "prev", "next"),
    "day": ("year", "quarter", "month", "week", "weekday", "prev", "next", "width"),
    "weekday": ("year", "quarter", "month", "week", "day", "prev", "next", "short"),
    "week": ("year", "prev", "next", "width"),
    "month": ("year", "quarter", "prev", "next", "short", "width"),
    "quarter": ("year", "prev", "next", "width"),
    "year": ("prev", "next", "width"),
}
"""What may follow what."""


def _told(expression: str, facts: Facts, known: Names) -> str:
    if not expression.endswith(MARK) or len(expression) < 5:
        raise _Fault("the closing %% is missing")
    if len(expression) > MOST_LETTERS:
        raise _Fault(f"an expression has at most {MOST_LETTERS} characters")
    words = expression[2:-2].lower().split(".")
    if words[0] != "this":
        raise _Fault("an expression begins with 'this', such as %%this.date.month%%")
    if len(words) > MOST_STEPS:
        raise _Fault(f"a path has at most {MOST_STEPS} words")
    if len(words) == 2 and facts.words is not None and words[1] in facts.words:
        return facts.words[words[1]][:_WORDS_MOST]
    return _walked(words[1:], facts, known)


def _walked(words: list[str], facts: Facts, known: Names) -> str:
    first, *steps = words or [""]
    if first not in ("date", "deadline"):
        others = ", ".join(("date", "deadline", *(facts.words or ())))
        raise _Fault(f"'{first}' is not known after 'this' (known: {others})")
    day = facts.deadline if first == "deadline" else facts.start or facts.deadline
    at = _Point("date", day or date(2000, 1, 1))  # of a task without the day the path is read all the same
    final = ""
    for number, word in enumerate(steps):
        may = _INNER[at.unit]
        is_last = number == len(steps) - 1
        if is_last and (word == "short" or re.fullmatch("[1-4]", word)) and _kind(word) in may:
            final = word
        elif word in may and word not in ("short", "width"):
            at = _step(at, word)
        else:
            raise _Fault(_unknown(word, at.unit, is_last=is_last))
    if day is None:
        raise _Fault(f"the task has no {first} yet", is_undated=True)
    return _said(at, final, known)


def _kind(word: str) -> str:
    return word if word == "short" else "width"


def _unknown(word: str, unit: str, *, is_last: bool) -> str:
    may = _INNER[unit]
    if word[:1].isdigit() and "width" in may:
        return f"'{word[:20]}' is no width (expected 1 to 4 digits, as the last word)"
    if word == "short" and "short" in may and not is_last:
        return "'short' is the last word of a path"
    known = ", ".join("1 to 4 (digits)" if each == "width" else each for each in may)
    return f"'{word[:40]}' is not known after '{unit}' (known: {known})"


def _step(at: _Point, word: str) -> _Point:
    if word not in ("prev", "next"):
        return _Point(word, _first(at, word))
    way = 1 if word == "next" else -1
    try:
        return _Point(at.unit, _moved(at, way))
    except (OverflowError, ValueError):
        raise _Fault("it leaves the calendar (years 1 to 9999)") from None


def _first(at: _Point, unit: str) -> date:
    day = at.day
    if unit == "year":
        return date(day.isocalendar().year if at.unit == "week" else day.year, 1, 1)
    if unit == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return day.replace(day=1) if unit == "month" else day


_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"week": 7}


def _moved(at: _Point, way: int) -> date:
    if at.unit not in _MONTHS:
        return at.day + timedelta(days=way * _DAYS.get(at.unit, 1))
    months = at.day.year * 12 + at.day.month - 1 + way * _MONTHS[at.unit]
    return date(months // 12, months % 12 + 1, 1)


def _said(at: _Point, final: str, known: Names) -> str:
    day = at.day
    if at.unit == "date":
        return known.long_day(day)
    if at.unit == "weekday":
        return (known.short_weekdays if final else known.weekdays)[day.weekday()]
    if at.unit == "month" and not final.isdigit():
        return (known.short_months if final else known.months)[day.month - 1]
    number = {
        "year": day.year, "quarter": (day.month + 2) // 3, "month": day.month, "day": day.day,
        "week": day.isocalendar().week,
    }[at.unit]  # fmt: skip
    return str(number).zfill(int(final) if final else 1)
