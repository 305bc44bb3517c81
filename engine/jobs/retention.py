"""The run that forgets what is older than the settings keep it, and says how much that was."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from engine import forgetting
from engine.jobs.context import Context
from engine.rules.wording import count_of
from engine.workflows.forgetting import workflows
from store import settings
from store.connection import connect, in_words


def run(task: Mapping[str, Any], context: Context) -> dict[str, int]:
    """How many runs, log lines, journal acts, actions of triggers, messages, workflows and folders are gone."""
    store, now = Path(os.environ["TICKLER_STORE"]), int(os.environ["TICKLER_NOW"])
    with in_words(store), closing(connect(store)) as connection:
        kept = settings.read_all(connection)
        before = now - kept["keep_runs"] * forgetting.DAY

        def go_on(done: int) -> bool:
            context.progress(0, f"{done:,} so far")
            return not context.cancelled

        runs, lines = forgetting.runs(connection, before, kept["keep_last"], go_on)
        context.log.info(f"{count_of(runs, 'run')} that ended more than {kept['keep_runs']} days ago or were deleted")
        more = 0 if context.cancelled else forgetting.logs(connection, kept["log_total"], go_on)
        context.log.info(f"{count_of(lines + more, 'log line')}")
        flows, versions = (0, 0) if context.cancelled else _workflows(connection, now, kept["keep_workflows"], context)
        old = now - kept["keep_changes"] * forgetting.DAY
        acts = _all(forgetting.acts, connection, old, context)
        context.log.info(f"{count_of(acts, 'act')} of the journal older than {kept['keep_changes']} days")
        actions = _all(forgetting.decided, connection, old, context)
        messages = _all(forgetting.sent, connection, old, context)
        context.log.info(f"{count_of(actions, 'action')} of triggers and {count_of(messages, 'message')} as old")
        gone = forgetting.folders(connection, store)
        context.log.info(f"{count_of(gone, 'folder')} of files")
    return {
        "runs": runs,
        "log_lines": lines + more,
        "acts": acts,
        "actions": actions,
        "messages": messages,
        "folders": gone,
        "workflows": flows,
        "versions": versions,
    }


def _workflows(connection: Any, now: int, days: int, context: Context) -> tuple[int, int]:
    """Workflows that are gone, and versions of their definitions."""

    def go_on(done: int) -> bool:
        context.progress(0, f"{done:,} workflows so far")
        return not context.cancelled

    gone, versions = workflows(connection, now - days * forgetting.DAY, go_on)
    context.log.info(f"{count_of(gone, 'workflow')} that ended more than {days} days ago")
    context.log.info(f"{count_of(versions, 'version')} of definitions that no workflow follows")
    return gone, versions


def _all(forget: Callable[[Any, int], int], connection: Any, before: int, context: Context) -> int:
    """Batch by batch, until there is no more of it or somebody wants it to end."""
    total = 0
    while not context.cancelled and (done := forget(connection, before)):
        total += done
    return total
