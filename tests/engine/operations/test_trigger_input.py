"""Bad input: each is refused with the key and what was expected, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.operations import triggers
from engine.operations.desk import load
from store.errors import Refused
from tests.engine.operations.test_triggers import house
from tests.engine.stage import ANA, AT, desk, file_bytes

__all__ = ["desk", "house"]

GOOD: dict[str, Any] = {"event": "completed", "action": "reopen"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name: expected a name"),
    ({"name": "a\nb"}, "name: .* cannot be shown on a line"),
    ({"name": "x" * 201}, "name: 201 characters are too many"),
    ({"scope": "label"}, "scope: 'label' names none"),
    ({"scope": "lable:urgent"}, "scope: 'lable:urgent' is no scope; expected all, task:12"),
    ({"scope": "label:a,b"}, "scope: .* holds a comma"),
    ({"scope": "list:hous"}, "scope: 'hous' is no list; did you mean house"),
    ({"scope": "user:cy"}, r"scope: 'cy' is no user \(there are: ana, bo\)"),
    ({"scope": "task:99"}, "scope: there is no task 99"),
    ({"scope": "task:0x1"}, "scope: '0x1' is no number of a task"),
    ({"scope": "class:stay"}, "scope: 'completed' is about tasks"),
    ({"event": "done"}, "event: 'done' is no event"),
    ({"event": "completed: now"}, "event: .* nothing stands behind 'completed'"),
    ({"event": "schedule: sometimes"}, "event: .*sometimes"),
    ({"event": "schedule: weekly sat 25:00"}, "event: .*25:00"),
    ({"event": "schedule: once 2025-01-01 08:00"}, "event: .* past"),
    ({"event": "schedule: weekly sat", "end": "2025-05-01"}, "end|event: .* past"),
    ({"event": "schedule: weekly sat", "zone": "Mars/Olympus"}, "zone: .*Mars/Olympus"),
    ({"event": "schedule: weekly sat", "delay": "1d"}, "delay: a schedule says itself"),
    ({"event": "schedule: weekly sat", "count": 0}, "count: expected a whole number from 1"),
    ({"event": "schedule: weekly sat", "start": "03/04"}, "start: .*"),
    ({"event": "status: gone", "action": "notify"}, r"event: 'gone' is no status \(there are: .*confirmed"),
    ({"event": "field: date_too", "action": "notify"}, "event: 'date_too' is no date field"),
    ({"event": "run failed: nihgtly", "action": "notify"}, "event: 'nihgtly' is no schedule; did you mean nightly"),
    ({"event": "workflow finished: x", "action": "notify"}, "event: 'x' is no workflow"),
    ({"start": "2025-06-01"}, "start|start_at: goes with a schedule; 'completed' has none"),
    ({"zone": "Europe/Brussels"}, "zone: goes with a schedule"),
    ({"delay": "10"}, None),
    ({"delay": "10 moons"}, "delay: 'moons' is not a unit"),
    ({"delay": "3m"}, "delay: '3m' may be minutes or months"),
    ({"delay": "-1d"}, "delay: -1d is before, and 'completed' is not known beforehand"),
    ({"delay": "999999999d"}, "delay: an offset may count at most"),
    ({"roll": "next"}, "roll: it acts at once"),
    ({"roll": "skip", "delay": "1d"}, "roll: 'skip' is no way to roll a day"),
    ({"calendar": "BE"}, "calendar: nothing here asks for working days"),
    ({"calendar": "Atlantis", "delay": "2bd"}, "calendar: 'Atlantis' is no calendar"),
    ({"condition": "@nosuch"}, "condition: .*'nosuch' is no label"),
    ({"condition": "!late", "event": "run failed", "action": "notify"}, "condition: it asks about a task"),
    ({"action": "explode"}, "action: 'explode' is no action"),
    ({"action": "start workflow: x"}, "action: 'x' is no workflow"),
    ({"action": "move date"}, "action: 'move date' says too little; expected a form such as 'move date: 7d'"),
    ({"action": "move date: 0"}, "by: 0 would move nothing"),
    ({"action": "move date: soon"}, "by: 'soon' is not an offset"),
    ({"action": "add label"}, "action: 'add label' says too little"),
    ({"action": "add label: a,b"}, "label: 'a,b' holds a comma"),
    ({"action": "create task"}, "action: 'create task' says too little"),
    ({"action": "create task: x", "list": "nowhere"}, "list: 'nowhere' is no list"),
    ({"action": "create task: x", "deadline": "3m"}, "deadline: '3m' may be minutes or months"),
    ({"action": "create task: x", "assignee": ("cy",)}, "assignees: 'cy' is no user"),
    ({"action": "create task: " + "x" * 501}, "name: 501 characters are too many"),
    ({"action": "notify", "severity": "loud"}, "severity: 'loud' is no severity"),
    ({"action": "notify", "to": "cy"}, "to: 'cy' is no user"),
    ({"action": "notify", "text": "\0"}, "text: a NUL character"),
    ({"action": "reopen", "text": "x"}, "text: 'text' is no parameter: 'reopen' has none"),
    ({"action": "notify", "params": "{"}, "params: .* is not JSON"),
    ({"action": "notify", "params": "[1]"}, "params: expected a JSON object"),
    ({"action": "notify", "params": '{"txet": "x"}'}, "txet: 'txet' is no parameter of notify; did you mean text"),
    ({"action": "notify", "params": '{"text": 3}'}, "text: expected a text, not '3'"),
    ({"action": "run"}, "action: 'run' says too little"),
    ({"action": "run: nihgtly"}, "action: 'nihgtly' is no schedule and no controller; did you mean nightly"),
    ({"action": "run: shell"}, "params: .*command"),
    ({"action": "run: nightly", "command": "x"}, "params: the schedule has its own"),
    ({"action": "set status: gone"}, "action: 'gone' is no status"),
    ({"action": "set status: quote", "event": "run failed"}, "action: 'set status' is done to an entity"),
    ({"action": "complete", "event": "run failed"}, "action: 'complete' is done to a task"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "why"), [(wrong, why) for wrong, why in BAD if why], ids=lambda each: str(each)[:60])
def test_bad_input_names_its_key_and_writes_nothing(house: Path, wrong: dict[str, Any], why: str) -> None:
    before = file_bytes(house)
    given = {"name": "again", **GOOD, **wrong}
    with pytest.raises(Refused, match=f"(?s)^({why})") as refusal:
        triggers.add(ANA, AT, **given)
    assert file_bytes(house) == before
    text = str(refusal.value)
    assert len(text) < 1_000
    assert "\n" not in text


def test_a_bare_number_counts_days(house: Path) -> None:
    assert triggers.add(ANA, AT, "again", delay="10", **GOOD).delay == "10d"


IN_FILES: list[tuple[str, str]] = [
    ('event = "completed"', 'line 3: [[trigger]] again: event: expected what it waits for'),
    ('action = "reopen"', 'line 3: [[trigger]] again: action: expected what it does'),
    ('scope = 3', "line 7: [[trigger]] again: scope: expected a text, not '3'"),
    ('delay = [1]', "line 7: [[trigger]] again: delay: expected a text"),
    ('delay = true', "line 7: [[trigger]] again: delay: True is not an offset"),
    ('params = "x"', "line 7: [[trigger]] again: params: 'x' is not JSON"),
    ('params = { text = "x" }', "line 3: [[trigger]] again: text: 'text' is no parameter: 'reopen' has none"),
    ('is_enabled = "yes"', "line 7: [[trigger]] again: is_enabled: expected true or false"),
    ('delya = "1d"', "line 7: [[trigger]] again: delya: is no key here; did you mean delay?"),
    ('paused_until = 2030-01-01', "line 7: [[trigger]] again: paused_until: goes with a pause_reason"),
    ('condition = "@nosuch"', "line 7: [[trigger]] again: condition: at 1: 'nosuch' is no label"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "why"), IN_FILES)
def test_a_desk_file_is_told_the_line(house: Path, tmp_path: Path, line: str, why: str) -> None:
    text = '[[team]]\nname = "North"\n[[trigger]]\nname = "again"\nevent = "completed"\naction = "reopen"\n'
    text = text.replace(f"{line}\n", "") if line in text else f"{text}{line}\n"
    file = tmp_path / "desk.toml"
    file.write_text(text)
    before = file_bytes(house)
    with pytest.raises(Refused) as refusal:
        load(ANA, AT, str(file))
    assert why.partition(": ")[2] in str(refusal.value)
    assert file_bytes(house) == before
