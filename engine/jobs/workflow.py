"""Machine steps of workflows: one run does one step, or those of many workflows, as far as it comes in a moment."""

from __future__ import annotations

import copy
import functools
import json
import os
import time
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from engine.jobs import flows
from engine.jobs.context import Context, Log
from engine.jobs.main import Failure, sentence_of, trace_of
from engine.jobs.python import _file
from engine.rules.errors import BadValue
from engine.rules.zones import local

OWN = frozenset({"now", "workflow_id", "step_id", "entity", "log", "context", "edges"})
SECONDS = 0.1
"""After so long no further step is begun: it is left for another run."""
_TRACE, _LINES = 20_000, 100
_LARGEST = 256 << 10
"""Characters of a state."""


class Named(Log):
    """The log of a run that does steps of several workflows: each line says of which."""

    def __init__(self, log: Log, name: str) -> None:
        super().__init__(log._channel, log._least)
        self._name = name

    def _say(self, level: int, text: object, args: tuple[object, ...]) -> None:
        super()._say(level, f"{self._name}: {text}", args)


def run(task: Mapping[str, Any], context: Context) -> None:
    """Do the steps of the task; each tells what it returned and what it changed, or how it failed.

    A fault of the file is one of every step. The run fails if a step has.
    """
    steps = task["steps"]
    try:
        known = _class(str(Path(os.environ["TICKLER_ARTIFACTS"]).parent / task["file"]), task["entry"], task["name"])
    except Exception as fault:
        for step in steps:
            context.part(_fault(step, fault))
        raise
    until, failed = time.monotonic() + SECONDS, list[Exception]()
    for number, step in enumerate(steps):
        if number and (context.cancelled or time.monotonic() >= until):
            context.part({"step": 0, "left": [each["step"] for each in steps[number:]]})
            break
        try:
            context.part(_did(known, step, task, context))
        except Exception as fault:
            context.part(_fault(step, fault))
            failed.append(fault)
    if failed:
        raise failed[0] if len(steps) == 1 else Failure(f"{len(failed)} of {len(steps)} steps failed")


def _fault(step: Mapping[str, Any], fault: Exception) -> dict[str, Any]:
    trace = "" if isinstance(fault, Failure) else trace_of(fault)
    words = str(fault) if isinstance(fault, Failure | BadValue) else sentence_of(fault)
    return {"step": step["step"], "error": words, "trace": "\n".join(trace.splitlines()[-_LINES:])[-_TRACE:]}


@functools.cache
def _class(file: str, entry: str, name: str) -> type[flows.Workflow]:
    """The class of a definition, from the text that was loaded: a file that has changed since does not matter."""
    found = getattr(_file(Path(file)), entry, None)
    if not isinstance(found, type) or not issubclass(found, flows.Workflow):
        raise BadValue(f"workflow {name}: its file has no class {entry} that is a Workflow")
    return found


@functools.cache
def _days(known: Any) -> frozenset[str]:
    """The fields that are days: text in the state, a `date` in the method."""
    hints = typing.get_type_hints(known)
    return frozenset(name for name, hint in hints.items() if hint is date or date in typing.get_args(hint))


def _did(known: Any, step: Mapping[str, Any], task: Mapping[str, Any], context: Context) -> Any:
    own, before, days = known(), step["data"], _days(known)
    for name, given in before.items():
        is_day = name in days and isinstance(given, str) and given
        plain = copy.deepcopy(given) if isinstance(given, list | dict) else given
        setattr(own, name, date.fromisoformat(given) if is_day else plain)
    own.now = local(datetime.fromisoformat(task["now"]), task["zone"])
    own.workflow_id, own.step_id = step["workflow"], step["step"]
    own.entity, own.context = step.get("entity"), context
    own.log = context.log if len(task["steps"]) == 1 else Named(context.log, f"workflow {step['workflow']}")
    method = getattr(own, step["node"], None)
    if not callable(method):
        raise Failure(f"the workflow has no method {step['node']}")
    began = time.monotonic()
    result = _result(method())
    took = time.monotonic() - began
    strange = sorted(set(vars(own)) - set(before) - OWN)
    if strange:
        own.log.warning(f"self.{strange[0]} is no field of the state, and is not kept")
    return {"step": step["step"], "result": result, "data": _state(own, before), "took": round(took, 3)}


def _result(result: Any) -> Any:
    """As JSON has it: names of steps for a list of them; anything else that is not false is as good as true."""
    if isinstance(result, Iterator):
        raise Failure(f"it returned a {type(result).__name__}; expected nothing, False, or a list of steps")
    if result is False:
        return False
    if isinstance(result, list | tuple | set | frozenset):
        return [_name(each) for each in result]
    return None


def _name(each: Any) -> str:
    if isinstance(each, str):
        return each
    name = getattr(each, "__name__", None) or getattr(each, "name", None)
    if not isinstance(name, str):
        raise Failure(f"it returned a list with a {type(each).__name__}; expected steps of the workflow")
    return name


def _state(own: flows.Workflow, before: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the step changed."""
    after = {name: _plain(getattr(own, name, None)) for name in before}
    changed = {name: now for name, now in after.items() if now != before[name] or type(now) is not type(before[name])}
    if not changed:
        return {}
    try:
        size = len(json.dumps(after, allow_nan=False, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError) as fault:
        raise Failure(f"the state holds what JSON cannot: {fault}") from fault
    if size > _LARGEST:
        raise Failure(f"the state has {size:,} characters (at most {_LARGEST:,}); keep files as artifacts instead")
    return changed


def _plain(given: Any) -> Any:
    """A day as text; sets and tuples as lists."""
    if isinstance(given, date):
        return given.isoformat()
    return list(given) if isinstance(given, tuple | set | frozenset) else given
