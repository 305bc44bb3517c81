"""The words of a line, where each stands, and what is in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from store.frozen import value

_WORD = re.compile(
    r"""
    (?P<quoted> "[^"]*" (?=\s|$) )                   # text, whatever it says
    | (?P<brace> \{ [^{}\s][^{}]* \} (?=\s|$) )      # {fri 14:00}
    | (?P<marked> (?: [\#@!+] | \w+: ) "[^"]*" (?=\s|$) )   # #"garden work", due:"fri 14:00"
    | (?P<plain> \S+ )
    """,
    re.VERBOSE,
)


@value
class Word:
    """A word of the line at [start, end); `text` is without its quotes. `is_text`: it stands in quotes."""

    start: int
    end: int
    text: str
    is_text: bool = False


def words_of(line: str) -> list[Word]:
    """The words of the line. A quote that nobody closes is a letter like any other."""
    return list(_words(line))


def _words(line: str) -> Iterator[Word]:
    for found in _WORD.finditer(line):
        if found["quoted"] is not None:
            yield Word(found.start(), found.end(), found["quoted"][1:-1], True)
        elif found["marked"] is not None:
            yield Word(found.start(), found.end(), found["marked"].replace('"', ""))
        else:
            yield Word(found.start(), found.end(), found[0])


def quoted_at(line: str, place: int) -> tuple[str, int]:
    """The line with the word at `place` put in quotes, or taken out of them; and the place in it after that word."""
    for word in words_of(line):
        if word.start <= place <= word.end:
            inside = word.text if word.is_text else f'"{line[word.start : word.end].replace(chr(34), "")}"'
            return f"{line[: word.start]}{inside}{line[word.end :]}", word.start + len(inside)
    return line, place
