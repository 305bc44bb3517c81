"""What ends a loop: triggers that make one another act, or act too often, are marked and do nothing any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine import telling
from engine.operations.registry import Act
from engine.rules.alerts import Severity
from engine.rules.errors import shown
from engine.rules.triggers.chain import too_often
from engine.rules.wording import count_of
from engine.triggers.live import Live
from store.instants import SECOND
from store.schema import moved

KIND = "trigger"
"""Kind of the notice that a trigger was stopped."""

_GIVE_UP = """
UPDATE pending_action SET state = 'withdrawn', reason = ?, decided_at = ?
WHERE trigger_id = ? AND state = 'waiting' AND subject NOT LIKE 'zone:%'
"""


def rate(act: Act, live: Live) -> str:
    """Count this time; why it is one too many."""
    row = act.connection.execute(
        'UPDATE "trigger" SET minute_count = iif(minute_at > ?, minute_count + 1, 1),'
        " minute_at = iif(minute_at > ?, minute_at, ?) WHERE id = ? RETURNING minute_count",
        (act.now - 60 * SECOND, act.now - 60 * SECOND, act.now, live.id),
    ).fetchall()
    return too_often(row[0][0]) if row else ""


def stop(act: Act, chain: Sequence[int], why: str) -> None:
    """A chain of triggers ends here; all of them are marked until somebody mends them, and people are told once."""
    names = _marked(act, chain, f"stopped: {why}")
    if len(names) > 1:
        subject = f"{count_of(len(names), 'trigger')} stopped that made one another act"
        _tell(act, f"trigger-loop:{act.id}:{chain[-1]}", subject, f"{', '.join(names)}: {why}")
    elif names:
        _tell(act, f"trigger-loop:{act.id}:{chain[-1]}", f"trigger {names[0]} was stopped", why)


def mark(act: Act, triggers: Iterable[int], why: str) -> None:
    """They do nothing any more until they are edited or resumed, and people are told."""
    for number in dict.fromkeys(triggers):
        for name in _marked(act, [number], why):
            _tell(act, f"trigger-broken:{number}:{act.now}", f"trigger {name} was stopped", why)


def _marked(act: Act, triggers: Iterable[int], why: str) -> list[str]:
    """Names of those that were at work until now; what waits for them is given up."""
    names = []
    for number in dict.fromkeys(triggers):
        row = act.connection.execute(
            'UPDATE "trigger" SET error = ?, rev = rev + 1 WHERE id = ? AND error IS NULL RETURNING name', (why, number)
        ).fetchall()
        if row:
            names.append(shown(row[0][0]))
            words = why if why.startswith("stopped: ") else f"stopped: {why}"
            act.connection.execute(_GIVE_UP, (f"the trigger was {words}", act.now, number))
            moved(act.connection, "pending_action")
    return names


def _tell(act: Act, key: str, subject: str, why: str) -> None:
    telling.tell(act.connection, key, act.now, Severity.IMPORTANT, KIND, subject, why)
