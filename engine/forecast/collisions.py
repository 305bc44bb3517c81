"""Where an exclusive run and others meet: beside one nothing begins, and it begins beside nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import sub

from engine.forecast.rows import Coming, Kind
from engine.rules.durations import duration_words
from engine.rules.errors import shown
from store.frozen import value
from store.instants import SECOND


@value
class _Work:
    """Runs with their begins and ends, microseconds UTC, in the order of their begin; `longest` of all."""

    rows: tuple[Coming, ...]
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    longest: int

    def at_work(self, at: int) -> Coming | None:
        """The run that ends last of those that are at work at an instant."""
        low, high = bisect_left(self.begins, at - self.longest), bisect_right(self.begins, at)
        last = max(range(low, high), key=self.ends.__getitem__, default=None)
        return None if last is None or self.ends[last] <= at else self.rows[last]

    def begins_in(self, after: int, before: int) -> bool:
        """Whether some run begins after one instant and before another."""
        return bisect_right(self.begins, after) < bisect_left(self.begins, before)


def with_collisions(rows: Sequence[Coming], exclusive: frozenset[int]) -> Iterator[Coming]:
    """The rows, runs that meet an exclusive one saying so. Of what is only counted nobody knows."""
    runs = [row for row in rows if row.kind is Kind.RUN and row.count == 1] if exclusive else []
    alone = _work([row for row in runs if row.schedule_id in exclusive])
    if not alone.rows:
        yield from rows
        return
    others = _work([row for row in runs if row.schedule_id not in exclusive])
    for row in rows:
        if row.kind is not Kind.RUN or row.count > 1 or "begins " in row.why:
            yield row
            continue
        is_alone = row.schedule_id in exclusive
        before = (others if is_alone else alone).at_work(row.at)
        if before is not None and before is not row:
            what = f"{shown(before.name)} is at work" if is_alone else f"{shown(before.name)} is exclusive"
            yield _saying(row, f"waits {duration_words((_end(before) - row.at) / SECOND)} at most: {what}")
        elif is_alone and others.begins_in(row.at, _end(row)):
            yield _saying(row, "others wait for its end")
        else:
            yield row


def _work(rows: Sequence[Coming]) -> _Work:
    in_order = sorted(rows, key=lambda row: row.at)
    begins, ends = tuple(row.at for row in in_order), tuple(map(_end, in_order))
    return _Work(tuple(in_order), begins, ends, max(map(sub, ends, begins), default=0))


def _end(row: Coming) -> int:
    return row.at + round((row.seconds or 0.0) * SECOND)


def _saying(row: Coming, words: str) -> Coming:
    return replace(row, why=f"{row.why}; {words}" if row.why else words)
