"""One wrong value for each command of recurring work: refused in a sentence that names it, and nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.stage import contents
from tests.tickler.conftest import Cli
from tickler.__main__ import main
from tickler.catalog import WHERE

MADE = (
    ("user", "add", "bo"), ("list", "add", "house"), ("label", "add", "home"), ("calendar", "add", "work"),
    ("filter", "add", "mine", "!me"), ("task", "add", "once", "--deadline", "2025-03-06", "--item", "a line"),
    ("template", "add", "plants", "weekly thu"), ("task", "add", "often"), ("task", "repeat", "2", "daily"),
)  # fmt: skip
AT = ("--at", "2025-03-05T09:00")
WRONG: dict[str, tuple[str, str]] = {
    "add": ("mow every 0 days", "the step is 0"),
    "agenda": ("--from 2025-02-30", "from"),
    "backlog apply": ("--move 1=someday", "someday"),
    "backlog drop": ("--filter due:never", "never"),
    "backlog hand": ("--to nobody-here", "nobody-here"),
    "backlog skip": ("--filter #nowhere", "nowhere"),
    "backlog spread": ("--over 3h", "over"),
    "board": ("--filter #nowhere", "nowhere"),
    "calendar add": ("other --country Atlantis", "Atlantis"),
    "calendar delete": ("nowhere", "nowhere"),
    "calendar edit": ("work --week 9", "week"),
    "calendar import": ("work missing.ics", "missing.ics"),
    "calendar show": ("nowhere", "nowhere"),
    "clock accept": ("yesterday", "yesterday"),
    "export csv": ("out.csv --filter #nowhere", "nowhere"),
    "export ics": ("out.ics --filter #nowhere", "nowhere"),
    "export taskwarrior": ("out.json --filter #nowhere", "nowhere"),
    "export todotxt": ("out.txt --filter #nowhere", "nowhere"),
    "filter add": ("late due:never", "never"),
    "filter delete": ("nowhere", "nowhere"),
    "filter edit": ("mine --text due:never", "never"),
    "forecast": ("--until 2025-02-30", "until"),
    "heatmap": ("yesterday", "yesterday"),
    "import ics": ("missing.ics", "missing.ics"),
    "import tasks": ("missing.csv", "missing.csv"),
    "import taskwarrior": ("missing.json", "missing.json"),
    "import todotxt": ("missing.txt", "missing.txt"),
    "label add": ("a,b", "label"),
    "label delete": ("nowhere", "nowhere"),
    "label edit": ("home other --rev x", "rev"),
    "label show": ("nowhere", "nowhere"),
    "list add": ("garden --zone Mars/Olympus", "Mars/Olympus"),
    "list delete": ("nowhere", "nowhere"),
    "list edit": ("house --parent house", "parent"),
    "list show": ("nowhere", "nowhere"),
    "task check": ("1 7", "7"),
    "task foresee": ("2 never-ish", "never-ish"),
    "task future": ("2 --rule fortnightly-ish", "fortnightly-ish"),
    "task label": ("1 --remove nowhere", "nowhere"),
    "task note": ("99 --text called", "99"),
    "task quick": ("mow !nobody-here", "nobody-here"),
    "task repeat": ("1 fortnightly-ish", "fortnightly-ish"),
    "task stop": ("1", "Task 1"),
    "template add": ("other daily --duration soon", "duration"),
    "template delete": ("nowhere", "nowhere"),
    "template edit": ("plants --priority 9", "priority"),
    "template pause": ("plants --until 2025-02-30", "until"),
    "template preview": ("plants --count 0", "count"),
    "template resume": ("nowhere", "nowhere"),
    "template show": ("nowhere", "nowhere"),
    "template skip": ("plants 2025-02-30", "day"),
    "template skips": ("--template nowhere", "nowhere"),
    "template unskip": ("plants 03/04", "03/04"),
}
"""By command: words of which one is wrong, and what the answer names."""
TAKE_NOTHING = {"calendar list", "filter list", "label list", "list list", "template list"}
"""Lists of few rows, with hardly an option."""
NOUNS = ("add", "agenda", "backlog", "board", "calendar", "clock", "filter", "forecast", "heatmap", "label", "list",
         "template")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("wrong") / "desk.db"
    for words in MADE:
        assert main(["--store", str(path), *words, *AT]) == 0, words
    return path


def test_every_command_of_recurring_work_has_its_wrong_value() -> None:
    assert {name for name in WHERE if name.split()[0] in NOUNS} - TAKE_NOTHING <= WRONG.keys() <= WHERE.keys()


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_value_is_named_and_nothing_is_written(
    command: str, made: Path, store: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(made, store)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = contents(store)
    words, named = WRONG[command]
    head, *rest = words.split(" ") if command not in ("add", "task quick") else (words,)
    said = cli(*command.split(), head, *rest, *AT)
    assert said.status in (1, 2), said
    assert named in said.err, said
    assert len(said.err.strip().splitlines()) == 1, said
    assert not said.out
    assert contents(store) == before
    assert not list((tmp_path / "here").iterdir()), "nor a file"
