"""One operation or query from the command line: find it, read its words, call it, print what came."""

from __future__ import annotations

import argparse
import difflib
import importlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from engine.operations.registry import NAMED, Named
from engine.rules.errors import BadValue
from store import settings
from store.connection import reading
from store.current import store_path
from store.errors import Refused
from store.opening import open_store
from store.paths import default_store
from tickler.arguments import Moment, arguments, parser_for, takes_progress
from tickler.catalog import DOORS, WHERE
from tickler.words import Given, Usage


def run_named(given: Given) -> int:
    """Run the operation that the words name. Returns the exit status."""
    name, rest = find(given.words)
    importlib.import_module(WHERE[name])
    named = NAMED[name]
    parsed = parser_for(named).parse_args(rest)
    try:
        open_store(given.store or default_store())
        result, zone = _call(named, parsed, given)
    except (Refused, BadValue) as fault:
        return refuse(str(fault), as_json=given.json)
    _show(result, zone, given, named)
    return 0


def find(words: tuple[str, ...]) -> tuple[str, list[str]]:
    """The longest name that the first words spell, and what stands after it."""
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in WHERE and len(words) >= length:
            return name, list(words[length:])
    nouns = sorted({known.split()[0] for known in WHERE})
    if words[0] in nouns:
        verbs = sorted(known.split()[1] for known in WHERE if known.startswith(words[0] + " "))
        raise Usage(f"{words[0]}: say what to do: {', '.join(verbs)}")
    near = difflib.get_close_matches(words[0], [*nouns, *DOORS], 1)
    hint = f"; did you mean {near[0]}?" if near else "; `tickler help` lists the commands"
    raise Usage(f"{words[0]!r} is not a command{hint}")


def refuse(words: str, *, as_json: bool) -> int:
    """Say no: a sentence on stderr, or JSON on stdout for scripts. Exit status 1."""
    if as_json:
        import json

        print(json.dumps({"refused": words}, ensure_ascii=False))
    else:
        from tickler.printing import plain

        print(plain(words), file=sys.stderr)
    return 1


def moment_of(given: Given) -> Moment:
    """Now, or the instant that `--at` names, in the zone of the store that is open."""
    now = datetime.now(UTC)
    with reading(store_path()) as connection:
        zone = str(settings.read(connection, "zone"))
    if given.at is None:
        return Moment(now, zone)
    from engine.rules.dates import parse_instant

    try:
        return Moment(parse_instant(given.at, now, zone), zone)
    except BadValue as fault:
        raise BadValue(f"--at: {fault}") from fault


def _call(named: Named, parsed: argparse.Namespace, given: Given) -> tuple[Any, str]:
    from engine.actors import local_actor

    moment = moment_of(given)
    positional, keywords = arguments(named, parsed, moment)
    if takes_progress(named) and sys.stderr.isatty():
        keywords["progress"] = _bar(named.title)
    result = named.call(local_actor("cli"), moment.now, *positional, **keywords)
    if named.writes:
        from engine.wake import tell

        tell(store_path())
    return result, moment.zone


def _bar(title: str) -> Callable[[int, int], None]:
    from tickler.progress import Bar

    return Bar(title).show


def _show(result: Any, zone: str, given: Given, named: Named) -> None:
    from tickler import printing

    if given.json:
        print(printing.json_text(result, zone))
    elif isinstance(result, str):
        sys.stdout.write(result)
    elif isinstance(result, (tuple, list)):
        print(printing.table(result, zone))
    elif result is not None:
        print(printing.card(result, zone))
    elif named.writes:
        print("done")
