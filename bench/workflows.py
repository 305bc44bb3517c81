"""Steps of workflows end to end, and passes over many that wait (issue 6).

    python bench/workflows.py steps [workflows]     no-op machine steps, STEPS in a row, in warm workers, each stored
    python bench/workflows.py one [steps]           the same in a single workflow, one after the other
    python bench/workflows.py waiting [workflows]   a pass beside so many that wait on False, and one that asks them all

Beside it, if PEERS names a python that has it: SpiffWorkflow's engine over the same graph in one process. `memory`
keeps nothing; `durable` commits its own serialization of the workflow after every step, as its users do to survive a
kill. (joeflow's steps are Celery tasks over Django and a broker, and are not compared.)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from engine.clock import HandClock, SystemClock
from engine.operations import workflow_definitions, workflows
from engine.thread import EngineThread
from engine.workflows.look import WorkflowLook
from store import current
from store.connection import connect
from store.database import session, transaction
from store.enums import NodeState
from store.instants import SECOND, from_us
from store.journal import Actor
from store.opening import open_store

ME = Actor(None, "bench", "cli")
STEPS = 10
CHAIN = """
from tickler import Workflow, start, step
class Chain(Workflow):
    n: int = 0
    begin = start()
{steps}
    edges = [{edges}]
class Not(Workflow):
    begin = start()
    def yet(self): return False
    def end(self): ...
    edges = [(begin, yet), (yet, end)]
class Ring(Workflow):
    n: int = 0
    begin = start()
    @step(limit=1000000)
    def turn(self):
        self.n += 1
        return [self.turn] if self.n < {turns} else [self.end]
    def end(self): ...
    edges = [(begin, turn), (turn, turn), (turn, end)]
"""
SPIFF = """
import json, sqlite3, sys, time
from SpiffWorkflow.workflow import Workflow
from SpiffWorkflow.specs import WorkflowSpec, Simple
from SpiffWorkflow.specs.StartTask import StartTask
from SpiffWorkflow.serializer.json import JSONSerializer
from SpiffWorkflow.util.task import TaskState
count, steps, mode = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
spec = WorkflowSpec("chain")
spec.start = last = StartTask(spec)
for number in range(steps):
    step = Simple(spec, f"s{number}")
    last.connect(step)
    last = step
db = sqlite3.connect(sys.argv[4], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL"); db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE w (id INTEGER PRIMARY KEY, text TEXT)")
began = time.perf_counter()
for number in range(count):
    flow = Workflow(spec)
    while (task := flow.get_next_task(state=TaskState.READY)) is not None:
        task.run()
        if mode == "durable":
            text = flow.serialize(JSONSerializer())
            db.execute("INSERT OR REPLACE INTO w VALUES (?, ?)", (number, text))
    assert flow.is_completed()
print(count * steps / (time.perf_counter() - began))
"""


@contextmanager
def desk(turns: int = 1) -> Iterator[Path]:
    """A store with the definitions."""
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        path = open_store(Path(folder) / "desk.db").path
        current.use(path)
        names = [f"s{number}" for number in range(STEPS)]
        pairs = zip(["begin", *names], names, strict=False)
        text = CHAIN.format(
            steps="\n".join(f"    def {name}(self): ..." for name in names),
            edges=", ".join(f"({a}, {b})" for a, b in pairs), turns=turns,
        )  # fmt: skip
        file = Path(folder) / "chain.py"
        file.write_text(text)
        with session():
            workflow_definitions.load(ME, from_us(SystemClock().now()), str(file))
        yield path


def start(name: str, count: int) -> None:
    with session(), transaction():
        for _ in range(count):
            workflows.start(ME, from_us(SystemClock().now()), name)


def ours(name: str, count: int, turns: int = 1) -> float:
    """Machine steps a second, from the wake-up of the engine until all is done and stored."""
    with desk(turns) as store, closing(connect(store, read_only=True)) as reader:
        engine = EngineThread(store)
        engine.start()
        try:
            while engine.state is not NodeState.ACTIVE:
                time.sleep(0.01)
            start("chain", 1)
            over(engine, reader)
            start(name, count)
            took = over(engine, reader)
        finally:
            engine.stop()
        query = "SELECT count(*) FROM step WHERE kind = 'machine' AND state = 'succeeded'"
        return float((reader.execute(query).fetchone()[0] - STEPS) / took)


def over(engine: EngineThread, reader: object) -> float:
    """Seconds until nothing is open."""
    began = time.perf_counter()
    engine.wake()
    while reader.execute("SELECT 1 FROM workflow WHERE state <> 'succeeded' LIMIT 1").fetchone():  # type: ignore[attr-defined]
        time.sleep(0.005)
    return time.perf_counter() - began


def spiff(count: int, steps: int, mode: str) -> float | None:
    """The same of SpiffWorkflow."""
    python = os.environ.get("PEERS", "")
    if not python:
        return None
    with tempfile.TemporaryDirectory(prefix="tickler-bench-") as folder:
        words = [python, "-c", SPIFF, str(count), str(steps), mode, f"{folder}/w.db"]
        return float(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout)


def steps(count: int) -> None:
    mine, memory, durable = ours("chain", count), spiff(count, STEPS, "memory"), spiff(count, STEPS, "durable")
    print(f"{count} workflows of {STEPS} steps: {mine:,.0f} steps/s", end="")
    for name, found in (("memory", memory), ("durable", durable)):
        if found is not None:
            print(f"; SpiffWorkflow {name} {found:,.0f}/s (x{mine / found:.2f})", end="")
    print()


def one(turns: int) -> None:
    mine, durable = ours("ring", 1, turns), spiff(1, turns, "durable")
    print(f"one workflow of {turns} steps: {mine:,.0f} steps/s", end="")
    print("" if durable is None else f"; SpiffWorkflow durable {durable:,.0f}/s (x{mine / durable:.2f})")


def waiting(count: int) -> None:
    """Of the look alone: what it costs a pass that others wait, and to ask for all of them."""
    with desk() as store, session():
        start("not", count)
        clock = HandClock(SystemClock().now())
        with closing(connect(store)) as connection:
            connection.execute(
                "UPDATE step SET state = 'waiting', checks = 3, due_at = ? WHERE node = 'yet'",
                (clock.now() + 60 * SECOND,),
            )
            connection.commit()
            look = WorkflowLook(clock, print)
            rounds = 1000
            began = time.perf_counter()
            for _ in range(rounds):
                assert not look.look(connection, clock.now())
            idle = (time.perf_counter() - began) / rounds
            began = time.perf_counter()
            while look.look(connection, clock.now() + 60 * SECOND):
                pass
            asked = time.perf_counter() - began
            (runs,) = connection.execute("SELECT count(*) FROM run").fetchone()
    words = json.dumps({"pass_us": round(idle * 1e6), "ask_ms": round(asked * 1e3), "runs": runs})
    print(f"{count} workflows wait: {words}")


if __name__ == "__main__":
    part, *rest = sys.argv[1:] or ["steps"]
    sizes = {"steps": 300, "one": 300, "waiting": 10_000}
    {"steps": steps, "one": one, "waiting": waiting}[part](int(rest[0]) if rest else sizes[part])
