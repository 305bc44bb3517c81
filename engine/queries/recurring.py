"""What one line means for a task before it is saved: a day, or a rule with its next dates, and what of it stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from engine.operations.registry import Act, Help, Look, query
from engine.operations.template_fields import fields_of, rule_and_anchor
from engine.operations.template_future import moved, recurring
from engine.operations.template_rebuild import not_past, rebuilt
from engine.operations.template_repeat import chosen, wanted
from engine.rules.days import parse_day
from engine.rules.errors import BadValue
from engine.rules.horizons import kind_by_gap, kind_of, midnight, parse_horizon
from engine.rules.recurring import after_completion
from engine.rules.when import Planned, Rule, parse, preview, sentence
from engine.rules.wording import count_of, due_words, long_day
from engine.rules.zones import local
from store import settings
from store.enums import Action, Basis, OccurrenceState
from store.errors import Refused
from store.frozen import value
from store.reads import templates as reads
from store.values import Template

SHOWN = 3
"""Dates that a rule shows."""

_RULE = re.compile(
    r"\s*(every|daily|weekly|monthly|yearly|annually|cron:|rrule:|freq=|oncalendar=|@|once\b|at boot)", re.IGNORECASE
)
_DAYS = 3
"""Days of tasks that are named one by one."""


@value
class Effect:
    """What a change of a template does to its open tasks: `follow` it, are `gone`, are `new`; others stay.

    `edited`, `late` and `done` are how many stay because somebody changed them, their day is past, or they are done
    and their day is not past.
    """

    follow: tuple[date, ...]
    gone: tuple[date, ...]
    new: tuple[date, ...]
    edited: int
    late: int
    done: int

    @property
    def lines(self) -> tuple[str, ...]:
        """`4 open tasks are replaced: ...`, and what stays."""
        stays = [
            f"{number:,} {word}" for number, word in ((self.done, "done"), (self.edited, "edited"), (self.late, "late"))
            if number
        ]  # fmt: skip
        found = [
            f"{count_of(len(self.follow), 'open task')} {'follows' if len(self.follow) == 1 else 'follow'}"
            f"{_named(self.follow)}" if self.follow else "",
            f"{count_of(len(self.gone), 'open task')} {'goes' if len(self.gone) == 1 else 'go'}{_named(self.gone)}"
            if self.gone else "",
            f"{count_of(len(self.new), 'new task')}{_named(self.new)}" if self.new else "",
            f"stay as they are: {', '.join(stays)}" if stays else "",
        ]  # fmt: skip
        return tuple(filter(None, found)) or ("no open task of it is touched",)


@value
class Foreseen:
    """What a line means: a `day`, or a rule with its `sentence` and the dates that come after this task.

    `is_change`: the task recurs already, and its template changes; `effect` then says what becomes of its open tasks.
    `each`: how the dates are to be read. `spec` is the rule that will be stored.
    """

    words: str
    day: date | None = None
    sentence: str = ""
    planned: tuple[Planned, ...] = ()
    each: str = ""
    spec: str = ""
    is_change: bool = False
    effect: Effect | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentence, the dates with what is odd about them, and what becomes of the open tasks."""
        found = [self.sentence] if self.sentence else []
        found += [f"{self.each} {', '.join(dates(self.planned))}".strip()] if self.planned else []
        found += [f"  {long_day(each.local.date())}: {each.note}" for each in self.planned if each.note]
        return (*found, *(self.effect.lines if self.effect is not None else ()))

    def __str__(self) -> str:
        """What the line means, and what comes of it."""
        return "\n".join((self.words, *self.lines)) + "\n"


@query("task foresee")
def foresee(
    look: Look,
    task: Annotated[int, Help("id of the task", metavar="ID")],
    text: Annotated[str, Help("a day (fri, +3d) or a rule (every 2 weeks on fri)", metavar="TEXT")],
    all_: Annotated[bool, Help("a day: all future ones move along")] = False,
) -> Foreseen:
    """Say what a day or a rule would mean for a task, with the next three dates; nothing is changed."""
    try:
        day = parse_day(text, look.today)
    except BadValue as fault:
        if not _RULE.match(text):
            raise BadValue(f"{str(fault).removesuffix(')')}, or a rule such as every 2 weeks on fri)") from fault
    else:
        words = f"{long_day(day)} ({due_words(day, look.today, False)})"
        return _all_moved(_asking(look), task, day, words) if all_ else Foreseen(f"moves to {words}", day)
    return _rule(_asking(look), task, text)


def effect_of(look: Look, made: Template, fields: Mapping[str, Any]) -> Effect:
    """What saving these fields of a template would do to its open tasks. BadValue for what cannot be taken."""
    act = _asking(look)
    columns = fields_of(act, fields, made)
    rule, _ = rule_and_anchor(act, columns, made)
    today = local(act.at, rule.zone).date()
    ours = not_past(look.connection, made.id, today)
    late = look.connection.execute(
        "SELECT count(*) FROM task WHERE template_id = ? AND is_done = 0 AND is_edited = 0 AND deadline_date < ?"
        " AND superseded_at IS NULL AND deleted_at IS NULL",
        (made.id, today.isoformat()),
    ).fetchone()[0]
    edited = sum(bool(each.is_edited) and not each.is_done for each in ours)
    done = sum(bool(each.is_done) and (each.due or "") >= today.isoformat() for each in ours)
    if columns["mode"] == Action.REOPEN or columns["basis"] == Basis.COMPLETION:
        mine = [each for each in ours if each.is_untouched]
        days = tuple(date.fromisoformat(each.due) for each in mine if each.due)
        return Effect(days[:1], days[1:], (), edited, late, done)
    horizon = columns["horizon"]
    if horizon is None:
        kind = kind_of(rule.spec) or kind_by_gap(rule, act.at)
        horizon = str(settings.read(look.connection, f"horizon_{kind}"))
    skipped = {each.day: each.reason for each in reads.skips(look.connection, made.schedule_id)}
    found = rebuilt(rule, act.at, parse_horizon(horizon), skipped, ours)
    new = [each.planned for each in found.decided.verdicts if each.state is OccurrenceState.FIRED]
    return Effect(
        tuple(local(at, rule.zone).date() for _, at in found.follow),
        tuple(date.fromisoformat(each.due) for each in found.gone if each.due),
        tuple(local(at, rule.zone).date() for at in new), edited, late, done,
    )  # fmt: skip


def dates(planned: Sequence[Planned]) -> list[str]:
    """`Fri 28 Nov 2025`, with the time if there is one."""
    return [f"{long_day(each.local.date())}{_time(each.local)}" for each in planned]


def _asking(look: Look) -> Act:
    """The operations' own functions are asked, of which these only read: the connection refuses anything else."""
    return Act(look.connection, look.actor, look.at, 0)


def _rule(act: Act, task: int, text: str) -> Foreseen:
    known = None
    with suppress(Refused):
        known = recurring(act, task)
    if known is not None:
        this, made = known
        fields = fields_of(act, {"spec": text}, made)
        rule, _ = rule_and_anchor(act, fields, made)
        planned, each = coming_of(rule, fields, act.at, this.deadline_date or act.today)
        words = "a rule is for all future ones"
        found = effect_of(act, made, {"spec": text})
        return Foreseen(words, None, _said(rule, fields), planned, each, fields["spec"], True, found)
    first = chosen(act, task)
    given, due, at = wanted(act, first, text, {})
    fields = fields_of(act, given, None)
    rule, _ = rule_and_anchor(act, fields, None)
    planned, each = coming_of(rule, fields, max(at, act.at), due)
    if not planned:
        raise BadValue("rule: nothing of it comes after this one")
    return Foreseen(f"recurs from {long_day(due)}, which is this one", None, _said(rule, fields), planned, each,
                    fields["spec"])  # fmt: skip


def _all_moved(act: Act, task: int, day: date, words: str) -> Foreseen:
    this, made = recurring(act, task)
    fields = moved(act, this, made, day)
    columns = fields_of(act, fields, made)
    rule, _ = rule_and_anchor(act, columns, made)
    planned, each = coming_of(rule, columns, midnight(day + timedelta(days=1), rule.zone) - timedelta(seconds=1), day)
    return Foreseen(f"all move: this one to {words}", day, _said(rule, columns), planned, each, columns["spec"], True)


def _said(rule: Rule, fields: Mapping[str, Any]) -> str:
    return rule_words(rule, is_counted=fields["basis"] == Basis.COMPLETION)


def rule_words(rule: Rule, *, is_counted: bool) -> str:
    """The sentence of a template: without its zone, and without midnight, which is no time of a task's day."""
    after = ", counted from the day it was done" if is_counted else ""
    words = re.sub(r" at 00:00(?! and|, [0-9])", "", sentence(rule).removesuffix(f", {rule.zone}"))
    return re.sub(r"(from [^,]+), \1", r"\1", words) + after  # where its steps count from the day it starts


def coming_of(
    rule: Rule, fields: Mapping[str, Any], after: datetime, due: date, number: int = SHOWN
) -> tuple[tuple[Planned, ...], str]:
    """The next dates and how they are to be read; after completion each counts from the one before."""
    if fields["basis"] != Basis.COMPLETION:
        return preview(rule, after, number), "then"
    found: list[Planned] = []
    for _ in range(number):
        at = after_completion(parse(fields["spec"], rule.zone, anchor=midnight(due, rule.zone)), due)
        if at is None:
            break
        found.append(Planned(at, local(at, rule.zone)))
        due = found[-1].local.date()
    return tuple(found), "if each is done on its day:"


def _time(at: datetime) -> str:
    return f" {at:%H:%M}" if at.hour or at.minute else ""


def _named(days: Sequence[date]) -> str:
    """`: Thu 6 Mar 2025, Mon 10 Mar 2025 and 2 more`."""
    if not days:
        return ""
    first = ", ".join(long_day(day).rsplit(" ", 1)[0] for day in days[:_DAYS])
    return f": {first}" + (f" and {len(days) - _DAYS} more" if len(days) > _DAYS else "")
