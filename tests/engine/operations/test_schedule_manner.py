"""How the runs of a schedule begin: window, jitter, slot and pauses, through the verbs, the desk file and `why`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.operations import schedules as ops
from engine.operations.desk import load
from engine.operations.undo import undo
from engine.queries.desk import dump
from engine.queries.why import Kind, why
from store.errors import Refused
from tests.engine.firing_stage import at, one
from tests.engine.stage import ANA, AT, desk, rows
from tests.stores import empty_store

__all__ = ["desk"]

MANNER = ("start_window", "jitter", "slot", "backoff", "backoff_limit")


def add(**more: Any) -> tuple[Any, ...]:
    made = ops.add(ANA, AT, "job", spec="daily 00:00", command="true", **more)
    return tuple(getattr(made, key) for key in MANNER)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, (None, 0, None, 10, 3600)),
        ({"start_window": "0"}, (0, 0, None, 10, 3600)),
        ({"start_window": "1h30m", "jitter": "5m"}, (5400, 300, None, 10, 3600)),
        ({"slot": "gpu"}, (None, 0, "gpu", 10, 3600)),
        ({"slot": "gpu:1"}, (None, 0, "gpu", 10, 3600)),
        ({"slot": " big disk:12"}, (None, 0, "big disk:12", 10, 3600)),
        ({"backoff": "0"}, (None, 0, None, 0, 3600)),
        ({"backoff": "2h"}, (None, 0, None, 7200, 7200)),
        ({"backoff": "1m", "backoff_limit": "1m"}, (None, 0, None, 60, 60)),
    ],
)
def test_what_is_said_is_kept(desk: Path, said: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert add(**said) == expected


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"start_window": "-1m"}, "start_window: "),
        ({"start_window": "soon"}, "start_window: 'soon' is not a duration"),
        ({"jitter": "1.5s"}, "jitter: '1.5s' is not a whole number of seconds"),
        ({"slot": "gpu:none"}, "slot: expected 1 to 100 places behind the name, as in gpu:2, not 'gpu:none'"),
        ({"slot": "gpu:0"}, "slot: expected 1 to 100 places behind the name"),
        ({"slot": "#1"}, "slot: expected a name such as gpu, or gpu:2 for two places, not '#1'"),
        ({"backoff": "10m", "backoff_limit": "5m"}, "backoff_limit: expected at least the backoff, 10m"),
    ],
)
def test_E15_what_cannot_be_is_refused_by_name(desk: Path, said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        add(**said)
    assert str(refused.value).startswith(sentence)
    assert rows(desk, "SELECT count(*) FROM schedule") == [(0,)]


def test_an_empty_text_clears_and_an_undo_brings_back(desk: Path) -> None:
    add(slot="gpu:2", start_window="10m", jitter="1m", backoff="1m")
    after = ops.edit(ANA, AT, "job", slot="", start_window="", jitter="", backoff="")
    assert tuple(getattr(after, key) for key in MANNER) == (None, 0, None, 10, 3600)
    undo(ANA, AT)
    assert tuple(getattr(one(desk), key) for key in MANNER) == (600, 60, "gpu:2", 60, 3600)


def test_dump_and_load_give_the_same(desk: Path, tmp_path: Path) -> None:
    add(slot="gpu:2", start_window="0", jitter="1m30s", backoff="0", backoff_limit="2h")
    ops.add(ANA, AT, "plain", spec="daily 01:00", command="true")
    first = dump(ANA, AT)
    for line in ('start_window = "0s"', 'jitter = "1m30s"', 'slot = "gpu:2"', 'backoff = "0s"', 'backoff_limit = "2h"'):
        assert first.count(line) == 1
    file = tmp_path / "desk.toml"
    file.write_text(first)
    empty_store(tmp_path / "other.db")
    load(ANA, AT, str(file))
    assert dump(ANA, AT) == first
    load(ANA, AT, str(file))
    assert rows(tmp_path / "other.db", "SELECT slot, slot_places, rev FROM schedule ORDER BY id") == [
        ("gpu", 2, 1),
        (None, 1, 1),
    ]


def test_a_file_names_the_key_that_is_wrong(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text('[[schedule]]\nname = "job"\nspec = "daily 00:00"\nparams = { command = "x" }\nslot = 2\n')
    with pytest.raises(Refused, match="slot"):
        load(ANA, AT, str(file))


def test_why_tells_of_it(desk: Path) -> None:
    add(slot="gpu:2", start_window="10m", jitter="5m")
    lines = why(ANA, AT, Kind.SCHEDULE, "job").lines
    assert "Its runs share the slot gpu, 2 at a time." in lines
    assert "They begin within 5m after the planned time, always at the same moment of it." in lines
    assert "A run that has not begun within 10m expires." in lines


def test_why_tells_of_a_clock_that_was_set_back(desk: Path) -> None:
    add()
    lines = why(ANA, at("2025-05-20T08:15"), Kind.SCHEDULE, "job").lines
    words = "It waits 2h00m for the clock, which was set back. To let it go on at once: tickler schedule rewind 1."
    assert words in lines
