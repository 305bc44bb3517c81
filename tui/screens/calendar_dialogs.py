"""What is asked of a business calendar: what it is made of, its own days, a file. Loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from textual.content import Content

from engine.calendars import week_of
from engine.holidays import warm
from engine.operations.calendar_imports import import_days
from engine.operations.calendars import add, columns_of, edit
from engine.operations.saving import BadKey
from engine.queries.calendars import year_of
from engine.rules.businessdays import OwnDay
from engine.rules.calendar_words import day_texts, parse_days, week_words
from engine.rules.errors import BadValue
from engine.rules.wording import count_of, long_day
from store.values import Calendar, CalendarDay
from tui.app import Desk
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.text import safe
from tui.widgets.form import Field, Notes

OFF, WORKED, PLAIN = "off", "worked", "as its week and country have it"
"""What a day of one's own is, and the end of it."""
_KEYS = {OFF: "off", WORKED: "work", PLAIN: "plain"}
_EXAMPLES = "2025-12-24: Christmas Eve; 2025-12-29..2026-01-02: closed"
_SHOWN = 8
"""Own days of a preview."""


def calendar_dialog(desk: Desk, one: Calendar | None) -> Dialog:
    """Asks what a calendar is made of, besides its own days; a new one or a change of `one`."""
    fields = (
        Field("name", "name", one.name if one else "", "BE, or office"),
        Field("country", "country", (one.country or "") if one else "", "BE, GB; or none"),
        Field("region", "region", (one.region or "") if one else "", "SCT of GB"),
        Field("week", "week", week_words(one.week) if one else "", "mon-fri, sun-thu"),
    )
    year = desk.today.year

    def check(given: dict[str, str]) -> Notes:
        if not given["name"].strip():
            return Notes({"name": "type a name"})
        try:
            said = _said(given)
            columns = columns_of(said, None)
        except BadKey as fault:
            return Notes({fault.key: str(fault).removeprefix(f"{fault.key}: ")})
        made = Calendar(
            0, columns["name"], tuple(columns["week"]), columns.get("country"), columns.get("region"),
            one.days if one else (), 0,
        )  # fmt: skip
        found = year_of(made, year)
        holidays = sum(each.what == "holiday" for each in found.days)
        words = f"{year}: {count_of(found.working_days, 'working day')}, {count_of(holidays, 'holiday')}"
        means = {"week": week_words(made.week)}
        if made.region:
            means["region"] = made.region
        return Notes({}, means, (Content(safe(words)), *_missing(found.missing)))

    def save(given: dict[str, str]) -> Wish:
        said = _said(given)
        if one is None:
            return wish(add, said.pop("name"), **said)
        said["week"] = given["week"].strip() or week_words(week_of(given["country"].strip() or None))
        return wish(edit, one.name, rev=one.rev, **said)

    desk.run_worker(warm, thread=True)  # the first letter of a country would wait for the library of holidays
    title = f"Edit the calendar {one.name}" if one else "Add a business calendar"
    return Dialog(title, fields, check, save, "save" if one else "add", aside=True)


def days_dialog(desk: Desk, one: Calendar) -> Dialog:
    """Asks for days that a calendar treats in its own way."""
    fields = (
        Field("days", "days", hint="2025-12-24"),
        Field("are", "are", OFF, "left right", (OFF, WORKED, PLAIN)),
    )
    own = {each.day: each for each in one.days}

    def check(given: dict[str, str]) -> Notes:
        texts = _parts(given["days"])
        if not texts:
            return Notes({"days": "type a day"}, {}, _own_lines(one))
        try:
            days = parse_days(texts, is_working=given["are"] == WORKED)
        except BadValue as fault:
            return Notes({"days": str(fault)})
        if given["are"] == PLAIN and not any(each.day in own for each in days):
            return Notes({"days": "none of these is a day of its own"}, {}, _own_lines(one))
        return Notes({}, {}, _day_lines(days, given["are"], {day: _is(each) for day, each in own.items()}))

    def save(given: dict[str, str]) -> Wish:
        said: dict[str, Any] = {_KEYS[given["are"]]: tuple(_parts(given["days"]))}
        return wish(edit, one.name, **said)

    return Dialog(f"Days of the calendar {one.name}", fields, check, save)


def import_dialog(desk: Desk, one: Calendar | None) -> Dialog:
    """Asks for an .ics file, and for the calendar that its days off go into."""
    fields = (
        Field("file", "file", hint="~/holidays.ics"),
        Field("calendar", "into", one.name if one else "", "a new name makes a new one"),
    )

    def check(given: dict[str, str]) -> Notes:
        wrong = {key: words for key, words in _ASKED.items() if not given[key].strip()}
        if given["file"].strip() == "-":
            wrong["file"] = _ASKED["file"]  # standard input is the keyboard of the desk
        return Notes(wrong)

    def save(given: dict[str, str]) -> Wish:
        def told(done: Any) -> None:
            desk.notify(f"{done} u takes it back.")

        return wish(import_days, given["calendar"].strip(), given["file"].strip(), then=told)

    return Dialog("Take the days off of an .ics file", fields, check, save, "import")


_ASKED = {"file": "type the path of an .ics file", "calendar": "type the name of a calendar"}


def _said(given: dict[str, str]) -> dict[str, Any]:
    """The arguments of `calendar add`; an empty week is that of the country."""
    said: dict[str, Any] = {key: given[key].strip() for key in ("name", "country", "region")}
    return {**said, "week": given["week"].strip() or None}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _is(day: OwnDay | CalendarDay) -> str:
    words = WORKED if day.is_working else OFF
    return f"{words}: {day.name}" if day.name else words


def _day_lines(days: list[OwnDay], are: str, own: Mapping[date, str]) -> tuple[Content, ...]:
    """What becomes of the first of these days."""
    lines = []
    for each in days[:_SHOWN]:
        was = f"   was {own[each.day]}" if each.day in own else ""
        becomes = are if are == PLAIN else _is(each)
        lines.append(Content.assemble(safe(f"{long_day(each.day)}  {becomes}"), (safe(was), "$muted")))
    more = len(days) - _SHOWN
    return (*lines, Content(f"and {count_of(more, 'more day', 'more days')}")) if more > 0 else tuple(lines)


def _own_lines(one: Calendar) -> tuple[Content, ...]:
    """The own days there are, as they are typed."""
    lines = [Content.styled(_EXAMPLES, "$muted")]
    for is_working, words in ((False, "off"), (True, "worked")):
        texts = day_texts((each.day, each.name) for each in one.days if each.is_working is is_working)
        lines += [Content(safe(f"{words}  {text}")) for text in texts[-_SHOWN:]]
    return tuple(lines) if one.days else (*lines, Content.styled("It has no days of its own yet.", "$muted"))


def _missing(words: str) -> tuple[Content, ...]:
    return (Content.styled(safe(words), "$warning"),) if words else ()
