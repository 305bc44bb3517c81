"""Notices: what people should be told, newest first; `d` puts one away, `z` for an hour, enter goes to its cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.content import Content

from engine.delivery_words import delivery_words
from engine.rules.wording import ago, count_of, day_and_clock
from store.instants import from_us
from store.reads import deliveries, notifications
from store.reads.notifications import MOST, Notice
from tui.announcing import viewer_of
from tui.explaining import explain
from tui.rows import Cells
from tui.screens.view import Item, View
from tui.text import fit, safe
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, section

TOKENS = {"urgent": "error", "important": "error", "warning": "warning", "notice": "text"}
"""Severity -> theme token; the word stands beside it."""
_MARKS = {"urgent": "!", "important": "!", "warning": "-", "notice": " "}
_LISTED = 8
"""Messages of one notice that are listed."""


class Notices(View):
    """The list of what was told and is not put away."""

    PLACES: ClassVar[tuple[str, ...]] = ("notices",)
    KINDS = frozenset({"notification", "delivery", "task", "task_assignee"})

    def make_list(self) -> LineList:
        """One section: notices come newest first and never move."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks, empty="Nothing to tell. q goes back.")

    def hints(self) -> tuple[tuple[str, str], ...]:
        """What is done with notices comes first; it lies over a view, so the way back is named too."""
        why, *own, more = super().hints()
        return (*own, why, ("q", "back"), more)

    def on_mount(self) -> None:
        """Read the newest page."""
        self.list.show([section("notices", None, self._fetch)])
        self._words()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        return notice_row(
            item.value, width, day_and_clock(from_us(item.value.at), self.desk.clock(), self.desk.zone.key)
        )

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        reader, who = self.desk.reader, viewer_of(self.desk)
        if before is not None:
            newer = int(str(before[0])) if before else 0
            found = notifications.page(reader, who, after=newer, limit=limit)
        elif after is not None:
            found = notifications.page(reader, who, before=int(str(after[0])), limit=limit)
        else:
            found = notifications.page(reader, who, limit=limit + (offset or 0))[offset or 0 :]
        return [Item((notice.id,), notice.id, notice) for notice in found]

    def refresh_data(self) -> None:
        """Read the rows in view again."""
        self.list.refresh_data()
        self._words()
        self.show_detail()

    def _words(self) -> None:
        number = notifications.count(self.desk.reader, viewer_of(self.desk))
        more = "+" if number >= MOST else ""
        self.say((f"{number:,}{more} {'notice' if number == 1 else 'notices'}", "text"), ("   newest first", "muted"))

    def detail(self) -> Content:
        """The notice in words."""
        notice = self.current
        if not isinstance(notice, Notice):
            return Content("")
        told = f"{day_and_clock(from_us(notice.at), self.desk.clock(), self.desk.zone.key)}"
        sent = self._sent(notice)
        return Content("\n").join([
            Content.styled(safe(notice.subject), "bold"),
            Content.styled(f"{notice.severity}  {told}, {ago(from_us(notice.at), self.desk.clock())}", "$muted"),
            Content(""),
            Content(safe(notice.text, 2_000)),
            Content(""),
            *(Content.styled(safe(words), "$muted") for words in (*sent, *[""] * bool(sent))),
            Content.styled(f"enter {_leads_to(notice)}", "$muted"),
        ])  # fmt: skip

    def open_current(self) -> None:
        """Enter: go to the run, the schedule or the task that it is about."""
        notice = self.current
        if not isinstance(notice, Notice):
            return
        self.app.pop_screen()
        if notice.run_id is not None:
            self.desk.open_log(notice.run_id)
        else:
            self.desk.action_view(_view(notice))

    def _do(self, call: Callable[..., Any], **params: Any) -> None:
        numbers = sorted(number for number in self.list.targets() if isinstance(number, int))
        if numbers:
            self.desk.perform(call, *numbers, then=lambda _: self.list.set_marks(()), **params)

    def action_put_away(self) -> None:
        """Put away what is marked, else this one."""
        from engine.operations.notifications import dismiss

        self._do(dismiss)

    def action_put_all_away(self) -> None:
        """Put away all there are, after asking."""
        from engine.operations.notifications import dismiss
        from tui.screens.dialog import Confirm

        number = notifications.count(self.desk.reader, viewer_of(self.desk))

        def answered(yes: bool | None) -> None:
            if yes:
                self.desk.perform(dismiss, every=True)

        if number:
            self.app.push_screen(Confirm(f"Put away {count_of(number, 'notice')}?", "put away"), answered)

    def action_snooze(self) -> None:
        """Put away for an hour."""
        from engine.operations.notifications import snooze

        self._do(snooze)

    def action_why(self) -> None:
        """Why the thing is as it is that this notice is about."""
        notice = self.current
        if not isinstance(notice, Notice):
            return
        things = (("run", notice.run_id), ("task", notice.task_id), ("schedule", notice.schedule_id))
        for kind, number in things:
            if number is not None:
                explain(self.desk, kind, number, self._sent(notice))
                return
        explain(self.desk, "notice", notice.id)

    def _sent(self, notice: Notice) -> list[str]:
        """What went out of it, to whom, and what came of it."""
        found = deliveries.of_notice(self.desk.reader, notice.id)
        lines = [delivery_words(each, self.desk.zone.key) for each in found[:_LISTED]]
        return lines + [f"And {len(found) - _LISTED:,} more messages."] * (len(found) > _LISTED)


def notice_row(notice: Notice, width: int, when: str) -> Cells:
    """Mark, severity, what, when, and more about it where there is room."""
    token = TOKENS.get(notice.severity, "text")
    wide = width >= 90
    more = max(0, width // 3) if wide else 0
    subject = max(8, width - 2 - 10 - 18 - more)
    return [
        (fit(_MARKS.get(notice.severity, " "), 2), token),
        (fit(notice.severity, 10), token),
        (fit(notice.subject, subject - 1) + " ", "text"),
        (fit(notice.text, more - 1) + " " if more else "", "muted"),
        (fit(when, 18), "muted"),
    ]


def _leads_to(notice: Notice) -> str:
    if notice.run_id is not None:
        return f"reads the log of run {notice.run_id}"
    return f"goes to {_view(notice).capitalize()}"


def _view(notice: Notice) -> str:
    """Where the thing stands that it is about."""
    if notice.task_id is not None:
        return "followups"
    return "triggers" if notice.kind == "trigger" and notice.schedule_id is None else "schedules"
