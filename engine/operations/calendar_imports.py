"""`calendar import`: the days off of an .ics file into a calendar, as often as one likes."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated

from engine.ics_days import LIMIT, days_off
from engine.operations.calendars import replanned, save_calendar
from engine.operations.registry import Act, Help, operation
from engine.rules.calendar_words import MOST
from engine.rules.errors import shown
from engine.rules.wording import count_of
from engine.userfiles import called, file_bytes
from store import journal
from store.errors import Refused
from store.frozen import value
from store.reads import calendars as reads


@value
class Imported:
    """What a file did to a calendar, in days. `own` stayed as somebody had set them; `timed` events were left out."""

    calendar: str
    made: int
    changed: int
    gone: int
    unchanged: int
    own: int
    timed: int

    def __str__(self) -> str:
        """A sentence, and a second one for what was left out."""
        words = f"{self.calendar}: {count_of(self.made, 'day')} made, {self.changed} changed, {self.gone} gone, "
        words += f"{self.unchanged} unchanged"
        words += f", {self.own} kept as set by hand" if self.own else ""
        left = f"{count_of(self.timed, 'event')} with a time of day left out" if self.timed else ""
        return f"{words}\n{left}" if left else words


@operation("calendar import")
def import_days(
    act: Act,
    calendar: Annotated[str, Help("its name; a new one is made", metavar="CALENDAR")],
    file: Annotated[str, Help("an .ics file; - reads standard input")],
) -> Imported:
    """Take the days of an .ics file as days off: all of it or nothing; what it no longer has goes."""
    found = days_off(file_bytes(file, LIMIT), called(file), act.today)
    number = reads.like(act.connection, calendar)
    if number is None:
        number, _ = save_calendar(act, {"name": calendar}, None)
    before = reads.calendar(act.connection, number)
    source = PurePath(called(file)).name
    has, new = {each.day: each for each in before.days}, dict(found.days)
    theirs = {day for day, each in has.items() if each.source == source}
    own = sum(day in has and day not in theirs for day in new)
    made = [day for day in new if day not in has]
    changed = [day for day in new if day in theirs and (has[day].name != new[day] or has[day].is_working)]
    gone = sorted(theirs - new.keys())
    if len(has) + len(made) - len(gone) > MOST:
        raise Refused(f"{called(file)} would give the calendar more than {MOST:,} days of its own.")
    if made or changed or gone:
        with replanned(act, number):
            _write(act, number, source, {day.isoformat(): new[day] for day in (*made, *changed)})
            act.connection.executemany(
                "DELETE FROM calendar_day WHERE calendar_id = ? AND day = ?",
                [(number, day.isoformat()) for day in gone],
            )
    counts = (len(made), len(changed), len(gone), len(new) - len(made) - len(changed) - own)
    journal.describe(act.connection, act.id, f"imported {shown(source)} into calendar {shown(before.name)}")
    return Imported(before.name, *counts, own, found.timed)


def _write(act: Act, number: int, source: str, days: dict[str, str]) -> None:
    act.connection.executemany(
        "INSERT INTO calendar_day (calendar_id, day, name, source) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (calendar_id, day) DO UPDATE SET name = excluded.name, is_working = 0",
        [(number, day, name, source) for day, name in days.items()],
    )
    act.connection.execute("UPDATE calendar SET rev = rev + 1 WHERE id = ?", (number,))
