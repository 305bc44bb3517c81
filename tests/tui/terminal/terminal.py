"""A program on a pseudo terminal: what it wrote, what a person would see of it, and what is left when it is gone."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[3]

ANSWERS = {
    b"\x1b[c": b"\x1b[?62;c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
}
"""What a terminal answers to the questions of a program."""

_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
"""Sequences that terminals know and the emulator does not: it would show their letters."""

KEYS = {
    "enter": b"\r", "escape": b"\x1b", "tab": b"\t", "up": b"\x1b[A", "down": b"\x1b[B", "backspace": b"\x7f",
    "ctrl+c": b"\x03", "ctrl+p": b"\x10", "ctrl+u": b"\x15", "ctrl+z": b"\x1a", "space": b" ", "end": b"\x1b[F",
}  # fmt: skip


class Terminal:
    """The master side. `raw` is every byte that came; `picture` what the screen shows of them."""

    def __init__(self, pid: int, fd: int, columns: int, rows: int) -> None:
        self.pid = pid
        self.fd = fd
        self.raw = b""
        self.status: int | None = None
        self.cpu = 0.0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def read(self, timeout: float) -> bytes:
        """What comes within `timeout` seconds; empty if nothing does or the other side is closed."""
        if self.fd < 0:
            time.sleep(min(timeout, 0.02))
            return b""
        if not select.select([self.fd], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            time.sleep(0.01)
            return b""
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self.fd, answer)
        self.raw += data
        if b"\x1b[?1049h" in data:  # entering the other screen, which is empty; the emulator has only one
            self._screen.reset()
        self._stream.feed(_UNKNOWN.sub(b"", data))
        return data

    @property
    def lines(self) -> list[str]:
        """The screen, line by line."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def picture(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def wait(self, is_so: Callable[[], bool], what: str, timeout: float = 20) -> float:
        """Read until something is so; seconds it took. Fails with the picture if it does not become so."""
        began = time.monotonic()
        while not is_so():
            if time.monotonic() - began > timeout:
                raise AssertionError(
                    f"{what}: not within {timeout} s. The screen:\n{self.picture}\n{self.raw[-400:]!r}"
                )
            self.read(0.05)
        return time.monotonic() - began

    def wait_for(self, *words: str, timeout: float = 20) -> float:
        """Wait until all these words are on the screen."""
        return self.wait(lambda: all(each in self.picture for each in words), f"{words} are shown", timeout)

    def wait_gone(self, words: str, timeout: float = 20) -> float:
        """Wait until these words are not on the screen any more."""
        return self.wait(lambda: words not in self.picture, f"{words!r} is gone", timeout)

    def press(self, *keys: str) -> None:
        """Send keys, named or typed."""
        for key in keys:
            os.write(self.fd, KEYS.get(key, key.encode()))

    def settle(self, quiet: float = 0.25, timeout: float = 10) -> None:
        """Read until nothing came for `quiet` seconds."""
        deadline = time.monotonic() + timeout
        while self.read(quiet) and time.monotonic() < deadline:
            pass

    def stall(self, key: str, timeout: float = 10) -> float:
        """Seconds from a key to the first byte of its paint."""
        self.settle(0.1)
        sent = time.monotonic()
        self.press(key)
        if not self.read(timeout):
            raise AssertionError(f"nothing was painted for {key!r}")
        return time.monotonic() - sent

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the window."""
        self._screen.resize(rows, columns)
        _set_size(self.fd, columns, rows)
        os.kill(self.pid, signal.SIGWINCH)

    def hang_up(self) -> None:
        """The window is closed, the line is cut."""
        os.close(self.fd)
        self.fd = -1

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def has_ended(self) -> bool:
        """Whether the program is gone; its exit status is then in `status`, its CPU seconds in `cpu`."""
        if self.status is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                self.cpu = usage.ru_utime + usage.ru_stime
        return self.status is not None

    def ended(self, timeout: float = 20) -> int:
        """Wait for the program's end; its exit status, negative for a signal."""
        self.wait(self.has_ended, "the program has ended", timeout)
        while self.fd >= 0 and self.read(0.05):
            pass
        assert self.status is not None
        return self.status

    @property
    def is_whole(self) -> bool:
        """Whether the terminal is as a shell needs it: own screen, cursor, mouse and echo."""
        modes = {b"?1049": False, b"?25": True, b"?1000": False, b"?1003": False, b"?2004": False, b"?1004": False}
        for mode, value in re.findall(rb"\x1b\[(\?\d+)([hl])", self.raw):
            if mode in modes:
                modes[mode] = value == b"h"
        local = termios.tcgetattr(self.fd)[3]
        cooked = bool(local & termios.ECHO and local & termios.ICANON and local & termios.ISIG)
        wanted = [False, True, False, False, False, False]
        kitty = len(re.findall(rb"\x1b\[>\d+u", self.raw)) == self.raw.count(b"\x1b[<u")
        return cooked and kitty and list(modes.values()) == wanted

    @property
    def is_stopped(self) -> bool:
        """Whether the program sleeps after ^Z."""
        return _stat(self.pid)[0] == "T"

    @property
    def cpu_now(self) -> float:
        """CPU seconds that it has used so far."""
        user, system = _stat(self.pid)[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def after(self) -> str:
        """What was written after the program's screen was left."""
        return re.sub(rb"\x1b\[[?<>=]?[0-9;]*[a-zA-Z]", b"", self.raw.rpartition(b"\x1b[?1049l")[2]).decode()

    def end(self) -> None:
        """Make sure that it is gone."""
        if not self.has_ended():
            for number in (signal.SIGCONT, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
            os.waitpid(self.pid, 0)
        if self.fd >= 0:
            os.close(self.fd)


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _set_size(fd: int, columns: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of a program that paints in true colours and finds our packages and nothing else of this person."""
    theirs = ("TICKLER", "TEXTUAL", "NO_COLOR", "COLUMNS", "LINES")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    clean |= {
        "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "TZ": "UTC",
        "TICKLER_HOME": str(home), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    for name, value in (more or {}).items():
        clean.pop(name, None)
        if value:
            clean[name] = value
    return clean


@contextmanager
def terminal(
    argv: Sequence[str],
    home: Path,
    *,
    size: tuple[int, int] = (140, 30),
    env: Mapping[str, str] | None = None,
    has_nohup: bool = False,
) -> Iterator[Terminal]:
    """A Python program (arguments after `python`) on a terminal of its own."""
    full = environment(home, env)
    pid, fd = pty.fork()
    if pid == 0:
        _set_size(0, *size)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTSTP):  # whatever the tests were started with
            signal.signal(number, signal.SIG_DFL)
        if has_nohup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execve(sys.executable, [sys.executable, *argv], full)
    made = Terminal(pid, fd, *size)
    try:
        yield made
    finally:
        made.end()


@contextmanager
def desk(
    store: Path,
    *options: str,
    size: tuple[int, int] = (140, 30),
    env: Mapping[str, str] | None = None,
    has_nohup: bool = False,
    program: str = "",
) -> Iterator[Terminal]:
    """`tickler --store STORE` on a terminal. `program` is Python that is run first, to put a fault in its way."""
    words = ["--store", str(store), *options]
    main = f"{program}\nimport sys\nfrom tickler.__main__ import main\nsys.exit(main({words!r}))"
    argv = ["-c", main] if program else ["-m", "tickler", *words]
    with terminal(argv, store.parent / "home", size=size, env=env, has_nohup=has_nohup) as made:
        yield made
