"""A store in which everything that has words has hostile ones, and what of them must not reach a terminal."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.tui.hostile import HOSTILE
from tests.tui.terminal.stage import small_store

MARKUP = "[/b] a[0] [TODO] [@click=app.quit]x[/] [bold [/"
WORST = (
    f"{MARKUP} \x1b[2J\x1b]0;title\x07\x1b]52;c;cm0=\x07\x1b]8;;http://x\x1b\\\x1bPq\x1b\\\x1b_a\x1b\\\x1b^p\x1b\\\x1bc"
    "\x1b[?25l\x1b[?1049h\x9b2J\x9d0;t\x9c\x90q\x9c\r\n\x08\x0e\x0f\u202eevil\u2066\u200b"
)
"""All of it in one name."""

_NOW = 1_900_000_000_000_000
_TEXTS = tuple(text.replace("\0", "\x01").encode("utf-8", "ignore").decode() for text in (WORST, *HOSTILE))

ROWS = len(_TEXTS)

_TASK = (
    "INSERT INTO task (name, notes, tasks_group_name, visible_date, deadline_date, object_class, object_id, created_at)"
    " VALUES (?, ?, ?, '2025-01-01', '2025-01-02', 'evil', ?, 0)"
)
_SCHEDULE = (
    "INSERT INTO schedule (name, description, spec, zone, anchor_at, controller, params, pause_reason, error,"
    " created_at, cursor_at) VALUES (?, ?, 'daily 02:30', 'UTC', 0, 'shell', ?, ?, ?, 0, ?)"
)
_RUN = (
    "INSERT INTO run (name, controller, params, state, reason, progress_text, error, available_at, created_at,"
    " started_at, finished_at, log_lines, log_errors)"
    " VALUES (?, 'shell', ?, 'failed', ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LINE = "INSERT INTO log_line (run_id, seq, attempt, at, stream, level, text) VALUES (?, ?, 1, ?, 'out', ?, ?)"


def evil_store(path: Path) -> Path:
    """Names, notes, groups, statuses, fields, attributes, teams, people, reasons, errors, commands, log lines."""
    small_store(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        fields = ["date_from", *(f"{text[:40]}{index}" for index, text in enumerate(_TEXTS[:6]))]
        connection.execute(
            "INSERT INTO entity_class (name, statuses, date_fields) VALUES ('evil', ?, ?)",
            (json.dumps([text[:200] for text in _TEXTS]), json.dumps(fields)),
        )
        for index, text in enumerate(_TEXTS):
            _fill(connection, index, text, fields)
    return path


def _fill(connection: sqlite3.Connection, index: int, text: str, fields: list[str]) -> None:
    team = connection.execute("INSERT INTO team (name) VALUES (?)", (f"{text}{index}",)).lastrowid
    user = connection.execute("INSERT INTO user (name, full_name) VALUES (?, ?)", (f"{text}{index}", text)).lastrowid
    connection.execute(
        "INSERT INTO entity (object_class, object_id, name, status, team_id, dates, attributes, created_at)"
        " VALUES ('evil', ?, ?, ?, ?, ?, ?, 0)",
        (f"{index}{text[:60]}", text, text, team, json.dumps(dict.fromkeys(fields, "2031-01-02")),
         json.dumps({text[:60]: text})),
    )  # fmt: skip
    task = connection.execute(_TASK, (text, f"{text}\n{text}", text, f"{index}{text[:60]}")).lastrowid
    connection.execute("INSERT INTO task_assignee (task_id, user_id) VALUES (?, ?)", (task, user))
    params, is_broken, is_paused = json.dumps({"command": text}), index % 3 == 1, index % 3 == 0
    connection.execute(
        _SCHEDULE,
        (f"{text}{index}", text, params, text if is_paused else None, text if is_broken else None, _NOW),
    )
    lines = ROWS if not index else 8
    run = connection.execute(
        _RUN, (text, params, text, text, text, _NOW, _NOW, _NOW, _NOW, lines, lines // 2)
    ).lastrowid
    for seq in range(1, lines + 1):
        connection.execute(_LINE, (run, seq, _NOW, 40 if seq % 2 else 20, _TEXTS[(index + seq - 1) % ROWS]))


_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[P_^X].*?(?:\x1b\\|\Z)|.)?", re.S)
_PAINT = re.compile(r"\x1b\[(?:[0-9;]{0,80}m|[0-9]+;[0-9]+H|\?2026[hl])|\x1b\]22;[a-z]+\x07")
"""Colours, places, the begin and end of a frame, the shape of the mouse pointer."""
_NEVER = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def orders(raw: bytes) -> Counter[str]:
    """What the terminal was told to do, beside painting characters in colours at places."""
    found = Counter(each for each in _SEQUENCE.findall(raw.decode()) if not _PAINT.fullmatch(each))
    found.update(_NEVER.findall(_SEQUENCE.sub("", raw.decode())))
    return found
