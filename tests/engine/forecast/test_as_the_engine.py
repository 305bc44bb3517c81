"""A forecast is what the engine does: each store is foretold first and then played by a real engine, day by day."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from engine.clock import HandClock
from engine.engine import Engine
from engine.forecast import Forecast, Kind, Only, Wanted, play
from engine.operations import definitions, entities, schedules
from store.enums import Missed, Overlap
from store.instants import to_us
from tests.engine.recurring_stage import Chores, at, r
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk", "r"]

ALL = Wanted(limit=0)


def foretold(r: Chores, since: str, until: str, wanted: Wanted = ALL) -> Forecast:
    return play(r.path, at(since), at(until), wanted)


def plain(r: Chores) -> str:
    r.add("Water", "daily", "2025-03-25T09:00")
    r.add("Post", "weekly mon,thu 14:00", "2025-03-25T09:00", duration="2d")
    r.add("Report", "monthly last day", "2025-03-25T09:00")
    r.add("Filter", "every 10 days", "2025-03-25T09:00")
    return "2025-03-25T09:30"


def changed_clocks(r: Chores) -> str:
    r.set("zone", "Europe/Brussels")
    r.add("Ovens", "daily 02:30", "2025-03-25T09:00")
    r.add("Tills", "weekly sun 02:00", "2025-03-25T09:00", zone="America/New_York")
    return "2025-03-25T09:30"


def limited(r: Chores) -> str:
    r.add("Three", "daily", "2025-03-25T09:00", count=3)
    r.add("Ends", "weekly wed", "2025-03-25T09:00", end="2025-04-10")
    r.add("Skipped", "daily", "2025-03-25T09:00", horizon="3d")
    r.skip("Skipped", "2025-04-02", "2025-03-25T09:00", "closed")
    r.add("Rested", "daily", "2025-03-25T09:00")
    r.do("template pause", "2025-03-25T09:10", "Rested", "on holiday", until=at("2025-04-05T00:00"))
    r.add("After", "every! 5 days", "2025-03-25T09:00")
    return "2025-03-25T09:30"


def after_an_absence(r: Chores) -> str:
    r.add("Water", "daily", "2025-02-01T09:00")
    r.add("All", "weekly mon", "2025-02-01T09:00", missed="run_all")
    r.look("2025-02-01T10:00")
    return "2025-03-25T09:30"


def rolled(r: Chores) -> str:
    r.do("calendar add", "2025-03-25T09:00", "Belgium", country="BE")
    r.add("Rent", "monthly 1", "2025-03-25T09:00", calendar="Belgium", roll="next")
    r.add("Talk", "weekly mon", "2025-03-25T09:00", calendar="Belgium", roll="skip")
    return "2025-03-25T09:30"


def dates_of_things(r: Chores) -> str:
    when = at("2025-03-25T09:00")
    definitions.add_class(ANA, when, "stay", ("quote", "confirmed"), ("date_from",))
    definitions.add_event(ANA, when, "stay", "week before", None, "date_from", "-7d")
    definitions.add_event(ANA, when, "stay", "days before", None, "date_from", "-3bd")
    definitions.add_event(ANA, when, "stay", "start", None, "date_from", "0d")
    definitions.add_model(ANA, when, "stay", "Call", "week before", "days before")
    definitions.add_model(ANA, when, "stay", "Keys", "days before", "start")
    for number, day in enumerate(("2025-04-05", "2025-04-21", "2025-03-20")):
        entities.add(ANA, when, "stay", str(number), f"date_from={day}")
    return "2025-03-25T09:30"


def leap_day(r: Chores) -> str:
    r.add("Leap", "yearly 29 feb skip", "2028-02-10T09:00")
    r.add("Thirty", "monthly 30 clamp", "2028-02-10T09:00")
    return "2028-02-10T09:30"


STORES: list[Callable[[Chores], str]] = [
    plain, changed_clocks, limited, after_an_absence, rolled, dates_of_things, leap_day,
]  # fmt: skip


@pytest.mark.parametrize("build", STORES, ids=lambda build: build.__name__)
def test_tasks_are_those_that_the_engine_makes(r: Chores, build: Callable[[Chores], str]) -> None:
    since = build(r)
    until = f"{at(since) + timedelta(days=30):%Y-%m-%dT23:00}"
    before = {number for (number,) in r.ask("SELECT id FROM task")}
    foretell = foretold(r, since, until, Wanted(Only.TASKS, limit=0))
    played(r, since, until)
    made = r.ask("SELECT id, created_at, name, deadline_date FROM task WHERE superseded_at IS NULL")
    assert created(foretell) == sorted((name, due) for number, _, name, due in made if number not in before)
    ends = at(until).date().isoformat()
    assert due(foretell) == sorted((name, day) for _, _, name, day in made if day and since[:10] <= day <= ends)
    lines = r.ask("SELECT s.name, o.planned_at, o.state FROM occurrence o JOIN schedule s ON s.id = o.schedule_id")
    assert left_out(foretell) == Counter(
        (name, state) for name, planned, state in lines if state != "fired" and planned <= to_us(at(until))
    )
    assert foretell.rows


def test_runs_are_those_that_the_engine_plans(r: Chores) -> None:
    since, until = "2025-03-25T09:30", "2025-04-14T23:00"
    r.set("zone", "Europe/Brussels")
    jobs(at("2025-03-25T09:00"))
    foretell = foretold(r, since, until, Wanted(Only.RUNS, limit=0))
    played(r, since, until)
    found = r.ask(
        "SELECT s.name, o.planned_at, o.state FROM occurrence o JOIN schedule s ON s.id = o.schedule_id"
        " WHERE o.planned_at > ?",
        to_us(at(since)),
    )
    told = {Kind.RUN: "fired", Kind.SKIPPED: "skipped"}
    foretells = [(row.name, int(row.at), told[row.kind]) for row in foretell.rows if row.kind in told]
    assert sorted(foretells) == sorted((name, planned, state) for name, planned, state in found)
    ends = [(row.name, row.why) for row in foretell.rows if row.kind is Kind.ENDED]
    assert sorted(ends) == [("ends", "the last before its end"), ("three", "the last of 3 times")]


def jobs(when: datetime) -> None:
    """Jobs that end, are paused, left out and moved, over a clock change."""
    usual: dict[str, Any] = {"controller": "shell", "command": "true", "overlap": Overlap.ALLOW}
    usual["missed"] = Missed.RUN_ALL
    schedules.add(ANA, when, "gap", "cron: 30 2 * * *", **usual)
    schedules.add(ANA, when, "three", "daily 05:00", count=3, **usual)
    schedules.add(ANA, when, "ends", "weekly mon,fri 06:00", end="2025-04-05", **usual)
    schedules.add(ANA, when, "left out", "daily 07:00", exclude=(date(2025, 4, 2),), **usual)
    schedules.add(ANA, when, "working", "daily 08:00", roll="skip", **usual)
    schedules.add(ANA, when, "paused", "daily 09:00", **usual)
    schedules.pause(ANA, when, "paused", "disk move", until=datetime(2025, 4, 3, tzinfo=when.tzinfo))


def played(r: Chores, since: str, until: str) -> None:
    """A real engine at work from one moment to the other, stepped whenever it asks to be, within a day."""
    clock = HandClock(to_us(at(since)))
    engine = Engine(clock, "test", say=r.said.append)
    engine.open()
    end = to_us(at(until))
    try:
        while True:
            again = engine.step(clock.now())
            while again <= clock.now():
                again = engine.step(clock.now())
            if clock.now() >= end:
                return
            # The beat of every second is left out: half a day, or what is due before.
            half = clock.now() + 12 * 3600 * 1_000_000
            due = [row[0] for row in rows(r.path, _AHEAD, clock.now(), clock.now()) if row[0] is not None]
            clock.turn((min(end, half, *due) - clock.now()) / 1_000_000)
    finally:
        engine.close()


_AHEAD = """
SELECT min(wake_at) FROM template WHERE wake_at > ?
UNION ALL SELECT min(next_at) FROM schedule WHERE action = 'run' AND next_at > ?
"""


def created(found: Forecast) -> list[tuple[str, str | None]]:
    """(name, due day) of what appears."""
    return sorted((row.name, _day(row.why)) for row in found.rows if row.kind is Kind.TASK_CREATED)


def _day(why: str) -> str:
    """`2025-04-04` of `due Fri 4 Apr 2025; ...`"""
    words = " ".join(re.split("[ ;]", why)[1:5])
    return datetime.strptime(f"{words} +0000", "%a %d %b %Y %z").date().isoformat()


def due(found: Forecast) -> list[tuple[str, str]]:
    return sorted((row.name, row.day.isoformat()) for row in found.rows if row.kind is Kind.TASK_DUE)


def left_out(found: Forecast) -> Counter[tuple[str, str]]:
    """How many of each template were skipped, missed or merged."""
    many = Counter[tuple[str, str]]()
    for row in found.rows:
        if row.kind in (Kind.SKIPPED, Kind.MISSED, Kind.MERGED):
            many[str(row.template), str(row.kind)] += row.count
    return many
