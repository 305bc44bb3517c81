"""Before a changed rule is saved: what the old one would have done and what the new one will, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from engine.rules.when.compare import Row
from engine.rules.when.preview import Planned
from engine.rules.wording import count_of, long_day
from themes import FORM_SHEET
from tui.text import safe

NEXT = 30
"""Occurrences of each rule that are compared."""

_TOKENS = {"same": "$muted", "gone": "$warning", "new": "$ok"}
_CELLS = 22


class Changes(ModalScreen[bool]):
    """Enter saves; esc goes back to the form, where everything is as it was typed."""

    CSS_PATH = FORM_SHEET
    BINDINGS = [
        Binding("enter", "answer(True)", "save", show=False, priority=True),
        Binding("escape,q", "answer(False)", "back", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("ctrl+d,pagedown", "scroll(10)", "page down", show=False),
        Binding("ctrl+u,pageup", "scroll(-10)", "page up", show=False),
    ]

    def __init__(
        self,
        name: str,
        before: str,
        after: str,
        rows: Sequence[Row],
        more: Sequence[str] = (),
        *,
        has_times: bool = True,
    ) -> None:
        """`before` and `after` are the sentences of the two rules; `more` is said below them.

        Without `has_times` midnight is no time of day.
        """
        super().__init__()
        self._more = more
        self._has_times = has_times
        self._name = name
        self._sentences = (before, after)
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Title and sentences stay; the times scroll."""
        before, after = self._sentences
        with Vertical(id="dialog", classes="changes"):
            yield Static(Content(safe(f"{self._name}: {_counted(self._rows)}")), id="dialog-title", markup=False)
            yield Static(Content(safe(f"before: {before}")), classes="sentence", markup=False)
            yield Static(Content(safe(f"after:  {after}")), classes="sentence", markup=False)
            for line in self._more:
                yield Static(Content.styled(safe(line), "$warning"), classes="sentence", markup=False)
            yield Static(Content.styled(f"\n{'before':<{_CELLS}}               after", "$muted"), markup=False)
            with VerticalScroll(id="changes", can_focus=False):
                yield Static(
                    Content("\n").join(_line(*pair, self._has_times) for pair in paired(self._rows)), markup=False
                )
            yield Static(Content("enter save   esc back to the form   j k scroll"), id="dialog-keys", markup=False)

    def action_answer(self, yes: bool) -> None:
        """Save, or go back to the form."""
        self.dismiss(yes)

    def action_scroll(self, lines: int) -> None:
        """Move the times."""
        self.query_one("#changes").scroll_relative(y=lines, animate=False)


def _counted(rows: Sequence[Row]) -> str:
    """`of the next times 28 stay, 2 are gone, 2 are new`."""
    kept, gone, new = (sum(row.fate == fate for row in rows) for fate in ("same", "gone", "new"))
    if not rows:
        return "neither rule has a next time that is known"
    if not gone and not new:
        return f"the next {count_of(kept, 'time')} stay the same"
    parts = [f"{kept} stay" if kept else "none stays", f"{gone} gone" if gone else "", f"{new} new" if new else ""]
    return "of the next times " + ", ".join(filter(None, parts))


def paired(rows: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """(before, after) of each line: what is gone stands beside what is new on the same day."""
    lines: list[tuple[Row | None, Row | None]] = []
    for row in rows:
        side = (None, row) if row.fate == "new" else (row, None) if row.fate == "gone" else (row, row)
        last = lines[-1] if lines else (None, None)
        free = last[0] is None or last[1] is None
        other = last[0] or last[1]
        if free and other is not None and {other.fate, row.fate} == {"gone", "new"} and _day(other) == _day(row):
            lines[-1] = (last[0] or side[0], last[1] or side[1])
        else:
            lines.append(side)
    return lines


def _day(row: Row) -> date:
    planned = row.after or row.before
    return planned.local.date() if planned else row.at.date()


def _line(before: Row | None, after: Row | None, has_times: bool) -> Content:
    """`Tue 17 Jun 2025 02:30  gone  new   Tue 17 Jun 2025 03:00`, and what is odd about it below."""
    old, new = before.before if before else None, after.after if after else None
    left, right = before.fate if before else "", after.fate if after else ""
    pieces = [
        (f"{_when(old, has_times):<{_CELLS}}", "$text"),
        (f"  {left:<5}", _TOKENS.get(left, "")),
        (f" {right:<5} ", _TOKENS.get(right, "")),
        (_when(new, has_times), "$text"),
    ]
    for note in dict.fromkeys(each.note for each in (old, new) if each is not None and each.note):
        pieces.append((f"\n  {safe(note)}", "$warning"))
    return Content.assemble(*pieces)


def _when(planned: Planned | None, has_times: bool) -> str:
    if planned is None:
        return ""
    if not has_times and not (planned.local.hour or planned.local.minute):
        return long_day(planned.local.date())
    seconds = f"{planned.local:%H:%M:%S}".removesuffix(":00")
    return f"{long_day(planned.local.date())} {seconds}"
