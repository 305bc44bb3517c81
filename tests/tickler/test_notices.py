"""E8 from the command line: an engine's pass, the list, and putting away."""

from __future__ import annotations

from pathlib import Path

from tests.tickler.conftest import Cli


def test_E8_a_notice_from_pass_to_withdrawal(cli: Cli, store: Path) -> None:
    cli("--at", "2025-06-01T08:00", "task", "add", "Call the baker", "--deadline", "2025-06-14")
    assert cli("notification", "list", "--json").json == []
    assert cli("engine", "--once", "--at", "2025-06-14T08:00").status == 0
    assert cli("engine", "--once", "--at", "2025-06-14T09:00").status == 0
    (due,) = cli("notification", "list", "--json").json
    assert (due["subject"], due["severity"], due["task_id"]) == ("Call the baker is due today", "notice", 1)
    assert cli("engine", "--once", "--at", "2025-06-16T08:00").status == 0
    (late,) = cli("notification", "list", "--json").json
    assert (late["subject"], late["at"][:16]) == ("Call the baker is late", "2025-06-16T08:00")
    snoozed = cli("notification", "snooze", late["id"], "--for", "1h", "--at", "2025-06-16T09:00")
    assert f"notice {late['id']}: Call the baker is late, snoozed until 2025-06-16 10:00" in snoozed.out
    assert cli("notification", "list", "--at", "2025-06-16T09:59").out == "nothing\n"
    assert "Call the baker is late" in cli("notification", "list", "--at", "2025-06-16T10:00").out
    cli("task", "done", "1", "--at", "2025-06-16T11:00")
    assert cli("notification", "list", "--json").json == []
    every = cli("notification", "list", "--every").out
    assert "withdrawn: it is late now" in every
    assert "withdrawn: done by" in every


def test_bad_ids_and_times_are_refused_in_words(cli: Cli) -> None:
    assert cli("notification", "dismiss", "7").err == "There is no notice 7.\n"
    assert cli("notification", "dismiss").err == "Name at least one notice by its id.\n"
    assert "not a duration" in cli("notification", "snooze", "7", "--for", "soon").err
    assert "is past" in cli("notification", "snooze", "7", "--until", "2001-01-01T00:00").err


def test_alerts_of_a_schedule_are_shown_and_refused_in_words(cli: Cli) -> None:
    words = ("schedule", "add", "nightly backup", "daily 02:30", "--command", "true")
    refused = cli(*words, "--alert", "nth=1")
    assert (refused.status, refused.err) == (1, "alert: nth: expected a whole number from 2 to 1000, not '1'\n")
    made = cli(*words, "--alert", "default", "--alert", "task", "--alert", "by=6:00", "--json").json
    assert made["alerts"] == {"finish_by": "06:00", "task": True}
    assert made["expected_at"] is not None
    dumped = cli("dump").out
    assert '[schedule.alerts]\nfinish_by = "06:00"\ntask = true\n' in dumped
    changed = cli("schedule", "edit", "nightly backup", "--alert", '{"finish_within": "2h"}', "--json").json
    assert changed["alerts"] == {"finish_within": 7200}
    assert 'finish_within = "2h"' in cli("dump").out
    assert cli("schedule", "edit", "nightly backup", "--alert", "default", "--json").json["alerts"] == {}
    assert "alerts" not in cli("dump").out
