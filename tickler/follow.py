"""`run log` as it comes: page by page, so that a million lines need no room; with --follow until the run is over."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from sqlite3 import Connection

from engine.actors import local_actor
from engine.operations.registry import Named
from store.connection import reading
from store.current import store_path
from store.enums import FINAL
from store.reads import runs
from store.values import LogLine
from tickler.arguments import Moment, Typed, arguments
from tickler.plain import plain
from tickler.printing import clock
from tickler.signature import Word
from tickler.words import Given

PAGE = 5_000
"""Lines read and printed at a time."""
LOOK_SECONDS = 0.1


def print_log(
    named: Named, words: Sequence[Word], said: Typed, given: Given, moment_of: Callable[[Given, Connection], Moment]
) -> int:
    """Print what is asked for; followed, with `--json`, as one object a line. Returns the exit status."""
    with reading(store_path()) as connection:
        moment = moment_of(given, connection)
        positional, keywords = arguments(words, said, moment)
        run_id, actor = int(positional[0]), local_actor("cli")

        def page(first: int, limit: int, tail: int = 0) -> list[LogLine]:
            more = keywords | {"from_": first, "limit": limit, "tail": tail or None}
            found: list[LogLine] = named.call(actor, moment.now, run_id, **more)
            return found

        left = int(keywords.get("limit") or 0) or None
        first = int(keywords.get("from_") or 1)
        lines = page(first, min(PAGE, left or PAGE), int(keywords.get("tail") or 0))
        pause, is_over, version = threading.Event(), not keywords.get("follow"), -1
        is_last = bool(keywords.get("tail"))
        while True:
            _print(lines, moment.zone, given)
            left = None if left is None else left - len(lines)
            first = lines[-1].seq + 1 if lines else first
            if left == 0 or (is_over and (is_last or not lines)):
                return 0
            if not lines and not is_over:
                now = connection.execute("PRAGMA data_version").fetchone()[0]
                if now == version:
                    pause.wait(LOOK_SECONDS)
                version = now
                found = runs.run(connection, run_id)
                is_over = found is None or found.state in FINAL
            is_last = False
            lines = page(first, min(PAGE, left or PAGE))


def _print(lines: Sequence[LogLine], zone: str, given: Given) -> None:
    if not lines:
        return
    if given.json:
        from tickler.jsontext import json_text

        texts = [json_text(line, zone, indent=None) for line in lines]
    else:
        texts = [_line(line, zone) for line in lines]
    sys.stdout.write("\n".join(texts) + "\n")
    sys.stdout.flush()


def _line(line: LogLine, zone: str) -> str:
    return f"{clock(line.at, zone)}  {line.level:7}  {plain(line.text)}".rstrip()
