"""What a name with `%%this.date.month%%` will show as, for those who type it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from textual.content import Content

from engine.titles import MARK, Facts, Shown, remarks
from store.titles import shown
from store.values import Task
from tui.text import safe

_MOST = 400


def shows_as(language: str, name: str, start: date | None = None, deadline: date | None = None) -> tuple[Content, ...]:
    """`shows as: ...` and a line for each expression that cannot be told; nothing of a name without any.

    `language` is that of the store (`engine.titles.language`), asked before: forms are checked on threads of their own.
    """
    return shown_lines(shown(name, Facts(start, deadline), language)) if MARK in name else ()


def shown_lines(found: Shown) -> tuple[Content, ...]:
    """The same of a text that was looked at already, such as that of a notification."""
    words = Content.assemble(("shows as: ", "$muted"), (safe(found.text, _MOST), "$text bold"))
    return (words, *flagged((f"{each.expression}: {each.why}", each.is_undated) for each in found.wrong))


def typed_as(task: Task) -> tuple[Content, ...]:
    """Under the title of a task: the name as it is typed, and what of it cannot be told."""
    if task.title == task.name and MARK not in task.name:
        return ()
    typed = (Content.styled(safe(f"typed: {task.name}", _MOST), "$muted"),) if task.title != task.name else ()
    return (*typed, *flagged((words, False) for words in remarks(task)))


def flagged(rows: Iterable[tuple[str, bool]]) -> tuple[Content, ...]:
    """What is wrong, marked `!`; what only waits for a day is no fault."""
    return tuple(
        Content.styled(safe(f"{'  ' if waits else '! '}{words}", _MOST), "$muted" if waits else "$warning")
        for words, waits in rows
    )
