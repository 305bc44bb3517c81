"""Labels that are known by what they say: `weekly on Saturday`, `monthly 20th`, `yearly`, `remind 1 day before`.

A label of one of these forms needs no definition: the triggers that make it true follow from its words. Weekdays and
months are read in English and in the language of the desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from engine.rules.errors import BadValue, shown
from store.frozen import value

ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SATURDAY = 5
_LONG_AGO = "-due:>-300d -start:>-300d"
"""Neither day is of these months: one that is opened again because it was closed by mistake keeps its year."""

Fields = Mapping[str, str]
"""Of a trigger, as the desk file has them."""


@value
class Ready:
    """A label and the triggers that go with it; the first bears its name."""

    label: str
    triggers: tuple[Fields, ...]


@value
class Calendar:
    """What days and months are called: Monday first, January first."""

    weekdays: Sequence[str] = ENGLISH_DAYS
    months: Sequence[str] = ENGLISH_MONTHS


ENGLISH = Calendar()


def usual(calendar: Calendar = ENGLISH) -> tuple[Ready, ...]:
    """Those that a new desk is offered, in the words of its language."""
    saturday = calendar.weekdays[_SATURDAY]
    names = (
        *calendar.weekdays, f"weekly on {saturday}", "monthly 1st", "monthly 20th", "monthly last day", "yearly",
        "remind on the day", "remind 1 day before", "remind 1 week before", "reopen 10 days after done",
    )  # fmt: skip
    return tuple(ready(name, calendar) for name in names)


def ready(name: str, calendar: Calendar = ENGLISH) -> Ready:
    """What a label of that name is to do. BadValue shows the forms."""
    label = " ".join(name.split())
    for pattern, make in _FORMS:
        found = pattern.fullmatch(label)
        made = make(label, found, calendar) if found else None
        if made:
            return Ready(label, tuple({"scope": f"label:{label}", **each} for each in made))
    raise BadValue(
        f"'{shown(name)}' is no ready-made label (expected such as {calendar.weekdays[0]}, weekly on"
        f" {calendar.weekdays[_SATURDAY]}, monthly 20th, yearly, yearly 8 {calendar.months[2]}, remind 1 day before,"
        " or reopen 10 days after done)"
    )


_Made = Sequence[Fields] | None
_Form = Callable[[str, re.Match[str], Calendar], _Made]


def _weekly(label: str, found: re.Match[str], calendar: Calendar) -> _Made:
    day = _index(found["day"], calendar.weekdays, ENGLISH_DAYS)
    return None if day is None else _by_schedule(label, f"weekly {ENGLISH_DAYS[day][:3].lower()}")


def _monthly(label: str, found: re.Match[str], calendar: Calendar) -> _Made:
    day = int(found["day"])
    return _by_schedule(label, f"monthly {day}") if 1 <= day <= 31 else None


def _last_day(label: str, found: re.Match[str], calendar: Calendar) -> _Made:
    return _by_schedule(label, "monthly last day")


def _on_a_day(label: str, found: re.Match[str], calendar: Calendar) -> _Made:
    """`yearly 8 March`, `annually March 8th`: which of the two words is the month shows by itself."""
    day, month = found["day"] or found["day2"], found["month"] or found["month2"]
    number = _index(month, calendar.months, ENGLISH_MONTHS)
    if number is None or not 1 <= int(day) <= 31:
        return None
    return _by_schedule(label, f"yearly {int(day)} {ENGLISH_MONTHS[number].lower()}")


def _yearly(label: str, found: re.Match[str], calendar: Calendar) -> _Made:
    return (
        {"name": label, "event": "date reached", "delay": "1y", "action": "reopen"},
        {
            "name": f"{label}: the date", "event": "reopened", "condition": _LONG_AGO, "action": "move date: 1y",
            "description": "A task that is open again is for this year",
        },
    )  # fmt: skip


def _remind(label: str, found: re.Match[str], calendar: Calendar) -> _Made:
    delay = f"-{found['many']}{found['unit']}" if found["many"] else "0d"
    subject = "%%this.name%% is due %%this.deadline%%"
    return ({"name": label, "event": "deadline reached", "delay": delay, "action": f"notify: {subject}"},)


def _reopen(label: str, found: re.Match[str], calendar: Calendar) -> _Made:
    delay = f"{found['many']}{found['unit']}"
    return ({"name": label, "event": "completed", "delay": delay, "action": "reopen"},)


def _by_schedule(label: str, spec: str) -> Sequence[Fields]:
    return ({"name": label, "event": f"schedule: {spec} 00:00", "action": "reopen"},)


def _index(word: str, *languages: Sequence[str]) -> int | None:
    for names in languages:
        for number, name in enumerate(names):
            if name.casefold() == word.casefold():
                return number
    return None


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TH = r"(?:st|nd|rd|th|\.)?"
_MANY = r"(?P<many>\d{1,3}) (?P<unit>minute|hour|day|week|month|year)s?"
_FORMS: Sequence[tuple[re.Pattern[str], _Form]] = (
    (_form("yearly|annually"), _yearly),
    (_form(r"(?:weekly(?: on)? |every )?(?P<day>[^\W\d]+)"), _weekly),
    (_form("monthly(?: on)?(?: the)? last day"), _last_day),
    (_form(rf"monthly(?: on)?(?: the)? (?P<day>\d{{1,2}}){_TH}"), _monthly),
    (_form(rf"(?:yearly|annually)(?: on)? (?:(?P<day>\d{{1,2}}){_TH} (?P<month>\w+)"
           rf"|(?P<month2>[^\W\d]+) (?P<day2>\d{{1,2}}){_TH})"), _on_a_day),
    (_form(f"remind (?:on the day|{_MANY} before)"), _remind),
    (_form(f"reopen {_MANY} after(?: it is)? done"), _reopen),
)  # fmt: skip
