"""A function of a person's: from an installed package, or from a file that is loaded by its path."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.jobs.context import Context
from engine.rules.errors import BadValue


def run(task: Mapping[str, Any], context: Context) -> Any:
    """Call the function with the context, or with nothing if it takes nothing; what it returns."""
    call, takes_one = _function(task["entry"])
    return call(context) if takes_one else call()


@functools.cache
def _function(entry: str) -> tuple[Callable[..., Any], bool]:
    """Loaded once: a worker calls it again. And whether it takes the context."""
    place, _, name = entry.rpartition(":")
    module = _file(Path(place)) if place.endswith(".py") or "/" in place else _package(place)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise BadValue(f"entry: {place} has no function {name!r}")
    return found, _takes_one(found)


def _file(path: Path) -> ModuleType:
    """Loaded by its path: its folder gets no say in what else is imported."""
    if not path.is_file():
        raise BadValue(f"entry: there is no file {path}")
    name = f"tickler_controller_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadValue(f"entry: {path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _package(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as fault:
        if fault.name is not None and (name == fault.name or name.startswith(f"{fault.name}.")):
            raise BadValue(f"entry: no package {name!r} is installed beside tickler") from fault
        raise


def _takes_one(call: Callable[..., Any]) -> bool:
    try:
        signature = inspect.signature(call)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(None)
    except TypeError:
        return bool(signature.parameters)
    return True
