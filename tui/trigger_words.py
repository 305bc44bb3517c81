"""A trigger, what it will do and what it did, in words: for the detail pane, for `w`, and for the tasks it touches."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from engine.rules.triggers.words import action_text, event_text, origin_words, sentence
from engine.rules.wording import count_of, day_and_clock, instant_words
from store import values
from store.enums import PendingState, TriggerEvent
from store.instants import Instant, from_us
from store.reads import history, triggers
from store.trigger_values import PendingAction, Trigger
from tui.app import Desk
from tui.job_details import pair
from tui.text import safe
from tui.trigger_rows import Coming, Past, past_state, past_subject, past_words, state_of_trigger

NEXT, LAST = 5, 6
"""Actions to come, and actions decided, that a detail shows."""
OF_TASK = 3
"""Triggers that the detail of a task names."""
_TOKENS = {"on": "$ok", "off": "$muted", "paused": "$warning", "broken": "$error", "deleted": "$muted"}


def detail_of_row(desk: Desk, row: object) -> Content:
    """The words for a row of any of the three lists; empty for a heading."""
    if isinstance(row, Trigger):
        return Content("\n").join(trigger_lines(desk, row))
    if isinstance(row, Coming):
        return Content("\n").join(_coming_lines(desk, row))
    return Content("\n").join(_past_lines(desk, row)) if isinstance(row, Past) else Content("")


def trigger_lines(desk: Desk, trigger: Trigger) -> list[Content]:
    """Its sentence, how it is, what it will do next and what it did last."""
    lines = [Content.styled(safe(trigger.name), "bold")]
    if trigger.description:
        lines.append(Content.styled(safe(trigger.description, 600), "$muted"))
    lines += [Content(""), Content(safe(sentence(trigger), 1000)), _state_line(desk, trigger)]
    lines += [Content.styled(safe(words, 600), "$warning") for words in warnings(desk, trigger)]
    lines += [Content(""), *(pair(label, words) for label, words in _facts(desk, trigger) if words)]
    coming = triggers.upcoming(desk.reader, limit=NEXT, trigger_id=trigger.id)
    lines += [Content(""), Content.styled(f"next   {_many(trigger.waiting)}", "$muted")]
    lines += [_line(desk, each.due_at, each.subject_name) for each in coming]
    past = triggers.decided(desk.reader, limit=LAST, trigger_id=trigger.id)
    lines += [Content(""), Content.styled(f"last   acted {count_of(trigger.times, 'time')}, o lists all", "$muted")]
    lines += [_past_line(desk, each) for each in past]
    return lines


def warnings(desk: Desk, trigger: Trigger) -> Sequence[str]:
    """What its definition may lead to: circles with other triggers."""
    from engine.triggers.live import one
    from engine.triggers.looping import loop_warning

    live = one(desk.reader, trigger.id)
    words = loop_warning(desk.reader, live) if live is not None else ""
    return (words,) if words else ()


def why_lines(desk: Desk, row: Trigger | Coming | Past) -> tuple[str, ...]:
    """`w`: why it is as it is, one sentence a line."""
    if isinstance(row, Trigger):
        state = state_of_trigger(row)
        owner = f" It belongs to {row.owner}." if row.owner else ""
        how = {
            "on": "It is on.", "off": "It is switched off.", "deleted": "It is deleted.",
            "paused": f"It is paused: {row.pause_reason or 'no reason given'}.",
            "broken": f"It was stopped: {row.error}. e changes it, P lets it go on.",
        }[state]  # fmt: skip
        coming = triggers.upcoming(desk.reader, limit=1, trigger_id=row.id)
        at = [f"Next: {_said(desk, each.due_at)}, {each.subject_name}." for each in coming]
        return (sentence(row), f"{how}{owner}", *(at or ["Nothing waits for it now."]))
    action = row.action
    made = f"Planned on {_said(desk, action.made_at)} for {_said(desk, action.due_at)}."
    lines = [_sentence_of(desk, action), made]
    if isinstance(row, Past):
        verb = {PendingState.ACTED: "Acted"}.get(action.state, "Withdrawn")
        why = past_words(action, desk.now, desk.zone)
        lines.append(f"{verb} on {_said(desk, action.decided_at or action.due_at)}{f': {why}' if why else ''}.")
        lines += ["Its act was undone."] if row.is_undone else []
    return tuple(lines)


def task_lines(desk: Desk, task: values.Task) -> list[Content]:
    """Which triggers touch a task, where each comes from, and when it acts next; nothing if none does."""
    found = triggers.of_task(desk.reader, task.id)
    if not found:
        return []
    first = next_times(desk, task.id)
    lines = [Content(""), Content.styled(f"triggers  {len(found)}   y lists them", "$muted")]
    for each in found[:OF_TASK]:
        state = state_of_trigger(each)
        at = first.get(each.id, each.next_at if each.schedule_id is not None else None)
        when = f"  {_clock(desk, at)}" if at is not None and state == "on" else ""
        off = "" if state == "on" else f"  {state}"
        of = origin_words(each.scope, each.scope_name)
        lines.append(
            Content.assemble(
                safe(each.name, 40), (f"  {safe(of, 60)}", "$muted"), (safe(when), "$accent"), (off, _TOKENS[state])
            )
        )
    return lines if len(found) <= OF_TASK else [*lines, Content.styled(f"and {len(found) - OF_TASK} more", "$muted")]


def next_times(desk: Desk, task_id: int) -> dict[int, Instant]:
    """By trigger: when it acts next on this very task."""
    found = triggers.upcoming(desk.reader, limit=200, task_id=task_id)
    return {each.trigger_id: each.due_at for each in reversed(found) if each.trigger_id is not None}


def _state_line(desk: Desk, trigger: Trigger) -> Content:
    state = state_of_trigger(trigger)
    until = f" until {_clock(desk, trigger.paused_until)}" if trigger.paused_until is not None else ""
    why = {
        "paused": f": {trigger.pause_reason or 'no reason given'}{until}",
        "broken": f": {trigger.error}   e mends it, P lets it go on",
    }.get(state, "")
    return Content.styled(safe(f"{state}{why}", 600), _TOKENS[state])


def _facts(desk: Desk, trigger: Trigger) -> tuple[tuple[str, str], ...]:
    """What the sentence does not say, or not in the words that are typed."""
    spoken = {"by", "label", "subject", "name", "status", "schedule", "controller"}
    more = ", ".join(f"{key} {said}" for key, said in trigger.params.items() if key not in spoken)
    return (
        ("event", event_text(trigger.event, trigger.event_value, trigger.spec)),
        ("for", origin_words(trigger.scope, trigger.scope_name)),
        ("only if", trigger.condition),
        ("action", action_text(trigger.action, trigger.params)),
        ("with", more),
        ("calendar", trigger.calendar or ""),
        ("zone", trigger.zone or "" if trigger.event is TriggerEvent.SCHEDULE else ""),
        ("from", _clock(desk, trigger.start_at) if trigger.start_at is not None else ""),
        ("to", _clock(desk, trigger.end_at) if trigger.end_at is not None else ""),
        ("at most", count_of(trigger.max_count, "time") if trigger.max_count else ""),
        ("owner", trigger.owner or "nobody"),
        ("last", _clock(desk, trigger.last_at) if trigger.last_at is not None else "has not acted yet"),
    )


def _coming_lines(desk: Desk, row: Coming) -> list[Content]:
    action = row.action
    lines = [Content.styled(safe(row.many or action.subject_name, 400), "bold"), Content("")]
    lines.append(pair("when", _said(desk, action.due_at)))
    return [
        *lines,
        pair("does", str(action.action or "")),
        pair("trigger", action.trigger),
        pair("planned", _said(desk, action.made_at)),
        Content(""),
        Content(safe(_sentence_of(desk, action), 1000)),
        Content(""),
        Content.styled("R does it at once, x cancels it; enter opens the task", "$muted"),
    ]


def _past_lines(desk: Desk, row: Past) -> list[Content]:
    action = row.action
    _, word, _ = past_state(row, desk.ascii_marks)
    lines = [Content.styled(safe(past_subject(action), 400), "bold"), Content("")]
    lines += [pair(word, _said(desk, action.decided_at or action.due_at)), pair("due", _said(desk, action.due_at))]
    if action.missed_at is not None:
        lines.append(pair("late", f"missed since {_said(desk, action.missed_at)}"))
    if action.reason:
        lines.append(pair("because", action.reason))
    lines += [pair("does", str(action.action or "")), pair("trigger", action.trigger), Content("")]
    lines.append(Content(safe(_sentence_of(desk, action), 1000)))
    act = history.act(desk.reader, action.act_id) if action.act_id is not None else None
    if act is not None:
        lines += [Content(""), Content.styled(f"act {act.id} by {safe(act.actor)}", "$muted"), Content(safe(act.words))]
        lines.append(Content.styled("undone" if row.is_undone else "u takes it back", "$muted"))
    return lines


def _sentence_of(desk: Desk, action: PendingAction) -> str:
    return sentence(triggers.trigger(desk.reader, action.trigger_id)) if action.trigger_id is not None else ""


def _line(desk: Desk, at: Instant, words: str) -> Content:
    return Content.assemble((f"{_clock(desk, at):<18}", "$muted"), safe(words, 60))


def _past_line(desk: Desk, action: PendingAction) -> Content:
    mark, _, token = past_state(Past(action, action.act_id), desk.ascii_marks)
    why = past_words(action, desk.now, desk.zone)
    at = _clock(desk, action.decided_at or action.due_at)
    words = safe(past_subject(action), 60)
    return Content.assemble((f"{mark} ", f"${token}"), (f"{at:<18}", "$muted"), words, safe(f"  {why}", 200))


def _many(waiting: int) -> str:
    if not waiting:
        return "nothing"
    return f"{count_of(waiting, 'action')} {'waits, ] shows it' if waiting == 1 else 'wait, ] shows them'}"


def _clock(desk: Desk, at: Instant) -> str:
    return day_and_clock(from_us(at), desk.clock(), desk.zone.key)


def _said(desk: Desk, at: Instant) -> str:
    return instant_words(from_us(at), desk.zone.key)
