"""Settings of a store: one table of known keys, each with its default and its meaning."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from store.errors import Refused
from store.frozen import value


@value
class Setting:
    """A known key: what it holds when nobody has set it, and what it means."""

    default: Any
    meaning: str


KNOWN: dict[str, Setting] = {
    "zone": Setting("UTC", "zone of days and times where nothing nearer says otherwise"),
    "theme": Setting("tickler-dark", "palette of the desk"),
    "ascii": Setting(False, "marks in plain ASCII"),
    "task_max_concurrent": Setting(10, "how many runs may be active at once"),
    "task_log_storage_backend": Setting("database", "where log lines of new runs go"),
    "log_cap": Setting(10_000_000, "bytes of output kept of one attempt"),
    "cancel_grace": Setting(10, "seconds between asking a run to stop and killing it"),
    "keep_changes": Setting(400, "days that the journal is kept"),
    "keep_runs": Setting(90, "days that runs are kept after their end, with logs and files"),
    "keep_workflows": Setting(400, "days that workflows are kept after their end, with their steps"),
    "keep_last": Setting(20, "runs of each schedule that are kept however old they are, beside its last failure"),
    "log_total": Setting(1_000_000_000, "bytes of log lines kept, in the store and in files, of all runs together"),
    "keep_backups": Setting(3, "copies that the daily backup beside the store keeps; 0 for no such backup"),
    "group_by": Setting("event", "what groups followups: event, list or label"),
    "calendar": Setting("", "business calendar where nothing nearer says otherwise; empty: Monday to Friday"),
    "week_start": Setting("monday", "weekday with which a week begins in the calendar"),
    "language": Setting("en", "language of months and weekdays in titles, such as en, ru or pt_BR"),
    "recurring": Setting(True, "whether recurring tasks are created (TICKLER_RECURRING overrides it)"),
    "recurring_interval": Setting(5, "minutes between two looks at templates that nothing made due"),
    "horizon_daily": Setting("7d", "how far ahead tasks of daily templates are created"),
    "horizon_weekly": Setting("2w", "how far ahead tasks of weekly templates are created"),
    "horizon_monthly": Setting("2mo", "how far ahead tasks of monthly templates are created"),
    "horizon_yearly": Setting("1y", "how far ahead tasks of yearly templates are created"),
    "horizon_every": Setting("2 intervals", "how far ahead tasks of 'every N ...' templates are created"),
    "away_days": Setting(5, "days without an act of yours after which Today offers to sort what is late; 0: never"),
    "notify_window": Setting(60, "seconds in which notices for one person are gathered into one message"),
    "notify_timeout": Setting(30, "seconds after which a message is given up that a server does not take"),
    "bell": Setting(False, "whether the terminal rings when a notice comes that cannot wait"),
    "osc": Setting("off", "pop-ups of the terminal for such notices: off, 9, 777 or both, as the terminal knows them"),
    "date_events_checked": Setting("", "last day whose date events were looked at (kept by the engine)"),
}


def read(connection: sqlite3.Connection, key: str) -> Any:
    """The value of a known setting."""
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return json.loads(row[0]) if row else KNOWN[key].default


def read_all(connection: sqlite3.Connection) -> dict[str, Any]:
    """Every known setting with its value in force."""
    stored = dict(connection.execute("SELECT key, value FROM setting").fetchall())
    return {key: json.loads(stored[key]) if key in stored else known.default for key, known in KNOWN.items()}


def write(connection: sqlite3.Connection, key: str, value: Any) -> None:
    """Set a known key; the value must be of the kind of its default."""
    if key not in KNOWN:
        raise Refused(f"setting: {key!r} is not known; known are {', '.join(sorted(KNOWN))}.")
    expected = type(KNOWN[key].default)
    if type(value) is not expected:
        raise Refused(f"setting {key}: expected {_WORDS[expected]}, not {value!r}.")
    connection.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value",
        (key, json.dumps(value)),
    )


_WORDS = {bool: "true or false", int: "a whole number", str: "text"}
