"""The return board: what is late and due after an absence, sorted before anything is written.

One key says of a row, of the marked rows or of a whole group what becomes of it; enter carries it all out as one act.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import on

from engine.rules.backlog import Fate, Pile
from engine.rules.backlog_plan import Sorted, can_skip
from engine.rules.errors import BadValue
from engine.rules.wording import count_of
from tui.perform import Wish
from tui.screens.board_rows import BoardRows
from tui.widgets.line_list import LineList


class Board(BoardRows):
    """do now, spread, skip to next, hand over, drop."""

    def __init__(self) -> None:
        super().__init__()
        self._is_applied = False

    def chosen(self) -> list[Pile]:
        """The marked rows, else those under the heading of the cursor, else its row."""
        if self.sorted is None:
            return []
        heading = self.list.heading
        if heading is not None and not self.list.marked:
            return self.group(heading.key)
        ids = self.list.targets()
        return [pile for pile in self.sorted.piles if pile.id in ids]

    def decide(self, fate: Fate, piles: Sequence[Pile], over: int | None = None) -> None:
        """That becomes of these rows."""
        if not piles:
            self.notify("Put the cursor on a row first.")
            return
        self.fates |= {pile.id: fate for pile in piles}
        self.list.set_marks(())
        self.sort_anew(over)

    def action_fate(self, name: str) -> None:
        """Sort the chosen rows: now, skip or drop."""
        fate, piles = Fate(name), self.chosen()
        fit = [pile for pile in piles if can_skip(pile)] if fate is Fate.SKIP else piles
        if piles and not fit:
            self.notify("It does not recur: there is no next one to skip to. D drops it.")
            return
        if len(fit) < len(piles):
            self.notify(f"{count_of(len(piles) - len(fit), 'row')} stay: they do not recur.")
        self.decide(fate, fit)

    def action_mark_all(self) -> None:
        """Mark all rows, or those under the heading of the cursor; none, if they are all marked."""
        heading = self.list.heading
        piles = self.group(heading.key) if heading is not None else self.sorted.piles if self.sorted else ()
        found = {pile.id for pile in piles}
        self.list.set_marks(self.list.marked - found if found <= self.list.marked else self.list.marked | found)

    def action_invert(self) -> None:
        """Mark the other rows instead."""
        self.list.set_marks({pile.id for pile in self.sorted.piles} - self.list.marked if self.sorted else ())

    def action_everybody(self) -> None:
        """Look at everybody's tasks, or at one's own again."""
        self.everybody = not self.everybody
        self.show_rows()

    def action_spread(self) -> None:
        """Ask over how many days."""
        from tui.screens.board_dialogs import over_dialog

        piles = self.chosen()
        if not piles or self.sorted is None:
            self.notify("Put the cursor on a row first.")
            return

        def picture(over: int) -> Sorted | None:
            return self.what_if([pile.id for pile in piles], over)

        self.app.push_screen(over_dialog(len(piles), self.sorted.over, picture, lambda over: self._spread(piles, over)))

    def _spread(self, piles: Sequence[Pile], over: int) -> None:
        try:
            self.decide(Fate.SPREAD, piles, over)
        except BadValue as fault:
            self.notify(str(fault), severity="warning")

    def action_hand(self) -> None:
        """Ask to whom."""
        from tui.screens.board_dialogs import person_dialog

        piles = self.chosen()
        if not piles:
            self.notify("Put the cursor on a row first.")
            return
        self.app.push_screen(
            person_dialog(self.desk.reader, len(piles), self.desk.actor.name, lambda name: self._hand(piles, name))
        )

    def _hand(self, piles: Sequence[Pile], name: str) -> None:
        self.people |= {pile.id: name for pile in piles}
        self.decide(Fate.HAND, piles)

    @on(LineList.Opened)
    def _entered(self, event: LineList.Opened) -> None:
        event.stop()
        event.prevent_default()
        self.action_apply()

    def action_apply(self) -> None:
        """Carry out what the board shows, as one act."""
        found = self.sorted
        if found is None or self._is_applied:
            return
        if found.is_empty:
            self.notify("All of it stays as it is; nothing was written.")
            self.app.pop_screen()
            return
        from engine.operations.backlog import apply

        self._is_applied = True
        self.desk.ask(
            Wish(
                apply,
                params={
                    "move": tuple(f"{number}={day}" for number, day in found.moves.items()),
                    "hand": tuple(f"{number}={name}" for number, name in found.hands.items()),
                    "skip": found.skips,
                    "drop": found.drops,
                },
                then=self._applied,
                refused=self._refused,
            )
        )

    def _applied(self, result: Any) -> None:
        from engine.operations.task_choice import left_out_words

        left_out = getattr(result, "left_out", ())
        more = f" {left_out_words(left_out)}" if left_out else ""
        self.notify(f"Sorted: {count_of(len(result), 'task')}. u takes all of it back.{more}")
        if self.is_current:
            self.app.pop_screen()

    def _refused(self, words: str) -> None:
        self._is_applied = False
        self.notify(words, severity="warning")
