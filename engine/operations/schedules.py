"""The verbs of schedules.

A change of when one happens is never retroactive: what was due before it is decided first, as it stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from engine import expecting, firing, ledger
from engine.actors import own_user_id
from engine.operations.naming import one_of
from engine.operations.registry import Act, Help, operation
from engine.operations.saving import BadKey, put
from engine.operations.schedule_fields import RULE, columns_of, rule_for, stored
from engine.operations.schedule_ledger import run_once, run_planned
from engine.rules.errors import shown
from engine.rules.names import plain_name
from engine.rules.wording import NEXT_BOOT, instant_words, without_next
from engine.timing import rule_of
from store import journal, settings, values
from store.enums import Action, AfterExecution, Cause, Missed, OccurrenceState, Overlap, RepeatAxis, Roll
from store.errors import Refused
from store.instants import SECOND, iso, to_us
from store.reads import runs
from store.reads import schedules as reads

Name = Annotated[str, Help("its name or id", "SCHEDULE")]
Spec = Annotated[str | None, Help("when it happens, such as 'daily 02:30' or 'cron: 0 11 * * 1-5'")]
Moment = Annotated[str | None, Help("instead of a spec: a first time, such as 2025-06-01T10:00")]
Axis = Annotated[RepeatAxis | None, Help("unit of the repetition of the moment")]
Step = Annotated[int | None, Help("every how many of these units")]
Zone = Annotated[str | None, Help("time zone it follows, such as Europe/Brussels; else the store's")]
Controller = Annotated[str | None, Help("what runs; shell if nothing is said")]
Command = Annotated[str | None, Help("the command of a shell job: short for --params")]
Params = Annotated[str | None, Help("parameters of the controller, a JSON object")]
Length = Annotated[str | None, Help("stop a run after this time, such as 90s or 1h30m")]
Retries = Annotated[int | None, Help("how often a failed run is tried again by itself")]
OnMissed = Annotated[Missed | None, Help("after an outage: skip, run_once or run_all")]
Limit = Annotated[int | None, Help("with run_all: at most so many")]
Lateness = Annotated[str | None, Help("what is later than this does not run any more, such as 2h")]
Window = Annotated[str | None, Help("a run must begin within this time, or expires; 0: never, empty: until the next")]
Jitter = Annotated[str | None, Help("spread the start over this time, always at the same moment of it")]
Slot = Annotated[str | None, Help("one run of a slot at a time: a name such as gpu, or gpu:2 for two at a time")]
Backoff = Annotated[str | None, Help("pause before the first retry, doubled for each further one")]
Longest = Annotated[str | None, Help("the longest pause between two attempts")]
OnOverlap = Annotated[Overlap | None, Help("while a run is open: skip, queue, allow or replace")]
After = Annotated[AfterExecution | None, Help("a one-off after its run: keep, disable or delete")]
Start = Annotated[str | None, Help("not before this time; steps count from it")]
End = Annotated[str | None, Help("not after this time")]
Count = Annotated[int | None, Help("so many times in all")]
Exclude = Annotated[tuple[str, ...] | None, Help("a date on which it does not happen; once for each")]
Calendar = Annotated[str | None, Help("business calendar whose working days it keeps to; else the setting's")]
OnDayOff = Annotated[Roll | None, Help("on a day off: none (it happens), skip, or the previous or next working day")]
Alert = Annotated[
    tuple[str, ...] | None,
    Help("what to tell: first, nth=3, day=5, by=06:00, within=2h, recovery, task (opens a followup); default; nothing"),
]
Description = Annotated[str | None, Help("what it is for")]
Once = Annotated[bool, Help("it happens at the moment and never again")]
MaybeOnce = Annotated[bool | None, Help("it happens at the moment and never again")]
Exclusive = Annotated[bool, Help("nothing else runs meanwhile")]
MaybeExclusive = Annotated[bool | None, Help("nothing else runs meanwhile")]
Disabled = Annotated[bool, Help("add it switched off")]
Rev = Annotated[int | None, Help("change it only if this is still its revision")]


@operation("schedule add")
def add(
    act: Act, name: Annotated[str, Help("a name for it")],
    spec: Spec = None, moment: Moment = None, repeat_axis: Axis = None, repeat_step: Step = None,
    once: Once = False, zone: Zone = None, controller: Controller = None, command: Command = None,
    params: Params = None, timeout: Length = None, max_retries: Retries = None, missed: OnMissed = None,
    missed_limit: Limit = None, max_lateness: Lateness = None, overlap: OnOverlap = None,
    exclusive: Exclusive = False, slot: Slot = None, start_window: Window = None, jitter: Jitter = None,
    backoff: Backoff = None, backoff_limit: Longest = None,
    after_execution: After = None, start: Start = None, end: End = None, count: Count = None,
    exclude: Exclude = None, calendar: Calendar = None, roll: OnDayOff = None, alert: Alert = None,
    description: Description = None, disabled: Disabled = False,
) -> values.Schedule:  # fmt: skip
    """Add a schedule: when something repeats, and the run it makes then."""
    given = _given(
        name=name, spec=spec, moment=moment, repeat_axis=repeat_axis, repeat_step=repeat_step, zone=zone,
        is_recurring=False if once else None, controller=controller, command=command, params=params,
        timeout=timeout, max_retries=max_retries, missed=missed, missed_limit=missed_limit,
        max_lateness=max_lateness, overlap=overlap, is_exclusive=exclusive or None,
        slot=slot, start_window=start_window, jitter=jitter, backoff=backoff, backoff_limit=backoff_limit,
        after_execution=after_execution, start=start, end=end, count=count, exclude=exclude,
        calendar=calendar, roll=roll, alert=alert, description=description, is_enabled=False if disabled else None,
    )  # fmt: skip
    _says_how_to_roll(calendar, roll)
    number = _save(act, given, None, own_user_id(act))
    journal.describe(act.connection, act.id, f"added schedule: {shown(name)}")
    return _lies_ahead(act, number)


@operation("schedule edit")
def edit(
    act: Act, schedule: Name, name: Annotated[str | None, Help("new name")] = None,
    spec: Spec = None, moment: Moment = None, repeat_axis: Axis = None, repeat_step: Step = None,
    once: MaybeOnce = None, zone: Zone = None, controller: Controller = None, command: Command = None,
    params: Params = None, timeout: Length = None, max_retries: Retries = None, missed: OnMissed = None,
    missed_limit: Limit = None, max_lateness: Lateness = None, overlap: OnOverlap = None,
    exclusive: MaybeExclusive = None, slot: Slot = None, start_window: Window = None, jitter: Jitter = None,
    backoff: Backoff = None, backoff_limit: Longest = None,
    after_execution: After = None, start: Start = None, end: End = None, count: Count = None,
    exclude: Exclude = None, calendar: Calendar = None, roll: OnDayOff = None, alert: Alert = None,
    description: Description = None, rev: Rev = None,
) -> values.Schedule:  # fmt: skip
    """Change a schedule; an empty text clears what can be empty."""
    before = _found(act, schedule, rev)
    given = _given(
        name=name, spec=spec, moment=moment, repeat_axis=repeat_axis, repeat_step=repeat_step, zone=zone,
        is_recurring=None if once is None else not once, controller=controller, command=command,
        params=params, timeout=timeout, max_retries=max_retries, missed=missed, missed_limit=missed_limit,
        max_lateness=max_lateness, overlap=overlap, is_exclusive=exclusive, after_execution=after_execution,
        slot=slot, start_window=start_window, jitter=jitter, backoff=backoff, backoff_limit=backoff_limit,
        start=start, end=end, count=count, exclude=exclude,
        calendar=calendar, roll=roll, alert=alert, description=description,
    )  # fmt: skip
    _says_how_to_roll(calendar, roll, before)
    save(act, given, before)
    journal.describe(act.connection, act.id, f"changed schedule: {shown(before.name)}")
    after = reads.schedule(act.connection, before.id)
    is_moved = any(getattr(after, key) != getattr(before, key) for key in RULE)
    return _lies_ahead(act, before.id) if is_moved else after


@operation("schedule delete")
def delete(act: Act, schedule: Name, rev: Rev = None) -> values.Schedule:
    """Delete a schedule; its runs and their logs stay readable."""
    before = _found(act, schedule, rev)
    _close(act, before, "deleted")
    act.connection.execute(
        "UPDATE schedule SET deleted_at = ?, next_at = NULL, rev = rev + 1 WHERE id = ?", (act.now, before.id)
    )
    from engine.operations.trigger_orphans import let_go

    also = let_go(act, "schedule", before.id, before.name)
    return _told(act, before, f"deleted schedule: {shown(before.name)}{also}")


@operation("schedule run", can_undo=False)
def run_now(
    act: Act,
    schedule: Name,
    even_if_off: Annotated[bool, Help("run it although it is paused or switched off")] = False,
    planned: Annotated[datetime | None, Help("instead: one that did not run, by the time it was planned for")] = None,
) -> values.Run:
    """Run a schedule now, once, outside its plan; its next time stays."""
    found = _found(act, schedule, None)
    if not even_if_off and (not found.is_enabled or found.pause_reason is not None):
        state = "switched off" if not found.is_enabled else "paused"
        raise Refused(f"The schedule {shown(found.name)} is {state}; run it once anyway? (--even-if-off)")
    number = run_once(act, found) if planned is None else run_planned(act, found, planned)
    act.connection.execute("UPDATE schedule SET last_run = ? WHERE id = ?", (act.now, found.id))
    made = runs.run(act.connection, number)
    assert made is not None
    when = "" if planned is None else f", planned for {iso(to_us(planned), found.zone)}"
    journal.describe(act.connection, act.id, f"run now: {shown(found.name)}{when} (run {number})", can_undo=False)
    return made


@operation("schedule pause")
def pause(
    act: Act,
    schedule: Name,
    reason: Annotated[str, Help("why, for the others who look at it")] = "",
    until: Annotated[datetime | None, Help("when it goes on by itself")] = None,
) -> values.Schedule:
    """Pause a schedule: what is planned meanwhile is skipped, not missed."""
    before = _found(act, schedule, None)
    if until is not None and until <= act.at:
        raise Refused(f"until: {instant_words(until, before.zone)} is past; expected a time that is to come.")
    _close(act, before, "paused")
    words = plain_name(reason) if reason.strip() else ""
    act.connection.execute(
        "UPDATE schedule SET pause_reason = ?, paused_until = ?, rev = rev + 1 WHERE id = ?",
        (words, None if until is None else to_us(until), before.id),
    )
    ledger.arm(act.connection, before.id, act.now)
    why = f" ({shown(words)})" if words else ""
    return _told(act, before, f"paused schedule: {shown(before.name)}{why}")


@operation("schedule resume")
def resume(act: Act, schedule: Name) -> values.Schedule:
    """Let a paused schedule go on with the first time after now."""
    before = _found(act, schedule, None)
    if before.pause_reason is None:
        raise Refused(f"The schedule {shown(before.name)} is not paused.")
    return _back(act, before, "pause_reason = NULL, paused_until = NULL", "resumed")


@operation("schedule enable")
def enable(act: Act, schedule: Name) -> values.Schedule:
    """Switch a schedule on."""
    before = _found(act, schedule, None)
    return before if before.is_enabled else _back(act, before, "is_enabled = 1", "switched on")


@operation("schedule disable")
def disable(act: Act, schedule: Name) -> values.Schedule:
    """Switch a schedule off until somebody switches it on."""
    before = _found(act, schedule, None)
    if not before.is_enabled:
        return before
    _close(act, before, "switched off")
    act.connection.execute(
        "UPDATE schedule SET is_enabled = 0, next_at = NULL, rev = rev + 1 WHERE id = ?", (before.id,)
    )
    return _told(act, before, f"switched off schedule: {shown(before.name)}")


def save(act: Act, fields: Mapping[str, Any], existing: values.Schedule | None) -> int:
    """Make a schedule or change one; the desk file and the verbs both come here. Returns its id.

    `fields` is keyed by `schedule_fields.KEYS` or their short forms, text or TOML values; a key that is
    absent keeps what is there. Nothing is written if nothing differs. Raises BadKey for a value that cannot
    be taken.
    """
    return _save(act, fields, existing, act.actor.user_id)


def _says_how_to_roll(calendar: str | None, roll: Roll | None, before: values.Schedule | None = None) -> None:
    """A calendar alone changes nothing, which nobody who names one means."""
    if calendar and (roll or (before.roll if before else Roll.NONE)) == Roll.NONE:
        raise BadKey("calendar", "say what happens on a day off: roll skip, previous or next")


def _save(act: Act, fields: Mapping[str, Any], existing: values.Schedule | None, owner: int | None) -> int:
    connection = act.connection
    if existing is not None:
        _is_job(act, existing)
    columns = columns_of(fields, existing, act.at, settings.read(connection, "zone"))
    if existing is None:
        rule_for(columns, act.now, connection)
        columns |= {"anchor_at": act.now, "created_at": act.now, "owner_id": owner}
        columns["cursor_at"] = _first_cursor(columns, act.now)
        number, _ = put(connection, "schedule", None, stored(columns, connection))
        ledger.arm(connection, number, columns["cursor_at"])
        expecting.expect(connection, number, act.now)
        return number
    before = {key: getattr(existing, key) for key in RULE}
    before["excluded_dates"] = [day.isoformat() for day in existing.excluded_dates]
    is_moved = any(columns[key] != before[key] for key in RULE)
    if any(columns[key] != before[key] for key in ("spec", "moment")):
        columns["anchor_at"] = act.now
    rule_for(columns, columns.get("anchor_at", existing.anchor_at), connection)
    is_switched = columns["is_enabled"] != existing.is_enabled
    if is_switched and existing.is_enabled:
        _close(act, existing, "switched off")
    elif is_switched or is_moved:
        firing.settle(connection, existing.id, act.now)
    put(connection, "schedule", existing.id, stored(columns, connection))
    if is_moved:
        ledger.advance(connection, existing.id, act.now)
    if is_moved or is_switched or existing.error is not None:
        ledger.arm(connection, existing.id, act.now)
    expecting.expect(connection, existing.id, act.now)
    return existing.id


def _first_cursor(columns: Mapping[str, Any], now: int) -> int:
    """Now; but a moment of this very second is not past yet: `--moment now`."""
    moment = columns["moment"]
    return now if moment is None or moment != now - now % SECOND else moment - SECOND


def _found(act: Act, name: str, rev: int | None) -> values.Schedule:
    """The schedule, if it is not deleted and still of that revision."""
    found = reads.schedule(act.connection, one_of(act.connection, "schedule", name))
    _is_job(act, found)
    if found.deleted_at is not None:
        raise Refused(f"The schedule {shown(found.name)} is deleted.")
    if rev is not None and rev != found.rev:
        raise Refused(f"The schedule {shown(found.name)} was changed by somebody else meanwhile.")
    return found


def _is_job(act: Act, found: values.Schedule) -> None:
    """Refuse what makes tasks: it has verbs of its own, which keep its tasks in line."""
    action = reads.action(act.connection, found.id)
    if action is Action.ACT:
        raise Refused(f"{shown(found.name)} is when a trigger acts and runs no job: use `trigger edit`, `pause` ...")
    if action is not Action.RUN:
        raise Refused(f"{shown(found.name)} makes tasks and runs no job: use `template edit`, `pause`, `delete` ...")


def _close(act: Act, schedule: values.Schedule, done: str) -> None:
    """What was due and not fired before the schedule is taken out of service was missed."""
    standing = ledger.standing(act.connection, schedule.id)
    if schedule.is_enabled and schedule.pause_reason is None:
        words = f"no engine fired it before {act.actor.name} {done} it"
        ledger.close(act.connection, standing, act.now, OccurrenceState.MISSED, words, Cause.DOWN)
    else:
        firing.settle(act.connection, schedule.id, act.now)


def _back(act: Act, schedule: values.Schedule, change: str, done: str) -> values.Schedule:
    """Back in service: what was planned meanwhile is skipped."""
    firing.settle(act.connection, schedule.id, act.now)
    act.connection.execute(f"UPDATE schedule SET {change}, rev = rev + 1 WHERE id = ?", (schedule.id,))
    ledger.arm(act.connection, schedule.id, act.now)
    return _told(act, schedule, f"{done} schedule: {shown(schedule.name)}")


def _told(act: Act, schedule: values.Schedule, words: str) -> values.Schedule:
    journal.describe(act.connection, act.id, words)
    return reads.schedule(act.connection, schedule.id)


def _lies_ahead(act: Act, number: int) -> values.Schedule:
    """What can never happen is a mistake of who typed it; a schedule that a file brings may have ended."""
    made = reads.schedule(act.connection, number)
    ends_in = None if made.end_at is None else made.end_at - act.now
    is_over = made.next_at is None and without_next(made.spec, ends_in) != NEXT_BOOT
    if made.is_enabled and made.pause_reason is None and is_over:
        if made.roll is Roll.SKIP and rule_of(made, act.connection).whole().next(act.at) is not None:
            raise Refused("roll: it would never happen; none of its days is a working day of the calendar.")
        key = "spec" if made.spec is not None else "moment"
        raise Refused(f"{key}: all of it is past; nothing would ever happen after {iso(act.now, made.zone)}.")
    return made


def _given(**said: Any) -> dict[str, Any]:
    """What was said; None was not."""
    return {key: value for key, value in said.items() if value is not None}
