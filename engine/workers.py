"""The supervisor of this engine, the jobs that are handed to it, and the folders they work in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine import artifacts
from engine.claims import Claim
from engine.clock import Clock
from engine.controllers import environment
from engine.folders import Folders
from engine.live import Live
from engine.supervisor.client import Job, Supervisor
from engine.supervisor.events import Event, Failed
from engine.supervisor.homes import LARGEST
from store.current import store_path

READY_SECONDS = 0.005
"""How soon to ask again whether the supervisor is ready."""
_RESTART_SECONDS = 1.0
_BYTES = 4
"""Of one character at most."""
_OF_PYTHON = ("LD_LIBRARY_PATH",)
"""What this interpreter may need to start at all."""


class Workers:
    """The name of a supervisor begins with its engine's; each has one of its own, for its journal outlives it."""

    def __init__(self, folder: Path, engine: str, clock: Clock) -> None:
        self._clock = clock
        self._folder = folder
        self._folders = Folders(str(folder))
        self._outs = Folders(str(folder), artifacts.PREFIX)
        self._engine = engine
        self._count = 0
        self._supervisor: Supervisor | None = None
        self._is_ready = False
        self._start_at = 0.0

    @property
    def name(self) -> str | None:
        """Of the supervisor, if there is one."""
        return None if self._supervisor is None else f"{self._engine}.{self._count}"

    def start(self) -> None:
        """Start a supervisor; after one died, not more often than once a second."""
        self._start_at = self._clock.monotonic() + _RESTART_SECONDS
        self._count += 1
        self._is_ready = False
        supervisor = Supervisor(self._folder, f"{self._engine}.{self._count}")
        supervisor.start()
        self._supervisor = supervisor

    def lost(self) -> None:
        """The supervisor died; `is_ready` starts another."""
        if self._supervisor is not None:
            self._supervisor.close(0)
            self._supervisor = None

    def is_ready(self) -> bool:
        """Whether jobs may be handed over.

        Not before the supervisor has its journal: if this engine died then, its successor would find no word
        of a job that the supervisor may yet start, and start it a second time.
        """
        if self._supervisor is None:
            if self._clock.monotonic() < self._start_at:
                return False
            self.start()
        self._is_ready = self._is_ready or (self._folder / f"{self.name}.jsonl").exists()
        return self._is_ready

    def fileno(self) -> int:
        """Readable when there is something to hear, -1 while there is no supervisor."""
        return -1 if self._supervisor is None else self._supervisor.fileno()

    def hear(self) -> list[Event]:
        """What happened. Says that all that was heard before is stored."""
        return [] if self._supervisor is None else self._supervisor.events()

    def submit(self, claimed: Sequence[Claim], cap: int, grace: int) -> list[Event]:
        """Hand jobs over, after their claims are committed; `Failed` for those that have no folder."""
        jobs, failures = list[Job](), list[Event]()
        for claim in claimed:
            try:
                jobs.append(self._job(claim, cap, grace))
            except OSError as fault:
                words = f"The folder of the run cannot be made: {fault.strerror}."
                failures.append(Failed(claim.run.key, self._clock.machine_now(), words))
        if jobs and self._supervisor is not None:
            self._supervisor.submit(jobs)
        return failures

    def stop(self, key: str, *, kill: bool) -> None:
        """Ask a job to end, or kill it; one that is over is left alone."""
        if self._supervisor is not None:
            self._supervisor.cancel(key, kill=kill)

    def tidy(self, over: Iterable[Live]) -> None:
        """These runs have left their folders."""
        for run in over:
            if run.folder is not None:
                self._folders.give_back(run.folder)
            self._outs.give_back(artifacts.folder_of(run.run_id))

    def rest(self) -> None:
        """Nothing runs: remove the folders that are kept for the next runs."""
        self._folders.clear()
        self._outs.clear()

    def close(self, grace: float) -> list[Event]:
        """Stop all jobs within `grace` seconds and end the supervisor; what it still said."""
        return [] if self._supervisor is None else self._supervisor.close(grace)

    def discard(self) -> None:
        """Remove the journal, after what `close` gave is stored."""
        if self._supervisor is not None:
            self._supervisor.discard()
            self._supervisor = None
        self.rest()

    def _job(self, claim: Claim, cap: int, grace: int) -> Job:
        run, command, cwd = claim.run, claim.command, claim.command.cwd
        env = environment(run.run_id, run.attempt, claim.key, command.env)
        warm = _warm(claim)
        if warm:
            cwd, env["TICKLER_ARTIFACTS"] = self._folders.of(run.run_id), self._outs.of(run.run_id)
        else:
            if cwd is None:
                cwd = run.folder = self._folders.take(run.run_id)
            env["TICKLER_ARTIFACTS"] = self._outs.take(run.run_id)
        if command.argv:
            env["TICKLER_GRACE"] = str(grace)
            env |= {name: os.environ[name] for name in _OF_PYTHON if name in os.environ}
        if command.needs_store:
            env |= {"TICKLER_STORE": str(store_path()), "TICKLER_NOW": str(self._clock.now())}
        return Job(
            run.key, command.text, cwd, env, run.timeout, grace, cap,
            stdin=command.stdin, shell=command.shell, argv=command.argv, warm=warm,
        )  # fmt: skip


def _warm(claim: Claim) -> str:
    """The kind of worker that may have the run: what is tried again gets a process of its own, and its old folder."""
    command = claim.command
    is_small = len(command.stdin or "") * _BYTES <= LARGEST
    return command.warm if command.warm and is_small and claim.run.attempt == 1 else ""
