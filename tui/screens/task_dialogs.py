"""What is asked before a task is edited, moved or hidden. Loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from textual.content import Content

from engine.operations.tasks import move
from engine.rules.days import parse_day
from engine.rules.errors import BadValue
from engine.rules.moving import by_words, parse_move
from engine.rules.offsets import Offset
from engine.rules.wording import due_words, long_day, plural
from tui.perform import Wish, wish
from tui.screens.dialog import Dialog
from tui.widgets.form import Field, Notes

BULK = 1
"""More rows than this are named by their number before a verb acts on them."""


def day_dialog(
    title: str, field: str, verb: str, tasks: Sequence[int], today: date, then: Callable[[object], None]
) -> Dialog:
    """Asks for the `field` (`deadline` or `visible`) of these tasks; `then` is called when they have it.

    The due days of several can be moved each from its own: `+3d`, `-1w`, `+2bd`.
    """
    is_many = len(tasks) > BULK
    by_days = is_many and field == "deadline"
    more = f" ({len(tasks):,} {plural(len(tasks), 'task')})" if is_many else ""
    hint = "+3d, -1w, +2bd from its own day; fri, 30 nov: that day" if by_days else "fri, 30 nov, tomorrow, +3d"
    fields = (Field(field, "day", hint=hint),)

    def check(given: dict[str, str]) -> Notes:
        text = given[field]
        if by_days and text.strip():
            try:
                to = parse_move(text, today, is_many=True)
            except BadValue as fault:
                return Notes({field: str(fault)})
            if isinstance(to, Offset):
                return Notes({}, {field: by_words(to)}, (Content(f"each {by_words(to)} than it is due now"),))
        return _check_day(given, field, today)

    def save(given: dict[str, str]) -> Wish:
        to = parse_move(given[field], today, is_many=by_days)
        days: dict[str, Any] = {"by": str(to)} if isinstance(to, Offset) else {field: to}
        return wish(move, *tasks, then=then, **days)

    return Dialog(title + more, fields, check, save, verb)


def _check_day(given: dict[str, str], field: str, today: date, *, may_be_empty: bool = False) -> Notes:
    text = given[field].strip()
    if not text:
        return Notes({} if may_be_empty else {field: "type a day"}, {field: "no due day"})
    try:
        day = parse_day(text, today)
    except BadValue as fault:
        return Notes({field: str(fault)})
    return Notes({}, {field: f"{long_day(day)} ({due_words(day, today, False)})"})
