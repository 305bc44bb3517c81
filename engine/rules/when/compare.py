"""Two rules side by side: what a change of a schedule keeps, drops and adds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from engine.rules.when.preview import Planned, preview
from engine.rules.when.rule import Rule
from store.frozen import value

Fate = Literal["same", "gone", "new"]

_SECOND = timedelta(seconds=1)


@value
class Row:
    """One instant (`at`, UTC) with what each rule plans for it, each on the clock of its own zone.

    `same`: both fire. `gone`: only the rule before did. `new`: only the rule after does.
    """

    at: datetime
    fate: Fate
    before: Planned | None
    after: Planned | None


def compare(before: Rule | None, after: Rule | None, now: datetime, n: int) -> tuple[Row, ...]:
    """The next `n` (at most 1000) occurrences of each rule after `now`, merged, oldest first; n to 2 n rows.

    None is a rule that never fires. Every row is true of both rules, also past the n-th occurrence of the
    denser one, which is asked about that very instant; in between, its further occurrences are not listed.
    """
    old, new = _planned(before, now, n), _planned(after, now, n)
    rows = []
    for at in sorted(old.keys() | new.keys()):
        was = old.get(at) or _at(before, at)
        will = new.get(at) or _at(after, at)
        rows.append(Row(at, "same" if was and will else "new" if will else "gone", was, will))
    return tuple(rows)


def _planned(rule: Rule | None, now: datetime, n: int) -> dict[datetime, Planned]:
    return {} if rule is None else {each.at: each for each in preview(rule, now, n)}


def _at(rule: Rule | None, at: datetime) -> Planned | None:
    """What the rule plans for this very instant."""
    found = () if rule is None else preview(rule, at - _SECOND, 1)
    return found[0] if found and found[0].at == at else None
