"""Triggers in the desk file: loaded, written, and the same again in another store."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import tasks, triggers
from engine.operations.desk import load
from engine.queries import triggers as queries
from engine.queries.desk import dump
from store.errors import Refused
from store.opening import open_store
from tests.engine.stage import ANA, AT, desk, rows
from tests.stores import empty_store

__all__ = ["desk"]

BASE = """\
[[entity_class]]
name = "stay"
statuses = ["quote", "confirmed"]
date_fields = ["date_from"]

[[user]]
name = "ana"
login = "ana"

[[user]]
name = "bo"

[[calendar]]
name = "BE"
country = "BE"

[[label]]
name = "urgent"

[[list]]
name = "house/garden"

[[schedule]]
name = "nightly"
spec = "daily 02:30"
params = { command = "true" }
"""
SATURDAY = """
[[trigger]]
name = "every Saturday"
scope = "label:weekly on Saturday"
event = "schedule: weekly sat 00:00"
action = "reopen"
"""


def take(folder: Path, text: str) -> Any:
    file = folder / "desk.toml"
    file.write_text(text)
    return load(ANA, AT, str(file))


def test_the_trigger_of_the_design_is_loaded(desk: Path, tmp_path: Path) -> None:
    assert take(tmp_path, SATURDAY).made == {"trigger": 1}
    trigger = queries.one(ANA, AT, "every Saturday")
    assert trigger.sentence == "Saturday at 00:00, for each task with label weekly on Saturday: reopen it."
    assert (trigger.spec, trigger.owner) == ("weekly sat 00:00", "ana")
    again = take(tmp_path, SATURDAY)
    assert (again.made, again.changed, again.unchanged) == ({}, {}, {"trigger": 1})
    changed = take(tmp_path, SATURDAY.replace('"reopen"', '"delete"'))
    assert changed.changed == {"trigger": 1}
    assert queries.one(ANA, AT, "every Saturday").owner == "ana"


def test_what_was_loaded_again_is_not_touched(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, BASE + SATURDAY)
    before = (
        rows(desk, 'SELECT * FROM "trigger"'),
        rows(desk, "SELECT * FROM schedule"),
        rows(desk, "SELECT * FROM act"),
    )
    take(tmp_path, BASE + SATURDAY)
    after = rows(desk, 'SELECT * FROM "trigger"'), rows(desk, "SELECT * FROM schedule"), rows(desk, "SELECT * FROM act")
    assert after == before


def test_the_same_trigger_under_two_names_is_refused(desk: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="The trigger every Saturday does the same already"):
        take(tmp_path, SATURDAY + SATURDAY.replace("every Saturday", "saturdays"))
    assert queries.listed(ANA, AT) == ()


def test_a_trigger_of_one_task_stays_in_its_store(desk: Path, tmp_path: Path) -> None:
    tasks.add(ANA, AT, "Water")
    triggers.add(ANA, AT, "alone", "completed", "reopen", scope="task:1")
    assert "[[trigger]]" not in dump(ANA, AT)


SCOPES = st.sampled_from(
    ["all", "list:house", "list:house/garden", "label:urgent", "label:a: b", "user:ana", "user:bo"]
)
TASK_EVENTS = st.sampled_from(["created", "completed", "reopened", "label added", "label added: urgent"])
DAYS = st.sampled_from(["date reached", "deadline reached"])
SPECS = st.sampled_from(["weekly sat 00:00", "monthly 20", "every 2 weeks", "cron: 0 8 * * 1", "yearly 8 march"])
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
AFTER = st.sampled_from(["0d", "10d", "2h", "30min", "1mo", "3w"])
BUSINESS = st.sampled_from([
    {"delay": "2bd"}, {"delay": "2bd", "calendar": "BE"}, {"delay": "1d", "roll": "next"},
    {"delay": "1w", "roll": "previous", "calendar": "BE"},
])  # fmt: skip


@st.composite
def actions(draw: st.DrawFn) -> dict[str, Any]:
    """An action on tasks, with the parameters that it has."""
    kind = draw(st.sampled_from(["plain", "move", "label", "notify", "create", "run", "shell", "status"]))
    if kind == "plain":
        return {"action": draw(st.sampled_from(["complete", "reopen", "delete"]))}
    if kind == "move":
        return {"action": draw(st.sampled_from(["move date: 7d", "move deadline: -2bd", "move date: 1mo"]))}
    if kind == "label":
        return {"action": draw(st.sampled_from(["add label: ", "remove label: "])) + draw(LINES).replace(",", ".")}
    if kind == "notify":
        more = st.fixed_dictionaries({}, optional={
            "text": LINES, "severity": st.sampled_from(["notice", "urgent"]),
            "to": st.sampled_from(["all", "owner", "assignees", "bo"]),
        })  # fmt: skip
        return {"action": draw(st.sampled_from(["notify", "notify: soon: %%this.date%%"])), **draw(more)}
    if kind == "create":
        more = st.fixed_dictionaries({}, optional={
            "deadline": st.just("2bd"), "list": st.just("house/garden"), "label": st.just(("urgent", "new")),
            "assignee": st.just(("ana", "bo")),
        })  # fmt: skip
        return {"action": "create task: " + draw(LINES), **draw(more)}
    other = {"run": {"action": "run: nightly"}, "shell": {"action": "run: shell", "command": "echo 1"}}
    return dict(other.get(kind, {"action": "set status: confirmed"}))


@st.composite
def wanted(draw: st.DrawFn) -> dict[str, Any]:
    """A trigger as somebody may say it."""
    said: dict[str, Any] = {"scope": draw(SCOPES), **draw(actions())}
    kind = draw(st.sampled_from(["event", "day", "schedule", "business"]))
    if kind == "schedule":
        said |= {"event": f"schedule: {draw(SPECS)}"} | draw(st.fixed_dictionaries({}, optional={
            "zone": st.just("Europe/Moscow"), "start": st.just("2025-06-01"), "end": st.just("2026-06-30T12:00"),
            "count": st.integers(1, 9),
        }))  # fmt: skip
    elif kind == "day":
        said |= {"event": draw(DAYS), "delay": draw(st.sampled_from(["-3d", "-1mo", "0d", "5d", "-2h"]))}
    else:
        said |= {"event": draw(TASK_EVENTS), "delay": draw(AFTER)}
        said |= draw(BUSINESS) if kind == "business" else {}
    more = st.fixed_dictionaries({}, optional={
        "condition": st.sampled_from(["@urgent", "#house !me"]), "description": LINES, "disabled": st.just(True),
    })  # fmt: skip
    return said | draw(more)


@given(st.lists(st.tuples(wanted(), st.sampled_from([None, "", "on holiday"])), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_dump_and_load_give_the_same_dump(said: list[tuple[dict[str, Any], str | None]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second = empty_store(folder / "first.db"), folder / "second.db"
        take(folder, BASE)
        for number, (each, pause) in enumerate(said):
            try:
                triggers.add(ANA, AT, f"trigger {number}", **each)
            except Refused as refusal:
                if "does the same already" not in str(refusal):
                    raise
                continue
            if pause is not None:
                until = AT + timedelta(days=9) if pause else None
                triggers.pause(ANA, AT, f"trigger {number}", pause, until)
        text, found = dump(ANA, AT), [_essence(each) for each in queries.listed(ANA, AT)]
        assert found
        empty_store(second)
        take(folder, text)
        assert dump(ANA, AT) == text
        assert [_essence(each) for each in queries.listed(ANA, AT)] == found
        assert rows(first, 'SELECT checksum FROM "trigger" ORDER BY name, checksum')
        open_store(first)


def _essence(trigger: queries.Told) -> tuple[Any, ...]:
    """What a trigger is, without the ids of its store."""
    return (
        trigger.name, trigger.sentence, trigger.state, trigger.params, trigger.delay, trigger.roll, trigger.calendar,
        trigger.spec, trigger.zone, trigger.start_at, trigger.end_at, trigger.max_count, trigger.next_at,
        trigger.pause_reason, trigger.paused_until, trigger.condition, trigger.description,
    )  # fmt: skip
