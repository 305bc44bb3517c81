"""The commands that open a door: the desk, the demo, the engine."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from engine.rules.errors import BadValue
from store.errors import Refused
from store.opening import open_store
from store.paths import default_store
from tickler.commands import moment_of, refuse
from tickler.words import Given, Usage


def open_door(name: str, given: Given) -> int:
    """Open the door `name` ("" is the desk). Returns the exit status."""
    try:
        if name == "engine":
            return _engine(given)
        if name == "keys":
            from tui.keys import printed

            print(printed())
            return 0
        return _demo(given) if name == "demo" else _desk(given)
    except (Refused, BadValue) as fault:
        return refuse(str(fault), as_json=given.json)


def _desk(given: Given) -> int:
    options = _desk_options("tickler", given.words)
    opened = open_store(given.store or default_store())
    from tui.desk import open_desk

    return open_desk(opened.path, slow=options.slow, plain=options.plain)


def _demo(given: Given) -> int:
    if given.store is not None:
        raise Usage("demo makes a store of its own and throws it away; leave --store out")
    options = _desk_options("tickler demo", given.words[1:])
    from tickler.demo import throw_away_store

    with throw_away_store(datetime.now(UTC)) as path:
        from tui.desk import open_desk

        return open_desk(path, slow=options.slow, plain=options.plain)


def _desk_options(prog: str, words: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, allow_abbrev=False)
    parser.add_argument("--slow", action="store_true", help="for bad lines: no animation, fewer frames")
    parser.add_argument("--plain", action="store_true", help="for screen readers: no frames, ASCII marks")
    return parser.parse_args(words)


def _engine(given: Given) -> int:
    parser = argparse.ArgumentParser(prog="tickler engine", allow_abbrev=False)
    parser.add_argument("--once", action="store_true", help="one pass, wait for the runs it starts, end")
    options = parser.parse_args(given.words[1:])
    if given.at is not None and not options.once:
        raise Usage("engine: --at goes with --once")
    open_store(given.store or default_store())
    from engine.daemon import serve

    at = moment_of(given).now if given.at is not None else None
    return serve(once=options.once, at=at)
