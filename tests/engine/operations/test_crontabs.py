"""A crontab on its way in and out: what is made, what a second time changes, what undo takes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from engine.actors import login_name
from engine.operations.adopting import Outcome, Report
from engine.operations.crontabs import import_crontab
from engine.operations.desk import load
from engine.operations.schedules import add, delete, disable, edit, pause, resume
from engine.operations.settings import set_setting
from engine.operations.undo import redo, undo
from engine.queries.crontab import Exported, export_crontab
from engine.queries.desk import dump
from engine.queries.schedules import one
from engine.timing import rule_of
from store.connection import reading
from store.enums import Missed, Overlap
from store.errors import Refused
from tests.engine.stage import ANA, AT, contents, desk, rows

__all__ = ["desk"]

FIXTURES = Path(__file__).parents[1] / "crontabs"
TAB = """\
MAILTO=ops
PATH=/usr/bin:/bin
# Every night.
30 2 * * * backup.sh --all
CRON_TZ=America/New_York
0 9 * * mon mail joe%Dear Joe,%100\\% done.%
#0 5 * * * old.sh
99 * * * * broken
"""
ALL = "SELECT name, spec, zone, params, pause_reason, missed, overlap, timeout, description FROM schedule ORDER BY id"


def tab(folder: Path, text: str, name: str = "jobs.tab") -> str:
    file = folder / name
    file.write_text(text)
    return str(file)


def take(folder: Path, text: str, **given: Any) -> Report:
    return import_crontab(ANA, AT, tab(folder, text), **given)


def outcomes(report: Report) -> dict[str, Outcome]:
    return {line.schedule or f"line {line.line}": line.outcome for line in report.lines}


def test_jobs_become_schedules_with_environment_and_input(desk: Path, tmp_path: Path) -> None:
    report = take(tmp_path, TAB)
    assert (report.made, report.changed, report.unchanged, report.refused) == (3, 0, 0, 1)
    env = {"MAILTO": "ops", "PATH": "/usr/bin:/bin"}
    found = [(name, spec, zone, json.loads(params), *rest) for name, spec, zone, params, *rest in rows(desk, ALL)]
    like_cron = ("skip", "allow", 30 * 86_400)
    letter = {"command": "mail joe", "cwd": "~", "env": env, "stdin": "Dear Joe,\n100% done.\n"}
    assert found == [
        ("backup.sh --all", "cron: 30 2 * * *", "UTC", {"command": "backup.sh --all", "cwd": "~", "env": env}, None,
         *like_cron, "Every night."),
        ("mail joe", "cron: 0 9 * * mon", "America/New_York", letter, None, *like_cron, ""),
        ("old.sh", "cron: 0 5 * * *", "America/New_York", {"command": "old.sh", "cwd": "~", "env": env},
         "commented out in jobs.tab", *like_cron, ""),
    ]  # fmt: skip
    assert report.lines[-1].words[0].startswith("cron: minute '99' is not understood")


@pytest.mark.parametrize("file", ["netbsd.crontab", "librenms.cron"])
@pytest.mark.parametrize("start", [datetime(2025, 3, 29, 22, 17, tzinfo=UTC), datetime(2025, 10, 25, 21, tzinfo=UTC)])
def test_imported_jobs_happen_when_cron_would_run_them(desk: Path, file: str, start: datetime) -> None:
    report = import_crontab(ANA, AT, str(FIXTURES / file), zone="Europe/Brussels", any_user=True)
    assert report.made == len(rows(desk, "SELECT 1 FROM schedule")) >= 4
    for line in report.lines:
        assert line.schedule is not None
        with reading(desk) as connection:
            found, at = rule_of(one(ANA, AT, line.schedule), connection), start
        reference = CronSim(" ".join(line.text.lstrip("#").split()[:5]), start.astimezone(ZoneInfo("Europe/Brussels")))
        for _ in range(50):
            following = found.next(at)
            assert following == next(reference).astimezone(UTC), line.text
            at = following


def test_the_report_tells_line_by_line(desk: Path, tmp_path: Path) -> None:
    told = str(take(tmp_path, TAB, dry_run=True)).splitlines()
    assert told[0].endswith("jobs.tab: 3 made, 0 changed, 0 unchanged, 1 refused (a preview: nothing was written)")
    assert told[1:5] == [
        "  line 1    noted      MAILTO=ops",
        "                       tickler mails nothing; what a job prints is in the log of its run",
        "  line 4    made       backup.sh --all  [cron: 30 2 * * *]",
        "  line 5    noted      CRON_TZ=America/New_York",
    ]
    assert "                       paused: commented out in jobs.tab" in told


def test_a_preview_changes_nothing(desk: Path, tmp_path: Path) -> None:
    before = contents(desk, revisions=True)
    take(tmp_path, TAB, dry_run=True)
    assert contents(desk, revisions=True) == before
    assert rows(desk, "SELECT count(*) FROM user") == [(0,)]


def test_a_second_time_changes_nothing(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, TAB)
    before, acts = contents(desk, revisions=True), rows(desk, "SELECT count(*) FROM act")
    again = take(tmp_path, TAB)
    assert (again.made, again.changed, again.unchanged, again.refused) == (0, 0, 3, 1)
    assert contents(desk, revisions=True) == before
    assert rows(desk, "SELECT count(*) FROM act") == acts


def test_what_a_person_changed_stays_until_the_file_says_something_new(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, TAB)
    edit(ANA, AT, "backup.sh --all", name="nightly", spec="cron: 0 4 * * *", overlap=Overlap.SKIP)
    resume(ANA, AT, "old.sh")
    assert take(tmp_path, TAB).changed == 0
    assert rows(desk, ALL)[0][:2] == ("nightly", "cron: 0 4 * * *")
    assert rows(desk, ALL)[2][4] is None
    report = take(tmp_path, TAB.replace("30 2 ", "45 2 "))
    assert outcomes(report)["nightly"] is Outcome.CHANGED
    name, spec, *_, overlap, _, _ = rows(desk, ALL)[0]
    assert (name, spec, overlap) == ("nightly", "cron: 45 2 * * *", "skip")
    assert (report.changed, report.unchanged) == (1, 2)


def test_commenting_a_job_out_pauses_it_and_back(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, "0 1 * * * a\n0 2 * * * b\n")
    assert outcomes(take(tmp_path, "#0 1 * * * a\n0 2 * * * b\n")) == {"a": Outcome.CHANGED, "b": Outcome.UNCHANGED}
    assert rows(desk, "SELECT pause_reason FROM schedule") == [("commented out in jobs.tab",), (None,)]
    take(tmp_path, "0 1 * * * a\n0 2 * * * b\n")
    assert rows(desk, "SELECT pause_reason FROM schedule") == [(None,), (None,)]


def test_the_same_command_several_times_and_an_old_line_kept_as_comment(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, "0 1 * * * a\n0 2 * * * a\n")
    assert rows(desk, "SELECT name, spec FROM schedule") == [("a", "cron: 0 1 * * *"), ("a (2)", "cron: 0 2 * * *")]
    take(tmp_path, "#0 1 * * * a\n0 3 * * * a\n0 2 * * * a\n")
    assert rows(desk, "SELECT name, spec, pause_reason FROM schedule") == [
        ("a", "cron: 0 3 * * *", None), ("a (2)", "cron: 0 2 * * *", None),
        ("a (3)", "cron: 0 1 * * *", "commented out in jobs.tab"),
    ]  # fmt: skip


def test_a_job_that_left_the_file_stays_unless_told_otherwise(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, "0 1 * * * a\n0 2 * * * b\n")
    assert outcomes(take(tmp_path, "0 2 * * * b\n")) == {"b": Outcome.UNCHANGED, "a": Outcome.GONE}
    assert outcomes(take(tmp_path, "0 2 * * * b\n", prune=True))["a"] is Outcome.DELETED
    assert rows(desk, "SELECT name FROM schedule WHERE deleted_at IS NULL") == [("b",)]
    assert outcomes(take(tmp_path, "0 1 * * * a\n0 2 * * * b\n")) == {"a": Outcome.MADE, "b": Outcome.UNCHANGED}


def test_two_files_do_not_disturb_each_other(desk: Path, tmp_path: Path) -> None:
    import_crontab(ANA, AT, tab(tmp_path, "0 1 * * * a\n", "one"))
    import_crontab(ANA, AT, tab(tmp_path, "0 1 * * * a\n", "two"), prune=True)
    assert rows(desk, "SELECT name FROM schedule WHERE deleted_at IS NULL") == [("a",), ("a (2)",)]


def test_schedules_that_a_desk_file_brought_are_recognised(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, TAB)
    definitions = tmp_path / "desk.toml"
    definitions.write_text(dump(ANA, AT))
    undo(ANA, AT)
    load(ANA, AT, str(definitions))
    assert rows(desk, "SELECT count(*), count(origin) FROM schedule") == [(3, 0)]
    assert (again := take(tmp_path, TAB)).unchanged == 3, again
    assert rows(desk, "SELECT count(*), count(origin) FROM schedule") == [(3, 3)]
    assert take(tmp_path, TAB.replace("30 2 ", "45 2 ")).changed == 1


def test_undo_takes_an_import_back_and_redo_brings_it_again(desk: Path, tmp_path: Path) -> None:
    take(tmp_path, "0 1 * * * a\n0 2 * * * b\n")
    before = rows(desk, ALL)
    take(tmp_path, "0 3 * * * a\n#0 2 * * * b\n0 4 * * * c\n")
    undo(ANA, AT)
    assert rows(desk, ALL) == before
    redo(ANA, AT)
    assert [row[1] for row in rows(desk, ALL)] == ["cron: 0 3 * * *", "cron: 0 2 * * *", "cron: 0 4 * * *"]
    assert take(tmp_path, "0 3 * * * a\n#0 2 * * * b\n0 4 * * * c\n").unchanged == 3
    undo(ANA, AT)
    undo(ANA, AT)
    assert rows(desk, ALL) == []


def test_jobs_of_other_users_wait_for_a_word(desk: Path, tmp_path: Path) -> None:
    me = login_name()
    text = f"0 1 * * * {me} a\n0 2 * * * nobody b\n"
    report = take(tmp_path, text, system=True)
    assert rows(desk, "SELECT name, pause_reason FROM schedule") == [
        ("a", None), ("b", f"cron runs it as nobody, here it would run as {me}"),
    ]  # fmt: skip
    assert "jobs of nobody are paused; `schedule resume` lets one run as you, --any-user all" in report.notes
    assert take(tmp_path, text, system=True, any_user=True).changed == 1
    assert rows(desk, "SELECT pause_reason FROM schedule") == [(None,), (None,)]
    pause(ANA, AT, "b", reason="on holiday")
    take(tmp_path, text.replace("0 2", "0 3"), system=True, any_user=True)
    assert rows(desk, "SELECT spec, pause_reason FROM schedule WHERE name = 'b'") == [("cron: 0 3 * * *", "on holiday")]


def test_home_and_shell_and_single_runs_and_policies(desk: Path, tmp_path: Path) -> None:
    text = "SHELL=/bin/bash\nHOME=/srv\nRANDOM_DELAY=3\n0 1 * * * -s a\n"
    take(tmp_path, text, missed=Missed.RUN_ONCE)
    found = rows(desk, "SELECT params, missed, overlap, jitter FROM schedule")[0]
    params = {"command": "a", "cwd": "/srv", "env": {"HOME": "/srv", "SHELL": "/bin/bash"}, "shell": "/bin/bash"}
    assert (json.loads(found[0]), *found[1:]) == (params, "run_once", "skip", 180)


def test_times_are_those_of_the_machine_whose_cron_it_was(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    set_setting(ANA, AT, "zone", "Europe/Brussels")
    report = take(tmp_path, "0 1 * * * a\n")
    assert rows(desk, "SELECT zone FROM schedule") == [("Asia/Tokyo",)]
    assert report.notes[0] == "times are those of Asia/Tokyo; the store's zone is Europe/Brussels (--zone says another)"
    assert take(tmp_path, "0 1 * * * a\n", zone="Europe/Paris").changed == 1


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        ("", {}, "has no jobs. Nothing was changed."),
        ("# nothing\nA=1\n", {}, "has no jobs. Nothing was changed."),
        ("0 1 * * * a\n", {"system": True, "user": True}, "--system and --user: say one of the two."),
        ("0 1 * * * a\n", {"zone": "Mars"}, "Mars"),
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Path, tmp_path: Path, text: str, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused) as fault:
        take(tmp_path, text, **given)
    assert words in str(fault.value)
    assert rows(desk, "SELECT count(*) FROM act WHERE operation = 'import crontab'") == [(0,)]


def test_a_file_that_is_not_there_or_is_a_folder(desk: Path, tmp_path: Path) -> None:
    for name in (tmp_path / "none", tmp_path):
        with pytest.raises(Refused):
            import_crontab(ANA, AT, str(name))


# ---- and out again


def exported() -> str:
    text = export_crontab(ANA, AT)
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("text", [TAB, None])
def test_what_was_exported_makes_the_same_schedules_elsewhere(desk: Path, tmp_path: Path, text: str | None) -> None:
    if text is None:
        for file in ("netbsd.crontab", "librenms.cron"):
            import_crontab(ANA, AT, str(FIXTURES / file), any_user=True)
    else:
        take(tmp_path, text)
    columns = "name, spec, zone, params, pause_reason IS NULL, missed, overlap, timeout, description"
    before = rows(desk, f"SELECT {columns} FROM schedule ORDER BY name")
    out = exported()
    rows_before = contents(desk, revisions=True)
    again = take(tmp_path, out)
    assert (again.made, again.changed) == (0, 0), "into the same store it changes nothing"
    assert contents(desk, revisions=True) == rows_before
    for name, *_ in before:
        delete(ANA, AT, name)
    take(tmp_path, out)
    assert rows(desk, f"SELECT {columns} FROM schedule WHERE deleted_at IS NULL ORDER BY name") == before
    assert exported() == out


def test_other_notations_become_five_fields(desk: Path) -> None:
    for name, spec in (
        ("a", "daily 09:00,17:00"),
        ("b", "weekly mon,fri 08:30"),
        ("c", "monthly 1,15 06:00"),
        ("d", "yearly 8 march 12:00"),
        ("e", "cron: @hourly"),
        ("f", "weekly sun 10:00"),
    ):
        add(ANA, AT, name, spec=spec, command="x")
    lines = [line for line in exported().splitlines() if line.endswith(" x")]
    assert lines == [
        "0 9,17 * * * x", "30 8 * * 1,5 x", "0 6 1,15 * * x", "0 12 8 3 * x", "0 * * * * x", "0 10 * * 0 x",
    ]  # fmt: skip


def test_what_a_crontab_cannot_say_is_a_comment_with_the_reason(desk: Path) -> None:
    for name, given in (
        ("steps", {"spec": "every 7 minutes"}),
        ("clamped", {"spec": "monthly 31 clamp"}),
        ("last", {"spec": "monthly last day"}),
        ("uneven", {"spec": "daily 09:00,17:30"}),
        ("ends", {"spec": "daily", "end": "2026-01-01"}),
        ("holidays", {"spec": "daily", "exclude": ("2025-12-25",)}),
        ("alone", {"spec": "daily", "exclusive": True}),
        ("lines", {"spec": "daily", "command": "a\nb"}),
        ("elsewhere", {"spec": "daily", "params": '{"command": "x", "cwd": "/srv"}'}),
        ("typed", {"spec": "daily", "params": '{"command": "x", "stdin": "no end"}'}),
        ("quotes", {"spec": "daily", "params": '{"command": "x", "env": {"A": " \' \\" "}}'}),
        ("moment", {"moment": "2025-06-01T10:00", "repeat_axis": "day"}),
    ):
        add(ANA, AT, name, **{"command": "x", **given} if "params" not in given else given)  # type: ignore[arg-type]
    out = exported()
    lines = [line for line in out.splitlines()[1:] if line]
    assert len(lines) == 12
    assert all(line.startswith("# tickler cannot say here: ") for line in lines), lines
    reasons = {line.split("here: ")[1].split(" (")[0]: line.rpartition("): ")[2] for line in lines}
    assert reasons["ends"] == "it ends; a crontab cannot say so"
    assert reasons["elsewhere"] == "it works in /srv; cron's jobs work in HOME"
    assert reasons["uneven"] == "one line of a crontab has the same minutes in each of its hours"
    assert reasons["typed"] == "no line of a crontab is read by cron as this command"


def test_what_cron_would_do_otherwise_stands_above_the_line(desk: Path) -> None:
    add(ANA, AT, "careful", spec="daily 02:00", command="x", max_retries=2, timeout="1h")
    disable(ANA, AT, "careful")
    assert exported().splitlines()[2:] == [
        "# tickler cannot say here: tried again up to 2 times after a failure",
        "# tickler cannot say here: stopped after 1h",
        "# tickler cannot say here: while a run is open: skip",
        "# tickler cannot say here: after an outage: run_once",
        "# tickler cannot say here: works in a folder of its own",
        "# tickler: careful",
        "# 0 2 * * * x",
    ]


def test_a_variable_that_cannot_be_taken_back(desk: Path) -> None:
    for name, env in (("a", {}), ("b", {"X": "1"}), ("c", {"X": "2"}), ("d", {"Y": "1"}), ("e", {"X": "1", "Z": "3"})):
        add(ANA, AT, name, spec="daily", params=json.dumps({"command": name, "cwd": "~", "env": env}))
    out = exported()
    assert [line for line in out.splitlines() if line.startswith("0 0")] == [
        "0 0 * * * a", "0 0 * * * b", "0 0 * * * c", "0 0 * * * e",
    ]  # fmt: skip
    assert "d (cron: 0 0 * * *): a crontab cannot take back X, which jobs above need" in out


def test_a_file_is_not_replaced_by_accident(desk: Path, tmp_path: Path) -> None:
    add(ANA, AT, "a", spec="daily", command="x")
    target = tmp_path / "out.tab"
    assert export_crontab(ANA, AT, str(target)) == Exported(str(target), 1, 0)
    with pytest.raises(Refused, match="is there already; name another file"):
        export_crontab(ANA, AT, str(target))
    with pytest.raises(Refused, match="cannot be written"):
        export_crontab(ANA, AT, str(tmp_path / "no" / "folder"))
    assert target.read_text() == exported()
