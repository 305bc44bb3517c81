"""Triggers: what is said once and then happens, what will happen by it, and what it did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from engine.rules.triggers.words import origin_words
from engine.rules.wording import count_of
from store.enums import Scope
from store.frozen import value
from store.reads import schedules, trigger_groups, triggers
from store.trigger_values import PendingAction, Trigger
from tui.rows import Cells
from tui.screens.triggers_verbs import TriggerVerbs
from tui.screens.view import Item, nothing
from tui.trigger_rows import Coming, Past, coming_row, past_row, trigger_row
from tui.widgets.header import Hints
from tui.widgets.line_list import LineList
from tui.widgets.line_view import LineState
from tui.widgets.pages import Key, Row, Section, section
from tui.widgets.tabs import tab_words

TRIGGERS, UPCOMING, HISTORY = TABS = ("triggers", "upcoming", "history")
TITLES = {
    Scope.ALL: "all tasks", Scope.LIST: "lists", Scope.LABEL: "labels", Scope.USER: "people",
    Scope.TASK: "single tasks", Scope.CLASS: "entities",
}  # fmt: skip
_EMPTY = {
    TRIGGERS: "No trigger yet. a adds one: when, on what, do what. Press i to install ready-made labels.",
    UPCOMING: "Nothing waits for its time.",
    HISTORY: "No trigger has done anything yet.",
}
_HINTS = {
    TRIGGERS: (("a", "add"), ("e", "edit"), ("P", "pause"), ("o", "its history")),
    UPCOMING: (("R", "act now"), ("x", "cancel"), ("enter", "task"), ("o", "only its own")),
    HISTORY: (("u", "undo it"), ("enter", "task"), ("o", "only its own")),
}
_BEGINNING, _END = (-1, -1), (1 << 62, 0)
MANY = 1_000
"""Tasks of a scope, and actions, are counted up to so many."""


@value
class Sought:
    """What the filter asks for: words in a name, or what triggers are for, `label:urgent`."""

    text: str = ""
    scope: Scope | None = None
    scope_ids: tuple[int, ...] | None = None


class Triggers(TriggerVerbs):
    """Three tabs: the triggers, the actions that wait, those that were decided. `o` shows the actions of one."""

    PLACES: ClassVar[tuple[str, ...]] = ("triggers",)
    VIEW = "triggers"
    KINDS = frozenset({
        "trigger", "pending_action", "task", "task_label", "task_assignee", "label", "task_list", "user", "schedule",
        "calendar", "entity_class",
    })  # fmt: skip
    FILTER_HINT = "part of a name, or what it is for: label:urgent, list:house, all; esc clears"

    def __init__(self) -> None:
        super().__init__()
        self.tab = TRIGGERS
        self._one: tuple[int, str] | None = None
        """The trigger whose actions alone are shown."""
        self._many: dict[int, str] = {}

    def make_list(self) -> LineList:
        """Triggers under what they are for; actions by their time."""
        return LineList(self._draw, ascii_marks=self.desk.ascii_marks, empty=_EMPTY[TRIGGERS])

    def on_mount(self) -> None:
        """Read the first page."""
        self.show_rows()

    def on_screen_resume(self) -> None:
        """The triggers of a label, a list or a task may have been asked for."""
        super().on_screen_resume()
        if self.desk.triggers_of is not None:
            (text, number), self.desk.triggers_of = self.desk.triggers_of, None
            self.call_later(self._go_to, text, number)

    async def _go_to(self, text: str, number: int | None) -> None:
        self.tab, self._one = TRIGGERS, None
        if text:
            await self.action_filter()
            self._box.value = text
            self.kept(text)
        else:
            self.filter = ""
            if self._box is not None:
                self._box.value, self._box.display = "", False
        self.show_rows()
        if number is not None:
            found = triggers.trigger(self.desk.reader, number)
            self.list.reveal(found.scope.value, (found.name,))
        self.list.focus()
        self.show_detail()

    def _draw(self, item: Item, width: int, state: LineState) -> Cells:
        row, desk = item.value, self.desk
        if isinstance(row, Trigger):
            return trigger_row(row, width, desk.now, desk.zone, desk.ascii_marks)
        if isinstance(row, Coming):
            return coming_row(row, width, desk.now, desk.zone)
        return past_row(row, width, desk.now, desk.zone, desk.ascii_marks)

    # -- what is shown --------------------------------------------------------------------------------------

    @property
    def sought(self) -> Sought:
        """What the filter asks for."""
        head, colon, name = self.filter.strip().partition(":")
        if head == Scope.ALL and not colon:
            return Sought(scope=Scope.ALL)
        if not colon or head not in set(Scope) or head == Scope.ALL:
            return Sought(self.filter.strip())
        scope = Scope(head)
        return Sought(scope=scope, scope_ids=tuple(trigger_groups.called(self.desk.reader, scope, name.strip())))

    def _sections(self) -> list[Section]:
        self.list.newest_first = self.tab == HISTORY
        if self.tab != TRIGGERS:
            self._many = {}
            return [section(self.tab, None, self._coming if self.tab == UPCOMING else self._past)]
        sought = self.sought
        found = trigger_groups.groups(self.desk.reader, sought.text, sought.scope, sought.scope_ids)
        return [section(each.value, TITLES[each], self._fetch, number) for each, number in found] or [
            section("nothing", None, nothing)
        ]

    def _fetch(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        sought = self.sought
        found = triggers.page(
            self.desk.reader,
            after=str(after[0]) if after else None,
            before=None if before is None else str(before[0]) if before else schedules.LAST,
            offset=offset or 0,
            limit=limit,
            text=sought.text,
            scope=Scope(section),
            scope_ids=sought.scope_ids,
        )
        return [Item((each.name,), each.id, each, self.desk.today) for each in found]

    def _coming(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        found = triggers.upcoming(
            self.desk.reader,
            after=_place(after) if after else None,
            before=None if before is None else _place(before) if before else _END,
            offset=offset or 0,
            limit=limit,
            trigger_id=self._one[0] if self._one else None,
            text=self.filter.strip(),
        )
        return [
            Item((each.due_at, each.id), each.id, Coming(each, self._how_many(each)), self.desk.today) for each in found
        ]

    def _past(
        self, section: str, after: Key | None, before: Key | None, offset: int | None, limit: int
    ) -> Sequence[Row]:
        found = triggers.decided(
            self.desk.reader,
            before=_place(after) if after else None,
            after=None if before is None else _place(before) if before else _BEGINNING,
            offset=offset or 0,
            limit=limit,
            trigger_id=self._one[0] if self._one else None,
            text=self.filter.strip(),
        )
        acts = [each.act_id for each in found if each.act_id is not None]
        standing = trigger_groups.standing(self.desk.reader, acts)
        return [
            Item(
                (-(each.decided_at or 0), -each.id),
                each.id,
                Past(each, standing.get(each.act_id or 0)),
                self.desk.today,
            )
            for each in found
        ]

    def _how_many(self, action: PendingAction) -> str:
        """`12 tasks, label weekly`, for an action that is for all tasks of a zone; empty for one of its own."""
        if action.task_id is not None or action.entity_id is not None or action.trigger_id is None:
            return ""
        words = self._many.get(action.trigger_id)
        if words is None:
            of = triggers.trigger(self.desk.reader, action.trigger_id)
            number = trigger_groups.tasks_in(self.desk.reader, of.scope, of.scope_id, MANY)
            many = f"over {MANY:,} tasks" if number > MANY else count_of(number, "task")
            words = self._many[of.id] = f"{many}, {origin_words(of.scope, of.scope_name)}"
        return words if action.subject_name == self.desk.zone.key else f"{words}, {action.subject_name}"

    def show_rows(self) -> None:
        """Build the list for tab and filter."""
        if not self.filter:
            self.list.empty = self._sentence = _EMPTY[self.tab]
        self.list.show(self._sections())
        self.words()

    def refresh_data(self) -> None:
        """Read again; the cursor stays on its line."""
        self.list.refresh_data(self._sections())
        self.words()
        self.show_detail()

    def words(self) -> None:
        """The tabs, and what the one in front holds."""
        found = f" matching {self.filter}" if self.filter else ""
        whose = f"of {self._one[1]} alone, o shows all" if self._one and self.tab != TRIGGERS else ""
        self.say(
            *tab_words(TABS, self.tab),
            (self._counted() + found, "text"),
            (f" · {whose}" if whose else "", "accent"),
            (f" · {len(self.list.marked):,} marked" if self.list.marked else "", "mark bold"),
        )

    def _counted(self) -> str:
        if self.tab == TRIGGERS:
            sought = self.sought
            found = trigger_groups.groups(self.desk.reader, sought.text, sought.scope, sought.scope_ids)
            return count_of(sum(number for _, number in found), "trigger")
        return "what comes, the next first" if self.tab == UPCOMING else "what was done, the newest first"

    def detail(self) -> Content:
        """The row in sentences."""
        from tui.trigger_words import detail_of_row

        return detail_of_row(self.desk, self.current)

    # -- tabs -----------------------------------------------------------------------------------------------

    def action_tab(self, by: int) -> None:
        """The next tab, or the one before."""
        self._turn(TABS[(TABS.index(self.tab) + by) % len(TABS)])

    def action_one(self) -> None:
        """Only the actions of the trigger under the cursor; again: of all."""
        trigger = self.trigger
        if self._one is not None and self.tab != TRIGGERS:
            self._one = None
        elif trigger is None:
            self.notify("Put the cursor on a line first.")
            return
        else:
            self._one = (trigger.id, trigger.name)
        self._turn(HISTORY if self.tab == TRIGGERS else self.tab)

    def hints(self) -> tuple[tuple[str, str], ...]:
        """What the tab in front is for."""
        return (*_HINTS[self.tab], ("[ ]", "tabs"), ("w", "why"), ("?", "keys"))

    def _turn(self, tab: str) -> None:
        if tab == TRIGGERS:
            self._one = None
        self.tab = tab
        self.query_one(Hints).pairs = self.hints()
        self.list.set_marks(())
        self.show_rows()
        self.show_detail()


def _place(key: Key) -> tuple[int, int]:
    """Of a key that counts down (`_past`), or up, the place in the store."""
    return abs(int(str(key[0]))), abs(int(str(key[1])))
