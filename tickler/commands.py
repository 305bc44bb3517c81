"""One operation or query from the command line: find it, read its words, call it, print what came."""

from __future__ import annotations

import functools
import importlib
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.operations.registry import NAMED, Named
from engine.rules.errors import BadValue, shown
from store import journal, settings
from store.connection import reading
from store.current import store_path
from store.errors import Refused
from store.frozen import value
from store.instants import to_us
from store.opening import open_store
from store.paths import default_store
from tickler.arguments import Moment, Typed, arguments, typed
from tickler.catalog import DOORS, WHERE
from tickler.signature import Word, takes, words_of
from tickler.words import Given, Usage

_STORELESS = frozenset({"schedule preview", "controllers"})
"""What can be told without a store: where there is none, one that is thrown away tells the zone and the settings."""


@value
class Answer:
    """What a command gave: its value, the zone to show it in, and the journal's words if it wrote."""

    result: Any
    zone: str
    words: str


def run_named(given: Given) -> int:
    """Run the operation that the words name. Returns the exit status."""
    named, rest = load(given.words)
    words = words_of(named)
    said = typed(named.name, words, rest)
    try:
        if named.name in _STORELESS and not _path(given).exists():
            return _without_store(given)
        open_store(_path(given), create=named.writes)  # to read from a mistyped path must not make a store
        if named.name == "run log" and (said.get("follow") or not (given.json or "to" in said)):
            from tickler.follow import print_log

            return print_log(named, words, said, given, moment_of)
        answer = _call(named, words, said, given)
    except (Refused, BadValue) as fault:
        return refuse(str(fault), as_json=given.json)
    print(_text(answer, given, named), end="" if _is_text(answer, given) else "\n")
    return 0


def _path(given: Given) -> Path:
    return (given.store or default_store()).expanduser()


def _without_store(given: Given) -> int:
    """The same on a store that is made for it and thrown away."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="tickler-") as folder:
        store = Path(folder) / "tickler.db"
        open_store(store)
        return run_named(replace(given, store=store))


def load(words: Sequence[str]) -> tuple[Named, list[str]]:
    """The operation of the longest name that the first words spell, and the words after it."""
    name, rest = find(words)
    importlib.import_module(WHERE[name])
    return NAMED[name], rest


def find(words: Sequence[str]) -> tuple[str, list[str]]:
    """The longest name that the first words spell, and what stands after it. Usage if there is none."""
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in WHERE and len(words) >= length:
            return name, list(words[length:])
    if words[0] in nouns():
        raise Usage(_which_verb(words))
    known = [*nouns(), *DOORS, "help"]
    joined = words[0].replace("-", " ").replace("_", " ")
    if joined in WHERE:
        raise Usage(f"'{shown(words[0])}' is not a command; write two words: {joined}")
    raise Usage(f"'{shown(words[0])}' is not a command; {_nearest(words[0], known, '`tickler help` lists them')}")


def nouns() -> list[str]:
    """The first words of all operations."""
    return sorted({name.split()[0] for name in WHERE})


def refuse(words: str, *, as_json: bool) -> int:
    """Say no: a sentence on stderr, and a line for each thing that is wrong; or JSON on stdout. Exit status 1."""
    if as_json:
        from tickler.jsontext import json_text

        print(json_text({"refused": words}, "UTC"))
    elif sys.stderr is not None:
        from tickler.plain import paragraphs

        print(*paragraphs(words), sep="\n", file=sys.stderr)
    return 1


def moment_of(given: Given, connection: sqlite3.Connection) -> Moment:
    """Now, or the instant that `--at` names, in the zone of the store."""
    now = datetime.now(UTC)
    zone = str(settings.read(connection, "zone"))
    if given.at is None:
        return Moment(now, zone)
    from engine.rules.dates import parse_instant

    try:
        return Moment(parse_instant(given.at, now, zone), zone)
    except BadValue as fault:
        raise BadValue(f"--at: {str(fault).rstrip('.')}.") from fault


def _call(named: Named, words: Sequence[Word], said: Typed, given: Given) -> Answer:
    """Call the operation. One connection is held meanwhile: while somebody has the store open, others open it fast."""
    from engine.actors import local_actor

    with reading(store_path()) as connection:
        moment = moment_of(given, connection)
        positional, keywords = arguments(words, said, moment)
        if takes(named, "harmless"):
            from tickler.plain import plain

            keywords["harmless"] = plain
        if takes(named, "understand"):
            from tickler.whatif import understood

            keywords["understand"] = functools.partial(understood, load, moment)
        if takes(named, "progress") and sys.stderr is not None and sys.stderr.isatty():
            keywords["progress"] = _bar(named.title)
        actor, before = local_actor("cli"), journal.newest(connection) or 0
        result = named.call(actor, moment.now, *positional, **keywords)
        if not named.writes:
            return Answer(result, moment.zone, "")
        told = _words_since(connection, before, named.name, actor.name, to_us(moment.now))
    from engine.wake import tell

    tell(store_path())
    return Answer(result, moment.zone, told)


def _words_since(connection: sqlite3.Connection, act: int, name: str, actor: str, at: int) -> str:
    """What the journal says of the act just done; other processes may have written others meanwhile."""
    row = connection.execute(
        "SELECT words FROM act WHERE id > ? AND operation = ? AND actor = ? AND via = 'cli' AND at = ?",
        (act, name, actor, at),
    ).fetchone()
    return str(row[0]) if row else ""


def _text(answer: Answer, given: Given, named: Named) -> str:
    if given.json:
        from tickler.jsontext import json_text

        return json_text(answer.result, answer.zone)
    from tickler.plain import terminal_width

    width = terminal_width()
    if named.writes:
        from tickler.told import told

        return told(answer.result, answer.words, answer.zone, width)
    from tickler import printing
    from tickler.plain import paragraphs

    if isinstance(answer.result, str):
        return answer.result if width is None else "\n".join(paragraphs(answer.result)) + "\n"
    if isinstance(answer.result, (tuple, list)):
        return printing.table(answer.result, answer.zone, width)
    return printing.card(answer.result, answer.zone)


def _is_text(answer: Answer, given: Given) -> bool:
    """A text for files (`dump`) ends as it ends."""
    return isinstance(answer.result, str) and not given.json


def _bar(title: str) -> Callable[[int, int], None]:
    from tickler.progress import Bar

    return Bar(title).show


def _which_verb(words: Sequence[str]) -> str:
    """What may stand after a noun, and what is nearest to the word that does."""
    verbs = [name.split()[1] for name in WHERE if name.startswith(f"{words[0]} ")]
    there = ", ".join(verbs)
    if len(words) == 1:
        return f"{words[0]}: say what to do: {there}"
    return f"{words[0]}: '{shown(words[1])}' is not one of {there}; {_nearest(words[1], verbs, '')}".removesuffix("; ")


def _nearest(word: str, known: Sequence[str], otherwise: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word[:60], known, 1)
    return f"did you mean {near[0]}?" if near else otherwise
