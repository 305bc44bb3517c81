"""Imports a file with definitions in a process of its own, and tells how that went: `workflow check` asks for it.

What the file prints, how long it takes and what it does to its process harm nobody else.
"""

from __future__ import annotations

import json
import sys
import traceback
import typing
from pathlib import Path
from typing import Any

from engine.jobs import flows
from engine.jobs.python import _file


def main() -> None:
    """`PATH ANSWER`, with the expected names as JSON on standard input; the answer is written as JSON."""
    path, answer = Path(sys.argv[1]), Path(sys.argv[2])
    asked: dict[str, Any] = json.load(sys.stdin)
    try:
        found = {"wrong": _looked(_file(path), asked)}
    except BaseException as fault:
        found = {"wrong": [_sentence(fault, path)]}
    answer.write_text(json.dumps(found), encoding="utf-8")


def _looked(module: Any, asked: dict[str, Any]) -> list[str]:
    return [words for entry, names in asked.items() for words in _of_class(getattr(module, entry, None), entry, names)]


def _of_class(known: Any, entry: str, names: dict[str, Any]) -> list[str]:
    if not isinstance(known, type) or not issubclass(known, flows.Workflow):
        return [f"when it is imported, {entry} is no class that is a Workflow of tickler"]
    missing = [name for name in names["steps"] if not (callable(made := getattr(known, name, None)) or _made(made))]
    found = [f"{entry}: when it is imported, it has no step {name}" for name in missing]
    if len(known.edges) != names["edges"]:
        found.append(f"{entry}: when it is imported, it has {len(known.edges)} edges, not {names['edges']}")
    try:
        typing.get_type_hints(known)
    except Exception as fault:
        found.append(f"{entry}: a type of its fields cannot be found: {type(fault).__name__}: {fault}")
    return found


def _made(found: object) -> bool:
    return isinstance(found, flows.Made)


def _sentence(fault: BaseException, path: Path) -> str:
    """What was raised, and on which line of the file."""
    lines = [frame.lineno for frame in traceback.extract_tb(fault.__traceback__) if frame.filename == str(path)]
    where = f" line {lines[-1]}" if lines else ""
    return f"{path.name}{where}: it cannot be imported: {type(fault).__name__}: {fault}"
