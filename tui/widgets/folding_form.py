"""A form of many fields in groups. A group that is rarely used is one line, which says what in it is unusual.

Rows of a group are made when it is first opened, so a form of forty fields opens as fast as one of ten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.text import safe
from tui.widgets.form import Field, Form, Notes

LONG = 24
"""Cells that a value takes at most in the line of a folded group."""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under a heading; without a title they cannot be folded."""

    key: str
    title: str
    fields: tuple[Field, ...]
    folded: bool = True


class Heading(Static, can_focus=True):
    """The line above a group."""

    BINDINGS = [
        Binding("right,l", "fold(False)", "open", show=False),
        Binding("left,h", "fold(True)", "close", show=False),
        Binding("space", "turn", "open or close", show=False),
    ]

    class Folded(Message):
        """The person wants the group open, or closed."""

        def __init__(self, key: str, folded: bool) -> None:
            super().__init__()
            self.key = key
            self.folded = folded

    def __init__(self, group: Group, ascii_marks: bool) -> None:
        super().__init__(classes="heading", markup=False)
        self.group = group
        self.folded = group.folded
        self._said: tuple[object, ...] = ()
        self._marks = ("v", ">") if ascii_marks else ("▾", "▸")

    def say(self, summary: str, wrong: str) -> None:
        """What is wrong inside, else what is unusual while it is closed."""
        if (now := (self.folded, self.group, summary, wrong)) == self._said:
            return
        self._said = now
        words: list[Any] = [(f"{self._marks[self.folded]} {safe(self.group.title)}", "$heading")]
        if self.folded:
            words.append((f"   {safe(wrong or summary)}", "$error" if wrong else "$muted"))
        self.update(Content.assemble(*words), layout=False)

    def action_fold(self, folded: bool) -> None:
        """Ask for it."""
        if folded != self.folded:
            self.post_message(self.Folded(self.group.key, folded))

    def action_turn(self) -> None:
        """The other way."""
        self.action_fold(not self.folded)

    def on_click(self) -> None:
        """As space does."""
        self.action_turn()


class FoldingForm(Form):
    """The groups in order. Space, right and left open and close them; what is wrong inside opens them."""

    def __init__(
        self, groups: tuple[Group, ...], check: Callable[[dict[str, str]], Notes], *, ascii_marks: bool = False
    ) -> None:
        super().__init__(tuple(field for group in groups for field in group.fields), check, aside=True)
        self.groups = {group.key: group for group in groups}
        self._ascii = ascii_marks
        self._headings: dict[str, Heading] = {}
        self._boxes: dict[str, Vertical] = {}

    def compose(self) -> ComposeResult:
        """Headings, and under those that are open their rows."""
        for group in self.groups.values():
            if group.title:
                self._headings[group.key] = heading = Heading(group, self._ascii)
                yield heading
            rows = [] if self._is_folded(group.key) else [self.row(field) for field in group.fields]
            self._boxes[group.key] = box = Vertical(*rows, classes="group")
            box.display = bool(rows)
            yield box

    def _is_folded(self, key: str) -> bool:
        return key in self._headings and self._headings[key].folded

    def say(self) -> None:
        """Headings too say what is wrong under them."""
        super().say()
        texts = self.values
        for key, heading in self._headings.items():
            fields = self.groups[key].fields
            wrong = [f"{each.label}: {self.notes.wrong[each.name]}" for each in fields if each.name in self.notes.wrong]
            heading.say(_unusual(fields, texts), wrong[0] if wrong else "")

    async def set_group(self, key: str, fields: tuple[Field, ...]) -> None:
        """Other fields in a group. What was typed into the old ones is kept, should they come back."""
        if fields == self.groups[key].fields:
            return
        kept = self.values
        for old in self.groups[key].fields:
            self.rows.pop(old.name, None)
        self.groups[key] = group = replace(self.groups[key], fields=fields)
        self._texts = {each.name: each.value for each in fields} | kept
        if key in self._headings:
            self._headings[key].group = group
            self._headings[key].display = bool(fields)
        box = self._boxes[key]
        await box.remove_children()
        if not self._is_folded(key):
            await self._fill(key)
        self.check_anew()

    async def _fill(self, key: str) -> None:
        rows = [self.row(field) for field in self.groups[key].fields]
        self._in_order()
        await self._boxes[key].mount(*rows)
        self._boxes[key].display = bool(rows)

    def _in_order(self) -> None:
        """The rows as they stand on the screen: the first that is wrong is the first that is seen."""
        names = [field.name for group in self.groups.values() for field in group.fields]
        self.rows = {name: self.rows[name] for name in names if name in self.rows}

    @on(Heading.Folded)
    async def _folded(self, event: Heading.Folded) -> None:
        event.stop()
        await self.fold(event.key, event.folded)

    async def fold(self, key: str, folded: bool) -> None:
        """Close a group, or open it."""
        self._headings[key].folded = folded
        if not folded and not self._boxes[key].children:
            await self._fill(key)
        self._boxes[key].display = not folded
        self.say()

    async def action_submit(self) -> None:
        """On a heading: open or close it. Else save."""
        if isinstance(self.app.focused, Heading):
            self.app.focused.action_turn()
        else:
            await super().action_submit()

    async def decide(self) -> None:
        """Save, or go to what is wrong, wherever it is folded away."""
        for key, group in self.groups.items():
            if self._is_folded(key) and any(field.name in self.notes.wrong for field in group.fields):
                await self.fold(key, False)
        await super().decide()


def _unusual(fields: tuple[Field, ...], texts: dict[str, str]) -> str:
    """`retries 2 · slot gpu:2`, or `as usual`."""
    found = [
        f"{each.label} {safe(texts[each.name], LONG)}"
        for each in fields
        if texts.get(each.name, "") not in ("", each.usual)
    ]
    return " · ".join(found) or "as usual"
