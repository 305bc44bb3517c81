"""A run and a schedule in words, for the detail pane: what they are, what they do, what became of the last ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from textual.content import Content

from engine.rules import progress
from engine.rules.alert_policy import parse_policy
from engine.rules.durations import duration_words
from engine.rules.secrets import masked_params
from engine.rules.when import BadSpec, is_open, preview, sentence
from engine.rules.wording import NEXT_BOOT, bytes_words, count_of, day_and_clock, state_of
from engine.timing import rule_of
from store import values
from store.enums import ACTIVE, FINAL
from store.instants import SECOND, Instant, from_us
from store.reads import artifacts, logs, runs, schedules
from tui.app import Desk
from tui.rows import STATE_TOKENS, bar
from tui.text import safe

TAIL = 8
"""Lines of its log that a run shows."""
NEXT, LAST = 5, 6
"""Occurrences ahead and ledger lines behind that a schedule shows."""
_PARAMS, _TRIES = 12, 5
"""Params and attempts that are shown."""
_COLOURS = {
    "running": "$running", "starting": "$running", "succeeded": "$ok", "failed": "$error", "lost": "$error",
}  # fmt: skip


def run_detail(desk: Desk, run: values.Run) -> Content:
    """A run in words, with its attempts, its files and the end of its log."""
    lines = [
        Content.styled(safe(run.name), "bold"),
        Content.assemble((state_of(run.state).word, _COLOURS.get(run.state, "")), f"  run {run.id}"),
        *_progress(desk, run),
        Content(""),
        *_facts(desk, run),
        *_tries(desk, run),
        Content(""),
        *params_lines(run.controller, run.params),
    ]
    if run.result is not None:
        lines.append(pair("result", json.dumps(masked_params(run.result), ensure_ascii=False)[:400]))
    if run.artifacts:
        lines += [Content(""), Content.styled("files   o saves one", "$muted")]
        found = artifacts.of_run(desk.reader, run.id)
        lines += [Content.assemble(safe(each.name), (f"  {bytes_words(each.size)}", "$muted")) for each in found]
    lines += [Content(""), Content.styled(f"log  {count_of(run.log_lines, 'line')}", "$muted")]
    tail = logs.page(desk.reader, run.id, max(1, run.log_lines - TAIL + 1), TAIL)
    lines += [Content(safe(line.text, 200)) for line in tail]
    return Content("\n").join(lines)


def _progress(desk: Desk, run: values.Run) -> list[Content]:
    if run.state not in ACTIVE or not run.progress:
        return []
    left = progress.remaining(run.progress, run.started_at, run.progress_at, desk.now)
    words = progress.words(run.progress, run.progress_text, run.progress_rate, left)
    return [Content.assemble((bar(run.progress, 30, desk.ascii_marks), "$running")), Content(safe(words))]


def _facts(desk: Desk, run: values.Run) -> list[Content]:
    """When, by whom, why; what is not known is left out."""
    now, zone = desk.clock(), desk.zone.key

    def when(at: Instant | None) -> str:
        return day_and_clock(from_us(at), now, zone) if at is not None else ""

    begun, until = run.started_at, run.finished_at or desk.now
    waits = run.state == "pending" and run.available_at > desk.now + SECOND
    facts = (
        ("why", run.reason or run.error or ""),
        ("error", run.error if run.error and run.reason else ""),
        ("waits", f"until {when(run.available_at)}" if waits else ""),
        ("asked", f"to stop, {when(run.cancel_requested_at)}" if run.cancel_requested_at is not None else ""),
        ("started", when(begun)),
        ("finished", when(run.finished_at)),
        ("took", duration_words((until - begun) / SECOND) if begun is not None else ""),
        ("by", f"schedule {run.schedule}" if run.schedule and run.category == "system" else run.creator),
        ("schedule", run.schedule if run.schedule and run.category != "system" else ""),
        ("category", str(run.category)),
        ("workflow", _workflow(desk, run)),
        ("planned", when(run.planned_at)),
        ("again", f"of run {run.retry_of}" if run.retry_of is not None else ""),
        ("attempt", f"{run.attempts}/{run.max_attempts}"),
        ("limit", duration_words(run.timeout)),
        ("exclusive", "nothing else runs meanwhile" if run.is_exclusive else ""),
        ("pid", str(run.pid) if run.pid and run.state not in FINAL else ""),
    )
    return [pair(label, words or "") for label, words in facts if words]


def _workflow(desk: Desk, run: values.Run) -> str:
    """Of a run that does steps of workflows: `4 refund, pay`; how many, if it asked several."""
    if run.controller != "workflow":
        return ""
    from store.reads import workflows

    steps = workflows.of_run(desk.reader, run.id, 2)
    if len(steps) != 1:
        return f"{len(steps)} steps or more" if steps else ""
    found = workflows.workflow(desk.reader, steps[0].workflow_id)
    return f"{found.id} {found.definition}, {steps[0].node.replace('_', ' ')} ({steps[0].id})"


def _tries(desk: Desk, run: values.Run) -> list[Content]:
    """The attempts, if there was more than one."""
    if run.attempts < 2:
        return []
    lines = [Content(""), Content.styled("attempts", "$muted")]
    for each in runs.attempts(desk.reader, run.id)[-_TRIES:]:
        at = day_and_clock(from_us(each.started_at or each.claimed_at), desk.clock(), desk.zone.key)
        ended = each.error or (f"exit {each.exit_code}" if each.exit_code is not None else "")
        token = _COLOURS.get(each.state, "$muted")
        lines.append(Content.assemble(f"{each.number:>3} ", (f"{each.state:<10}", token), safe(f"{at}  {ended}", 200)))
    return lines


def params_lines(controller: str, params: Mapping[str, Any]) -> list[Content]:
    """The controller and what it gets, a line each; secrets are masked."""
    lines = [Content.assemble(("runs      ", "$muted"), safe(controller))]
    for key, item in list(masked_params(params).items())[:_PARAMS]:
        text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        lines.append(Content.assemble((f"{safe(str(key), 10):<10}", "$muted"), safe(text.replace("\n", " "), 400)))
    return lines


def schedule_detail(desk: Desk, schedule: values.Schedule) -> Content:
    """A schedule in words: its sentence, the next times, the last ones."""
    now = desk.clock()
    lines = [Content.styled(safe(schedule.name), "bold")]
    if schedule.description:
        lines.append(Content.styled(safe(schedule.description), "$muted"))
    lines += [Content(""), *_coming(desk, schedule, now), Content("")]
    lines += params_lines(schedule.controller, schedule.params)
    lines += [pair(label, words) for label, words in _policies(schedule) if words]
    lines += [Content(""), Content.styled("last   [ shows all", "$muted")]
    for line in schedules.ledger(desk.reader, schedule.id, limit=LAST):
        token = f"${STATE_TOKENS.get(line.state, 'text')}"
        many = f" x{line.count:,}" if line.count > 1 else ""
        when = day_and_clock(from_us(line.planned_at), now, desk.zone.key)
        lines.append(
            Content.assemble((f"{state_of(line.state).word:<8}", token), safe(f"  {when}{many}  {line.reason or ''}"))
        )
    return Content("\n").join(lines)


def _policies(schedule: values.Schedule) -> tuple[tuple[str, str], ...]:
    """What it does in trouble; what is as usual and says nothing is left out."""
    retries = f"{schedule.max_retries}"
    if schedule.max_retries:
        first, longest = duration_words(schedule.backoff), duration_words(schedule.backoff_limit)
        retries += f", after {first}, doubled up to {longest}"
    window = schedule.start_window
    return (
        ("limit", duration_words(schedule.timeout)),
        ("retries", retries),
        ("missed", schedule.missed.replace("_", " ")),
        ("late", f"at most {duration_words(schedule.max_lateness)}" if schedule.max_lateness else ""),
        ("overlap", schedule.overlap),
        ("begins", "" if window is None else "however late" if not window else f"within {duration_words(window)}"),
        ("jitter", duration_words(schedule.jitter) if schedule.jitter else ""),
        ("exclusive", "nothing else runs meanwhile" if schedule.is_exclusive else ""),
        ("slot", schedule.slot or ""),
        ("alerts", parse_policy(schedule.alerts).words() if schedule.alerts else ""),
        ("failed", f"{count_of(schedule.failures, 'time')} in a row" if schedule.failures else ""),
    )


def _coming(desk: Desk, schedule: values.Schedule, now: datetime) -> list[Content]:
    if schedule.error:
        return [Content.styled(safe(f"broken: {schedule.error}"), "$error"), Content("e mends it")]
    try:
        rule = rule_of(schedule, desk.reader)
    except BadSpec as fault:
        return [Content.styled(safe(str(fault)), "$error")]
    lines = [Content(safe(sentence(rule)))]
    lines += standstill(schedule, now)
    lines += [Content(""), Content.styled(f"next, {schedule.zone}", "$muted")]
    coming = preview(rule, now, NEXT)
    for planned in coming:
        words = planned.local.strftime("%a %d %b  %H:%M:%S").removesuffix(":00")
        lines.append(Content.assemble(words, "  ", (safe(planned.note, 200), "$warning")))
    if is_open(rule.pattern):
        if not coming and schedule.next_at is not None:
            lines.append(Content(day_and_clock(from_us(schedule.next_at), now, schedule.zone)))
        return [*lines, Content(NEXT_BOOT)]
    return lines if coming else [*lines, Content("no more: it has ended")]


def standstill(row: values.Schedule | values.Template, now: datetime) -> list[Content]:
    """Why nothing happens although it is planned; nothing if all is well."""
    if row.pause_reason is not None:
        until = row.paused_until
        ends = f", until {day_and_clock(from_us(until), now, row.zone)}" if until is not None else ""
        return [Content.styled(safe(f"paused: {row.pause_reason or 'no reason given'}{ends}"), "$warning")]
    return [] if row.is_enabled else [Content.styled("off", "$warning")]


def pair(label: str, words: str) -> Content:
    """A line of a detail: what it is about, and what there is to say."""
    return Content.assemble((f"{safe(label):<10}", "$muted"), safe(words))
