"""What a sorted backlog comes to: a line for each row before anything is written, and the plan that is carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from engine.rules.backlog import Fate, Owed, Pile, loads, spread
from engine.rules.businessdays import BusinessDays
from engine.rules.wording import count_of, long_day
from store.frozen import value

TITLES: Mapping[Fate, str] = {
    Fate.NOW: "do now",
    Fate.SPREAD: "spread",
    Fate.SKIP: "skip to next",
    Fate.HAND: "hand over",
    Fate.DROP: "drop",
}


@value
class Sorted:
    """Rows with what becomes of each; `people` says of rows that are handed over to whom, `over` how many days."""

    piles: tuple[Pile, ...]
    fates: Mapping[str, Fate]
    people: Mapping[str, str]
    planned: Mapping[int, date]
    over: int
    today: date
    groups: Mapping[Fate, list[Pile]]

    def of(self, fate: Fate) -> list[Pile]:
        """The rows of one heading, the most urgent first."""
        return self.groups[fate]

    def words(self, pile: Pile) -> str:
        """What will become of a row, in a few words."""
        return _WORDS[self.fates[pile.id]](self, pile)

    def heading(self, fate: Fate) -> str:
        """`spread over 5 days`."""
        return f"spread over {count_of(self.over, 'day')}" if fate is Fate.SPREAD else TITLES[fate]

    def note(self, fate: Fate) -> str:
        """How many tasks stand under a heading, and what a day gets of those that are spread."""
        number = sum(len(pile.tasks) for pile in self.of(fate))
        return f"{count_of(number, 'task')}, {load_words(self.planned)}" if fate is Fate.SPREAD else f"{number:,}"

    @property
    def moves(self) -> dict[int, date]:
        """The new day of each task that gets another than it has."""
        tasks = [task for pile in self.of(Fate.SPREAD) for task in pile.tasks]
        return {task.id: self.planned[task.id] for task in tasks if self.planned[task.id] != task.due}

    @property
    def hands(self) -> dict[int, str]:
        """Who does each task from now on that is handed over."""
        return {task.id: self.people[pile.id] for pile in self.of(Fate.HAND) for task in pile.tasks}

    @property
    def skips(self) -> tuple[int, ...]:
        """The tasks that are left out."""
        return tuple(task.id for pile in self.of(Fate.SKIP) for task in pile.passed(self.today))

    @property
    def drops(self) -> tuple[int, ...]:
        """The tasks that are deleted."""
        return tuple(task.id for pile in self.of(Fate.DROP) for task in pile.tasks)

    @property
    def is_empty(self) -> bool:
        """Whether everything stays as it is."""
        return not (self.moves or self.hands or self.skips or self.drops)


def sort(
    piles: Sequence[Pile], fates: Mapping[str, Fate], people: Mapping[str, str], over: int, today: date,
    days: BusinessDays,
) -> Sorted:  # fmt: skip
    """The rows with the days that the spread ones get. BadValue if they cannot be spread over so many days."""
    groups: dict[Fate, list[Pile]] = {fate: [] for fate in Fate}
    for pile in piles:
        groups[fates[pile.id]].append(pile)
    later: list[Owed] = [task for pile in groups[Fate.SPREAD] for task in pile.tasks]
    planned = spread(later, over, today, days) if later else {}
    return Sorted(tuple(piles), fates, people, planned, over, today, groups)


def load_words(planned: Mapping[int, date]) -> str:
    """`6 a day, Mon 16 Jun to Fri 20 Jun`; `5 to 6 a day` where they differ."""
    found = loads(planned)
    if not found:
        return "none"
    days, least, most = list(found), min(found.values()), max(found.values())
    each = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    return f"{each} a day, {_span(days)}"


def can_skip(pile: Pile) -> bool:
    """Whether there is a next one to skip to."""
    return pile.is_chore


def _span(days: Sequence[date]) -> str:
    first, last = min(days), max(days)
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _now(found: Sorted, pile: Pile) -> str:
    return "stays as it is"


def _later(found: Sorted, pile: Pile) -> str:
    off = "!" if any(task.follows and found.planned[task.id] != task.due for task in pile.tasks) else ""
    return f"{off}{_span([found.planned[task.id] for task in pile.tasks])}{' off its date' if off else ''}"


def _skipped(found: Sorted, pile: Pile) -> str:
    passed = len(pile.passed(found.today))
    left = " today's stays" if len(pile.tasks) > passed else " the next stays"
    return f"{passed:,} skipped,{left}"


def _handed(found: Sorted, pile: Pile) -> str:
    return f"to {found.people[pile.id]}"


def _dropped(found: Sorted, pile: Pile) -> str:
    return "deleted"


_WORDS = {Fate.NOW: _now, Fate.SPREAD: _later, Fate.SKIP: _skipped, Fate.HAND: _handed, Fate.DROP: _dropped}


def _day(day: date) -> str:
    return long_day(day).rpartition(" ")[0]
