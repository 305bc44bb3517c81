"""A command that is started without a shell does what `sh -c` does with it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from engine.supervisor.shell import program

PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@pytest.mark.parametrize(
    "command",
    [
        "echo *", "echo $HOME", "echo 'x'", 'echo "x"', "echo `id`", "a|b", "a; b", "a & b", "a > b", "a < b",
        "(a)", "a\nb", "a # b", "~/a", "a\\ b", "a{b,c}", "a ~", "a !", "X=1 a", "cd /", "exit 3", ". a", ": a",
        "exec ls", "if", "test -f x", "kill 1", "umask", "ulimit -n", "wait", "type ls", "command ls", "time ls",
        "true x", "echo -n x", "echo -e x", "printf x", "nosuchprogram", "", "  ", "ls é", "ls\0", "x" * 5000,
    ],
)  # fmt: skip
def test_left_to_the_shell(command: str) -> None:
    assert program(command, PATH) is None


@pytest.mark.parametrize("env", [{}, {"PATH": ""}, {"PATH": ".:/bin"}, {"PATH": "bin:/usr/bin"}])
def test_a_path_that_is_not_absolute_is_left_to_the_shell(env: dict[str, str]) -> None:
    assert program("ls", env) is None


@pytest.mark.parametrize("command", ["true", " ls\t-l  /etc ", "env A=1 b=2", "./x --all=1,2:3@4+5%"])
def test_plain_words_need_none(command: str) -> None:
    found = program(command, PATH)
    assert found is not None
    path, words = found
    assert words == command.split()
    assert path == words[0] or (path.startswith("/") and os.access(path, os.X_OK))


@pytest.mark.parametrize(
    "command",
    ["echo", "echo a  b\tc", "true", "false", "ls -d /", "env", "./here", "/bin/sh -x no/such/file", "seq 1 3"],
)
def test_the_outcome_is_that_of_the_shell(command: str, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("#!/bin/sh\necho here $0\nexit 4\n")
    (tmp_path / "here").chmod(0o755)
    found = program(command, PATH)
    assert found is not None
    path, words = found

    def outcome(executable: str, args: list[str]) -> tuple[int, bytes, list[bytes]]:
        done = subprocess.run(args, executable=executable, cwd=tmp_path, env=PATH, capture_output=True, check=False)
        own = (b"_=", b"PWD=", b"OLDPWD=", b"SHLVL=")  # what some shells add
        return done.returncode, done.stderr, [x for x in done.stdout.split(b"\n") if not x.startswith(own)]

    assert outcome(path, words) == outcome("/bin/sh", ["sh", "-c", command])
