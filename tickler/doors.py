"""The commands that open a door: the desk, the demo, the engine, the table of keys."""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from engine.rules.errors import BadValue, shown
from store.connection import reading
from store.errors import Refused
from store.opening import open_store
from store.paths import default_store
from tickler.catalog import DOORS
from tickler.commands import moment_of, refuse
from tickler.words import Given, Usage

_DESK = {
    "--slow": "for bad lines: no animation, fewer frames",
    "--plain": "for screen readers: no frames, ASCII marks",
}
_ENGINE = {"--once": "one pass, wait for the runs it starts, end"}
_INSTALL = {
    "--user-unit": "a unit of your own systemd, which is the only kind there is",
    "--print": "show the unit and write nothing",
    "--uninstall": "remove the unit",
}
_UNIT = "engine install"
_OPTIONS: Mapping[str, Mapping[str, str]] = {"": _DESK, "demo": _DESK, "engine": _ENGINE, _UNIT: _INSTALL, "keys": {}}


def open_door(given: Given) -> int:
    """Open the door that the first word names; without one it is the desk. Returns the exit status."""
    first = given.words[0] if given.words else ""
    name = first if first in _OPTIONS else ""
    words = given.words[1:] if name else given.words
    if name == "engine" and words[:1] == ("install",):
        name, words = _UNIT, words[1:]
    options = _switches(name, words)
    try:
        if name == "engine":
            return _engine(given, once="--once" in options)
        if name == _UNIT:
            return _install(given, options)
        if name == "keys":
            from tui.keys import printed

            print(printed())
            return 0
        return _desk(given, options, is_demo=name == "demo")
    except (Refused, BadValue) as fault:
        return refuse(str(fault), as_json=given.json)


def help_of(name: str) -> str:
    """What a door opens, and its options."""
    options = _OPTIONS.get(name, {})
    title = DOORS[name]
    further = [*_help_of_install()] if name == "engine" else []
    lines = [f"tickler {name}" + (" [OPTIONS]" if options else ""), "", f"{title[0].upper()}{title[1:]}."]
    if options:
        lines += ["", *(f"  {flag:10} {words}" for flag, words in options.items())]
    return "\n".join([*lines, *further])


def _help_of_install() -> list[str]:
    lines = ["", "tickler engine install [OPTIONS]", "", "Write a systemd user unit that keeps the engine alive.", ""]
    return [*lines, *(f"  {flag:12} {words}" for flag, words in _INSTALL.items())]


def _switches(name: str, words: Sequence[str]) -> frozenset[str]:
    for word in words:
        if word not in _OPTIONS[name]:
            there = ", ".join(_OPTIONS[name]) or "none"
            about = f"{name}: " if name else ""
            raise Usage(f"{about}there is no option {shown(word)} (there are: {there})")
    return frozenset(words)


def _desk(given: Given, options: frozenset[str], *, is_demo: bool) -> int:
    if given.at is not None:
        raise Usage("--at goes with a command; the desk shows today")
    if is_demo and given.store is not None:
        raise Usage("demo makes a store of its own and throws it away; leave --store out")
    _refuse_without_terminal()
    if is_demo:
        from tickler.demo import throw_away_store

        with throw_away_store(datetime.now(UTC)) as path:
            return _open(path, options)
    opened = open_store(given.store or default_store(), keep=True)
    return _open(opened.path, options, opened.reader)


def _open(store: Path, options: frozenset[str], reader: sqlite3.Connection | None = None) -> int:
    """Load the desk, which makes no garbage worth looking for: looking costs a tenth of the start."""
    gc.disable()
    from tui.desk import open_desk

    return open_desk(store, reader, slow="--slow" in options, plain="--plain" in options)


def _refuse_without_terminal() -> None:
    """Textual reads stdin and draws on stderr; without a terminal there it would wait for ever."""
    for stream in (sys.__stdin__, sys.__stderr__):
        if stream is None or not stream.isatty():
            raise Refused("The desk needs a terminal; `tickler help` lists the commands for scripts.")


def _engine(given: Given, *, once: bool) -> int:
    if given.at is not None and not once:
        raise Usage("engine: --at goes with --once")
    opened = open_store(given.store or default_store())
    at = None
    if given.at is not None:
        with reading(opened.path) as connection:
            at = moment_of(given, connection).now
    from engine.daemon import serve

    return serve(once=once, at=at)


def _install(given: Given, options: frozenset[str]) -> int:
    """Write the unit that keeps this engine alive, show it, or remove it; then say what to type next."""
    from engine import unitfile

    if given.at is not None:
        raise Usage("engine install: --at goes with --once")
    unit = unitfile.unit_of(_program(), (given.store or default_store()).expanduser().absolute())
    name, control = unit.path.name, "systemctl --user"
    if "--print" in options:
        print(unit.text(), end="")
        return 0
    if "--uninstall" in options:
        unitfile.uninstall(unit)
        done, following = "removed", [f"{control} stop {name}", f"{control} daemon-reload"]
    else:
        done = "wrote" if unitfile.install(unit) else "unchanged"
        following = [f"{control} daemon-reload", f"{control} enable --now {name}", f"loginctl enable-linger {_login()}"]
    if given.json:
        from tickler.jsontext import json_text

        print(json_text({"unit": str(unit.path), "done": done, "next": following}, "UTC"))
        return 0
    from tickler.plain import plain

    lines = [f"{done} {unit.path}", "next:", *(f"  {each}" for each in following)]
    if done != "removed":
        lines.append("With lingering it goes on after you log out; `tickler doctor` says whether it is on.")
    print("\n".join(map(plain, lines)))
    return 0


def _program() -> tuple[str, ...]:
    """This very command, as systemd can start it: by its full path."""
    script = Path(sys.argv[0]).absolute()
    if script.name.startswith("tickler") and os.access(script, os.X_OK) and script.is_file():
        return (str(script),)
    return (sys.executable, "-m", "tickler")


def _login() -> str:
    from engine.actors import login_name

    return login_name()
