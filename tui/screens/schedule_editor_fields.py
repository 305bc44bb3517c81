"""The fields of the schedule editor: how a schedule is typed, and what the operations take from what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.alert_policy import DEFAULT, alert_text, parse_policy
from engine.rules.durations import duration_text
from store import values
from store.enums import AfterExecution, Missed, Overlap, RepeatAxis
from tui.screens import editor_fields as shared
from tui.screens.editor_fields import SPAN, Rows, fields_of, instant_text
from tui.widgets.folding_form import Group
from tui.widgets.form import Field

WORDS, MOMENT = NOTATIONS = ("words, cron, rrule", "a moment and a step")
"""The two ways to write when it happens: one text, or the fields of eQual."""

PARAM = "param."
"""Before the name of a controller and of its parameter: `param.shell.command`."""

USUAL = shared.USUAL | {
    "notation": WORDS, "repeat_axis": RepeatAxis.DAY.value, "repeat_step": "1",
    "timeout": "1h", "max_retries": "0", "backoff": "10s", "backoff_limit": "1h",
    "missed": Missed.RUN_ONCE.value, "missed_limit": "100", "overlap": Overlap.SKIP.value,
    "after_execution": AfterExecution.DISABLE.value, "is_exclusive": "no",
    "jitter": "0s", "controller": "shell",
}  # fmt: skip
"""What a field holds if nobody says anything; the others are empty then."""

_CHOICES = shared.CHOICES | {
    "notation": NOTATIONS,
    "repeat_axis": (*(each.value for each in RepeatAxis), "once"),
    "missed": (Missed.RUN_ONCE.value, Missed.SKIP.value, Missed.RUN_ALL.value),
    "overlap": tuple(each.value for each in Overlap),
    "after_execution": tuple(each.value for each in AfterExecution),
    "is_exclusive": ("no", "yes"),
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
_SPAN: Rows = (
    *SPAN,
    ("jitter", "jitter", "spread the start over this time"),
    ("after_execution", "after a one-off", ""),
)
_TOLD = (
    ("alerts", "alerts", "first nth=3 day=5 by=06:00 within=2h recovery task"),
    ("description", "description", ""),
)

GROUPS = (
    ("late", "Missed and overlap", _LATE),
    ("limits", "Limits, retries and slots", _LIMITS),
    ("span", "From, to, and not on", _SPAN),
    ("state", "On, off, paused", shared.STATE),
    ("told", "Alerts and description", _TOLD),
)
STATE = tuple(name for name, _, _ in shared.STATE)
"""Fields that verbs of their own change: pause, resume, enable, disable."""

_SHORT = shared.SHORT | {"is_exclusive": "exclusive", "alerts": "alert"}


def when_fields(notation: str, now: Mapping[str, str]) -> tuple[Field, ...]:
    """Name, notation, its fields, zone, controller."""
    rows = (("name", "name", ""), *_WHEN[notation], ("notation", "written as", ""), ("zone", "zone", ""))
    return fields_of(rows, now, _CHOICES, USUAL)


def groups(now: Mapping[str, str], what: tuple[Field, ...], more: tuple[Field, ...]) -> tuple[Group, ...]:
    """All groups; `what` runs are the controller and what it needs, `more` what it also takes."""
    return (
        Group("when", "", when_fields(now["notation"], now)),
        Group("what", "", what),
        Group("more", "More of what it runs", more),
        *(Group(key, title, fields_of(rows, now, _CHOICES, USUAL)) for key, title, rows in GROUPS),
    )


def new_texts(zone: str) -> dict[str, str]:
    """The fields of a new schedule."""
    return {name: USUAL.get(name, "") for name in _NAMES} | {"zone": zone}


def texts_of(schedule: values.Schedule) -> dict[str, str]:
    """The values of a schedule as they are typed."""

    def length(seconds: int | None) -> str:
        return "" if seconds is None else duration_text(seconds)

    return shared.texts_of(schedule) | {
        "notation": WORDS if schedule.spec is not None else MOMENT,
        "moment": instant_text(schedule.moment, schedule.zone),
        "repeat_axis": schedule.repeat_axis or ("once" if schedule.moment is not None else USUAL["repeat_axis"]),
        "repeat_step": str(schedule.repeat_step or 1),
        "controller": schedule.controller,
        "timeout": length(schedule.timeout),
        "max_retries": str(schedule.max_retries),
        "backoff": length(schedule.backoff),
        "backoff_limit": length(schedule.backoff_limit),
        "missed_limit": str(schedule.missed_limit),
        "max_lateness": length(schedule.max_lateness),
        "overlap": schedule.overlap.value,
        "start_window": length(schedule.start_window),
        "is_exclusive": "yes" if schedule.is_exclusive else "no",
        "slot": schedule.slot or "",
        "after_execution": schedule.after_execution.value,
        "jitter": length(schedule.jitter),
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
        given["excluded_dates"] = shared.days_of(typed["excluded_dates"])
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
