"""A trigger starts a run: that of a schedule now, or one of a controller with parameters.

What it is for reaches the job by its environment alone. No name of a task or an entity becomes part of a command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import queue_limit
from engine.operations.registry import Act
from engine.requests import request
from engine.triggers import subjects
from engine.triggers.live import Live
from engine.triggers.subjects import Thing
from store.enums import Category
from store.errors import Refused
from store.reads import schedules


def run(act: Act, live: Live, numbers: Sequence[int]) -> tuple[Sequence[int], Mapping[int, str]]:
    """Ask for the runs. A schedule runs once for all of them; a controller for each, with what it is for.

    Refused if the trigger has no owner any more, in whose name they would run, or if the schedule rests.
    """
    if act.actor.user_id is None:
        raise Refused("its owner is gone, and nothing runs in nobody's name")
    job = live.params.get("schedule_id")
    if isinstance(job, int):
        _mark(act, _of_schedule(act, job))
        return numbers, {}
    things = subjects.things(act.connection, live.event, numbers)
    for thing in things.values():
        _mark(act, _of_controller(act, live, thing))
    return list(things), {number: "it is gone" for number in numbers if number not in things}


def _of_schedule(act: Act, number: int) -> int:
    from engine.operations.schedule_ledger import run_once

    found = schedules.schedule(act.connection, number)
    if found.deleted_at is not None or not found.is_enabled or found.pause_reason is not None:
        state = "deleted" if found.deleted_at is not None else "paused" if found.is_enabled else "switched off"
        raise Refused(f"the schedule {found.name} is {state}")
    made = run_once(act, found)
    act.connection.execute("UPDATE schedule SET last_run = ? WHERE id = ?", (act.now, number))
    return made


def _of_controller(act: Act, live: Live, thing: Thing) -> int:
    queue_limit.admit(act.connection)
    controller = str(live.params["controller"])
    given = live.params.get("params")
    made = request(
        act.connection, act.now, name=live.name, controller=controller,
        params=_with_subject(dict(given) if isinstance(given, dict) else {}, controller, live, thing),
        creator_id=act.actor.user_id,
    )  # fmt: skip
    assert made is not None
    return made


def _with_subject(params: dict[str, Any], controller: str, live: Live, thing: Thing) -> dict[str, Any]:
    """Variables say what a shell job is for; those that the trigger names itself stay."""
    if controller != "shell":
        return params
    about = {
        "SUBJECT": subjects.columns(live.event, thing.id)[0], "SUBJECT_NAME": thing.name,
        "OBJECT_CLASS": thing.object_class, "OBJECT_ID": thing.object_id, "STATUS": thing.status,
    }  # fmt: skip
    own = params.get("env")
    return {**params, "env": {**{key: each for key, each in about.items() if each}, **(own or {})}}


def _mark(act: Act, number: int) -> None:
    """A run of a trigger is of the system, in its owner's name, and remembers the triggers that led to it."""
    chain = ",".join(map(str, getattr(act, "chain", ())))
    act.connection.execute(
        "UPDATE run SET category = ?, chain = ? WHERE id = ?", (Category.SYSTEM.value, chain, number)
    )
