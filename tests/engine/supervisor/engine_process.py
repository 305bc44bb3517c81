"""An engine to be killed: `python engine_process.py FOLDER NAME COMMAND...` runs the commands and says what happens.

Prints "supervisor PID", then a line per event; with "deaf" as first command it never listens.
"""

from __future__ import annotations

import select
import sys
from pathlib import Path

from engine.supervisor.client import Job, Supervisor
from tests.engine.supervisor.harness import ENV


def main(folder: str, name: str, *commands: str) -> None:
    supervisor = Supervisor(Path(folder), name)
    supervisor.start()
    deaf = commands[0] == "deaf"
    jobs = [Job(f"{n}:1:1", command, "/", ENV, grace=0.5) for n, command in enumerate(commands)]
    supervisor.submit(jobs[deaf:])
    sys.stdout.write(f"supervisor {supervisor.pid}\n")
    sys.stdout.flush()
    while True:
        select.select([] if deaf else [supervisor], [], [])
        for event in supervisor.events():
            sys.stdout.write(f"{event}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
