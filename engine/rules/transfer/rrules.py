"""A rule of ours as DTSTART and RRULE: said only if both make the same occurrences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from engine.rules.errors import BadValue, shown
from engine.rules.horizons import midnight
from engine.rules.when import Rule, parse
from engine.rules.zones import local
from store.frozen import value

_COMPARED = 120
_SECOND = timedelta(seconds=1)
_DAYS = {"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_CLOCKS = r"(?: (?P<at>[0-9:,]+))?"
_EVERY = re.compile(
    rf"every (?:(?P<n>[0-9]+) )?(?P<unit>day|week|month|year)s?(?: on (?P<on>.+?))?{_CLOCKS}(?: from (?P<from>\S+))?"
)
_NAMED = re.compile(
    r"(?P<word>daily|weekly|monthly|yearly)"
    r"(?: (?P<days>[^0-9:].*?|[0-9,]+|[0-9]+ [a-z]{3}))?(?: (?P<short>clamp|skip))?" + _CLOCKS
)


@value
class Written:
    """The lines of a rule. `start` is the wall time of DTSTART; `excluded` are walls that are left out."""

    start: datetime
    is_day: bool
    rrule: str
    rdates: tuple[str, ...]
    excluded: tuple[datetime, ...]


def written(rule: Rule, since: datetime, until: int | None, count: int | None, left_out: tuple[date, ...]) -> Written:
    """The rule as iCalendar has it; BadValue if it has not.

    `since`: an instant from which on the first occurrence counts. `left_out`: days besides those of the rule.
    """
    whole = rule.whole()
    lines = _lines(rule.spec)
    if "RRULE" in lines or "RDATE" in lines:
        found = _kept(lines, whole, since)
    else:
        found = _made(whole, since, rule.spec)
    end = (
        f";COUNT={count}" if count is not None else f";UNTIL={_until(until, rule.zone, found.is_day)}" if until else ""
    )
    if end and re.search("COUNT|UNTIL", found.rrule):
        raise BadValue("its rule and its template name an end each")
    days = sorted({*left_out, *rule.excluded})
    gone = sorted({*found.excluded, *_walls(whole, days)})
    made = Written(found.start, found.is_day, found.rrule + end, found.rdates, tuple(gone))
    _same(made, whole, set(days), since)
    return made


def text_of(wall: datetime, *, is_day: bool) -> str:
    """A day or a time on a clock as iCalendar writes it."""
    return f"{wall:%Y%m%d}" if is_day else f"{wall:%Y%m%dT%H%M%S}"


def _lines(spec: str) -> dict[str, str]:
    """The lines of an RRULE spec by their names with parameters cut off; none of any other notation."""
    if not re.match(r"(?i)(DTSTART|RRULE|RDATE|FREQ=)", spec):
        return {}
    found: dict[str, str] = {}
    for part in spec.split():
        head, _, said = part.partition(":")
        name = head.partition(";")[0].upper()
        found[name] = f"{found[name]},{said}" if name in found else said
    return found


def _kept(lines: dict[str, str], whole: Rule, since: datetime) -> Written:
    """A rule that is RRULE already."""
    if "DTSTART" not in lines:
        return _made(whole, since, "", lines["RRULE"])
    start = _wall(lines["DTSTART"])
    is_day = "T" not in lines["DTSTART"].upper()
    rdates = tuple(text.rstrip("Z") for text in lines.get("RDATE", "").split(",") if text)
    gone = [text for text in lines.get("EXDATE", "").split(",") if text]
    excluded = tuple(_wall(text) for text in gone if is_day or "T" in text)
    return Written(start, is_day, lines.get("RRULE", ""), rdates, excluded)


def _made(whole: Rule, since: datetime, spec: str, rrule: str = "") -> Written:
    first = whole.next(since - _SECOND)
    if first is None:
        raise BadValue("all of it is past")
    start = local(first, whole.zone).replace(tzinfo=None)
    is_day = all(_is_midnight(at, whole.zone) for at in next_of(whole, since, 3))
    return Written(start, is_day, rrule or _rrule(spec, start, is_day), (), ())


def _is_midnight(at: datetime, zone: str) -> bool:
    return midnight(local(at, zone).date(), zone) == at


def _rrule(spec: str, start: datetime, is_day: bool) -> str:
    if form := _EVERY.fullmatch(spec):
        n = f";INTERVAL={form['n']}" if form["n"] and form["n"] != "1" else ""
        head = f"FREQ={_UNITS[form['unit']]}{n}"
        if form["on"]:
            return head + _by_days(form["on"], spec) + _by_times(form["at"])
        return head + _clamped(form["unit"], start) + _by_times(form["at"])
    form = _NAMED.fullmatch(spec)
    if form is None:
        raise BadValue(f"'{shown(spec)}' has no form in RRULE")
    head = f"FREQ={form['word'].upper()}"
    days = form["days"] or ""
    is_clamped = form["short"] == "clamp"
    if form["word"] == "yearly":
        day, _, month = days.partition(" ")
        if month not in _MONTHS or not day.isdigit():
            raise BadValue(f"'{shown(spec)}' has no form in RRULE")
        which = _up_to(int(day)) if is_clamped else f";BYMONTHDAY={day}"
        return f"{head};BYMONTH={_MONTHS.index(month) + 1}{which}" + _by_times(form["at"])
    if is_clamped and days.isdigit():
        return head + _up_to(int(days)) + _by_times(form["at"])
    return head + (_by_days(days, spec) if days else "") + _by_times(form["at"])


def _by_days(text: str, spec: str) -> str:
    """`mon,thu`, `15`, `1,15`, `first mon`, `last day`."""
    if all(part in _DAYS for part in text.split(",")):
        return ";BYDAY=" + ",".join(_DAYS[part] for part in text.split(","))
    if re.fullmatch("[0-9]+(,[0-9]+)*", text):
        return f";BYMONTHDAY={text}"
    place, _, day = text.partition(" ")
    if place in _PLACES and day in _DAYS:
        return f";BYDAY={_PLACES[place]}{_DAYS[day]}"
    if text == "last day":
        return ";BYMONTHDAY=-1"
    raise BadValue(f"'{shown(spec)}' has no form in RRULE")


def _clamped(unit: str, start: datetime) -> str:
    """Months that lack the day have their last instead; RRULE would leave them out."""
    if unit != "month" or start.day <= 28:
        return ""
    return _up_to(start.day)


def _up_to(day: int) -> str:
    """That day, or the last that a month has of those before it."""
    return f";BYMONTHDAY={','.join(str(each) for each in range(28, day + 1))};BYSETPOS=-1"


def _by_times(text: str | None) -> str:
    """Several times a day must be hours with the same minute."""
    times = (text or "").split(",")
    if len(times) < 2:
        return ""
    hours, minutes = zip(*(time.split(":") for time in times), strict=True)
    if len(set(minutes)) > 1:
        raise BadValue("its times of day are not at the same minute of the hour")
    return f";BYHOUR={','.join(str(int(hour)) for hour in hours)};BYMINUTE={int(minutes[0])}"


def _until(until: int | None, zone: str, is_day: bool) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=until or 0)
    return f"{local(at, zone):%Y%m%d}" if is_day else f"{at:%Y%m%dT%H%M%SZ}"


def _wall(text: str) -> datetime:
    plain = text.upper().rstrip("Z")
    form = "%Y%m%dT%H%M%S" if "T" in plain else "%Y%m%d"
    return datetime.strptime(plain, form)  # noqa: DTZ007


def _walls(whole: Rule, days: list[date]) -> Iterator[datetime]:
    """The occurrences on those days."""
    for day in days:
        begin, end = midnight(day, whole.zone), midnight(day + timedelta(1), whole.zone)
        for at in whole.between(begin - _SECOND, end - _SECOND, 100):
            yield local(at, whole.zone).replace(tzinfo=None)


def next_of(rule: Rule, since: datetime, most: int) -> list[datetime]:
    """The first `most` occurrences from `since` on."""
    found, at = list[datetime](), rule.next(since - _SECOND)
    while at is not None and len(found) < most:
        found.append(at)
        at = rule.next(at)
    return found


def _same(made: Written, rule: Rule, days: set[date], since: datetime) -> None:
    """Refuse what another program would read as other occurrences."""
    ours = next_of(replace(rule, excluded=frozenset(days)), since, _COMPARED)
    theirs = next_of(parse(" ".join(lines_of(made, rule.zone)), rule.zone), since, _COMPARED)
    if ours != theirs:
        raise BadValue("RRULE would make other occurrences of it")


def lines_of(made: Written, zone: str) -> list[str]:
    """DTSTART, RRULE, RDATE and EXDATE; times on the clocks of `zone`, days without one."""
    tail, end = (";VALUE=DATE", "") if made.is_day else ("", "Z") if zone == "UTC" else (f";TZID={zone}", "")
    found = [f"DTSTART{tail}:{text_of(made.start, is_day=made.is_day)}{end}"]
    found += [f"RRULE:{made.rrule}"] if made.rrule else []
    days = [text for text in made.rdates if "T" not in text]
    times = [f"{text}{end}" for text in made.rdates if "T" in text]
    found += [f"RDATE;VALUE=DATE:{','.join(days)}"] if days else []
    found += [f"RDATE{tail}:{','.join(times)}"] if times else []
    gone = [text_of(wall, is_day=made.is_day) + end for wall in made.excluded]
    return found + ([f"EXDATE{tail}:{','.join(gone)}"] if gone else [])
