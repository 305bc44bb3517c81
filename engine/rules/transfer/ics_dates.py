"""Days and times of an iCalendar file on the clocks of a zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from engine.rules.errors import BadValue, shown
from engine.rules.transfer.ics_lines import Property
from engine.rules.transfer.ics_zones import Zones
from engine.rules.transfer.items import Kind, Told, bounded
from engine.rules.zones import local, wall_instant
from store.frozen import value

_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")
_LENGTH = re.compile(
    r"([+-]?)P(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?"
)


@value
class Stamp:
    """A day, or a wall time on the clocks of `zone`; None: floating, so those of whoever looks."""

    wall: datetime
    is_day: bool
    zone: str | None

    @property
    def day(self) -> date:
        """Its date where it was written."""
        return self.wall.date()

    def on(self, zone: str) -> datetime:
        """The wall time on the clocks of `zone`."""
        if self.is_day or self.zone is None or self.zone == zone:
            return self.wall
        at = self.wall.replace(tzinfo=UTC) if self.zone == "UTC" else wall_instant(self.wall, self.zone)
        return local(at, zone).replace(tzinfo=None)

    def instant(self, zone: str) -> datetime:
        """The instant; a floating one is of `zone`."""
        return wall_instant(self.wall, self.zone or zone)


def stamp_of(prop: Property, zones: Zones, told: Told, text: str | None = None) -> Stamp:
    """The value of a property, or `text`, one of several; BadValue says what is wrong."""
    said = (prop.value if text is None else text).strip().upper()
    form = _STAMP.fullmatch(said)
    if form is None:
        raise BadValue(f"{prop.name}: '{shown(said)}' is no day or time (expected such as 20260101 or 20260101T090000)")
    year, month, day, hour, minute, second, utc = form.groups()
    try:
        wall = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59))  # noqa: DTZ001
    except ValueError as fault:
        raise BadValue(f"{prop.name}: '{shown(said)}' is no day or time ({fault})") from fault
    bounded(wall.date(), prop.name)
    tzid = prop.params.get("TZID", "")
    zone = None
    if utc:
        zone = "UTC"
    elif tzid and hour is not None:
        zone = zones.named(tzid)
        if zone is None:
            told.say(Kind.CHANGED, f"TZID {shown(tzid)} is no zone: its times are read on our clocks", prop.line)
        elif zone != tzid:
            told.say(Kind.NOTED, f"TZID {shown(tzid)} is {zone}", prop.line)
    elif hour is not None:
        told.say(Kind.NOTED, "times without a zone are read on our clocks", prop.line)
    return Stamp(wall, hour is None, zone)


def length_of(prop: Property) -> timedelta:
    """A DURATION; BadValue for none and for one that goes back."""
    form = _LENGTH.fullmatch(prop.value.strip().upper())
    if form is None or not any(form.groups()[1:]):
        raise BadValue(f"{prop.name}: '{shown(prop.value)}' is no length of time (expected such as P2D or PT1H30M)")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in form.groups()[1:])
    if form[1] == "-":
        raise BadValue(f"{prop.name}: '{shown(prop.value)}' goes back in time")
    return timedelta(weeks * 7 + days, seconds, 0, 0, minutes, hours)


def after(stamp: Stamp, length: timedelta) -> Stamp:
    """So much later on the same clock; BadValue beyond the calendar."""
    try:
        wall = stamp.wall + length
    except OverflowError as fault:
        raise BadValue("DURATION: leaves the years 1 to 9999") from fault
    bounded(wall.date(), "DURATION")
    return Stamp(wall, stamp.is_day and not length.seconds, stamp.zone)
