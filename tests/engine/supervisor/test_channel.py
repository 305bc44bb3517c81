"""Jobs that are started by their words, and what they tell on a pipe of their own."""

from __future__ import annotations

from tests.engine.supervisor.harness import Desk

SH = "/bin/sh"


def test_words_are_started_as_they_are_and_descriptor_3_is_a_stream_of_its_own(desk: Desk) -> None:
    argv = (SH, "-c", 'echo "$1"; cat; echo told >&3; echo aside >&2', "sh", "$(id) 'x'")
    key = desk.run("for people", argv=argv, stdin="given\n")
    assert desk.lines(key) == ["$(id) 'x'", "given"]
    assert desk.lines(key, "channel") == ["told"]
    assert desk.lines(key, "stderr") == ["aside"]
    assert desk.exited(key).code == 0


def test_without_words_there_is_no_descriptor_3(desk: Desk) -> None:
    key = desk.run("ls /proc/self/fd | tr '\\n' ' '; : ")
    assert desk.lines(key)[0].split()[:3] == ["0", "1", "2"]
    assert desk.exited(desk.run("echo told 2>/dev/null >&3 || exit 9; :")).code in (2, 9)


def test_a_flood_of_output_does_not_drown_what_the_job_tells(desk: Desk) -> None:
    argv = (SH, "-c", "echo before >&3; yes | head -c 3000000; echo after >&3")
    key = desk.run("flood", argv=argv, cap=1000)
    assert desk.lines(key, "channel") == ["before", "after"]
    assert desk.exited(key).dropped_lines > 1_000_000


def test_channel_has_a_cap_as_well_and_both_are_counted(desk: Desk) -> None:
    argv = (SH, "-c", "seq 1 200000 >&3; echo last >&3; echo printed")
    key = desk.run("flood", argv=argv, cap=1000)
    told = desk.lines(key, "channel")
    assert told[0] == "1"
    assert told[-1] == "last"
    assert desk.lines(key) == ["printed"]
    assert desk.exited(key).dropped_lines == 200_001 - len(told)


def test_words_that_cannot_be_started_are_said(desk: Desk) -> None:
    key = desk.run("x", argv=("/no/such/program",))
    assert desk.failed(key).error == "The command could not be started: No such file or directory."
