"""A backup and what lies beside the store: logs in files, artifacts. What is restored is read again."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.clock import HandClock
from engine.queries.runs import artifact
from engine.queries.upkeep import backup, doctor
from store import copying, paths, settings
from store.backup import remove
from store.connection import connect
from store.enums import RunState
from store.errors import Refused
from store.instants import to_us
from store.logfile import path_of
from store.opening import open_store
from tests.engine.engine_stage import Stage, log_of, texts, whole
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]

NOW = to_us(datetime(2025, 7, 1, 9, 0, tzinfo=UTC))
SAYS = "echo up; echo ERROR down; echo 1,2,3 > $TICKLER_ARTIFACTS/report.csv"


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    """An engine whose runs log to files."""
    with closing(connect(desk)) as connection:
        connection.execute("INSERT INTO act (at, actor, via, operation) VALUES (0, 'test', 'test', 'test')")
        settings.write(connection, "task_log_storage_backend", "file")
    with Stage(desk, HandClock(NOW)) as made:
        yield made
    whole(desk)


def log_file(store: Path, run: int) -> Path:
    with closing(connect(store, read_only=True)) as connection:
        return path_of(connection, run)


def beside(target: Path) -> list[str]:
    """Everything that has to do with a copy, by name."""
    return sorted(each.name for each in target.parent.iterdir() if each.name.startswith(target.name))


def test_a_backup_that_is_restored_has_its_logs_and_artifacts(stage: Stage, tmp_path: Path) -> None:
    run = stage.do(SAYS)
    said = [(line.text, line.level) for line in log_of(stage.store, run.id)]
    target = tmp_path / "out" / "copy.db"
    target.parent.mkdir()
    made = backup(ANA, AT, str(target))
    assert (made.logs, made.artifacts, made.missing) == (1, 1, ())
    assert made.files_size == log_file(stage.store, run.id).stat().st_size + len("1,2,3\n")
    assert str(made).splitlines()[1] == f"{target}.files: 1 log and 1 artifact, {made.files_size} B"
    assert beside(target) == ["copy.db", "copy.db.files"]
    modes = {each: each.stat().st_mode & 0o777 for each in (target, *target.parent.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}

    restored = tmp_path / "elsewhere" / "desk.db"
    restored.parent.mkdir()
    shutil.copy(target, restored)
    shutil.copytree(paths.files_folder(target), paths.files_folder(restored))
    shutil.rmtree(target.parent)
    away = paths.files_folder(stage.store).rename(tmp_path / "away")
    open_store(restored)
    try:
        assert [(line.text, line.level) for line in log_of(restored, run.id)] == said
        artifact(ANA, AT, run.id, "report.csv", str(tmp_path / "mine.csv"))
        assert (tmp_path / "mine.csv").read_text() == "1,2,3\n"
        assert found(restored, "files") == ("ok", "1 log file and 1 artifact are there")
    finally:
        open_store(stage.store)
        away.rename(paths.files_folder(stage.store))


def found(store: Path, check: str) -> tuple[str, str]:
    return next((str(each.state), each.words) for each in doctor(ANA, AT) if each.check == check)


def test_a_copy_holds_what_its_rows_say_while_a_run_goes_on(stage: Stage, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    run = stage.add(f"seq 1 100; read x < {gate}; seq 101 200")
    stage.until(lambda: len(log_of(stage.store, run)) == 101)
    backup(ANA, AT, str(tmp_path / "copy.db"))
    gate.write_text("go\n")
    stage.over(run)
    assert texts(tmp_path / "copy.db", run, "stdout") == [str(number) for number in range(1, 101)]
    assert texts(stage.store, run, "stdout") == [str(number) for number in range(1, 201)]


def test_a_database_gets_its_name_last_and_nothing_half_stays(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.do(SAYS)
    target = tmp_path / "copy.db"
    backup(ANA, AT, str(target))
    before = {each: each.read_bytes() for each in paths.files_folder(target).rglob("*") if each.is_file()}
    count = rows(target, "SELECT count(*) FROM run")
    stage.do(SAYS)
    real, calls = os.sendfile, list[int]()

    def full(out: int, source: int, offset: int, size: int) -> int:
        calls.append(size)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(out, source, offset, size)

    monkeypatch.setattr(copying.os, "sendfile", full)
    for name, force in (("other.db", False), ("copy.db", True)):
        calls.clear()
        with pytest.raises(Refused, match="cannot be written: No space left on device"):
            backup(ANA, AT, str(tmp_path / name), force=force)
    monkeypatch.undo()
    assert beside(tmp_path / "other.db") == []
    assert beside(target) == ["copy.db", "copy.db.files"]
    assert {each: each.read_bytes() for each in paths.files_folder(target).rglob("*") if each.is_file()} == before
    assert rows(target, "SELECT count(*) FROM run") == count
    made = backup(ANA, AT, str(target), force=True)
    assert (made.logs, made.artifacts, beside(target)) == (2, 2, ["copy.db", "copy.db.files"])


@pytest.mark.parametrize("at", range(1, 6))
def test_no_name_ever_has_the_files_of_another_copy(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The process dies before one of the renames: there is the old copy, the new one, or none under the name."""
    stage.do(SAYS)
    target = tmp_path / "copy.db"
    backup(ANA, AT, str(target))
    stage.do(SAYS)
    child = os.fork()
    if not child:
        real, done = Path.rename, list[Path]()

        def rename(path: Path, to: Path) -> Path:
            done.append(path)
            if len(done) == at:
                os._exit(9)
            return real(path, to)

        monkeypatch.setattr(Path, "rename", rename)
        backup(ANA, AT, str(target), force=True)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == (9 if at < 5 else 0)
    if target.exists():
        (wanted,) = rows(target, "SELECT count(*) FROM run")[0]
        files = [each for each in paths.files_folder(target).rglob("*") if each.is_file()]
        assert len(files) == 2 * wanted
    for _ in range(2):  # the first may leave the old copy, which was under no name any more
        made = backup(ANA, AT, str(target), force=True)
    assert (made.logs, made.artifacts, beside(target)) == (2, 2, ["copy.db", "copy.db.files"])


def test_a_folder_of_somebody_else_is_not_replaced(stage: Stage, tmp_path: Path) -> None:
    stage.do(SAYS)
    folder = tmp_path / "copy.db.files"
    folder.mkdir()
    (folder / "1").mkdir()
    with pytest.raises(Refused, match="is there already; name another file, or replace it with --force"):
        backup(ANA, AT, str(tmp_path / "copy.db"))
    (folder / "letters").mkdir()
    with pytest.raises(Refused, match="is in the way of the copy's files; name another file"):
        backup(ANA, AT, str(tmp_path / "copy.db"), force=True)
    assert sorted(each.name for each in folder.iterdir()) == ["1", "letters"]


def test_files_that_are_gone_are_named_by_the_copy_doctor_and_the_check(stage: Stage, tmp_path: Path) -> None:
    run, other = stage.do(SAYS), stage.do(SAYS)
    files = paths.files_folder(stage.store)
    (files / str(run.id) / "report.csv").unlink()
    (files / str(other.id) / "report.csv").write_text("1")
    path = log_file(stage.store, other.id)
    whole_log = path.read_bytes()
    path.write_bytes(whole_log[:60])
    made = backup(ANA, AT, str(tmp_path / "copy.db"))
    assert (made.logs, made.artifacts) == (2, 1)
    assert made.missing == (f"artifact 'report.csv' of run {run.id}",)
    state, words = found(stage.store, "files")
    assert state == "problem"
    wrong = [
        f"the log of run {other.id} has 0 lines of 4",
        f"artifact 'report.csv' of run {run.id} is gone",
        f"artifact 'report.csv' of run {other.id} has 1 bytes of 6",
    ]
    assert words == f"3 of {files} are not as they were: {', '.join(wrong)}; a backup may have them."
    check = stage.over(stage.add("x", name="x", controller="integrity", params={}))[0]
    assert check.reason == "3 files lost; the newest backup may have them"
    assert texts(stage.store, check.id, "log") == wrong
    path.write_bytes(whole_log)


def test_the_chore_shares_what_did_not_change_and_removes_files_with_their_copy(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    run = stage.do(SAYS)
    made = []
    for _ in range(3):
        chore = stage.over(stage.add("x", name="x", controller="backup", params={"folder": str(folder), "keep": 2}))[0]
        assert chore.state is RunState.SUCCEEDED, chore.reason
        made.append(Path(chore.result["file"]))
        stage.turn(60)
    assert (chore.result["artifacts"], chore.result["missing"], chore.result["removed"]) == (1, 0, 1)
    assert sorted(folder.iterdir()) == [made[1], paths.files_folder(made[1]), made[2], paths.files_folder(made[2])]
    shared = [paths.files_folder(copy) / str(run.id) / "report.csv" for copy in made[1:]]
    assert shared[0].samefile(shared[1])
    assert not shared[0].samefile(paths.files_folder(stage.store) / str(run.id) / "report.csv")
    remove(made[1])
    assert shared[1].read_text() == "1,2,3\n"
    assert f"{paths.files_folder(made[2])}: " in "\n".join(texts(stage.store, chore.id, "log"))


def test_what_a_copy_of_yesterday_left_is_swept_by_the_chore(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    for name in ("desk-20250629-090000.db", "desk-20250630-090000.db"):
        (folder / f"{name}.part.files" / "1").mkdir(parents=True)
        (folder / f"{name}.files" / "1").mkdir(parents=True)
        (folder / f"{name}.part").write_text("half")
    os.utime(folder / "desk-20250629-090000.db.part", (0, 0))
    stage.over(stage.add("x", name="x", controller="backup", params={"folder": str(folder)}))
    assert {each.name.removesuffix(".files") for each in folder.iterdir()} == {
        "desk-20250701-090000.db", "desk-20250630-090000.db", "desk-20250630-090000.db.part",
    }  # fmt: skip


def test_json_of_a_backup_says_what_was_copied(stage: Stage, tmp_path: Path) -> None:
    from tickler.jsontext import json_text

    stage.do(SAYS)
    said = json.loads(json_text(backup(ANA, AT, str(tmp_path / "copy.db")), "UTC"))
    assert (said["logs"], said["artifacts"], said["folder"]) == (1, 1, str(tmp_path / "copy.db.files"))


def test_without_files_there_is_no_folder(desk: Path, tmp_path: Path) -> None:
    made = backup(ANA, AT, str(tmp_path / "copy.db"))
    assert (made.folder, made.logs, made.artifacts) == (None, 0, 0)
    assert beside(tmp_path / "copy.db") == ["copy.db"]
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
