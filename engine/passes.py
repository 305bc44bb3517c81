"""One pass of the engine that fires: what it is to do, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from sqlite3 import Connection

from engine import closing, loglines
from engine.claims import Claims
from engine.clock import Boot
from engine.live import Live
from engine.outlook import Wish
from engine.recovery import Estate
from engine.rules.endings import Verdict
from engine.rules.loudness import WARNING
from store.enums import RunState


@dataclass(slots=True)
class Plan:
    """What a pass does beside storing what was heard. `due`: the moment up to which it fires and claims."""

    now: int
    due: int
    estate: Estate | None = None
    dropped: list[Wish] = field(default_factory=list)
    boot: Boot | None = None
    fires: bool = False
    expires: bool = False
    claims: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.estate or self.dropped or self.boot or self.fires or self.expires or self.claims)


@dataclass(slots=True)
class Done:
    """What a pass wrote, and what follows from it once that is committed."""

    over: list[Live] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)
    is_stuck: bool = False
    former: list[int] = field(default_factory=list)


def drop(connection: Connection, wish: Wish, now: int) -> None:
    """End a run that waits, and that somebody cancelled while it was in other hands."""
    words = f"cancelled by {wish.who}"
    loglines.append(connection, wish.run_id, 0, now, f"end  {words}", WARNING)
    closing.dropped(connection, wish.run_id, Verdict(RunState.CANCELLED, words), now)
