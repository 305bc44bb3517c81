"""What a controller's function is given."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from engine.jobs.artifacts import keep
from engine.jobs.channel import Channel

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
_EVERY = 0.1
"""Seconds between two words of progress that are told; the last one always is."""


class Cancelled(BaseException):
    """Raised in the main thread of a function that was asked to end and went on for half of its grace.

    Not an `Exception`, so that `except Exception` does not swallow it; `finally` and `with` clean up.
    """


class Log:
    """Lines of the run's log, each with its level. `log.info("read %s rows", n)` formats as `logging` does."""

    def __init__(self, channel: Channel, least: int) -> None:
        self._channel = channel
        self._least = least

    def debug(self, text: object, *args: object) -> None:
        """For who looks for a fault; kept if the controller says `debug=True`, or the params of the run do."""
        self._say(DEBUG, text, args)

    def info(self, text: object, *args: object) -> None:
        """What happens."""
        self._say(INFO, text, args)

    def warning(self, text: object, *args: object) -> None:
        """What somebody should look at."""
        self._say(WARNING, text, args)

    def error(self, text: object, *args: object) -> None:
        """What went wrong. The run goes on; raise an exception to end it."""
        self._say(ERROR, text, args)

    def _say(self, level: int, text: object, args: tuple[object, ...]) -> None:
        if level >= self._least:
            line = str(text)
            if args:
                with contextlib.suppress(TypeError, ValueError):
                    line = line % args
            self._channel.log(level, line)


class Context:
    """One attempt of one run.

    `params` with the declared defaults; `run_id` and `attempt` count from 1; `idempotency_key` is equal in all
    attempts of a run, so that what is sent twice can be told apart downstream.
    """

    def __init__(self, params: Mapping[str, Any], channel: Channel, *, least: int = INFO) -> None:
        self.params: dict[str, Any] = dict(params)
        self.log = Log(channel, least)
        self.run_id = int(os.environ.get("TICKLER_RUN_ID", "0"))
        self.attempt = int(os.environ.get("TICKLER_ATTEMPT", "1"))
        self.idempotency_key = os.environ.get("TICKLER_IDEMPOTENCY_KEY", "")
        self._channel = channel
        self._is_cancelled = False
        self._waiting: tuple[int, str, str] | None = None
        self._last: tuple[int, str, str] | None = None
        self._told_at = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether somebody wants the run to end: return soon, half of the grace later `Cancelled` is raised."""
        return self._is_cancelled

    def progress(self, percent: float, text: str = "", rate: str = "") -> None:
        """Say how far it is, 0 to 100, with what it does and how fast (`rate`, such as "120 rows/s")."""
        self._last = round(min(100.0, max(0.0, float(percent)))), " ".join(str(text).split()), str(rate)
        self._waiting = self._last
        if time.monotonic() - self._told_at >= _EVERY:
            self.flush()

    def artifact(self, path: str | os.PathLike[str], name: str | None = None) -> str | None:
        """Keep a copy of a regular file with the run; the name under which it is kept.

        None, and a warning in the log, for what cannot be kept: no file, a symlink, a device, too large.
        """
        return keep(path, name, self.log.warning)

    def result(self, value: Any) -> None:
        """What came of it, of a run that is about to fail too."""
        self._channel.result(value)

    def part(self, value: Any) -> None:
        """One more of several results: they are a list, of a run that dies before the last one too."""
        self._channel.part(value)

    def each(self, things: Any, tell: Callable[[Any], str] = str) -> Any:
        """Go through a list with progress, and stop when the run is cancelled."""
        things = list(things)
        for number, thing in enumerate(things):
            if self._is_cancelled:
                return
            self.progress(100 * number / len(things), tell(thing))
            yield thing

    def flush(self) -> None:
        """Tell the progress that waits."""
        if self._waiting is not None:
            self._told_at = time.monotonic()
            self._channel.progress(*self._waiting)
            self._waiting = None

    def finish(self) -> None:
        """It is done: what said how far it is, is at its end."""
        if self._last is not None and not self._is_cancelled:
            self._waiting = 100, *self._last[1:]
        self.flush()

    def cancel(self) -> None:
        """Somebody wants the run to end."""
        self._is_cancelled = True
