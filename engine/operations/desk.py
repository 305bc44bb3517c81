"""`load`: a desk file into the store, whole or not at all, and as often as one likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from engine.operations import followups
from engine.operations.desk_entities import Classes, save_entity
from engine.operations.desk_format import LIMIT, NAMED_BY, Entry, Problems, read
from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import (
    BadKey,
    Columns,
    Saved,
    class_columns,
    event_columns,
    model_columns,
    put,
    team_columns,
    user_columns,
)
from engine.rules.errors import BadValue
from engine.rules.wording import count_of
from engine.userfiles import called, file_bytes
from store import journal
from store.errors import Refused, StoreTrouble
from store.frozen import value

_COLUMNS: Mapping[str, Callable[..., Columns]] = {
    "entity_class": class_columns,
    "team": team_columns,
    "user": user_columns,
    "task_event": event_columns,
    "task_model": model_columns,
}
_REFERENCES = {
    "object_class": "entity_class",
    "team": "team",
    "trigger_event": "task_event",
    "deadline_event": "task_event",
    "calendar": "calendar",
    "list": "list",
}
"""Keys by which one entry hangs on another of the same file."""


@value
class Loaded:
    """What a desk file did, as counts by table."""

    made: Mapping[str, int]
    changed: Mapping[str, int]
    unchanged: Mapping[str, int]


@operation("load")
def load(act: Act, file: Annotated[str, Help("the desk file; - reads standard input")]) -> Loaded:
    """Load a desk file: what it names is made or changed, the rest stays; all of it or nothing."""
    entries, problems = read(file_bytes(file, LIMIT), called(file))
    counts: dict[Saved, Counter[str]] = {saved: Counter() for saved in Saved}
    classes = Classes(act.connection)
    touched: dict[str, None] = {}
    for entry in entries:
        if problems.is_enough:
            break
        saved = None if _hangs_on_broken(entry, problems) else _saved(act, entry, classes, problems)
        if saved is not None:
            counts[saved][entry.table] += 1
        if saved in (Saved.MADE, Saved.CHANGED) and "object_class" in entry.given:
            touched[entry.given["object_class"]] = None
    problems.refuse()
    for name in touched:
        followups.fire_events(act, name)
    made, changed = counts[Saved.MADE], counts[Saved.CHANGED]
    words = f"{count_of(made.total(), 'thing')} made, {changed.total():,} changed"
    flows = made["workflow"] + changed["workflow"]
    is_more = made.total() + changed.total() > flows
    words += "; versions of workflows stay if it is undone" if flows and is_more else ""
    journal.describe(act.connection, act.id, f"loaded {called(file)}: {words}", can_undo=is_more or not flows)
    return Loaded(dict(made), dict(changed), dict(counts[Saved.UNCHANGED]))


def _saved(act: Act, entry: Entry, classes: Classes, problems: Problems) -> Saved | None:
    """Make or change what the entry says; what cannot be taken becomes a problem of its line."""
    try:
        if entry.table == "entity":
            return save_entity(act, entry.given, classes)
        if entry.table == "calendar":
            return _save_calendar(act, entry.given)
        if entry.table in ("label", "list"):
            return _save_list_or_label(act, entry)
        if entry.table == "template":
            return _save_template(act, entry.given)
        if entry.table == "workflow":
            from engine.operations import desk_workflows

            return desk_workflows.save(act, entry.given)
        if entry.table == "trigger":
            from engine.operations import desk_triggers

            return desk_triggers.save(act, entry.given)
        if entry.table == "schedule":
            return _save_schedule(act, entry.given)
        if entry.table == "filter":
            return _save_filter(act, entry.given)
        return _save_definition(act, entry)
    except StoreTrouble:
        raise
    except BadKey as fault:
        problems.add(entry, fault.key, str(fault).removeprefix(f"{fault.key}: "))
    except (BadValue, Refused) as fault:
        problems.add(entry, None, str(fault).rstrip("."))
    return None


def _save_definition(act: Act, entry: Entry) -> Saved:
    given = entry.given
    if "object_class" in given:
        one_of(act.connection, "entity_class", given["object_class"])
    test = " AND ".join(f"{key} = ?" for key in NAMED_BY[entry.table])
    found = act.connection.execute(f"SELECT id FROM {entry.table} WHERE {test}", entry.name).fetchone()
    row = None if found is None else int(found[0])
    columns = _COLUMNS[entry.table](act.connection, given, row)
    return put(act.connection, entry.table, row, columns)[1]


def _save_calendar(act: Act, given: Mapping[str, Any]) -> Saved:
    from engine.operations.calendars import save_calendar
    from store.reads.calendars import named

    return save_calendar(act, given, named(act.connection, given["name"]))[1]


def _save_list_or_label(act: Act, entry: Entry) -> Saved:
    if entry.table == "list":
        from engine.operations.lists import save_list

        return save_list(act, entry.given)
    from engine.operations.labels import save_label

    return save_label(act.connection, entry.given["name"])


def _save_template(act: Act, given: Mapping[str, Any]) -> Saved:
    from engine.operations import desk_state
    from engine.operations.template_saving import save_template
    from store.reads.templates import named, template

    existing = named(act.connection, given["name"])
    fields, said = desk_state.split(given)
    made = template(act.connection, save_template(act, fields, existing))
    saved = _saved_as(existing.rev if existing else None, made.rev)
    return desk_state.settle_template(act, made, said, saved)


def _save_schedule(act: Act, given: Mapping[str, Any]) -> Saved:
    from engine.operations import desk_state
    from engine.operations.schedules import save
    from store.reads.schedules import named, schedule

    existing = named(act.connection, given["name"])
    fields, said = desk_state.split(given)
    made = schedule(act.connection, save(act, fields, existing))
    saved = _saved_as(existing.rev if existing else None, made.rev)
    return desk_state.settle_schedule(act, made, said, saved)


def _save_filter(act: Act, given: Mapping[str, Any]) -> Saved:
    """What it names is looked up when it is used: a list may have gone since it was saved."""
    from engine.rules.names import plain_name
    from store.reads import filters

    columns: Columns = {"name": plain_name(given["name"])}
    row = act.connection.execute("SELECT id FROM saved_filter WHERE name = ?", (columns["name"],)).fetchone()
    text = " ".join(given.get("text", "").split())
    if text:
        columns["text"] = text
    elif row is None or "text" in given:
        raise BadKey("text", "expected what the filter asks for, such as '#house !me'")
    if "position" in given or row is None:
        columns["position"] = given.get("position", filters.last_position(act.connection) + 1)
    return put(act.connection, "saved_filter", None if row is None else int(row[0]), columns)[1]


def _saved_as(before: int | None, rev: int) -> Saved:
    """What happened to a row, from its revisions."""
    if before is None:
        return Saved.MADE
    return Saved.UNCHANGED if rev == before else Saved.CHANGED


def _hangs_on_broken(entry: Entry, problems: Problems) -> bool:
    """Whether it refers to an entry that is wrong itself: only that one is reported."""
    if (entry.table, *entry.name) in problems.broken:
        return True
    object_class = str(entry.given.get("object_class", ""))
    for key, table in _REFERENCES.items():
        name = str(entry.given.get(key, ""))
        names = (object_class, name) if table == "task_event" else (name,)
        if (table, *names) in problems.broken:
            problems.broken.add((entry.table, *entry.name))
            return True
    return False
