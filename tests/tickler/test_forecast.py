"""`tickler forecast`: rows for scripts, days for people, and what a command would change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tickler.conftest import Cli

AT = ("--at", "2025-03-03T09:00")


@pytest.fixture
def desk(cli: Cli, store: Path) -> Path:
    """A chore and two jobs."""
    assert not cli(*AT, "template", "add", "plants", "weekly mon,thu").status
    assert not cli(*AT, "schedule", "add", "nightly", "daily 02:30", "--command", "true").status
    assert not cli(*AT, "schedule", "add", "minutely", "cron: * * * * *", "--command", "true").status
    return store


def test_json_is_an_array_of_rows_in_order(cli: Cli, desk: Path) -> None:
    said = cli(*AT, "forecast", "--until", "2025-03-06", "--json")
    rows = said.json
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    due = next(row for row in rows if row["kind"] == "task_due")
    assert (due["name"], due["template"], due["day"], due["schedule"]) == ("plants", "plants", "2025-03-06", None)
    runs = [row for row in rows if row["kind"] == "run"]
    assert [row["at"] for row in runs if row["name"] == "nightly"] == [
        f"2025-03-0{day}T02:30:00+00:00" for day in (4, 5, 6)
    ]
    assert sum(row["count"] for row in runs if row["name"] == "minutely") == 15 * 60 - 1 + 3 * 1440


def test_people_read_days_and_what_was_assumed(cli: Cli, desk: Path) -> None:
    out = cli(*AT, "forecast", "--until", "+2d").out
    assert out.startswith("Forecast from Mon 3 Mar 2025 09:00 to Wed 5 Mar 2025 23:59 (UTC)")
    assert "run 1,440 times  minutely  counted: 3,779 in all" in out
    assert "assumed: people do nothing" in out


def test_only_one_half_or_one_of_them(cli: Cli, desk: Path) -> None:
    def names(*words: str) -> set[str]:
        return {row["name"] for row in cli(*AT, "forecast", "--until", "+9d", *words, "--json").json}

    assert names("--only", "tasks") == names("--template", "plants") == names("--schedule", "plants") == {"plants"}
    assert names("--only", "runs") == {"nightly", "minutely"}
    assert names("--schedule", "nightly") == {"nightly"}
    last = cli(*AT, "forecast", "--limit", "2", "--json").json[-1]
    assert (last["kind"], last["count"] > 10) == ("more", True)


def test_what_a_command_would_change(cli: Cli, desk: Path) -> None:
    words = "template edit plants --spec 'weekly tue'"
    rows = cli(*AT, "forecast", "--until", "2025-03-12", "--with", words, "--only", "tasks", "--json").json
    assert [(row["change"], row["day"], row["was"]) for row in rows] == [
        ("moves", "2025-03-04", "2025-03-06T00:00:00+00:00"),
        ("moves", "2025-03-11", "2025-03-10T00:00:00+00:00"),
    ]
    assert cli("template", "show", "plants", "--json").json["spec"] == "weekly mon,thu"
    paused = cli(*AT, "forecast", "--with", "schedule pause nightly", "--until", "+2d").out
    assert "- run         nightly" in paused
    assert "nothing would change" in cli(*AT, "forecast", "--with", "label add home").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--until", "someday"), "until: 'someday' is not a time"),
        (("--until", "2025-03-02"), "until: expected a time after"),
        (("--until", "2099-01-01"), "until: a forecast reaches 20 years"),
        (("--limit", "-1"), "limit: expected a whole number"),
        (("--template", "nobody"), "template: "),
        (("--with", "task list"), "with: 'task list' changes nothing"),
        (("--with", "undo"), "with: 'undo' is about what was done"),
        (("--with", "template edit nobody --spec daily"), "template"),
        (("--with", ""), "with: "),
        (("--with", "'"), "with: "),
    ],
)
def test_what_cannot_be_foretold_is_refused(cli: Cli, desk: Path, words: tuple[str, ...], sentence: str) -> None:
    said = cli(*AT, "forecast", *words)
    assert said.status == 1
    assert sentence in said.err


def test_a_command_may_be_about_a_task_that_is_far_away(cli: Cli, desk: Path) -> None:
    number = cli(*AT, "task", "add", "Paint", "--deadline", "2026-01-01", "--json").json["id"]
    rows = cli(
        *AT,
        "forecast",
        "--until",
        "+3d",
        "--only",
        "tasks",
        "--with",
        f"task move {number} --deadline 2025-03-05",
        "--json",
    ).json
    assert [(row["change"], row["kind"], row["day"], row["task"]) for row in rows] == [
        ("appears", "task_due", "2025-03-05", number)
    ]
