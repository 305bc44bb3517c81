"""Housekeeping."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from engine.chores import Chores
from engine.clock import HandClock
from engine.forgetting import acts, decided, sent
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


def test_what_triggers_decided_and_what_was_sent_is_forgotten_and_what_is_to_come_stays(desk: Path) -> None:
    old, young = NOW - 401 * DAY, NOW - 399 * DAY
    with closing(connect(desk)) as connection:
        connection.execute("INSERT INTO user (id, name) VALUES (70, 'zoe')")
        connection.execute(
            'INSERT INTO "trigger" (id, name, scope, event, action, checksum, created_at)'
            " VALUES (1, 'a', 'all', 'completed', 'reopen', 'x', 0)"
        )
        connection.execute(
            "INSERT INTO notification (id, at, kind, severity, subject, dedupe_key)"
            " VALUES (9, ?, 'trigger', 'notice', '', 'k')",
            (old,),
        )
        connection.executemany(
            "INSERT INTO pending_action (trigger_id, subject, due_at, made_at, state, decided_at)"
            " VALUES (1, ?, ?, 0, ?, ?)",
            [
                ("acted", old, "acted", old), ("withdrawn", old, "withdrawn", old), ("young", old, "acted", young),
                ("cancelled", NOW + DAY, "withdrawn", old), ("waiting", old, "waiting", None),
            ],
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO delivery (notification_id, user_id, channel, state, made_at, due_at)"
            " VALUES (9, 70, ?, ?, ?, ?)",
            [("sent", "sent", old, old), ("young", "sent", young, young), ("waiting", "waiting", old, old)],
        )
        assert [decided(connection, NOW - 400 * DAY) for _ in range(2)] == [2, 0]
        assert [sent(connection, NOW - 400 * DAY) for _ in range(2)] == [1, 0]
    left = rows(desk, "SELECT subject FROM pending_action ORDER BY id")
    assert left == [("young",), ("cancelled",), ("waiting",)]
    assert rows(desk, "SELECT channel FROM delivery ORDER BY id") == [("young",), ("waiting",)]
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
