"""The lines that scripts rely on (design, section 10), each with fixture S."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.tickler.conftest import Cli, process

Done = Callable[..., str]


def test_E1_the_forms_of_a_script_that_confirms_a_stay(stays: Path, cli: Cli) -> None:
    said = cli(
        "--store", stays, "entity", "set-status", "stay", "12", "confirmed", "--at", "2025-05-20T10:15", "--json"
    )
    assert said.status == 0
    assert said.json["status"] == "confirmed"
    assert said.json["status_at"] == "2025-05-20T10:15:00+02:00"
    assert said.json["dates"] == {"date_from": "2025-07-14", "date_to": "2025-07-18"}

    def names(view: str, on: str) -> list[str]:
        listed = cli("task", "list", "--object", "stay/12", "--view", view, "--on", on, "--json")
        return [task["name"] for task in listed.json]

    assert len(names("waiting", "2025-05-20")) == 6
    assert len(names("upcoming", "2025-05-20")) == 3
    assert len(names("waiting", "2025-06-04")) == 9
    assert (names("upcoming", "2025-06-04"), names("done", "2025-06-04")) == ([], [])
    assert len(names("open", "2025-05-20")) == len(names("all", "2025-05-20")) == len(names("history", "2025-05-20"))


def test_a_task_in_json_has_the_names_that_users_know(stays: Path, cli: Cli, done: Done) -> None:
    done("entity", "set-status", "stay", "12", "confirmed", "--at", "2025-05-20T10:15")
    listed = cli("task", "list", "--object", "stay/12", "--view", "open", "--on", "2025-06-04", "--json").json
    task = next(each for each in listed if each["name"] == "Collect allergy info")
    assert task["deadline_date"] == "2025-06-14"
    assert task["visible_date"] == "2025-05-20"
    assert task["created_at"] == "2025-05-20T10:15:00+02:00"
    assert (task["is_done"], task["done_by"], task["done_date"]) == (False, None, None)
    assert (task["object_class"], task["object_id"]) == ("stay", "12")
    assert {"has_task_model", "task_model_id", "notes", "trigger_event_id", "deadline_event_id"} <= set(task)
    assert task["assignees"] == []

    written = cli("task", "done", task["id"], "--at", "2025-06-02T09:00", "--json").json
    assert set(written) == set(task)
    assert (written["is_done"], written["done_date"]) == (True, "2025-06-02")
    assert written["done_by"]


def test_E16_setting_a_date_moves_the_tasks_and_a_preview_writes_nothing(stays: Path, cli: Cli, done: Done) -> None:
    done("entity", "set-status", "stay", "12", "confirmed", "--at", "2025-05-20T10:15")
    before = cli("log", "--json").out
    moves = cli("entity", "set", "stay", "12", "date_from=2025-07-21", "--preview", "--json").json
    assert {(move["was"], move["becomes"]) for move in moves} == {("2025-06-14", "2025-06-21")}
    assert len(moves) == 3
    assert cli("log", "--json").out == before
    assert (
        cli("entity", "set", "stay", "12", "date_from=2025-07-21", "--json").json["dates"]["date_from"] == "2025-07-21"
    )
    days = [task["deadline_date"] for task in cli("task", "list", "--object", "stay/12", "--json").json]
    assert days.count("2025-06-21") == 3


def test_a_preview_prints_an_array_of_instants(cli: Cli) -> None:
    said = cli(
        "schedule", "preview", "monthly first monday", "--zone", "Europe/Brussels",
        "--from", "2025-08-04T00:00", "--count", "4", "--json",
    )  # fmt: skip
    assert said.json == [
        "2025-09-01T00:00:00+02:00",
        "2025-10-06T00:00:00+02:00",
        "2025-11-03T00:00:00+01:00",
        "2025-12-01T00:00:00+01:00",
    ]
    across = cli(
        "schedule", "preview", "cron: 30 2 * * *", "--zone", "Europe/Brussels",
        "--from", "2025-03-28T12:00", "--count", "3", "--json",
    )  # fmt: skip
    assert across.json == ["2025-03-29T02:30:00+01:00", "2025-03-30T03:00:00+02:00", "2025-03-31T02:30:00+02:00"]
    words = cli("schedule", "preview", "cron: 30 2 * * *", "--zone", "Europe/Brussels", "--from", "2025-03-28T12:00")
    assert "Sun 30 Mar 2025 03:00 +02:00" in words.out


def test_E12_one_pass_of_the_engine_and_what_it_left(store: Path, cli: Cli, done: Done) -> None:
    added = ("schedule", "add", "nightly", "daily 00:00", "--zone", "UTC", "--command", "echo 'all\033[31m well'")
    done(*added, "--at", "2025-05-31T12:00")
    once = process("engine", "--once", "--at", "2025-06-05T08:30", timeout=60)
    assert (once.returncode, "Traceback" in once.stderr) == (0, False), once.stderr

    runs = cli("run", "list", "--schedule", "nightly", "--json").json
    assert [(run["state"], run["exit_code"]) for run in runs] == [("succeeded", 0)]
    missed = cli("schedule", "missed", "--schedule", "nightly", "--json").json
    assert sum(row["count"] for row in missed) == 4
    assert {row["state"] for row in missed} == {"merged"}

    lines = cli("run", "log", runs[0]["id"], "--json").json
    assert any("well" in line["text"] for line in lines)
    shown = done("run", "log", runs[0]["id"])
    assert "all␛[31m well" in shown
    assert "\033" not in shown


def test_a_contact_and_its_place_in_the_history(stays: Path, cli: Cli, done: Done) -> None:
    text = "Called parents, allergy form promised"
    noted = cli("entity", "contact", "stay", "12", text, "--on", "2025-05-22", "--validated", "--json").json
    assert (noted["kind"], noted["done_date"], noted["is_done"], noted["deadline_date"]) == (
        "contact", "2025-05-22", True, None,
    )  # fmt: skip
    history = cli("entity", "history", "stay", "12", "--json").json
    assert text in [line["words"] for line in history]
    assert cli("task", "list", "--object", "stay/12", "--view", "waiting", "--json").json == []


def test_a_desk_file_goes_in_and_comes_out(stays: Path, cli: Cli, done: Done, tmp_path: Path) -> None:
    text = done("dump")
    (tmp_path / "desk.toml").write_text(text)
    other = tmp_path / "other.db"
    assert cli("--store", other, "load", tmp_path / "desk.toml").status == 0
    assert cli("dump", "--store", other).out == text


def test_an_import_says_what_it_did(stays: Path, cli: Cli, done: Done, tmp_path: Path) -> None:
    (tmp_path / "stays.csv").write_text("Nr,State,Arrival\n13,confirmed,2025-08-04\n14,quote,2025-08-11\n")
    words = (
        "entity", "import", tmp_path / "stays.csv", "--class", "stay", "--id", "Nr", "--status", "State",
        "--map", "date_from=Arrival",
    )  # fmt: skip
    first = cli(*words, "--json", "--at", "2025-05-20")
    assert (first.status, first.json["rows"], first.json["made"]) == (0, 2, 2)
    assert done(*words) == "nothing changed\n"
    assert "rows" in done(*words, "--preview")
    assert [each["object_id"] for each in cli("entity", "list", "stay", "--json").json] == ["12", "13", "14"]


def test_undo_redo_log_and_why(stays: Path, cli: Cli, done: Done) -> None:
    done("entity", "set-status", "stay", "12", "confirmed", "--at", "2025-05-20T10:15")
    undone = cli("undo", "--json")
    assert undone.status == 0
    assert cli("task", "list", "--view", "all", "--json").json == []
    assert cli("redo").status == 0
    tasks = cli("task", "list", "--view", "all", "--json").json
    assert len(tasks) == 9
    assert "became confirmed" in cli("why", "task", tasks[0]["id"]).out
    newest = cli("log", "--json").json[0]
    assert (newest["operation"], newest["via"]) == ("redo", "cli")


def test_a_file_with_several_faults_is_told_line_by_line(store: Path, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text('[[team]]\nnam = "North"\n\n[[team]]\nname = "South"\ncolour = "blue"\n')
    said = cli("load", file)
    assert said.status == 1
    assert [line.partition(":")[0] for line in said.err.splitlines()][1:] == ["line 1", "line 2", "line 6"]
    assert cli("team", "list", "--json").json == []
