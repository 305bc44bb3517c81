"""What reads of runs return; to be imported from `store.values`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.enums import Category, Level, RunState
from store.frozen import value
from store.instants import Instant


@value
class Run:
    """One execution of a controller. `reason` says why it waits or how it ended.

    `progress` is in per cent, `progress_rate` how fast it goes in words, `result` what its code returned, `artifacts`
    how many files it handed over.
    """

    id: int
    name: str
    schedule_id: int | None
    schedule: str | None
    planned_at: Instant | None
    retry_of: int | None
    controller: str
    params: Mapping[str, Any]
    category: Category
    creator: str
    state: RunState
    reason: str | None
    progress: int
    progress_text: str
    is_exclusive: bool
    timeout: int
    attempts: int
    max_attempts: int
    available_at: Instant
    pid: int | None
    exit_code: int | None
    error: str | None
    cancel_requested_at: Instant | None
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    log_backend: str
    log_lines: int
    log_errors: int
    dropped_lines: int
    dropped_bytes: int
    progress_at: Instant | None = None
    progress_rate: str = ""
    result: Any = None
    artifacts: int = 0


@value
class Artifact:
    """A file that a run handed over: its size in bytes, and where it lies in the store's folder of files."""

    id: int
    run_id: int
    name: str
    size: int
    file: str
    created_at: Instant


@value
class Attempt:
    """One try of a run."""

    number: int
    fence: int
    state: RunState
    pid: int | None
    claimed_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    exit_code: int | None
    error: str | None


@value
class LogLine:
    """One line that a run wrote; `seq` counts from 1 without gaps."""

    seq: int
    attempt: int
    at: Instant
    stream: str
    level: Level
    text: str
