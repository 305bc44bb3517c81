"""A supervisor as a test sees it: events waited for with a deadline, processes found by the mark they carry."""

from __future__ import annotations

import itertools
import os
import select
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.supervisor import procfs
from engine.supervisor.client import Job, Supervisor
from engine.supervisor.events import Dropping, Event, Exited, Failed, Lost, Output, Started

ENV = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/"}
DEADLINE = 30.0


class Desk:
    """A running supervisor and everything it said."""

    def __init__(self, folder: Path, name: str = "") -> None:
        self.folder = folder
        self.name = name or uuid.uuid4().hex
        self.supervisor = Supervisor(folder, self.name)
        self.supervisor.start()
        self.said: list[Event] = []
        self._keys = itertools.count(1)

    def job(self, command: str, **fields: Any) -> Job:
        """A job with a key of its own; fields as those of Job."""
        values: dict[str, Any] = {"key": f"{next(self._keys)}:1:1", "cwd": "/", "env": ENV, "grace": 5.0}
        return Job(command=command, **(values | fields))

    def submit(self, command: str, **fields: Any) -> str:
        """Submit one job; its key."""
        job = self.job(command, **fields)
        self.supervisor.submit([job])
        return job.key

    def run(self, command: str, **fields: Any) -> str:
        """Submit one job and wait for its end; its key."""
        key = self.submit(command, **fields)
        self.ended(key)
        return key

    def happening(self) -> Iterator[Event]:
        """What was said, then what is being said; fails when nothing is for DEADLINE seconds."""
        for at in itertools.count():
            while at >= len(self.said):
                self.fetch()
            yield self.said[at]

    def fetch(self) -> list[Event]:
        """Wait for news and take them."""
        ready, _, _ = select.select([self.supervisor], [], [], DEADLINE)
        assert ready, f"nothing happened for {DEADLINE} seconds after {self.said[-5:]}"
        news = self.supervisor.events()
        self.said += news
        return news

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """The first event that is wanted."""
        return next(event for event in self.happening() if wanted(event))

    def started(self, key: str) -> Started:
        event = self.until(lambda event: isinstance(event, Started) and event.key == key)
        assert isinstance(event, Started)
        return event

    def exited(self, key: str) -> Exited:
        event = self.ended(key)
        assert isinstance(event, Exited), event
        return event

    def failed(self, key: str) -> Failed:
        event = self.ended(key)
        assert isinstance(event, Failed), event
        return event

    def ended(self, key: str) -> Event:
        return self.until(
            lambda event: isinstance(event, Lost) or (isinstance(event, Exited | Failed) and event.key == key)
        )

    def printed(self, key: str, word: str) -> Output:
        """Wait for a piece of output that holds the word."""
        event = self.until(lambda event: isinstance(event, Output) and event.key == key and word in event.text.split())
        assert isinstance(event, Output)
        return event

    def outputs(self, key: str) -> list[Output]:
        return [event for event in self.said if isinstance(event, Output) and event.key == key]

    def droppings(self, key: str) -> list[Dropping]:
        return [event for event in self.said if isinstance(event, Dropping) and event.key == key]

    def lines(self, key: str, stream: str = "stdout") -> list[str]:
        """All lines of one stream so far."""
        return [line for out in self.outputs(key) if out.stream == stream for line in out.text.split("\n")]

    def processes(self, key: str = "") -> list[procfs.Proc]:
        """Living processes of a job, or of all of this supervisor's jobs, by the mark in their environment."""
        return marked(f"{self.name}/{key}")

    def close(self) -> list[Event]:
        return self.supervisor.close(0.2)


def marked(prefix: str) -> list[procfs.Proc]:
    """Living processes whose mark begins so."""
    found = []
    for proc in procfs.everyone().values():
        while (mark := procfs.mark(proc.pid)) is None:
            os.sched_yield()
        if mark.startswith(prefix):
            found.append(proc)
    return found


def is_gone(pid: int, seconds: float = DEADLINE) -> bool:
    """Wait for a process to end, whoever's child it is; whether it did."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(fd)


def are_gone(procs: list[procfs.Proc], seconds: float = DEADLINE) -> bool:
    """Wait for all of them to end."""
    until = time.monotonic() + seconds
    return all(is_gone(proc.pid, max(0.0, until - time.monotonic())) for proc in procs)
