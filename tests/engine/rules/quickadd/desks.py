"""A desk for lines of quick add: a few lists, labels, people, one stay, and a school's calendar."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.rules.businessdays import MONDAY_TO_FRIDAY, BusinessDays, OwnDay
from engine.rules.errors import BadValue
from engine.rules.quickadd import Known, Understood, read_line

NOW = datetime(2025, 11, 19, 10, 30, tzinfo=ZoneInfo("Europe/Brussels"))
"""A Wednesday."""
SCHOOL = BusinessDays("school", own=(OwnDay(date(2025, 11, 28), "teachers' day"),))


def thing(object_class: str, object_id: str) -> str:
    """Stay 12 is there."""
    if (object_class, object_id) != ("stay", "12"):
        raise BadValue(f"there is no {object_class} {object_id}")
    return "stay 12 (Lakeside School)"


def calendar(name: str) -> BusinessDays:
    """The school's, and the usual one."""
    if name not in ("", "school"):
        raise BadValue(f"calendar: '{name}' is no calendar; did you mean school?")
    return SCHOOL if name else MONDAY_TO_FRIDAY


KNOWN = Known(
    zone="Europe/Brussels", me="ana", lists=("camp", "house", "house/garden", "work/garden", "home"),
    labels=("kitchen", "Urgent"), people=("ana", "bo"), zones={"list:camp": "Asia/Tokyo"}, thing=thing,
    calendar=calendar,
)  # fmt: skip


def read(line: str) -> Understood:
    """What the line means on this desk."""
    return read_line(line, NOW, KNOWN)


def said(line: str) -> dict[str, str]:
    """Stretch of the line -> what it was understood as."""
    return {line[chip.start : chip.end]: chip.words for chip in read(line).chips}
