"""I1, I2, I3 and I13: whatever happens to a schedule, each planned instant has one line and the cursor goes on."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import firing
from engine.operations import schedules as ops
from engine.rules.when import Rule
from engine.timing import rule_of
from store.database import transaction
from store.enums import Cause, Missed, Overlap
from store.instants import from_us, to_us
from store.reads import schedules as reads
from tests.engine.firing_stage import at, ended, started
from tests.engine.stage import ANA, desk

__all__ = ["desk"]

SPECS = (
    "cron: */20 * * * *", "every 90 minutes", "daily 02:30", "weekly mon,thu 09:00", "every 3 days",
    "every 1 minute",
)  # fmt: skip
BEGINS = ("2025-03-28T10:00:30", "2025-10-24T21:15:00", "2025-06-01T00:00:00")
WORDS = ("fire", "fire", "fire", "start", "end", "pause", "nap", "resume", "disable", "enable", "touch")


class Undone(Exception):
    """Ends the transaction of an example, so that the next one finds an empty store."""


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    spec=st.sampled_from(SPECS),
    zone=st.sampled_from(["UTC", "Europe/Brussels"]),
    begin=st.sampled_from(BEGINS),
    missed=st.sampled_from(Missed),
    overlap=st.sampled_from(Overlap),
    lateness=st.sampled_from([None, "30s", "2h", "2d"]),
    steps=st.lists(st.tuples(st.sampled_from(WORDS), st.integers(-20_000, 60_000)), min_size=1, max_size=12),
)
def test_I2_every_due_occurrence_is_one_line(
    desk: Path, spec: str, zone: str, begin: str, missed: Missed, overlap: Overlap, lateness: str | None,
    steps: list[tuple[str, int]],
) -> None:  # fmt: skip
    now = newest = at(begin)
    try:
        with transaction() as connection:
            made = ops.add(
                ANA, now, "job", spec=spec, zone=zone, command="true", missed=missed, overlap=overlap,
                max_lateness=lateness,
            )  # fmt: skip
            cursor = 0
            for step, seconds in steps:
                now += timedelta(seconds=seconds)
                newest = max(newest, now)
                do(connection, step, now)
                cursor = checked_cursor(connection, cursor)
            for step in ("resume", "enable", "fire"):
                do(connection, step, newest)
            check(connection, rule_of(made, connection), at(begin), newest)
            raise Undone
    except Undone:
        pass


def do(connection: sqlite3.Connection, step: str, now: datetime) -> None:
    """One thing that may happen to a schedule."""
    if step == "fire":
        firing.fire_due(connection, to_us(now))
        assert firing.fire_due(connection, to_us(now)).fired == 0
    elif step == "start":
        started(connection, now)
    elif step == "end":
        for (run_id,) in connection.execute("SELECT id FROM run WHERE state = 'running'").fetchall():
            ended(connection, run_id, now)
    elif step == "pause":
        ops.pause(ANA, now, "job", reason="x")
    elif step == "nap":
        ops.pause(ANA, now, "job", until=now + timedelta(hours=6))
    elif step == "touch":
        ops.edit(ANA, now, "job", description=f"touched {now}")
    elif step != "resume":
        {"disable": ops.disable, "enable": ops.enable}[step](ANA, now, "job")
    elif reads.page(connection)[0].pause_reason is not None:
        ops.resume(ANA, now, "job")


def checked_cursor(connection: sqlite3.Connection, before: int) -> int:
    """I13, and what comes next lies behind the cursor (of a paused one it is the end of the pause)."""
    cursor, next_at, pause = connection.execute("SELECT cursor_at, next_at, pause_reason FROM schedule").fetchone()
    assert cursor >= before
    assert next_at is None or next_at > cursor or pause is not None
    return int(cursor)


def check(connection: sqlite3.Connection, rule: Rule, begin: datetime, newest: datetime) -> None:
    """Every planned instant has one line, no line is off the grid, and all but a fired one say why.

    Each fired one has its run, and of the others those have one whose run never began.
    """
    lines = connection.execute("SELECT planned_at, until_at, count, state, run_id, cause FROM occurrence").fetchall()
    seen: list[datetime] = []
    for planned_at, until_at, count, state, run_id, cause in lines:
        first = from_us(planned_at)
        covered = rule.between(first - timedelta(seconds=1), from_us(until_at or planned_at), 1_000_000)
        assert (len(covered), covered[0]) == (count, first)
        assert state == "fired" or Cause(cause)
        assert run_id is not None or state != "fired"
        seen += covered
    assert sorted(seen) == list(rule.between(begin, newest, 1_000_000))
    fired = connection.execute("SELECT planned_at FROM occurrence WHERE run_id IS NOT NULL ORDER BY planned_at")
    made = connection.execute("SELECT planned_at FROM run ORDER BY planned_at")
    assert fired.fetchall() == made.fetchall()
    unbegun = (
        "SELECT count(*) FROM occurrence o JOIN run r ON r.id = o.run_id"
        " WHERE o.state <> 'fired' AND (r.state <> 'cancelled' OR r.attempts > 0)"
    )
    assert connection.execute(unbegun).fetchone() == (0,)
