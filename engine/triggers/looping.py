"""Which triggers of a store would go round with one: asked before it is saved, shown when it is."""

from __future__ import annotations

import sqlite3

from engine.rules.triggers.cycles import Link, loop, warning
from engine.triggers.live import Live, at_work, one
from store.enums import OF_TASKS, Scope, TriggerEvent


def loop_warning(connection: sqlite3.Connection, live: Live) -> str:
    """What is to be feared of it beside those that are at work; empty if nothing."""
    if live.event not in OF_TASKS:
        return ""
    others = (link_of(each) for each in at_work(connection) if each.id != live.id and each.event in OF_TASKS)
    return warning(loop(link_of(live), others))


def loop_of(connection: sqlite3.Connection, trigger_id: int) -> str:
    """The same of one that is stored; one that is off goes round with nobody."""
    live = one(connection, trigger_id)
    return "" if live is None else loop_warning(connection, live)


def link_of(live: Live) -> Link:
    """The trigger as a link of a chain."""
    label = int(live.event_value) if live.event is TriggerEvent.LABEL and live.event_value is not None else None
    if live.event is TriggerEvent.LABEL and label is None and live.scope is Scope.LABEL:
        label = live.scope_id
    return Link(live.name, live.scope, live.scope_id, live.event, label, live.delay, live.action, live.params)
