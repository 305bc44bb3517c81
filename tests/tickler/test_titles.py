"""Expressions in names of tasks, by the command line: said in words wherever people read, raw where they edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tickler.conftest import Cli

Done = Callable[..., str]
AT = ("--at", "2014-01-06T10:00Z")
REPORT = "Reporting of ATP Ltd. to the tax for %%this.date.quarter.prev%% q %%this.date.month.prev.year%% g"
RENT = "Rent for %%this.date.month%%"


@pytest.fixture
def report(done: Done) -> str:
    """A task with an expression, due in January."""
    done("setting", "set", "zone", "UTC")
    return done("task", "add", REPORT, "--deadline", "2014-01-20", *AT)


@pytest.mark.parametrize(("day", "said"), [("01-20", "4 q 2013 g"), ("04-20", "1 q 2014 g"), ("07-20", "2 q 2014 g")])
def test_B9_the_report_names_the_quarter_before_its_date(done: Done, day: str, said: str) -> None:
    done("task", "add", REPORT, "--deadline", f"2014-{day}")
    assert f"to the tax for {said}" in done("task", "list")
    done("task", "add", "Close %%this.date.month%%", "--start", "2014-01-20", "--deadline", f"2014-{day}")
    assert "Close January" in done("task", "list")


def test_B10_the_title_is_in_lists_search_filters_and_history(done: Done, cli: Cli, report: str) -> None:
    title = "Reporting of ATP Ltd. to the tax for 4 q 2013 g"
    assert report == f"task 1 added: {title}\n"
    for words in (
        ("task", "list"), ("task", "list", "--text", "4 q 2013"), ("task", "list", "--filter", '"for 4 q 2013"'),
        ("task", "list", "--text", "quarter.prev"), ("board", "--at", "2014-02-01T10:00Z"),
        ("agenda", "--from", "2014-01-20", "--until", "2014-01-20"),
        ("forecast", "--at", "2014-01-10T10:00Z", "--until", "2014-01-25"), ("log",),
        ("undo", "--preview"), ("task", "delete", "1", "--json"), ("undo", "--preview"), ("undo",),
    ):  # fmt: skip
        said = cli(*words)
        assert said.status == 0, words
        assert title in said.out, words
        assert "%%" not in said.out or "--json" in words, words
    done("task", "add", "Something else")
    assert done("why", "task", title) == done("why", "task", 1)
    assert cli("task", "list", "--text", "2 q 2013", "--json").json == []
    assert [each["id"] for each in cli("task", "list", "--text", "QUARTER.PREV", "--json").json] == [1]
    assert [each["id"] for each in cli("task", "list", "--filter", "-2013", "--json").json] == [2]


def test_B10_scripts_have_both_and_edits_are_raw(done: Done, cli: Cli, report: str) -> None:
    (task,) = cli("task", "list", "--json").json
    assert (task["name"], task["title"]) == (REPORT, "Reporting of ATP Ltd. to the tax for 4 q 2013 g")
    card = done("task", "show", 1)
    assert f"name               {REPORT}" in card
    assert f"title              {task['title']}" in card
    done("task", "move", 1, "--deadline", "2014-04-20")
    assert "for 1 q 2014 g" in done("task", "list")
    assert cli("task", "show", 1, "--json").json["name"] == REPORT
    done("task", "add", "Without", *AT)
    assert "title" not in done("task", "show", 2)


def test_B10_an_unknown_path_stays_and_is_flagged(done: Done, cli: Cli) -> None:
    assert done("task", "add", "Rent %%this.date.month%% %%this.moth%%", "--deadline", "2014-01-20").splitlines() == [
        "task 1 added: Rent January %%this.moth%%",
        "  %%this.moth%%: 'moth' is not known after 'this' (known: date, deadline)",
    ]
    assert "Rent January %%this.moth%%" in done("task", "list")
    assert cli("task", "list", "--text", "this.moth", "--json").json[0]["title"] == "Rent January %%this.moth%%"


def test_B10_without_a_date_the_raw_text_shows(done: Done) -> None:
    assert done("task", "add", RENT).splitlines() == [
        f"task 1 added: {RENT}",
        "  %%this.date.month%%: the task has no date yet",
    ]
    assert done("task", "move", 1, "--deadline", "2014-01-20").splitlines()[0].endswith("Rent for January")


def test_B10_exports_say_what_is_shown_and_that_they_do(done: Done, tmp_path: Path) -> None:
    done("task", "add", RENT, "--deadline", "2014-01-20")
    for form in ("csv", "ics", "todotxt", "taskwarrior"):
        file = tmp_path / f"tasks.{form}"
        told = done("export", form, file)
        assert "an expression in a name (%%this...%%): the file says what it shows" in told, form
        assert "Rent for January" in file.read_text(), form
        assert "%%" not in file.read_text(), form


def test_what_was_exported_comes_back_without_a_change_of_the_name(done: Done, cli: Cli, tmp_path: Path) -> None:
    done("task", "add", RENT, "--deadline", "2014-01-20")
    file = tmp_path / "tasks.csv"
    done("export", "csv", file)
    file.write_text(file.read_text().replace("2014-01-20", "2014-02-20"))
    done("import", "tasks", file)
    (task,) = cli("task", "list", "--json").json
    assert (task["name"], task["title"], task["deadline_date"]) == (RENT, "Rent for February", "2014-02-20")


def test_tasks_of_a_template_say_their_own_dates(done: Done, cli: Cli) -> None:
    done("setting", "set", "zone", "UTC")
    at = ("--at", "2014-01-06T10:00Z")
    done("template", "add", RENT, "monthly 15", *at)
    rows = done("forecast", "--until", "2014-04-01", *at)
    assert "Rent for January" in rows
    assert "Rent for March" in rows
    named = done("agenda", "--from", "2014-02-15", "--until", "2014-06-15", *at)
    assert "Rent for February" in named
    assert "Rent for May" in named, "it is only planned"
    assert "%%" not in named + rows
    (sheet,) = cli("template", "list", "--json").json
    assert sheet["task_name"] == RENT


def test_months_follow_the_language_and_a_language_that_is_none_is_refused(done: Done, cli: Cli) -> None:
    done("task", "add", RENT, "--deadline", "2014-01-20")
    done("setting", "set", "language", "ru")
    assert "Rent for январь" in done("task", "list")
    assert cli("task", "list", "--text", "ЯНВАРЬ", "--json").json[0]["id"] == 1
    said = cli("setting", "set", "language", "klingon")
    assert said.status == 1
    assert "setting language: expected the code of a language, such as en, ru, de or pt_BR." in said.err
    assert "Rent for январь" in done("task", "list")


def test_names_that_should_break_it_do_not(cli: Cli) -> None:
    hostile = [
        "%%" * 200, "%%this.date.day.1000000000%%", "%%this.__class__.__mro__%%", "{0.__class__} %%{0.__class__}%%",
        "%%this.date" + ".next" * 80 + "%%", "%%this." * 60,
    ]  # fmt: skip
    for name in hostile:
        assert cli("task", "add", name, "--deadline", "2014-01-20").status == 0, name
    assert {each["title"] for each in cli("task", "list", "--json").json} == set(hostile)
