"""Shell runs from request to end, by an engine that is stepped, with real processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.operations import runs as verbs
from engine.operations.settings import set_setting
from engine.supervisor.output import LINES, TAIL
from store.database import transaction
from store.enums import Level, RunState
from store.values import Run
from tests.engine.engine_stage import NOW, Stage, is_alive, log_of, run_of, set_places, soon, states, texts, whole
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    with Stage(desk) as made:
        yield made
    whole(desk)


@pytest.mark.parametrize(
    ("command", "state", "reason", "code"),
    [
        ("true", RunState.SUCCEEDED, None, 0),
        ("exit 3", RunState.FAILED, "exit 3", 3),
        ("kill -SEGV $$", RunState.FAILED, "killed by SIGSEGV", -11),
        ("no_such_command_here", RunState.FAILED, "exit 127 (command not found)", 127),
        ("/etc/passwd", RunState.FAILED, "exit 126 (cannot be executed)", 126),
    ],
)
def test_how_a_command_ends_is_how_the_run_ends(
    stage: Stage, command: str, state: RunState, reason: str | None, code: int
) -> None:
    run = stage.do(command)
    assert (run.state, run.reason, run.exit_code, run.pid) == (state, reason, code, None)
    assert run.error == reason
    assert run.attempts == 1
    (attempt,) = rows(stage.store, "SELECT number, state, exit_code, pid > 1, pid_start > 0 FROM attempt")
    assert attempt == (1, state, code, 1, 1)


def test_log_says_what_is_started_what_was_printed_and_how_it_ended(stage: Stage) -> None:
    run = stage.do("echo one; echo Warning: two >&2; sleep 0.02; echo ERROR three; exit 1")
    lines = log_of(stage.store, run.id)
    assert [line.seq for line in lines] == [1, 2, 3, 4, 5]
    assert lines[0].text.startswith("start  echo one; echo Warning: two >&2")
    assert lines[-1].text.startswith("end  failed: exit 1  after ")
    printed = {(line.stream, line.level, line.text) for line in lines[1:-1]}
    assert printed == {
        ("stdout", Level.INFO, "one"),
        ("stderr", Level.WARNING, "Warning: two"),
        ("stdout", Level.ERROR, "ERROR three"),
    }
    assert (run.log_lines, run.log_errors) == (5, 2)


def test_output_can_be_read_while_the_run_goes_on(stage: Stage, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    run = stage.add(f"echo before; read x < {gate}; echo after")
    stage.step()
    stage.until(lambda: "before" in texts(stage.store, run))
    found = run_of(stage.store, run)
    assert found.state is RunState.RUNNING
    assert found.pid is not None
    assert is_alive(found.pid)
    gate.write_text("go\n")
    stage.over(run)
    assert texts(stage.store, run, "stdout") == ["before", "after"]


def test_hostile_output_is_stored_as_it_was_printed(stage: Stage) -> None:
    run = stage.do(r"printf '\033[2J\033]52;c;aGk=\007\n[bold]x[/b]\n\377\376 bytes\na\tb\n'")
    assert texts(stage.store, run.id, "stdout") == [
        "\x1b[2J\x1b]52;c;aGk=\x07",
        "[bold]x[/b]",
        "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} bytes",
        "a\tb",
    ]


def test_command_of_many_lines_is_one_line_of_the_log(stage: Stage) -> None:
    run = stage.do("echo a\necho b\necho c")
    assert texts(stage.store, run.id)[0].startswith("start  echo a … (+2 lines)  pid ")


def test_Z6_unknown_controller_fails_and_says_so(stage: Stage) -> None:
    run = stage.do("x", controller="ftp")
    assert (run.state, run.reason, run.attempts) == (RunState.FAILED, "controller 'ftp' is not registered", 0)
    assert texts(stage.store, run.id) == ["end  failed: controller 'ftp' is not registered"]


def test_run_without_a_command_fails_and_the_others_go_on(stage: Stage) -> None:
    bad = stage.add("x", params={"cmd": "true"})
    good = stage.add("true")
    runs = stage.over(bad, good)
    assert (
        runs[0].reason
        == "params: 'cmd' is not known to 'shell' (expected command, cwd, env, stdin, shell and idempotent)"
    )
    assert runs[1].state is RunState.SUCCEEDED


def test_missing_working_folder_is_a_failure_without_attempts_in_vain(stage: Stage) -> None:
    run = stage.do("true", params={"command": "true", "cwd": "/no/such/folder"}, max_retries=5)
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert run.reason.startswith("not started: The working directory /no/such/folder cannot be entered")
    assert run.attempts == 1


def test_command_larger_than_the_system_takes(stage: Stage) -> None:
    run = stage.do("#" + "x" * 3_000_000)
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert run.reason.startswith("not started: The command is 3,000,001 bytes long")


def test_child_gets_a_constructed_environment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TICKLER_STORE", "PYTHONPATH", "LD_PRELOAD_X", "SSH_AUTH_SOCK", "SECRET"):
        monkeypatch.setenv(name, "leaked")
    run = stage.do("env", params={"command": "env", "env": {"P_NAME": "$(id); 'quoted'"}}, dedupe_key="k1")
    told = dict(line.split("=", 1) for line in texts(stage.store, run.id, "stdout"))
    assert told["P_NAME"] == "$(id); 'quoted'"
    assert (told["TICKLER_RUN_ID"], told["TICKLER_ATTEMPT"]) == (str(run.id), "1")
    assert told["TICKLER_IDEMPOTENCY_KEY"] == "k1"
    assert "leaked" not in told.values()
    given = {name for name in told if not name.startswith("TICKLER_")}
    assert given - {"PWD", "_", "LC_ALL", "LC_CTYPE"} == {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "P_NAME"),
    }


def test_each_run_works_in_a_folder_of_its_own_that_goes_if_it_is_empty(stage: Stage) -> None:
    empty, full = stage.over(stage.add("pwd; ls -a | wc -l"), stage.add("pwd; touch kept"))
    folders = [Path(texts(stage.store, run.id, "stdout")[0]) for run in (empty, full)]
    assert [folder.name for folder in folders] == [f"run-{empty.id}", f"run-{full.id}"]
    assert texts(stage.store, empty.id, "stdout")[1] == "2"
    assert (folders[1] / "kept").exists()
    again = stage.do("pwd; ls -a | wc -l")
    assert texts(stage.store, again.id, "stdout")[1] == "2"
    stage.until(lambda: [each.name for each in folders[1].parent.iterdir() if each.is_dir()] == [folders[1].name])
    assert folders[1].stat().st_mode & 0o777 == 0o700


def test_E15_run_beyond_its_timeout_is_stopped_with_its_children_and_says_so(stage: Stage) -> None:
    run = stage.do("sleep 300 & echo $!; wait", timeout=1)
    assert (run.state, run.reason) == (RunState.FAILED, "timed out after 1s")
    assert not is_alive(int(texts(stage.store, run.id, "stdout")[0]))
    assert rows(stage.store, "SELECT timeout FROM run WHERE id = ?", stage.add("true")) == [(3600,)]


def test_processes_that_leave_the_session_are_stopped_with_the_run(stage: Stage) -> None:
    run = stage.do("(setsid sh -c 'echo $$; exec sleep 300' &) ; sleep 0.1")
    assert run.state is RunState.SUCCEEDED
    assert not is_alive(int(texts(stage.store, run.id, "stdout")[0]))
    assert "stopped  1 process that it left behind" in texts(stage.store, run.id, "engine")


def waiting(stage: Stage, command: str) -> Run:
    """A run that has begun, and said so."""
    run = stage.add(command)
    stage.step()
    stage.until(lambda: texts(stage.store, run, "stdout"))
    return run_of(stage.store, run)


def test_Z3_run_that_waits_is_cancelled_at_once_and_never_called(stage: Stage, tmp_path: Path) -> None:
    set_places(1)
    first = waiting(stage, "echo up; sleep 300")
    second = stage.add(f"touch {tmp_path}/called")
    stage.step()
    cancelled = verbs.cancel(ANA, AT, second)
    assert (cancelled.state, cancelled.reason) == (RunState.CANCELLED, "cancelled by ana")
    verbs.cancel(ANA, AT, first.id)
    stage.over(first.id)
    stage.step()
    assert not (tmp_path / "called").exists()
    assert states(stage.store) == ["cancelled", "cancelled"]


def test_Z3_run_that_is_asked_sees_the_signal_and_returns(stage: Stage) -> None:
    run = waiting(stage, "trap 'echo goodbye; exit 0' TERM; echo up; while :; do sleep 0.01; done")
    verbs.cancel(ANA, AT, run.id)
    (over,) = stage.over(run.id)
    assert (over.state, over.reason) == (RunState.CANCELLED, "cancelled by ana")
    assert "goodbye" in texts(stage.store, run.id)
    assert "asked to stop by ana" in texts(stage.store, run.id)


def test_Z3_run_that_ignores_the_signal_is_killed_after_the_grace(stage: Stage) -> None:
    with_grace(stage, 1)
    run = waiting(stage, "trap '' TERM; echo up; while :; do sleep 0.05; done")
    verbs.cancel(ANA, AT, run.id)
    (over,) = stage.over(run.id)
    assert (over.state, over.exit_code) == (RunState.CANCELLED, -signal.SIGKILL)


def test_second_request_kills_at_once_with_all_descendants(stage: Stage) -> None:
    with_grace(stage, 300)
    run = waiting(stage, "trap '' TERM; (trap '' TERM; sleep 300) & echo $!; wait; sleep 300")
    child = int(texts(stage.store, run.id, "stdout")[0])
    verbs.cancel(ANA, AT, run.id)
    stage.step()
    stage.until(lambda: "asked to stop by ana" in texts(stage.store, run.id))
    assert run_of(stage.store, run.id).state is RunState.RUNNING
    verbs.cancel(ANA, AT, run.id)
    (over,) = stage.over(run.id)
    assert over.state is RunState.CANCELLED
    soon(lambda: not is_alive(child))
    assert "asked to be killed by ana" in texts(stage.store, run.id)


def test_Z3_natural_end_before_the_signal_stands(stage: Stage) -> None:
    run = stage.add("exit 4")
    stage.until(lambda: rows(stage.store, "SELECT 1 FROM attempt"))
    soon(lambda: journal_says_exited(stage))
    verbs.cancel(ANA, AT, run)
    (over,) = stage.over(run)
    assert (over.state, over.reason) == (RunState.FAILED, "exit 4; cancel came too late")
    assert over.cancel_requested_at is not None


def journal_says_exited(stage: Stage) -> bool:
    folder = stage.store.with_name(stage.store.name + ".runs")
    return any('"exited"' in file.read_text() for file in folder.glob("*.jsonl"))


def with_grace(stage: Stage, seconds: int) -> None:
    set_setting(ANA, AT, "cancel_grace", str(seconds))
    stage.step()


def test_Z4_automatic_retries_are_attempts_of_one_run_with_growing_pauses(stage: Stage) -> None:
    run = stage.add("echo try $TICKLER_ATTEMPT; exit 7", max_retries=2)
    pauses = []
    for number in (1, 2):
        stage.step()
        why = f"exit 7; attempt {number + 1} of 3 follows"
        stage.until(lambda why=why: run_of(stage.store, run).reason == why)
        found = run_of(stage.store, run)
        assert (found.state, found.attempts, found.error) == (RunState.PENDING, number, "exit 7")
        pauses.append(found.available_at - stage.clock.now())
        stage.turn(pauses[-1] / 1e6 - 0.001)
        stage.step()
        assert run_of(stage.store, run).state is RunState.PENDING
        stage.turn(0.001)
    (over,) = stage.over(run)
    assert (over.state, over.reason, over.attempts) == (RunState.FAILED, "exit 7", 3)
    assert 10e6 <= pauses[0] <= 12.5e6
    assert 20e6 <= pauses[1] <= 25e6
    printed = [(line.attempt, line.text) for line in log_of(stage.store, run) if line.stream == "stdout"]
    assert printed == [(1, "try 1"), (2, "try 2"), (3, "try 3")]


def test_cancel_during_the_pause_between_attempts_ends_the_run(stage: Stage) -> None:
    run = stage.add("exit 7", max_retries=2)
    stage.step()
    stage.until(lambda: run_of(stage.store, run).attempts == 1 and run_of(stage.store, run).state is RunState.PENDING)
    assert verbs.cancel(ANA, AT, run).state is RunState.CANCELLED
    stage.turn(3600)
    stage.step()
    assert run_of(stage.store, run).attempts == 1


def test_Z2_never_more_than_the_places_oldest_first_and_more_places_at_once(stage: Stage, tmp_path: Path) -> None:
    set_places(2)
    gate = tmp_path / "gate"
    gate.touch()
    ids = [stage.add(f"while [ -e {gate} ]; do sleep 0.02; done") for _ in range(5)]
    stage.step()
    stage.until(lambda: states(stage.store)[:2] == ["running", "running"])
    assert states(stage.store) == ["running", "running", "pending", "pending", "pending"]
    set_places(4)
    stage.step()
    stage.until(lambda: states(stage.store) == ["running"] * 4 + ["pending"])
    set_places(2)
    gate.unlink()
    stage.over(*ids)
    began = rows(stage.store, "SELECT run_id FROM attempt ORDER BY id")
    assert [run for (run,) in began] == ids


def test_exclusive_runs_are_alone_both_ways_and_who_waits_says_so(stage: Stage, tmp_path: Path) -> None:
    gates = [tmp_path / "first", tmp_path / "alone"]
    for gate in gates:
        gate.touch()
    hold = "while [ -e {} ]; do sleep 0.02; done"
    first = stage.add(hold.format(gates[0]))
    alone = stage.add(hold.format(gates[1]), is_exclusive=True)
    third = stage.add("true")
    stage.step()
    stage.until(lambda: run_of(stage.store, first).state is RunState.RUNNING)
    assert states(stage.store) == ["running", "pending", "pending"]
    assert [run_of(stage.store, run).reason for run in (alone, third)] == ["waiting: exclusive"] * 2
    gates[0].unlink()
    stage.over(first)
    stage.until(lambda: run_of(stage.store, alone).state is RunState.RUNNING)
    fourth = stage.add("true")
    stage.step()
    assert [run_of(stage.store, run).state for run in (third, fourth)] == [RunState.PENDING] * 2
    assert [run_of(stage.store, run).reason for run in (third, fourth)] == ["waiting: exclusive"] * 2
    gates[1].unlink()
    runs = stage.over(alone, third, fourth)
    assert [run.reason for run in runs] == [None] * 3


def test_run_that_waits_beyond_its_window_has_expired(stage: Stage, tmp_path: Path) -> None:
    set_places(1)
    gate = tmp_path / "gate"
    gate.touch()
    first = stage.add(f"while [ -e {gate} ]; do sleep 0.02; done")
    late = stage.add("true", not_after=NOW + 300_000_000)
    stage.step()
    stage.turn(299)
    assert stage.step() <= NOW + 300_000_000
    assert run_of(stage.store, late).state is RunState.PENDING
    stage.turn(2)
    stage.step()
    assert (run_of(stage.store, late).state, run_of(stage.store, late).reason) == (RunState.CANCELLED, "expired")
    gate.unlink()
    stage.over(first)


def test_run_that_is_available_later_begins_then(stage: Stage) -> None:
    run = stage.add("true", available_at=NOW + 60_000_000)
    stage.step()
    assert stage.step() <= NOW + 60_000_000
    assert run_of(stage.store, run).state is RunState.PENDING
    stage.turn(60)
    stage.over(run)


def test_zombie_kills_its_child_and_writes_nothing(stage: Stage) -> None:
    """Somebody else has taken the run over: the fence in the store is higher than ours."""
    run = waiting(stage, "echo up; sleep 300")
    assert run.pid is not None
    with_store(stage, "UPDATE run SET fence = fence + 1, state = 'lost', finished_at = 1 WHERE id = ?", run.id)
    before = rows(stage.store, "SELECT * FROM run")
    os.kill(run.pid, signal.SIGKILL)
    stage.until(lambda: not is_alive(run.pid or 0))
    stage.until(lambda: stage.engine.is_idle)
    assert rows(stage.store, "SELECT * FROM run") == before
    with_store(stage, "UPDATE run SET fence = fence - 1")


def with_store(stage: Stage, statement: str, *values: object) -> None:
    with transaction() as connection:
        connection.execute(statement, values)


def test_supervisor_that_is_killed_loses_its_runs_and_is_replaced(stage: Stage) -> None:
    run = waiting(stage, "trap '' TERM; echo $$; sleep 300 & wait; sleep 300")
    pid = int(texts(stage.store, run.id, "stdout")[0])
    supervisor = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(supervisor, signal.SIGKILL)
    (over,) = stage.over(run.id)
    assert over.state is RunState.LOST
    assert not is_alive(pid)
    stage.until(lambda: stage.engine.is_idle)
    assert stage.do("true").state is RunState.SUCCEEDED


def test_idle_engine_writes_nothing_but_its_beat(stage: Stage) -> None:
    stage.step()
    stage.until(lambda: stage.engine.is_idle)
    before = rows(stage.store, "PRAGMA data_version"), contents(stage)
    for _ in range(20):
        stage.turn(0.2)
        stage.engine.step(stage.clock.now())
    assert contents(stage) == before[1]
    stage.turn(5)
    stage.engine.step(stage.clock.now())
    assert rows(stage.store, "SELECT beat_at FROM node") == [(stage.clock.now(),)]


def contents(stage: Stage) -> list[object]:
    return rows(stage.store, "SELECT * FROM feed") + rows(stage.store, "SELECT * FROM node")


def test_flood_is_capped_with_exact_counts(stage: Stage) -> None:
    size = 300_000_000
    run = stage.do(f"yes | head -c {size}")
    assert run.state is RunState.SUCCEEDED
    counted = "SELECT count(*), count(DISTINCT text) FROM log_line WHERE run_id = ? AND stream = 'stdout'"
    [(kept, kinds)] = rows(stage.store, counted, run.id)
    assert kinds == 1
    assert kept + run.dropped_lines == size // 2
    assert 2 * kept + run.dropped_bytes == size
    assert LINES < kept < LINES + TAIL
    said = "SELECT count(*) FROM log_line WHERE run_id = ? AND stream = 'engine' AND text LIKE 'output  %'"
    assert rows(stage.store, said, run.id) == [(1,)]
