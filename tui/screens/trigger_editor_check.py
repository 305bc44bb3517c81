"""What the values of the trigger editor mean, what is wrong with them, and what the trigger would touch."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from textual.content import Content

from engine.operations.registry import Act
from engine.operations.saving import BadKey, Columns
from engine.operations.trigger_fields import fields_of, stored
from engine.operations.trigger_schedules import rule_of
from engine.rules.errors import BadValue, shown
from engine.rules.triggers.words import MAIN as MAIN_KEYS
from engine.rules.triggers.words import MUST_SAY, action_text, event_text, scope_text, sentence
from engine.rules.when import preview
from engine.rules.wording import count_of, day_and_clock, long_day
from store.enums import OF_TASKS, Roll, Scope, TriggerAction, TriggerEvent
from store.errors import Refused
from store.frozen import value
from store.instants import from_us
from store.reads import trigger_groups, triggers
from store.trigger_values import Trigger
from tui.screens.editor_fields import MEANS, pause_wrong, until_of
from tui.screens.trigger_editor_fields import MAIN, given_of
from tui.screens.trigger_editor_texts import texts
from tui.text import safe
from tui.widgets.form import Notes

AHEAD = 4
"""Times of a schedule shown while typing."""
MANY = 1_000
"""Tasks that are counted."""

_MEANS = {
    "roll": MEANS["roll"],
    "is_paused": {"yes": "what would be meanwhile is not made up for"},
    "is_enabled": {"no": "nothing happens until it is on"},
    "event": {
        "date reached": "its start date, else its deadline", "label added": "put on a task", "schedule": "by the clock",
        "status": "of an entity", "field": "a date of an entity", "run failed": "of a job",
    },
    "scope": {"list": "and the lists below it", "all": "everything", "class": "entities"},
}  # fmt: skip
_FIELD = {"event": "event_value", "scope": "scope_name", "action": "main", "by": "main", "label": "main",
          "subject": "main", "status": "main", "schedule": "main", "controller": "main", "run": "main",
          "start": "start_at", "end": "end_at", "count": "max_count", "params": "command"}  # fmt: skip
"""Key of a refusal -> the field beside which it stands, if that is there."""


@value
class Draft:
    """What a sentence is made of."""

    scope: Scope
    scope_name: str | None
    event: TriggerEvent
    event_value: str | None
    spec: str | None
    delay: str
    roll: Roll
    condition: str
    action: TriggerAction
    params: Mapping[str, object]


@dataclass(slots=True)
class Checked:
    """What came of a check: what is to be saved, and the end of a pause."""

    given: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None


def check(
    act: Act, made: Trigger | None, typed: Mapping[str, str], before: Mapping[str, str], there: frozenset[str]
) -> Notes:
    """Every field that is wrong says why; `act` is asked on a connection that refuses to write.

    `there` are the fields that can be seen.
    """
    typed = {**before, **typed}
    found = Checked(given_of(typed, before, is_new=made is None))
    means = {name: words[typed[name]] for name, words in _MEANS.items() if words.get(typed[name])}
    wrong = pause_wrong(typed, before)
    zone = (made.zone if made else None) or act.zone.key
    found.until = until_of(typed, wrong, means, act.at, zone)
    _name(act.connection, typed["name"].strip(), made, wrong)
    _unsaid(typed, there, wrong)
    lines: list[Content] = []
    try:
        fields = fields_of(act, {**found.given, "name": typed["name"].strip() or "-"}, made)
        draft = Draft(**{name: fields[name] for name in _DRAFT})
        lines = [Content.styled(safe(sentence(draft), 1000), "bold")]
        columns = _stored(act, fields)
        _same(act.connection, columns, made, typed, wrong)
        lines += [Content(""), *_times(act, fields, made), *touches(act, fields, columns, made)]
        lines += texts(act, fields, columns)
    except BadKey as fault:
        lines = lines or _rough(typed)
        name = _FIELD.get(fault.key, fault.key)
        wrong.setdefault(name if name in there else fault.key, str(fault).removeprefix(f"{fault.key}: "))
    except (BadValue, Refused) as fault:
        lines = lines or _rough(typed)
        wrong.setdefault("event", str(fault))
    filled = {name: words for name, words in wrong.items() if typed.get(name, "-").strip()}
    said = [Content.styled(safe(words, 400), "$error") for words in filled.values()]
    return Notes(wrong, means, (*lines, *([Content("")] if lines and said else []), *said), found)


_DRAFT = ("scope", "scope_name", "event", "event_value", "spec", "delay", "roll", "condition", "action", "params")


def _name(connection: sqlite3.Connection, name: str, made: Trigger | None, wrong: dict[str, str]) -> None:
    if not name:
        wrong["name"] = "a trigger needs a name"
        return
    other = triggers.named(connection, name)
    if other is not None and (made is None or other.id != made.id):
        wrong["name"] = "there is one of that name"


def _unsaid(typed: Mapping[str, str], there: frozenset[str], wrong: dict[str, str]) -> None:
    """What must be said and is not yet, in fewer words than the rules have for it."""
    event, action = TriggerEvent(typed["event"]), TriggerAction(typed["action"])
    needed = {
        "event_value": event in MUST_SAY, "scope_name": True,
        "main": action in MAIN and action is not TriggerAction.NOTIFY,
    }  # fmt: skip
    for name, must in needed.items():
        if must and name in there and not typed[name].strip():
            wrong[name] = "say which" if name != "main" or "label" in typed["action"] else "say what"


def _rough(typed: Mapping[str, str]) -> list[Content]:
    """The sentence as far as it can be told, with dots for what is missing."""
    event, action = TriggerEvent(typed["event"]), TriggerAction(typed["action"])
    said = {name: typed[name].strip() or "..." for name in ("scope_name", "event_value", "main")}
    key = MAIN_KEYS.get(action, "")
    params: dict[str, object] = {key: typed["main"].strip() or ("" if key == "subject" else "...")}
    draft = Draft(
        Scope(typed["scope"]), None if typed["scope"] == Scope.ALL else said["scope_name"], event,
        said["event_value"] if event in MUST_SAY else typed["event_value"].strip() or None,
        said["event_value"], typed["delay"].strip() or "0d", Roll(typed["roll"]), typed["condition"].strip(), action,
        params | {"to": typed["to"].strip()},
    )  # fmt: skip
    try:
        return [Content.styled(safe(sentence(draft), 1000), "$muted")]
    except BadValue:
        return []


def _stored(act: Act, fields: Columns) -> Columns | None:
    """Its columns; None where a label is new, which would be made, so that nothing can be the same."""
    try:
        return stored(act, fields)
    except sqlite3.OperationalError:
        return None


def _same(
    connection: sqlite3.Connection,
    columns: Columns | None,
    made: Trigger | None,
    typed: Mapping[str, str],
    wrong: dict[str, str],
) -> None:
    """One that does the same already is said where it was typed."""
    if columns is None:
        return
    row = connection.execute(
        'SELECT name FROM "trigger" WHERE checksum = ? AND deleted_at IS NULL AND id IS NOT ?',
        (columns["checksum"], made.id if made is not None else None),
    ).fetchone()
    if row is not None:
        wrong["action"] = f"{shown(row[0])} does the same already"


def _times(act: Act, fields: Columns, made: Trigger | None) -> list[Content]:
    """The next times of a schedule."""
    if fields["event"] is not TriggerEvent.SCHEDULE:
        return []
    rule, _ = rule_of(act, fields, made.schedule_id if made is not None else None)
    planned = preview(rule, act.at, AHEAD)
    if not planned:
        raise BadKey("event", "all of it is past; nothing would ever happen")
    lines = [Content.styled(f"next, {safe(rule.zone)}", "$muted")]
    for each in planned:
        at = each.local
        lines.append(Content.assemble(f"{long_day(at.date())}  {at:%H:%M}  ", (safe(each.note, 200), "$warning")))
    return [*lines, Content("")]


def touches(act: Act, fields: Columns, columns: Columns | None, made: Trigger | None) -> list[Content]:
    """What it would touch: so many tasks now and in the next month, the first of them, and what would go round."""
    if columns is None:
        return [Content.styled("a label of that name is made; no task has it yet", "$muted")]
    if fields["event"] in OF_TASKS:
        return _foreseen(act, fields, made)
    if fields["scope"] is Scope.CLASS or fields["event"] is not TriggerEvent.SCHEDULE:
        return []
    number = trigger_groups.tasks_in(act.connection, fields["scope"], columns["scope_id"], MANY)
    many = f"over {MANY:,} tasks" if number > MANY else count_of(number, "task")
    return [Content(f"for {many} now")]


def _foreseen(act: Act, fields: Columns, made: Trigger | None) -> list[Content]:
    """The dry run, beside the keys as every check is."""
    from engine.queries.trigger_preview import preview as foresee

    try:
        seen = foresee(
            act.actor, act.at, made.name if made is not None else None, limit=AHEAD,
            event=event_text(fields["event"], fields["event_value"]),
            action=action_text(fields["action"], fields["params"]),
            scope=scope_text(fields["scope"], fields["scope_name"]),
            delay=fields["delay"], condition=fields["condition"],
        )  # fmt: skip
    except (BadValue, Refused):  # a parameter that this short form does not say; the refusal of the whole says more
        return []
    lines = [Content(safe(seen.words, 400))]
    for each in seen.rows:
        at = day_and_clock(from_us(each.at), act.at, act.zone.key)
        lines.append(Content.assemble((f"{at:<18}", "$muted"), safe(each.task, 60)))
    return [*lines, *([Content.styled(safe(seen.warning, 400), "$warning")] if seen.warning else [])]
