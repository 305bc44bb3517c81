"""How runs end, in words."""

from __future__ import annotations

import pytest

from engine.rules.endings import Verdict, exit_words, last_lines, next_try, one_line, signal_name, told_verdict, verdict
from store.enums import RunState


@pytest.mark.parametrize(
    ("cause", "code", "number", "by", "state", "reason", "may_retry"),
    [
        ("exit", 0, None, None, "succeeded", None, False),
        ("exit", 3, None, None, "failed", "exit 3", True),
        ("exit", None, 11, None, "failed", "killed by SIGSEGV", True),
        ("exit", 127, None, None, "failed", "exit 127 (command not found)", False),
        ("exit", 126, None, None, "failed", "exit 126 (cannot be executed)", False),
        ("exit", 0, None, "ana", "succeeded", "cancel came too late", False),
        ("exit", 3, None, "ana", "failed", "exit 3; cancel came too late", False),
        ("timeout", None, 15, None, "failed", "timed out after 1h30m", True),
        ("cancelled", None, 15, "ana", "cancelled", "cancelled by ana", False),
        ("cancelled", 0, None, "ana", "cancelled", "cancelled by ana", False),
        ("cancelled", None, None, "ana", "cancelled", "cancelled by ana, and could not be killed", False),
        ("cancelled", None, 15, None, "cancelled", "stopped with the engine", False),
        ("engine lost", None, 9, None, "lost", "the engine died while it ran, and it was stopped", False),
        ("vanished", None, None, None, "lost", "the engine and its supervisor died while it ran", False),
        ("restarted", None, None, "ana", "lost", "the machine was restarted while it ran", False),
    ],
)
def test_verdict(
    cause: str, code: int | None, number: int | None, by: str | None, state: str, reason: str | None, may_retry: bool
) -> None:
    found = verdict(cause, code, number, 5400, by)
    assert (found.state, found.reason, found.may_retry) == (state, reason, may_retry)
    assert found.error == (reason if state == "failed" else None)


def test_signals_without_a_name() -> None:
    assert signal_name(9) == "SIGKILL"
    assert signal_name(40) == "signal 40"
    assert exit_words(None, None) == "it could not be killed"


def test_last_lines_say_what_was_not_kept_and_what_was_left_behind() -> None:
    judged = Verdict(RunState.FAILED, "exit 3", "exit 3")
    assert last_lines(judged, 62.5, 2, 1234, 2048) == [
        ("output  1,234 lines, 2.0 KiB beyond the limit were not kept", 30),
        ("stopped  2 processes that it left behind", 30),
        ("end  failed: exit 3  after 1m 02s", 40),
    ]
    assert last_lines(Verdict(RunState.SUCCEEDED), 0.25, 0, 0, 0) == [("end  succeeded  after 0.2s", 20)]
    assert last_lines(Verdict(RunState.LOST, "why"), 0, 0, 0, 0) == [("end  lost: why  after 0s", 40)]


def test_next_try() -> None:
    assert next_try("exit 1", 2, 3) == "exit 1; attempt 2 of 3 follows"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("true", "true"),
        ("  true \n", "true"),
        ("a\nb", "a … (+1 line)"),
        ("a\nb\nc\n", "a … (+2 lines)"),
        ("x" * 500, "x" * 399 + "…"),
    ],
)
def test_command_as_one_line(command: str, line: str) -> None:
    assert one_line(command) == line


OK, EXIT_3 = Verdict(RunState.SUCCEEDED), Verdict(RunState.FAILED, "exit 3", "exit 3", True)
STOPPED = Verdict(RunState.CANCELLED, "cancelled by ana")


@pytest.mark.parametrize(
    ("told", "cause", "found", "by", "state", "reason", "may_retry"),
    [
        (("done", ""), "exit", OK, None, "succeeded", None, False),
        (("done", ""), "exit", OK, "ana", "succeeded", "cancel came too late", False),
        (("done", ""), "cancelled", STOPPED, "ana", "succeeded", "cancel came too late", False),
        (("done", ""), "timeout", EXIT_3, None, "failed", "exit 3", True),
        (("done", ""), "engine lost", Verdict(RunState.LOST, "why"), None, "lost", "why", False),
        (("cancelled", ""), "cancelled", STOPPED, "ana", "cancelled", "cancelled by ana", False),
        (("cancelled", ""), "exit", OK, None, "cancelled", "a signal from elsewhere asked it to end", False),
        (("failed", "ValueError: x"), "exit", EXIT_3, None, "failed", "ValueError: x", True),
        (("failed", "E"), "exit", EXIT_3, "ana", "failed", "E; cancel came too late", False),
        (("failed", "E"), "cancelled", STOPPED, "ana", "cancelled", "cancelled by ana", False),
        (("refused", "no"), "exit", EXIT_3, None, "failed", "no", False),
        (None, "exit", OK, None, "failed", "exit 0 in the middle: it neither returned nor raised", True),
        (None, "exit", EXIT_3, None, "failed", "exit 3 in the middle: it neither returned nor raised", True),
    ],
)
def test_code_is_believed_before_its_exit_status(
    told: tuple[str, str] | None, cause: str, found: Verdict, by: str | None, state: str, reason: str | None,
    may_retry: bool,
) -> None:  # fmt: skip
    judged = told_verdict(told, cause, found, by)
    assert (judged.state, judged.reason, judged.may_retry) == (state, reason, may_retry)
