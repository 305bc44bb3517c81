"""Names of days, months and ordinals: read in full or short, written in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.rules.wording import WEEKDAYS

ORDINALS = ("first", "second", "third", "fourth", "fifth")
_SHORT_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th")
_SHORTEST = 3


def named(word: str, names: Sequence[str]) -> int | None:
    """The place of the one name that begins with `word` (lower case, three letters at least)."""
    if len(word) >= _SHORTEST:
        for place, name in enumerate(names):
            if name.lower().startswith(word):
                return place
    return None


def nth(word: str) -> int | None:
    """1 to 5 for "first" to "fifth" and "1st" to "5th", -1 for "last"."""
    if word == "last":
        return -1
    for names in (ORDINALS, _SHORT_ORDINALS):
        if word in names:
            return names.index(word) + 1
    return None


def short(place: int, names: Sequence[str] = WEEKDAYS) -> str:
    return names[place][:3].lower()


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 31st."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """a, b and c."""
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else parts[0]


def bits(mask: int) -> list[int]:
    return [place for place, bit in enumerate(f"{mask:b}"[::-1]) if bit == "1"]


def mask_of(places: Iterable[int]) -> int:
    mask = 0
    for place in places:
        mask |= 1 << place
    return mask


def runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of each stretch without a hole."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def spans(places: Sequence[int], say: Sequence[str] | None = None) -> list[str]:
    """Ascending numbers in words: three and more in a row become "a to b"."""
    found = []
    for low, high in runs(places):
        names = [say[place] if say else str(place) for place in range(low, high + 1)]
        found += names if len(names) < _SHORTEST else [f"{names[0]} to {names[-1]}"]
    return found


def weekdays(mask: int) -> str:
    """Monday to Friday; Monday and Thursday."""
    return listed(spans(bits(mask), WEEKDAYS))


def minutes(mask: int) -> str:
    """The times of a day's minutes: 09:00 and 17:30."""
    return listed([clock(minute) for minute in bits(mask)])


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
