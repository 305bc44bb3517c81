"""Our list over a real SQLite table of tasks, by due date. argv: path of the database."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import App, ComposeResult
from textual.message import Message
from textual.widgets import Static

from themes import builtin
from tui.text import fit
from tui.themes import theme, variable_defaults
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import END, Key, section
from tui.widgets.painting import Piece


@dataclass(frozen=True, slots=True)
class Task:
    id: int
    title: str
    state: str
    due: str

    @property
    def key(self) -> Key:
        return (self.due, self.id)


class Source:
    def __init__(self, path: str) -> None:
        self.path = path
        self.db = sqlite3.connect(path)

    def fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Task]:
        if before is not None:
            near = "WHERE (due, id) < (?, ?)" if before != END else ""
            return self._read(f"{near} ORDER BY due DESC, id DESC LIMIT ?", (*before, limit))[::-1]
        if offset is not None:
            ids = "SELECT id FROM task ORDER BY due, id LIMIT ? OFFSET ?"
            return self._read(f"WHERE id IN ({ids}) ORDER BY due, id", (limit, offset))
        near = "WHERE (due, id) > (?, ?)" if after is not None else ""
        return self._read(f"{near} ORDER BY due, id LIMIT ?", (*(after or ()), limit))

    def _read(self, rest: str, values: tuple[object, ...]) -> list[Task]:
        return [Task(*row) for row in self.db.execute(f"SELECT id, title, state, due FROM task {rest}", values)]

    def count(self) -> int:
        db = sqlite3.connect(self.path)
        try:
            return int(db.execute("SELECT count(*) FROM task").fetchone()[0])
        finally:
            db.close()


def draw(task: Task, width: int, state: LineState) -> Sequence[Piece]:
    return [
        ("● " if state.marked else "  ", "mark"),
        (fit(task.title, width - 34), "text"),
        (fit(f"#{task.id}", 9, align="right"), "muted"),
        ("  ", "text"),
        (fit(task.state, 6), "ok" if task.state == "done" else "text"),
        (fit(task.due, 12), "error" if task.due < "2026-04" else "text"),
        ("ana", "muted"),
    ]


class Counted(Message):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count


class ListApp(App[None]):
    CSS = "Static { height: 1; }"

    def __init__(self, path: str) -> None:
        super().__init__()
        self.source = Source(path)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield Static("tasks")
        yield LineList(draw, empty="No tasks. Press a to add one.")

    def on_mount(self) -> None:
        self.register_theme(theme(builtin("tickler-dark")))
        self.theme = "tickler-dark"
        rows = self.query_one(LineList)
        rows.show([section("all", None, self.source.fetch)])
        rows.focus()
        self.call_after_refresh(self.count)

    def count(self) -> None:
        """After the first paint, and off the loop: it looks at every row."""
        threading.Thread(target=lambda: self.post_message(Counted(self.source.count())), daemon=True).start()

    def on_counted(self, message: Counted) -> None:
        self.query_one(LineList).set_counts({"all": message.count})


if __name__ == "__main__":
    ListApp(sys.argv[1]).run()
