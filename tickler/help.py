"""What `tickler help` prints: everything, the verbs of one noun, or one command."""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum

from engine.operations.registry import NAMED, Named
from tickler.arguments import flags, usage
from tickler.catalog import DOORS, MODULES, WHERE
from tickler.commands import load, nouns
from tickler.signature import Word, words_of
from tickler.words import HELP

_EVERY = "Every command takes --store FILE (or TICKLER_STORE), --json, --at INSTANT and --help."
_WIDTH = 96


def answer(words: Sequence[str]) -> str:
    """What there is to say about these words. Usage if they are no command."""
    words = [word for word in words if word not in HELP]
    if not words or words[0].startswith("-"):
        return overview()
    if words[0] in DOORS:
        from tickler.doors import help_of

        return help_of(words[0])
    if words[0] in nouns() and words[0] not in WHERE and " ".join(words[:2]) not in WHERE:
        return of_noun(words[0])
    return of_command(load(words)[0])


def overview() -> str:
    """Every command with its one line, grouped by noun."""
    for module in MODULES:
        importlib.import_module(module)
    lines = [
        "tickler: every follow-up, recurring chore and background job on one screen in the terminal.",
        "",
        "  tickler                     open the desk",
    ]
    lines += [f"  tickler {name.ljust(19)} {words}" for name, words in DOORS.items()]
    noun = ""
    for name in WHERE:
        if name.split()[0] != noun:
            noun = name.split()[0]
            lines.append("")
        lines.append(_one_line(name))
    lines += [
        "",
        _EVERY,
        "`tickler help task add` says what a command takes.",
        "Exit status: 0 done, 1 refused (one sentence), 2 wrong usage.",
    ]
    return "\n".join(lines)


def of_noun(noun: str) -> str:
    """The verbs of one noun."""
    names = [name for name in WHERE if name.split()[0] == noun]
    for name in names:
        importlib.import_module(WHERE[name])
    return "\n".join([*(_one_line(name) for name in names), "", _EVERY])


def of_command(named: Named) -> str:
    """What one command does and takes."""
    words = words_of(named)
    lines = [usage(named.name, words), "", *_doc(named)]
    places = [word for word in words if not flags(word)]
    options = [word for word in words if flags(word)]
    for title, some in (("", places), ("Options:", options)):
        if some:
            lines += ["", *([title] if title else []), *_listed(some)]
    return "\n".join([*lines, "", _EVERY])


def _one_line(name: str) -> str:
    return f"  tickler {name.ljust(19)} {NAMED[name].title}"


def _doc(named: Named) -> list[str]:
    """The docstring's paragraphs, wrapped anew."""
    paragraphs = (named.inner.__doc__ or named.name).strip().split("\n\n")
    lines = (["", *textwrap.wrap(" ".join(each.split()), _WIDTH)] for each in paragraphs)
    return [line for each in lines for line in each][1:]


def _listed(words: Iterable[Word]) -> list[str]:
    rows = [(_spelled(word), _meaning(word)) for word in words]
    indent = min(max(len(left) for left, _ in rows), 30) + 4
    lines = []
    for left, right in rows:
        wrapped = textwrap.wrap(right, _WIDTH - indent) or [""]
        if len(left) + 4 > indent:
            lines.append(f"  {left}")
        else:
            lines.append(f"  {left}".ljust(indent) + wrapped.pop(0))
        lines += [" " * indent + more for more in wrapped]
    return [line.rstrip() for line in lines]


def _spelled(word: Word) -> str:
    if not flags(word):
        return word.metavar
    return ", ".join(flags(word)) if word.kind is bool else f"{word.flag} {word.metavar}"


def _meaning(word: Word) -> str:
    """Its help, with what may be chosen, what holds if it is left out, and whether it may stand again."""
    parts = [word.help]
    if issubclass(word.kind, StrEnum) and not all(choice in word.help for choice in word.kind):
        parts.append(f"one of {', '.join(word.kind)}")
    if flags(word) and word.kind is not bool and word.default not in (None, "", ()):
        parts.append(f"{word.default} if left out")
    if word.repeats and "each" not in word.help:
        parts.append("may stand several times")
    return "; ".join(part for part in parts if part)
