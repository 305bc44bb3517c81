"""Housekeeping."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from engine.chores import Chores
from engine.clock import HandClock
from engine.forgetting import acts
from engine.node import Node, tidy
from store import journal
from store.connection import connect
from store.enums import NodeState
from store.instants import Instant
from tests.engine.engine_stage import NOW, whole
from tests.engine.stage import desk, rows

__all__ = ["desk"]

DAY = 86_400_000_000


def test_write_ahead_log_is_folded_in_when_it_has_grown(desk: Path) -> None:
    chores = Chores(desk, HandClock(NOW))
    log = desk.with_name("desk.db-wal")
    with closing(connect(desk)) as connection:
        assert not chores.checkpoint()
        connection.execute("CREATE TABLE ballast (text TEXT)")
        connection.execute("INSERT INTO ballast VALUES (zeroblob(17 << 20))")
        before = desk.stat().st_size
        assert log.stat().st_size > 16 << 20
        assert chores.checkpoint()
        assert desk.stat().st_size > before + (16 << 20)
        assert not chores.checkpoint()
        connection.execute("DROP TABLE ballast")
        assert chores.checkpoint()
    chores.close()
    whole(desk)


def test_idle_engine_folds_a_smaller_log_in(desk: Path) -> None:
    chores = Chores(desk, HandClock(NOW))
    with closing(connect(desk)) as connection:
        connection.execute("CREATE TABLE ballast (text TEXT)")
        connection.execute("INSERT INTO ballast VALUES (zeroblob(2 << 20))")
        assert not chores.checkpoint()
        chores.run(is_idle=True)
        assert chores.checkpoint()
    chores.close()


def test_only_acts_beyond_what_is_kept_are_forgotten_a_batch_at_a_time(desk: Path) -> None:
    with closing(connect(desk)) as connection:
        connection.execute("DELETE FROM act")
        connection.execute("BEGIN")
        for number in range(700):
            act = journal.begin(connection, NOW - 401 * DAY + number, journal.ENGINE, "test")
            connection.execute("INSERT INTO team (name) VALUES (?)", (f"team {number}",))
        kept = journal.begin(connection, NOW - 399 * DAY, journal.ENGINE, "undo")
        connection.execute("UPDATE act SET undoes_id = ? WHERE id = ?", (act, kept))
        connection.execute("UPDATE act SET undone_by_id = ? WHERE id = ?", (kept, act))
        connection.execute("COMMIT")
    with closing(connect(desk)) as connection:
        assert [acts(connection, NOW - 400 * DAY) for _ in range(3)] == [500, 200, 0]
    assert rows(desk, "SELECT id, undoes_id FROM act") == [(kept, None)]
    assert rows(desk, "SELECT count(*) FROM change") == [(0,)]
    assert rows(desk, "SELECT count(*) FROM team") == [(700,)]
    whole(desk)


def test_chores_that_are_runs_are_asked_for_once_in_their_time_by_any_number_of_engines(desk: Path) -> None:
    clock = HandClock(NOW)
    chores = Chores(desk, clock)
    assert chores.ask_for_runs() == ["retention", "integrity", "backup"]
    assert chores.ask_for_runs() == []
    assert Chores(desk, clock).ask_for_runs() == []
    clock.turn(86_400)
    assert chores.ask_for_runs() == ["retention", "backup"]
    assert rows(desk, "SELECT DISTINCT category, creator_id, state FROM run") == [("system", None, "pending")]
    clock.turn(6 * 86_400)
    assert "integrity" in chores.ask_for_runs()


def test_engines_that_ended_long_ago_are_forgotten_and_silent_standbys_closed(desk: Path) -> None:
    nodes = [Node("test") for _ in range(4)]
    states = (NodeState.STOPPED, NodeState.STOPPED, NodeState.STANDBY, NodeState.STANDBY)
    ages = (8 * DAY, 6 * DAY, 61_000_000, 1_000_000)
    with closing(connect(desk)) as connection:
        for node, state, age in zip(nodes, states, ages, strict=True):
            node.say(connection, Instant(NOW - age), state)
        tidy(connection, NOW)
    found = dict(rows(desk, "SELECT id, state FROM node"))
    assert found == {nodes[1].name: "stopped", nodes[2].name: "stopped", nodes[3].name: "standby"}
