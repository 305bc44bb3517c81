"""Templates: the desk file, what is refused, and the verbs of schedules that must keep off."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.operations.desk import load
from engine.queries.desk import dump
from engine.queries.why import Kind
from store.errors import Refused
from store.opening import open_store
from tests.engine.recurring_stage import FIRST, Chores, at, r
from tests.engine.stage import ANA, desk, file_bytes

__all__ = ["desk", "r"]

FILE = """\
[[user]]
name = "ana"

[[template]]
name = "Water the plants"
spec = "weekly mon,thu"
duration = "2d"
labels = ["home"]
assignees = ["ana"]
mode = "create"

[[template]]
name = "Descale"
task_name = "Descale the kettle"
spec = "every! 10 days"
zone = "Europe/Brussels"
start_at = 2025-06-01
end_at = 2025-12-31
max_count = 5
excluded_dates = [2025-07-21]
missed = "run_all"
visible = "1w"
horizon = "next"
priority = 1
tasks_group_name = "Kitchen"
notes = "vinegar"
checklist = ["fill", "boil"]
is_enabled = false

[[schedule]]
name = "nightly"
spec = "daily 02:30"
params = { command = "true" }
"""


def loaded(folder: Path, text: str, when: str = FIRST) -> Any:
    file = folder / "desk.toml"
    file.write_text(text)
    return load(ANA, at(when), str(file))


def test_the_desk_file_brings_templates_and_dumps_the_same(r: Chores, tmp_path: Path) -> None:
    result = loaded(tmp_path, FILE)
    assert result.made == {"user": 1, "template": 2, "schedule": 1}
    assert r.show("Descale").basis == "completion"
    first = dump(ANA, at(FIRST))
    assert first.count("[[schedule]]") == 1
    again = loaded(tmp_path, FILE)
    assert (again.made, again.changed) == ({}, {})
    open_store(tmp_path / "other.db")
    loaded(tmp_path, first)
    assert dump(ANA, at(FIRST)) == first


def test_a_changed_entry_changes_its_open_tasks(r: Chores, tmp_path: Path) -> None:
    loaded(tmp_path, FILE)
    r.look("2025-03-03T11:00")
    assert r.due() == ["03-06", "03-10", "03-13", "03-17"]
    loaded(tmp_path, FILE.replace("weekly mon,thu", "weekly tue"), "2025-03-05T10:00")
    assert r.due() == ["03-11", "03-18"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"spec": "monthly 30"}, "last day"),
        ({"spec": "sometimes"}, "spec: "),
        ({"spec": "daily", "horizon": "soon"}, "horizon: 'soon' is not a horizon"),
        ({"spec": "daily", "horizon": "30y"}, "10,957 tasks would be made ahead"),
        ({"spec": "daily", "horizon": "-3d"}, "is not a horizon"),
        ({"spec": "daily", "duration": "2h"}, "duration: '2h' is not a number of days"),
        ({"spec": "daily", "visible": "-2d"}, "visible: '-2d' is not a number of days"),
        ({"spec": "daily", "list": "nowhere"}, "list: 'nowhere' is no list"),
        ({"spec": "daily", "assignee": ("nobody",)}, "assignees: 'nobody' is no user"),
        ({"spec": "daily", "priority": 7}, "priority: expected a number from 1"),
        ({"spec": "daily", "zone": "Mars/Base"}, "zone: 'Mars/Base' is not a time zone"),
        ({"spec": "daily", "end": "2025-01-01"}, "all of it is past|before the start|past"),
        ({"spec": "daily", "object": "stay/1"}, "object_id: "),
        ({"spec": "every second"}, "tasks a day"),
        ({"spec": "cron: * * * * *"}, "1,440 tasks a day"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(r: Chores, said: dict[str, Any], words: str) -> None:
    before = file_bytes(r.path)
    with pytest.raises(Refused, match=words):
        r.add("X", **said)
    assert file_bytes(r.path) == before


@pytest.mark.parametrize("verb", ["pause", "resume", "delete", "run", "edit", "enable", "disable"])
def test_verbs_of_schedules_keep_off(r: Chores, verb: str) -> None:
    r.add("Water", "daily")
    more = {"spec": "weekly mon"} if verb == "edit" else {}
    with pytest.raises(Refused, match="makes tasks and runs no job: use `template"):
        r.do(f"schedule {verb}", FIRST, "Water", **more)
    assert r.do("schedule list", FIRST) == ()


def test_a_template_is_found_by_its_id_and_a_near_name_is_told(r: Chores) -> None:
    made = r.add("Water", "daily")
    assert r.show(str(made.id)).name == "Water"
    with pytest.raises(Refused, match="did you mean Water"):
        r.show("Watr")


def test_why_says_which_template_and_what_comes_next(r: Chores) -> None:
    r.add("Bins", "weekly mon,thu")
    r.look("2025-03-03T11:00")
    told = str(r.do("why", "2025-03-03T12:00", Kind.TASK, str(r.task("2025-03-06"))))
    assert "Made by the template Bins for Thu 6 Mar 2025: Monday and Thursday" in told
    assert "due on Mon 10 Mar 2025" in told
    last = str(r.do("why", "2025-03-03T12:00", Kind.TASK, str(r.task("2025-03-17"))))
    assert "the next is planned for Thu 20 Mar 2025" in last
    assert "4 tasks of it open" in str(r.do("why", "2025-03-03T12:00", Kind.SCHEDULE, "Bins"))


def test_preview_leaves_out_what_is_left_out(r: Chores) -> None:
    r.add("Bins", "weekly mon,thu")
    r.skip("Bins", "2025-03-10")
    found = r.do("template preview", FIRST, "Bins", count=3)
    assert [each.local.date() for each in found.planned] == [date(2025, 3, 6), date(2025, 3, 13), date(2025, 3, 17)]


def test_an_edit_of_an_old_revision_is_refused(r: Chores) -> None:
    old = r.add("Bins", "daily")
    r.edit("Bins", FIRST, notes="new")
    with pytest.raises(Refused, match="changed by somebody else"):
        r.edit("Bins", FIRST, notes="newer", rev=old.rev)


def test_horizons_are_settings_and_templates_may_have_their_own(r: Chores) -> None:
    r.set("horizon_daily", "2d")
    r.add("Water", "daily")
    r.add("Next", "weekly mon,thu", horizon="next")
    r.look("2025-03-03T11:00")
    assert (r.due("Water"), r.due("Next")) == (["03-04", "03-05"], ["03-06"])
    r.look("2025-03-06T11:00")
    assert r.due("Next") == ["03-06"]
    r.look("2025-03-07T00:00")
    assert r.due("Next") == ["03-06", "03-10"]
    with pytest.raises(Refused, match="setting horizon_daily: 'much' is not a horizon"):
        r.set("horizon_daily", "much")
