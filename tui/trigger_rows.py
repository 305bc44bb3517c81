"""How triggers look as lines of a list: themselves, what they will do, and what they did or gave up.

State is a mark and a word; colour only repeats it. Names pass `fit`, which makes them harmless.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.rules.triggers.words import sentence, state_word
from engine.rules.wording import count_of, day_and_clock, state_of
from store.enums import PendingState
from store.frozen import value
from store.instants import Instant, from_us
from store.trigger_values import PendingAction, Trigger
from tui.rows import Cells
from tui.text import fit

_MARKS = {"on": ("●", "+"), "off": ("-", "-"), "paused": ("=", "="), "broken": ("x", "x"), "deleted": ("/", "/")}
"""By the word of a state: its mark, and that of a terminal whose font has only letters."""
_TOKENS = {"on": "ok", "off": "muted", "paused": "warning", "broken": "error", "deleted": "muted"}
_MARK, _STATE = 2, 7


@value
class Coming:
    """An action that waits, and how many tasks it is for where it is for all of a zone, `12 tasks`."""

    action: PendingAction
    many: str

    @property
    def name(self) -> str:
        """What a filter is held against."""
        return f"{self.action.trigger} {self.many or self.action.subject_name}"


@value
class Past:
    """An action that was decided; `act` is what takes it back, None of one that did nothing or is undone."""

    action: PendingAction
    act: int | None

    @property
    def is_undone(self) -> bool:
        """Whether somebody took back what it did."""
        return self.action.act_id is not None and self.act is None


def state_of_trigger(trigger: Trigger) -> str:
    """on, off, paused, broken or deleted."""
    return state_word(
        is_deleted=trigger.deleted_at is not None, is_enabled=trigger.is_enabled,
        is_paused=trigger.pause_reason is not None, is_broken=trigger.error is not None,
    )  # fmt: skip


def state_cells(trigger: Trigger, ascii_marks: bool) -> Cells:
    """The mark and the word."""
    word = state_of_trigger(trigger)
    return [(fit(_MARKS[word][ascii_marks], _MARK), _TOKENS[word]), (fit(word, _STATE), _TOKENS[word])]


def trigger_row(trigger: Trigger, width: int, now: Instant, zone: ZoneInfo, ascii_marks: bool = False) -> Cells:
    """State, name, sentence (or why it is broken or paused), what it is for, next time, times acted.

    What it is for stands in a column of its own where there is room; the heading says of which kind that is.
    """
    state = state_of_trigger(trigger)
    scope, when, times = (20, 18, 7) if width >= 90 else (0, 14, 0)
    room = width - _MARK - _STATE - scope - when - times
    name = max(10, min(30, room * 2 // 5))
    words, token = sentence(trigger), "muted"
    if state == "broken":
        words, token = trigger.error or "nobody knows why", "error"
    elif state == "paused" and trigger.pause_reason:
        words, token = trigger.pause_reason, "warning"
    following = "" if trigger.next_at is None or state != "on" else _when(trigger.next_at, now, zone, when)
    return [
        *state_cells(trigger, ascii_marks),
        (fit(trigger.name, name - 1) + " ", "text" if state == "on" else "muted"),
        (fit(trigger.scope_name or "", max(0, scope - 1)) + " " * bool(scope), "accent"),
        (fit(words, max(0, room - name - 1)) + " ", token),
        (fit(following, when), "text"),
        (fit(f"{trigger.times:,}x" if trigger.times else "", times, align="right"), "muted"),
    ]


def coming_row(row: Coming, width: int, now: Instant, zone: ZoneInfo) -> Cells:
    """When, who or what, what is done, by which trigger."""
    action = row.action
    when = 18 if width >= 66 else 14
    what = 14 if width >= 66 else 10
    by = max(10, (width - when - what) * 2 // 5)
    late = action.due_at < now
    return [
        (fit(_when(action.due_at, now, zone, when), when - 1) + " ", "warning" if late else "text"),
        (fit(row.many or action.subject_name or action.subject, width - when - what - by - 1) + " ", "text"),
        (fit(action.action or "followup", what - 1) + " ", "accent"),
        (fit(action.trigger, by), "muted"),
    ]


def past_row(row: Past, width: int, now: Instant, zone: ZoneInfo, ascii_marks: bool = False) -> Cells:
    """Mark, when, what came of it, to which task, by which trigger, and why, or since when it was missed."""
    action = row.action
    when, word = (18, 10) if width >= 90 else (14, 10)
    what = 14 if width >= 90 else 0
    room = width - _MARK - when - word - what
    subject = room * 3 // 10
    by = room // 5
    mark, said, token = past_state(row, ascii_marks)
    at = _when(action.decided_at or action.due_at, now, zone, when)
    return [
        (fit(mark, _MARK), token),
        (fit(at, when - 1) + " ", "muted"),
        (fit(said, word), token),
        (fit(past_subject(action), subject - 1) + " ", "text"),
        (fit(action.action or "followup", max(0, what - 1)) + " " * bool(what), "accent"),
        (fit(action.trigger, by - 1) + " ", "muted"),
        (fit(past_words(action, now, zone), room - subject - by), "warning" if action.missed_at else "muted"),
    ]


def past_subject(action: PendingAction) -> str:
    """The task or entity; how many tasks, where it was for all of a zone."""
    if action.task_id is None and action.subject.startswith("zone:"):
        return count_of(action.touched, "task")
    return action.subject_name or action.subject


def past_state(row: Past, ascii_marks: bool) -> tuple[str, str, str]:
    """Mark, word and token of what became of an action."""
    if row.is_undone:
        return "<", "undone", "muted"
    if row.action.state is PendingState.ACTED:
        return state_of("done").symbol(ascii_marks), "acted", "ok"
    return "-", "withdrawn", "muted"


def past_words(action: PendingAction, now: Instant, zone: ZoneInfo) -> str:
    """`missed since Sat 14 Jun 00:00` of what was late, else its reason."""
    if action.missed_at is not None:
        since = day_and_clock(from_us(action.missed_at), from_us(now), zone.key)
        return f"missed since {since}"
    return action.reason or ""


def _when(at: Instant, now: Instant, zone: ZoneInfo, width: int) -> str:
    """Day and time in less than `width` cells: without the weekday, then without the time, where it is narrow."""
    words = day_and_clock(from_us(at), from_us(now), zone.key)
    if len(words) >= width:
        words = words.partition(" ")[2]
    return words if len(words) < width else words.rpartition(" ")[0]
