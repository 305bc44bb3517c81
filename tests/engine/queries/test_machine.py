"""What `doctor` finds outside the store."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine import unitfile
from engine.actors import login_name
from engine.operations.settings import set_setting
from engine.queries import machine
from engine.queries.health import Finding
from engine.queries.upkeep import doctor
from store import paths
from store.instants import to_us
from tests.engine.stage import ANA, AT, desk

__all__ = ["desk"]


def found(check: str, at: datetime = AT) -> Finding:
    return next(finding for finding in doctor(ANA, at) if finding.check == check)


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [(True, "ok", "is synchronised"), (None, "ok", "does not tell"), (False, "warning", "timedatectl set-ntp true")],
)
def test_the_clock_is_kept_right_by_somebody(told: bool | None, state: str, words: str) -> None:
    finding = machine.time_service(lambda: told)
    assert (finding.state, words in finding.words) == (state, True)


def test_the_kernel_answers_in_its_own_words() -> None:
    assert machine.kernel_is_synchronised() in (True, False, None)


def test_a_unit_that_would_end_with_the_session(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    systemd, lingering = tmp_path / "systemd", tmp_path / "linger"
    lingering.mkdir()

    def told() -> tuple[str, str]:
        finding = machine.unit(desk, systemd, lingering)
        return str(finding.state), finding.words

    assert told() == ("ok", "no systemd runs here")
    systemd.mkdir()
    assert told() == ("ok", "systemd does not start an engine; `tickler engine install` writes a unit")
    made = unitfile.unit_of(("/usr/bin/tickler",), desk)
    unitfile.install(made)
    name, login = made.path.name, login_name()
    assert told() == ("warning", f"{name} is there and not enabled; `systemctl --user enable --now {name}` starts it.")
    wants = made.path.parent / "default.target.wants"
    wants.mkdir()
    (wants / name).symlink_to(made.path)
    assert told() == (
        "warning", f"{name} ends when {login} logs out; `loginctl enable-linger {login}` keeps it alive.",
    )  # fmt: skip
    (lingering / login).touch()
    assert told() == ("ok", f"{name} is enabled, and {login} lingers")
    made.path.write_text("somebody else's")
    assert told()[0] == "ok"


def test_backups_have_an_age(desk: Path) -> None:
    with closing(sqlite3.connect(desk)) as connection, connection:
        connection.execute("UPDATE act SET at = ?", (to_us(AT),))
    assert found("backups").words == "none yet; an engine makes one a day"
    later = found("backups", AT + timedelta(days=5))
    assert (later.state, "There is none" in later.words) == ("warning", True)
    folder = paths.backups_folder(desk)
    folder.mkdir()
    for days in (9, 1):
        copy = folder / f"{desk.stem}-2025051{days}-030000{desk.suffix}"
        copy.write_bytes(b"x" * 2048)
        os.utime(copy, ns=(0, to_us(AT - timedelta(days=days)) * 1000))
    young = found("backups")
    assert (young.state, young.words.split(" in ")[0], "the newest 1 d ago (2.0 KiB)" in young.words) == (
        "ok", "2 copies", True,
    ), young  # fmt: skip
    old = found("backups", AT + timedelta(days=4))
    assert (old.state, "`tickler backup FILE` one now" in old.words) == ("warning", True)
    set_setting(ANA, AT, "keep_backups", "0")
    assert "switched off" in found("backups", AT + timedelta(days=4)).words


def test_a_backup_that_is_switched_off_is_a_warning(desk: Path) -> None:
    set_setting(ANA, AT, "keep_backups", "0")
    finding = found("backups")
    assert (finding.state, "tickler setting set keep_backups 3" in finding.words) == ("warning", True)


def test_chores_that_failed_the_last_time(desk: Path) -> None:
    def ran(controller: str, state: str, at: datetime, error: str | None = None) -> None:
        with closing(sqlite3.connect(desk)) as connection, connection:
            connection.execute(
                "INSERT INTO run (name, controller, state, error, available_at, created_at, finished_at)"
                " VALUES (?, ?, ?, ?, 0, 0, ?)",
                (controller, controller, state, error, to_us(at)),
            )

    assert found("chores").state == "ok"
    ran("backup", "failed", datetime(2025, 1, 1, tzinfo=UTC), "long ago")
    ran("integrity", "failed", AT - timedelta(days=2), "disk \033[2J")
    ran("retention", "failed", AT - timedelta(days=2), "no room")
    ran("retention", "succeeded", AT - timedelta(days=1))
    finding = found("chores")
    assert (finding.state, finding.words) == (
        "problem", "Failed the last time: integrity (run 2): disk \N{REPLACEMENT CHARACTER}[2J.",
    )  # fmt: skip
