"""Timeouts, cancels and descendants: what is stopped is gone, with everything it started."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path

import pytest

from engine.supervisor.events import Exited, Output, Started
from tests.engine.supervisor.harness import Desk, are_gone, is_gone

STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
FORKED_AWAY = "(setsid sleep 98 > /dev/null 2>&1 &) ; sleep 99 & setsid sh -c 'sleep 97 & exit' ; echo ready"


def seconds_until(desk: Desk, key: str) -> float:
    begin = time.monotonic()
    desk.exited(key)
    return time.monotonic() - begin


def test_a_timeout_stops_the_job(desk: Desk) -> None:
    begin = time.monotonic()
    exited = desk.exited(desk.run("sleep 100", timeout=0.3))
    assert 0.3 <= time.monotonic() - begin < 3
    assert (exited.code, exited.signal, exited.reason) == (None, signal.SIGTERM, "timeout")


def test_a_timeout_of_a_job_that_ignores_it_takes_the_grace(desk: Desk) -> None:
    begin = time.monotonic()
    exited = desk.exited(desk.run(STUBBORN, timeout=0.3, grace=0.4))
    assert 0.7 <= time.monotonic() - begin < 4
    assert (exited.signal, exited.reason) == (signal.SIGKILL, "timeout")


def test_no_timeout_for_a_job_that_ends_in_time(desk: Desk) -> None:
    assert desk.exited(desk.run("sleep 0.1", timeout=20)).reason == "exit"
    assert desk.exited(desk.run("sleep 0.1", timeout=None)).reason == "exit"


def test_cancel_asks_first(desk: Desk) -> None:
    key = desk.submit("trap 'echo cleaning; exit 7' TERM; echo ready; while :; do sleep 0.05; done", grace=20.0)
    desk.printed(key, "ready")
    desk.supervisor.cancel(key)
    exited = desk.exited(key)
    assert (exited.code, exited.reason) == (7, "cancelled")
    assert desk.lines(key)[-1] == "cleaning"


def test_cancel_kills_after_the_grace(desk: Desk) -> None:
    key = desk.submit(STUBBORN, grace=0.5)
    desk.printed(key, "ready")
    desk.supervisor.cancel(key)
    assert 0.4 <= seconds_until(desk, key) < 4
    exited = desk.exited(key)
    assert (exited.code, exited.signal, exited.reason) == (None, signal.SIGKILL, "cancelled")
    assert not desk.processes(key)


def test_a_second_cancel_can_kill_at_once(desk: Desk) -> None:
    key = desk.submit(STUBBORN, grace=1000.0)
    desk.printed(key, "ready")
    desk.supervisor.cancel(key)
    desk.supervisor.cancel(key)
    desk.supervisor.cancel(key, kill=True)
    assert seconds_until(desk, key) < 5
    assert desk.exited(key).reason == "cancelled"


def test_kill_without_asking(desk: Desk) -> None:
    key = desk.submit("trap 'echo asked' TERM; echo ready; sleep 100")
    desk.printed(key, "ready")
    desk.supervisor.cancel(key, kill=True)
    assert desk.exited(key).signal == signal.SIGKILL
    assert desk.lines(key) == ["ready"]


def test_a_stopped_process_is_reached(desk: Desk) -> None:
    key = desk.submit("trap 'echo asked; exit 5' TERM; echo ready; kill -STOP $$; sleep 100", grace=30.0)
    desk.printed(key, "ready")
    started = desk.started(key)
    while "T" not in Path(f"/proc/{started.pid}/stat").read_text().split(")")[1][:3]:
        os.sched_yield()
    desk.supervisor.cancel(key)
    assert desk.exited(key).code == 5


@pytest.mark.parametrize("kill", [False, True])
def test_cancel_reaches_what_forked_away(desk: Desk, kill: bool) -> None:
    key = desk.submit(FORKED_AWAY + "; sleep 100", grace=0.5)
    desk.printed(key, "ready")
    family = desk.processes(key)
    assert len(family) >= 4
    assert len({os.getsid(proc.pid) for proc in family}) >= 2
    desk.supervisor.cancel(key, kill=kill)
    exited = desk.exited(key)
    assert (exited.reason, exited.left_behind) == ("cancelled", 0)
    assert are_gone(family, 0.0)


def test_descendants_get_the_grace_after_the_command_ended(desk: Desk) -> None:
    key = desk.submit(
        "sh -c \"trap 'sleep 0.3; echo late; exit' TERM; echo ready; while :; do sleep 0.05; done\" & wait",
        grace=20.0,
    )
    desk.printed(key, "ready")
    desk.supervisor.cancel(key)
    assert desk.exited(key).reason == "cancelled"
    assert desk.lines(key) == ["ready", "late"]


@pytest.mark.parametrize("command", [
    "sleep 99 &",
    "(setsid sleep 99 &)",
    "setsid setsid sh -c 'sleep 98 & sleep 99 &'",
    "setsid sh -c 'trap \"\" TERM; while :; do sleep 0.05; done' &",
])  # fmt: skip
def test_what_a_command_leaves_behind_is_stopped_and_counted(desk: Desk, command: str) -> None:
    key = desk.submit(command + "\necho parent; exit 4", grace=0.3)
    exited = desk.exited(key)
    assert (exited.code, exited.reason) == (4, "exit")
    assert exited.left_behind >= 1
    assert not desk.processes(key)


def test_what_ends_by_itself_is_not_left_behind(desk: Desk) -> None:
    key = desk.run("(sleep 0.1; echo late) & echo early")
    assert desk.exited(key).left_behind == 0
    assert desk.lines(key) == ["early", "late"]


def test_the_end_is_when_the_command_ended(desk: Desk) -> None:
    key = desk.run("date +%s%6N; sleep 99 &")
    assert desk.exited(key).at - int(desk.lines(key)[0]) < 200_000


def test_processes_may_stay_when_the_job_says_so(desk: Desk) -> None:
    key = desk.run("setsid sleep 99 > /dev/null 2>&1 & echo x", detach_ok=True)
    exited = desk.exited(key)
    assert (exited.code, exited.left_behind) == (0, 0)
    (stayed,) = desk.processes(key)
    try:
        desk.run("true; sleep 0.01 &")
        desk.close()
        assert [proc.pid for proc in desk.processes(key)] == [stayed.pid]
    finally:
        os.kill(stayed.pid, signal.SIGKILL)
    assert is_gone(stayed.pid)


def test_a_job_that_may_leave_processes_is_cancelled_with_them(desk: Desk) -> None:
    key = desk.submit("setsid sleep 99 & echo ready; sleep 100", detach_ok=True, grace=0.5)
    desk.printed(key, "ready")
    desk.supervisor.cancel(key)
    desk.exited(key)
    assert not desk.processes(key)


def test_one_that_hides_its_job_is_killed_when_none_runs(desk: Desk, tmp_path: Path) -> None:
    hiding = "setsid env -i sh -c 'echo $$ > pid; exec sleep 99'"
    key = desk.run(f"({hiding} &) ; while [ ! -s pid ]; do sleep 0.01; done", cwd=str(tmp_path))
    assert desk.exited(key).code == 0
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_the_jobs_of_others_are_left_alone(desk: Desk) -> None:
    other = desk.submit("(setsid sleep 99 &) ; echo ready; sleep 98")
    desk.printed(other, "ready")
    family = desk.processes(other)
    key = desk.submit("(setsid sleep 97 &) ; exit 0", grace=0.2)
    assert desk.exited(key).left_behind == 1
    assert {proc.pid for proc in desk.processes(other)} == {proc.pid for proc in family}


def test_cancel_before_the_start(desk: Desk) -> None:
    jobs = [desk.job("sleep 100") for _ in range(40)]
    desk.supervisor.submit(jobs)
    for job in reversed(jobs):
        desk.supervisor.cancel(job.key, kill=True)
    for job in jobs:
        assert desk.exited(job.key).reason == "cancelled"
    starts = {event.key for event in desk.said if isinstance(event, Started)}
    unstarted = [event for event in desk.said if isinstance(event, Exited) and event.key not in starts]
    assert all((event.code, event.signal) == (None, None) for event in unstarted)


def test_cancel_of_what_is_over_or_unknown_is_nothing(desk: Desk) -> None:
    key = desk.run("true")
    desk.supervisor.cancel(key)
    desk.supervisor.cancel("nobody", kill=True)
    assert desk.exited(desk.run("echo on")).code == 0
    assert sum(isinstance(event, Exited) and event.key == key for event in desk.said) == 1


def test_cancel_that_races_the_end_gives_one_end(desk: Desk) -> None:
    for n in range(100):
        key = desk.submit("sleep 0.01")
        desk.started(key)
        select.select([desk.supervisor], [], [], n % 20 / 1000)
        desk.supervisor.cancel(key, kill=n % 2 == 0)
        exited = desk.exited(key)
        assert (exited.reason, exited.code) in {("exit", 0), ("cancelled", None), ("cancelled", 0)}
    assert sum(isinstance(event, Exited) for event in desk.said) == 100


def test_close_stops_everything_and_tells(desk: Desk) -> None:
    gentle = desk.submit("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done", grace=60.0)
    stubborn = desk.submit(STUBBORN, grace=60.0)
    desk.printed(gentle, "ready")
    desk.printed(stubborn, "ready")
    pid = desk.supervisor.pid
    assert pid is not None
    begin = time.monotonic()
    last = desk.supervisor.close(0.5)
    assert time.monotonic() - begin < 5
    ends = {event.key: event for event in last if isinstance(event, Exited)}
    assert (ends[gentle].code, ends[gentle].reason) == (3, "cancelled")
    assert (ends[stubborn].signal, ends[stubborn].reason) == (signal.SIGKILL, "cancelled")
    assert any(isinstance(event, Output) and event.text == "bye" for event in last)
    assert not desk.supervisor.alive
    assert is_gone(pid, 0.0)
    desk.supervisor.discard()
    assert list(desk.folder.iterdir()) == []


@pytest.mark.parametrize("leaf", ["sleep 98", "setsid sleep 98"])
def test_a_tree_that_grows_while_it_is_stopped(desk: Desk, leaf: str) -> None:
    bush = f"b() {{ if [ $1 = 0 ]; then {leaf}; else (b $(($1 - 1))) & (b $(($1 - 1))) & wait; fi; }}"
    key = desk.submit(f"{bush}; echo ready; b 6", grace=0.1)
    desk.printed(key, "ready")
    desk.supervisor.cancel(key)
    desk.exited(key)
    assert not desk.processes(key)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTSTP])
def test_signals_that_end_others_do_not_end_the_supervisor(desk: Desk, number: signal.Signals) -> None:
    key = desk.submit("echo ready; sleep 100")
    desk.printed(key, "ready")
    assert desk.supervisor.pid is not None
    os.kill(desk.supervisor.pid, number)
    assert desk.exited(desk.run("echo still")).code == 0
    assert desk.processes(key)
