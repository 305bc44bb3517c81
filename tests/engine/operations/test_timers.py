"""Timers of systemd on their way in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.actors import login_name
from engine.operations.adopting import Outcome
from engine.operations.timers import import_timers
from engine.operations.undo import undo
from store.errors import Refused
from tests.engine.stage import ANA, AT, contents, desk, rows

__all__ = ["desk"]

BACKUP = "[Timer]\nOnCalendar=*-*-* 02:30:00\nPersistent=true\nRandomizedDelaySec=20m\n"
SERVICE = "[Unit]\nDescription=Back up\n[Service]\nType=oneshot\nExecStart=/bin/backup %H\nEnvironment=A=1\n"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    folder = tmp_path / ".config" / "systemd" / "user"
    folder.mkdir(parents=True)
    (folder / "backup.timer").write_text(BACKUP)
    (folder / "backup.service").write_text(SERVICE.replace("%H", "x"))
    (folder / "boot.timer").write_text("[Timer]\nOnClockChange=yes\nUnit=backup.service\n")
    (folder / "other.txt").write_text("no unit")
    return folder


def test_timers_become_schedules(desk: Path, units: Path) -> None:
    report = import_timers(ANA, AT, str(units))
    assert [(line.file, line.line, line.outcome) for line in report.lines] == [
        ("backup.timer", 2, Outcome.MADE), ("boot.timer", 2, Outcome.REFUSED),
    ]  # fmt: skip
    name, spec, zone, params, *rest = rows(
        desk,
        "SELECT name, spec, zone, params, missed, overlap, timeout, jitter, pause_reason, description FROM schedule",
    )[0]
    assert (name, spec, zone) == ("backup", "OnCalendar: *-*-* 02:30:00", "UTC")
    assert json.loads(params) == {"command": "/bin/backup x", "cwd": "~", "env": {"A": "1"}}
    assert rest == ["run_once", "skip", 30 * 86_400, 1200, None, "Back up"]
    assert str(report).splitlines()[:2] == [
        f"{units}: 1 made, 0 changed, 0 unchanged, 1 refused",
        "  backup.timer line 2 made       backup  [OnCalendar: *-*-* 02:30:00]",
    ]


@pytest.mark.parametrize(
    ("times", "spec", "missed"),
    [
        ("OnBootSec=15min\n", "at boot + 15m", "run_once"),
        ("OnBootSec=15min\nOnUnitActiveSec=1d\n", "every day | at boot + 15m", "skip"),
        ("OnCalendar=Mon 3:00\nOnCalendar=Tue 4:00\nPersistent=yes\n",
         "OnCalendar: Mon 3:00 | OnCalendar: Tue 4:00", "run_once"),
    ],
)  # fmt: skip
def test_a_timer_is_one_schedule_whatever_it_counts_from(
    desk: Path, units: Path, times: str, spec: str, missed: str
) -> None:
    for file in units.glob("*.timer"):
        file.unlink()
    (units / "tidy.timer").write_text(f"[Timer]\n{times}Unit=backup.service\n")
    assert import_timers(ANA, AT, str(units)).made == 1
    assert rows(desk, "SELECT name, spec, missed, error FROM schedule") == [("tidy", spec, missed, None)]
    before = contents(desk, revisions=True)
    assert import_timers(ANA, AT, str(units)).unchanged == 1
    assert contents(desk, revisions=True) == before
    undo(ANA, AT)
    assert contents(desk)["schedule"] == []


def test_a_second_time_changes_nothing_and_a_changed_unit_what_changed(desk: Path, units: Path) -> None:
    import_timers(ANA, AT, str(units))
    before = contents(desk, revisions=True)
    assert import_timers(ANA, AT, str(units)).unchanged == 1
    assert contents(desk, revisions=True) == before
    (units / "backup.timer.d").mkdir()
    (units / "backup.timer.d" / "local.conf").write_text("[Timer]\nOnCalendar=\nOnCalendar=hourly\n")
    assert import_timers(ANA, AT, str(units), dry_run=True).changed == 1
    assert contents(desk, revisions=True) == before
    import_timers(ANA, AT, str(units))
    assert rows(desk, "SELECT spec FROM schedule") == [("OnCalendar: hourly",)]
    undo(ANA, AT)
    undo(ANA, AT)
    assert rows(desk, "SELECT count(*) FROM schedule") == [(0,)]


def test_services_of_others_wait_for_a_word(desk: Path, units: Path) -> None:
    (units / "backup.service").write_text(SERVICE.replace("%H", "x") + "User=nobody\n")
    import_timers(ANA, AT, str(units))
    assert rows(desk, "SELECT pause_reason FROM schedule") == [
        (f"systemd runs it as nobody, here it would run as {login_name()}",)
    ]


def test_a_timer_that_systemd_does_not_start_is_taken_paused(
    desk: Path, tmp_path: Path, units: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    import_timers(ANA, AT, str(units))
    assert rows(desk, "SELECT pause_reason FROM schedule") == [("it is not enabled under systemd",)]
    (units / "timers.target.wants").mkdir()
    (units / "timers.target.wants" / "backup.timer").symlink_to(units / "backup.timer")
    import_timers(ANA, AT, str(units))
    assert rows(desk, "SELECT pause_reason FROM schedule") == [(None,)]


def test_templates_have_instances_where_they_are_enabled(desk: Path, units: Path) -> None:
    (units / "at@.timer").write_text("[Timer]\nOnCalendar=hourly\n")
    (units / "at@.service").write_text("[Service]\nExecStart=/bin/echo %i\n")
    (units / "timers.target.wants").mkdir()
    (units / "timers.target.wants" / "at@home.timer").symlink_to(units / "at@.timer")
    (units / "gone.timer").symlink_to("/dev/null")
    import_timers(ANA, AT, str(units))
    found = rows(desk, "SELECT name, json_extract(params, '$.command') FROM schedule ORDER BY name")
    assert found == [("at@home", "/bin/echo home"), ("backup", "/bin/backup x")]


def test_what_is_no_folder_of_timers_is_refused(desk: Path, tmp_path: Path, units: Path) -> None:
    for folder in (tmp_path / "none", units / "backup.timer"):
        with pytest.raises(Refused, match=r"cannot be read|no folder"):
            import_timers(ANA, AT, str(folder))
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match=r"has no timers\. Nothing was changed\."):
        import_timers(ANA, AT, str(tmp_path / "empty"))
