"""The fields of the schedule editor: how a schedule is typed, and what the operations take from what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.alert_policy import DEFAULT, alert_text, parse_policy
from engine.rules.durations import duration_text
from engine.rules.zones import local
from store import values
from store.enums import AfterExecution, Missed, Overlap, RepeatAxis, Roll
from store.instants import from_us
from tui.widgets.folding_form import Group
from tui.widgets.form import Field

WORDS, MOMENT = NOTATIONS = ("words, cron, rrule", "a moment and a step")
"""The two ways to write when it happens: one text, or the fields of eQual."""

PARAM = "param."
"""Before the name of a controller and of its parameter: `param.shell.command`."""

USUAL = {
    "notation": WORDS, "repeat_axis": RepeatAxis.DAY.value, "repeat_step": "1",
    "timeout": "1h", "max_retries": "0", "backoff": "10s", "backoff_limit": "1h",
    "missed": Missed.RUN_ONCE.value, "missed_limit": "100", "overlap": Overlap.SKIP.value,
    "after_execution": AfterExecution.DISABLE.value, "is_exclusive": "no", "is_enabled": "yes", "is_paused": "no",
    "jitter": "0s", "roll": Roll.NONE.value, "controller": "shell",
}  # fmt: skip
"""What a field holds if nobody says anything; the others are empty then."""

_CHOICES: dict[str, tuple[str, ...]] = {
    "notation": NOTATIONS,
    "repeat_axis": (*(each.value for each in RepeatAxis), "once"),
    "missed": (Missed.RUN_ONCE.value, Missed.SKIP.value, Missed.RUN_ALL.value),
    "overlap": tuple(each.value for each in Overlap),
    "roll": tuple(each.value for each in Roll),
    "after_execution": tuple(each.value for each in AfterExecution),
    "is_exclusive": ("no", "yes"),
    "is_enabled": ("yes", "no"),
    "is_paused": ("no", "yes"),
}

_WHEN = {
    WORDS: (("spec", "when", "daily 02:30, weekly mon,thu 09:00"),),
    MOMENT: (
        ("moment", "first time", "2025-06-01T10:00"),
        ("repeat_step", "every", "how many"),
        ("repeat_axis", "unit", ""),
    ),
}
_LATE = (
    ("missed", "missed", ""),
    ("missed_limit", "at most", "of run_all: so many"),
    ("max_lateness", "at most late", "empty: any"),
    ("overlap", "overlap", ""),
    ("start_window", "must begin in", "empty: until the next time; 0: ever"),
)
_LIMITS = (
    ("timeout", "timeout", ""),
    ("max_retries", "retries", "after a failure"),
    ("backoff", "back-off", "before the first retry; doubles"),
    ("backoff_limit", "longest", "the longest pause between two"),
    ("is_exclusive", "exclusive", ""),
    ("slot", "slot", "gpu, or gpu:2 for two at a time"),
)
_SPAN = (
    ("start_at", "start", "empty: at once"),
    ("end_at", "end", "empty: never"),
    ("max_count", "count", "empty: no limit"),
    ("excluded_dates", "not on", "dates, with spaces between"),
    ("roll", "on a day off", ""),
    ("calendar", "calendar", "a name, or BE; empty: the usual one"),
    ("jitter", "jitter", "spread the start over this time"),
    ("after_execution", "after a one-off", ""),
)
_STATE = (
    ("is_enabled", "on", ""),
    ("is_paused", "paused", ""),
    ("pause_reason", "because", "for whoever asks later"),
    ("paused_until", "until", "empty: until somebody resumes it"),
)
_TOLD = (
    ("alerts", "alerts", "first nth=3 day=5 by=06:00 within=2h recovery task"),
    ("description", "description", ""),
)

GROUPS = (
    ("late", "Missed and overlap", _LATE),
    ("limits", "Limits, retries and slots", _LIMITS),
    ("span", "From, to, and not on", _SPAN),
    ("state", "On, off, paused", _STATE),
    ("told", "Alerts and description", _TOLD),
)
STATE = tuple(name for name, _, _ in _STATE)
"""Fields that verbs of their own change: pause, resume, enable, disable."""
PAUSE = STATE[1:]

_SHORT = {
    "start_at": "start", "end_at": "end", "max_count": "count", "excluded_dates": "exclude",
    "is_exclusive": "exclusive", "alerts": "alert",
}  # fmt: skip
"""Field -> parameter of the operations."""


def when_fields(notation: str, now: Mapping[str, str]) -> tuple[Field, ...]:
    """Name, notation, its fields, zone, controller."""
    rows = (("name", "name", ""), *_WHEN[notation], ("notation", "written as", ""), ("zone", "zone", ""))
    return _fields(rows, now)


def groups(now: Mapping[str, str], what: tuple[Field, ...], more: tuple[Field, ...]) -> tuple[Group, ...]:
    """All groups; `what` runs are the controller and what it needs, `more` what it also takes."""
    return (
        Group("when", "", when_fields(now["notation"], now)),
        Group("what", "", what),
        Group("more", "More of what it runs", more),
        *(Group(key, title, _fields(rows, now)) for key, title, rows in GROUPS),
    )


def _fields(rows: tuple[tuple[str, str, str], ...], now: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(
        Field(name, label, now.get(name, USUAL.get(name, "")), hint, _CHOICES.get(name, ()), USUAL.get(name, ""))
        for name, label, hint in rows
    )


def new_texts(zone: str) -> dict[str, str]:
    """The fields of a new schedule."""
    return {name: USUAL.get(name, "") for name in _NAMES} | {"zone": zone}


def texts_of(schedule: values.Schedule) -> dict[str, str]:
    """The values of a schedule as they are typed."""

    def instant(at: int | None) -> str:
        if at is None:
            return ""
        return local(from_us(at), schedule.zone).strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")

    def length(seconds: int | None) -> str:
        return "" if seconds is None else duration_text(seconds)

    return {
        "name": schedule.name,
        "notation": WORDS if schedule.spec is not None else MOMENT,
        "spec": schedule.spec or "",
        "moment": instant(schedule.moment),
        "repeat_axis": schedule.repeat_axis or ("once" if schedule.moment is not None else USUAL["repeat_axis"]),
        "repeat_step": str(schedule.repeat_step or 1),
        "zone": schedule.zone,
        "controller": schedule.controller,
        "timeout": length(schedule.timeout),
        "max_retries": str(schedule.max_retries),
        "backoff": length(schedule.backoff),
        "backoff_limit": length(schedule.backoff_limit),
        "missed": schedule.missed.value,
        "missed_limit": str(schedule.missed_limit),
        "max_lateness": length(schedule.max_lateness),
        "overlap": schedule.overlap.value,
        "start_window": length(schedule.start_window),
        "is_exclusive": "yes" if schedule.is_exclusive else "no",
        "slot": schedule.slot or "",
        "after_execution": schedule.after_execution.value,
        "start_at": instant(schedule.start_at),
        "end_at": instant(schedule.end_at),
        "max_count": str(schedule.max_count or ""),
        "excluded_dates": " ".join(day.isoformat() for day in schedule.excluded_dates),
        "roll": schedule.roll.value,
        "calendar": schedule.calendar or "",
        "jitter": length(schedule.jitter),
        "is_enabled": "yes" if schedule.is_enabled else "no",
        "is_paused": "no" if schedule.pause_reason is None else "yes",
        "pause_reason": schedule.pause_reason or "",
        "paused_until": instant(schedule.paused_until),
        "alerts": _alerts(schedule.alerts),
        "description": schedule.description,
    }


_NAMES = ("name", "notation", "spec", "moment", "repeat_axis", "repeat_step", "zone", "controller",
          *(name for _, _, rows in GROUPS for name, _, _ in rows))  # fmt: skip


def _alerts(kept: Mapping[str, Any]) -> str:
    """A policy in the words it can be typed in; nothing for the usual one."""
    return "" if parse_policy(kept) == DEFAULT else alert_text(kept)


def given_of(typed: Mapping[str, str], before: Mapping[str, str]) -> dict[str, Any]:
    """By column what differs from `before`; the values as they were typed.

    What was not touched is not sent: typed back, an instant that exists twice would move by an hour.
    """
    other = _WHEN[MOMENT if typed["notation"] == WORDS else WORDS]
    left_out = {"notation", *STATE, *(name for name, _, _ in other)}
    is_turned = typed["notation"] != before["notation"]
    own = {name for name, _, _ in _WHEN[typed["notation"]]} if is_turned else set[str]()
    given: dict[str, Any] = {
        name: typed[name] for name in _NAMES if name not in left_out and (typed[name] != before[name] or name in own)
    }
    if "excluded_dates" in given:
        given["excluded_dates"] = tuple(typed["excluded_dates"].replace(",", " ").split())
    if "is_exclusive" in given:
        given["is_exclusive"] = typed["is_exclusive"] == "yes"
    if "repeat_axis" in given:
        given["is_recurring"] = typed["repeat_axis"] != "once"
        if not given["is_recurring"]:  # it stands among the units, where people look for it
            given["repeat_axis"] = ""
            given.pop("repeat_step", None)
    return given


def asked(given: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """The same by the parameters of `schedule add` or `schedule edit`; without what was left empty in a new one."""
    call = {_SHORT.get(name, name): value for name, value in given.items() if not is_new or value not in ("", ())}
    if "is_recurring" in call:
        call["once"] = not call.pop("is_recurring")
    if "alert" in call:
        call["alert"] = tuple(str(call["alert"]).split()) or ("default",)
    return call
