"""What the desk loads before its first paint: a start is a goal, and each module costs it a part of a millisecond."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores import empty_store

ROOT = Path(__file__).parent.parent.parent
PROBE = """
import sys
from pathlib import Path
import tickler.__main__, tickler.doors, tui.desk
from tui.app import Desk
desk = Desk(Path(sys.argv[1]), engine=False)
desk.when_painted(lambda: print(*sys.modules, sep="\\n"))
desk.when_painted(desk.exit)
desk.run(headless=True, size=(int(sys.argv[2]), 36))
desk.close()
"""
"""Starts the desk as its door does, and says what is loaded when the first frame is over."""

AT_FIRST = {
    "": "engine store themes tickler tui",
    "engine": "actors moments operations recurring_switch rules",
    "engine.operations": "registry",
    "engine.rules": "durations errors lateness progress pulse wording zones",
    "store": """changes connection current enums errors folding frozen instants journal opening paths reads run_values
        schema settings titling values work_values""",
    "store.reads": """ledger lists notifications pulse runs schedules task_moments task_rows task_search tasks
        templates""",
    "tickler": "__main__ arguments catalog commands doors signature words",
    "tui": """acting app backstage coloured desk faults keys perform rows screens status suspension terminal text themes
        turning typeahead widgets""",
    "tui.screens": "marking sifted task_fields task_verbs today view",
    "tui.widgets": """filter_words header headings line_cursor line_data line_list line_view outline pages
        painting""",
}
"""Ours that a first frame needs, by package. What else is wanted is imported where it is used, or `when_painted`."""
HEAVY = (
    "argparse", "cronsim", "csv", "dateutil", "holidays", "icalendar", "peewee", "playhouse", "psutil", "schedule",
    "textual.widgets._markdown", "tomli_w",
)  # fmt: skip


@pytest.fixture(scope="module", params=[80, 160])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Modules of a desk with its first frame, without and with the detail beside the list."""
    store = empty_store(tmp_path_factory.mktemp("start") / "desk.db")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TICKLER_HOME": str(store.parent)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(store), str(request.param)],
        env=environment, cwd=store.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return frozenset(done.stdout.split())


def test_no_module_of_ours_comes_in_before_the_first_paint_unnoticed(loaded: frozenset[str]) -> None:
    known = {f"{package}.{name}".strip(".") for package, names in AT_FIRST.items() for name in names.split()}
    ours = {name for name in loaded if name.partition(".")[0] in AT_FIRST[""].split()}
    assert ours - known == set(), "import it where it is used, or say here that no first frame can be without it"
    assert known - ours == set(), "it is no longer needed for a first frame: take it off the list"


def test_nothing_heavy_is_loaded_before_the_first_paint(loaded: frozenset[str]) -> None:
    assert loaded & set(HEAVY) == set()
