"""Jobs of somebody else's file on their way into the store: made once, changed when the file changed, else left alone.

A schedule that came from a file keeps in `origin` which job of which file it is, and a digest of what the file
said. What a person changed here since stays, as long as the file says of that job what it said before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from hashlib import blake2s
from typing import Any

from engine.actors import own_user_id
from engine.operations.registry import NAMED, Act
from engine.operations.schedules import save
from engine.rules.errors import BadValue, shown
from engine.rules.job_names import free_name
from engine.rules.origins import Origin, parse, prefix
from engine.rules.wording import count_of
from store import journal
from store.errors import Refused
from store.frozen import value
from store.journal import Actor
from store.reads import schedules as reads
from store.values import Schedule

COMMENTED = "commented out in "
OTHER_USER = "{} runs it as {}, here it would run as {}"
NOT_ENABLED = "it is not enabled under systemd"
_OWN_PAUSES = (COMMENTED, NOT_ENABLED, "cron runs it as ", "systemd runs it as ")
"""How the reasons begin that an import gives; what a person paused stays so."""


class Outcome(StrEnum):
    """What became of a line."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    NOTED = "noted"
    GONE = "gone"
    DELETED = "deleted"


_SHOWN = 200
"""Characters of a line that a report repeats; some files have lines of a megabyte."""
_GONE = frozenset({Outcome.GONE, Outcome.DELETED})
_COUNTED = (Outcome.MADE, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.REFUSED)


@value
class Adopted:
    """A job as the file has it. `said` are fields of the schedule that follow the file, `usual` those that a new one
    begins with, `pause` why it must not run yet. `is_same` tells whether a schedule of its name, which is no
    namesake but the one it was written from, says the same.
    """

    line: int
    text: str
    identity: str
    name: str
    said: Mapping[str, Any]
    usual: Mapping[str, Any]
    pause: str | None
    words: tuple[str, ...]
    is_same: Callable[[Schedule], bool] | None = None
    file: str = ""


@value
class Line:
    """A line of the file and what became of it; `words` say what it means otherwise here, or why not. `file` is
    empty where there is but one.
    """

    line: int
    text: str
    outcome: Outcome
    schedule: str | None
    spec: str | None
    words: tuple[str, ...]
    file: str = ""


@value
class Report:
    """What an import did, or would do, line by line, and what is to be known of the whole."""

    file: str
    is_preview: bool
    made: int
    changed: int
    unchanged: int
    refused: int
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        counts = ", ".join(f"{getattr(self, key)} {key}" for key in ("made", "changed", "unchanged", "refused"))
        told = [f"{self.file}: {counts}{' (a preview: nothing was written)' if self.is_preview else ''}"]
        for line in self.lines:
            place = f"line {line.line}" if line.line else "-"
            place = f"{line.file} {place}".removesuffix(" -") if line.file else place
            text = shown(line.text[: _SHOWN + 1].replace("\t", " "), _SHOWN)
            what = f"{line.schedule}  [{line.spec}]" if line.schedule else text
            told.append(f"  {place:9} {line.outcome:9}  {what}".rstrip())
            told += [f"{'':23}{words}" for words in line.words]
        return "\n".join([*told, *(f"  {note}" for note in self.notes)])


class Adoption:
    """One import: of the jobs of one file, in one act."""

    def __init__(self, act: Act, kind: str, file: str) -> None:
        self._act = Act(act.connection, Actor(own_user_id(act), act.actor.name, act.actor.via), act.at, act.id)
        self._kind = kind
        self._file = file
        self._known = dict(self._origins())
        self._seen = set[str]()
        self.lines: list[Line] = []

    def take(self, jobs: Iterable[Adopted]) -> None:
        """Make or change a schedule for each job; what cannot be taken is told of its line."""
        for job in jobs:
            self._act.connection.execute("SAVEPOINT job")
            try:
                line = self._taken(job)
            except BadValue as fault:
                self._act.connection.execute("ROLLBACK TO job")
                line = Line(job.line, job.text, Outcome.REFUSED, None, None, (str(fault),), job.file)
            self._act.connection.execute("RELEASE job")
            self.lines.append(line)

    def say(self, line: int, text: str, words: str, *, is_refused: bool, file: str = "") -> None:
        """Tell of a line that is no job."""
        outcome = Outcome.REFUSED if is_refused else Outcome.NOTED
        self.lines.append(Line(line, text, outcome, None, None, (words,), file))

    def leave(self, *, prune: bool) -> None:
        """Tell of schedules whose job is no longer in the file; delete them with `prune`."""
        for identity in sorted(self._known.keys() - self._seen):
            schedule = reads.schedule(self._act.connection, self._known[identity][0])
            if prune:
                NAMED["schedule delete"].inner(self._act, schedule.name)
            outcome = Outcome.DELETED if prune else Outcome.GONE
            words = () if prune else ("is no longer in the file; it stays until you delete it (or say --prune)",)
            self.lines.append(Line(0, "", outcome, schedule.name, schedule.spec, words))

    def report(self, notes: Sequence[str], *, is_preview: bool) -> Report:
        """The whole, in the order of the file."""
        lines = tuple(sorted(self.lines, key=lambda line: (line.outcome in _GONE, line.file, line.line)))
        made, changed, unchanged, refused = (sum(line.outcome is each for line in lines) for each in _COUNTED)
        if not is_preview:
            words = f"imported {self._file}: {count_of(made, 'schedule')} made, {changed:,} changed"
            journal.describe(self._act.connection, self._act.id, words)
        return Report(self._file, is_preview, made, changed, unchanged, refused, lines, tuple(notes))

    def _origins(self) -> Iterable[tuple[str, tuple[int, str]]]:
        """Identity -> (id, digest) of the live schedules that came from this file."""
        rows = self._act.connection.execute(
            "SELECT origin, id FROM schedule WHERE origin >= ? AND origin < ? AND deleted_at IS NULL",
            (begin := prefix(self._kind, self._file), f"{begin}\U0010ffff"),
        ).fetchall()
        for origin, number in rows:
            found = parse(origin)
            if found.file == self._file:
                yield found.identity, (number, found.digest)

    def _taken(self, job: Adopted) -> Line:
        self._seen.add(job.identity)
        digest = digest_of([dict(job.said), bool(job.pause)])
        known = self._known.get(job.identity)
        if known is not None:
            existing = reads.schedule(self._act.connection, known[0])
            if known[1] == digest:
                return self._line(job, existing, Outcome.UNCHANGED)
            return self._changed(job, existing, digest)
        namesake = reads.named(self._act.connection, job.name) if job.is_same else None
        if namesake is not None and job.is_same is not None:
            if job.is_same(namesake):
                return self._line(job, namesake, Outcome.UNCHANGED)
            return self._changed(job, namesake, None)
        return self._recognised(job, digest) or self._made(job, digest)

    def _recognised(self, job: Adopted, digest: str) -> Line | None:
        """A schedule that is this very job, though it does not know: a desk file brought it, or a person."""
        namesake = reads.named(self._act.connection, job.name)
        if namesake is None or any(getattr(namesake, key) != said for key, said in job.said.items()):
            return None
        if not self._act.connection.execute(
            "UPDATE schedule SET origin = ? WHERE id = ? AND origin IS NULL",
            (str(Origin(self._kind, self._file, job.identity, digest)), namesake.id),
        ).rowcount:
            return None
        return self._line(job, namesake, Outcome.UNCHANGED)

    def _made(self, job: Adopted, digest: str) -> Line:
        name = free_name(job.name, lambda name: reads.named(self._act.connection, name) is not None)
        number = save(self._act, {**job.usual, **job.said, "name": name}, None)
        self._mark(number, job.identity, digest)
        if job.pause is not None:
            NAMED["schedule pause"].inner(self._act, name, reason=job.pause)
        return self._line(job, reads.schedule(self._act.connection, number), Outcome.MADE)

    def _changed(self, job: Adopted, existing: Schedule, digest: str | None) -> Line:
        save(self._act, job.said, existing)
        if digest is not None:
            self._mark(existing.id, job.identity, digest)
        if job.pause is not None and existing.pause_reason is None:
            NAMED["schedule pause"].inner(self._act, existing.name, reason=job.pause)
        elif job.pause is None and (existing.pause_reason or "").startswith(_OWN_PAUSES):
            NAMED["schedule resume"].inner(self._act, existing.name)
        return self._line(job, reads.schedule(self._act.connection, existing.id), Outcome.CHANGED)

    def _mark(self, number: int, identity: str, digest: str) -> None:
        origin = str(Origin(self._kind, self._file, identity, digest))
        self._act.connection.execute("UPDATE schedule SET origin = ? WHERE id = ?", (origin, number))

    def _line(self, job: Adopted, schedule: Schedule, outcome: Outcome) -> Line:
        words = job.words
        if schedule.pause_reason is not None:
            words = (f"paused: {schedule.pause_reason}", *words)
        return Line(job.line, job.text, outcome, schedule.name, schedule.spec, words, job.file)


def digest_of(said: object) -> str:
    """A short name for a value of JSON; equal values have equal names."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return blake2s(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def refuse_empty(report: Report, what: str) -> None:
    """A file without a single job is most likely another one than was meant."""
    if not any(line.outcome is not Outcome.NOTED for line in report.lines):
        raise Refused(f"{report.file} has no {what}. Nothing was changed.")
