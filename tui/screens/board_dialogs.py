"""What the return board asks: over how many days, and who does it. Loaded when it is first asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from textual.content import Content

from engine.rules.backlog_plan import Sorted, load_words
from engine.rules.errors import BadValue
from engine.rules.names import unknown
from engine.rules.wording import count_of
from store.journal import Actor
from store.reads import definitions
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.text import safe
from tui.widgets.form import Field, Notes

_OFFERED = 8


def over_dialog(rows: int, over: int, picture: Callable[[int], Sorted | None], then: Callable[[int], None]) -> Dialog:
    """Asks over how many working days rows are spread; `picture` is the board with that number."""

    def check(given: dict[str, str]) -> Notes:
        try:
            found = picture(_number(given["over"]))
        except BadValue as fault:
            return Notes({"over": str(fault)})
        words = f"{count_of(len(found.planned), 'task')}, {load_words(found.planned)}" if found else ""
        return Notes({}, {"over": "working days"}, (Content(safe(words)),))

    def save(given: dict[str, str]) -> Wish:
        return _answer(_number(given["over"]), then)

    fields = (Field("over", "over", str(over), hint="working days, such as 5"),)
    return Dialog(f"Spread {count_of(rows, 'row')} with what is spread already", fields, check, save, "spread")


def person_dialog(reader: sqlite3.Connection, rows: int, me: str, then: Callable[[str], None]) -> Dialog:
    """Asks who does rows from now on."""
    known = [user.name for user in definitions.users(reader)]
    others = [name for name in known if name != me]

    def check(given: dict[str, str]) -> Notes:
        name = given["to"].strip()
        if not name:
            return Notes({"to": "say who"})
        return Notes({} if name in known else {"to": unknown(name, known, "user")})

    def save(given: dict[str, str]) -> Wish:
        return _answer(given["to"].strip(), then)

    fields = (Field("to", "to", others[0] if len(others) == 1 else "", hint=", ".join(others[:_OFFERED])),)
    return Dialog(f"Hand over {count_of(rows, 'row')}", fields, check, save, "hand over")


def _number(text: str) -> int:
    plain = text.strip().removesuffix("d").strip()
    if not plain.isascii() or not plain.isdigit() or len(plain) > 6:
        raise BadValue("expected a number of working days, such as 5")
    return int(plain)


def _told(actor: Actor, at: datetime, what: Any) -> Any:
    """An operation that writes nothing: what was typed comes back to the board."""
    return what


def _answer(what: Any, then: Any) -> Wish:
    """The wish to hear of what was typed."""
    return wish(_told, what, then=then)
