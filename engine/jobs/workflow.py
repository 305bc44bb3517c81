"""Machine steps of workflows: one run does one step, or asks many waiting ones at once."""

from __future__ import annotations

import functools
import json
import tempfile
import traceback
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from engine.jobs import flows
from engine.jobs.context import Context
from engine.jobs.main import Failure, sentence_of
from engine.jobs.python import _file
from engine.rules.errors import BadValue
from engine.rules.zones import local

OWN = frozenset({"now", "workflow_id", "step_id", "entity", "log", "context", "edges"})
_TRACE = 100
_LARGEST = 256 << 10
"""Characters of a state."""


def run(task: Mapping[str, Any], context: Context) -> Any:
    """Do the steps of the task: a list of what each returned and of its state afterwards.

    The fault of a single step fails the run; of several each is told for itself.
    """
    known = _class(task["source"], task["entry"], task["name"])
    steps = task["steps"]
    if len(steps) == 1:
        return [_alone(known, steps[0], task, context)]
    done = []
    for step in context.each(steps, lambda each: str(each["step"])):
        try:
            done.append(_did(known, step, task, context))
        except Exception as fault:
            done.append({"step": step["step"], "error": sentence_of(fault)})
    return done


def _alone(known: type[flows.Workflow], step: Mapping[str, Any], task: Mapping[str, Any], context: Context) -> Any:
    """Its fault is the run's; the trace stays with the step."""
    try:
        return _did(known, step, task, context)
    except Exception as fault:
        trace = "".join(traceback.format_exception(fault)).splitlines()[-_TRACE:]
        context.result([{"step": step["step"], "error": sentence_of(fault), "trace": "\n".join(trace)}])
        raise


@functools.cache
def _class(source: str, entry: str, name: str) -> type[flows.Workflow]:
    """The class of a definition, from the text that was loaded: a file that has changed since does not matter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "workflow.py")
        path.write_text(source, encoding="utf-8")
        module = _file(path)
    found = getattr(module, entry, None)
    if not isinstance(found, type) or not issubclass(found, flows.Workflow):
        raise BadValue(f"workflow {name}: its file has no class {entry} that is a Workflow")
    return found


def _did(known: type[flows.Workflow], step: Mapping[str, Any], task: Mapping[str, Any], context: Context) -> Any:
    own = known()
    for name, given in step["data"].items():
        setattr(own, name, _value(known, name, given))
    own.now = local(datetime.fromisoformat(task["now"]), task["zone"])
    own.workflow_id, own.step_id = step["workflow"], step["step"]
    own.entity, own.log, own.context = step.get("entity"), context.log, context
    method = getattr(own, step["node"], None)
    if not callable(method):
        raise Failure(f"the workflow has no method {step['node']}")
    result = method()
    return {"step": step["step"], "result": _result(result), "data": _state(own, step["data"])}


def _result(result: Any) -> Any:
    """As JSON has it: names of steps for a list of them; anything else that is not false is as good as true."""
    if isinstance(result, types.GeneratorType):
        raise Failure("it returned a generator; expected nothing, False, or a list of steps")
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
    changed = {}
    for name, was in before.items():
        now = getattr(own, name)
        plain = now.isoformat() if hasattr(now, "isoformat") else now
        if plain != was:
            changed[name] = plain
    try:
        if len(json.dumps(changed)) > _LARGEST:
            raise Failure(f"the state has grown beyond {_LARGEST:,} characters")
    except (TypeError, ValueError) as fault:
        raise Failure(f"the state holds what JSON cannot: {fault}") from fault
    return changed


def _value(known: type, name: str, given: Any) -> Any:
    """A day of the state is a `date` in the method."""
    hint = typing.get_type_hints(known).get(name)
    if isinstance(given, str) and (hint is date or date in typing.get_args(hint)):
        return date.fromisoformat(given)
    return given
