"""A form whose check takes longer than a key may."""

from __future__ import annotations

import threading

from textual.app import App, ComposeResult
from textual.content import Content

from tui.widgets.form import Field, Form, Notes
from tui.widgets.lines import Lines


class Slow(App[None]):
    """A form of one field, whose check waits for `go` while the field holds `slow`."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.began = threading.Event()
        self.asked: list[str] = []
        self.saved: list[str] = []

    def on_form_submitted(self, event: Form.Submitted) -> None:
        self.saved.append(event.values["what"])

    def compose(self) -> ComposeResult:
        yield Form((Field("what", "what"),), self._check, aside=True)

    def _check(self, typed: dict[str, str]) -> Notes:
        self.asked.append(typed["what"])
        if typed["what"] == "slow":
            self.began.set()
            assert self.go.wait(30)
        return Notes(means={"what": f"means {typed['what']}"})


async def test_the_newest_value_wins_over_a_check_that_ends_later() -> None:
    app = Slow()
    async with app.run_test() as pilot:
        form = app.query_one(Form)
        await pilot.press(*"slow")
        while not app.began.is_set():
            await pilot.pause(0.01)
        await pilot.press("e", "r")
        assert form.rows["what"].box.value == "slower", "letters are painted while a check is at work"
        app.go.set()
        await app.workers.wait_for_complete()
        assert form.notes.means == {"what": "means slower"}
        assert app.asked[-2:] == ["slow", "slower"]


async def test_saving_checks_what_stands_there_now() -> None:
    app = Slow()
    async with app.run_test() as pilot:
        form = app.query_one(Form)
        await pilot.press("a", "enter")
        await app.workers.wait_for_complete()
        assert form.notes.means == {"what": "means a"}


async def test_enter_waits_for_a_check_that_is_at_work_and_the_loop_does_not() -> None:
    app = Slow()
    async with app.run_test() as pilot:
        await pilot.press(*"slow", "enter")
        while not app.began.is_set():
            await pilot.pause(0.01)
        assert app.saved == [], "and keys are answered: the loop has come so far"
        app.go.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.saved == ["slow"]


async def test_a_letter_after_enter_takes_enter_back() -> None:
    app = Slow()
    async with app.run_test() as pilot:
        await pilot.press(*"slow", "enter")
        while not app.began.is_set():
            await pilot.pause(0.01)
        await pilot.press("e", "r")
        app.go.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.saved == []
        assert app.query_one(Form).notes.means == {"what": "means slower"}
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.saved == ["slower"]


class Reader(App[None]):
    """Some lines."""

    CSS = "Lines { width: 12; height: 4; scrollbar-size: 1 1; }"

    def compose(self) -> ComposeResult:
        yield Lines()


async def test_lines_wrap_and_can_be_scrolled_to() -> None:
    app = Reader()
    async with app.run_test() as pilot:
        lines = app.query_one(Lines)
        lines.show([Content("one"), Content("two three four five")])
        await pilot.pause()
        assert [lines.render_line(y).text.rstrip() for y in range(4)] == ["one", "two three", "four five", ""]
        assert not lines.show_vertical_scrollbar
        lines.show([Content(f"line {number}") for number in range(9)])
        await pilot.pause()
        assert lines.show_vertical_scrollbar
        lines.scroll_end(animate=False)
        await pilot.pause()
        assert lines.render_line(3).text.rstrip() == "line 8"
        lines.show([Content("short")])
        await pilot.pause()
        assert lines.render_line(0).text.rstrip() == "short"
