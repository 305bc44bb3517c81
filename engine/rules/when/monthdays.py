"""Days named by their place in the month: 15; 31 clamp; first monday; last day."""

from __future__ import annotations

from typing import NamedTuple

from engine.rules.errors import shown
from engine.rules.when.bad import BadSpec, quoted
from engine.rules.when.days import shapes
from engine.rules.when.draft import weekday_mask
from engine.rules.when.names import ORDINALS, bits, listed, mask_of, nth, ordinal, short
from engine.rules.wording import WEEKDAYS

_EXPECTED = "expected a day such as 15, first monday, last friday, last workday or last day"
_LAST_EVERYWHERE = 28
_WORKDAYS = frozenset({"workday", "weekday", "bd"})


class MonthDays(NamedTuple):
    """`text` is canonical, `words` go before "of every month" and `extra` after it."""

    text: str
    words: str
    shapes: tuple[int, ...]
    extra: str = ""
    clamped: int = 0


def month_days(words: list[str], notation: str) -> MonthDays:
    """The days that `words` name in a month; `notation` is the word that a refusal begins with."""
    policies = [word for word in words if word in ("clamp", "skip")]
    rest = [word for word in words if word not in ("clamp", "skip", "the")]
    rest = rest[1:] if rest[:1] == ["day"] else rest
    if len(policies) > 1:
        raise BadSpec(f"{notation}: clamp and skip were both or twice given: expected one of them")
    if not rest:
        raise BadSpec(f"{notation} needs a day: {_EXPECTED}")
    if rest[1:] == ["business", "day"]:
        rest = [rest[0], "workday"]
    if len(rest) == 2 and nth(rest[0]) is not None:
        if policies:
            raise BadSpec(f"{notation}: {policies[0]} goes with the days 29 to 31 only")
        return _by_place(rest[0], rest[1])
    return _by_number(rest, policies[0] if policies else "", notation)


def _by_number(rest: list[str], policy: str, notation: str) -> MonthDays:
    days = mask_of(_number(part, notation) for part in ",".join(rest).split(","))
    late = [day for day in bits(days) if day > _LAST_EVERYWHERE]
    if late and not policy:
        day = late[0]
        raise BadSpec(
            f"{notation} {day}: some months have no {ordinal(day)}; write '{notation} last day', "
            f"'{notation} {day} clamp' (the last day instead) or '{notation} {day} skip' (where it exists)"
        )
    text = ",".join(str(day) for day in bits(days))
    words = listed([f"the {ordinal(day)}" for day in bits(days)])
    if not late:
        return MonthDays(text, words, numbered(days))
    extra = " (or its last day)" if policy == "clamp" else " that has it"
    clamp = policy == "clamp"
    return MonthDays(f"{text} {policy}", words, numbered(days, clamp=clamp), extra, days if clamp else 0)


def numbered(days: int, *, clamp: bool = False) -> tuple[int, ...]:
    """Shapes of days by number; `clamp` moves those that a month lacks to its last day."""

    def inside(length: int, _: int) -> int:
        kept = days & ((2 << length) - 1)
        return kept | 1 << length if clamp and kept != days else kept

    return shapes(inside)


def _by_place(place: str, what: str) -> MonthDays:
    number = nth(place) or 1
    say = "last" if number < 0 else ORDINALS[number - 1]
    if what in ("day", "days"):
        if number < 0:
            return MonthDays("last day", "the last day", shapes(lambda length, _: 1 << length))
        return MonthDays(str(number), f"the {ordinal(number)}", numbered(1 << number))
    if what in _WORKDAYS:
        words = f"the {say} weekday (Monday to Friday)"
        return MonthDays(f"{say} workday", words, worked(number))
    mask = weekday_mask([what])
    if mask.bit_count() != 1:
        raise BadSpec(f"{quoted(f'{place} {what}')} names several days: expected such as {place} monday")
    weekday = mask.bit_length() - 1
    extra = " that has one" if number == len(ORDINALS) else ""
    words = f"the {say} {WEEKDAYS[weekday]}"
    return MonthDays(f"{say} {short(weekday)}", words, placed(weekday, number), extra)


def placed(weekday: int, number: int) -> tuple[int, ...]:
    """Shapes of the `number`-th (-1: the last) of a weekday, Monday = 0."""

    def inside(length: int, first: int) -> int:
        day = 1 + (weekday - first) % 7
        day += (length - day) // 7 * 7 if number < 0 else (number - 1) * 7
        return 1 << day if day <= length else 0

    return shapes(inside)


def worked(number: int) -> tuple[int, ...]:
    """Shapes of the `number`-th (-1: the last) day of a month from Monday to Friday.

    Holidays are a matter of the calendar: `last workday` that rolls to the previous working day is the last one there.
    """

    def inside(length: int, first: int) -> int:
        days = [day for day in range(1, length + 1) if (first + day - 1) % 7 < 5]
        return 1 << days[number if number < 0 else number - 1]

    return shapes(inside)


def _number(text: str, notation: str) -> int:
    digits = day_number(text)
    if not digits:
        raise BadSpec(f"{notation}: {quoted(text)} is not a day of the month: {_EXPECTED}")
    if len(digits) > 2 or not 1 <= int(digits) <= 31:
        raise BadSpec(f"{notation}: no month has a day {shown(digits)}: expected 1 to 31")
    return int(digits)


def day_number(text: str) -> str:
    """The digits of 15 or 15th; nothing if it is something else."""
    digits = text[:-2] if text[-2:] in ("st", "nd", "rd", "th") else text
    return digits if digits.isdigit() else ""
