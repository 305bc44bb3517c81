"""RRULE, RDATE and EXDATE of a component as the fields of a template: kept whole, or refused in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from engine.rules.errors import BadValue, shown
from engine.rules.transfer.ics_dates import Stamp, stamp_of
from engine.rules.transfer.ics_lines import Component, Property
from engine.rules.transfer.ics_zones import Zones
from engine.rules.transfer.items import Kind, Setting, Told
from engine.rules.when import parse

_LONGEST = 3_900
_SHIFTABLE = re.compile(r"(FREQ=(DAILY|WEEKLY)|(INTERVAL|COUNT|WKST)=\w+|UNTIL=\w+)")


def recurs_of(
    each: Component, start: Stamp | None, end: Stamp | None, zones: Zones, setting: Setting, told: Told
) -> dict[str, Any]:
    """Fields of a template. `end` is when a task is due; BadValue if the rule cannot be kept as it is."""
    if each.every("EXRULE"):
        raise BadValue("EXRULE: a rule of what is left out cannot be kept (RFC 5545 gave it up); use EXDATE")
    begin = start or end
    if begin is None:
        raise BadValue("RRULE: a rule needs a DTSTART to count from")
    rule = each.one("RRULE")
    text = re.sub(r"\s", "", rule.value).upper().strip(";") if rule else ""
    zone = begin.zone or setting.zone
    anchor = begin.wall
    fields: dict[str, Any] = {"zone": zone}
    if end is not None and start is not None and end.on(zone) != start.on(zone):
        later = end.on(zone) - start.on(zone)
        days = (end.on(zone).date() - start.on(zone).date()).days
        if not days or all(_SHIFTABLE.fullmatch(part) for part in text.split(";")):
            anchor, text = end.on(zone), _until_later(text, later)
            fields["duration"] = f"{days}d"
        else:
            told.say(Kind.CHANGED, "due on the day of the rule, not days after it (DUE)", each.line)
    is_day = begin.is_day and (end is None or end.is_day)
    head = f"DTSTART{_tail(zone, begin.zone)}:{_text(anchor, is_day=is_day, utc=begin.zone == 'UTC')}"
    parts = [head, f"RRULE:{text}"] if text else [head]
    parts += _more(each, "RDATE", zones, zone, told) + _more(each, "EXDATE", zones, zone, told)
    spec = " ".join(parts)
    if len(spec) > _LONGEST:
        raise BadValue(f"RRULE: with its dates it is longer than {_LONGEST:,} characters")
    fields["spec"] = parse(spec, zone).spec
    return fields


def _tail(zone: str, own: str | None) -> str:
    return f";TZID={zone}" if own is not None and own != "UTC" else ""


def _text(wall: datetime, *, is_day: bool, utc: bool) -> str:
    return f"{wall:%Y%m%d}" if is_day else f"{wall:%Y%m%dT%H%M%S}{'Z' if utc else ''}"


def _until_later(text: str, later: timedelta) -> str:
    """The last start as the last due."""

    def moved(form: re.Match[str]) -> str:
        clock = form[4] or ""
        try:
            at = datetime(int(form[1]), int(form[2]), int(form[3])) + later  # noqa: DTZ001
        except (ValueError, OverflowError):
            return form[0]
        if not clock:
            return f"UNTIL={at:%Y%m%d}"
        whole = datetime.strptime("".join(form.groups()[:3]) + clock[:7], "%Y%m%dT%H%M%S")  # noqa: DTZ007
        return f"UNTIL={whole + later:%Y%m%dT%H%M%S}{clock[7:]}"

    return re.sub(r"UNTIL=([0-9]{4})([0-9]{2})([0-9]{2})(T[0-9]{6}Z?)?", moved, text)


def _more(each: Component, name: str, zones: Zones, zone: str, told: Told) -> list[str]:
    """The dates of RDATE or EXDATE on the clocks of the rule, sorted: days in one line, times in another."""
    days, times = set[str](), set[str]()
    for prop in each.every(name):
        for stamp in _stamps(prop, zones, told):
            wall = stamp.on(zone)
            if stamp.is_day:
                days.add(_text(wall, is_day=True, utc=False))
            else:
                times.add(_text(wall, is_day=False, utc=False))
    head = f"{name};TZID={zone}" if zone != "UTC" else name
    lines = [f"{name}:{','.join(sorted(days))}"] if days else []
    if times:
        texts = sorted(times) if zone != "UTC" else [f"{time}Z" for time in sorted(times)]
        lines.append(f"{head}:{','.join(texts)}")
    return lines


def _stamps(prop: Property, zones: Zones, told: Told) -> Iterator[Stamp]:
    if prop.params.get("VALUE", "").upper() == "PERIOD" or "/" in prop.value:
        raise BadValue(f"{prop.name}: '{shown(prop.value, 30)}' is a period; expected days or times")
    for text in prop.value.split(","):
        if text.strip():
            yield stamp_of(prop, zones, told, text)
