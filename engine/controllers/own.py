"""Controllers of a person's own: functions marked `@controller` in `controllers/*.py` of the data folder.

Read as text and never imported here: what a file does when it is imported, or that it does not end, is no
concern of the engine's process. So what stands in the mark must be written out.
"""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.controllers.command import Command, job
from engine.rules.errors import BadValue
from engine.rules.names import plain_name
from engine.rules.parameters import Declaration, Kind, Parameter, read
from store import paths

_MOST = 1 << 20
"""Bytes of a file, and a thousandth of it files, that are looked at."""
_PARAM = ("name", "type", "required", "default", "help", "choices")
_CONTROLLER = ("name", "params", "idempotent", "warm", "debug")

Files = tuple[tuple[str, int, int], ...]
"""Path, time of the last change in nanoseconds, bytes."""

_DEBUG = Parameter("debug", Kind.BOOLEAN, "whether lines of log.debug are kept", default=False)


def folder() -> Path:
    """Where they lie."""
    return paths.home() / "controllers"


def found() -> list[Declaration]:
    """All of them, by name; the first file that declares a name has it. One with `error` is a file that is wrong."""
    return list(declarations(files()).values())


def files() -> Files:
    """The files as they are now: what is equal declares the same."""
    try:
        with os.scandir(folder()) as entries:
            there = sorted(entry.path for entry in entries if entry.name.endswith(".py") and entry.is_file())
        stamps = [(path, Path(path).stat()) for path in there[: _MOST >> 10]]
    except OSError:
        return ()
    return tuple((path, stamp.st_mtime_ns, stamp.st_size) for path, stamp in stamps)


@functools.lru_cache(maxsize=8)
def declarations(files: Files) -> Mapping[str, Declaration]:
    """What files declare, by name."""
    known: dict[str, Declaration] = {}
    for path, changed, size in files:
        for each in _declared(Path(path), changed, size):
            known.setdefault(each.name, each)
    return {name: known[name] for name in sorted(known)}


def command(declaration: Declaration, params: Mapping[str, Any]) -> Command:
    """The function in its file, with the params as declared; `origin` is `FILE:FUNCTION`.

    Its debug lines are kept if its mark says so, or the run: `debug` in its params, unless that is one of its own.
    """
    given, debug = dict(params), declaration.debug
    if not any(each.name == _DEBUG.name for each in declaration.parameters):
        debug = read(_DEBUG, given.pop(_DEBUG.name, debug))
    task = {"entry": declaration.origin, "params": declaration.read(given), "debug": debug}
    text = f"{declaration.name} ({declaration.origin})"
    return job(text, "python", task, is_idempotent=declaration.is_idempotent, warm=declaration.warm)


@functools.lru_cache(maxsize=256)
def _declared(path: Path, changed: int, size: int) -> tuple[Declaration, ...]:
    """What a file declares; asked again only when the file has changed."""
    try:
        if size > _MOST:
            raise BadValue(f"{size:,} bytes are too many (at most {_MOST:,})")
        tree = ast.parse(path.read_bytes(), str(path))
        return tuple(_functions(tree, path, f"{changed}.{size} {path}"))
    except BadValue as fault:
        words = str(fault)
    except SyntaxError as fault:
        words = f"line {fault.lineno}: {fault.msg}" if fault.lineno else fault.msg
    except (OSError, ValueError, RecursionError, MemoryError) as fault:
        words = str(getattr(fault, "strerror", None) or fault or type(fault).__name__)
    return (Declaration(path.stem, "", origin=str(path), error=f"{path.name}: {words}"),)


def _functions(tree: ast.Module, path: Path, kind: str) -> Iterator[Declaration]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in node.decorator_list:
            call = mark.func if isinstance(mark, ast.Call) else mark
            if _last(call) == "controller":
                yield _one(node, mark, path, kind)


def _one(node: ast.FunctionDef | ast.AsyncFunctionDef, mark: ast.expr, path: Path, kind: str) -> Declaration:
    """`kind`: of the file as it is now, so that no worker goes on with what it was."""
    said = _arguments(mark, _CONTROLLER, f"line {mark.lineno}: controller") if isinstance(mark, ast.Call) else {}
    name = said.get("name") or node.name
    try:
        plain = plain_name(name) if isinstance(name, str) else ""
    except BadValue as fault:
        raise BadValue(f"line {mark.lineno}: name: {fault}") from fault
    if not plain:
        raise BadValue(f"line {mark.lineno}: name: expected a text")
    sentence = (ast.get_docstring(node) or "").strip().split("\n", 1)[0].rstrip(".")
    parameters = tuple(_parameter(each, mark.lineno) for each in said.get("params") or ())
    warm = kind if said.get("warm") is True else ""
    return Declaration(
        plain, sentence, parameters, said.get("idempotent") is True, f"{path}:{node.name}",
        warm=warm, debug=said.get("debug") is True,
    )  # fmt: skip


def _parameter(said: Any, line: int) -> Parameter:
    if not isinstance(said, Mapping) or not isinstance(said.get("name"), str) or not said["name"].isidentifier():
        raise BadValue(f'line {line}: params: expected Param("name", ...)')
    where, kind = f"line {line}: parameter {said['name']}", said.get("type", "text")
    if kind not in list(Kind):
        raise BadValue(f"{where}: type: expected one of {', '.join(Kind)}, not {kind!r}")
    choices = tuple(str(each) for each in said.get("choices") or ())
    if (kind == Kind.CHOICE) is not bool(choices):
        raise BadValue(f"{where}: a choice has choices, and nothing else has")
    made = Parameter(
        said["name"], Kind(kind), str(said.get("help") or ""), bool(said.get("required")), said.get("default"), choices
    )
    if made.default is not None:
        try:
            read(made, made.default)
        except BadValue as fault:
            raise BadValue(f"{where}: default: {fault}") from fault
    return made


def _arguments(call: ast.Call, names: tuple[str, ...], where: str) -> dict[str, Any]:
    """What is said in a call, by name."""
    if len(call.args) > len(names):
        raise BadValue(f"{where}: expected at most {', '.join(names)}")
    said = dict(zip(names, call.args, strict=False)) | {word.arg or "**": word.value for word in call.keywords}
    unknown = sorted(set(said) - set(names))
    if unknown:
        raise BadValue(f"{where}: {unknown[0]!r} is not known (expected {', '.join(names)})")
    return {name: _literal(value, f"{where}: {name}") for name, value in said.items()}


def _literal(node: ast.expr, where: str) -> Any:
    if isinstance(node, ast.Call) and _last(node.func) == "Param":
        return _arguments(node, _PARAM, where)
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(each, where) for each in node.elts]
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError) as fault:
        raise BadValue(f"{where}: expected a value that is written out, as the file is read and not run") from fault


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
