"""What can be done about lines of the ledger: about this one, the marked ones, or all that match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from engine.rules.wording import count_of
from store.enums import OccurrenceState
from store.instants import from_us
from store.reads import ledger
from store.reads.ledger import Which
from store.values import Occurrence
from tui.perform import Wish, wish
from tui.screens.dialog import Confirm
from tui.screens.view import View
from tui.text import safe

MOST_RUNS = 100
"""Runs that one key may ask for: more are a mistake, or a schedule to look at first."""
MOST = 100_000
"""Lines that one key may accept."""


class MissedVerbs(View):
    """accept, run it now, run the last."""

    all_chosen = False
    """The next verb is for all that match the filter, in view or not."""

    @property
    def which(self) -> Which:
        """What the list shows."""
        raise NotImplementedError(type(self).__name__)

    @property
    def group(self) -> Which | None:
        """What stands under the heading that the cursor is on, if nothing is marked."""
        raise NotImplementedError(type(self).__name__)

    def words(self) -> None:
        """Say what is shown and chosen."""
        raise NotImplementedError(type(self).__name__)

    def choose_all(self, chosen: bool) -> None:
        """All that match, or no longer."""
        self.all_chosen = chosen
        self.words()

    def action_choose_all(self) -> None:
        """The next verb is for all that match; again: it is not."""
        self.choose_all(not self.all_chosen)

    def chosen(self, most: int) -> list[int]:
        """Ids of all that match if that was chosen, else of what is marked, else of this group or line.

        One more than `most` if there are more.
        """
        which = self.which if self.all_chosen else self.group
        if which is not None:
            return ledger.ids(self.desk.reader, which, most + 1)
        return sorted(number for number in self.list.targets() if isinstance(number, int))[: most + 1]

    def _lines(self) -> list[Occurrence]:
        """The chosen lines that have not run; none, said in words, if there are too many."""
        numbers = self.chosen(MOST_RUNS)
        if len(numbers) > MOST_RUNS:
            self.notify(f"More than {MOST_RUNS} lines are chosen. Filter, or accept them.")
            return []
        found = [line for line in ledger.lines(self.desk.reader, numbers) if line.state is not OccurrenceState.FIRED]
        if not found:
            self.notify("Put the cursor on something that did not happen first.")
        return found

    @property
    def _is_many(self) -> bool:
        """Whether the next verb is for lines that may not be in view: their number is said first, were it one."""
        return self.all_chosen or self.group is not None

    def action_accept(self) -> None:
        """It did not happen, and that is seen. The number is said first if it is more than this one."""
        from engine.operations.schedule_ledger import accept

        numbers = self.chosen(MOST)
        if not numbers:
            self.notify("Put the cursor on a line first.")
            return
        if len(numbers) > MOST:
            self.notify(f"More than {MOST:,} lines match. Filter first.")
            return

        is_many = self._is_many

        def done(found: Sequence[Any]) -> None:
            number = len(numbers) if len(numbers) > len(found) and is_many else len(found)
            self._done(f"Accepted: {count_of(number, 'line')}." if found else "Nothing there that waits for it.")

        words = wish(accept, line=tuple(numbers), then=done)
        self._sure(len(numbers), f"Accept {self._many(len(numbers))}? It cannot be undone.", "accept", [words])

    def _many(self, number: int) -> str:
        """`3 lines of Mon 16 Jun 2025`, where the group under the cursor is meant."""
        heading = None if self.all_chosen or self.group is None else self.list.heading
        return count_of(number, "line") + (f" of {safe(heading.title)}" if heading and heading.title else "")

    def action_run_this(self) -> None:
        """Run each of the chosen ones, as if it were its time."""
        lines = self._lines()
        if lines:
            self._run(lines, f"Run {count_of(len(lines), 'occurrence')} now, oldest first?")

    def action_run_last(self) -> None:
        """Of each chosen schedule run the newest that did not happen, and accept the others up to it."""
        from engine.operations.schedule_ledger import accept

        newest: dict[int, Occurrence] = {}
        for line in self._lines():
            if line.schedule_id not in newest:
                newest |= self._newest(line)
        if newest:
            lines = list(newest.values())
            more = [
                wish(accept, schedule=line.schedule, until=from_us(line.until_at or line.planned_at)) for line in lines
            ]
            names = ", ".join(safe(line.schedule) for line in lines[:3]) + (", ..." if len(lines) > 3 else "")
            self._run(lines, f"Run the last of {names} now, and accept what was missed before it?", more, ask=True)

    def _newest(self, line: Occurrence) -> dict[int, Occurrence]:
        found = ledger.page(self.desk.reader, Which(schedule_id=line.schedule_id), limit=1)
        return {line.schedule_id: found[0] if found else line}

    def _run(self, lines: Sequence[Occurrence], question: str, more: Sequence[Wish] = (), *, ask: bool = False) -> None:
        from engine.operations.schedules import run_now

        wishes = [
            wish(run_now, line.schedule, planned=from_us(line.until_at or line.planned_at), even_if_off=True)
            for line in sorted(lines, key=lambda each: each.planned_at)
        ]
        off = self._off(lines)
        question += f" Off or paused: {off}." if off else ""
        number = 2 if ask or off or any(line.count > 1 for line in lines) else len(lines)
        gaps = [line for line in lines if line.count > 1]
        if gaps:
            question += f" Of {count_of(len(gaps), 'gap')} the newest time runs."
        self._sure(number, question, "run", [*wishes, *more], f"Asked for: {count_of(len(lines), 'run')}; 4 shows it.")

    def _off(self, lines: Sequence[Occurrence]) -> str:
        """Names of the schedules that are off or paused: running one of them is asked first."""
        from store.reads import schedules

        found = {line.schedule_id: schedules.schedule(self.desk.reader, line.schedule_id) for line in lines}
        return ", ".join(safe(each.name) for each in found.values() if not each.is_enabled or each.pause_reason)

    def _sure(self, number: int, question: str, verb: str, wishes: list[Wish], said: str = "") -> None:
        """Do it; what is more than this one line is asked first."""

        def answer(yes: bool | None) -> None:
            if yes:
                self._perform(wishes, said)

        if number > 1 or self._is_many:
            self.desk.push_screen(Confirm(question, verb), answer)
        else:
            answer(True)

    def _perform(self, wishes: list[Wish], said: str) -> None:
        """One act after another; the first that is refused ends it, and says why."""

        def after(then: Callable[[Any], None] | None, result: Any) -> None:
            if then is not None:
                then(result)
            if wishes[1:]:
                self._perform(wishes[1:], said)
            elif said:
                self._done(said)

        first = wishes[0]
        self.desk.ask(replace(first, then=lambda result: after(first.then, result)))

    def _done(self, words: str) -> None:
        self.list.set_marks(())
        self.choose_all(False)
        self.notify(words)

    def action_why(self) -> None:
        """Why it did not happen."""
        if isinstance(self.current, Occurrence):
            self.desk.explain("occurrence", self.current.id)
