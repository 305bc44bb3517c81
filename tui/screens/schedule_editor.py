"""The schedule editor: a form at the left, and while it is typed the sentence and the next times at the right."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.controllers import CONTROLLERS
from engine.operations.saving import BadKey
from engine.operations.schedule_fields import columns_of, rule_for
from engine.rules.durations import duration_text, duration_words, parse_duration
from engine.rules.errors import BadValue
from engine.rules.when import Rule, preview, sentence
from engine.rules.wording import day_and_clock
from store import values
from store.enums import AfterExecution, Missed, Overlap, RepeatAxis
from store.instants import from_us, to_us
from themes import FORM_SHEET
from tui.screens.view import Base
from tui.text import safe
from tui.widgets.form import Field, Form, Notes
from tui.widgets.header import Header, Hints, Place

AHEAD = 5
"""Occurrences shown while typing."""

_MEANS = {
    "missed": {
        "skip": "what was missed stays missed", "run_once": "all missed become one run",
        "run_all": "each missed one runs, oldest first",
    },
    "overlap": {
        "skip": "not while the last one runs", "queue": "one waits for the last to end",
        "allow": "beside the last one", "replace": "the last one is stopped first",
    },
    "after_execution": {
        "keep": "a one-off stays, without a next time", "disable": "a one-off is switched off",
        "delete": "a one-off is removed, its runs stay",
    },
    "is_exclusive": {"no": "", "yes": "nothing else runs meanwhile"},
}  # fmt: skip


_SHORT = {
    "start": "start_at", "end": "end_at", "count": "max_count", "exclude": "excluded_dates",
    "exclusive": "is_exclusive",
}  # fmt: skip
"""Parameter of the operation -> field of the form."""

_NEW = {
    "timeout": "1h", "max_retries": "0", "missed": Missed.RUN_ONCE.value, "overlap": Overlap.SKIP.value,
    "after_execution": AfterExecution.DISABLE.value,
}  # fmt: skip
_FIELDS_OF = {**_SHORT, "params": "command"}


class ScheduleEditor(Base):
    """A new schedule, or changes of one. Nothing typed is lost to a mistake."""

    CSS_PATH = FORM_SHEET
    PLACES: ClassVar[tuple[str, ...]] = ()

    def __init__(self, schedule: values.Schedule | None) -> None:
        super().__init__()
        self._schedule = schedule
        self._before = _texts(schedule) if schedule else {}

    def compose(self) -> ComposeResult:
        """Form and preview."""
        yield Header("schedules")
        yield Place()
        with Horizontal(id="editor"):
            yield Form(_fields(self._schedule, self.desk.zone.key), self._check)
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(id="preview-text", markup=False)
        yield Hints()

    def on_mount(self) -> None:
        """Say what is edited, and show what the values mean."""
        name = safe(self._schedule.name) if self._schedule else "new schedule"
        self.query_one(Place).words = ((name, "text bold"), ("   edit schedule", "muted"))
        self.query_one(Hints).pairs = (
            ("enter", "save"), ("esc", "leave"), ("tab", "next field"), ("left right", "choose"),
        )  # fmt: skip
        self._show()

    @on(Form.Changed)
    def _show(self) -> None:
        self.query_one("#preview-text", Static).update(Content("\n").join(self.query_one(Form).notes.preview))

    @on(Form.Submitted)
    def _save(self, event: Form.Submitted) -> None:
        from engine.operations.schedules import add, edit

        given = _given(event.values)
        given |= {short: given.pop(key) for short, key in _SHORT.items()}
        if self._schedule is None:
            self.desk.perform(add, given.pop("name"), then=self._saved, **given)
        else:
            self.desk.perform(edit, self._schedule.name, then=self._saved, rev=self._schedule.rev, **given)

    def _saved(self, schedule: values.Schedule) -> None:
        self.notify(f"Saved: {schedule.name}", markup=False)
        self.dismiss()

    async def action_back(self) -> None:
        """Leave; what was changed is named first, so that nothing typed is lost by one key."""
        from tui.screens.dialog import Confirm

        now = self.query_one(Form).values
        changed = [name for name, value in now.items() if value != self._before.get(name, "")]
        if self._schedule is None or not changed:
            self.dismiss()
            return
        question = f"Leave without saving? Changed: {', '.join(changed)}."

        def answer(yes: bool | None) -> None:
            if yes:
                self.dismiss()

        self.desk.push_screen(Confirm(question, "leave"), answer)

    def _check(self, typed: dict[str, str]) -> Notes:
        """The rules of the operation itself, asked while typing: the first field that is wrong says why."""
        now = self.desk.clock()
        means = {name: words.get(typed[name], "") for name, words in _MEANS.items()}
        for name in ("timeout", "max_lateness"):
            with suppress(BadValue):
                means[name] = duration_words(parse_duration(typed[name]))
        anchor = self._schedule.anchor_at if self._schedule else to_us(now)
        wrong = {} if typed["command"].strip() else {"command": "what shall run?"}
        given = _given(typed) | {"command": typed["command"].strip() or "true", "name": typed["name"].strip() or "-"}
        if not typed["name"].strip():
            wrong["name"] = "a schedule needs a name"
        try:
            rule = rule_for(columns_of(given, self._schedule, now, self.desk.zone.key), anchor)
        except BadKey as fault:
            field, words = _FIELDS_OF.get(fault.key, fault.key), str(fault).removeprefix(f"{fault.key}: ")
            return Notes({**wrong, field: words}, means, (Content.styled(safe(words), "$error"),))
        except BadValue as fault:
            return Notes({**wrong, "command": str(fault)}, means, (Content.styled(safe(str(fault)), "$error"),))
        means["spec"] = means["moment"] = sentence(rule).removesuffix(f", {rule.zone}")
        return Notes(wrong, means, self._preview(rule, now))

    def _preview(self, rule: Rule, now: datetime) -> tuple[Content, ...]:
        lines = [Content(safe(sentence(rule))), Content(""), Content.styled(f"next, {rule.zone}", "$muted")]
        planned = preview(rule, now, AHEAD)
        for each in planned:
            lines.append(Content(each.local.strftime("%a %d %b %Y  %H:%M:%S").removesuffix(":00")))
            if each.note:
                lines.append(Content.styled(f"  {each.note}", "$warning"))
        if not planned:
            lines.append(Content.styled("no more: it has ended", "$warning"))
        if self._schedule is not None and self._schedule.next_at is not None:
            before = day_and_clock(from_us(self._schedule.next_at), now, rule.zone)
            lines += [Content(""), Content.styled(f"planned before this edit: {before}", "$muted")]
        return tuple(lines)


def _fields(schedule: values.Schedule | None, zone: str) -> tuple[Field, ...]:
    now = _texts(schedule) if schedule else _NEW | {"zone": zone}
    when: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        ("spec", "when", "daily 02:30, weekly mon,thu 09:00, cron: 30 2 * * *", ()),
    )
    if schedule is not None and schedule.moment is not None:
        axes = tuple(each.value for each in RepeatAxis)
        when = (
            ("moment", "first time", "", ()),
            ("repeat_axis", "every", "", axes),
            ("repeat_step", "how many", "", ()),
        )
    rows = (
        ("name", "name", "", ()),
        *when,
        ("zone", "zone", "", ()),
        ("controller", "controller", "", tuple(CONTROLLERS)),
        ("command", "command", "", ()),
        ("timeout", "timeout", "", ()),
        ("max_retries", "retries", "after a failure", ()),
        ("missed", "missed", "", (Missed.RUN_ONCE.value, Missed.SKIP.value, Missed.RUN_ALL.value)),
        ("max_lateness", "at most late", "empty: any", ()),
        ("overlap", "overlap", "", tuple(each.value for each in Overlap)),
        ("is_exclusive", "exclusive", "", ("no", "yes")),
        ("after_execution", "after a one-off", "", tuple(each.value for each in AfterExecution)),
        ("start_at", "start", "empty: at once", ()),
        ("end_at", "end", "empty: never", ()),
        ("max_count", "count", "empty: no limit", ()),
        ("excluded_dates", "not on", "dates, with spaces between", ()),
        ("description", "description", "", ()),
    )
    return tuple(Field(name, label, now.get(name, ""), hint, choices) for name, label, hint, choices in rows)


def _texts(schedule: values.Schedule) -> dict[str, str]:
    """The values of a schedule as they are typed."""
    zone = schedule.zone

    def instant(at: int | None) -> str:
        return from_us(at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at is not None else ""

    return {
        "name": schedule.name,
        "spec": schedule.spec or "",
        "moment": instant(schedule.moment),
        "repeat_axis": schedule.repeat_axis or "",
        "repeat_step": str(schedule.repeat_step or ""),
        "zone": zone,
        "controller": schedule.controller,
        "command": str(schedule.params.get("command", "")),
        "timeout": duration_text(schedule.timeout),
        "max_retries": str(schedule.max_retries),
        "missed": schedule.missed.value,
        "max_lateness": duration_text(schedule.max_lateness) if schedule.max_lateness else "",
        "overlap": schedule.overlap.value,
        "is_exclusive": "yes" if schedule.is_exclusive else "no",
        "after_execution": schedule.after_execution.value,
        "start_at": instant(schedule.start_at),
        "end_at": instant(schedule.end_at),
        "max_count": str(schedule.max_count or ""),
        "excluded_dates": " ".join(day.isoformat() for day in schedule.excluded_dates),
        "description": schedule.description,
    }


def _given(typed: Mapping[str, str]) -> dict[str, Any]:
    """What the operation takes, from what was typed."""
    given: dict[str, Any] = dict(typed)
    given["is_exclusive"] = typed["is_exclusive"] == "yes"
    given["excluded_dates"] = _days(typed["excluded_dates"])
    return given


def _days(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())
