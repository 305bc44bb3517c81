"""`at boot`, `at boot + 15m`: once after each start of the machine.

Nobody knows when a machine will start, so a rule that is read from text has no occurrences of this kind. Whoever keeps
account of the starts hands them over (`booted`); each has one occurrence then, unless the machine started again before
its time had come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from engine.rules.durations import duration_text, parse_duration
from engine.rules.errors import BadValue
from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.draft import Draft, Place
from engine.rules.when.patterns import Pattern
from engine.rules.when.rule import Rule
from engine.rules.when.union import Union
from engine.rules.when.wallclock import DAY, WallClock, seconds
from store.frozen import value

MOST_DELAY = 366 * DAY
_FORM = re.compile(r"boot(?: ?\+ ?(.+))?")
_EXPECTED = "expected at boot, or such as at boot + 15m"


@value
class Boots:
    """`delay` seconds after each of `starts`, which are instants, oldest first."""

    delay: int
    starts: tuple[int, ...] = ()

    def next(self, clock: WallClock, after: int) -> int | None:
        return min((at for at in self._times() if at > after), default=None)

    def last(self, clock: WallClock, until: int) -> int | None:
        return max((at for at in self._times() if at <= until), default=None)

    def count(self, clock: WallClock, after: int, until: int) -> int:
        return sum(after < at <= until for at in self._times())

    def _times(self) -> list[int]:
        """A start that came before its time takes the place of the one before it."""
        ends = zip_longest(self.starts, self.starts[1:])
        return [start + self.delay for start, end in ends if end is None or start + self.delay < end]


def at_boot(words: list[str], place: Place) -> Draft:
    text = " ".join(words)
    form = _FORM.fullmatch(text)
    if form is None:
        raise BadSpec(f"at: {quoted(text)} is not understood: {_EXPECTED}")
    try:
        delay = parse_duration(form[1]) if form[1] else 0
    except BadValue as error:
        raise BadSpec(f"at boot: {error}") from None
    if delay > MOST_DELAY:
        raise BadSpec(f"at boot: {quoted(form[1])} is too long: expected 366 days at most")
    if not delay:
        return Draft("at boot", "once after the machine starts", Boots(0))
    length = duration_text(delay)
    return Draft(f"at boot + {length}", f"once, {length} after the machine starts", Boots(delay))


def is_open(pattern: Pattern) -> bool:
    """Whether occurrences may come that nobody can plan: a start of the machine makes them."""
    if isinstance(pattern, Union):
        return any(is_open(part.pattern) for part in pattern.parts)
    return isinstance(pattern, Boots)


def booted(rule: Rule, starts: Iterable[datetime]) -> Rule:
    """The same rule on a machine that started at these instants (aware), in any order."""
    known = tuple(sorted({seconds(start) for start in starts}))
    return replace(rule, pattern=_with(rule.pattern, known)) if known and is_open(rule.pattern) else rule


def _with(pattern: Pattern, starts: tuple[int, ...]) -> Pattern:
    if isinstance(pattern, Boots):
        return replace(pattern, starts=starts)
    if isinstance(pattern, Union):
        return Union(tuple(replace(part, pattern=_with(part.pattern, starts)) for part in pattern.parts))
    return pattern
