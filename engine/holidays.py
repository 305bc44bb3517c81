"""Days off of countries and regions, from the `holidays` library: read a year at a time, and only when a day matters.

The library takes a fifth of a second to import, more than a whole `tickler task list`; so nothing here imports it
before a holiday is asked for.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from engine.rules.errors import BadValue, shown
from store.frozen import value

_ENGLISH = ("en_US", "en_GB", "en")


@value
class Holidays:
    """The holidays of a country, or of a region of it, by year; what `BusinessDays` asks. Hashable and picklable."""

    country: str
    region: str | None = None

    def __call__(self, year: int) -> Mapping[date, str]:
        """Day -> name; empty for a year of which the library has nothing."""
        return _year(self.country, self.region, year)


@value
class Country:
    """What is known of a country: `weekend` as weekday numbers, 0 = Sunday, and the years there is data for."""

    code: str
    regions: tuple[str, ...]
    weekend: frozenset[int]
    first_year: int
    last_year: int


def country(code: str) -> Country:
    """The country of that code, whatever its case. BadValue with the nearest if there is none."""
    return _country(_code(code))


def region(code: str, text: str) -> str:
    """The region of a country as the library writes it, by its code or its name. BadValue with the nearest."""
    known = country(code)
    kind = _kind(known.code)
    ways = {each.casefold(): each for each in known.regions}
    ways |= {alias.casefold(): code for alias, code in dict(kind.subdivisions_aliases).items()}
    plain = text.strip().casefold()
    found = ways.get(plain) or ways.get(plain.removeprefix(f"{known.code.casefold()}-"))
    if found:
        return found
    if not known.regions:
        raise BadValue(f"{known.code} has no regions with holidays of their own; leave the region out")
    names = [*known.regions, *dict(kind.subdivisions_aliases)]
    near = {each.casefold(): each for each in names}
    close = difflib.get_close_matches(plain, near, 1)
    hint = f"did you mean {near[close[0]]}?" if close else f"known are {_some(known.regions)}"
    raise BadValue(f"'{shown(text)}' is no region of {known.code}; {hint}")


def no_data(code: str, year: int) -> str:
    """Why a year of a country has no holidays, in words; empty if it has data."""
    known = country(code)
    if known.first_year <= year <= known.last_year:
        return ""
    return f"no holidays of {known.code} are known for {year} (only {known.first_year} to {known.last_year})"


def warm() -> None:
    """Load the library ahead of the first question, in a thread of one's own; a fault waits for that question."""
    with suppress(BadValue):
        _codes()


@lru_cache(maxsize=4_096)
def _year(code: str, region: str | None, year: int) -> Mapping[date, str]:
    known = _country(code)
    if not known.first_year <= year <= known.last_year:
        return MappingProxyType({})
    found = _kind(code)(subdiv=region, years=year, language=_language(code))
    return MappingProxyType({day: name for day, name in found.items() if day.year == year})


@lru_cache(maxsize=300)
def _country(code: str) -> Country:
    kind = _kind(code)
    weekend = frozenset((day + 1) % 7 for day in kind().weekend)
    return Country(code, tuple(kind.subdivisions), weekend, kind.start_year, min(kind.end_year, 9999))


@lru_cache(maxsize=300)
def _language(code: str) -> str | None:
    """Names in English where the library has them, whatever the locale of the machine."""
    kind = _kind(code)
    return next((each for each in _ENGLISH if each in kind.supported_languages), kind.default_language)


@lru_cache(maxsize=1_000)
def _kind(code: str) -> Any:
    return getattr(_library(), code)


def _code(text: str) -> str:
    names = _codes()
    plain = text.strip().casefold()
    if plain in names:
        return names[plain]
    near = difflib.get_close_matches(plain, names, 1, 0.7)
    hint = f"did you mean {near[0].upper()}?" if near else "expected a code such as BE, FR, US or GB"
    raise BadValue(f"'{shown(text)}' is no country that holidays are known of; {hint}")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Codes of two letters, of three, and the English names, in small letters -> the code of two."""
    _library()
    from holidays.registry import COUNTRIES

    found: dict[str, str] = {}
    for name, code, *more in COUNTRIES.values():
        for each in (name, code, *more):
            found[each.casefold()] = code
            found[_spaced(each)] = code
    return found


def _spaced(name: str) -> str:
    """`UnitedKingdom` as people write it."""
    return "".join(f" {c}" if c.isupper() and i and not name.isupper() else c for i, c in enumerate(name)).casefold()


def _library() -> Any:
    try:
        import holidays
    except ImportError as fault:
        raise BadValue(f"holidays of countries need the library 'holidays', which is not here ({fault})") from fault
    return holidays


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
