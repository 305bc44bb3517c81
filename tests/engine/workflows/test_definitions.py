"""Definitions with their versions: loaded, checked, deleted; workflows under way keep theirs unless they are moved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.rules.workflows.reading import read_file
from engine.workflows import trying
from engine.workflows.look import take_on
from store.database import transaction
from store.instants import to_us
from tests.engine.recurring_stage import at
from tests.engine.stage import desk
from tests.engine.workflows.people_stage import BO, NINE, Flows, flows

__all__ = ["desk"]

FIRST = """
class Offer(Workflow):
    amount: int = 0
    level: Literal["a", "b"] = "a"
    note: str = "by hand"
    begin = start("amount")
    boss = human("level", assignee="bo")
    nap = wait("2d")
    both = join()
    end = human()
    edges = [(begin, boss), (begin, nap), (boss, both), (nap, both), (both, end)]
"""
SECOND = """
class Offer(Workflow):
    amount: int = 0
    level: Literal["x"] = "x"
    extra: bool = True
    begin = start("amount")
    manager = human("level")
    nap = wait("2d")
    both = join()
    end = human()
    last = human()
    edges = [(begin, manager), (begin, nap), (manager, both), (nap, both), (both, end), (end, last)]
"""
SAMPLES = sorted(Path(__file__).parents[3].joinpath("tickler", "samples").glob("[a-z]*.*"))


@pytest.fixture
def f(desk: Path, tmp_path: Path) -> Flows:
    found = flows(desk, tmp_path)
    found.people("ana", "bo")
    return found


@pytest.fixture
def under_way(f: Flows) -> Flows:
    """An offer by version 1, with version 2 loaded meanwhile."""
    f.load(FIRST)
    f.do("workflow start", "offer", "amount=7")
    f.load(SECOND)
    return f


def version(f: Flows, workflow: int = 1) -> int:
    query = "SELECT version FROM workflow_definition d JOIN workflow w ON w.definition_id = d.id WHERE w.id = ?"
    return int(f.ask(query, workflow)[0][0])


def test_loading_again_changes_nothing_and_a_change_is_a_version(f: Flows, tmp_path: Path) -> None:
    def load(*texts: str) -> list[tuple[str, int, str]]:
        files = [tmp_path / f"{number}.py" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(f"from tickler import *\n{text}")
        return [(each.name, each.version, each.saved) for each in f.do("workflow load", *map(str, files))]

    more = FIRST.replace("Offer", "More")
    assert load(FIRST, more) == [("offer", 1, "made"), ("more", 1, "made")]
    assert load(FIRST, more) == [("offer", 1, "unchanged"), ("more", 1, "unchanged")]
    assert load(SECOND, more) == [("offer", 2, "changed"), ("more", 1, "unchanged")]
    assert load(FIRST) == [("offer", 3, "changed")]
    told = f.refused("workflow load", str(tmp_path / "0.py"), str(tmp_path / "0.py"))
    assert told == "0.py: workflow offer stands in another of these files, too."
    (tmp_path / "0.py").write_bytes(b"x = 1\n\xff")
    assert f.refused("workflow load", str(tmp_path / "0.py")) == "0.py line 2: not UTF-8 (byte 0xff)"


def test_a_workflow_keeps_the_version_it_was_started_with(under_way: Flows) -> None:
    f = under_way
    f.do("workflow start", "offer", "amount=8")
    assert (version(f, 1), version(f, 2)) == (1, 2)
    assert [row[0] for row in f.ask("SELECT node FROM step WHERE workflow_id = 2 ORDER BY id")] == [
        "begin", "manager", "nap",
    ]  # fmt: skip
    f.do("workflow submit", f.step("boss"), who=BO)
    assert f.state("both") == "waiting"


def test_a_move_says_first_what_becomes_of_everything(under_way: Flows) -> None:
    f = under_way
    before = f.ask("SELECT * FROM workflow"), f.steps()
    plan = f.do("workflow move", 1, 2, ("boss=manager",), True)
    assert plan.is_preview
    assert plan.steps == ("step 2 (boss) becomes manager, waiting", "step 3 (nap) stays, waiting")
    assert plan.fields == (
        "level: 'a' is no choice; it becomes 'x'", "extra is new: 'True'", "note goes: 'by hand'",
    )  # fmt: skip
    assert (f.ask("SELECT * FROM workflow"), f.steps()) == before


def test_a_moved_workflow_goes_on_by_the_other_version(under_way: Flows) -> None:
    f = under_way
    f.do("workflow move", 1, 2, ("boss=manager",))
    assert version(f) == 2
    assert f.data() == {"amount": 7, "level": "x", "extra": True}
    assert f.steps() == [("begin", "succeeded"), ("manager", "waiting"), ("nap", "waiting")]
    f.do("workflow submit", f.step("manager"), who=BO)
    assert f.ask("SELECT reason FROM step WHERE node = 'both'") == [("waits for nap (waiting)",)]
    assert (
        "moved workflow 1 (offer) from version 1 to 2"
        in f.ask("SELECT words FROM act WHERE operation = 'workflow move'")[0]
    )


@pytest.mark.parametrize(
    ("workflow", "to", "names", "words"),
    [
        (1, 2, (), "step 2 (boss): 'boss' is no human step there (there are: manager, end, last); say which"),
        (1, 2, ("boss=nap",), "step 2 (boss): 'nap' is a wait step there, not a human one"),
        (1, 2, ("boss=chief",), "step 2 (boss): 'chief' is no human step there"),
        (1, 2, ("boss=manager", "gone=end"), "map: no open step is called 'gone'"),
        (1, 2, ("boss",), "map: 'boss': expected each step once, in a form such as boss=manager"),
        (1, 1, (), "It goes by version 1 of offer already."),
        (1, 3, (), "There is no version 3 of offer (there are 1, 2)."),
        (2, 2, (), "There is no workflow 2."),
    ],
)
def test_what_cannot_be_moved_stays_as_it_is(
    under_way: Flows, workflow: int, to: int, names: tuple[str, ...], words: str
) -> None:
    assert words in under_way.refused("workflow move", workflow, to, names)
    assert version(under_way) == 1


def test_only_those_who_may_lead_it_move_it(under_way: Flows) -> None:
    told = under_way.refused("workflow move", 1, 2, ("boss=manager",), who=BO)
    assert told.startswith("Workflow 1: that is for ana")


def test_a_step_with_a_run_is_not_moved(f: Flows) -> None:
    text = "class Job(Workflow):\n    begin = start()\n    def end(self): ...\n    edges = [(begin, end)]\n"
    f.load(text)
    f.do("workflow start", "job")
    f.load(text.replace("...", "pass"))
    assert version(f) == 1
    assert f.do("workflow move", 1, 2, (), True).steps == ("step 2 (end) stays, pending",)
    with transaction() as connection:
        assert take_on(connection, to_us(at(NINE))) == 1
    told = f.refused("workflow move", 1, 2)
    assert told.endswith("step 2 (end): run 1 is at it; move the workflow when that is over")


def test_a_definition_with_workflows_under_way_is_not_deleted_by_mistake(under_way: Flows) -> None:
    f = under_way
    told = f.refused("workflow delete", "offer")
    assert told == "1 workflow of 'offer' under way: cancel them, or let them go on (--keep)."
    assert f.refused("workflow delete", "offer", who=BO) == "Workflow 'offer' belongs to ana, who may delete it."
    f.do("workflow delete", "offer", keep=True)
    assert "no workflow" in f.refused("workflow start", "offer").lower() or "offer" in f.refused(
        "workflow start", "offer"
    )
    f.do("workflow submit", f.step("boss"), who=BO)
    assert f.state("both") == "waiting"


def check(f: Flows, file: Path) -> Any:
    return f.do("workflow check", str(file))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_samples_can_be_carried_out_and_loaded(f: Flows, sample: Path) -> None:
    for found in check(f, sample):
        assert (found.loads_as, found.warnings) == ("version 1, new", ())
        f.do("load" if sample.suffix == ".toml" else "workflow load", str(sample))
        (again,) = check(f, sample)
        assert again.loads_as == "version 1, which is there"


def test_there_are_samples() -> None:
    assert {each.stem for each in SAMPLES} == {"welcome", "shipping", "refund", "chase", "onboarding", "publish"}


GOOD = "from tickler import *\nclass A(Workflow):\n    go = start()\n    def end(self): ...\n    edges = [(go, end)]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import nowhere\n" + GOOD, "flow.py line 1: it cannot be imported: ModuleNotFoundError: No module named 'no"),
        (GOOD + "print(1 / 0)\n", "flow.py line 6: it cannot be imported: ZeroDivisionError: division by zero"),
        (GOOD + "import os\nos._exit(1)\n", "flow.py: its process ended when it was imported"),
        (GOOD + "raise SystemExit\n", "flow.py line 6: it cannot be imported: SystemExit: "),
        (GOOD + "del A\n", "when it is imported, A is no class that is a Workflow of tickler"),
        (GOOD + "del A.end\n", "A: when it is imported, it has no step end"),
        (GOOD + "A.edges = []\n", "A: when it is imported, it has 0 edges, not 1"),
        ("from __future__ import annotations\n" + GOOD.replace("go =", "x: Nothing = None\n    go ="),
         "A: a type of its fields cannot be found: NameError: name 'Nothing' is not defined"),
        ("class Workflow: ...\n" + GOOD.replace("*", "start"), "A is no class that is a Workflow of tickler"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_import_is_told_in_words(f: Flows, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "flow.py"
    file.write_text(text)
    assert words in f.refused("workflow check", str(file))


def test_a_file_that_never_ends_is_killed() -> None:
    text = GOOD + "import os, time\nos.fork()\nwhile True: time.sleep(60)\n"
    told = trying.wrong(text, "flow.py", read_file(text, "flow.py"), 1.0)
    assert told == ["flow.py: it does not end when it is imported (it had 1 seconds)"]


def test_what_a_file_prints_is_nobodys_answer() -> None:
    text = GOOD + "print('{}' * 100_000)\n"
    assert trying.wrong(text, "flow.py", read_file(text, "flow.py")) == []


def test_a_join_behind_a_choice_is_warned_of(f: Flows, tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(
        "from tickler import *\nclass A(Workflow):\n    go = start()\n    @gateway\n    def choose(self):\n"
        "        return [self.b]\n    def b(self): ...\n    both = join()\n    def end(self): ...\n"
        "    edges = [(go, choose), (choose, b), (choose, both), (b, both), (both, end)]\n"
    )
    (found,) = check(f, file)
    assert found.warnings == ("join both waits for choose, which may choose another way",)
    assert (found.entry, found.edges, found.steps) == ("A", 5, ("go", "choose", "b", "both", "end"))


def test_a_desk_file_is_checked_without_loading_it(f: Flows, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text('[[team]]\nname = 7\n[[workflow]]\nname = "a"\n[[workflow.step]]\nname = "go"\nkind = "strt"\n')
    told = f.refused("workflow check", str(file))
    assert told == "desk.toml line 5: [[workflow]] a: step 1: go: kind: 'strt' is no kind of step; did you mean start?."
    file.write_text('[[team]]\nname = "North"\n')
    assert f.refused("workflow check", str(file)) == "desk.toml: it has no [[workflow]]."
    assert f.ask("SELECT count(*) FROM workflow_definition") == [(0,)]
