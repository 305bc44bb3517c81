"""Fields that the editors of jobs and recurring tasks share: from when to when, not on which days, on, off, paused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.rules.dates import parse_instant
from engine.rules.errors import BadValue
from engine.rules.wording import long_day
from engine.rules.zones import local
from store import values
from store.enums import Roll
from store.instants import from_us
from tui.widgets.form import Field

Rows = tuple[tuple[str, str, str], ...]
"""Fields in order: key, label, hint."""

USUAL = {"roll": Roll.NONE.value, "is_enabled": "yes", "is_paused": "no"}
"""What these hold if nobody says anything; the others are empty then."""

CHOICES: dict[str, tuple[str, ...]] = {
    "roll": tuple(each.value for each in Roll),
    "is_enabled": ("yes", "no"),
    "is_paused": ("no", "yes"),
}

SPAN: Rows = (
    ("start_at", "start", "empty: at once"),
    ("end_at", "end", "empty: never"),
    ("max_count", "count", "empty: no limit"),
    ("excluded_dates", "not on", "dates, with spaces between"),
    ("roll", "on a day off", ""),
    ("calendar", "calendar", "a name, or BE; empty: the usual one"),
)
STATE: Rows = (
    ("is_enabled", "on", ""),
    ("is_paused", "paused", ""),
    ("pause_reason", "because", "for whoever asks later"),
    ("paused_until", "until", "empty: until somebody resumes it"),
)
PAUSE = ("is_paused", "pause_reason", "paused_until")
"""Fields that verbs of their own change."""

SHORT = {"start_at": "start", "end_at": "end", "max_count": "count", "excluded_dates": "exclude"}
"""Field -> parameter of the operations."""

MEANS = {
    "roll": {
        "none": "it happens on days off too", "skip": "not on days off",
        "previous": "on the working day before", "next": "on the next working day",
    },
    "is_paused": {"no": "", "yes": "what is planned meanwhile is skipped"},
}  # fmt: skip
"""By field and choice what it means."""


def fields_of(
    rows: Rows, now: Mapping[str, str], choices: Mapping[str, tuple[str, ...]], usual: Mapping[str, str]
) -> tuple[Field, ...]:
    """The fields of a group, with what they hold `now`, else what is usual."""
    return tuple(
        Field(name, label, now.get(name, usual.get(name, "")), hint, choices.get(name, ()), usual.get(name, ""))
        for name, label, hint in rows
    )


def instant_text(at: int | None, zone: str) -> str:
    """An instant, microseconds UTC, as it is typed: `2025-06-01T10:00`; empty for none."""
    return "" if at is None else local(from_us(at), zone).strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")


def texts_of(row: values.Schedule | values.Template) -> dict[str, str]:
    """The shared fields as they are typed."""
    return {
        "name": row.name,
        "spec": row.spec or "",
        "zone": row.zone,
        "missed": row.missed.value,
        "start_at": instant_text(row.start_at, row.zone),
        "end_at": instant_text(row.end_at, row.zone),
        "max_count": str(row.max_count or ""),
        "excluded_dates": " ".join(day.isoformat() for day in row.excluded_dates),
        "roll": row.roll.value,
        "calendar": row.calendar or "",
        "is_enabled": "yes" if row.is_enabled else "no",
        "is_paused": "no" if row.pause_reason is None else "yes",
        "pause_reason": row.pause_reason or "",
        "paused_until": instant_text(row.paused_until, row.zone),
    }


def days_of(text: str) -> tuple[str, ...]:
    """Dates with blanks or commas between."""
    return tuple(text.replace(",", " ").split())


def pause_wrong(typed: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a pause that was changed."""
    if all(typed[key] == before[key] for key in PAUSE):
        return {}
    if typed["is_paused"] == "yes" and not typed["pause_reason"].strip():
        return {"pause_reason": "say why, for whoever asks later"}
    if typed["is_paused"] == "no" and typed["paused_until"].strip():
        return {"paused_until": "of a pause; say that it is paused"}
    return {}


def until_of(
    typed: Mapping[str, str], wrong: dict[str, str], means: dict[str, str], now: datetime, zone: str
) -> datetime | None:
    """The end of a pause; what is `wrong` with it, or what it `means`, is put there."""
    if not typed["paused_until"].strip() or "paused_until" in wrong:
        return None
    try:
        until = parse_instant(typed["paused_until"], now, typed["zone"].strip() or zone)
    except BadValue as fault:
        wrong["paused_until"] = str(fault)
        return None
    means["paused_until"] = f"{long_day(until.date())} {until:%H:%M}"
    return until
