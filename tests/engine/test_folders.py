"""Working folders: each run's own, empty, and reused without being shared."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.folders import Folders


def names(parent: Path) -> list[str]:
    return sorted(each.name for each in parent.iterdir())


def test_empty_folder_is_handed_on_and_a_full_one_stays(tmp_path: Path) -> None:
    folders = Folders(str(tmp_path))
    first, second = folders.take(1), folders.take(2)
    assert names(tmp_path) == ["run-1", "run-2"]
    (Path(second) / "kept").touch()
    folders.give_back(first)
    folders.give_back(second)
    third = folders.take(3)
    assert names(tmp_path) == ["run-2", "run-3"]
    assert list(Path(third).iterdir()) == []
    assert Path(third).stat().st_mode & 0o777 == 0o700
    folders.give_back(third)
    folders.clear()
    assert names(tmp_path) == ["run-2"]


def test_second_attempt_has_its_own_folder_and_nobody_else_gets_it(tmp_path: Path) -> None:
    folders = Folders(str(tmp_path))
    for folder in [folders.take(1), folders.take(2)]:
        folders.give_back(folder)
    again = folders.take(1)
    (Path(again) / "mine").touch()
    others = [folders.take(3), folders.take(4)]
    assert again not in others
    assert [list(Path(folder).iterdir()) for folder in others] == [[], []]
    assert names(Path(again)) == ["mine"]


def test_second_attempt_finds_what_the_first_left(tmp_path: Path) -> None:
    folders = Folders(str(tmp_path))
    folder = folders.take(1)
    (Path(folder) / "half").touch()
    folders.give_back(folder)
    folders.give_back(folders.take(2))
    assert names(Path(folders.take(1))) == ["half"]


def test_kept_folder_that_somebody_removed_is_made_anew(tmp_path: Path) -> None:
    folders = Folders(str(tmp_path))
    folder = folders.take(1)
    folders.give_back(folder)
    Path(folder).rmdir()
    assert Path(folders.take(2)).is_dir()


def test_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Folders(str(tmp_path / "gone")).take(1)
