"""kill -9 of the engine, of the supervisor, of both: nothing survives, and what happened can be told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.supervisor import procfs
from engine.supervisor.events import Exited, Lost, Started
from engine.supervisor.recovery import Left, LeftJob, forget, kill_survivors, left_by
from tests.engine.supervisor import engine_process
from tests.engine.supervisor.harness import Desk, are_gone, is_gone, marked

ROOT = Path(engine.__file__).parents[1]
FORKED_AWAY = "(setsid sleep 98 > /dev/null 2>&1 &) ; sleep 99 & echo ready; sleep 97"


class Engine:
    """An engine in a process of its own."""

    def __init__(self, folder: Path, *commands: str) -> None:
        self.folder = folder
        self.name = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, engine_process.__file__, str(folder), self.name, *commands],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.supervisor = int(self.until("supervisor ").split()[1])

    def until(self, word: str) -> str:
        """The first line it says that holds the word."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if word in line)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def kill_both(self) -> None:
        os.kill(self.supervisor, signal.SIGSTOP)  # or it would see the engine's end
        self.kill()
        os.kill(self.supervisor, signal.SIGKILL)
        assert is_gone(self.supervisor)

    def processes(self) -> list[procfs.Proc]:
        return marked(f"{self.name}/")

    def left(self) -> Left:
        (left,) = left_by(self.folder)
        return left


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "runs"
    yield folder
    for left in left_by(folder):
        for proc in marked(f"{left.name}/"):
            os.kill(proc.pid, signal.SIGKILL)


def job(left: Left, key: str = "0:1:1") -> LeftJob:
    return next(job for job in left.jobs if job.key == key)


def test_the_engine_is_killed_and_its_jobs_end(folder: Path) -> None:
    dying = Engine(folder, FORKED_AWAY, "trap '' TERM; echo stubborn; while :; do sleep 0.05; done")
    dying.until("ready")
    dying.until("stubborn")
    family = dying.processes()
    assert len(family) >= 4
    begin = time.monotonic()
    dying.kill()
    assert are_gone(family, 2.5)  # grace + 2 s
    assert is_gone(dying.supervisor)
    assert time.monotonic() - begin < 6
    left = dying.left()
    assert (left.alive, left.here, left.crash) == (False, True, None)
    assert left.engine_lost_at is not None
    first, second = job(left, "0:1:1"), job(left, "1:1:1")
    assert first.started is not None
    assert first.exited is not None
    assert (first.exited.reason, first.exited.signal) == ("engine lost", signal.SIGTERM)
    assert second.exited is not None
    assert (second.exited.reason, second.exited.signal) == ("engine lost", signal.SIGKILL)
    assert first.is_over
    assert second.is_over
    assert kill_survivors(left) == []
    forget(left)
    assert list(folder.iterdir()) == []


def test_a_supervisor_that_still_ends_its_jobs_is_alive(folder: Path) -> None:
    dying = Engine(folder, "trap '' TERM; echo ready; while :; do sleep 0.05; done")
    dying.until("ready")
    dying.kill()
    left = dying.left()
    assert left.alive
    assert kill_survivors(left) == []
    with pytest.raises(BlockingIOError):
        forget(left)
    assert is_gone(dying.supervisor)
    assert not dying.left().alive


def test_what_a_job_did_before_the_engine_could_store_it_is_found(folder: Path) -> None:
    dying = Engine(folder, "deaf", "echo one; echo two >&2; echo 'thrée \"3\"'; exit 4")
    path = folder / f"{dying.name}.jsonl"
    while not path.exists() or "exited" not in path.read_text():
        os.sched_yield()
    dying.kill()
    assert is_gone(dying.supervisor)
    found = job(dying.left(), "1:1:1")
    assert found.is_over
    assert found.exited is not None
    assert (found.exited.code, found.exited.reason) == (4, "exit")
    texts = {(out.stream, out.text) for out in found.output}
    assert texts == {("stdout", 'one\nthrée "3"'), ("stderr", "two")}
    assert sorted(out.first for out in found.output) in ([0, 1], [0, 2])
    assert (found.unsaved_lines, found.unsaved_bytes) == (0, 0)


def test_of_a_large_output_as_much_is_saved_as_fits_and_the_rest_counted(folder: Path) -> None:
    begun = folder / "begun"
    dying = Engine(folder, "deaf", f"seq 1 2; touch {begun}; seq 3 1000000")
    path = folder / f"{dying.name}.jsonl"
    while not begun.exists():  # there is something to save
        os.sched_yield()
    dying.kill()
    assert is_gone(dying.supervisor)
    found = job(dying.left(), "1:1:1")
    assert found.exited is not None
    lines = [line for out in found.output for line in out.text.split("\n")]
    assert lines[:-1] == [str(n) for n in range(1, len(lines))]
    assert str(len(lines)).startswith(lines[-1])  # it was stopped within a line
    assert sum(len(line) + 1 for line in lines) <= 1 << 20
    assert path.stat().st_size < 3 << 20


def test_both_are_killed_and_the_survivors_are_named_and_killed(folder: Path) -> None:
    dying = Engine(folder, FORKED_AWAY)
    dying.until("ready")
    dying.kill_both()
    family = dying.processes()
    assert len(family) >= 3
    left = dying.left()
    assert (left.alive, left.engine_lost_at) == (False, None)
    found = job(left)
    assert found.started is not None
    assert found.exited is None
    assert not found.is_over
    assert found.started.pid in {proc.pid for proc in family}
    killed = kill_survivors(left)
    assert set(killed) >= {proc.pid for proc in family}
    assert dying.processes() == []
    assert kill_survivors(left) == []


def test_a_pid_that_is_used_again_is_left_alone(folder: Path) -> None:
    dying = Engine(folder, "echo ready; exec sleep 99")
    dying.until("ready")
    dying.kill_both()
    (proc,) = dying.processes()
    os.kill(proc.pid, signal.SIGKILL)
    assert is_gone(proc.pid)
    with subprocess.Popen(["sleep", "99"], start_new_session=True) as stranger:
        path = folder / f"{dying.name}.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for line in lines:
            if line["r"] == "started":
                line["pid"] = stranger.pid  # as after a turn of the pid counter; its start time stays the old one
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert kill_survivors(dying.left()) == []
        assert stranger.poll() is None
        lines[-1]["pid_start"] = procfs.start(stranger.pid)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert kill_survivors(dying.left()) == [stranger.pid]


def test_after_another_boot_no_process_is_looked_for(folder: Path) -> None:
    dying = Engine(folder, "echo ready; exec sleep 99")
    dying.until("ready")
    dying.kill_both()
    path = folder / f"{dying.name}.jsonl"
    boot, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(json.dumps(json.loads(boot) | {"boot": "another"}) + "\n" + "".join(rest))
    left = dying.left()
    assert not left.here
    assert kill_survivors(left) == []
    assert dying.processes()


def test_processes_that_were_allowed_to_stay_are_spared(folder: Path) -> None:
    desk = Desk(folder)
    key = desk.run("setsid sleep 99 > /dev/null 2>&1 & echo x", detach_ok=True)
    running = desk.submit("echo ready; setsid sleep 98 & sleep 97", detach_ok=True)
    desk.printed(running, "ready")
    assert desk.supervisor.pid is not None
    os.kill(desk.supervisor.pid, signal.SIGKILL)
    assert isinstance(desk.ended("nobody"), Lost)
    (left,) = left_by(folder)
    led = desk.started(running).pid
    assert set(kill_survivors(left)) >= {led}
    assert len(desk.processes(key)) == 1
    desk.close()


def test_the_supervisor_is_killed_and_the_engine_learns_it(folder: Path) -> None:
    desk = Desk(folder)
    key = desk.submit(FORKED_AWAY)
    desk.printed(key, "ready")
    assert desk.supervisor.pid is not None
    os.kill(desk.supervisor.pid, signal.SIGKILL)
    assert isinstance(desk.ended(key), Lost)
    assert not desk.supervisor.alive
    assert [event for event in desk.said if isinstance(event, Lost)] == [Lost()]
    assert desk.supervisor.events() == []
    desk.submit("echo never")
    desk.supervisor.cancel(key)
    assert desk.supervisor.events() == []
    (left,) = left_by(folder)
    assert len(kill_survivors(left)) >= 3
    assert desk.close() == []
    desk.supervisor.discard()
    assert [left.name for left in left_by(folder)] == [desk.name]


def test_what_the_supervisor_said_before_its_death_is_heard(folder: Path) -> None:
    desk = Desk(folder)
    key = desk.submit("exit 6")
    path = folder / f"{desk.name}.jsonl"
    while not path.exists() or "exited" not in path.read_text():
        os.sched_yield()
    assert desk.supervisor.pid is not None
    desk.submit("echo hurry; sleep 99")
    desk.printed("2:1:1", "hurry")
    os.kill(desk.supervisor.pid, signal.SIGKILL)
    desk.until(lambda event: isinstance(event, Lost))
    assert any(isinstance(event, Exited) and (event.key, event.code) == (key, 6) for event in desk.said)
    assert isinstance(desk.said[-1], Lost)
    for left in left_by(folder):
        kill_survivors(left)
    desk.close()


def test_a_supervisor_that_hangs_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.supervisor.client._STUCK", 0.2)
    desk = Desk(folder)
    desk.started(desk.submit("sleep 99"))
    assert desk.supervisor.pid is not None
    os.kill(desk.supervisor.pid, signal.SIGSTOP)
    for _ in range(100):
        desk.submit("true " + "x" * 100_000)
    assert isinstance(desk.ended("nobody"), Lost)
    for left in left_by(folder):
        kill_survivors(left)
    desk.close()


def test_an_engine_whose_fork_lives_on_is_dead_all_the_same(folder: Path) -> None:
    dying = Engine(folder, "fork", "echo ready; sleep 99")
    dying.until("ready")
    os.kill(dying.process.pid, signal.SIGKILL)
    assert is_gone(dying.supervisor)
    assert dying.processes() == []
    dying.kill()


def test_a_supervisor_that_cannot_work_says_why(folder: Path) -> None:
    desk = Desk(folder)
    desk.close()
    broken = Desk(folder, desk.name + "/x")
    lost = broken.ended("nobody")
    assert isinstance(lost, Lost)
    assert "No such file or directory" in lost.error
    broken.close()


def test_ours_is_not_among_the_left(desk: Desk) -> None:
    desk.run("true")
    assert list(left_by(desk.folder, ours=desk.name)) == []
    assert [left.alive for left in left_by(desk.folder)] == [True]


def test_events_that_close_returned_can_still_be_recovered(desk: Desk) -> None:
    key = desk.submit("echo ready; trap 'echo bye; exit 2' TERM; while :; do sleep 0.05; done")
    desk.printed(key, "ready")
    last = desk.close()
    (left,) = left_by(desk.folder)
    assert job(left, key).exited == next(event for event in last if isinstance(event, Exited))
    assert "bye" in "\n".join(out.text for out in job(left, key).output)


def test_a_torn_journal_is_read_as_far_as_it_goes(folder: Path) -> None:
    folder.mkdir()
    (folder / "torn.jsonl").write_bytes(
        b'{"r":"starting","key":"1","at":5,"detach_ok":false}\n'
        b'{"r":"started","key":"1","pid":1,"pid_start":1,"at":6}\n\xff\n[]\n"x"\n{"key":"1"}\n\n{"r":"exit'
    )
    (left,) = left_by(folder)
    assert (left.alive, left.here) == (False, False)
    assert job(left, "1").started == Started("1", 1, 1, 6)
    assert job(left, "1").exited is None


def test_a_job_caught_within_its_spawn_is_found_by_its_mark(folder: Path) -> None:
    dying = Engine(folder, "echo ready; exec sleep 99")
    dying.until("ready")
    dying.kill_both()
    path = folder / f"{dying.name}.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if '"started"' not in line))
    (proc,) = dying.processes()
    assert job(dying.left()).started is None
    assert kill_survivors(dying.left()) == [proc.pid]


def test_no_journals(tmp_path: Path) -> None:
    assert list(left_by(tmp_path / "nowhere")) == []
