"""How a run ended, in the words that people read."""

from __future__ import annotations

import signal

from engine.rules.durations import duration_text, duration_words
from engine.rules.loudness import ERROR, INFO, WARNING
from engine.rules.wording import bytes_words, count_of
from store.enums import RunState
from store.frozen import value

TOO_LATE = "cancel came too late"
_LOST = {
    "engine lost": "the engine died while it ran, and it was stopped",
    "vanished": "the engine and its supervisor died while it ran",
    "restarted": "the machine was restarted while it ran",
    "unknown": "the engine died and left no word of how it ended",
}
_SHELL = {126: "cannot be executed", 127: "command not found"}


@value
class Verdict:
    """The state, why, the error if it is one, and whether trying again could help."""

    state: RunState
    reason: str | None = None
    error: str | None = None
    may_retry: bool = False


def verdict(
    cause: str,
    code: int | None,
    number: int | None,
    timeout: int,
    cancelled_by: str | None,
) -> Verdict:
    """What became of a command that ran.

    `cause` is the supervisor's word (exit, timeout, cancelled, engine lost) or what recovery found (vanished,
    restarted, unknown). `number` is the signal that ended it. `cancelled_by` is who asked for its end, None if
    nobody did: then a stop came with the engine's own.
    """
    if cause in _LOST:
        return Verdict(RunState.LOST, _LOST[cause])
    if cause == "timeout":
        return _failed(f"timed out after {duration_text(timeout)}", may_retry=True)
    if cause == "cancelled":
        who = f"cancelled by {cancelled_by}" if cancelled_by else "stopped with the engine"
        alive = "" if (code, number) != (None, None) or not cancelled_by else ", and could not be killed"
        return Verdict(RunState.CANCELLED, who + alive)
    late = f"; {TOO_LATE}" if cancelled_by else ""
    if code == 0:
        return Verdict(RunState.SUCCEEDED, TOO_LATE if cancelled_by else None)
    return _failed(exit_words(code, number) + late, may_retry=code not in _SHELL and not cancelled_by)


def told_verdict(told: tuple[str, str] | None, cause: str, found: Verdict, cancelled_by: str | None) -> Verdict:
    """What became of code that tells how it ended (word and sentence), and was `found` to have ended so.

    Its exit status is not believed: `os._exit(0)` in the middle is no success.
    """
    if cause not in ("exit", "cancelled"):
        return found
    word, sentence = told or ("", "")
    if word == "done":
        return Verdict(RunState.SUCCEEDED, TOO_LATE if cancelled_by else None)
    if cause == "cancelled":
        return found
    if word == "cancelled":
        return Verdict(RunState.CANCELLED, "a signal from elsewhere asked it to end")
    late = f"; {TOO_LATE}" if cancelled_by else ""
    if word:
        return _failed(sentence + late, may_retry=word == "failed" and not cancelled_by)
    how = found.reason if found.reason and found.state is not RunState.SUCCEEDED else "exit 0"
    return _failed(f"{how} in the middle: it neither returned nor raised", may_retry=not cancelled_by)


def exit_words(code: int | None, number: int | None) -> str:
    """`exit 3`, `exit 127 (command not found)`, `killed by SIGSEGV`."""
    if number is not None:
        return f"killed by {signal_name(number)}"
    if code is None:
        return "it could not be killed"
    return f"exit {code} ({_SHELL[code]})" if code in _SHELL else f"exit {code}"


def signal_name(number: int) -> str:
    """`SIGSEGV`; a real-time signal by its number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _failed(why: str, *, may_retry: bool) -> Verdict:
    return Verdict(RunState.FAILED, why, why, may_retry)


def last_lines(
    judged: Verdict, seconds: float, left_behind: int, dropped_lines: int, dropped_bytes: int, again: str | None = None
) -> list[tuple[str, int]]:
    """What the log of an attempt ends with: lines and their levels. `again`: why a lost run begins anew."""
    lines = []
    if dropped_bytes:
        lost = f"{count_of(dropped_lines, 'line')}, {bytes_words(dropped_bytes)}"
        lines.append((f"output  {lost} beyond the limit were not kept", WARNING))
    if left_behind:
        lines.append((f"stopped  {count_of(left_behind, 'process', 'processes')} that it left behind", WARNING))
    why = f": {judged.reason}" if judged.reason else ""
    level = ERROR if judged.error or judged.state is RunState.LOST else INFO
    lines.append((f"end  {judged.state}{why}  after {duration_words(seconds)}", level))
    if again and judged.state is RunState.LOST:
        lines.append((f"again  {again}", WARNING))
    return lines


def next_try(reason: str, number: int, most: int) -> str:
    """Why a run that failed waits."""
    return f"{reason}; attempt {number} of {most} follows"


def repeat(reason: str, left: int) -> str:
    """Why a run that was lost begins anew."""
    more = "for the last time" if left == 1 else f"at most {left} times"
    return f"{reason}; it may be repeated, and is, {more}"


def one_line(command: str, limit: int = 400) -> str:
    """A command as one line of a log: its first line, and how many more it has."""
    first, *more = command.strip().split("\n")
    first = first if len(first) <= limit else first[: limit - 1] + "…"
    return f"{first} … (+{count_of(len(more), 'line')})" if more else first
