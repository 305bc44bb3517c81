"""What follows a step, what waits, what joins: acceptance J under an engine with real processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import transaction
from store.errors import Refused
from store.instants import from_us, to_us
from tests.engine.stage import desk, rows
from tests.engine.workflows.flow_stage import ANA, BO, Flows, at, whole_flows, workflow_forms, workflow_verbs

__all__ = ["desk"]

SHIFT = """
class Shift(Workflow):
    begin = start()
    @gateway
    def is_workday(self):
        return [self.work] if self.now.weekday() < 5 else [self.chill]
    def work(self): ...
    def chill(self): ...
    edges = [(begin, is_workday), (is_workday, work), (is_workday, chill)]
"""
WEEKEND = """
class GoHome(Workflow):
    begin = start()
    def wait_for_weekend(self):
        return self.now.weekday() >= 5
    def go_home(self): ...
    edges = [(begin, wait_for_weekend), (wait_for_weekend, go_home)]
"""
RESCUE = """
class Rescue(Workflow):
    value: int = 0
    begin = start()
    def batman(self): self.value += 1
    def robin(self): self.value += 1
    both = join()
    save_the_princess = human("value")
    def end(self): ...
    edges = [(begin, batman), (begin, robin), (batman, both), (robin, both), (both, save_the_princess),
             (save_the_princess, end)]
"""
COUNT = """
class Count(Workflow):
    n: int = 0
    begin = start()
    @step(limit=20)
    def increment(self): self.n += 1
    @gateway
    def check(self):
        return [self.end] if self.n >= 10 else [self.increment]
    def end(self): ...
    edges = [(begin, increment), (increment, check), (check, increment), (check, end)]
"""
NAP = """
class Nap(Workflow):
    begin = start()
    nap = wait("3h")
    def up(self): ...
    edges = [(begin, nap), (nap, up)]
"""
BOOM = """
class Risky(Workflow):
    begin = start()
    def boom(self):
        raise ValueError("Boom!")
    def after(self): ...
    edges = [(begin, boom), (boom, after)]
"""


@pytest.fixture
def stage(desk: Path) -> Iterator[Flows]:
    with Flows(desk) as made:
        yield made
    whole_flows(desk)


@pytest.mark.parametrize(
    ("when", "chosen"), [("2025-06-04T09:00", "work"), ("2025-06-07T09:00", "chill"), ("2031-02-02T23:59", "chill")]
)
def test_J1_a_gateway_goes_one_way_and_the_other_never_exists(stage: Flows, when: str, chosen: str) -> None:
    stage.go_to(when) if at(when) > stage.now else None
    stage.load(SHIFT)
    stage.start("shift")
    stage.settle()
    assert stage.path() == [("begin", "succeeded"), ("is_workday", "succeeded"), (chosen, "succeeded")]
    assert stage.flow()[0] == "succeeded"


def test_J2_it_waits_with_a_next_check_until_the_first_one_of_saturday(stage: Flows) -> None:
    stage.go_to("2025-06-06T23:50")
    stage.load(WEEKEND)
    stage.start("go home")
    stage.settle()
    for _ in range(20):
        found = stage.step_of("wait_for_weekend")
        if found["state"] != "waiting":
            break
        assert (found["reason"], stage.flow()[0]) == ("it is not yet time", "open")
        stage.go_to(f"{from_us(found['due_at']):%Y-%m-%dT%H:%M:%S}")
    assert found["checks"] == 6
    assert f"{from_us(found['done_at']):%m-%d %H:%M:%S}" == "06-07 00:00:30", "10 + 20 + ... + 320 seconds"
    assert stage.nodes().count("go_home") == 1


def test_J2_more_than_a_thousand_answers_of_false_change_nothing(stage: Flows) -> None:
    stage.load(WEEKEND)
    stage.start("go home")
    stage.settle()
    with transaction() as connection:
        connection.execute("UPDATE step SET checks = 1000 WHERE state = 'waiting'")
    stage.go_to("2025-06-04T10:00")
    found = stage.step_of("wait_for_weekend")
    assert (found["state"], found["checks"]) == ("waiting", 1001)
    assert found["due_at"] == to_us(at("2025-06-04T11:00")), "an hour later at most"
    stage.go_to("2025-06-07T00:00")
    assert stage.path()[1:] == [("wait_for_weekend", "succeeded"), ("go_home", "succeeded")]


def test_a_deadline_ends_the_waiting(stage: Flows) -> None:
    stage.load(WEEKEND.replace("    def wait_for", '    @step(deadline="1h")\n    def wait_for'))
    stage.start("go home")
    stage.settle()
    with transaction() as connection:
        connection.execute("UPDATE step SET checks = 1000 WHERE state = 'waiting'")
    stage.go_to("2025-06-04T09:30")
    assert stage.step_of("wait_for_weekend")["due_at"] == to_us(at("2025-06-04T10:00"))
    stage.go_to("2025-06-04T10:00")
    found = stage.step_of("wait_for_weekend")
    assert (found["state"], found["error"]) == ("failed", "it was not time by 2025-06-04 10:00")


def test_many_that_wait_are_asked_by_one_run(stage: Flows) -> None:
    stage.load(WEEKEND)
    for _ in range(30):
        stage.start("go home")
    stage.settle()
    before = rows(stage.store, "SELECT count(*) FROM run")[0][0]
    stage.go_to("2025-06-04T09:01")
    assert rows(stage.store, "SELECT count(*) FROM run")[0][0] == before + 1
    assert rows(stage.store, "SELECT DISTINCT checks, state FROM step WHERE node <> 'begin'") == [(2, "waiting")]
    stage.go_to("2025-06-07T09:00")
    assert rows(stage.store, "SELECT state, count(*) FROM workflow GROUP BY 1") == [("succeeded", 30)]


def test_J3_a_join_has_both_parents_and_is_done_after_the_second(stage: Flows) -> None:
    stage.load(RESCUE)
    stage.start("rescue")
    stage.settle()
    assert stage.nodes() == ["begin", "batman", "robin", "both", "save_the_princess"]
    assert stage.parents("both") == ["batman", "robin"]
    assert stage.step_of("both")["done_at"] >= stage.step_of("robin")["done_at"]
    assert json.loads(stage.flow()[2]) == {"value": 2}


def test_J3_a_join_is_never_done_before_its_last_branch(stage: Flows) -> None:
    stage.load(RESCUE.replace("def robin(self): self.value += 1", 'robin = wait("3h")'))
    stage.start("rescue")
    stage.settle()
    assert stage.step_of("both") | {"state": "waiting", "reason": "waits for robin (waiting)"} == stage.step_of("both")
    stage.go_to("2025-06-04T11:59")
    assert stage.step_of("both")["state"] == "waiting"
    stage.go_to("2025-06-04T12:00")
    assert (stage.step_of("both")["state"], stage.nodes().count("both")) == ("succeeded", 1)


def test_a_join_of_any_goes_on_once_and_who_comes_late_is_told_there(stage: Flows) -> None:
    stage.load(
        RESCUE.replace("def robin(self): self.value += 1", 'robin = wait("3h")').replace("join()", 'join("any")')
    )
    stage.start("rescue")
    stage.settle()
    assert stage.parents("both") == ["batman"]
    stage.go_to("2025-06-04T12:00")
    assert stage.parents("both") == ["batman", "robin"]
    assert stage.nodes().count("both") == stage.nodes().count("save_the_princess") == 1


def test_a_loop_makes_a_join_for_each_round(stage: Flows) -> None:
    stage.load("""
        class Rounds(Workflow):
            n: int = 0
            begin = start()
            @step(limit=5)
            def split(self): self.n += 1
            def a(self): ...
            def b(self): ...
            all_of = join()
            any_of = join("any")
            def told(self): ...
            @gateway
            def again(self):
                return [self.split] if self.n < 3 else []
            edges = [(begin, split), (split, a), (split, b), (a, all_of), (b, all_of), (a, any_of), (b, any_of),
                     (all_of, again), (again, split), (any_of, told)]
    """)
    stage.start("rounds")
    stage.settle()
    for join in ("all_of", "any_of"):
        joins = rows(
            stage.store,
            "SELECT s.state, (SELECT group_concat(p.node, ' ') FROM step_parent l JOIN step p ON p.id = l.parent_id"
            " WHERE l.step_id = s.id ORDER BY p.id) FROM step s WHERE node = ?", join,
        )  # fmt: skip
        assert joins == [("succeeded", "a b")] * 3
    assert stage.flow()[0] == "succeeded"


def test_J4_a_loop_to_ten(stage: Flows) -> None:
    stage.load(COUNT)
    stage.start("count")
    stage.settle()
    nodes = stage.nodes()
    assert [nodes.count(each) for each in ("begin", "increment", "check", "end")] == [1, 10, 10, 1]
    assert stage.flow() == ("succeeded", None, '{"n": 10}')


def test_a_limit_ends_a_loop_that_would_go_on(stage: Flows) -> None:
    stage.load(COUNT.replace("limit=20", "limit=3"))
    stage.start("count")
    stage.settle()
    assert stage.step_of("increment")["error"] == "its limit of 3 visits is reached"
    assert stage.flow()[:2] == ("needs attention", "a step failed")


@pytest.mark.parametrize("seen", ["2025-06-04T12:00", "2025-06-04T15:00"])
def test_J5_a_wait_is_over_at_the_first_look_from_its_end_on(stage: Flows, seen: str) -> None:
    stage.load(NAP)
    stage.start("nap")
    stage.settle()
    if seen == "2025-06-04T12:00":
        stage.go_to("2025-06-04T11:59")
    assert stage.step_of("nap")["state"] == "waiting"
    stage.go_to(seen)
    assert stage.step_of("nap")["done_at"] == to_us(at(seen))


def test_J6_a_fault_is_kept_and_after_mending_the_step_runs_again(stage: Flows) -> None:
    stage.load(BOOM.replace('raise ValueError("Boom!")', 'open("FLAG").close()\n        raise ValueError("Boom!")'
                            .replace("FLAG", "/dev/null")))  # fmt: skip
    stage.start("risky")
    stage.settle()
    found = stage.step_of("boom")
    assert (found["state"], found["error"]) == ("failed", "ValueError: Boom!")
    assert 'raise ValueError("Boom!")' in found["trace"], "with the line of the source"
    assert "engine/jobs" not in found["trace"], "and without the frames that lead to it"
    assert (stage.nodes(), stage.flow()[0]) == (["begin", "boom"], "needs attention")


def test_J6_rerun_after_the_cause_is_gone_goes_on_and_keeps_the_earlier_error(stage: Flows) -> None:
    flag = stage.store.with_name("mended")
    stage.load(BOOM.replace("raise", f"import pathlib\n        if not pathlib.Path({str(flag)!r}).exists(): raise"))
    stage.start("risky")
    stage.settle()
    flag.touch()
    step = stage.step_of("boom")["id"]
    (done,) = workflow_verbs.rerun(ANA, stage.now, step)
    assert (done.steps, stage.flow()[0]) == ((step,), "open")
    stage.settle()
    assert stage.path()[1:] == [("boom", "succeeded"), ("after", "succeeded")]
    assert rows(stage.store, "SELECT step_id, error FROM step_error") == [(step, "ValueError: Boom!")]
    assert (stage.step_of("boom")["error"], stage.flow()[0]) == (None, "succeeded")


@pytest.mark.parametrize(
    ("answer", "path"),
    [("[]", ["begin", "one"]), ("None", None), ("True", None), ("42", None), ("'x'", None), ("0.0", None)],
)
def test_J7_what_a_step_may_return(stage: Flows, answer: str, path: list[str] | None) -> None:
    stage.load(ANSWERS.replace("ANSWER", answer))
    stage.start("answers")
    stage.settle()
    assert (stage.nodes(), stage.flow()[0]) == (path or ["begin", "one", "two", "three"], "succeeded")


ANSWERS = """
class Answers(Workflow):
    count: int = 0
    names: list[str] = []
    begin = start()
    def one(self):
        return ANSWER
    def two(self): ...
    def three(self): ...
    edges = [(begin, one), (one, two), (one, three)]
"""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("(each for each in ())", "it returned a generator; expected nothing, False, or a list of steps"),
        ("['four']", "it returned 'four', which is no step of answers"),
        ("[4]", "it returned a list with a int; expected steps of the workflow"),
        ("setattr(self, 'count', 'many')", "the state's field count: expected a number, not 'many'"),
        ("setattr(self, 'count', float('nan'))", "the state holds what JSON cannot"),
        ("setattr(self, 'names', ['x' * 1000] * 300)", "the state has 301,"),
        ("setattr(self, 'names', object())", "the state holds what JSON cannot: Object of type object"),
    ],
)
def test_J7_what_fails_the_step_in_words(stage: Flows, answer: str, words: str) -> None:
    stage.load(ANSWERS.replace("ANSWER", answer))
    stage.start("answers")
    stage.settle()
    found = stage.step_of("one")
    assert found["state"] == "failed"
    assert found["error"].startswith(words)
    assert stage.nodes() == ["begin", "one"]


def test_a_large_state_passes_whole_and_what_is_changed_inside_a_list_is_kept(stage: Flows) -> None:
    stage.load(ANSWERS.replace("ANSWER", "self.names.extend(['ä' * 1000] * 100)"))
    stage.start("answers")
    stage.settle()
    assert stage.flow()[0] == "succeeded"
    assert json.loads(stage.flow()[2])["names"] == ["ä" * 1000] * 100


def test_J11_an_override_cancels_what_is_open_and_leads_elsewhere(stage: Flows) -> None:
    stage.load(RESCUE)
    stage.start("rescue", by=BO)
    stage.settle()
    task = stage.step_of("save_the_princess")["task_id"]
    done = workflow_verbs.override(BO, stage.now, 1, next=("end",), set=("value=7",))
    stage.settle()
    (bo,) = rows(stage.store, "SELECT id FROM user WHERE name = 'bo'")[0]
    saved = stage.step_of("save_the_princess")
    assert (saved["state"], saved["done_by"]) == ("cancelled", bo)
    assert (stage.step_of("override")["state"], stage.step_of("override")["done_by"]) == ("succeeded", bo)
    assert (stage.parents("override"), stage.parents("end")) == (["save_the_princess"], ["override"])
    assert (stage.flow()[0], json.loads(stage.flow()[2]), len(done.steps)) == ("succeeded", {"value": 7}, 2)
    assert rows(stage.store, "SELECT is_done, deleted_at IS NOT NULL FROM task WHERE id = ?", task) == [(0, 1)]


def test_J11_with_no_next_step_nothing_is_open_and_strangers_may_not(stage: Flows) -> None:
    stage.load(RESCUE)
    stage.start("rescue")
    stage.settle()
    before = stage.path()
    with pytest.raises(Refused, match="Workflow 1: that is for"):
        workflow_verbs.override(BO, stage.now, 1)
    with pytest.raises(Refused, match=r"next: .*did you mean end"):
        workflow_verbs.override(ANA, stage.now, 1, next=("ende",))
    assert stage.path() == before
    assert workflow_verbs.override(ANA, stage.now, 1).state == "succeeded"
    assert stage.path()[-2:] == [("save_the_princess", "cancelled"), ("override", "succeeded")]


def test_J12_cancelling_a_workflow_cancels_only_what_is_unfinished(stage: Flows) -> None:
    stage.load(RESCUE)
    stage.start("rescue")
    stage.settle()
    step = stage.step_of("save_the_princess")
    (done,) = workflow_verbs.cancel(ANA, stage.now, 1, reason="the princess saved herself")
    assert done.steps == (step["id"],)
    assert [state for _, state in stage.path()] == ["succeeded"] * 4 + ["cancelled"]
    assert stage.flow()[:2] == ("cancelled", "cancelled by ana: the princess saved herself")
    with pytest.raises(Refused, match="is cancelled"):
        workflow_forms.submit(ANA, stage.now, str(step["id"]), "value=1")
    with pytest.raises(Refused, match="Workflow 1 is cancelled already"):
        workflow_verbs.cancel(ANA, stage.now, 1)


def test_J12_a_run_that_waits_or_runs_is_cancelled_with_its_step(stage: Flows) -> None:
    stage.load(BOOM.replace('raise ValueError("Boom!")', "import time; time.sleep(60)"))
    stage.start("risky")
    stage.step()
    stage.until(lambda: rows(stage.store, "SELECT 1 FROM run WHERE state = 'running'"))
    workflow_verbs.cancel(ANA, stage.now, 1)
    stage.settle()
    assert rows(stage.store, "SELECT state FROM run") == [("cancelled",)]
    assert (stage.path()[1:], stage.flow()[0]) == ([("boom", "cancelled")], "cancelled")


def test_J14_rerun_takes_what_failed_and_names_the_others(stage: Flows) -> None:
    stage.load(BOOM)
    stage.start("risky")
    stage.start("risky")
    stage.settle()
    workflow_verbs.rerun(ANA, stage.now, *[row[0] for row in rows(stage.store, "SELECT id FROM step WHERE id < 4")])
    (said,) = rows(stage.store, "SELECT words FROM act ORDER BY id DESC LIMIT 1")[0]
    assert said.startswith("1 queued, 2 skipped: Step 1 (begin) is of the kind start")


def test_J14_cancel_takes_what_is_open_and_names_the_others(stage: Flows) -> None:
    stage.load(RESCUE)
    stage.start("rescue")
    stage.settle()
    steps = stage.step_of("begin")["id"], stage.step_of("save_the_princess")["id"]
    workflow_verbs.cancel(ANA, stage.now, step=steps)
    (said,) = rows(stage.store, "SELECT words FROM act ORDER BY id DESC LIMIT 1")[0]
    assert said == "1 cancelled, 1 skipped: Step 1 (begin) is succeeded."
    assert stage.flow()[:2] == ("cancelled", "its last open step was cancelled by ana")


@pytest.mark.parametrize("verb", ["skip", "rerun"])
def test_J15_a_join_says_for_whom_it_waits_and_completes_when_that_is_mended(stage: Flows, verb: str) -> None:
    flag = stage.store.with_name("mended")
    robin = f"def robin(self):\n        import pathlib\n        if not pathlib.Path({str(flag)!r}).exists(): 1 / 0"
    stage.load(RESCUE.replace("def robin(self): self.value += 1", robin))
    stage.start("rescue")
    stage.settle()
    assert stage.step_of("both")["reason"] == "waits for robin (failed)"
    assert stage.flow()[:2] == ("needs attention", "both waits for robin (failed)")
    flag.touch()
    step = stage.step_of("robin")["id"]
    if verb == "skip":
        workflow_verbs.skip(ANA, stage.now, step, reason="he is ill")
        assert stage.step_of("robin")["reason"] == "skipped by ana: he is ill"
    else:
        workflow_verbs.rerun(ANA, stage.now, step)
    stage.settle()
    assert (stage.step_of("both")["state"], stage.flow()[0]) == ("succeeded", "open")
    assert stage.parents("both") == ["batman", "robin"]


def test_J15_a_branch_that_halted_is_told_of_too(stage: Flows) -> None:
    stage.load(RESCUE.replace("def robin(self): self.value += 1", "def robin(self): return []"))
    stage.start("rescue")
    stage.settle()
    assert stage.flow()[:2] == ("needs attention", "both waits for robin (not reached)")
    workflow_verbs.skip(ANA, stage.now, stage.step_of("both")["id"])
    assert stage.nodes()[-1] == "save_the_princess"


def test_a_definition_that_does_not_import_fails_its_steps_and_no_others(stage: Flows) -> None:
    stage.load("import nowhere_to_be_found\n" + BOOM)
    stage.start("risky")
    stage.load(SHIFT)
    stage.start("shift")
    stage.settle()
    assert stage.step_of("boom")["error"] == "ModuleNotFoundError: No module named 'nowhere_to_be_found'"
    assert stage.flow(2)[0] == "succeeded"
