"""Names of months and weekdays in the language of the desk: English is here, all others come from Babel's CLDR data.

Babel is an extra (`pip install tickler[languages]`). A store that is set to another language is read without it too:
its titles say the months in English then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from store.frozen import value

ENGLISH = "en"
_FORM = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,2}")


@value
class Names:
    """Of months (January first) and weekdays (Monday first), in full and short."""

    language: str
    months: Sequence[str]
    short_months: Sequence[str]
    weekdays: Sequence[str]
    short_weekdays: Sequence[str]

    def long_day(self, day: date) -> str:
        """`20 January 2014`, or how the language writes it."""
        if self.language == ENGLISH:
            return f"{day.day} {self.months[day.month - 1]} {day.year}"
        from babel.dates import format_date

        return format_date(day, "long", self.language)


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH = Names(
    ENGLISH, _MONTHS, tuple(name[:3] for name in _MONTHS), _WEEKDAYS, tuple(name[:3] for name in _WEEKDAYS)
)


def canonical(text: str) -> str:
    """`ru`, `pt_BR`: the code of the language as it is kept. ValueError says in words why it cannot be had."""
    code = text.strip()
    if code.lower() in (ENGLISH, "english"):
        return ENGLISH
    if not _FORM.fullmatch(code):
        raise ValueError("expected the code of a language, such as en, ru, de or pt_BR")
    try:
        from babel import Locale
    except ImportError:
        raise ValueError(
            "languages other than en need Babel, which is not installed: pip install 'tickler[languages]'"
        ) from None
    from babel import UnknownLocaleError

    try:
        return str(Locale.parse(code.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"nobody knows the months of '{code}'; expected a code such as en, ru, de or pt_BR") from None


@lru_cache(maxsize=16)
def names(language: str) -> Names:
    """The names in a language that `canonical` gave; in English if it cannot be had."""
    if language in ("", ENGLISH):
        return _ENGLISH
    try:
        from babel import Locale, UnknownLocaleError
    except ImportError:
        return _ENGLISH
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return _ENGLISH
    months, days = locale.months["stand-alone"], locale.days["stand-alone"]
    return Names(
        language,
        tuple(months["wide"][number] for number in range(1, 13)),
        tuple(months["abbreviated"][number] for number in range(1, 13)),
        tuple(days["wide"][number] for number in range(7)),
        tuple(days["abbreviated"][number] for number in range(7)),
    )
