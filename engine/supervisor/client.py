"""The engine's side of the supervisor."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from engine.supervisor.events import Dropping, Event, Exited, Failed, Lost, Output, Started
from engine.supervisor.wire import Unpacker, pack
from store.frozen import value

_START = Path(__file__).resolve().with_name("start.py")
_STUCK = 10.0
_MARGIN = 5.0
_READ = 1 << 18
_AT_ONCE = 1 << 20
_CREDIT = 1 << 18


@value
class Job:
    """A shell command to run.

    key: names the job in events and in the journal, once per supervisor, e.g. "run:attempt:fence". command:
    text for `/bin/sh -c`. env: the whole environment; the supervisor adds TICKLER_JOB, by which it knows the
    job's processes. timeout: seconds of running time (a sleeping machine does not count), None for none.
    grace: seconds between SIGTERM and SIGKILL. cap: bytes of output passed on, fewer if lines are very short
    (`output.LINES`); of what comes after, the last 256 KB. detach_ok: processes may outlive the command; they
    must not keep writing to its output, which is closed with it. stdin: what the command reads, nothing if
    None. shell: the path of another shell than /bin/sh; it gets `-c` and the command. argv: what is started
    instead, the path first; `command` is then only for people, and descriptor 3 is a pipe whose lines come as
    `Output` of the stream "channel", capped on their own. warm: the kind of worker that may do it, one after the
    other of the same kind; `cwd` and TICKLER_ARTIFACTS are then where it goes what it leaves, and need not be
    there before. stdin has at most `homes.LARGEST` bytes then.
    """

    key: str
    command: str
    cwd: str
    env: Mapping[str, str]
    timeout: float | None = 3600.0
    grace: float = 10.0
    cap: int = 10_000_000
    detach_ok: bool = False
    stdin: str | None = None
    shell: str | None = None
    argv: tuple[str, ...] = ()
    warm: str = ""


class Supervisor:
    """Runs shell jobs in a process of its own, which ends with this one, its jobs before it.

    To be used by one thread. `name` is the engine's uuid; it names the journal in `folder` and must be a new
    one for each supervisor, also for the one that follows a `Lost`.

    A call of `events` says that what the calls before it returned is stored: make it after that. What is not
    stored is in the journal when this process dies. While 1 MB of output waits to be fetched, no more is read
    from jobs.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder.resolve()
        self._name = name
        self._journal = self._folder / f"{name}.jsonl"
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._unpacker = Unpacker()
        self._events: list[Event] = []
        self._stored = 0
        self._credit = 0
        self._bye = False
        self._lost = False
        self._error = ""
        self._handlers: dict[str, Callable[..., None]] = {
            "started": self._maker(Started),
            "output": self._output,
            "dropping": self._maker(Dropping),
            "exited": self._maker(Exited),
            "failed": self._maker(Failed),
            "bye": self._farewell,
            "broken": self._last_words,
        }

    def start(self) -> None:
        """Start the process; returns before it is ready, jobs may be submitted at once.

        FileExistsError when the name was used before: what its journal knows must not be lost.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._journal.exists():
            raise FileExistsError(f"{self._journal} is there already: a supervisor needs a name of its own")
        here, there = socket.socketpair()
        here.setblocking(False)
        with there:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", "-X", "utf8", str(_START), str(_START.parent.parent)),
                    *(str(there.fileno()), str(self._folder), self._name),
                ],
                pass_fds=[there.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
            )
        self._socket = here

    @property
    def alive(self) -> bool:
        """Whether jobs can be submitted."""
        return self._process is not None and self._process.poll() is None and not self._lost and not self._bye

    @property
    def pid(self) -> int | None:
        """The supervisor's process, None before `start`."""
        return self._process.pid if self._process else None

    def fileno(self) -> int:
        """Readable when `events` has something. To be watched from `start` to `Lost` or `close`."""
        return self._socket.fileno() if self._socket else -1

    def submit(self, jobs: Sequence[Job]) -> None:
        """Run the jobs, in this order, as the machine takes them. Each ends with Exited, Failed or Lost."""
        self._say(
            (
                *("job", job.key, job.command, job.cwd, dict(job.env)),
                *(job.timeout, job.grace, job.cap, job.detach_ok, job.stdin, job.shell, list(job.argv), job.warm),
            )
            for job in jobs
        )

    def cancel(self, key: str, *, kill: bool = False) -> None:
        """Stop a job: SIGTERM, after its grace SIGKILL; SIGKILL at once with `kill`. One that is over stays so."""
        self._say([("cancel", key, kill)])

    def events(self) -> list[Event]:
        """What happened since, oldest first; never waits. Says that what earlier calls returned is stored."""
        self._stored = self._unpacker.frames
        self._receive()
        if self._credit >= _CREDIT:
            self._say([])
        events, self._events = self._events, []
        return events

    def close(self, grace: float) -> list[Event]:
        """Stop all jobs, each within the smaller of `grace` and its own, and end the process; the last events.

        The journal keeps them until `discard`.
        """
        self._say([("close", grace)])
        deadline = time.monotonic() + grace + _MARGIN
        while self.alive and (left := deadline - time.monotonic()) > 0:
            self._wait(select.POLLIN, left)
            self._receive()
        self._receive()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            try:
                self._process.wait(grace + _MARGIN)
            except subprocess.TimeoutExpired:
                self._kill()
        events, self._events = self._events, []
        return events

    def discard(self) -> None:
        """Remove the journal, after the events of `close` are stored."""
        if not self._lost:
            self._journal.unlink(missing_ok=True)

    def _maker(self, kind: Callable[..., Event]) -> Callable[..., None]:
        return lambda *fields: self._events.append(kind(*fields))

    def _output(self, key: str, at: int, stream: str, lines: int, block: bytes, first: int) -> None:
        self._credit += len(block)
        self._events.append(Output(key, at, stream, lines, block[:-1].decode("utf-8", "replace"), first))

    def _farewell(self) -> None:
        self._bye = True

    def _last_words(self, error: str) -> None:
        self._error = error

    def _receive(self) -> None:
        taken = 0
        while self._socket is not None and not self._lost and taken < _AT_ONCE:
            try:
                data = self._socket.recv(_READ)
            except BlockingIOError:
                return
            except ConnectionError:
                data = b""
            if not data:
                if not self._bye:
                    self._lose()
                return
            taken += len(data)
            self._unpacker.feed(data, self._handlers)

    def _say(self, messages: Iterable[tuple[object, ...]]) -> None:
        """Send a frame, first what was taken and stored. Who does not take it for _STUCK seconds is killed.

        A dead supervisor is no error here: `events` reads what it still said, and then its end.
        """
        if self._socket is None or self._lost:
            return
        data = memoryview(pack([("ack", self._unpacker.frames, self._stored), *messages]))
        self._credit = 0
        with contextlib.suppress(ConnectionError):
            while data:
                with contextlib.suppress(BlockingIOError):
                    data = data[self._socket.send(data) :]
                if data and not self._wait(select.POLLOUT, _STUCK):
                    self._kill()
                    return

    def _wait(self, what: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self, what)
        return bool(poll.poll(seconds * 1000))

    def _lose(self) -> None:
        self._kill()
        self._lost = True
        self._events.append(Lost(self._error))

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
