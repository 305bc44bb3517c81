"""Python controllers in processes of their own: what they can tell, and what they cannot break."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.operations import runs as verbs
from store.enums import Level, RunState
from store.values import Run
from tests.engine.engine_stage import Stage, daemon, log_of, run_of, soon, texts, whole
from tests.engine.engine_stage import add as ask
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    with Stage(desk) as made:
        yield made
    whole(desk)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return tmp_path / "mine.py"


def add(stage: Stage, code: Path, body: str, params: object = None, **more: object) -> int:
    """Ask for a run of a function of that body."""
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    code.write_text(f"import os, sys, time\n\ndef go(context):\n{lines}\n")
    given = {"entry": f"{code}:go", "params": params or {}}
    return stage.add("mine", controller="python", params=given, **more)


def do(stage: Stage, code: Path, body: str, params: object = None, **more: object) -> Run:
    return stage.over(add(stage, code, body, params, **more))[0]


def told(stage: Stage, run: Run) -> list[tuple[str, Level, str]]:
    """What the log got from the job itself."""
    return [(line.stream, line.level, line.text) for line in log_of(stage.store, run.id) if line.stream != "engine"]


def test_Z11_levels_are_stored_in_order_and_debug_only_if_asked_for(stage: Stage, code: Path) -> None:
    body = 'for each in ("debug", "info", "warning", "error"):\n    getattr(context.log, each)("a %s line", each)'
    run = do(stage, code, body)
    assert run.state is RunState.SUCCEEDED
    expected = [("log", Level(each), f"a {each} line") for each in ("debug", "info", "warning", "error")]
    assert told(stage, run) == expected[1:]
    assert run.log_errors == 1
    loud = stage.over(
        stage.add("mine", controller="python", params={"entry": f"{code}:go", "debug": True})
    )[0]  # fmt: skip
    assert told(stage, loud) == expected


def test_Z11_lines_are_readable_while_it_runs(stage: Stage, code: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    run = add(stage, code, f'context.log.info("before")\nprint(open({str(gate)!r}).read())\ncontext.log.info("after")')
    stage.step()
    stage.until(lambda: "before" in texts(stage.store, run, "log"))
    assert run_of(stage.store, run).state is RunState.RUNNING
    gate.write_text("through the gate")
    stage.over(run)
    assert texts(stage.store, run, "log") == ["before", "after"]
    assert texts(stage.store, run, "stdout") == ["through the gate"]


def test_function_gets_params_attempt_and_key_and_its_result_is_kept(stage: Stage, code: Path) -> None:
    body = "return {'params': context.params, 'attempt': context.attempt, 'key': context.idempotency_key}"
    run = do(stage, code, body, {"folder": "/srv/ü", "days": 3}, dedupe_key="k1")
    (kept,) = rows(stage.store, "SELECT result FROM run")[0]
    assert json.loads(kept) == {"params": {"folder": "/srv/ü", "days": 3}, "attempt": 1, "key": "k1"}
    assert run.name == "mine"


def test_progress_can_be_seen_while_it_runs(stage: Stage, code: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    body = f'context.progress(41.7, "reading\\n[b]users[/b]", "120 rows/s")\nopen({str(gate)!r}).read()\nraise OSError'
    run = add(stage, code, body)
    stage.until(lambda: run_of(stage.store, run).progress)
    found = run_of(stage.store, run)
    assert (found.progress, found.progress_text, found.progress_rate) == (42, "reading [b]users[/b]", "120 rows/s")
    gate.write_text("")
    assert stage.over(run)[0].progress == 42


def test_progress_has_words_and_ends_at_a_hundred(stage: Stage, code: Path) -> None:
    run = do(stage, code, 'context.progress(40, "reading [b]users[/b]", "120 rows/s")\ncontext.progress(41.7, "more")')
    assert rows(stage.store, "SELECT progress, progress_text, progress_at > 0 FROM run") == [(100, "more", 1)]
    assert run.state is RunState.SUCCEEDED


@pytest.mark.parametrize(
    ("body", "reason", "code_"),
    [
        ("raise ValueError('no such row')", "ValueError: no such row", 1),
        ("raise SystemExit('bye')", "it called sys.exit('bye') instead of returning", 1),
        ("sys.exit(0)", "it called sys.exit(0) instead of returning", 1),
        ("os._exit(0)", "exit 0 in the middle: it neither returned nor raised", 0),
        ("os._exit(3)", "exit 3 in the middle: it neither returned nor raised", 3),
        ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV in the middle: it neither returned nor raised", -11),
        ("os.kill(os.getpid(), 9)", "killed by SIGKILL in the middle: it neither returned nor raised", -9),
        ("class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E", "E", 1),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded", 1),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
    ],
)
def test_F28_code_that_breaks_breaks_its_run_alone_and_says_how(
    stage: Stage, code: Path, body: str, reason: str, code_: int
) -> None:
    other = stage.add("echo fine")
    run = do(stage, code, body)
    assert (run.state, run.reason, run.error, run.exit_code) == (RunState.FAILED, reason, reason, code_)
    assert stage.over(other)[0].state is RunState.SUCCEEDED


def test_trace_of_an_exception_is_in_the_log_without_our_own_frames(stage: Stage, code: Path) -> None:
    run = do(stage, code, "def deeper(): return {}['x']\ndeeper()")
    lines = [text for _, level, text in told(stage, run) if level is Level.ERROR]
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "KeyError: 'x'"
    assert [line.strip().split(",")[0] for line in lines if "File" in line] == [f'File "{code}"'] * 2
    assert run.error == "KeyError: 'x'"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("/no/such.py:go", "entry: there is no file /no/such.py"),
        ("no_such_package.x:go", "entry: no package 'no_such_package.x' is installed beside tickler"),
        ("json:no_such", "entry: json has no function 'no_such'"),
        ("json:__name__", "entry: json has no function '__name__'"),
    ],
)
def test_entry_that_leads_nowhere_is_not_tried_again(stage: Stage, entry: str, reason: str) -> None:
    run = stage.over(stage.add("x", controller="python", params={"entry": entry}, max_retries=2))[0]
    assert (run.state, run.reason, run.attempts) == (RunState.FAILED, reason, 1)


def test_files_of_its_folder_are_not_imported_by_name(stage: Stage, code: Path) -> None:
    (code.parent / "json.py").write_text("raise RuntimeError('shadowed')")
    (code.parent / "neighbour.py").write_text("")
    assert do(stage, code, "import json").state is RunState.SUCCEEDED
    assert do(stage, code, "import neighbour").reason == "ModuleNotFoundError: No module named 'neighbour'"


def test_Z3_cancelled_code_sees_it_and_returns(stage: Stage, code: Path) -> None:
    run = add(
        stage, code, 'context.log.info("ready")\nwhile not context.cancelled: time.sleep(0.005)\nprint("cleaned up")'
    )
    stage.until(lambda: "ready" in texts(stage.store, run, "log"))
    verbs.cancel(ANA, AT, run)
    found = stage.over(run)[0]
    assert (found.state, found.reason) == (RunState.CANCELLED, "cancelled by ana")
    assert texts(stage.store, run, "stdout") == ["cleaned up"]


def test_Z3_code_that_goes_on_is_interrupted_and_can_clean_up(stage: Stage, code: Path) -> None:
    with_grace(stage, 1)
    run = add(stage, code, 'context.log.info("ready")\ntry: time.sleep(600)\nfinally: print("cleaned up")')
    stage.until(lambda: "ready" in texts(stage.store, run, "log"))
    verbs.cancel(ANA, AT, run)
    assert stage.over(run)[0].state is RunState.CANCELLED
    assert texts(stage.store, run, "stdout") == ["cleaned up"]


def test_Z3_code_that_swallows_everything_is_killed(stage: Stage, code: Path) -> None:
    with_grace(stage, 1)
    body = 'context.log.info("ready")\nwhile True:\n    try: time.sleep(600)\n    except BaseException: pass'
    run = add(stage, code, body)
    stage.until(lambda: "ready" in texts(stage.store, run, "log"))
    verbs.cancel(ANA, AT, run)
    found = stage.over(run)[0]
    assert (found.state, found.exit_code) == (RunState.CANCELLED, -9)


def test_Z3_code_that_had_finished_before_the_cancel_has_succeeded(stage: Stage, code: Path) -> None:
    body = "import threading\nthreading.Thread(target=time.sleep, args=(600,)).start()\nreturn 7"
    with_grace(stage, 1)
    run = add(stage, code, body)
    stage.until(lambda: rows(stage.store, "SELECT result FROM run")[0][0])
    verbs.cancel(ANA, AT, run)
    found = stage.over(run)[0]
    assert (found.state, found.reason) == (RunState.SUCCEEDED, "cancel came too late")


def test_flood_without_a_line_end_is_cut_and_counted(stage: Stage, code: Path) -> None:
    size = 200_000_000
    run = do(stage, code, f"for _ in range({size} // 1000000): sys.stdout.write('x' * 1000000)\nreturn 'still alive'")
    assert run.state is RunState.SUCCEEDED
    (line,) = texts(stage.store, run.id, "stdout")
    assert line.endswith("…[cut]")
    assert run.dropped_bytes == size - len(line.encode())
    assert rows(stage.store, "SELECT result FROM run") == [('"still alive"',)]


def test_what_is_too_long_or_strange_for_the_channel_passes_whole_or_cut(stage: Stage, code: Path) -> None:
    body = "\n".join((
        "context.log.info('é\\x00\\x1b[2J' * 5000)",
        "context.log.info('one\\ntwo')",
        "context.log.info('100% sure %s', )",
        "os.write(3, b'garbage\\n[1,2]\\n{}\\n[\"progress\",\"x\",1,2]\\n[\"log\",1,2]\\n')",
        "return object()",
    ))  # fmt: skip
    run = do(stage, code, body)
    lines = texts(stage.store, run.id, "log")
    assert lines[0].startswith("é\x00\x1b[2J")
    assert lines[0].endswith("…[cut]")
    assert lines[1:] == [
        "one", "two", "100% sure %s", "garbage", "[1,2]", "{}", '["progress","x",1,2]', '["log",1,2]',
        "the result cannot be kept: Object of type object is not JSON serializable",
    ]  # fmt: skip
    assert run.state is RunState.SUCCEEDED


def test_failed_attempts_are_tried_again_with_what_they_need_to_know_it(stage: Stage, code: Path) -> None:
    run = add(stage, code, "if context.attempt < 2: raise OSError('not yet')\nreturn context.attempt", max_retries=2)
    stage.until(lambda: run_of(stage.store, run).attempts == 1 and run_of(stage.store, run).state is RunState.PENDING)
    assert run_of(stage.store, run).error == "OSError: not yet"
    stage.turn(60)
    found = stage.over(run)[0]
    assert (found.state, found.attempts, found.error) == (RunState.SUCCEEDED, 2, None)


def with_grace(stage: Stage, seconds: int) -> None:
    from engine.operations.settings import set_setting

    set_setting(ANA, AT, "cancel_grace", str(seconds))


@pytest.mark.parametrize("is_idempotent", [False, True])
def test_Z14_killed_engine_what_the_code_told_is_there_once_and_only_harmless_code_runs_again(
    desk: Path, code: Path, is_idempotent: bool
) -> None:
    code.write_text(
        "import time\n"
        "def go(context):\n"
        "    for number in range(5): context.log.info(f'line {number}')\n"
        "    if context.attempt > 1: return 'again'\n"
        "    while not context.cancelled: time.sleep(0.005)\n"
        "    context.log.info('leaving')\n"
    )
    params = {"entry": f"{code}:go", "idempotent": is_idempotent}
    run = ask("mine", now=SystemClock().now(), controller="python", params=params)
    first = [f"line {number}" for number in range(5)]
    with daemon(desk) as engine:
        soon(lambda: texts(desk, run, "log") == first)
        engine.kill()
        engine.wait()
    with daemon(desk):
        soon(lambda: run_of(desk, run).finished_at)
    found = run_of(desk, run)
    if is_idempotent:
        assert (found.state, found.result, found.attempts) == (RunState.SUCCEEDED, "again", 2)
        assert texts(desk, run, "log") == [*first, "leaving", *first]
    else:
        assert (found.state, found.attempts) == (RunState.LOST, 1)
        assert texts(desk, run, "log") == [*first, "leaving"]
    whole(desk)
