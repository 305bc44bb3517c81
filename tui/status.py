"""What stands at the right of the header: trouble with the store, the engine that fires, and how much there is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.rules.pulse import ENDED, SUSPECT, engine_words
from engine.rules.wording import plural
from store.errors import StoreTrouble
from store.instants import from_us
from store.reads.notifications import MOST
from store.values import Node, Pulse
from tui.widgets.header import Status, Weight


class Whereabouts:
    """Whether the file that was opened is still the one under its name.

    SQLite goes on reading a file that was deleted or moved, and would make a new, empty one to write to.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._was = self._identity()

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._store.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def trouble(self) -> str:
        """In words; empty if all is well."""
        now = self._identity()
        if now == self._was:
            return ""
        if now is None:
            return f"The store {self._store} was moved or deleted: nothing can be saved until it is back."
        return f"The store {self._store} is another file than this desk opened: leave with q and open the desk again."

    def check(self) -> None:
        """Raises StoreTrouble."""
        if words := self.trouble():
            raise StoreTrouble(words)


def trouble_status(gone: str, waits_for: str) -> list[Status]:
    """The store is not what it was, or a write waits: before everything else."""
    found = []
    if gone:
        found.append(Status("store gone: nothing is saved", "store gone", "error", Weight.STORE))
    if waits_for:
        found.append(Status(f"saving waits for {waits_for}", "saving waits", "warning", Weight.STORE))
    return found


def engine_status(node: Node | None, now: datetime, zone: ZoneInfo, own_id: str, trouble: str) -> Status:
    """The engine that fires; `own_id` and `trouble` are of the one in this desk."""
    own = node is None or node.id == own_id
    long, short, token = _engine(node, now, zone, own, trouble)
    return Status(long, short, token, Weight.ENGINE)


def _engine(node: Node | None, now: datetime, zone: ZoneInfo, own: bool, trouble: str) -> tuple[str, str, str]:
    """In words, in few words, and the colour."""
    if own and trouble.startswith(ENDED):
        return f"engine {trouble}", "engine ended", "error"
    if own and trouble:
        return f"engine: {trouble}", "engine stuck", "warning"
    if node is None:
        return "no engine: jobs wait", "no engine", "warning"
    since, beat = from_us(node.since), from_us(node.beat_at)
    words = engine_words(node.pid, since, beat, now, zone.key, own=own, trouble=node.words)
    if words.startswith("engine: "):
        if node.words.startswith(SUSPECT):
            return f"{words}; C if it is right", SUSPECT, "warning"
        return words, "engine stuck", "warning"
    return words, words.removeprefix("engine "), "ok" if words == "engine ok" else "warning"


def notices(number: int) -> list[Status]:
    """How much there is to be told."""
    if not number:
        return []
    many = f"{number:,}{'+' if number >= MOST else ''}"
    return [Status(f"{many} {'notice' if number == 1 else 'notices'}", f"{many} new", "warning", Weight.NEW)]


def recurring(is_on: bool) -> list[Status]:
    """That nobody makes the tasks that recur; nothing while they are made."""
    return [] if is_on else [Status("recurring tasks off", "recurring off", "warning", Weight.RECURRING)]


def numbers(beat: Pulse) -> list[Status]:
    """What runs, what failed, what is late; nothing of what there is none."""
    return [
        Status(f"{number:,} {long}", f"{number:,} {short}", token, weight)
        for number, long, short, token, weight in (
            (beat.running, "running", "run", "running", Weight.RUNNING),
            (beat.failed, "failed", "failed", "error", Weight.FAILED),
            (beat.late, "late", "late", "error", Weight.LATE),
            (beat.attention, f"{plural(beat.attention, 'flow')} stuck", "stuck", "error", Weight.FAILED),
        )
        if number
    ]
