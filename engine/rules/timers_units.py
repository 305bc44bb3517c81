"""Unit files of systemd, as systemd.syntax(7) has them: read, completed by their drop-ins, split into words.

configparser cannot read them: keys repeat, and an empty one forgets those before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.rules.errors import BadValue, shown
from store.frozen import value

_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'",
    "s": " ",
}  # fmt: skip
_CODES = {"x": 2, "u": 4, "U": 8}
_SPECIFIER = re.compile(r"%(.?)")


@value
class Setting:
    """`key = value` in a section, and where it stands."""

    file: str
    line: int
    section: str
    key: str
    value: str


@value
class Unit:
    """A unit with its drop-ins, in the order in which they count."""

    name: str
    settings: tuple[Setting, ...]

    def all(self, section: str, key: str) -> list[Setting]:
        """Every setting of that key since it was last emptied."""
        found: list[Setting] = []
        for setting in self.settings:
            if (setting.section, setting.key) == (section, key):
                found = [*found, setting] if setting.value else []
        return found

    def last(self, section: str, key: str, otherwise: str = "") -> str:
        """The value that counts where only one can."""
        found = self.all(section, key)
        return found[-1].value if found else otherwise


def settings_of(file: str, text: str) -> list[Setting]:
    """The settings of one file; lines that are none are passed over, as systemd does."""
    found: list[Setting] = []
    section, held, start = "", "", 0
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if line[:1] in ("#", ";") or not (line or held):
            continue
        if line.endswith("\\"):
            start = start or number
            held += line[:-1] + " "
            continue
        whole, at = held + line, start or number
        held, start = "", 0
        if whole.startswith("[") and whole.endswith("]"):
            section = whole[1:-1]
        elif "=" in whole:
            key, _, said = whole.partition("=")
            found.append(Setting(file, at, section, key.strip(), said.strip()))
    return found


def words_of(text: str) -> list[str]:
    """The words of a value: quotes hold blanks together, a backslash escapes as in C. BadValue if it breaks off."""
    words: list[str] = []
    word: str | None = None
    quote = ""
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            escaped, at = _escaped(text, at + 1)
            word = (word or "") + escaped
            continue
        at += 1
        if quote:
            quote, word = ("", word) if letter == quote else (quote, (word or "") + letter)
        elif letter in "'\"":
            quote, word = letter, word or ""
        elif letter in " \t\n":
            words += [] if word is None else [word]
            word = None
        else:
            word = (word or "") + letter
    if quote:
        raise BadValue(f"a quote is not closed in '{shown(text)}'")
    return words if word is None else [*words, word]


def _escaped(text: str, at: int) -> tuple[str, int]:
    """(what the escape stands for, where it goes on)."""
    letter = text[at : at + 1]
    if letter in _ESCAPES:
        return _ESCAPES[letter], at + 1
    size = _CODES.get(letter)
    digits = text[at + 1 : at + 1 + size] if size else text[at : at + 3]
    form = rf"[0-9a-fA-F]{{{size}}}" if size else "[0-7]{3}"
    if not re.fullmatch(form, digits) or (code := int(digits, 16 if size else 8)) > 0x10FFFF:
        raise BadValue(f"'\\{shown(text[at : at + 9])}' is no escape")
    return chr(code), at + 1 + size if size else at + 3


def filled(text: str, specifiers: Mapping[str, str]) -> str:
    """The text with `%h` and the like replaced. BadValue for one that is only known at run time, or never."""

    def fill(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        if found[1] not in specifiers:
            raise BadValue(f"%{found[1]} stands for something that is not known here")
        return specifiers[found[1]]

    return _SPECIFIER.sub(fill, text)


def names_of(unit: str) -> dict[str, str]:
    """The specifiers that follow from a unit's name."""
    stem = unit.rpartition(".")[0]
    prefix, _, instance = stem.partition("@")
    return {
        "n": unit, "N": stem, "p": prefix, "P": _unescaped(prefix), "i": instance, "I": _unescaped(instance),
        "j": prefix.rpartition("-")[2], "f": "/" + _unescaped(instance or prefix).lstrip("/"),
    }  # fmt: skip


def _unescaped(text: str) -> str:
    """`systemd-escape --unescape`."""
    return re.sub(r"\\x([0-9a-fA-F]{2})", lambda code: chr(int(code[1], 16)), text.replace("-", "/"))


def template_of(unit: str) -> str | None:
    """`backup@.timer` for `backup@home.timer`; None if the name is no instance."""
    found = re.fullmatch(r"([^@]+@)[^@]+(\.\w+)", unit)
    return f"{found[1]}{found[2]}" if found else None


def assembled(name: str, files: Mapping[str, str], drop_ins: Sequence[str]) -> Unit | None:
    """The unit of that name from texts by file name; None if it has no file of its own, nor a template.

    `drop_ins` are names of files such as `backup.timer.d/local.conf`; those of a template count for its instances.
    """
    template = template_of(name)
    file = name if name in files else template
    if file is None or file not in files:
        return None
    found = settings_of(file, files[file])
    folders = {f"{each}.d" for each in (name, template) if each}
    mine = [each for each in drop_ins if each.rpartition("/")[0] in folders]
    for each in sorted(mine, key=lambda each: each.rpartition("/")[2]):
        found += settings_of(each, files[each])
    return Unit(name, tuple(found))
