"""The words of a command line, with the options that every command takes lifted out wherever they stand."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from store.frozen import value

HELP = ("-h", "--help")


class Usage(Exception):
    """The command line cannot be understood; exit status 2."""


@value
class Given:
    """What was typed: the words of the command, and the common options."""

    words: tuple[str, ...]
    store: Path | None
    json: bool
    at: str | None


def split(words: Sequence[str]) -> Given:
    """Lift `--store FILE`, `--json` and `--at INSTANT` out; everything after `--` stays as it is."""
    rest: list[str] = []
    values: dict[str, str] = {}
    as_json = False
    queue = deque(words)
    while queue:
        word = queue.popleft()
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *queue]
            break
        if word == "--json":
            as_json = True
        elif name in _EXAMPLES:
            if name in values:
                raise Usage(f"{name} is given twice")
            if not equals:
                value = queue.popleft() if queue else ""
            if not value:
                raise Usage(f"{name} needs a value, for example {_EXAMPLES[name]}")
            values[name] = value
        else:
            rest.append(word)
    store = values.get("--store")
    return Given(tuple(rest), Path(store) if store else None, as_json, values.get("--at"))


def asks_help(words: Sequence[str]) -> bool:
    """Whether `-h` or `--help` stands among the words, before a `--`."""
    before = words[: words.index("--")] if "--" in words else words
    return any(word in HELP for word in before)


_EXAMPLES = {"--store": "--store desk.db", "--at": "--at 2025-05-20T10:15"}
