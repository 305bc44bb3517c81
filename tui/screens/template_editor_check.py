"""What the values of the template editor mean, and what is wrong with them: the operation's own rules, asked early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from textual.content import Content

from engine.ledger import standing
from engine.operations.registry import Act
from engine.operations.saving import BadKey
from engine.operations.template_fields import fields_of, rule_and_anchor
from engine.queries.recurring import Effect, coming_of, effect_of, rule_words
from engine.rules.errors import BadValue
from engine.rules.when import Rule, compare
from engine.rules.wording import long_day
from engine.titles import MARK, language, start_of
from store import values
from store.enums import Basis
from store.errors import Refused
from store.reads import definitions
from tui.screens.editor_fields import MEANS, pause_wrong, until_of
from tui.screens.schedule_editor_changes import NEXT
from tui.screens.schedule_editor_check import Compared
from tui.screens.template_editor_fields import given_of
from tui.text import safe
from tui.title_words import shows_as
from tui.widgets.form import Notes

AHEAD = 5
"""Dates shown while typing."""

EXAMPLES = (
    "daily", "weekly mon,thu", "monthly 15", "monthly first monday", "monthly last day", "yearly 8 march",
    "every 3 days", "every 2 weeks on fri", "every! 10 days   (after it was done)", "RRULE:FREQ=MONTHLY;BYDAY=-1FR",
)  # fmt: skip

_MEANS = MEANS | {
    "basis": {"fixed": "by the calendar", "completion": "from the day it was done"},
    "mode": {"create": "a task each time", "reopen": "its one task opens again"},
    "missed": {"skip": "what was missed stays missed", "run_once": "all missed become one", "run_all": "each is made"},
    "is_enabled": {"no": "nothing is made until it is on", "yes": ""},
}  # fmt: skip


@dataclass(slots=True)
class Checked:
    """What came of a check: what is to be saved, the rule, and what becomes of the open tasks."""

    given: dict[str, Any] = field(default_factory=dict)
    rule: Rule | None = None
    is_counted: bool = False
    until: datetime | None = None
    effect: Effect | None = None
    compared: Compared | None = None


def check(act: Act, made: values.Template | None, typed: Mapping[str, str], before: Mapping[str, str]) -> Notes:
    """Every field that is wrong says why; `act` is asked on a connection that refuses to write."""
    typed = {**before, **typed}
    found = Checked(given=given_of(typed, before))
    means = {name: words[typed[name]] for name, words in _MEANS.items() if words.get(typed[name])}
    wrong = pause_wrong(typed, before)
    found.until = until_of(typed, wrong, means, act.at, made.zone if made else act.zone.key)
    if not typed["name"].strip():
        wrong["name"] = "a recurring task needs a name"
    _people(act.connection, found.given.get("assignees", ()), wrong)
    lines: list[Content] = []
    try:
        given = {**found.given, "name": typed["name"].strip() or "-"}
        columns = fields_of(act, given, made)
        found.rule = rule_and_anchor(act, columns, made)[0]
        found.is_counted = columns["basis"] == Basis.COMPLETION
        words = rule_words(found.rule, is_counted=found.is_counted)
        means["spec"] = words
        lines = [Content(safe(words)), *_coming(found.rule, columns, act), *_first_title(found.rule, columns, act)]
        if made is not None and found.given:
            found.effect = effect_of(act, made, given)
            lines += [Content(""), *(Content(safe(line, 200)) for line in found.effect.lines)]
    except BadKey as fault:
        name = "object" if fault.key.startswith("object") else fault.key
        wrong.setdefault(name, str(fault).removeprefix(f"{fault.key}: "))
    except (BadValue, Refused) as fault:
        wrong.setdefault("spec", str(fault).removeprefix("spec: "))
    filled = {name: words for name, words in wrong.items() if typed.get(name, "-").strip()}
    said = [Content.styled(safe(f"{name.replace('_', ' ')}: {words}", 400), "$error") for name, words in filled.items()]
    if found.rule is None and ("spec" in wrong or not typed["spec"].strip()):
        lines = [Content.styled("when, for example", "$muted"), *map(Content, EXAMPLES)]
    found.compared = _compared(made, found, act.at, act.connection)
    return Notes(wrong, means, (*said, *lines), found)


def _compared(made: values.Template | None, checked: Checked, now: datetime, connection: Connection) -> Compared | None:
    """The old rule beside the new one; None for a new template, and if it happens when it did."""
    if made is None or checked.rule is None:
        return None
    is_counted = made.basis is Basis.COMPLETION
    try:
        old: Rule | None = standing(connection, made.schedule_id).rule(connection)
    except BadValue:
        old = None
    if old == checked.rule and is_counted == checked.is_counted:
        return None
    was = rule_words(old, is_counted=is_counted) if old is not None else f"broken: {made.error or 'nobody knows when'}"
    return Compared(
        (was, rule_words(checked.rule, is_counted=checked.is_counted)), compare(old, checked.rule, now, NEXT)
    )


def _coming(rule: Rule, columns: Mapping[str, Any], act: Act) -> list[Content]:
    planned, each = coming_of(rule, columns, act.at, act.today, AHEAD)
    lines = [] if each == "then" else [Content.styled(each, "$muted")]
    for one in planned:
        at = one.local
        lines.append(Content(long_day(at.date()) + (f"  {at:%H:%M}" if at.hour or at.minute else "")))
        if one.note:
            lines.append(Content.styled(safe(f"  {one.note}", 200), "$warning"))
    return lines if planned else [*lines, Content.styled("no more: it has ended", "$warning")]


def _first_title(rule: Rule, columns: Mapping[str, Any], act: Act) -> tuple[Content, ...]:
    """What the name of its tasks shows, by the days of the first that is coming."""
    name = columns["task_name"]
    if MARK not in name:
        return ()
    planned, _ = coming_of(rule, columns, act.at, act.today, 1)
    due = planned[0].local.date() if planned else act.today
    return shows_as(language(act.connection), name, start_of(due, columns["duration"]), due)


def _people(connection: Connection, names: tuple[str, ...], wrong: dict[str, str]) -> None:
    known = {each.name for each in definitions.users(connection)}
    strange = [name for name in names if name not in known]
    if strange:
        wrong["assignees"] = f"there is no {strange[0]}"
