"""Tasks (VTODO) and events (VEVENT) of an iCalendar file as items."""

from __future__ import annotations

from datetime import date, timedelta

from engine.rules.errors import BadValue, shown
from engine.rules.transfer.ics_dates import Stamp, after, length_of, stamp_of
from engine.rules.transfer.ics_lines import Component, components
from engine.rules.transfer.ics_rules import recurs_of
from engine.rules.transfer.ics_zones import Zones
from engine.rules.transfer.items import (
    BadFile,
    Item,
    Kind,
    Setting,
    Told,
    key_of,
    labels_of,
    list_of,
    name_of,
    notes_of,
)
from engine.rules.transfer.texts import text_of
from engine.rules.zones import local

_TAKEN = {"VTODO", "VEVENT"}
_QUIET = {
    "UID", "DTSTAMP", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "DUE", "DURATION", "PRIORITY", "CATEGORIES",
    "STATUS", "COMPLETED", "PERCENT-COMPLETE", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "CREATED",
    "LAST-MODIFIED", "SEQUENCE", "TRANSP", "LOCATION", "URL", "COMMENT", "X-TICKLER-LIST", "X-TICKLER-VISIBLE",
    "X-TICKLER-ITEM", "X-TICKLER-GROUP", "X-TICKLER-OBJECT", "X-TICKLER-ASSIGNEE", "X-TICKLER-DURATION",
    "X-TICKLER-NAME",
}  # fmt: skip
_LOST = {
    "ATTENDEE": "people of other systems", "ORGANIZER": "people of other systems", "CONTACT": "people of other systems",
    "GEO": "places on a map", "ATTACH": "files", "RELATED-TO": "how tasks hang together",
    "CLASS": "who may see it", "RESOURCES": "what is needed for it", "REQUEST-STATUS": "answers of servers",
}  # fmt: skip
_INNER = {"VALARM": "reminders; notices are for all that is due"}
_STATES = {
    "VTODO": {"NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "CANCELLED"},
    "VEVENT": {"TENTATIVE", "CONFIRMED", "CANCELLED"},
}
_LEVELS = {1: 1, 2: 2, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 4, 9: 4}
_EXACT = {0, 1, 3, 5, 9}


def read(data: bytes, setting: Setting, told: Told, *, without_events: bool = False) -> list[Item]:
    """The tasks and events of a file; one that cannot be taken is told as refused. BadFile if nothing can."""
    found = components(text_of(data))
    reader = _Reader(Zones(found, setting.zone, setting.today.year), setting, told)
    items = list[Item]()
    for each in found:
        if each.kind not in _TAKEN:
            if each.kind != "VTIMEZONE":
                told.say(Kind.LOST, f"{shown(each.kind, 30)}: neither a task nor an event", each.line)
            continue
        if each.kind == "VEVENT" and without_events:
            told.say(Kind.NOTED, "events are left out, as was asked for", each.line)
            continue
        try:
            item = reader.item(each)
        except BadValue as fault:
            told.say(Kind.REFUSED, str(fault), each.line)
            continue
        if item is not None:
            items.append(item)
    if not any(each.kind in _TAKEN for each in found):
        raise BadFile(1, "there is neither a task (VTODO) nor an event (VEVENT) in it")
    reader.left_out(items)
    return items


class _Reader:
    """Makes items of components, one after the other."""

    def __init__(self, zones: Zones, setting: Setting, told: Told) -> None:
        self._zones, self._setting, self._told = zones, setting, told
        self._seen: dict[str, int] = {}
        self._cancelled: list[tuple[str, date]] = []

    def item(self, each: Component) -> Item | None:
        """The item; None for what was cancelled."""
        told, line = self._told, each.line
        uid = self._text(each, "UID").strip()
        name, more = name_of(self._text(each, "SUMMARY"), line, told)
        key = uid or key_of(name, self._text(each, "DTSTART"), self._text(each, "DUE"))
        stands = each.one("RECURRENCE-ID")
        of = stands and stamp_of(stands, self._zones, told)
        own = f"{key}/{of.wall:%Y%m%d}{'' if of.is_day else f'T{of.wall:%H%M%S}'}" if of else key
        self._once(own, line)
        if not uid:
            told.say(Kind.NOTED, "has no UID; it is known by its name and its days", line)
        state = self._state(each)
        if state == "CANCELLED":
            told.say(Kind.NOTED, "what was cancelled is left out", line)
            if of:
                self._cancelled.append((key, of.day))
            return None
        item = Item(line, own, name, self._notes(each, more))
        self._looks(each, item)
        if of:
            item.of, item.of_day = key, of.day
            if stands is not None and "RANGE" in stands.params:
                told.say(Kind.CHANGED, "RECURRENCE-ID with RANGE: only that one time is changed", line)
        if any(each.every(name) for name in ("RRULE", "RDATE", "EXRULE")) and not of:
            self._series(each, item)
        else:
            self._days(each, item)
        self._status(each, item, state)
        self._left_over(each)
        return item

    def left_out(self, items: list[Item]) -> None:
        """What one time of a series was replaced or cancelled leaves its day out of the series."""
        series = {item.key: item for item in items if item.recurs}
        gone = list(self._cancelled)
        for item in items:
            if item.of is not None and item.of_day is not None:
                if item.of in series:
                    gone.append((item.of, item.of_day))
                else:
                    self._told.say(Kind.NOTED, "its series is not in the file: a task of its own", item.line)
                    item.of = item.of_day = None
        for key, day in gone:
            if key in series:
                series[key].skips = tuple(sorted({*series[key].skips, day}))

    def _once(self, key: str, line: int) -> None:
        if key in self._seen:
            raise BadValue(f"UID {shown(key)} is there twice, on line {self._seen[key]:,} too")
        self._seen[key] = line

    def _text(self, each: Component, name: str) -> str:
        found = each.every(name)
        if len(found) > 1:
            raise BadValue(f"{name} is there twice (line {found[1].line:,} too)")
        return found[0].text if found else ""

    def _state(self, each: Component) -> str:
        state = self._text(each, "STATUS").strip().upper()
        if state and state not in _STATES[each.kind]:
            self._told.say(Kind.CHANGED, f"STATUS {shown(state, 20)} is none of a {each.kind}: it is open", each.line)
        if state == "IN-PROCESS":
            self._told.say(Kind.CHANGED, "STATUS IN-PROCESS is open here", each.line)
        return state

    def _notes(self, each: Component, more: str) -> str:
        parts = [self._text(each, "DESCRIPTION"), *(prop.text for prop in each.every("COMMENT"))]
        for name, head in (("LOCATION", "Location"), ("URL", "Link")):
            if text := self._text(each, name).strip():
                self._told.say(Kind.CHANGED, f"{name} is a line of the notes", each.line)
                parts.append(f"{head}: {text}")
        percent = self._text(each, "PERCENT-COMPLETE").strip()
        if percent and percent not in ("0", "100"):
            self._told.say(Kind.CHANGED, "PERCENT-COMPLETE is a line of the notes", each.line)
            parts.append(f"{shown(percent, 10)} % done")
        return notes_of(more, *parts)

    def _looks(self, each: Component, item: Item) -> None:
        told, line = self._told, each.line
        item.labels = labels_of([text for prop in each.every("CATEGORIES") for text in prop.texts], line, told)
        item.list = list_of(self._text(each, "X-TICKLER-LIST"))
        item.group, item.object = self._text(each, "X-TICKLER-GROUP"), self._text(each, "X-TICKLER-OBJECT")
        item.assignees = tuple(sorted({prop.text for prop in each.every("X-TICKLER-ASSIGNEE")}))
        item.checklist = tuple((prop.text[4:], prop.text[1:2] != " ") for prop in each.every("X-TICKLER-ITEM"))
        if created := self._stamp(each, "CREATED"):
            item.created = created.instant(self._setting.zone)
        if level := each.one("PRIORITY"):
            text = level.value.strip()
            if text not in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]:
                raise BadValue(f"PRIORITY: '{shown(text)}' is none (expected 0 to 9)")
            item.priority = _LEVELS.get(int(text))
            if int(text) not in _EXACT:
                told.say(Kind.CHANGED, f"PRIORITY {text} is {item.priority} here (of 4)", line)

    def _stamp(self, each: Component, name: str) -> Stamp | None:
        prop = each.one(name)
        return None if prop is None else stamp_of(prop, self._zones, self._told)

    def _span(self, each: Component) -> tuple[Stamp | None, Stamp | None]:
        """(start, end) of a task, the end being when it is due; of an event, its last day."""
        start = self._stamp(each, "DTSTART")
        end = self._stamp(each, "DUE" if each.kind == "VTODO" else "DTEND")
        length = each.one("DURATION")
        if end is None and start is not None and length is not None:
            end = after(start, length_of(length))
        if start and end and end.on(self._setting.zone) < start.on(self._setting.zone):
            name = "DUE" if each.kind == "VTODO" else "DTEND"
            raise BadValue(f"{name}: it ends before it begins")
        return start, end

    def _days(self, each: Component, item: Item) -> None:
        zone = self._setting.zone
        start, end = self._span(each)
        if each.kind == "VEVENT":
            self._event(each, item, start, end)
        else:
            item.start = start.on(zone).date() if start else None
            item.due = end.on(zone).date() if end else None
            item.time = f"{end.on(zone):%H:%M}" if end and not end.is_day else None
            if start and not start.is_day and item.start != item.due:
                self._told.say(Kind.CHANGED, "DTSTART: a task starts on a day, without a time", each.line)
        if (visible := self._stamp(each, "X-TICKLER-VISIBLE")) is not None:
            item.visible = visible.day

    def _event(self, each: Component, item: Item, start: Stamp | None, end: Stamp | None) -> None:
        """An event is due when it begins; one of several days on its last, which is the day before DTEND."""
        if start is None:
            raise BadValue("DTSTART is missing: an event needs one")
        zone = self._setting.zone
        first = start.on(zone)
        last = end.on(zone) - timedelta(days=end.is_day, seconds=not end.is_day) if end else first
        item.due, item.time = first.date(), None if start.is_day else f"{first:%H:%M}"
        if last.date() > first.date():
            item.start, item.due, item.time = first.date(), last.date(), None
        elif end is not None and not end.is_day and end.wall != start.wall:
            self._told.say(Kind.LOST, "DTEND: a task has no end of day beside the time it is due", each.line)
        if item.due < self._setting.today:
            item.is_past = True
            self._told.say(Kind.CHANGED, "events that are over are taken as done", each.line)

    def _series(self, each: Component, item: Item) -> None:
        start, end = self._span(each)
        if each.kind == "VEVENT":
            if end is not None and start is not None and end.wall.date() > start.wall.date() + timedelta(1):
                self._told.say(Kind.CHANGED, "an event of several days that recurs is due on its first", each.line)
            end = None
        item.recurs = dict(recurs_of(each, start, end, self._zones, self._setting, self._told))
        for name, field in (("X-TICKLER-DURATION", "duration"), ("X-TICKLER-VISIBLE", "visible")):
            if text := self._text(each, name):
                item.recurs[field] = text
        if text := self._text(each, "X-TICKLER-NAME"):
            item.recurs["name"] = text

    def _status(self, each: Component, item: Item, state: str) -> None:
        done = self._stamp(each, "COMPLETED")
        whole = self._text(each, "PERCENT-COMPLETE").strip() == "100" and not state
        if item.recurs is not None:
            if state == "COMPLETED" or done or whole:
                self._told.say(Kind.CHANGED, "a series that is completed is taken switched off", each.line)
                item.recurs = {**item.recurs, "is_enabled": False}
            return
        item.is_done = item.is_past or state == "COMPLETED" or (done is not None and not state) or whole
        if item.is_done and done is not None:
            at = done.instant(self._setting.zone)
            item.done_at = None if done.is_day else at
            item.done = done.day if done.is_day else local(at, self._setting.zone).date()
        elif item.is_past:
            item.done = item.due

    def _left_over(self, each: Component) -> None:
        for prop in each.properties:
            if prop.name not in _QUIET:
                why = _LOST.get(prop.name, "has no place in a task")
                self._told.say(Kind.LOST, f"{shown(prop.name, 40)}: {why}", prop.line)
        for inner in each.inner:
            why = _INNER.get(inner.kind, "has no place in a task")
            self._told.say(Kind.LOST, f"{shown(inner.kind, 30)}: {why}", inner.line)
