"""Workflows in the desk file: written out for those without code, or with the text of their Python file."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations.desk import load
from engine.operations.workflow_definitions import delete
from engine.operations.workflow_definitions import load as load_python
from engine.queries.desk import dump
from engine.rules.workflows.graph import FieldKind, from_json
from store.database import session
from store.errors import Refused
from tests.engine.stage import ANA, AT, desk, rows
from tests.stores import empty_store

__all__ = ["desk"]

REFUND = '''\
[[workflow]]
name = "refund"
title = "Money back"

[workflow.state]
amount = "number"
reason = { type = "text", label = "Why", default = "it's broken" }
approved = "yes/no"
level = { choice = ["a", "not so good"], default = "a" }
guest = { entity = "stay", required = true }
due = { type = "date", default = 2025-06-04 }
answer = "any"

[[workflow.step]]
name = "ask"
kind = "start"
title = "Ask for it"
fields = ["amount", "guest"]
required = ["amount"]
next = ["much", "wait a bit"]

[[workflow.step]]
name = "much"
kind = "choose"
when = [
    { if = "amount > 100 and not level = \\"not so good\\"", next = "boss" },
    { next = "pay" },
]

[[workflow.step]]
name = "boss"
kind = "human"
notes = """
Look at "the" letter\\\\.
'Then' decide."""
assignee = "ana"
due = "3d"
approve = "approved"
limit = 4
next = "decided"

[[workflow.step]]
name = "decided"
kind = "choose"
exclusive = false
when = [{ if = "approved", next = "pay" }, { next = "boss" }]

[[workflow.step]]
name = "pay"
kind = "run"
controller = "shell"
params = { command = "pay.sh", env = { "WHO IS" = "{reason}" } }
result = "answer"
next = "both"

[[workflow.step]]
name = "nightly"
kind = "run"
schedule = "nightly backup"
next = "both"

[[workflow.step]]
name = "wait a bit"
kind = "wait"
length = "2h"
next = ["nightly"]

[[workflow.step]]
name = "both"
kind = "join"
join = "any"
next = ["tell", "mark"]

[[workflow.step]]
name = "tell"
kind = "notify"
subject = "Refund of {amount}"
text = "Approved: {approved}"
severity = "important"
to = "all"

[[workflow.step]]
name = "mark"
kind = "status"
status = "validated"
object = "guest"
'''
PYTHON = '''\
from tickler import Workflow, start


class First(Workflow):
    """It says "\\\\n" and \'\'\'more\'\'\'."""

    begin = start()

    def end(self): ...

    edges = [(begin, end)]


class Second(First):
    pass
'''


def write(folder: Path, text: str, name: str = "desk.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def counts(path: Path, text: str) -> tuple[int, int, int]:
    made = load(ANA, AT, write(path.parent, text))
    return tuple(each.get("workflow", 0) for each in (made.made, made.changed, made.unchanged))  # type: ignore[return-value]


def test_a_definition_of_a_desk_file_is_kept_and_a_changed_one_is_a_new_version(desk: Path) -> None:
    assert counts(desk, REFUND) == (1, 0, 0)
    assert counts(desk, REFUND) == (0, 0, 1)
    assert counts(desk, REFUND.replace("amount > 100", "amount > 200")) == (0, 1, 0)
    found = rows(desk, "SELECT version, is_current, origin, source, graph FROM workflow_definition ORDER BY version")
    assert [tuple(row[:4]) for row in found] == [(1, 0, "desk file", None), (2, 1, "desk file", None)]
    graph = from_json(found[1][4])
    assert [each.kind for each in graph.fields][4:] == [FieldKind.ENTITY, FieldKind.DATE, FieldKind.ANY]
    assert graph.after("much") == ("boss", "pay")
    assert graph.node("boss").fields == ("approved",)
    assert graph.node("much").branches[0].condition == 'amount > 200 and not level = "not so good"'


def test_the_way_out_and_back_is_whole(desk: Path, tmp_path: Path) -> None:
    load(ANA, AT, write(tmp_path, REFUND))
    load_python(ANA, AT, write(tmp_path, PYTHON, "two.py"))
    before = dump(ANA, AT)
    graphs = rows(desk, "SELECT name, graph, source, origin, digest FROM workflow_definition ORDER BY name")
    empty_store(tmp_path / "other.db")
    with session():
        load(ANA, AT, write(tmp_path, before))
        assert dump(ANA, AT) == before
        there = rows(tmp_path / "other.db", "SELECT name, graph, source, origin, digest FROM workflow_definition"
                     " ORDER BY name")  # fmt: skip
    assert there == graphs
    assert [row[0] for row in graphs] == ["first", "refund", "second"]


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ('kind = "human"', 'kind = "humn"', "line 30: [[workflow]] refund: step 3: boss: kind: 'humn' is no kind of s"),
        ('assignee = "ana"', 'asignee = "ana"', "step 3: boss: asignee is no key here; did you mean assignee?"),
        ('assignee = "ana"', 'length = "3h"', "step 3: boss: length goes with a step of kind wait, not human"),
        ('due = "3d"', 'due = "soon"', "step 3: boss: due: 'soon' is not an offset"),
        ('next = "decided"', 'next = "decide"', "step 3: an edge from 'boss' to 'decide' names a step that is not"),
        ('next = "decided"', "", "step 4: step 'decided' is never reached"),
        ("limit = 4", "limit = -4", "step 3: boss: limit: expected how often it may be visited"),
        ("amount > 100", "amunt > 100", "step 2: gateway 'much': if: 'amunt' is no field of the state"),
        ("amount > 100", "amount > much", "step 2: gateway 'much': if: amount: 'much' is not a number"),
        ('    { next = "pay" },\n', "", "step 2: gateway 'much': if no condition holds it is a dead end"),
        ('    { next = "pay" },\n', '    { next = "" },\n', "step 2: much: when: expected { if = "),
        ('length = "2h"', "", "step 7: wait a bit: length: expected a length such as 3h, 2d or 10bd"),
        ('join = "any"', 'join = "some"', "step 8: both: join: expected all or any, not 'some'"),
        ('severity = "important"', 'severity = "loud"', "step 9: tell: severity: expected one of notice, warning,"),
        ("{approved}", "{aproved}", "step 9: step 'tell' speaks of {aproved}, which the state does not have"),
        ('schedule = "nightly backup"', "", "step 6: nightly: expected either a controller, with params, or the name"),
        ('result = "answer"', 'result = "anser"', "step 5: step 'pay': result: the state has no field 'anser'"),
        ('amount = "number"', 'amount = "numer"', "state: amount: expected one of text, number, date"),
        ('amount = "number"', 'today = "number"', "a field cannot be called 'today'"),
        ("default = 2025-06-04", 'default = "soon"', "state: due: expected a day such as 2025-06-04, not 'soon'"),
        ('default = "a"', 'default = "c"', "state: level: expected one of a, not so good, not 'c'"),
        ('title = "Money back"', 'titel = "Money back"', "line 3: [[workflow]] refund: titel: is no key here; did you"),
        ('title = "Money back"', 'file = "a.py"', "file: goes with the source of a definition in Python"),
        ('title = "Money back"', 'source = "x = 1"', "stands in the source of a definition in Python"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_the_step_its_line_and_what_was_expected(
    desk: Path, tmp_path: Path, was: str, now: str, words: str
) -> None:
    assert was in REFUND
    with pytest.raises(Refused) as fault:
        load(ANA, AT, write(tmp_path, REFUND.replace(was, now, 1)))
    assert words in str(fault.value)
    assert str(fault.value).startswith("desk.toml line ")
    assert rows(desk, "SELECT count(*) FROM workflow_definition") == [(0,)]


def test_a_deleted_definition_is_not_dumped_and_its_versions_go_on_counting(desk: Path, tmp_path: Path) -> None:
    counts(desk, REFUND)
    delete(ANA, AT, "refund")
    assert "[[workflow]]" not in dump(ANA, AT)
    with pytest.raises(Refused, match="There is no workflow 'refund'"):
        delete(ANA, AT, "refund")
    assert counts(desk, REFUND) == (1, 0, 0)
    assert rows(desk, "SELECT version, is_current FROM workflow_definition ORDER BY version") == [(1, 0), (2, 1)]
