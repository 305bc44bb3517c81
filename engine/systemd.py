"""What the engine tells systemd, over the datagram socket that systemd names (sd_notify(3)).

A few lines instead of a library: sdnotify has had no release since 2017, the others bind libsystemd.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping

WORDS_SECONDS = 10.0
"""How often the words of `systemctl status` are looked at again, where there is no watchdog."""
_LONGEST = 200


class Systemd:
    """The one who started us, if it was systemd; else nobody listens and nothing is said."""

    def __init__(self, say: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> None:
        """`say` hears that systemd does not listen."""
        self._say = say
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._limit = _watchdog_seconds(environ)
        self._status = ""

    @property
    def listens(self) -> bool:
        """Whether anybody hears what is said."""
        return bool(self._address)

    @property
    def waits(self) -> bool:
        """Whether systemd ends us if it hears no sign of life."""
        return bool(self._limit)

    def tell(self, word: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `STOPPING=1`."""
        if not self._address:
            return
        target = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            try:
                speaker.sendto(word.encode(), target)
            except OSError as fault:
                self._say(f"systemd does not listen: {fault.strerror}")

    def status(self, words: str) -> None:
        """The line of `systemctl status`, told when it is another one."""
        line = " ".join(words.split())[:_LONGEST]
        if line != self._status:
            self._status = line
            self.tell(f"STATUS={line}")

    def watch(self, ticked_at: Callable[[], float], words: Callable[[], str], stop: threading.Event) -> None:
        """Until `stop`: keep the words fresh, and say that the engine lives whenever a pass was completed since.

        Only then: a thread of its own that pings by itself would tell of nothing but itself.
        """
        before = None
        while not stop.wait(self._limit / 3 if self._limit else WORDS_SECONDS):
            self.status(words())
            now = ticked_at()
            if self._limit and now != before:
                self.tell("WATCHDOG=1")
                before = now


def _watchdog_seconds(environ: Mapping[str, str]) -> float:
    """How long systemd waits for a sign of life; 0 if it does not, or waits for another process."""
    said, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not (said.isascii() and said.isdigit()) or (pid and pid != str(os.getpid())):
        return 0.0
    return int(said) / 1_000_000
