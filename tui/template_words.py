"""A template as a row of a list and in words: when it recurs, what it makes, which days there are and which are not."""

from __future__ import annotations

from datetime import date

from textual.content import Content

from engine.ledger import standing
from engine.queries.recurring import rule_words
from engine.rules.errors import BadValue
from engine.rules.when import Planned, preview
from engine.rules.wording import count_of, day_and_clock, long_day, short_day
from engine.rules.zones import local
from store import values
from store.enums import Action, Basis
from store.instants import Instant, from_us
from store.reads import templates
from tui.app import Desk
from tui.job_details import pair, standstill
from tui.rows import Cells
from tui.text import fit, safe

NEXT = 5
"""Dates ahead that a detail shows."""


def template_row(made: values.Template, width: int, now: Instant, zone: str, coming: date | None) -> Cells:
    """Mark, name, rule, the next day, open tasks, horizon and the last day that was made.

    `coming` is the day on which the next of its open tasks is due.
    """
    mark, token, following = template_state(made, now, coming)
    today = local(from_us(now), zone).date()
    spec, after, tasks = (26, 18, 8) if width >= 90 else (18, 14, 8)
    ahead, last = (14, 12) if width >= 116 else (0, 0)
    name = max(8, width - 2 - spec - after - tasks - ahead - last)
    mine = made.last_created_task_end_date
    return [
        (fit(mark, 2), token),
        (fit(made.name, name - 1) + " ", "text" if made.is_enabled else "muted"),
        (fit(_rule(made), spec - 1) + " ", "muted"),
        (fit(following, after - 1) + " ", "text" if token == "ok" else token),
        (fit(f"{made.open_tasks:,} open" if made.open_tasks else "", tasks), "text"),
        (fit(f"ahead {made.horizon}" if made.horizon else "", max(0, ahead - 1)) + " " * bool(ahead), "muted"),
        (fit(f"to {short_day(mine, today)}" if mine else "", last), "muted"),
    ]


def template_state(made: values.Template, now: Instant, coming: date | None) -> tuple[str, str, str]:
    """Mark, token, and what comes next or why nothing does."""
    if made.error:
        return "x", "error", "broken: see w"
    if made.pause_reason is not None:
        return "=", "warning", "paused"
    if not made.is_enabled:
        return "-", "muted", "off"
    today = local(from_us(now), made.zone).date()
    if coming is not None:
        return " ", "ok", "today" if coming == today else short_day(coming, today)
    if made.next_at is not None:
        at = local(from_us(made.next_at), made.zone)
        if at.hour or at.minute:
            return " ", "ok", day_and_clock(at, from_us(now), made.zone)
        return " ", "ok", short_day(at.date(), today)
    if made.basis is Basis.COMPLETION and made.open_tasks:
        return " ", "muted", "when it is done"
    return " ", "muted", "ended" if made.last_checked_at is not None else "not looked at"


def _rule(made: values.Template) -> str:
    spec = made.spec or ""
    return spec.replace("every", "every!", 1) if made.basis is Basis.COMPLETION else spec


def template_detail(desk: Desk, made: values.Template) -> Content:
    """A template in words: its sentence, the next dates, what its tasks look like, which days are left out."""
    lines = [Content.styled(safe(made.name), "bold")]
    if made.task_name != made.name:
        lines.append(Content.styled(safe(f"makes: {made.task_name}"), "$muted"))
    lines += [Content(""), *_coming(desk, made), Content("")]
    lines += [pair(label, words) for label, words in _facts(desk, made) if words]
    skips = templates.skips(desk.reader, made.schedule_id, desk.today)
    if skips:
        lines += [Content(""), Content.styled("left out   enter lists them, s undoes one", "$muted")]
        lines += [Content(safe(skip_words(each), 200)) for each in skips[:NEXT]]
    if made.notes:
        notes = [Content(safe(line)) for line in made.notes.split("\n")[:20]]
        lines += [Content(""), Content.styled("notes", "$muted"), *notes]
    return Content("\n").join(lines)


def recurring_lines(desk: Desk, task: values.Task) -> list[Content]:
    """Of a task that recurs: its rule, the next date, and the keys that change it."""
    assert task.template_id is not None
    made = templates.template(desk.reader, task.template_id)
    lines = [pair("template", f"{made.name}{'   changed by hand' if task.is_edited else ''}")]
    if made.deleted_at is not None:
        return [*lines, pair("", "deleted: it recurs no more")]
    try:
        words, planned = next_dates(desk, made, 1)
    except BadValue as fault:
        return [*lines, pair("recurs", f"broken: {fault}")]
    following = day_words(planned[0]) if planned else "when this one is done" if made.basis is Basis.COMPLETION else "-"
    state = "paused" if made.pause_reason is not None else "" if made.is_enabled else "off"
    keys = pair("", "r changes, s skips")
    return [*lines, pair("recurs", words), pair("next", f"{following}{f'   {state}' if state else ''}"), keys]


def skip_words(skip: values.Skip) -> str:
    """`Mon 23 Jun 2025  by Ana: away`."""
    return f"{long_day(skip.day)}  by {skip.by or 'the system'}{f': {skip.reason}' if skip.reason else ''}"


def next_dates(desk: Desk, made: values.Template, number: int) -> tuple[str, tuple[Planned, ...]]:
    """The sentence, and the next dates from today on, those that are left out among them. BadValue if broken."""
    rule = standing(desk.reader, made.schedule_id).rule(desk.reader)
    words = rule_words(rule, is_counted=made.basis is Basis.COMPLETION)
    if made.basis is Basis.COMPLETION and made.next_at is None:
        return words, ()
    return words, preview(rule, desk.clock(), number)


def _coming(desk: Desk, made: values.Template) -> list[Content]:
    if made.error:
        return [Content.styled(safe(f"broken: {made.error}", 600), "$error"), Content("e mends it")]
    try:
        words, planned = next_dates(desk, made, NEXT)
    except BadValue as fault:
        return [Content.styled(safe(str(fault)), "$error")]
    lines = [Content(safe(words))]
    lines += standstill(made, desk.clock())
    lines += [Content(""), Content.styled(f"next, {made.zone}", "$muted")]
    left_out = {each.day for each in templates.skips(desk.reader, made.schedule_id, desk.today)}
    for each in planned:
        day = each.local.date()
        odd = "; ".join(filter(None, ("left out" if day in left_out else "", each.note)))
        lines.append(Content.assemble(day_words(each), "  ", (safe(odd, 200), "$warning")))
    if not planned:
        lines.append(Content("when the open one is done" if made.open_tasks else "no more: it has ended"))
    return lines


def day_words(planned: Planned) -> str:
    """`Fri 28 Nov 2025`, with the time if there is one."""
    at = planned.local
    return long_day(at.date()) + (f" {at:%H:%M}" if at.hour or at.minute else "")


def _facts(desk: Desk, made: values.Template) -> tuple[tuple[str, str], ...]:
    last: date | None = made.last_created_task_end_date
    mode = "opens its one task again" if made.mode is Action.REOPEN else "makes a task each time"
    checked = made.last_checked_at
    return (
        ("open", count_of(made.open_tasks, "task")),
        ("mode", mode),
        ("ahead", made.horizon or "as the setting says"),
        ("made to", long_day(last) if last else "-"),
        ("looked at", day_and_clock(from_us(checked), desk.clock(), desk.zone.key) if checked else "not yet"),
        ("takes", made.duration if made.duration not in ("", "0d") else ""),
        ("visible", f"{made.visible} before" if made.visible else ""),
        ("missed", made.missed.replace("_", " ")),
        ("day off", made.roll if made.roll != "none" else ""),
        ("calendar", made.calendar or ""),
        ("list", (made.list or "").replace("/", " / ")),
        ("labels", " ".join(f"@{name}" for name in made.labels)),
        ("assignees", ", ".join(made.assignees)),
        ("priority", str(made.priority or "")),
        ("group", made.tasks_group_name),
        ("about", f"{made.object_class}/{made.object_id}" if made.object_id else ""),
        ("checklist", " · ".join(made.checklist)),
    )
