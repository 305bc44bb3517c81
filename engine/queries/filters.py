"""Saved filters with the count of what matches now."""

from __future__ import annotations

import sqlite3
from datetime import date

from engine.filtering import understand
from engine.operations.registry import Look, query
from engine.rules.errors import BadValue
from store.enums import TaskView
from store.frozen import value
from store.reads import filters as reads
from store.reads import task_finding, tasks
from store.reads.task_moments import Moment, moment_of
from store.values import SavedFilter


@value
class FilterCount:
    """A saved filter, and how many tasks match it now; `error` says why that cannot be told."""

    id: int
    name: str
    text: str
    matches: int | None
    error: str | None
    position: int
    rev: int


@query("filter list")
def filters(look: Look) -> tuple[FilterCount, ...]:
    """List the saved filters, with how many tasks match each now."""
    found = reads.listed(look.connection)
    return tuple(counted(look.connection, each, look.moment, look.actor.name) for each in found)


def counted(connection: sqlite3.Connection, saved: SavedFilter, now: date | Moment, me: str) -> FilterCount:
    """How many tasks it matches: those of the view that it names, else those that wait. Not for a screen's thread."""
    matches, error = None, None
    try:
        sought = understand(connection, saved.text, now, me)
    except BadValue as fault:
        error = str(fault)
    else:
        sift = task_finding.found(connection, sought.sift)
        sections = tasks.view(sought.view or TaskView.WAITING, moment_of(now).day)
        matches = sum(tasks.count(connection, section, sift) for section in sections)
    return FilterCount(saved.id, saved.name, saved.text, matches, error, saved.position, saved.rev)
