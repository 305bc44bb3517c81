"""Which texts may be names: of definitions, of statuses and date fields, of classes and objects.

Names stand in lists, in `stay/12` and in `date_from=2025-07-14`, so what would break these is refused.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from engine.rules.errors import BadValue, shown

NAME_LENGTH = 200
TEXT_LENGTH = 100_000

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")


def plain_name(text: str) -> str:
    """One line without blanks around it; BadValue if it is empty, too long or holds control characters."""
    if not text.strip():
        raise BadValue("expected a name, not an empty text")
    if len(text) > NAME_LENGTH:
        raise BadValue(f"{len(text)} characters are too many for a name (at most {NAME_LENGTH})")
    if not text.isprintable():
        raise BadValue(f"'{shown(text)}' holds a character that cannot be shown on a line")
    return text.strip()


def plain_text(text: str) -> str:
    """Any lines; BadValue for more than `TEXT_LENGTH` characters, or a NUL: the journal would cut there."""
    if len(text) > TEXT_LENGTH:
        raise BadValue(f"{len(text)} characters are too many (at most {TEXT_LENGTH})")
    if "\0" in text:
        raise BadValue("a NUL character cannot be kept")
    return text


def class_name(text: str) -> str:
    """A name that can stand before the slash of `stay/12`."""
    name = plain_name(text)
    if set(name) & set("/:= \t"):
        raise BadValue(f"'{shown(name)}' holds a blank, slash, colon or equals sign (expected a word such as stay)")
    return name


def field_name(text: str) -> str:
    """A name that can stand before the equals sign of `date_from=2025-07-14`."""
    if not _FIELD.fullmatch(text):
        raise BadValue(f"'{shown(text)}' is not a field name (expected letters, digits and _, such as date_from)")
    return text


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names in their order; BadValue if one is there twice."""
    found = tuple(names)
    seen: set[str] = set()
    for name in found:
        if name in seen:
            raise BadValue(f"'{shown(name)}' is there twice")
        seen.add(name)
    return found


def as_sentence(words: str) -> str:
    """The words with a full stop, unless they end as a question: `... did you mean North?`."""
    return words if words.endswith("?") else f"{words}."


def unknown(name: object, known: Iterable[str], what: str) -> str:
    """`'Noth' is no team; did you mean North?`, else the first of those there are."""
    names = [str(each) for each in known]
    near = difflib.get_close_matches(str(name)[:NAME_LENGTH], names, 1)
    if near:
        return f"'{shown(name)}' is no {what}; did you mean {near[0]}?"
    there = ", ".join(shown(each) for each in names[:12]) + (", ..." if len(names) > 12 else "")
    return f"'{shown(name)}' is no {what} ({f'there are: {there}' if names else 'there is none yet'})"
