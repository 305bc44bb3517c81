"""A filter is answered beside the loop: keys are heard meanwhile, what is outdated is thrown away, pages are cheap."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from engine.operations import tasks
from store.connection import connect
from tests.desk import Desk
from tests.tui import waiting
from tests.tui.screens.stage import picture, press, settle, shown, store_with_stays, type_in, view
from tui.screens.sifted import SiftedTasks


class SlowStore:
    """Connections of workers, each of which waits at its first statement until it is let go."""

    def __init__(self) -> None:
        self.gates: list[Event] = []
        self.is_slow = True

    def connect(self, screen: SiftedTasks) -> sqlite3.Connection:
        connection = connect(screen.desk.store, read_only=True)
        if self.is_slow:
            gate = Event()
            self.gates.append(gate)
            connection.set_trace_callback(lambda _: gate.wait(20) and None)
        return connection


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowStore]:
    store = SlowStore()
    monkeypatch.setattr(SiftedTasks, "in_thread", lambda screen: store.connect(screen))
    yield store
    for gate in store.gates:
        gate.set()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = store_with_stays(tmp_path / "desk.db")
    at = desk.at("2025-06-10")
    for number in range(1, 301):
        tasks.add(desk.ana, at, f"Water plant {number:03}", deadline=at.date())
    return desk


def named(screen: object) -> str:
    assert isinstance(screen, SiftedTasks)
    return screen.current.name if screen.current is not None else ""


@pytest.mark.parametrize("place", ["1", "2"])
async def test_keys_are_answered_while_the_filter_looks(desk: Desk, slow: SlowStore, place: str) -> None:
    slow.is_slow = False
    async with shown(desk) as pilot:
        await press(pilot, place)
        screen = view(pilot)
        slow.is_slow = True
        await waiting.type_ahead(pilot, "/", *"plant", "enter")
        assert slow.gates
        assert "looking for text plant" in picture(pilot)
        before = named(screen), screen.list.cursor_line
        await waiting.press(pilot, "j", "j")
        assert (named(screen), screen.list.cursor_line) != before
        assert not any(gate.is_set() for gate in slow.gates)
        slow.is_slow = False
        for gate in slow.gates:
            gate.set()
        await settle(pilot)
        assert "looking for" not in picture(pilot)
        assert "Collect allergy info" not in picture(pilot)
        assert "Water plant 001" in picture(pilot)


async def test_an_outdated_answer_is_thrown_away(desk: Desk, slow: SlowStore) -> None:
    slow.is_slow = False
    async with shown(desk) as pilot:
        await press(pilot, "2")
        screen = view(pilot)
        slow.is_slow = True
        await waiting.type_ahead(pilot, "/", *"plant", "enter")
        slow.is_slow = False
        await waiting.type_ahead(pilot, "/", *(["backspace"] * 5), *"allergy", "enter")
        assert "Collect allergy info" in picture(pilot)
        assert "Water plant" not in picture(pilot)
        for gate in slow.gates:
            gate.set()
        await settle(pilot)
        assert "Collect allergy info" in picture(pilot)
        assert "Water plant" not in picture(pilot)
        assert isinstance(screen, SiftedTasks)
        assert screen.answer is not None
        assert screen.answer.is_all
        assert sum(len(found) for found in screen.answer.ranked.values()) == 1


async def test_no_page_of_a_filtered_list_searches_on_the_loop(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await press(pilot, "2", "/")
        await type_in(pilot, "plant")
        await press(pilot, "enter")
        asked: list[str] = []
        view(pilot).desk.reader.set_trace_callback(asked.append)
        await press(pilot, "G")
        assert named(view(pilot)) == "Water plant 300"
        await press(pilot, "g", "ctrl+d", "ctrl+d", "G", "k")
        assert named(view(pilot)) == "Water plant 299"
        await press(pilot, "d")
        assert named(view(pilot)) == "Water plant 300"
        assert asked
        assert not [sql for sql in asked if "LIKE" in sql or ("json_each" in sql and "ORDER BY" in sql)]


async def test_a_change_while_it_looks_is_looked_for_afterwards(desk: Desk, slow: SlowStore) -> None:
    slow.is_slow = False
    async with shown(desk) as pilot:
        await press(pilot, "2", "/")
        slow.is_slow = True
        await waiting.type_ahead(pilot, *"allergy", "enter")
        slow.is_slow = False
        screen = view(pilot)
        tasks.add(desk.ana, desk.at("2025-06-16"), "Ask for allergy forms", deadline=desk.at("2025-06-16").date())
        screen.desk.look()
        for gate in slow.gates:
            gate.set()
        await settle(pilot)
        assert "Ask for allergy forms" in picture(pilot)


@pytest.mark.parametrize("place", ["1", "2"])
async def test_keys_right_after_the_filter_are_for_what_it_finds(desk: Desk, place: str) -> None:
    async with shown(desk) as pilot:
        await press(pilot, place)
        await waiting.type_ahead(pilot, "/", *"plant", "enter", "j", "d")
        await settle(pilot)
        done = [name for (name,) in desk.rows("SELECT name FROM task WHERE is_done")]
        assert done == ["Water plant 002"]


async def test_keys_of_a_view_that_nobody_has_seen_yet_find_its_rows(desk: Desk) -> None:
    async with shown(desk) as pilot:
        await waiting.type_ahead(pilot, "2", "g", "j", "j", "d")
        await settle(pilot)
        done = [name for (name,) in desk.rows("SELECT name FROM task WHERE is_done")]
        assert done == ["Collect allergy info"]
