"""Drive a terminal program from outside: how long until it paints, and how many bytes it writes.

Only raw bytes are timed; no terminal is emulated, since that would cost more than what is measured. Queries that a
terminal must answer (device attributes, cursor position, modes, colours) are answered.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass
from typing import NamedTuple

_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P.*?\x1b\\|[()].|[@-Z\\-_=>])", re.S)
_ANSWERS = {
    b"\x1b[c": b"\x1b[?62;c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b]10;?": b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}


class Paint(NamedTuple):
    """The answer to a key: milliseconds to its first and last byte, and how many bytes there were."""

    first: float
    last: float
    size: int


@dataclass(slots=True)
class Terminal:
    """A program on a pseudo terminal of its own."""

    pid: int
    fd: int
    started: float
    seen: bytes = b""

    def _read(self, timeout: float) -> bytes:
        """What comes within `timeout` seconds; empty if nothing does, or the program has ended."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        for query, answer in _ANSWERS.items():
            if query in data:
                os.write(self.fd, answer)
        return data

    def wait_for(self, text: bytes, timeout: float = 120) -> float:
        """Milliseconds from the start of the program until `text` was written. Raises TimeoutError."""
        deadline = time.perf_counter() + timeout
        while time.perf_counter() < deadline:
            self.seen += self._read(0.5)
            if text in _SEQUENCE.sub(b"", self.seen):
                return (time.perf_counter() - self.started) * 1e3
        raise TimeoutError(f"{text!r} was not painted in {timeout} s; the last bytes were {self.seen[-300:]!r}")

    def count(self, seconds: float) -> int:
        """How many bytes the program writes in so many seconds, untouched."""
        deadline, size = time.perf_counter() + seconds, 0
        while (left := deadline - time.perf_counter()) > 0:
            size += len(self._read(left))
        return size

    def settle(self, quiet: float = 0.3) -> None:
        """Wait until nothing was written for `quiet` seconds."""
        while self._read(quiet):
            pass

    def press(self, key: bytes, quiet: float = 0.05, timeout: float = 10) -> Paint:
        """Send a key and time its paint, which is over after `quiet` seconds of silence. Raises TimeoutError."""
        sent = time.perf_counter()
        os.write(self.fd, key)
        first = last = 0.0
        size, patience = 0, timeout
        while data := self._read(patience):
            last = time.perf_counter()
            first, size, patience = first or last, size + len(data), quiet
        if not size:
            raise TimeoutError(f"nothing was painted for key {key!r}")
        return Paint((first - sent) * 1e3, (last - sent) * 1e3, size)

    def rss(self) -> float:
        """Resident memory in MB."""
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def close(self) -> None:
        """End the program, by force if it does not go by itself."""
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.perf_counter() + 3
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.perf_counter() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
            self._read(0.02)
        os.close(self.fd)


def open_terminal(argv: list[str], rows: int = 30, columns: int = 100, env: dict[str, str] | None = None) -> Terminal:
    """Start a program on a new terminal of the given size, true colour, UTF-8."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(env or {})}
    environment |= {"LINES": str(rows), "COLUMNS": str(columns)}
    started = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execvpe(argv[0], argv, environment)
    return Terminal(pid, fd, started)
