"""Several engines for one store, in processes of their own."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from engine.blockers import blocker
from engine.clock import SystemClock
from engine.operations import schedules
from engine.operations.settings import set_setting
from store.connection import connect
from store.enums import RunState
from store.instants import SECOND, from_us
from store.reads.pulse import pulse
from tests.engine.engine_stage import Stage, add, daemon, is_alive, node_of, run_of, soon, states, texts, whole
from tests.engine.stage import ANA, desk, rows

__all__ = ["desk"]

CLOCK = SystemClock()


def test_one_fires_others_stand_by_and_take_over_within_a_second_of_a_kill(desk: Path) -> None:
    run = add("sleep 300", now=CLOCK.now())
    took = []
    with daemon(desk) as first, daemon(desk) as second, daemon(desk) as third:
        assert [node_of(desk, each.pid) for each in (first, second, third)] == ["active", "standby", "standby"]
        soon(lambda: run_of(desk, run).state is RunState.RUNNING)
        others = {second.pid, third.pid}
        for dies in (first, second):
            dies.kill()
            dies.wait()
            took.append(soon(lambda: any(node_of(desk, pid) == "active" for pid in others)))
            (active,) = (pid for pid in others if node_of(desk, pid) == "active")
            assert node_of(desk, first.pid) == "stopped"
            if active == second.pid:
                others.discard(second.pid)
            else:
                break
        soon(lambda: run_of(desk, run).state is RunState.LOST)
        for each in (second, third):
            each.terminate()
        said = "".join(each.communicate()[1] for each in (second, third))
    assert min(took) < 1.0
    assert f"took over from pid {first.pid}, which ended without saying so" in said
    assert f"standby: the engine is pid {first.pid}" in said
    whole(desk)


def test_stop_in_good_order_ends_jobs_and_says_so(desk: Path) -> None:
    run = add("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done", now=CLOCK.now())
    with daemon(desk) as engine:
        soon(lambda: "up" in texts(desk, run))
        engine.send_signal(signal.SIGHUP)
        assert engine.wait(15) == 0
    found = run_of(desk, run)
    assert (found.state, found.reason) == (RunState.CANCELLED, "stopped with the engine")
    assert "bye" in texts(desk, run)
    assert rows(desk, "SELECT state FROM node") == [("stopped",)]
    assert not list(desk.with_name("desk.db.runs").iterdir())
    with closing(connect(desk, read_only=True)) as connection:
        assert pulse(connection, CLOCK.now()).engine is None


def test_killed_engine_takes_its_jobs_with_it_and_others_are_told(desk: Path) -> None:
    set_setting(ANA, from_us(CLOCK.now()), "cancel_grace", "1")
    run = add("trap '' TERM; echo $$; while :; do sleep 0.05; done", now=CLOCK.now())
    with daemon(desk) as engine:
        soon(lambda: texts(desk, run, "stdout"))
        child = int(texts(desk, run, "stdout")[0])
        engine.kill()
        engine.wait()
    assert soon(lambda: not is_alive(child)) < 1 + 2
    with closing(connect(desk, read_only=True)) as connection:
        at = CLOCK.now()
        assert pulse(connection, at).engine is not None
        later = pulse(connection, type(at)(at + 20 * SECOND))
        assert later.engine is None
        assert later.running == 1


def test_engine_and_supervisor_killed_together_leave_no_survivor(desk: Path) -> None:
    run = add("trap '' TERM; sleep 300 & echo $! $$; wait; sleep 300", now=CLOCK.now())
    with daemon(desk) as engine:
        soon(lambda: texts(desk, run, "stdout"))
        pids = [int(pid) for pid in texts(desk, run, "stdout")[0].split()]
        supervisor = parent_of(pids[1])
        for victim in (supervisor, engine.pid):
            signal_now(victim)
        engine.wait()
    soon(lambda: not is_alive(supervisor))
    assert all(is_alive(pid) for pid in pids)
    with Stage(desk, CLOCK) as stage:
        (over,) = stage.over(run)
    assert (over.state, over.reason) == (RunState.LOST, "the engine and its supervisor died while it ran")
    assert not any(is_alive(pid) for pid in pids)
    words = next(line for line in texts(desk, run) if line.startswith("killed what outlived the engine"))
    assert all(str(pid) in words for pid in pids)


def test_after_a_restart_of_the_machine_no_pid_is_touched(desk: Path) -> None:
    run = add("echo $$; exec sleep 300", now=CLOCK.now())
    with daemon(desk) as engine:
        soon(lambda: texts(desk, run, "stdout"))
        pid = int(texts(desk, run, "stdout")[0])
        for victim in (parent_of(pid), engine.pid):
            signal_now(victim)
        engine.wait()
    try:
        (journal,) = desk.with_name("desk.db.runs").glob("*.jsonl")
        journal.write_text(journal.read_text().replace('"boot":"', '"boot":"another '))
        with closing(connect(desk)) as connection:
            connection.execute("UPDATE node SET boot_id = 'another'")
        with Stage(desk, CLOCK) as stage:
            (over,) = stage.over(run)
        assert (over.state, over.reason) == (RunState.LOST, "the machine was restarted while it ran")
        assert is_alive(pid)
    finally:
        signal_now(pid)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def signal_now(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_engine_stopped_inside_a_transaction_is_named_by_those_it_blocks(desk: Path) -> None:
    add("true", now=CLOCK.now())
    with daemon(desk, crash_at="stop:claimed", wait=False) as engine:
        soon(lambda: Path(f"/proc/{engine.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T")
        assert blocker(desk) == f"process {engine.pid}, which is stopped"
        engine.send_signal(signal.SIGCONT)
        soon(lambda: states(desk) == ["succeeded"])
    assert blocker(desk) == "another process"


def peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def test_flood_takes_little_memory_of_the_engine(desk: Path) -> None:
    with daemon(desk) as engine:
        quiet = add("seq 1 1000", now=CLOCK.now())
        soon(lambda: run_of(desk, quiet).finished_at)
        before = peak_mb(engine.pid)
        flood = add("yes 'a line of text as programs print it all day long' | head -c 200000000", now=CLOCK.now())
        soon(lambda: run_of(desk, flood).finished_at, 60)
        assert peak_mb(engine.pid) - before < 50
    assert run_of(desk, flood).state is RunState.SUCCEEDED


@pytest.mark.slow
def test_many_kills_lose_nothing_and_run_nothing_twice(desk: Path) -> None:
    seed = random.randrange(1 << 30)
    dice = random.Random(seed)
    ledger = desk.with_name("ledger")
    began = CLOCK.now()
    command = f"echo $TICKLER_RUN_ID >> {ledger}; sleep 0.1"
    schedules.add(
        ANA, from_us(began), "busy", spec="every 1 second", command=command, overlap="allow", missed="run_all"
    )
    for _ in range(8):
        with daemon(desk) as engine:
            time.sleep(dice.uniform(0.05, 0.8))
            engine.kill()
            engine.wait()
    with Stage(desk, CLOCK) as stage:
        stage.engine.step(CLOCK.now())
        schedules.disable(ANA, from_us(CLOCK.now()), "busy")
        stage.until(lambda: not {"pending", "starting", "running"} & set(states(desk)))
        stage.engine.drain(5)
    whole(desk)
    ran = ledger.read_text().split()
    assert len(ran) == len(set(ran)), f"seed {seed}"
    planned = [at for (at,) in rows(desk, "SELECT planned_at FROM occurrence ORDER BY planned_at")]
    assert planned == list(range(planned[0], planned[-1] + 1, SECOND)), f"seed {seed}"
    missing = {str(number) for (number,) in rows(desk, "SELECT id FROM run WHERE state = 'succeeded'")} - set(ran)
    assert not missing, f"seed {seed}"
