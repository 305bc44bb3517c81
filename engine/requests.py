"""Making a run: somebody or something asks for a controller to be executed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from engine.rules.retries import BACKOFF, BACKOFF_LIMIT
from store import settings
from store.enums import Category

DEFAULT_TIMEOUT = 3600


def request(
    connection: sqlite3.Connection,
    now: int,
    *,
    name: str,
    controller: str,
    params: Mapping[str, Any],
    dedupe_key: str | None = None,
    schedule_id: int | None = None,
    planned_at: int | None = None,
    retry_of: int | None = None,
    creator_id: int | None = None,
    is_exclusive: bool = False,
    timeout: int = DEFAULT_TIMEOUT,
    max_retries: int = 0,
    backoff: int = BACKOFF,
    backoff_limit: int = BACKOFF_LIMIT,
    slot: str | None = None,
    slot_places: int = 1,
    available_at: int | None = None,
    not_after: int | None = None,
) -> int | None:
    """Add a pending run inside the running transaction; its id, None if `dedupe_key` made it already.

    Instants in microseconds UTC, lengths of time in seconds. It starts at `available_at` (now if None) at the
    earliest and is cancelled as expired if it has not begun by `not_after`. Of a person if it has a creator,
    else of the system.
    """
    rows = connection.execute(
        "INSERT INTO run (dedupe_key, name, schedule_id, planned_at, retry_of, controller, params, category,"
        " creator_id, is_exclusive, timeout, max_attempts, available_at, not_after, created_at, log_backend,"
        " backoff, backoff_limit, slot, slot_places)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (dedupe_key) DO NOTHING RETURNING id",
        (
            dedupe_key, name, schedule_id, planned_at, retry_of, controller,
            json.dumps(dict(params), ensure_ascii=False, sort_keys=True),
            Category.SYSTEM if creator_id is None else Category.USER,
            creator_id, int(is_exclusive), timeout, 1 + max_retries,
            now if available_at is None else available_at, not_after, now,
            settings.read(connection, "task_log_storage_backend"), backoff, backoff_limit, slot, slot_places,
        ),
    ).fetchall()  # fmt: skip
    return int(rows[0][0]) if rows else None
