"""What a run may execute."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.controllers import command_of
from engine.rules.errors import BadValue


@pytest.mark.parametrize(
    ("controller", "params", "words"),
    [
        ("ftp", {}, "controller 'ftp' is not registered"),
        ("shell", [], "params must be an object"),
        ("shell", {}, "params: command is missing (expected the text of a shell command)"),
        ("shell", {"command": " \n"}, "params: command is missing (expected the text of a shell command)"),
        ("shell", {"command": 3}, "params: command: expected a text (the text of a shell command), not '3'"),
        (
            "shell",
            {"command": "x", "comand": "y"},
            "params: 'comand' is not known to 'shell' (expected command, cwd, env, stdin, shell and idempotent)",
        ),
        (
            "shell",
            {"command": "x", "cwd": 3},
            "params: cwd: expected a text (the path of a folder to work in; else one of the run's own), not '3'",
        ),
        ("shell", {"command": "x", "cwd": "here"}, "params: cwd 'here' must be an absolute path or begin with ~"),
        ("shell", {"command": "x", "stdin": 3}, "params: stdin: expected a text (what the command reads), not '3'"),
        (
            "shell",
            {"command": "x", "shell": "bash"},
            "params: shell must be the absolute path of a shell such as /bin/bash",
        ),
        (
            "shell",
            {"command": "x", "env": []},
            """params: env: expected an object such as {"name": "value"} (variables of the environment), not '[]'""",
        ),
        ("shell", {"command": "x", "env": {"A=B": "1"}}, "params: env: 'A=B' is not a name for a variable"),
        ("shell", {"command": "x", "env": {"": "1"}}, "params: env: '' is not a name for a variable"),
        ("shell", {"command": "x", "env": {"A": {}}}, "params: env: A must be a text"),
        ("shell", {"command": "x", "env": {"A": True}}, "params: env: A must be a text"),
        (
            "shell",
            {"command": "x", "env": {"TICKLER_STORE": "1"}},
            "params: env: TICKLER_STORE may not be set (TICKLER_* tells the job about its run)",
        ),
    ],
)
def test_params_that_make_no_sense(controller: str, params: object, words: str) -> None:
    with pytest.raises(BadValue) as fault:
        command_of(controller, params)
    assert str(fault.value) == words


def test_params_of_a_shell_command() -> None:
    found = command_of("shell", {"command": "a | b\n", "cwd": "~/x", "env": {"N": 7, "PYTHONUNBUFFERED": "1"}})
    assert found.text == "a | b\n"
    assert found.cwd == str(Path.home() / "x")
    assert found.env == {"N": "7", "PYTHONUNBUFFERED": "1"}
