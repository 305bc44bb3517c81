"""Text that people type into a task: composed the same way always, and nothing in it that breaks a store."""

from __future__ import annotations

import re
import unicodedata

from engine.rules.errors import BadValue, shown

LINE_LENGTH = 500
"""Characters of a task's name or a contact."""
NOTES_BYTES = 100_000

_THING = re.compile(r"([^/: ]+)[/: ] *(.*[^ ])")
_UNKEPT = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of a pair, and line and paragraph separators. Joiners of emoji may stay."""


def one_line(field: str, text: str, most: int = LINE_LENGTH) -> str:
    """A line in composed form (NFC) without blanks around it. BadValue names the field."""
    line = unicodedata.normalize("NFC", text).strip()
    if not line:
        raise BadValue(f"{field}: expected some text, not nothing")
    if len(line) > most:
        raise BadValue(f"{field}: {len(line):,} characters are too many (at most {most})")
    if any(unicodedata.category(letter) in _UNKEPT for letter in line):
        raise BadValue(f"{field}: '{shown(line)}' holds a character that cannot stand in a line")
    return line


def free_text(field: str, text: str, most: int = NOTES_BYTES) -> str:
    """Any number of lines in composed form, line ends as `\\n`. BadValue names the field."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        size = len(plain.encode())
    except UnicodeEncodeError:
        raise BadValue(f"{field}: holds half a character, which cannot be kept") from None
    if size > most:
        raise BadValue(f"{field}: {size:,} bytes are too many (at most {most:,})")
    if "\0" in plain:
        raise BadValue(f"{field}: a NUL character cannot be kept")
    return plain


def thing(text: str) -> tuple[str, str]:
    """Class and id of what `stay/12` names; `stay:12` and `stay 12` say the same. BadValue tells the form."""
    form = _THING.fullmatch(one_line("object", text))
    if form is None:
        raise BadValue(f"object: '{shown(text)}' is not a class and an id (expected a form such as stay/12)")
    return form[1], form[2]
