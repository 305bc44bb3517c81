"""What the values of the schedule editor mean, and what is wrong with them: the operation's own rules, asked early."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from textual.content import Content

from engine.operations.saving import BadKey, Columns
from engine.operations.schedule_fields import RULE, columns_of, rule_for
from engine.rules.alert_policy import parse_policy
from engine.rules.durations import duration_words, parse_duration
from engine.rules.errors import BadValue
from engine.rules.when import Rule, is_open, preview, sentence
from engine.rules.when.compare import Row, compare
from engine.rules.wording import NEXT_BOOT
from engine.timing import rule_of
from store import values
from store.frozen import value
from store.instants import to_us
from tui.screens.editor_fields import MEANS, pause_wrong, until_of
from tui.screens.schedule_editor_changes import NEXT
from tui.screens.schedule_editor_fields import given_of
from tui.screens.schedule_editor_params import params_of
from tui.text import safe
from tui.widgets.form import Notes

AHEAD = 5
"""Occurrences shown while typing."""

NOTATIONS = (
    "every 3 days", "every 15 minutes", "daily 09:00", "weekly mon,thu 09:00", "monthly 15", "monthly first monday",
    "monthly last day", "yearly 8 march", "once 2025-06-29 08:00", "cron: 0 11 * * 1-5", "RRULE:FREQ=WEEKLY;BYDAY=MO",
    "OnCalendar=Mon..Fri 02:30", "at boot + 15m", "daily 09:00 | weekly sat 14:00",
)  # fmt: skip
"""One example of each way to write when something happens."""

_LENGTHS = ("timeout", "max_lateness", "start_window", "backoff", "backoff_limit", "jitter")

_MEANS = MEANS | {
    "missed": {
        "skip": "what was missed stays missed", "run_once": "all missed become one run",
        "run_all": "each missed one runs, oldest first",
    },
    "overlap": {
        "skip": "not while the last one runs", "queue": "one waits for the last to end",
        "allow": "beside the last one", "replace": "the last one is stopped first",
    },
    "after_execution": {
        "keep": "a one-off stays, without a next time", "disable": "a one-off is switched off",
        "delete": "a one-off is removed, its runs stay",
    },
    "is_exclusive": {"no": "others may run meanwhile", "yes": "nothing else runs meanwhile"},
    "is_enabled": {"no": "nothing happens until it is switched on", "yes": ""},
}  # fmt: skip


@value
class Compared:
    """The sentences of the two rules, and their next times side by side."""

    sentences: tuple[str, str]
    rows: tuple[Row, ...]


@dataclass(slots=True)
class Checked:
    """What came of a check: the notes, and if nothing is wrong what is to be saved."""

    notes: Notes = field(default_factory=Notes)
    given: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] | None = None
    """The params if they or the controller changed."""
    until: datetime | None = None
    """The end of the pause, if it has one."""
    columns: Columns = field(default_factory=dict)
    rule: Rule | None = None
    compared: Compared | None = None


def check(
    schedule: values.Schedule | None, typed: Mapping[str, str], before: Mapping[str, str], now: datetime, zone: str,
    connection: Connection,
) -> Checked:  # fmt: skip
    """Every field that is wrong says why; the preview is of the rule as far as it can be told."""
    typed = {**before, **typed}
    found = Checked(given=given_of(typed, before))
    means = _means(typed)
    wrong = pause_wrong(typed, before)
    found.until = until_of(typed, wrong, means, now, schedule.zone if schedule else zone)
    if not typed["name"].strip():
        wrong["name"] = "a schedule needs a name"
    given = {**found.given, "name": typed["name"].strip() or "-"}
    try:
        found.params = _params(schedule, typed)
    except BadKey as fault:
        wrong[fault.key] = _words(fault)
    controller = given.pop("controller", None)
    if "params" not in wrong and found.params is not None and not any(key.startswith("param.") for key in wrong):
        given |= {"controller": controller or typed["controller"], "params": found.params}
    elif schedule is None:
        given |= {"controller": "shell", "command": "true"}
    try:
        found.columns = columns_of(given, schedule, now, zone)
        found.rule = rule_for(found.columns, _anchor(schedule, found.columns, now), connection)
    except BadKey as fault:
        wrong.setdefault(fault.key, _words(fault))
    except BadValue as fault:
        wrong.setdefault("controller", str(fault))
    filled = {name: words for name, words in wrong.items() if typed.get(name, "-").strip()}
    lines = [Content.styled(safe(f"{_label(name)}: {words}"), "$error") for name, words in filled.items()]
    if found.rule is not None:
        means["spec"] = means["moment"] = sentence(found.rule).removesuffix(f", {found.rule.zone}")
        lines += coming(found.rule, now)
    elif not typed.get("spec", "").strip() or "spec" in wrong:
        lines += [Content.styled("when, for example", "$muted"), *map(Content, NOTATIONS)]
    found.notes = Notes(wrong, means, tuple(lines))
    return found


def compared(
    schedule: values.Schedule | None, checked: Checked, now: datetime, connection: Connection
) -> Compared | None:
    """The old rule beside the new one; None for a new schedule, and if it happens when it did."""
    if schedule is None or checked.rule is None or not _is_moved(schedule, checked.columns, RULE):
        return None
    try:
        old: Rule | None = rule_of(schedule, connection)
    except BadValue:
        old = None
    words = sentence(old) if old is not None else f"broken: {schedule.error or 'nobody knows when'}"
    return Compared((words, sentence(checked.rule)), compare(old, checked.rule, now, NEXT))


def coming(rule: Rule, now: datetime) -> list[Content]:
    """The sentence and the next times, clock changes marked."""
    lines = [Content(safe(sentence(rule)))]
    planned = preview(rule, now, AHEAD)
    for each in planned:
        lines.append(Content(each.local.strftime("%a %d %b %Y  %H:%M:%S").removesuffix(":00")))
        if each.note:
            lines.append(Content.styled(safe(f"  {each.note}", 200), "$warning"))
    if is_open(rule.pattern):
        return [*lines, Content(NEXT_BOOT)]
    return lines if planned else [*lines, Content.styled("no more: it has ended", "$warning")]


def _params(schedule: values.Schedule | None, typed: Mapping[str, str]) -> dict[str, Any] | None:
    """What the run gets; None if nothing about it changed."""
    controller = typed["controller"]
    is_own = schedule is not None and schedule.controller == controller
    before = schedule.params if schedule is not None and is_own else {}
    found = params_of(controller, typed, before)
    return None if is_own and found == dict(before) else found


def _anchor(schedule: values.Schedule | None, columns: Columns, now: datetime) -> int:
    """From where `every 3 days` counts: from now, if it is written anew."""
    if schedule is None or _is_moved(schedule, columns, ("spec", "moment")):
        return to_us(now)
    return schedule.anchor_at


def _is_moved(schedule: values.Schedule, columns: Columns, keys: tuple[str, ...]) -> bool:
    days = [day.isoformat() for day in schedule.excluded_dates]
    return any(columns[key] != (days if key == "excluded_dates" else getattr(schedule, key)) for key in keys)


def _means(typed: Mapping[str, str]) -> dict[str, str]:
    means = {name: words.get(typed[name], "") for name, words in _MEANS.items()}
    for name in _LENGTHS:
        with suppress(BadValue):
            means[name] = duration_words(parse_duration(typed[name]))
    if typed["alerts"].strip():
        with suppress(BadValue):
            means["alerts"] = parse_policy(typed["alerts"]).words()
    return {name: words for name, words in means.items() if words}


def _label(name: str) -> str:
    """What is empty says so beside its field; here stands what may not fit there."""
    return name.rsplit(".", 1)[-1].replace("_", " ")


def _words(fault: BadKey) -> str:
    return str(fault).removeprefix(f"{fault.key}: ")
