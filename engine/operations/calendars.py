"""The verbs of business calendars: a working week, the holidays of a country, and days of one's own.

Whatever changes a calendar plans the schedules that keep to it anew, in the same transaction: what was due before is
decided by the calendar as it stood.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any

from engine import expecting, firing, holidays, ledger
from engine.calendars import week_of
from engine.operations.naming import one_of
from engine.operations.references import used_by
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import BadKey, Columns, Saved, put
from engine.rules.businessdays import OwnDay
from engine.rules.calendar_words import MOST, parse_days, parse_week
from engine.rules.errors import BadValue, shown
from engine.rules.names import plain_name
from store import journal, settings
from store.errors import Refused
from store.frozen import value
from store.reads import calendars as reads
from store.values import Calendar

Name = Annotated[str, Help("its name or its id", metavar="CALENDAR")]
Week = Annotated[str | None, Help("its working weekdays, such as mon-fri or sun,mon,tue; none for no regular one")]
Country = Annotated[str | None, Help("country whose holidays are off, such as BE; empty for none")]
Region = Annotated[str | None, Help("region of the country, such as SCT of GB; empty for none")]
Off = Annotated[
    tuple[str, ...] | None,
    Help("a day off: 2025-12-24, 2025-12-24:Christmas Eve or 2025-12-24..2026-01-02:closed; once for each"),
]
Work = Annotated[tuple[str, ...] | None, Help("a day that is worked although it would be off; once for each")]
Plain = Annotated[tuple[str, ...] | None, Help("a day or range that is again what week and country make it")]

KEYS = ("name", "week", "country", "region", "off", "work")
"""Keys of a calendar in the desk file."""


@operation("calendar add")
def add(
    act: Act, name: Annotated[str, Help("its name")], week: Week = None, country: Country = None,
    region: Region = None, off: Off = None, work: Work = None,
) -> Calendar:  # fmt: skip
    """Add a business calendar; without a week it has that of its country, else Monday to Friday."""
    given = _given(name=name, week=week, country=country, region=region, off=off, work=work)
    number, _ = save_calendar(act, given, None)
    return _told(act, "added", number)


@operation("calendar edit")
def edit(
    act: Act, calendar: Name, name: Annotated[str | None, Help("new name")] = None, week: Week = None,
    country: Country = None, region: Region = None, off: Off = None, work: Work = None, plain: Plain = None,
    rev: Annotated[int | None, Help("change it only if this is still its revision")] = None,
) -> Calendar:  # fmt: skip
    """Change a business calendar; days that are named are added to those it has."""
    before = reads.calendar(act.connection, one_of(act.connection, "calendar", calendar))
    if rev is not None and rev != before.rev:
        raise Refused(f"The calendar {shown(before.name)} was changed by somebody else meanwhile.")
    given = _given(name=name, week=week, country=country, region=region)
    columns = columns_of(given, before)
    added = [*_read("off", off or (), is_working=False), *_read("work", work or (), is_working=True)]
    days = {each.day: OwnDay(each.day, each.name, each.is_working) for each in before.days}
    for each in _read("plain", plain or (), is_working=False):
        days.pop(each.day, None)
    days |= {each.day: each for each in added}
    with replanned(act, before.id):
        _write(act, before, columns, days.values())
    return _told(act, "changed", before.id)


@operation("calendar delete")
def delete(act: Act, calendar: Name) -> Calendar:
    """Delete a business calendar that nothing keeps to."""
    before = reads.calendar(act.connection, one_of(act.connection, "calendar", calendar))
    # A schedule that was deleted keeps nothing alive; brought back, it has the usual calendar.
    act.connection.execute(
        "UPDATE schedule SET calendar_id = NULL WHERE calendar_id = ? AND deleted_at IS NOT NULL", (before.id,)
    )
    uses = used_by(act.connection, "calendar", before.id, {"calendar_day"})
    if settings.read(act.connection, "calendar") == before.name:
        uses = " and ".join([*([uses] if uses else []), "the setting calendar"])
    if uses:
        raise Refused(f"The calendar {shown(before.name)} cannot be deleted: it is used by {uses}.")
    act.connection.execute("DELETE FROM calendar_day WHERE calendar_id = ?", (before.id,))
    act.connection.execute("DELETE FROM calendar WHERE id = ?", (before.id,))
    journal.describe(act.connection, act.id, f"deleted calendar: {shown(before.name)}")
    return before


def save_calendar(act: Act, given: Mapping[str, Any], existing: int | None) -> tuple[int, Saved]:
    """Make a calendar or change one, as the desk file says it: `off` and `work` are all of its days.

    A key that is absent keeps what is there. Raises BadKey for a value that cannot be taken.
    """
    before = None if existing is None else reads.calendar(act.connection, existing)
    columns = columns_of(given, before)
    kept = [each for each in before.days if ("work" if each.is_working else "off") not in given] if before else []
    days = {each.day: OwnDay(each.day, each.name, each.is_working) for each in kept}
    for key, is_working in (("off", False), ("work", True)):
        for each in _read(key, given.get(key) or (), is_working=is_working):
            if days.setdefault(each.day, each).is_working is not is_working:
                raise BadKey(key, f"{each.day} is both off and worked")
            days[each.day] = each
    if before is None:
        number, saved = put(act.connection, "calendar", None, columns)
        _put_days(act.connection, number, (), days.values())
        return number, saved
    act.connection.execute("SAVEPOINT saving")
    with replanned(act, before.id):
        is_changed = _write(act, before, columns, days.values())
    if not is_changed:
        act.connection.execute("ROLLBACK TO saving")
    act.connection.execute("RELEASE saving")
    return before.id, Saved.CHANGED if is_changed else Saved.UNCHANGED


@contextmanager
def replanned(act: Act, calendar_id: int | None) -> Iterator[None]:
    """Around a change of a calendar (None: of all): what is due is decided before it, the next times are found after.

    Open tasks of templates that nobody touched move along.
    """
    from engine.operations import template_rebuild

    keepers = users(act.connection, calendar_id)
    for each in keepers:
        with suppress(BadValue):  # a rule that cannot be made is marked on the row already
            if each.template_id is None:
                firing.settle(act.connection, each.schedule_id, act.now)
            elif each.is_on:
                template_rebuild.settle(act, each.template_id)
    yield
    plan_anew(act, keepers)
    for each in keepers:
        if each.template_id is not None and each.is_on:
            with suppress(BadValue):
                template_rebuild.rebuild(act, each.template_id)


def plan_anew(act: Act, keepers: Iterable[Keeper]) -> None:
    """The next times of schedules whose calendar is another one now; a rule that cannot be made is marked."""
    connection = act.connection
    for each in keepers:
        if each.template_id is not None:
            connection.execute("UPDATE template SET wake_at = ? WHERE id = ?", (act.now, each.template_id))
            continue
        try:
            ledger.advance(connection, each.schedule_id, act.now)
            ledger.arm(connection, each.schedule_id, act.now)
            expecting.expect(connection, each.schedule_id, act.now)
        except BadValue as fault:
            ledger.quarantine(connection, ledger.standing(connection, each.schedule_id), str(fault))


@value
class Keeper:
    """A schedule that keeps to a calendar; of a template, if it has one."""

    schedule_id: int
    template_id: int | None
    is_on: bool


def users(connection: sqlite3.Connection, calendar_id: int | None) -> list[Keeper]:
    """The schedules that keep to a calendar, named or as the usual one; None: to any."""
    usual = reads.named(connection, str(settings.read(connection, "calendar")))
    rows = connection.execute(
        "SELECT s.id, t.id, s.is_enabled AND s.pause_reason IS NULL FROM schedule s"
        " LEFT JOIN template t ON t.schedule_id = s.id AND t.deleted_at IS NULL"
        " WHERE s.roll <> 'none' AND s.deleted_at IS NULL"
        " AND (?1 IS NULL OR s.calendar_id = ?1 OR (s.calendar_id IS NULL AND ?1 = ?2)) ORDER BY s.id",
        (calendar_id, usual),
    )
    return [Keeper(number, template, bool(is_on)) for number, template, is_on in rows.fetchall()]


def columns_of(given: Mapping[str, Any], before: Calendar | None) -> Columns:
    """What is said of a calendar besides its days, checked; asks no store. Raises BadKey."""
    columns: Columns = {}
    if "name" in given:
        columns["name"] = _at("name", plain_name, given["name"])
    country = before.country if before else None
    if "country" in given:
        country = _at("country", _country, given["country"])
        columns["country"] = country
        if before is not None and country != before.country:
            columns["region"] = None
    if given.get("region"):
        if country is None:
            raise BadKey("region", "goes with a country; say which")
        columns["region"] = _at("region", lambda text: holidays.region(country, text), given["region"])
    elif "region" in given:
        columns["region"] = None
    if given.get("week") not in (None, ""):
        columns["week"] = _at("week", parse_week, given["week"])
    elif before is None:
        columns["week"] = week_of(country)
    return columns


def _country(text: str) -> str | None:
    return holidays.country(text).code if text.strip() else None


def _at(key: str, rule: Any, value: Any) -> Any:
    try:
        return rule(value)
    except BadValue as fault:
        raise BadKey(key, fault) from fault


def _read(key: str, texts: Sequence[str], *, is_working: bool) -> list[OwnDay]:
    return [*_at(key, lambda given: parse_days(given, is_working=is_working), texts)]


def _write(act: Act, before: Calendar, columns: Columns, days: Iterable[OwnDay]) -> bool:
    """Whether anything was another one."""
    connection = act.connection
    usual = str(settings.read(connection, "calendar"))
    saved = put(connection, "calendar", before.id, columns)[1]
    if "name" in columns and usual == before.name and columns["name"] != before.name:
        settings.write(connection, "calendar", columns["name"])
    has = [OwnDay(each.day, each.name, each.is_working) for each in before.days]
    is_other = _put_days(connection, before.id, has, days)
    if is_other and saved is Saved.UNCHANGED:
        connection.execute("UPDATE calendar SET rev = rev + 1 WHERE id = ?", (before.id,))
    return is_other or saved is Saved.CHANGED


def _put_days(connection: sqlite3.Connection, number: int, has: Iterable[OwnDay], days: Iterable[OwnDay]) -> bool:
    """Let the calendar have these days of its own and no others; what it keeps is not written anew."""
    old, new = {each.day: each for each in has}, {each.day: each for each in days}
    if len(new) > MOST:
        raise BadKey("off", f"{len(new):,} days of its own are too many for a calendar (at most {MOST:,})")
    gone = [(number, day.isoformat()) for day in old.keys() - new.keys()]
    put_in = [
        (number, each.day.isoformat(), each.name, int(each.is_working))
        for each in new.values()
        if old.get(each.day) != each
    ]
    connection.executemany("DELETE FROM calendar_day WHERE calendar_id = ? AND day = ?", gone)
    connection.executemany(
        "INSERT INTO calendar_day (calendar_id, day, name, is_working) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (calendar_id, day) DO UPDATE SET name = excluded.name, is_working = excluded.is_working,"
        " source = ''",
        put_in,
    )
    return bool(gone or put_in)


def _given(**said: Any) -> dict[str, Any]:
    """What was said; None was not."""
    return {key: value for key, value in said.items() if value is not None}


def _told(act: Act, verb: str, number: int) -> Calendar:
    after = reads.calendar(act.connection, number)
    journal.describe(act.connection, act.id, f"{verb} calendar: {shown(after.name)}")
    return after
