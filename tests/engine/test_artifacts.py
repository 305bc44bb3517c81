"""Files that runs hand over: kept with the run whatever they are called, and nothing but files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import artifacts
from engine.operations import runs as verbs
from engine.queries import runs as queries
from engine.rules.filenames import free, plain
from store.enums import RunState
from store.errors import Refused
from tests.engine.engine_stage import Stage, run_of, texts, whole
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    with Stage(desk) as made:
        yield made
    whole(desk)


def shelf(stage: Stage, run: int) -> Path:
    return stage.store.with_name(f"{stage.store.name}.files") / str(run)


def said(stage: Stage, run: int) -> list[str]:
    return [text for text in texts(stage.store, run) if text.startswith("artifact")]


def test_Z13_files_in_the_folder_of_a_shell_job_are_kept_with_its_run(stage: Stage, tmp_path: Path) -> None:
    run = stage.do('printf "id\\n1\\n" > "$TICKLER_ARTIFACTS/users.csv"; echo x > "$TICKLER_ARTIFACTS/log 2.txt"')
    assert (run.state, run.artifacts, said(stage, run.id)) == (RunState.SUCCEEDED, 2, [])
    listed = queries.artifact(ANA, AT, run.id)
    assert isinstance(listed, list)
    assert [(each.name, each.size) for each in listed] == [("log 2.txt", 2), ("users.csv", 5)]
    assert [path.stat().st_mode & 0o777 for path in (shelf(stage, run.id), shelf(stage, run.id) / "users.csv")] == [
        0o700, 0o600,
    ]  # fmt: skip
    saved = queries.artifact(ANA, AT, run.id, "users.csv", to=str(tmp_path))
    assert (tmp_path / "users.csv").read_text() == "id\n1\n"
    assert str(saved) == f"artifact users.csv saved as {tmp_path}/users.csv: 5 B"


def test_Z13_a_run_without_files_has_none_and_leaves_no_folder(stage: Stage) -> None:
    run = stage.do("true")
    assert (run.artifacts, queries.artifact(ANA, AT, run.id)) == (0, [])
    assert not shelf(stage, run.id).parent.exists()


def test_Z13_deleted_run_is_hidden_and_its_files_stay(stage: Stage) -> None:
    run = stage.do('echo x > "$TICKLER_ARTIFACTS/users.csv"')
    verbs.delete(ANA, AT, run.id)
    with pytest.raises(Refused, match=rf"^There is no run {run.id}\.$"):
        queries.show(ANA, AT, run.id)
    assert queries.listed(ANA, AT) == []
    assert (shelf(stage, run.id) / "users.csv").exists()
    assert rows(stage.store, "SELECT count(*) FROM log_line")[0][0] > 0


def test_run_that_is_not_over_cannot_be_deleted(stage: Stage) -> None:
    run = stage.add("true")
    with pytest.raises(Refused, match=rf"^Run {run} is not over \(pending\); cancel it first\.$"):
        verbs.delete(ANA, AT, run)


def test_F72_only_plain_files_of_the_folder_itself_are_taken(stage: Stage, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("nobody's business")
    run = stage.do(
        f'cd "$TICKLER_ARTIFACTS"; ln -s {secret} link; ln -s /etc folder_link; ln {secret} hard; mkfifo pipe;'
        " mkdir folder; echo x > folder/deep; truncate -s 5G huge; echo y > \"$(printf 'a\\nb')\"; echo z > good;"
        " python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('sock')\""
    )
    assert run.state is RunState.SUCCEEDED
    assert sorted(path.name for path in shelf(stage, run.id).iterdir()) == ["a_b", "good"]
    assert said(stage, run.id) == [
        "artifact  'a\\nb' is kept as 'a_b'",
        "artifact  'folder' is not kept: it is a folder",
        "artifact  'folder_link' is not kept: it is a symbolic link",
        "artifact  'hard' is not kept: the file has other names elsewhere (a hard link)",
        "artifact  'huge' is not kept: 5.0 GiB are too many (a run may have 953.7 MiB)",
        "artifact  'link' is not kept: it is a symbolic link",
        "artifact  'pipe' is not kept: it is not a regular file",
        "artifact  'sock' is not kept: it is not a regular file",
    ]
    assert secret.read_text() == "nobody's business"
    assert run.artifacts == 2


def test_F72_folder_that_was_replaced_by_a_link_is_not_followed(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("x")
    run = stage.do(f'rmdir "$TICKLER_ARTIFACTS"; ln -s {tmp_path} "$TICKLER_ARTIFACTS"')
    assert (run.state, run.artifacts) == (RunState.SUCCEEDED, 0)
    assert (tmp_path / "victim").exists()


def test_F72_python_hands_over_copies_and_hears_what_is_not_taken(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("fine")
    (tmp_path / "link").symlink_to("/etc/passwd")
    code = tmp_path / "mine.py"
    code.write_text(f"""
import os
def go(context):
    os.mkfifo("pipe")
    open("big", "wb").truncate(5 << 30)
    asked = [("{tmp_path}/report.txt", None), ("{tmp_path}/report.txt", "../../x"), ("{tmp_path}/report.txt", "/etc/x"),
             ("{tmp_path}/report.txt", "a\\0b"), ("{tmp_path}/link", "l"), ("pipe", None), ("/dev/zero", None),
             (".", None), ("gone", None), ("big", None), ("{tmp_path}/report.txt", "..")]
    return [context.artifact(*each) for each in asked]
""")
    run = stage.over(stage.add("mine", controller="python", params={"entry": f"{code}:go"}))[0]
    assert json.loads(rows(stage.store, "SELECT result FROM run")[0][0]) == [
        "report.txt", "x", "x (2)", "a_b", None, None, None, None, None, None, "artifact",
    ]  # fmt: skip
    assert [path.name for path in sorted(shelf(stage, run.id).iterdir())] == [
        "a_b", "artifact", "report.txt", "x", "x (2)",
    ]  # fmt: skip
    assert run.artifacts == 5
    assert said(stage, run.id) == [
        "artifact '../../x' is kept as 'x'",
        "artifact '/etc/x' is kept as 'x (2)'",
        "artifact 'a\\x00b' is kept as 'a_b'",
        "artifact 'l' is not kept: it is a symbolic link",
        "artifact 'pipe' is not kept: it is not a regular file",
        "artifact '/dev/zero' is not kept: it is not a regular file",
        "artifact '.' is not kept: it is not a regular file",
        "artifact 'gone' is not kept: there is no such file",
        "artifact 'big' is not kept: 5.0 GiB are too many (at most 953.7 MiB)",
        "artifact '..' is kept as 'artifact'",
    ]


def test_second_attempt_adds_to_what_the_first_handed_over(stage: Stage) -> None:
    run = stage.add(
        'echo $TICKLER_ATTEMPT > "$TICKLER_ARTIFACTS/users.csv"; exit $((2 - TICKLER_ATTEMPT))', max_retries=1
    )
    stage.until(lambda: run_of(stage.store, run).artifacts)
    stage.turn(60)
    assert stage.over(run)[0].state is RunState.SUCCEEDED
    assert said(stage, run) == ["artifact  'users.csv' is kept as 'users (2).csv'"]
    assert (shelf(stage, run) / "users (2).csv").read_text() == "2\n"


def test_files_that_were_taken_before_a_crash_are_found_again(stage: Stage) -> None:
    run = stage.do('echo x > "$TICKLER_ARTIFACTS/users.csv"').id
    kept, warnings = artifacts.take(run, 5)
    assert ([(each.name, each.size, each.file) for each in kept], warnings) == (
        [("users.csv", 2, f"{run}/users.csv")],
        [],
    )


def test_saving_does_not_overwrite_unless_it_is_said(stage: Stage, tmp_path: Path) -> None:
    run = stage.do('echo new > "$TICKLER_ARTIFACTS/users.csv"').id
    target = tmp_path / "mine.csv"
    target.write_text("old")
    with pytest.raises(Refused, match="is there already; name another file, or replace it with --force"):
        queries.artifact(ANA, AT, run, "users.csv", to=str(target))
    queries.artifact(ANA, AT, run, "users.csv", to=str(target), force=True)
    assert target.read_text() == "new\n"
    with pytest.raises(Refused, match=r"^Run 1 has no artifact '\.\./users\.csv'\.$"):
        queries.artifact(ANA, AT, run, "../users.csv", to=str(target))
    with pytest.raises(Refused, match="cannot be saved as /no/such/folder: No such file or directory"):
        queries.artifact(ANA, AT, run, "users.csv", to="/no/such/folder")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("users.csv", "users.csv"),
        ("../../x", "x"),
        ("/etc/passwd", "passwd"),
        ("..", "artifact"),
        ("", "artifact"),
        ("/", "artifact"),
        ("c:\\x\\y.txt", "y.txt"),
        ("a\0b\n\x1b[2J", "a_b__[2J"),
        (".hidden", ".hidden"),
        ("ü" * 300 + ".csv", "ü" * 98 + ".csv"),
        ("x" * 300, "x" * 200),
        ("half\udcff", "half_"),
    ],
)
def test_names_are_made_plain(name: str, made: str) -> None:
    assert plain(name) == made
    assert plain(plain(name)) == made


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free("a.csv", ()) == "a.csv"
    assert free("a.csv", ("a.csv",)) == "a (2).csv"
    assert free("a", ("a", "a (2)")) == "a (3)"
    assert len(free("x" * 200, ("x" * 200,)).encode()) == 200
