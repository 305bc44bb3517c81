"""Named slots: at most so many runs of a slot at once, whatever schedules they come from.

Written `gpu` for one place or `gpu:2` for two. An active run holds the key `gpu#0` or `gpu#1`, and an index of the
store lets no two hold the same; what finds no key waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.rules.errors import BadValue, shown
from store.frozen import value

MOST_PLACES = 100
_NAME = re.compile(r"[^\W_][\w .@/+-]{0,59}")


@value
class Slot:
    """A slot as a schedule asks for it."""

    name: str
    places: int = 1

    def __str__(self) -> str:
        return self.name if self.places == 1 else f"{self.name}:{self.places}"


@value
class Holder:
    """An active run that holds a place; `places` is how many its own schedule said there are."""

    run_id: int
    key: str
    places: int


def parse_slot(text: str) -> Slot:
    """`gpu` or `gpu:2`; BadValue if it is neither."""
    name, _, places = " ".join(text.split()).partition(":")
    if not _NAME.fullmatch(name):
        raise BadValue(f"expected a name such as gpu, or gpu:2 for two places, not '{shown(text)}'")
    if _ and not (places.isascii() and places.isdecimal() and 1 <= int(places[:9]) <= MOST_PLACES):
        raise BadValue(f"expected 1 to {MOST_PLACES} places behind the name, as in gpu:2, not '{shown(text)}'")
    return Slot(name, int(places) if _ else 1)


def free_key(name: str, places: int, holders: Iterable[Holder]) -> str | None:
    """The first key that is free, None if there is none.

    Schedules that do not agree on the number of places are taken at the smallest: "at most one" stays true for
    the run of the schedule that says so, whoever comes to stand beside it.
    """
    held = {holder.key: holder.places for holder in holders}
    if len(held) >= min([places, *held.values()]):
        return None
    return next(key for key in (f"{name}#{number}" for number in range(places)) if key not in held)


def waiting_words(name: str, holders: Iterable[Holder]) -> str:
    """`waiting: slot gpu is held by run 5`."""
    who = [str(holder.run_id) for holder in holders]
    runs = ("run " if len(who) == 1 else "runs ") + ", ".join(who[:5]) + (", ..." if len(who) > 5 else "")
    return f"waiting: slot {name} is held by {runs}"


def full(active: Mapping[str, list[Holder]]) -> dict[str, int]:
    """How many places of each slot are taken, for whoever asks: a run may begin if it asks for more than that."""
    return {
        name: MOST_PLACES if len(holders) >= min(holder.places for holder in holders) else len(holders)
        for name, holders in active.items()
        if holders
    }
