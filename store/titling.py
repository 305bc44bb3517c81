"""The title of a task in SQL: its name with `%%this.date.month%%` said in words, for every read alike.

`title` is registered as a function of every connection, so that no list, search or notice can forget it: a read
selects `titled("t")` where people read a name. A name without `%%` never leaves SQLite and pays a look at its letters.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache

NAME = "title"
"""Of the function in SQL."""

_LANGUAGE = "(SELECT value FROM setting WHERE key = 'language')"


def titled(table: str) -> str:
    """SQL: what people read of a task, of which `table` is the table or its alias."""
    has, title = with_expression(table)
    return f"iif({has}, {title}, {table}.name)"


def with_expression(table: str) -> tuple[str, str]:
    """SQL: whether the name holds an expression, and the title of one that does."""
    days = f"{table}.start_date, {table}.deadline_date, {_LANGUAGE}"
    return f"instr({table}.name, '%%') > 0", f"{NAME}({table}.name, {days})"


def register(connection: sqlite3.Connection) -> None:
    """Teach the connection to say titles."""
    connection.create_function(NAME, 4, _title, deterministic=True)


@lru_cache(maxsize=8_192)  # a list is read again with every change
def _title(name: str, start: str | None, deadline: str | None, language: str | None) -> str:
    from datetime import date

    from store.titles import Facts, shown  # most desks never get here

    begin, end = (None if day is None else date.fromisoformat(day) for day in (start, deadline))
    return shown(name, Facts(begin, end), (language or "").strip('"')).text
