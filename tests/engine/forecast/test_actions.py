"""A forecast plays triggers as the engine does: what they reset, tell and make, and what another would change."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.forecast import Forecast, Kind, Only, Wanted, compare_forecast, play
from engine.operations.registry import Act
from engine.operations.triggers import add, delete
from engine.queries.calendar_days import listed as agenda
from store import journal
from tests.engine.recurring_stage import at
from tests.engine.stage import ANA, contents
from tests.engine.triggers.schedule_stage import EARLY, Desk, new_desk, utc

ALL = Wanted(limit=0)
UNTIL = "2025-07-06T23:59"
DAYS = [f"2025-06-{day:02}T00:00" for day in range(3, 31)] + [f"2025-07-{day:02}T00:00" for day in range(1, 7)]


@pytest.fixture
def t(tmp_path: Path) -> Desk:
    """Labels that reset, remind, make tasks, move dates and put labels on."""
    t = new_desk(tmp_path)
    t.c.do("trigger install", EARLY, "weekly on Saturday", "remind 1 day before", "reopen 10 days after done")
    t.trigger("next week", "weekly sat 00:00", "move date: 7d", scope="label:weekly on Saturday")
    said = {"when": EARLY, "deadline": date(2025, 6, 7)}
    t.task("Bins", "weekly on Saturday", done="2025-06-02T09:30", **said)
    t.task("Fridge", "weekly on Saturday", **said)
    t.task("Rent", "remind 1 day before", "money", deadline=date(2025, 6, 20))
    t.task("Filter", "reopen 10 days after done", done="2025-06-02T14:00")
    t.c.do("trigger add", EARLY, "pay", "deadline reached", "create task: Check the bank", scope="label:money",
           deadline="2d")  # fmt: skip
    t.c.do("trigger add", EARLY, "chase", "created", "add label: new", scope="all", delay="1d")
    return t


def foretold(t: Desk, since: str = "2025-06-02T15:00", wanted: Wanted = ALL) -> Forecast:
    return play(t.c.path, at(since), at(UNTIL), wanted)


def rows(found: Forecast, *kinds: Kind) -> list[tuple[str, str, str]]:
    return [(utc(row.at), row.name, row.why) for row in found.rows if row.kind in kinds]


def test_what_is_foretold_is_what_the_engine_does(t: Desk) -> None:
    found = foretold(t)
    t.c.look(*DAYS, "2025-06-03T09:00", "2025-06-12T14:00")
    told = t.c.ask("SELECT at, subject FROM notification WHERE trigger_id IS NOT NULL ORDER BY id")
    assert [(when, name) for when, name, _ in rows(found, Kind.TOLD)] == [
        (utc(when), subject) for when, subject in told
    ]
    acted = t.c.ask(
        "SELECT t.name, count(DISTINCT p.act_id) FROM pending_action p JOIN trigger t ON t.id = p.trigger_id"
        " WHERE p.state = 'acted' AND p.act_id IS NOT NULL AND t.action <> 'notify' GROUP BY 1"
    )
    assert Counter(name for _, name, _ in rows(found, Kind.ACTED)) == Counter(dict(acted))
    assert set(dict(acted)) == {"weekly on Saturday", "next week", "reopen 10 days after done", "pay", "chase"}


def test_rows_name_what_is_touched(t: Desk) -> None:
    found = foretold(t)
    assert ("06-07 00:00", "weekly on Saturday", "reopen: Bins") in rows(found, Kind.ACTED)
    assert ("06-07 00:00", "next week", "move date: 7d: Bins, Fridge") in rows(found, Kind.ACTED)
    assert ("06-12 14:00", "reopen 10 days after done", "reopen: Filter") in rows(found, Kind.ACTED)
    assert rows(found, Kind.TOLD) == [
        ("06-19 00:00", "Rent is due 20 June 2025", "trigger remind 1 day before"),
    ]
    assert [(row.name, row.day) for row in found.rows if row.kind is Kind.TASK_CREATED] == [
        ("Check the bank", date(2025, 6, 20))
    ]


def test_tasks_that_are_moved_are_due_on_their_new_days(t: Desk) -> None:
    due = [(row.name, row.day) for row in foretold(t).rows if row.kind is Kind.TASK_DUE]
    assert ("Fridge", date(2025, 7, 12)) not in due
    assert ("Check the bank", date(2025, 6, 22)) in due
    assert ("Rent", date(2025, 6, 20)) in due


def test_the_store_is_not_touched_and_nothing_of_triggers_is_in_half_a_forecast(t: Desk) -> None:
    before = contents(t.c.path, revisions=True)
    assert not rows(foretold(t, wanted=Wanted(Only.RUNS, limit=0)), Kind.ACTED, Kind.TOLD)
    assert contents(t.c.path, revisions=True) == before
    assert t.c.ask("SELECT count(*) FROM notification") == [(0,)]


def test_another_trigger_says_what_it_would_change(t: Desk) -> None:
    def changed(change: Any) -> list[tuple[str, str, str]]:
        found = compare_forecast(t.c.path, change, at(UNTIL), at("2025-06-02T15:00"), ALL, journal.ENGINE)
        return [(str(row.change), str(row.kind), row.name) for row in found.rows]

    def adds(act: Act) -> None:
        add.__wrapped__(act, "sweep", "schedule: monthly 1 06:00", "reopen", scope="label:done things")  # type: ignore[attr-defined]

    t.task("Attic", "done things", done="2025-06-02T10:00")
    assert ("appears", "acted", "sweep") in changed(adds)
    gone = changed(lambda act: delete.__wrapped__(act, "remind 1 day before"))  # type: ignore[attr-defined]
    assert gone == [("goes", "told", "Rent is due 20 June 2025")]


def test_a_trigger_of_every_minute_ends_with_a_word_about_it(tmp_path: Path) -> None:
    t = new_desk(tmp_path)
    t.trigger("busy", "every 1 minute", scope="label:x")
    t.task("one", "x")
    found = play(t.c.path, at("2025-06-02T15:00"), datetime(2025, 6, 9, tzinfo=at(EARLY).tzinfo), ALL)
    assert any("triggers were played for" in words for words in found.assumed)


def test_the_agenda_lists_what_triggers_will_do_on_each_day(t: Desk) -> None:
    found = {each.day: each.reminders for each in agenda(ANA, at(EARLY), until=date(2025, 6, 20)).days}
    assert [(each.name, each.word) for each in found[date(2025, 6, 19)]] == [
        ("notify: Rent", "trigger remind 1 day before")
    ]
    assert ("reopen", "trigger weekly on Saturday") in [(each.name, each.word) for each in found[date(2025, 6, 7)]]
    assert ("reopen: Filter", "trigger reopen 10 days after done") in [
        (each.name, each.word) for each in found[date(2025, 6, 12)]
    ]
