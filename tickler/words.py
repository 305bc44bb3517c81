"""The words of a command line, with the options that every command takes lifted out wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class Usage(Exception):
    """The command line cannot be understood; exit status 2."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed: the words of the command, and the common options."""

    words: tuple[str, ...]
    store: Path | None
    json: bool
    at: str | None


def split(words: list[str]) -> Given:
    """Lift `--store FILE`, `--json` and `--at INSTANT` out; everything after `--` stays as it is."""
    rest: list[str] = []
    values: dict[str, str] = {}
    as_json = False
    queue = list(words)
    while queue:
        word = queue.pop(0)
        name, _, value = word.partition("=")
        if word == "--":
            rest += [word, *queue]
            break
        if word == "--json":
            as_json = True
        elif name in ("--store", "--at"):
            if "=" not in word:
                if not queue:
                    raise Usage(f"{name} needs a value, for example {_EXAMPLES[name]}")
                value = queue.pop(0)
            values[name] = value
        else:
            rest.append(word)
    store = values.get("--store")
    if store == "":
        raise Usage("--store needs the path of a file")
    return Given(tuple(rest), Path(store) if store else None, as_json, values.get("--at"))


_EXAMPLES = {"--store": "--store desk.db", "--at": "--at 2025-05-20T10:15"}
