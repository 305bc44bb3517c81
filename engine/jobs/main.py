"""One run in this process: read what to do, do it, tell how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from types import FrameType
from typing import Any

from engine.jobs.channel import DESCRIPTOR, Channel
from engine.jobs.context import DEBUG, ERROR, INFO, Cancelled, Context
from engine.rules.errors import BadValue

BODIES = frozenset({"python", "http", "retention", "backup", "integrity", "workflow", "flowstart"})
_TRACE = 200
"""Lines of a traceback that are kept, its last ones."""


class Failure(Exception):
    """A run came to nothing, in a sentence, without a trace: nothing is wrong with the code."""


def main() -> None:
    """Do what standard input says; the exit status is 0 if it is done."""
    os.set_inheritable(DESCRIPTOR, False)
    with open(0, "rb", closefd=False) as file:
        task = json.loads(file.read())
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    channel = Channel()
    channel.begin()
    context = Context(task.get("params", {}), channel, least=DEBUG if task.get("debug") else INFO)
    heed_signals(context)
    is_done = did(task, context, channel)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    sys.exit(0 if is_done else 1)


def did(task: Mapping[str, Any], context: Context, channel: Channel) -> bool:
    """Do it and tell how it ended; whether it is done."""
    try:
        result = _result(task, context)
        signal.setitimer(signal.ITIMER_REAL, 0)
        context.finish()
        if result is not None and (trouble := channel.result(result)):
            context.log.warning(trouble)
        channel.end("cancelled" if context.cancelled else "done")
        return True
    except Cancelled:
        channel.end("cancelled")
    except Failure as fault:
        channel.end("failed", str(fault))
    except BadValue as fault:
        channel.end("refused", str(fault))
    except SystemExit as fault:
        channel.end("failed", f"it called sys.exit({fault.code!r}) instead of returning")
    except BaseException as fault:
        _tell_trace(fault, channel)
        channel.end("failed", sentence_of(fault))
    return False


def _result(task: Mapping[str, Any], context: Context) -> Any:
    if task["body"] not in BODIES:
        raise BadValue(f"there is no job {task['body']!r}")
    result = importlib.import_module(f"engine.jobs.{task['body']}").run(task, context)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def heed_signals(context: Context) -> None:
    """SIGTERM is what a cancel says first; who goes on then is interrupted after half of the grace."""
    half = max(0.1, float(os.environ.get("TICKLER_GRACE", "10")) / 2)

    def asked(number: int, frame: FrameType | None) -> None:
        if not context.cancelled:
            context.cancel()
            signal.setitimer(signal.ITIMER_REAL, half)

    def late(number: int, frame: FrameType | None) -> None:
        raise Cancelled

    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGTERM, asked)


def sentence_of(fault: BaseException) -> str:
    """`ValueError: no such row`; an exception that cannot say itself is named."""
    try:
        words = str(fault)
    except Exception:
        words = ""
    return f"{type(fault).__name__}: {words}" if words else type(fault).__name__


def trace_of(fault: BaseException) -> str:
    """The trace without our own frames, its last lines."""
    trace = fault.__traceback__
    ours = os.path.dirname(__file__)  # noqa: PTH120
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith((ours, "<frozen importlib")):
        trace = trace.tb_next
    try:
        lines = "".join(traceback.format_exception(type(fault), fault, trace)).splitlines()
    except Exception:
        lines = [type(fault).__name__]
    return "\n".join(lines[-_TRACE:])


def _tell_trace(fault: BaseException, channel: Channel) -> None:
    channel.log(ERROR, trace_of(fault))
