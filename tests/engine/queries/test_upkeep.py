"""`backup` and `doctor`: what is copied, what is refused, and what is found."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.lease import Lease
from engine.operations import definitions
from engine.operations.schedules import add as add_schedule
from engine.queries import health
from engine.queries.health import Finding, Health, kind_of_mount, lock_holder
from engine.queries.upkeep import backup, doctor
from store import paths
from store.errors import Refused
from store.instants import to_us
from store.opening import open_store
from tests.engine.stage import ANA, AT, desk, file_bytes, rows

__all__ = ["desk"]

OF_THE_MACHINE = {"sqlite", "time service"}
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def found(check: str, at: datetime = NOW) -> Finding:
    return next(finding for finding in doctor(ANA, at) if finding.check == check)


def test_a_backup_is_a_store_with_all_that_was_saved(desk: Path, tmp_path: Path) -> None:
    definitions.add_team(ANA, AT, "North")
    target = tmp_path / "copy.db"
    seen: list[tuple[int, int]] = []
    made = backup(ANA, AT, str(target), progress=lambda done, total: seen.append((done, total)))
    assert (made.file, made.size) == (str(target), target.stat().st_size)
    assert seen[-1][0] == seen[-1][1] > 0
    assert file_bytes(target) == file_bytes(desk)
    assert target.stat().st_mode & 0o777 == 0o600
    assert open_store(target).identity == open_store(desk).identity
    assert not [each.name for each in tmp_path.iterdir() if ".part" in each.name]


def test_a_backup_is_whole_while_others_write(desk: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(desk, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO team (name) VALUES ('half')")
        backup(ANA, AT, str(tmp_path / "copy.db"))
        other.execute("COMMIT")
    assert rows(tmp_path / "copy.db", "SELECT name FROM team") == []


def test_a_file_that_is_there_is_replaced_only_by_force(desk: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(Refused, match="is there already; name another file, or replace it with --force"):
        backup(ANA, AT, str(target))
    assert target.read_text() == "precious"
    backup(ANA, AT, str(target), force=True)
    assert file_bytes(target) == file_bytes(desk)


@pytest.mark.parametrize("force", [False, True])
def test_what_a_backup_may_never_replace(desk: Path, tmp_path: Path, force: bool) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.db").symlink_to(desk)
    (tmp_path / "hard.db").hardlink_to(desk)
    os.mkfifo(tmp_path / "pipe")
    used = open_store(tmp_path / "used.db").path
    open_store(desk)
    reader = sqlite3.connect(used)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM meta").fetchall()
    refusals = {
        "": "needs the name of a file",
        str(tmp_path / "folder"): "is a directory; name a file in it",
        str(tmp_path / "nowhere" / "copy.db"): "The folder .* does not exist",
        str(desk): "belongs to the store itself",
        f"{desk}-wal": "belongs to the store itself",
        f"{desk}-shm": "belongs to the store itself",
        str(paths.lock_file(desk)): "belongs to the store itself",
        str(paths.identity_file(desk)): "belongs to the store itself",
        str(tmp_path / "folder" / ".." / desk.name): "belongs to the store itself",
        str(tmp_path / "link.db"): "belongs to the store itself",
        str(tmp_path / "hard.db"): "belongs to the store itself",
        str(tmp_path / "pipe"): "is not a regular file",
        str(tmp_path / ("x" * 300)): "cannot be written: File name too long",
    }
    for target, words in refusals.items():
        with pytest.raises(Refused, match=words):
            backup(ANA, AT, target, force=force)
    with pytest.raises(Refused, match=r"is a store in use" if force else "is there already"):
        backup(ANA, AT, str(used), force=force)
    reader.close()
    assert rows(desk, "PRAGMA integrity_check") == [("ok",)]


def test_a_backup_that_is_cut_off_leaves_nothing_behind(desk: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(ANA, AT, str(tmp_path / "copy.db"), progress=stop)
    assert not [each.name for each in tmp_path.iterdir() if each.name.startswith("copy.db")]


def test_a_healthy_store_has_no_problem_and_is_not_touched(desk: Path) -> None:
    before, files = file_bytes(desk), sorted(each.name for each in desk.parent.iterdir())
    stamp = desk.stat().st_mtime_ns
    took = []
    for _ in range(3):
        begin = time.process_time()
        findings = doctor(ANA, NOW)
        took.append(time.process_time() - begin)
    assert min(took) < 1.0
    assert [each.check for each in findings if each.state is not Health.OK and each.check not in OF_THE_MACHINE] == []
    assert len({each.check for each in findings}) == len(findings) == 18
    assert all(each.words for each in findings)
    assert (file_bytes(desk), desk.stat().st_mtime_ns) == (before, stamp)
    assert sorted(each.name for each in desk.parent.iterdir()) == files


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ((3, 40, 1), "warning"), ((3, 44, 5), "warning"), ((3, 44, 6), "ok"), ((3, 45, 0), "warning"),
        ((3, 50, 4), "warning"), ((3, 50, 7), "ok"), ((3, 51, 0), "warning"), ((3, 51, 2), "warning"),
        ((3, 51, 3), "ok"), ((3, 52, 0), "warning"), ((3, 53, 0), "ok"),
    ],
)  # fmt: skip
def test_versions_of_sqlite_with_the_wal_reset_bug(version: tuple[int, ...], state: str) -> None:
    finding = health.sqlite(version)
    assert finding.state == state
    assert ".".join(map(str, version)) in finding.words


@pytest.mark.parametrize(
    ("check", "harm", "state", "words"),
    [
        ("file", lambda path: path.chmod(0o644), "warning", "mode 0644"),
        ("file", lambda path: path.parent.chmod(0o777), "warning", "Others may write the folder"),
        ("identity", lambda path: paths.identity_file(path).write_text("other"), "problem", "not the one that was"),
        (
            "identity",
            lambda path: change(path, "CREATE TRIGGER evil AFTER INSERT ON team BEGIN DELETE FROM task; END"),
            "problem",
            "Not made by tickler: trigger evil",
        ),
        ("identity", lambda path: change(path, "CREATE VIEW peek AS SELECT 1"), "problem", "view peek"),
        (
            "references",
            lambda path: change(path, "INSERT INTO task_assignee (task_id, user_id) VALUES (98, 99)"),
            "problem",
            "2 rows of task_assignee point to rows that are not there",
        ),
        ("content", lambda path: scribble(path), "problem", "Damaged"),
        ("clock", lambda path: change(path, "UPDATE setting SET value = '\"Mars/Olympus\"'"), "problem", "Mars"),
        ("engine", lambda path: scheduled(path), "warning", "None lives, and 1 schedule would fire"),
        (
            "schedules",
            lambda path: (scheduled(path), change(path, "UPDATE schedule SET error = 'no zone \033[2J'")),
            "problem",
            "Set aside until mended: nightly: no zone \ufffd[2J.",
        ),
    ],
)
def test_what_doctor_finds(desk: Path, check: str, harm: Callable[[Path], object], state: str, words: str) -> None:
    harm(desk)
    finding = found(check)
    assert (finding.state, words in finding.words) == (state, True), finding
    desk.parent.chmod(0o700)


def scribble(path: Path) -> None:
    """Overwrite a page in the middle, as a dying disk would."""
    change(path, "INSERT INTO task (name, visible_date, created_at) SELECT hex(zeroblob(2000)), '2025-01-01', 0"
                 " FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) a, sqlite_master")  # fmt: skip
    page = int(rows(path, "SELECT rootpage FROM sqlite_master WHERE name = 'task'")[0][0])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x05" + b"\xff" * 200)


def scheduled(path: Path) -> None:
    add_schedule(ANA, AT, "nightly", "daily 02:30", zone="UTC", command="true")


def test_a_long_log_is_reported(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = desk.with_name(f"{desk.name}-wal")
    assert health.write_ahead_log(desk).state == "ok"
    for size, state in ((65 << 20, "warning"), (257 << 20, "problem")):
        log.touch()
        os.truncate(log, size)
        finding = health.write_ahead_log(desk)
        assert (finding.state, "start an engine" in finding.words) == (state, True)
    log.unlink()


@pytest.mark.parametrize(("free", "state"), [(10, "problem"), (400, "warning"), (600, "ok")])
def test_room_on_the_disk(desk: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    here = os.statvfs(desk.parent)
    blocks = (free << 20) // here.f_frsize
    shrunk = os.statvfs_result((*here[:4], blocks, *here[5:]))
    monkeypatch.setattr(os, "statvfs", lambda path: shrunk)
    finding = health.disk(desk)
    assert (finding.state, f"{free}.0 MiB free" in finding.words) == (state, True)


def beat(path: Path, at: datetime, pid: int) -> None:
    change(
        path,
        "INSERT INTO node (id, kind, host, boot_id, pid, version, state, since, beat_at)"
        " VALUES ('n', 'daemon', ?, 'b', ?, '1', 'active', ?, ?)",
        os.uname().nodename, pid, to_us(at - timedelta(hours=2)), to_us(at),
    )  # fmt: skip


def test_an_engine_that_lives_is_silent_or_is_gone(desk: Path) -> None:
    beat(desk, NOW, os.getpid())
    lively = found("engine")
    assert (lively.state, f"pid {os.getpid()} on " in lively.words) == ("ok", True)
    later = NOW + timedelta(minutes=3)
    assert "holds no lock; start an engine" in found("engine", later).words
    lease = Lease(paths.lock_file(desk))
    assert lease.take()
    silent = found("engine", later)
    assert (silent.state, "stopped or stuck" in silent.words) == ("problem", True)
    change(desk, "UPDATE node SET state = 'stopped'")
    assert f"Process {os.getpid()} holds the engine's lock" in found("engine", later).words
    assert lock_holder(paths.lock_file(desk)) == os.getpid()
    lease.drop()
    assert lock_holder(paths.lock_file(desk)) is None


def test_a_clock_that_was_set_back(desk: Path) -> None:
    beat(desk, NOW, os.getpid())
    back = found("clock", NOW - timedelta(hours=3))
    assert (back.state, "3h00m after now" in back.words, "set back" in back.words) == ("warning", True, True), back
    assert found("clock", datetime(2199, 1, 1, tzinfo=UTC)).state == "problem"


MOUNTS = r"""
/dev/vda / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/vdb /home/ana ext4 rw 0 0
ana@host:/x /mnt/my\040disk fuse.sshfs rw 0 0
tmpfs /home/ana/tmp tmpfs rw 0 0
""".splitlines()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/desk.db", "ext4"),
        ("/home/bo/desk.db", "nfs4"),
        ("/home/ana/desk.db", "ext4"),
        ("/home/ana/tmp/desk.db", "tmpfs"),
        ("/home/anabel/desk.db", "nfs4"),
        ("/mnt/my disk/desk.db", "fuse.sshfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert kind_of_mount(Path(path), MOUNTS) == kind


def test_a_file_system_that_machines_share_is_a_problem(desk: Path, tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text("server:/x / nfs4 rw 0 0\n")
    finding = health.file_system(desk, table)
    assert (finding.state, "lies on nfs4, which machines share" in finding.words) == ("problem", True)
    assert health.file_system(desk, tmp_path / "none").state == "ok"
