"""Why a schedule, an occurrence or a run is as it is: what made it, what was decided last, what happens next."""

from __future__ import annotations

import sqlite3
from datetime import date
from zoneinfo import ZoneInfo

from engine.operations.registry import Look
from engine.rules.alert_policy import DEFAULT, parse_policy
from engine.rules.clocks import clock_words
from engine.rules.durations import duration_text, duration_words
from engine.rules.errors import BadValue
from engine.rules.origins import parse
from engine.rules.slots import parse_slot
from engine.rules.when import sentence
from engine.rules.wording import NEXT_BOOT, count_of, instant_words, long_day, without_next
from engine.timing import rule_of
from store import settings
from store.enums import ACTIVE, FINAL, OccurrenceState, RunState
from store.errors import Refused
from store.instants import SECOND, Instant, from_us
from store.reads import pulse, reasons, runs, schedules
from store.values import Occurrence, Run, Schedule


def why_schedule(look: Look, number: int) -> tuple[str, ...]:
    """When a schedule happens, what became of its last occurrence and run, and what happens next."""
    connection = look.connection
    schedule = schedules.schedule(connection, number)
    facts = reasons.schedule_facts(connection, number)
    lines = [_made(schedule, facts, look.zone)]
    try:
        lines.append(f"Happens {sentence(rule_of(schedule, connection))}.")
    except BadValue as fault:
        lines.append(f"It cannot be told when it happens: {fault}.")
    if schedule.error:
        lines.append(f"Broken, so it does not fire: {schedule.error}. An edit mends it.")
    for last in schedules.ledger(connection, number, limit=1):
        at = _instant(last.planned_at, schedule.zone)
        lines.append(f"The last decision, for {at}: {_decided(last, schedule.zone)}.")
    lines += _health(schedule, facts)
    if waits := clock_words(schedule.cursor_at, look.now):
        lines.append(f"It {waits}. To let it go on at once: tickler schedule rewind {schedule.id}.")
    lines += _manner(schedule)
    return (*lines, _next(look, schedule), *_told_of(schedule))


def _made(schedule: Schedule, facts: reasons.ScheduleFacts, zone: ZoneInfo) -> str:
    """Who added it, by what: `Added by ana on Mon 2 Jun 2025 with the desk file jobs.toml.`"""
    by = f" by {schedule.owner or facts.maker}" if schedule.owner or facts.maker else ""
    day = long_day(local_day(schedule.created_at, zone))
    if facts.origin:
        return f"Imported{by} on {day} from {parse(facts.origin).words}."
    if facts.made_via == "demo":
        return f"Part of the living sample, made on {day}."
    file = facts.made_words.removeprefix("loaded ").rpartition(": ")[0] if facts.made_by == "load" else ""
    return f"Added{by} on {day}{f' with the desk file {file}' if file else ''}."


def _health(schedule: Schedule, facts: reasons.ScheduleFacts) -> list[str]:
    """What its runs do, and what people are told."""
    lines = []
    if facts.open_run is not None:
        lines.append(f"Run {facts.open_run} is {facts.open_state}.")
    if facts.last_run is not None:
        because = f": {facts.last_error}" if facts.last_error else ""
        lines.append(f"Its last run that ended, {facts.last_run}, {_ended(facts.last_state)}{because}.")
    if schedule.failures:
        lines.append(f"It has failed {count_of(schedule.failures, 'time')} in a row.")
    if facts.task is not None:
        lines.append(f"Task {facts.task} is open about it, and closes when it works again.")
    return lines


def _manner(schedule: Schedule) -> list[str]:
    """How its runs begin, as far as that is not what is usual."""
    lines = []
    if schedule.slot is not None:
        slot = parse_slot(schedule.slot)
        lines.append(f"Its runs share the slot {slot.name}, {slot.places} at a time.")
    if schedule.jitter:
        length = duration_text(schedule.jitter)
        lines.append(f"They begin within {length} after the planned time, always at the same moment of it.")
    if schedule.start_window == 0:
        lines.append("A run that finds no place waits for one, however late it is.")
    elif schedule.start_window is not None:
        lines.append(f"A run that has not begun within {duration_text(schedule.start_window)} expires.")
    return lines


def _told_of(schedule: Schedule) -> list[str]:
    policy = parse_policy(schedule.alerts)
    lines = [] if policy == DEFAULT else [f"Told of: {policy.words()}."]
    if schedule.expected_at is not None and schedule.is_enabled and schedule.pause_reason is None:
        lines.append(f"It should succeed by {_instant(schedule.expected_at, schedule.zone)}, or people are told.")
    return lines


def _next(look: Look, schedule: Schedule) -> str:
    if schedule.deleted_at is not None:
        return "It is deleted; nothing happens any more."
    if schedule.pause_reason is not None:
        until = f" until {_instant(schedule.paused_until, schedule.zone)}" if schedule.paused_until else ""
        reason = f": {schedule.pause_reason}" if schedule.pause_reason else ""
        return f"It is paused{until}{reason}. What is planned meanwhile is skipped, not missed."
    if not schedule.is_enabled:
        return "It is switched off; nothing happens until it is switched on."
    if schedule.next_at is None:
        ends_in = None if schedule.end_at is None else schedule.end_at - look.now
        if schedule.error:
            return "Nothing happens next."
        is_over = without_next(schedule.spec, ends_in) != NEXT_BOOT
        return "It has ended; nothing happens next." if is_over else f"Next: {NEXT_BOOT}."
    return f"Next: {_instant(schedule.next_at, schedule.zone)}."


def why_occurrence(look: Look, number: int) -> tuple[str, ...]:
    """Who planned an instant, what was decided about it and why, and what happens next."""
    found = reasons.occurrence(look.connection, number)
    if found is None:
        raise Refused(f"There is no occurrence {number}.")
    schedule = schedules.schedule(look.connection, found.schedule_id)
    lines = [f"Planned by {found.schedule} for {_instant(found.planned_at, schedule.zone)}."]
    try:
        lines.append(f"The schedule happens {sentence(rule_of(schedule, look.connection))}.")
    except BadValue as fault:
        lines.append(f"It cannot be told when the schedule happens: {fault}.")
    if found.until_at is not None:
        until = _instant(found.until_at, schedule.zone)
        lines.append(f"It stands for {count_of(found.count, 'planned time')} up to {until}.")
    lines.append(f"Decided at {_instant(found.decided_at, schedule.zone)}: {_decided(found, schedule.zone)}.")
    if found.run_id is not None and (run := runs.run(look.connection, found.run_id)) is not None:
        because = f": {run.reason or run.error}" if run.reason or run.error else ""
        lines.append(f"Its run {run.id} is {run.state}{because}.")
    if found.accepted_at is not None:
        lines.append(f"{found.accepted_by or 'Somebody'} accepted that on {_day(found.accepted_at, look.zone)}.")
    return (*lines, _next(look, schedule))


def _decided(line: Occurrence, zone: str) -> str:
    """`fired 3s late`, `merged into the one of Thu 5 Jun 2025 00:00 (down): no engine ran`."""
    words = str(line.state)
    if line.state is OccurrenceState.FIRED and line.late >= SECOND:
        words += f" {duration_words(line.late / SECOND)} late"
    if line.merged_into is not None:
        words += f" into the one of {_instant(line.merged_into, zone)}"
    cause = f" ({line.cause})" if line.cause else ""
    return f"{words}{cause}" + (f": {line.reason}" if line.reason else "")


def why_run(look: Look, number: int) -> tuple[str, ...]:
    """What made a run, how it ended or why it waits, and what happens next."""
    run = runs.run(look.connection, number)
    if run is None:
        raise Refused(f"There is no run {number}.")
    lines = [*_step(look, run), _cause(run, look.zone)]
    if run.retry_of is not None:
        lines.append(f"It tries run {run.retry_of} again.")
    if run.cancel_requested_at is not None:
        lines.append(f"Somebody asked it to stop at {_instant(run.cancel_requested_at, look.zone.key)}.")
    because = f": {run.reason or run.error}" if run.reason or run.error else ""
    lines.append(f"It is {run.state}{because}.")
    if run.state is RunState.PENDING:
        lines += _waits(look, run)
    if run.state not in FINAL:
        if run.attempts < run.max_attempts:
            left = run.max_attempts - run.attempts
            lines.append(f"If it fails, it is tried {count_of(left, 'more time', 'more times')}.")
        if run.state in ACTIVE:
            lines.append(f"It is stopped if it runs longer than {duration_words(run.timeout)}.")
        return tuple(lines)
    for again in reasons.retried_as(look.connection, number):
        lines.append(f"Run {again} tried it again.")
    if run.state is not RunState.SUCCEEDED:
        lines.append("It is final; a retry makes a new run.")
    if run.schedule_id is not None:
        lines.append(_next(look, schedules.schedule(look.connection, run.schedule_id)))
    return tuple(lines)


def _step(look: Look, run: Run) -> list[str]:
    """Of a run that a workflow asked for: which step it does."""
    if look.connection.execute("SELECT 1 FROM step WHERE run_id = ?", (run.id,)).fetchone() is None:
        return []
    from engine.queries.why_workflows import of_run

    return [of_run(look.connection, run.id)]


def _waits(look: Look, run: Run) -> list[str]:
    """Why a pending run has not begun, as far as nobody has written it on the row."""
    connection, zone = look.connection, look.zone.key
    if run.available_at > look.now:
        return [f"It begins at {_instant(run.available_at, zone)} at the earliest."]
    if pulse.engine(connection, Instant(look.now)) is None:
        return ["No engine is at work, so nothing begins. Open the desk, or run: tickler engine."]
    active = runs.count(connection, runs.Which(states=tuple(sorted(ACTIVE))), 10_000)
    places = int(settings.read(connection, "task_max_concurrent"))
    if active >= places:
        return [f"It waits for a place: {active} of {places} are taken (setting task_max_concurrent)."]
    return [] if run.reason else ["It begins as soon as the engine comes to it."]


def _cause(run: Run, zone: ZoneInfo) -> str:
    if run.schedule is None:
        return f"Asked for by {run.creator} on {_instant(run.created_at, zone.key)}."
    if run.planned_at is None:
        return f"Started by {run.creator} outside the plan of {run.schedule}."
    late = duration_words((run.created_at - run.planned_at) / SECOND)
    return f"Planned by {run.schedule} for {_instant(run.planned_at, zone.key)}; made {late} later."


def local_day(at: Instant, zone: ZoneInfo) -> date:
    """The day of an instant in the zone."""
    return from_us(at).astimezone(zone).date()


def _ended(state: str | None) -> str:
    return {"succeeded": "succeeded", "failed": "failed"}.get(str(state), f"was {state}")


def _day(at: Instant, zone: ZoneInfo) -> str:
    return long_day(local_day(at, zone))


def _instant(at: int, zone: str) -> str:
    return instant_words(from_us(at), zone)


def named(connection: sqlite3.Connection, kind: str, text: str) -> int:
    """The id that `text` is, or the one row of that name. Refused if there is none or more than one."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    found = reasons.named(connection, kind, text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(f"There is no {kind} named '{text}'.")
    many = f"{len(found)}" if len(found) < reasons.MOST_NAMED else f"{reasons.MOST_NAMED} or more"
    raise Refused(f"{many} {kind}s are named '{text}'; name one by its id, the newest is {found[0]}.")
