"""An engine to be killed: `python engine_process.py FOLDER NAME COMMAND...` runs the commands and says what happens.

Prints "supervisor PID", then a line per event. With "deaf" as first command it never listens, with "fork" it
has a fork of itself that outlives it for as long as its standard output is read.
"""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

from engine.supervisor.client import Job, Supervisor
from tests.engine.supervisor.harness import ENV


def main(folder: str, name: str, *commands: str) -> None:
    supervisor = Supervisor(Path(folder), name)
    supervisor.start()
    deaf = commands[0] == "deaf"
    if commands[0] == "fork" and os.fork() == 0:
        poll = select.poll()
        poll.register(sys.stdout, 0)  # POLLERR, when nobody reads any more
        poll.poll()
        os._exit(0)
    jobs = [Job(f"{n}:1:1", command, "/", ENV, grace=0.5) for n, command in enumerate(commands)]
    supervisor.submit([job for job in jobs if job.command not in ("deaf", "fork")])
    sys.stdout.write(f"supervisor {supervisor.pid}\n")
    sys.stdout.flush()
    while True:
        select.select([] if deaf else [supervisor], [], [])
        for event in supervisor.events():
            sys.stdout.write(f"{event}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
