"""`tickler engine --once` and the signs a daemon gives."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.operations import schedules
from store.enums import RunState
from store.instants import to_us
from tests.engine.engine_stage import add, daemon, is_alive, run_of, soon, states, texts, whole
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

CLOCK = SystemClock()


def tickler(store: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tickler", "--store", str(store), *words], capture_output=True, text=True, check=False
    )


def test_once_fires_what_is_due_then_and_waits_for_the_runs_it_started(desk: Path) -> None:
    at = datetime(2025, 6, 1, tzinfo=UTC)
    command = "sleep 0.2; echo attempt $TICKLER_ATTEMPT; exit 1"
    schedules.add(ANA, at, "nightly", spec="daily 03:00", command=command, max_retries=2)
    schedules.add(ANA, at, "later", spec="daily 09:00", command="true")
    done = tickler(desk, "engine", "--once", "--at", "2025-06-02T08:00Z")
    assert done.returncode == 0, done.stderr
    listed = json.loads(tickler(desk, "run", "list", "--schedule", "nightly", "--json").stdout)
    assert [(run["state"], run["attempts"], run["planned_at"]) for run in listed] == [
        ("pending", 1, "2025-06-02T03:00:00+00:00")
    ]
    assert texts(desk, listed[0]["id"], "stdout") == ["attempt 1"]
    moments = rows(desk, "SELECT claimed_at, started_at, finished_at FROM attempt")[0]
    eight = to_us(datetime(2025, 6, 2, 8, tzinfo=UTC))
    assert all(eight <= moment < eight + 60_000_000 for moment in moments)
    assert moments[2] - moments[1] >= 200_000
    later = tickler(desk, "run", "list", "--schedule", "later", "--json")
    assert [run["planned_at"] for run in json.loads(later.stdout)] == ["2025-06-01T09:00:00+00:00"]
    again = tickler(desk, "engine", "--once", "--at", "2025-06-02T08:00Z")
    assert again.returncode == 0
    assert rows(desk, "SELECT count(*) FROM run") == [(2,)]
    whole(desk)


def test_once_runs_more_than_there_are_places(desk: Path) -> None:
    for _ in range(25):
        add("true", now=to_us(datetime(2025, 6, 2, tzinfo=UTC)))
    assert tickler(desk, "engine", "--once", "--at", "2025-06-02T08:00Z").returncode == 0
    assert set(states(desk)) == {"succeeded"}


def test_once_is_refused_while_another_engine_is_active(desk: Path) -> None:
    with daemon(desk) as engine:
        refused = tickler(desk, "engine", "--once")
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"An engine is active: pid {engine.pid} on {os.uname().nodename} since ")
        assert len(refused.stderr.strip().splitlines()) == 1


def test_once_that_is_interrupted_stops_what_it_started(desk: Path) -> None:
    run = add("echo $$; exec sleep 300", now=CLOCK.now())
    with daemon(desk, "--once") as engine:
        soon(lambda: texts(desk, run, "stdout"))
        engine.send_signal(signal.SIGINT)
        assert engine.wait(15) == 0
    assert run_of(desk, run).state is RunState.CANCELLED
    assert not is_alive(int(texts(desk, run, "stdout")[0]))


def test_systemd_hears_that_it_is_ready_lives_and_stops(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(15)
        run = add("exec sleep 300", now=CLOCK.now())
        with daemon(desk) as engine:
            assert listener.recv(256) == b"READY=1"
            heard = set[bytes]()
            while not heard >= {b"WATCHDOG=1", b"STATUS=fires; 1 run at work"}:
                heard.add(listener.recv(256))
            engine.terminate()
            while listener.recv(256) != b"STOPPING=1":
                pass
            assert listener.recv(256).startswith(b"STATUS=stops; ")
            assert engine.wait(15) == 0
    assert run_of(desk, run).state is RunState.CANCELLED


def test_requests_of_other_processes_are_met_at_once(desk: Path) -> None:
    with daemon(desk):
        schedules.add(ANA, datetime.now(UTC), "job", spec="yearly 1 jan", command="true")
        assert tickler(desk, "schedule", "run", "job").returncode == 0
        soon(lambda: states(desk) == ["succeeded"])
    (waited,) = rows(desk, "SELECT a.claimed_at - r.created_at FROM run r JOIN attempt a ON a.run_id = r.id")[0]
    assert waited < 1_000_000
