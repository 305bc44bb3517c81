"""The version of a store, how an older one is brought up, and the triggers that follow every write.

The triggers are made from the tables themselves after each migration, so that no write path can
forget the journal or the feed, and no new column can be left out of undo.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

VERSION = 5
"""The newest shape this code knows; equals the number of the last file in `migrations/`."""

JOURNALED = (
    "entity_class", "entity", "status_change", "task_event", "event_fire", "task_model", "team", "user",
    "task", "task_assignee", "schedule", "setting",
    "calendar", "calendar_day", "task_list", "label", "task_label", "template", "template_label",
    "template_assignee", "skip", "saved_filter", "trigger",
)  # fmt: skip
"""Tables whose changes are kept with before and after, for history and undo."""

WATCHED = (*JOURNALED, "run", "occurrence", "node", "notification", "artifact", "workflow_definition")
"""Tables whose changes screens want to hear of. Log lines are append-only: a reader keeps its own place."""

MOVED_BY_HAND = ("pending_action", "delivery", "workflow")
"""Kinds of the feed whose rows follow others by the thousand: who wrote them says so once (`moved`)."""

MADE_IN_BULK = ("task", "task_label", "task_assignee", "occurrence")
QUIET = "quiet"
"""While `meta` holds this key, new rows of the tables `MADE_IN_BULK` leave neither a change nor a count in the feed:
ten thousand templates make their tasks in one go. Each of these is told by its own `template_id`, `created_at` and its
line in the ledger. Who sets the key takes it away in the same transaction, and moves the feed by hand (`loud`).
"""

UNRECORDED = {
    "schedule": frozenset({"rev", "cursor_at", "next_at", "last_run", "error", "failures", "expected_at"}),
    "template": frozenset({"rev", "wake_at", "last_checked_at", "last_created_task_end_date"}),
    "trigger": frozenset({"rev", "last_at", "times", "minute_at", "minute_count", "follow_after"}),
    "user": frozenset({"rev", "channels"}),
}
"""Columns the engine moves by itself, and secrets; a change of these alone is no act of anybody."""

COUNTERS = {"trigger": UNRECORDED["trigger"] - {"rev"}}
"""Of these nobody hears either: what hangs on a definition is not read anew whenever a trigger has acted."""

SECRET = {"user": frozenset({"channels"})}
"""Columns that leave no trace in the journal, not even when the row is deleted."""


_MOOT = "(NEW.is_done OR NEW.deleted_at IS NOT NULL OR NEW.superseded_at IS NOT NULL)"
_ACT_AT = "(SELECT at FROM act ORDER BY id DESC LIMIT 1)"
_TIME = "ifnull({}.deadline_time, '24:00')"

NOTICE_TRIGGERS = {
    "task_notices": f"""
AFTER UPDATE OF is_done, deadline_date, deadline_time, deleted_at, superseded_at ON task
WHEN OLD.is_done IS NOT NEW.is_done OR OLD.deadline_date IS NOT NEW.deadline_date
  OR OLD.deadline_time IS NOT NEW.deadline_time
  OR OLD.deleted_at IS NOT NEW.deleted_at OR OLD.superseded_at IS NOT NEW.superseded_at
BEGIN
  UPDATE notification SET withdrawn_at = {_ACT_AT}, withdrawn_reason = CASE
    WHEN NEW.deleted_at IS NOT NULL THEN 'the task was deleted'
    WHEN NEW.superseded_at IS NOT NULL THEN 'task ' || ifnull(NEW.superseded_by_id, '') || ' took its place'
    WHEN NEW.is_done THEN 'done' || ifnull(' by ' || (SELECT name FROM user WHERE id = NEW.done_by), '')
    ELSE 'moved to ' || ifnull(NEW.deadline_date, 'no day') END
  WHERE task_id = NEW.id AND withdrawn_at IS NULL
    AND ({_MOOT} OR OLD.deadline_date IS NOT NEW.deadline_date AND (trigger_id IS NULL OR EXISTS (
      SELECT 1 FROM "trigger" g WHERE g.id = trigger_id AND g.event IN ('date reached', 'deadline reached'))));
  UPDATE notification SET withdrawn_at = NULL, withdrawn_reason = NULL
  WHERE task_id = NEW.id AND NOT {_MOOT} AND withdrawn_reason <> 'it is late now'
    AND dedupe_key IN ('due:' || NEW.id || ':' || NEW.deadline_date, 'late:' || NEW.id || ':' || NEW.deadline_date);
  UPDATE notification SET withdrawn_at = {_ACT_AT}, dedupe_key = dedupe_key || ':' || {_TIME.format("OLD")},
    withdrawn_reason = 'moved to ' || NEW.deadline_date || ifnull(' ' || NEW.deadline_time, '')
  WHERE dedupe_key = 'late:' || NEW.id || ':' || NEW.deadline_date
    AND OLD.deadline_date IS NEW.deadline_date AND {_TIME.format("OLD")} < {_TIME.format("NEW")};
  UPDATE OR IGNORE notification SET withdrawn_at = NULL, withdrawn_reason = NULL,
    dedupe_key = 'late:' || NEW.id || ':' || NEW.deadline_date
  WHERE dedupe_key = 'late:' || NEW.id || ':' || NEW.deadline_date || ':' || {_TIME.format("NEW")}
    AND {_TIME.format("OLD")} > {_TIME.format("NEW")} AND NOT {_MOOT};
END""",
    "schedule_notices": f"""
AFTER UPDATE OF deleted_at ON schedule WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
  UPDATE notification SET withdrawn_at = {_ACT_AT}, withdrawn_reason = 'the schedule was deleted'
  WHERE schedule_id = NEW.id AND withdrawn_at IS NULL;
END""",
    "notice_deliveries": """
AFTER UPDATE OF withdrawn_at ON notification WHEN OLD.withdrawn_at IS NOT NEW.withdrawn_at AND NEW.user_id IS NULL
BEGIN
  UPDATE delivery SET state = 'withdrawn', error = NEW.withdrawn_reason
  WHERE notification_id = NEW.id AND state = 'waiting' AND NEW.withdrawn_at IS NOT NULL;
  UPDATE delivery SET state = 'waiting', error = NULL
  WHERE notification_id = NEW.id AND state = 'withdrawn' AND NEW.withdrawn_at IS NULL
    AND error IS OLD.withdrawn_reason;
END""",
}
"""What takes notices back, whoever does it and by whatever way: a list that shows what is over is not read.

A task that is opened again has its notice again; it is the same row, so that nothing is told twice. What
was late by a time and is put off within its day keeps that time in its key, so that it is told again at its new time.
"""


def migrate(db: Any) -> list[str]:
    """Run what is missing, in one transaction, and mark the store with this version."""
    from playhouse.migrations import Runner  # rarely needed, and slow to load

    with db.atomic():
        applied: list[str] = Runner(db, directory=str(Path(__file__).parent / "migrations")).up()
        install_triggers(db)
        db.execute_sql(f"PRAGMA user_version = {VERSION}")
    return applied


def install_triggers(db: Any) -> None:
    """(Re)create the journal and feed triggers of every watched table."""
    for table in (*WATCHED, *MOVED_BY_HAND):
        db.execute_sql("INSERT INTO feed (kind) VALUES (?) ON CONFLICT DO NOTHING", (table,))
    for table in WATCHED:
        columns = [row[1] for row in db.execute_sql(f"PRAGMA table_info({table})").fetchall()]
        columns = [c for c in columns if c not in SECRET.get(table, ())]
        recorded = [c for c in columns if c != "id" and c not in UNRECORDED.get(table, {"rev"})]
        journaled = table in JOURNALED
        for action in ("insert", "update", "delete"):
            db.execute_sql(f"DROP TRIGGER IF EXISTS {table}_{action}")
            db.execute_sql(_feed_trigger(table, action, columns))
            if journaled:
                db.execute_sql(f"DROP TRIGGER IF EXISTS {table}_{action}_kept")
                db.execute_sql(_journal_trigger(table, action, columns if action == "delete" else recorded))
    for name, text in NOTICE_TRIGGERS.items():
        db.execute_sql(f"DROP TRIGGER IF EXISTS {name}")
        db.execute_sql(f"CREATE TRIGGER {name} {text}")


def moved(connection: Any, kind: str) -> None:
    """Rows of a kind `MOVED_BY_HAND` were written: whoever watches hears of it with the commit."""
    connection.execute("UPDATE feed SET version = version + 1 WHERE kind = ?", (kind,))


def hush(connection: Any) -> None:
    """Begin to make rows in bulk, inside a transaction that ends with `loud`."""
    connection.execute("INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT DO NOTHING", (QUIET,))


def loud(connection: Any) -> None:
    """The rows are made: whoever watches hears of them now, once."""
    connection.execute("DELETE FROM meta WHERE key = ?", (QUIET,))
    kinds = ", ".join(f"'{table}'" for table in MADE_IN_BULK)
    connection.execute(f"UPDATE feed SET version = version + 1 WHERE kind IN ({kinds})")


def _unless_quiet(table: str, action: str) -> str:
    in_bulk = action == "insert" and table in MADE_IN_BULK
    return f"WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = '{QUIET}')" if in_bulk else ""


def _feed_trigger(table: str, action: str, columns: list[str]) -> str:
    when = _unless_quiet(table, action)
    if action == "update" and table in COUNTERS:
        when = "WHEN " + " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in columns if c not in COUNTERS[table])
    return (
        f'CREATE TRIGGER {table}_{action} AFTER {action.upper()} ON "{table}" {when} BEGIN'
        f" UPDATE feed SET version = version + 1 WHERE kind = '{table}'; END"
    )


def _journal_trigger(table: str, action: str, columns: list[str]) -> str:
    """One change row, hung on the newest act: writers take turns, so the newest act is the running one."""
    row, when, before, after = "NEW.id", _unless_quiet(table, action), "NULL", "NULL"
    if action == "update":
        when = "WHEN " + " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in columns)
        before, after = _differences("OLD", columns), _differences("NEW", columns)
    elif action == "delete":
        row = "OLD.id"
        before = " || ".join(f"'{c}=' || quote(OLD.{c}) || ','" for c in columns)
    return (
        f'CREATE TRIGGER {table}_{action}_kept AFTER {action.upper()} ON "{table}" {when} BEGIN'
        " INSERT INTO change (act_id, kind, row_id, action, before, after) VALUES"
        f" ((SELECT max(id) FROM act), '{table}', {row}, '{action}', {before}, {after}); END"
    )


def _differences(side: str, columns: list[str]) -> str:
    """`name='x',is_done=1,` of the columns that differ.

    SQL literals and not JSON: SQLite 3.38 to 3.40 refuse their JSON functions inside triggers while
    `trusted_schema` is off. `store.journal.parse` reads them back.
    """
    return " || ".join(
        f"CASE WHEN OLD.{c} IS NOT NEW.{c} THEN '{c}=' || quote({side}.{c}) || ',' ELSE '' END" for c in columns
    )
