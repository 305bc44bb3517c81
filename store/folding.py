"""Text as it is looked for: without regard to case, accents and other marks, and to how letters are put together.

SQLite knows of case within ASCII alone. `folded` is registered as a function of every connection; it is called for
texts with letters beyond ASCII only (`beyond_ascii`), so that a search through a million plain names stays in C.
"""

from __future__ import annotations

import sqlite3

NAME = "folded"
"""Of the function in SQL."""


def folded(text: str) -> str:
    """`École`, `ecole` and `ÉCOLE` become `ecole`: NFKD without marks, casefolded. Marks alone stay as they are."""
    if text.isascii():
        return text.lower()
    from unicodedata import combining, normalize  # most searches never get here

    plain = "".join([letter for letter in normalize("NFKD", text) if not combining(letter)])
    return plain.casefold() or text


def beyond_ascii(column: str) -> str:
    """SQL: has the text letters beyond ASCII? Counting its bytes is a tenth of the price of a look at each."""
    return f"length({column}) <> length(CAST({column} AS BLOB))"


def register(connection: sqlite3.Connection) -> None:
    """Teach the connection to fold.

    NULL stays NULL: inside NOT, SQLite evaluates both sides of `NULL AND folded(NULL)`.
    """
    connection.create_function(NAME, 1, lambda text: None if text is None else folded(text), deterministic=True)
