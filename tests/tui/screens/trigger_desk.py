"""A desk with triggers of every kind, with actions that wait and some that were decided."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from engine.operations import labels, lists, tasks, triggers
from engine.triggers.look import decide_due
from store.database import transaction
from store.instants import to_us
from tests.desk import Desk, stays
from tests.tui.screens.stage import NOW

LONG = "買い物 🛒 [b]not bold[/b] " * 12
"""A name that is too long, too wide, and looks like markup."""


def store_with_triggers(path: Path) -> Desk:
    """Tasks with labels in lists; a schedule, a reminder, a chain at once, one paused, one off, one that is broken."""
    desk = stays(path)
    then = desk.at("2025-06-10T08:00")
    lists.add(desk.ana, then, "house/garden")
    for name in ("weekly on Saturday", "urgent", "home"):
        labels.add(desk.ana, then, name)
    make = triggers.add
    make(desk.ana, then, "every Saturday", "schedule: weekly sat 00:00", "reopen", scope="label:weekly on Saturday")
    make(desk.ana, then, "remind of bills", "deadline reached", "notify: bill is due", delay="-1d", scope="label:home")
    make(desk.ana, then, "clean up", "completed", "delete", delay="10d", scope="list:house")
    make(desk.ana, then, "tell of everything new", "created", "notify", condition="p1", to="owner")
    make(desk.ana, then, "mark urgent", "label added: urgent", "add label: home", scope="label:urgent")
    make(desk.ana, then, "water again", "completed", "reopen", delay="3d", scope="list:house/garden")
    make(desk.ana, then, "stay confirmed", "status: confirmed", "create task: Call them", scope="class:stay")
    make(desk.ana, then, "not yet", "deleted", "notify: it is gone", scope="user:Ana", disabled=True)
    add = tasks.add
    add(desk.ana, then, "Bins", label=("weekly on Saturday",), deadline=date(2025, 6, 14), list="house")
    add(desk.ana, then, "Pay the rent", label=("home",), deadline=date(2025, 6, 20))
    add(desk.ana, then, "Water the roses", list="house/garden", deadline=date(2025, 6, 13))
    add(desk.ana, then, LONG, label=("home",), deadline=date(2025, 6, 22))
    rows = desk.rows("SELECT id FROM task WHERE name IN ('Water the roses', 'Bins') ORDER BY id")
    tasks.done(desk.ana, desk.at("2025-06-11T09:00"), *(row[0] for row in rows))
    decided(desk, "2025-06-14T18:00")
    tasks.done(desk.ana, desk.at("2025-06-15T09:00"), rows[1][0])
    triggers.pause(desk.ana, desk.at("2025-06-15T10:00"), "mark urgent", "too many of them")
    with transaction() as connection:
        connection.execute("UPDATE \"trigger\" SET error = 'stopped: it set itself off' WHERE name = 'water again'")
    return desk


def decided(desk: Desk, at: str) -> None:
    """What the engine does with all that is due by then."""
    with transaction() as connection:
        while decide_due(connection, to_us(desk.at(at))):
            pass


__all__ = ["LONG", "NOW", "decided", "store_with_triggers"]
