"""Names of artifacts: what a job calls a file, made so plain that it can lie in any folder."""

from __future__ import annotations

from collections.abc import Container

MOST_BYTES = 1_000_000_000
"""Of all artifacts of a run."""
MOST_FILES = 100
LONGEST = 200
"""Bytes; file systems take 255."""
_NOTHING = "artifact"


def plain(name: str) -> str:
    """The last part of a path, without what cannot be shown or would mean something: `../../x` -> `x`.

    Never empty, `.` or `..`, never with a slash, a NUL, a line end or half a character.
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(letter if letter.isprintable() else "_" for letter in last).strip()
    return _cut(kept, LONGEST) if kept.strip(".") else _NOTHING


def free(name: str, taken: Container[str]) -> str:
    """The name, or `users (2).csv` if it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        mark = f" ({number})"
        stem, suffix = _split(name)
        found = f"{_cut(stem, LONGEST - len(mark) - len(suffix.encode()))}{mark}{suffix}"
    return found


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    is_suffix = stem and len(suffix.encode()) <= 20
    return (stem, dot + suffix) if is_suffix else (name, "")


def _cut(name: str, most: int) -> str:
    """Shortened from the middle, so that the suffix stays."""
    if len(name.encode()) <= most:
        return name
    stem, suffix = _split(name)
    room = most - len(suffix.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + suffix
