"""How jobs run and end by themselves, with real processes."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path

import pytest

from engine.supervisor import procfs
from engine.supervisor.client import Supervisor
from engine.supervisor.events import Exited, Output, Started
from tests.engine.supervisor.harness import ENV, Desk


def now() -> int:
    return time.time_ns() // 1000


def test_a_job_starts_prints_and_ends(desk: Desk) -> None:
    before = now()
    key = desk.run("echo out; echo err >&2; exit 3")
    started, *_, exited = desk.said
    assert isinstance(started, Started)
    assert isinstance(exited, Exited)
    assert (desk.lines(key), desk.lines(key, "stderr")) == (["out"], ["err"])
    assert (exited.code, exited.signal, exited.reason) == (3, None, "exit")
    assert (exited.left_behind, exited.dropped_lines, exited.dropped_bytes) == (0, 0, 0)
    times = [event.at for event in desk.said if isinstance(event, Started | Output | Exited)]
    assert all(before <= at <= now() for at in times)
    assert started.at <= exited.at


def test_output_comes_while_the_job_runs(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    key = desk.submit("echo first; read line < gate; echo $line", cwd=str(tmp_path))
    desk.printed(key, "first")
    assert desk.processes(key)
    (tmp_path / "gate").write_text("second\n")
    desk.exited(key)
    assert desk.lines(key) == ["first", "second"]
    assert [out.first for out in desk.outputs(key)] == [0, 1]


def test_pid_and_start_are_those_of_the_command(desk: Desk) -> None:
    keys = [desk.submit("read x < /proc/self/stat; echo $x; sleep 100") for _ in range(20)]
    for key in keys:
        started = desk.started(key)
        proc = procfs.stat(started.pid)
        assert proc is not None
        assert (proc.start, proc.group) == (started.pid_start, started.pid)
        assert os.getsid(started.pid) == desk.supervisor.pid
        desk.supervisor.cancel(key, kill=True)


@pytest.mark.parametrize(("command", "code", "sentence"), [
    ("exit 0", 0, ""),
    ("false", 1, ""),
    ("nosuchprogram --x", 127, "not found"),
    ("/no/such/program", 127, "not found"),
    ("/etc/passwd", 126, "denied"),
    ("if", 2, "yntax"),
])  # fmt: skip
def test_exit_codes_are_the_shells(desk: Desk, command: str, code: int, sentence: str) -> None:
    key = desk.run(command)
    assert desk.exited(key).code == code
    assert sentence in "".join(desk.lines(key, "stderr"))


@pytest.mark.parametrize("command", ["kill -SEGV $$", "exec sh -c 'kill -SEGV $$'"])
def test_a_signal_is_told_as_one(desk: Desk, command: str) -> None:
    exited = desk.exited(desk.run(command))
    assert (exited.code, exited.signal, exited.reason) == (None, signal.SIGSEGV, "exit")


def test_what_a_job_finds_around_it(desk: Desk, tmp_path: Path) -> None:
    key = desk.run("pwd; umask; ulimit -c; readlink /proc/self/fd/0; ls /proc/self/fd; env", cwd=str(tmp_path))
    pwd, umask, core, stdin, *rest = desk.lines(key)
    assert (pwd, umask, core, stdin) == (str(tmp_path), "0077", "0", "/dev/null")
    assert rest[:4] == ["0", "1", "2", "3"]  # 3 is the folder that ls reads
    variables = dict(line.split("=", 1) for line in rest[4:])
    shells_own = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert {name: value for name, value in variables.items() if name not in shells_own} == {
        **ENV,
        procfs.MARK: f"{desk.name}/{key}",
    }


@pytest.mark.parametrize("command", ["sh -c 'grep ^Sig /proc/self/status'", "grep ^Sig /proc/self/status"])
def test_a_job_starts_with_no_signal_ignored_or_blocked(desk: Desk, command: str) -> None:
    masks = dict(line.split(":\t") for line in desk.lines(desk.run(command)))
    assert int(masks["SigIgn"], 16) % (1 << 31) == 0  # 32 and 33 are the C library's own
    assert int(masks["SigBlk"], 16) == 0


def test_stdin_is_at_its_end(desk: Desk) -> None:
    assert desk.lines(desk.run("cat; read x || echo end")) == ["end"]


@pytest.mark.parametrize(("fields", "words"), [
    ({"command": "true", "cwd": "/no/such/folder"}, ("/no/such/folder", "No such file")),
    ({"command": "true", "cwd": "/etc/passwd"}, ("/etc/passwd", "Not a directory")),
    ({"command": "true " + "x" * 3_000_000}, ("3,000,005 bytes", "131,071")),
    ({"command": "true $x", "env": {f"V{i}": "x" * 100_000 for i in range(100)}}, ("environment", "larger")),
    ({"command": "true \0"}, ("NUL",)),
    ({"command": "true", "env": {"A=B": "c"}}, ("environment", "name")),
])  # fmt: skip
def test_what_cannot_start_says_why(desk: Desk, fields: dict[str, str], words: tuple[str, ...]) -> None:
    failed = desk.failed(desk.run(**fields))
    assert failed.error.endswith(".")
    assert all(word in failed.error for word in words)
    assert desk.said == [failed]
    assert desk.exited(desk.run("true")).code == 0


def test_text_is_given_as_it_was_printed(desk: Desk) -> None:
    key = desk.run(r"printf 'caf\303\251 \377\376 \000 \033[2J\007 \t|\n\n no end'; printf 'a\r\nb\n' >&2")
    assert desk.lines(key) == ["café \ufffd\ufffd \0 \x1b[2J\x07 \t|", "", " no end"]
    assert desk.lines(key, "stderr") == ["a", "b"]


def test_text_splits_at_newlines_alone(desk: Desk) -> None:
    key = desk.run(r"printf 'a\vb\fc\302\205d\342\200\250e\nf\n'")
    (out,) = desk.outputs(key)
    assert out.lines == 2
    assert out.text.split("\n") == ["a\vb\fc\x85d\u2028e", "f"]


def test_commands_in_other_alphabets_and_odd_bytes_arrive(desk: Desk) -> None:
    key = desk.run("printf %s 'żółć 漢字 \udcff' | od -An -tx1")
    assert "".join(desk.lines(key)).replace(" ", "").endswith("20ff")


def test_progress_that_paints_over_itself_is_seen_while_it_runs(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    key = desk.submit(r"printf '10%%\r20%%\r'; read x < gate; printf '30%%\n'", cwd=str(tmp_path))
    desk.printed(key, "10%")
    (tmp_path / "gate").write_text("\n")
    desk.exited(key)
    assert desk.lines(key) == ["10%", "20%", "30%"]


def test_a_key_runs_once_at_a_time(desk: Desk) -> None:
    first = desk.submit("sleep 100", key="same")
    desk.started(first)
    desk.submit("echo second", key="same")
    assert "runs already" in desk.failed("same").error
    assert desk.processes("same")


def test_fifty_at_once(desk: Desk) -> None:
    jobs = [desk.job(f"echo {n}; sleep 0.2; echo {n} >&2; exit {n}") for n in range(50)]
    desk.supervisor.submit(jobs)
    for n, job in enumerate(jobs):
        assert desk.exited(job.key).code == n
        assert (desk.lines(job.key), desk.lines(job.key, "stderr")) == ([str(n)], [str(n)])
    first_end = next(at for at, event in enumerate(desk.said) if isinstance(event, Exited))
    assert sum(isinstance(event, Started) for event in desk.said[:first_end]) >= 25


def test_five_hundred_jobs_leave_no_descriptor_and_no_memory(desk: Desk) -> None:
    def held() -> tuple[int, int]:
        folder = Path(f"/proc/{desk.supervisor.pid}")
        return len(list((folder / "fd").iterdir())), len(list(Path("/proc/self/fd").iterdir()))

    desk.run("true")
    before = held()
    pending = {desk.submit("echo x") for _ in range(20)}
    for n in range(500):
        event = next(event for event in desk.happening() if isinstance(event, Exited) and event.key in pending)
        pending.remove(event.key)
        desk.said.remove(event)
        if n < 480:
            pending.add(desk.submit("echo x; (true &)" if n % 50 == 0 else "echo x"))
    assert held() == before


def test_a_supervisor_out_of_descriptors_says_so_and_goes_on(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, hard))
    try:
        desk = Desk(tmp_path / "runs")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    keys = [desk.submit("sleep 100") for _ in range(40)]
    assert "descriptors" in desk.failed(keys[-1]).error
    for key in keys:
        desk.supervisor.cancel(key, kill=True)
    ends = [desk.ended(key) for key in keys]
    assert sum(isinstance(end, Exited) for end in ends) >= 5
    assert desk.exited(desk.run("true")).code == 0
    desk.close()


def test_a_name_is_used_once(desk: Desk) -> None:
    desk.run("true")
    with pytest.raises(FileExistsError, match="a name of its own"):
        Supervisor(desk.folder, desk.name).start()


def test_a_command_reads_its_text_to_the_end_however_long(desk: Desk) -> None:
    key = desk.run("wc -lc; cat", stdin="one\ntwo é\n" + "x" * 300_000)
    assert desk.lines(key)[0].split() == ["2", "300011"]
    assert desk.exited(desk.run("cat", stdin="")).code == 0
    assert desk.lines(desk.run("read x; echo $?")) == ["1"]


def test_a_command_runs_in_the_shell_it_names(desk: Desk) -> None:
    key = desk.run("echo $0; [[ a == a ]] && echo double", shell="/bin/bash")  # noqa: S604
    assert desk.lines(key) == ["/bin/bash", "double"]
    gone = desk.failed(desk.run("true", shell="/no/such/shell"))  # noqa: S604
    assert gone.error == "The shell /no/such/shell cannot be started: No such file or directory."


def test_a_job_may_have_more_time_than_poll_can_count(desk: Desk) -> None:
    assert desk.exited(desk.run("sleep 0.05", timeout=40 * 86_400.0)).code == 0
    assert desk.exited(desk.run("true", timeout=1e12)).code == 0
