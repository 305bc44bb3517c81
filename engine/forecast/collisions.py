"""Where an exclusive run and others meet: beside one nothing begins, and it begins beside nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.forecast.rows import Coming, Kind
from engine.rules.durations import duration_words
from engine.rules.errors import shown
from store.frozen import value
from store.instants import SECOND


@value
class _Work:
    """Runs with their begin and end, microseconds UTC, in the order of their begin; `longest` of all."""

    rows: tuple[Coming, ...]
    begins: tuple[int, ...]
    longest: int

    def at_work(self, at: int) -> Coming | None:
        """The run that ends last of those that are at work at an instant."""
        low, high = bisect_left(self.begins, at - self.longest), bisect_right(self.begins, at)
        found = [row for row in self.rows[low:high] if _end(row) > at]
        return max(found, key=_end, default=None)

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
    longest = max((_end(row) - row.at for row in in_order), default=0)
    return _Work(tuple(in_order), tuple(row.at for row in in_order), longest)


def _end(row: Coming) -> int:
    return row.at + round((row.seconds or 0.0) * SECOND)


def _saying(row: Coming, words: str) -> Coming:
    return replace(row, why=f"{row.why}; {words}" if row.why else words)
