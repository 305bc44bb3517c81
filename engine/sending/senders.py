"""Some processes that send, each one message at a time, and none longer than its time."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
from pathlib import Path

from engine.clock import Clock
from engine.rules.delivering import PERHAPS, Answer, Message
from store.enums import DeliveryState

MOST = 4
_RESTS = 20.0
"""Seconds without work after which a process is let go."""
_START = Path(__file__).with_name("start.py")
_LARGEST = 65_536
_NEEDED = ("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY",
           "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")  # fmt: skip
"""What a process gets of the environment: how to start, and how to reach the world."""


class Senders:
    """For the engine's thread. Nothing here waits for a server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: list[_Sender] = []

    @property
    def free(self) -> int:
        """How many messages may be handed over."""
        return MOST - self.busy

    @property
    def busy(self) -> int:
        """How many are on their way."""
        return sum(each.key is not None for each in self._all)

    def descriptors(self) -> tuple[int, ...]:
        """Readable when there is something to hear."""
        return tuple(each.fileno() for each in self._all if each.key is not None)

    def send(self, key: str, url: str, message: Message, seconds: int) -> None:
        """Hand a message over; its address goes through a pipe, where no list of processes shows it."""
        sender = next((each for each in self._all if each.key is None and each.is_alive), None)
        if sender is None:
            sender = _Sender()
            self._all.append(sender)
        sender.begin(key, url, message, seconds, self._clock.monotonic())

    def hear(self) -> list[Answer]:
        """What became of messages since the last time; those whose time is over are ended."""
        now, found = self._clock.monotonic(), []
        for each in self._all:
            answer = each.hear(now)
            if answer is not None:
                found.append(answer)
        for each in [each for each in self._all if each.key is None and (not each.is_alive or each.rested(now))]:
            each.end()
            self._all.remove(each)
        return found

    def wait(self, seconds: float) -> list[Answer]:
        """Let those on their way arrive, for so long."""
        until, found = self._clock.monotonic() + seconds, []
        while self.busy and self._clock.monotonic() < until:
            with selectors.DefaultSelector() as selector:
                for descriptor in self.descriptors():
                    selector.register(descriptor, selectors.EVENT_READ)
                selector.select(max(0.0, min(0.5, until - self._clock.monotonic())))
            found += self.hear()
        return found

    def close(self) -> None:
        """End them all, whatever they do."""
        for each in self._all:
            each.end()
        self._all.clear()


class _Sender:
    """One process. `key`: of the message that it has, or None."""

    def __init__(self) -> None:
        self.key: str | None = None
        self.is_alive = True
        self._is_over = False
        self._until = self._idle_since = 0.0
        self._seconds = 0
        self._buffer = b""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", str(_START), str(_START.parent.parent.parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
        )
        os.set_blocking(self.fileno(), False)

    def fileno(self) -> int:
        """Where it answers."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def rested(self, now: float) -> bool:
        """Whether it had nothing to do for long."""
        return now - self._idle_since > _RESTS

    def begin(self, key: str, url: str, message: Message, seconds: int, now: float) -> None:
        """Give it a message; if it is dead, that is heard like any end."""
        self.key, self._is_over, self._seconds, self._until = key, False, seconds, now + seconds
        given = {"url": url, "title": message.title, "body": message.body, "severity": message.severity.value}
        line = json.dumps({**given, "seconds": seconds}) + "\n"
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()

    def hear(self, now: float) -> Answer | None:
        """The end of its message, if it has come."""
        if self.key is None:
            return None
        answer = self._read()
        if answer is None and now >= self._until:
            self.end()
            answer = self._lost(f"no answer within {self._seconds} s")
        if answer is not None:
            self.key, self._idle_since = None, now
        return answer

    def end(self) -> None:
        """Kill it and all it started."""
        self.is_alive = False
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.communicate(timeout=5)

    def _read(self) -> Answer | None:
        with contextlib.suppress(BlockingIOError):
            while True:
                piece = os.read(self.fileno(), _LARGEST)
                if not piece:
                    self.end()
                    return self._lost("the process that sends ended")
                self._buffer += piece
                if len(piece) < _LARGEST:
                    break
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            told = json.loads(line)
            if "phase" in told:
                self._is_over = told["phase"] == "over"
                continue
            state = DeliveryState(told["state"])
            words = str(told["error"])
            if state is DeliveryState.UNKNOWN and not self._is_over:
                return Answer(self.key or "", state, f"{PERHAPS}: some of its addresses got it ({words})")
            return self._lost(words) if state is DeliveryState.UNKNOWN else Answer(self.key or "", state, words)
        return None

    def _lost(self, why: str) -> Answer:
        if self._is_over:
            words = f"{PERHAPS}: the server had it and did not answer ({why})"
            return Answer(self.key or "", DeliveryState.UNKNOWN, words)
        return Answer(self.key or "", DeliveryState.FAILED, why)
