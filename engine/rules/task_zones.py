"""In which time zone the days and times of a task are meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def zone_of_task(lists: Iterable[str | None], people: Sequence[str | None], store: str) -> str:
    """The zone of its list, else of the one person who does it, else the store's.

    `lists` are the zones of its list and of those above it, the nearest first; `people` those of who does it. Several
    people may live in several zones, so theirs count only where one person does it.
    """
    own = next((zone for zone in lists if zone), None)
    if own is None and len(people) == 1:
        own = people[0]
    return own or store
