"""Runs of a worker that stays: one after the other in one process, and none of them a matter of the next."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.controllers import declared, own
from engine.operations import runs as verbs
from engine.operations.settings import set_setting
from store.enums import RunState
from store.values import Run
from tests.engine.engine_stage import Stage, add, daemon, is_alive, run_of, soon, states, texts, whole
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]

DOCS = Path(__file__).parents[3] / "docs" / "controllers.md"
CODE = '''
import atexit, ctypes, os, signal, subprocess, sys, threading, time
from pathlib import Path

from tickler import Param, controller

calls = []

@controller("count", warm=True)
def count(context):
    """Says which process it is, and how often that was called."""
    calls.append(context.run_id)
    return [os.getpid(), len(calls)]

@controller("do", params=[Param("code", required=True)], warm=True)
def do(context):
    """Executes what it is told."""
    exec(context.params["code"], globals() | {"context": context})
    return os.getpid()

@controller("again", params=[Param("code", required=True)], warm=True, idempotent=True)
def again(context):
    """Executes what it is told, and may be repeated."""
    do(context)

@controller("cold", idempotent=True)
def cold(context):
    """Has a process of its own."""
    return os.getpid()
'''


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    put()
    with Stage(desk, SystemClock()) as made:
        yield made
    whole(desk)


def put(text: str = CODE) -> Path:
    own.folder().mkdir(parents=True, exist_ok=True)
    file = own.folder() / "warm.py"
    file.write_text(text)
    return file


def asked(stage: Stage, code: str, controller: str = "do", **more: object) -> int:
    made = stage.add("code", controller=controller, params={"code": code}, **more)
    stage.engine.wake()
    return made


def done(stage: Stage, code: str, controller: str = "do", **more: object) -> Run:
    return stage.over(asked(stage, code, controller, **more))[0]


def count(stage: Stage, runs: int = 1) -> list[Run]:
    return stage.over(*[stage.add("count", controller="count", params={}) for _ in range(runs)])


def test_one_process_takes_one_run_after_the_other(stage: Stage) -> None:
    first = count(stage)[0]
    found = count(stage, 20)
    assert {run.state for run in [first, *found]} == {RunState.SUCCEEDED}
    assert [run.result for run in [first, *found]] == [[first.result[0], number] for number in range(1, 22)]
    assert rows(stage.store, "SELECT count(*) FROM attempt WHERE pid = ? AND state = 'succeeded'", first.result[0]) == [
        (21,)
    ]
    assert done(stage, "pass").result == first.result[0]
    assert stage.over(stage.add("cold", controller="cold", params={}))[0].result != first.result[0]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os._exit(0)", "exit 0 in the middle: it neither returned nor raised"),
        ("os._exit(7)", "exit 7 in the middle: it neither returned nor raised"),
        ("ctypes.string_at(0)", "killed by SIGSEGV in the middle: it neither returned nor raised"),
        ("os.kill(os.getpid(), 9)", "killed by SIGKILL in the middle: it neither returned nor raised"),
        ("os.closerange(3, 50); os._exit(0)", "exit 0 in the middle: it neither returned nor raised"),
    ],
)
def test_end_of_the_process_harms_the_run_that_made_it(stage: Stage, code: str, reason: str) -> None:
    before = count(stage)[0]
    ids = [asked(stage, code), *(stage.add("count", controller="count", params={}) for _ in range(3))]
    bad, *good = stage.over(*ids)
    assert (bad.state, bad.reason) == (RunState.FAILED, reason)
    assert [run.state for run in good] == [RunState.SUCCEEDED] * 3
    assert before.result[0] not in [run.result[0] for run in good]
    assert rows(stage.store, "SELECT count(*) FROM attempt") == [(5,)]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise SystemExit(3)", "it called sys.exit(3) instead of returning"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_run_that_raises_fails_and_its_worker_goes_on(stage: Stage, code: str, reason: str) -> None:
    before = count(stage)[0]
    failed = done(stage, code)
    assert (failed.state, failed.reason) == (RunState.FAILED, reason)
    assert count(stage)[0].result == [before.result[0], 2]


def test_timeout_ends_the_run_and_its_worker(stage: Stage) -> None:
    set_setting(ANA, AT, "cancel_grace", "1")
    run = done(stage, "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", timeout=1)
    assert (run.state, run.reason) == (RunState.FAILED, "timed out after 1s")
    (pid,) = rows(stage.store, "SELECT pid FROM attempt")[0]
    assert not is_alive(pid)
    assert count(stage)[0].result[0] != pid


def test_Z3_cancel_of_a_warm_run(stage: Stage) -> None:
    set_setting(ANA, AT, "cancel_grace", "2")
    seen = asked(stage, "while not context.cancelled: time.sleep(0.01)")
    stage.until(lambda: run_of(stage.store, seen).state is RunState.RUNNING)
    verbs.cancel(ANA, AT, seen)
    run = stage.over(seen)[0]
    assert (run.state, run.reason) == (RunState.CANCELLED, "cancelled by ana")
    deaf = asked(stage, "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)")
    stage.until(lambda: "deaf" in texts(stage.store, deaf))
    verbs.cancel(ANA, AT, deaf)
    assert stage.over(deaf)[0].state is RunState.CANCELLED
    pids = [pid for (pid,) in rows(stage.store, "SELECT pid FROM attempt")]
    assert len(set(pids)) == 2
    assert not any(is_alive(pid) for pid in pids)
    assert count(stage)[0].state is RunState.SUCCEEDED


def test_Z3_cancel_while_it_waits_for_a_worker(stage: Stage, tmp_path: Path) -> None:
    go = tmp_path / "go"
    busy = asked(stage, f"while not Path({str(go)!r}).exists(): time.sleep(0.01)")
    stage.until(lambda: run_of(stage.store, busy).state is RunState.RUNNING)
    waits = [asked(stage, f"Path({str(tmp_path / 'ran')!r}).touch()") for _ in range(8)]
    for run in waits:
        verbs.cancel(ANA, AT, run)
    go.touch()
    found = stage.over(busy, *waits)
    assert found[0].state is RunState.SUCCEEDED
    for run in found[1:]:
        assert run.state in (RunState.CANCELLED, RunState.SUCCEEDED)
    ran = sum(run.state is RunState.SUCCEEDED for run in found[1:])
    assert (tmp_path / "ran").exists() == bool(ran)


def test_Z2_no_more_at_once_than_there_are_places_oldest_first(desk: Path) -> None:
    put()
    with Stage(desk, SystemClock(), places=2) as stage:
        ids = [asked(stage, "time.sleep(0.3)") for _ in range(5)]
        stage.over(*ids)
        spans = rows(desk, "SELECT started_at, finished_at FROM run ORDER BY id")
        assert [start for start, _ in spans] == sorted(start for start, _ in spans)
        assert max(sum(start <= at < end for start, end in spans) for at, _ in spans) == 2
    whole(desk)


def test_Z4_always_failing_has_its_attempts_each_with_its_lines(stage: Stage) -> None:
    run = done(stage, "print('attempt', context.attempt); 1 / 0", max_retries=2, backoff=1, backoff_limit=1)
    assert (run.state, run.reason, run.attempts) == (RunState.FAILED, "ZeroDivisionError: division by zero", 3)
    assert texts(stage.store, run.id, "stdout") == ["attempt 1", "attempt 2", "attempt 3"]


def test_Z5_retry_by_a_person_is_a_run_of_its_own(stage: Stage) -> None:
    failed = done(stage, "1 / 0")
    again = stage.over(verbs.retry(ANA, AT, failed.id).id)[0]
    assert (again.retry_of, again.state, again.attempts) == (failed.id, RunState.FAILED, 1)


def test_Z11_lines_with_levels_are_there_while_it_runs(stage: Stage, tmp_path: Path) -> None:
    count(stage)
    go = tmp_path / "go"
    run = asked(
        stage,
        "for level in ('debug', 'info', 'warning', 'error'): getattr(context.log, level)(level)\n"
        "context.progress(40, 'half')\n"
        f"while not Path({str(go)!r}).exists(): time.sleep(0.01)",
    )
    stage.until(lambda: texts(stage.store, run, "log") == ["info", "warning", "error"])
    stage.until(lambda: run_of(stage.store, run).progress == 40)
    go.touch()
    assert stage.over(run)[0].progress == 100


def test_Z14_kill_of_the_engine_kills_workers_and_what_they_started(desk: Path, tmp_path: Path) -> None:
    put()
    pids = tmp_path / "pids"
    code = (
        f"child = subprocess.Popen(['sleep', '300']); open({str(pids)!r}, 'a')"
        ".write(f'{os.getpid()} {child.pid} ')\n"
        "if context.attempt == 1: open('kept', 'w').write('x'); time.sleep(300)\nchild.kill(); child.wait()"
    )
    with daemon(desk) as engine:
        first = add("count", now=SystemClock().now(), controller="count", params={})
        soon(lambda: run_of(desk, first).finished_at)
        plain = add("code", now=SystemClock().now(), controller="do", params={"code": code})
        twice = add("code", now=SystemClock().now(), controller="again", params={"code": code})
        soon(lambda: pids.exists() and len(pids.read_text().split()) == 4)
        engine.send_signal(signal.SIGKILL)
        engine.wait()
    with Stage(desk, SystemClock()) as stage:
        stage.over(plain, twice)
        stage.engine.drain(5)
    assert states(desk) == ["succeeded", "lost", "succeeded"]
    found = [int(pid) for pid in pids.read_text().split()]
    assert len(found) == 6
    assert not any(is_alive(pid) for pid in [first_pid(desk, first), *found])
    assert (desk.with_name("desk.db.runs") / f"run-{plain}" / "kept").read_text() == "x"
    assert not list(desk.with_name("desk.db.runs").glob("warm-*"))
    whole(desk)


def test_Z14_kill_of_engine_and_supervisor_leaves_no_worker(desk: Path, tmp_path: Path) -> None:
    put()
    pid_file = tmp_path / "pid"
    code = (
        "os.fork() or (os.setsid(), time.sleep(300))\n"
        f"open('kept', 'w').write('x'); Path({str(pid_file)!r}).write_text(str(os.getpid())); time.sleep(300)"
    )
    with daemon(desk) as engine:
        run = add("code", now=SystemClock().now(), controller="do", params={"code": code})
        soon(pid_file.exists)
        pid = int(soon_text(pid_file))
        (parent,) = (int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
                     if line.startswith("PPid"))  # fmt: skip
        forked = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        for each in (engine.pid, parent):
            os.kill(each, signal.SIGKILL)
        engine.wait()
    with Stage(desk, SystemClock()) as stage:
        found = stage.over(run)[0]
        stage.engine.drain(5)
    assert found.state is RunState.LOST
    assert len(forked) == 1
    assert not any(is_alive(each) for each in [pid, *forked])
    assert (desk.with_name("desk.db.runs") / f"run-{run}" / "kept").read_text() == "x"
    whole(desk)


def test_nothing_of_one_run_is_seen_in_another(stage: Stage) -> None:
    loud = done(
        stage,
        "print('mine', end=''); sys.stderr.write('late'); os.environ['MINE'] = 'x'; os.chdir('/'); os.umask(0)\n"
        "ctypes.CDLL(None).printf(b'of c'); sys.stdout = open(os.devnull, 'w'); signal.alarm(1)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); open('/dev/null').close(); del os.environ['HOME']",
    )
    quiet = done(
        stage,
        "import pathlib\n"
        "print([os.environ.get('MINE'), 'HOME' in os.environ, os.listdir('.'), os.umask(0), context.run_id,\n"
        "       os.environ['TICKLER_RUN_ID'], signal.getsignal(signal.SIGTERM) is signal.SIG_IGN])",
    )
    assert loud.result == quiet.result
    assert sorted(texts(stage.store, loud.id, "stdout") + texts(stage.store, loud.id, "stderr")) == ["late", "mineof c"]
    assert texts(stage.store, quiet.id, "stdout") == [str([None, True, [], 0o77, quiet.id, str(quiet.id), False])]
    assert texts(stage.store, quiet.id, "stderr") == []


def test_files_that_a_run_leaves_are_its_own(stage: Stage) -> None:
    code = "Path('left').write_text(str(context.run_id)); Path('a.csv').write_text('12'); context.artifact('a.csv')"
    ids = [asked(stage, code) for _ in range(3)]
    found = stage.over(*ids)
    folder = stage.store.with_name("desk.db.runs")
    for run in found:
        assert run.artifacts == 1
        assert (folder / f"run-{run.id}" / "left").read_text() == str(run.id)
    crashed = done(stage, f"{code}; os._exit(1)")
    assert crashed.artifacts == 1
    assert (folder / f"run-{crashed.id}" / "left").read_text() == str(crashed.id)


def test_what_a_run_leaves_behind_is_stopped_and_its_worker_ends(stage: Stage) -> None:
    left = done(stage, "context.log.info('%s', subprocess.Popen(['sleep', '300']).pid)")
    assert left.state is RunState.SUCCEEDED
    assert not is_alive(int(texts(stage.store, left.id, "log")[0]))
    assert "stopped  1 process that it left behind" in texts(stage.store, left.id, "engine")
    forked = done(stage, "pid = os.fork()\nif not pid: os.setsid(); time.sleep(300)\ncontext.log.info('%s', pid)")
    assert not is_alive(int(texts(stage.store, forked.id, "log")[0]))
    thread = done(stage, "threading.Thread(target=time.sleep, args=(300,), daemon=True).start()")
    assert {left.result, forked.result, thread.result}.isdisjoint({count(stage)[0].result[0]})
    assert len({left.result, forked.result, thread.result}) == 3


def test_child_that_comes_back_from_the_call_is_no_second_worker(stage: Stage) -> None:
    done(stage, "os.fork()")
    assert {run.state for run in count(stage, 5)} == {RunState.SUCCEEDED}
    assert rows(stage.store, "SELECT count(*) FROM attempt") == [(6,)]


def test_closed_output_is_not_that_of_the_next_run(stage: Stage) -> None:
    done(stage, "os.close(1); os.close(2)")
    assert texts(stage.store, done(stage, "print('heard')").id, "stdout") == ["heard"]


def test_changed_file_is_read_by_a_new_worker(stage: Stage) -> None:
    before = count(stage)[0]
    put(CODE.replace("return [os.getpid(), len(calls)]", "return 'changed'"))
    assert count(stage)[0].result == "changed"
    assert before.result != "changed"


def test_large_params_have_a_process_of_their_own(stage: Stage) -> None:
    small = count(stage)[0]
    large = done(stage, "# " + "x" * 100_000 + "\ncontext.log.info('done')")
    assert (large.state, texts(stage.store, large.id, "log")) == (RunState.SUCCEEDED, ["done"])
    assert large.result != small.result[0]


def test_worker_that_dies_at_rest_is_replaced(stage: Stage) -> None:
    pid = count(stage)[0].result[0]
    os.kill(pid, signal.SIGKILL)
    stage.until(lambda: not is_alive(pid))
    stage.do("true")
    found = count(stage, 3)
    assert {run.state for run in found} == {RunState.SUCCEEDED}
    assert {run.result[0] for run in found}.isdisjoint({pid})


def test_engine_that_ends_ends_its_workers(desk: Path) -> None:
    put()
    with Stage(desk, SystemClock()) as stage:
        pid = count(stage)[0].result[0]
        assert is_alive(pid)
        stage.engine.drain(5)
        soon(lambda: not is_alive(pid))
    assert list(desk.with_name("desk.db.runs").iterdir()) == []


def test_example_of_the_documentation_works(stage: Stage) -> None:
    _, example = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    put(example)
    assert declared("count guests").warm
    ids = [stage.add("guests", controller="count guests", params={"house": "south"}) for _ in range(3)]
    assert [run.result for run in stage.over(*ids)] == [25, 25, 25]
    assert texts(stage.store, ids[2], "log") == ["asked for south"]
    assert len(rows(stage.store, "SELECT DISTINCT pid FROM attempt")) == 1


def test_mark_says_that_it_is_warm() -> None:
    put()
    assert declared("count").warm
    assert not declared("cold").warm
    assert declared("cold").is_idempotent


def soon_text(file: Path) -> str:
    soon(file.read_text)
    return file.read_text()


def first_pid(store: Path, run: int) -> int:
    return int(rows(store, "SELECT pid FROM attempt WHERE run_id = ?", run)[0][0])


def test_fifty_runs_of_one_kind_are_each_run_once(stage: Stage, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    ids = [asked(stage, f"open({str(ledger)!r}, 'a').write(f'{{context.run_id}}\\n')") for _ in range(50)]
    stage.over(*ids)
    assert sorted(map(int, ledger.read_text().split())) == ids
    assert rows(stage.store, "SELECT DISTINCT state, attempts, fence FROM run") == [("succeeded", 1, 1)]
