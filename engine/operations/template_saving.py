"""A template on its way into the store, whichever door it came through: verbs, desk file, a line of text, an import."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from engine import ledger
from engine.actors import own_user_id
from engine.operations.labels import label_ids
from engine.operations.registry import Act
from engine.operations.saving import BadKey, Columns, put
from engine.operations.template_fields import (
    check_object,
    fields_of,
    rule_and_anchor,
    stored_schedule,
    stored_template,
)
from engine.operations.template_names import named_template
from engine.operations.template_rebuild import rebuild, settle
from engine.operations.template_tasks import woken
from engine.operations.things import user_id
from engine.rules.errors import shown
from engine.rules.when import Rule
from engine.rules.zones import local
from store import journal
from store.enums import Cause, OccurrenceState
from store.errors import Refused
from store.instants import from_us, iso, to_us
from store.journal import ENGINE
from store.reads import templates as reads
from store.values import Template


def save_template(act: Act, fields: Mapping[str, Any], existing: Template | None) -> int:
    """Make a template or change one. Returns its id.

    `fields` is keyed by `template_fields.KEYS` or their short forms, text or TOML values; a key that is absent keeps
    what is there. Open tasks of it that nobody touched follow a change. Nothing is written if nothing differs.
    Raises BadKey for a value that cannot be taken.
    """
    wanted = fields_of(act, fields, existing)
    rule, anchor = rule_and_anchor(act, wanted, existing)
    if existing is None or {"object_class", "object_id", "object"} & fields.keys():
        check_object(act, wanted)
    if existing is None:
        return _made(act, wanted, rule, anchor)
    before = _rev(act.connection, existing.id)
    act.connection.execute("SAVEPOINT saving")
    if existing.is_enabled and existing.pause_reason is None:
        settle(act, existing.id)
    elif not existing.is_enabled and wanted["is_enabled"]:
        _leave_out_time_off(act, existing)
    schedule = {**stored_schedule(act.connection, wanted), "anchor_at": anchor}
    put(act.connection, "schedule", existing.schedule_id, schedule)
    put(act.connection, "template", existing.id, stored_template(act.connection, wanted))
    if _linked(act, existing.id, wanted):
        act.connection.execute("UPDATE template SET rev = rev + 1 WHERE id = ?", (existing.id,))
    if _rev(act.connection, existing.id) != before or existing.error is not None:
        rebuild(act, existing.id)
    else:  # what has passed is for the next look to decide, not for who says again what is there
        act.connection.execute("ROLLBACK TO saving")
    act.connection.execute("RELEASE saving")
    return existing.id


def found(act: Act, text: str, rev: int | None) -> Template:
    """The template, if it is not deleted and still of that revision."""
    known = named_template(act.connection, text)
    if rev is not None and rev != known.rev:
        raise Refused(f"The template {shown(known.name)} was changed by somebody else meanwhile.")
    return known


def told(act: Act, number: int, words: str) -> Template:
    """Say in the journal what was done, and read the template as it is now."""
    journal.describe(act.connection, act.id, words)
    return reads.template(act.connection, number)


def lies_ahead(act: Act, number: int, words: str) -> Template:
    """What can never happen is a mistake of who typed it; a template that a file brings may have ended."""
    made = told(act, number, words)
    standing = ledger.standing(act.connection, made.schedule_id)
    if made.is_enabled and standing.rule(act.connection).next(from_us(min(standing.cursor_at, act.now))) is None:
        raise BadKey("spec", f"all of it is past; nothing would ever happen after {iso(act.now, made.zone)}")
    return made


def link(connection: sqlite3.Connection, table: str, column: str, template: int, wanted: Iterable[int]) -> bool:
    """Let the template have these labels or assignees and no others; whether anything changed."""
    has = {row[0] for row in connection.execute(f"SELECT {column} FROM {table} WHERE template_id = ?", (template,))}
    new = dict.fromkeys(wanted)
    gone, more = has - new.keys(), [each for each in new if each not in has]
    connection.executemany(
        f"DELETE FROM {table} WHERE template_id = ? AND {column} = ?", [(template, each) for each in gone]
    )
    connection.executemany(
        f"INSERT INTO {table} (template_id, {column}) VALUES (?, ?)", [(template, each) for each in more]
    )
    return bool(gone or more)


def _made(act: Act, wanted: Columns, rule: Rule, anchor: int) -> int:
    connection = act.connection
    cursor = act.now
    start = wanted["start_at"]
    if start is not None and local(from_us(start), rule.zone).date() == local(act.at, rule.zone).date():
        cursor = min(cursor, start - 1)  # somebody says that it begins today
    following = rule.next(from_us(cursor))
    schedule, _ = put(
        connection, "schedule", None,
        {**stored_schedule(connection, wanted), "controller": "", "anchor_at": anchor, "cursor_at": cursor,
         "next_at": None if following is None else to_us(following), "created_at": act.now,
         "owner_id": None if act.actor.via == ENGINE.via else own_user_id(act)},
    )  # fmt: skip
    columns = {**stored_template(connection, wanted), "schedule_id": schedule, "created_at": act.now}
    columns["wake_at"] = act.now if wanted["is_enabled"] else None
    number, _ = put(connection, "template", None, columns)
    _linked(act, number, wanted)
    return number


def _linked(act: Act, number: int, wanted: Columns) -> bool:
    labels = label_ids(act.connection, wanted["labels"])
    try:
        users = [user_id(act, name) for name in wanted["assignees"]]
    except Refused as fault:
        raise BadKey("assignees", str(fault).removeprefix("user: ").rstrip(".")) from fault
    changed = link(act.connection, "template_label", "label_id", number, labels)
    return link(act.connection, "template_assignee", "user_id", number, users) or changed


def _leave_out_time_off(act: Act, existing: Template) -> None:
    """It comes back into service: what was planned while it was off is skipped."""
    standing = ledger.standing(act.connection, existing.schedule_id)
    words = ledger.off_words(act.connection, existing.schedule_id)
    ledger.close(act.connection, standing, act.now, OccurrenceState.SKIPPED, words, Cause.OFF)
    woken(act.connection, existing.id, act.now)


def _rev(connection: sqlite3.Connection, number: int) -> int:
    row = connection.execute(
        "SELECT s.rev + t.rev FROM template t JOIN schedule s ON s.id = t.schedule_id WHERE t.id = ?", (number,)
    ).fetchone()
    return int(row[0])
