"""Definitions in Python: what is read, and on which line something is wrong."""

from __future__ import annotations

import contextlib
import textwrap
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.rules.errors import BadValue
from engine.rules.workflows.graph import FieldKind, Graph, JoinKind, from_json, to_json
from engine.rules.workflows.reading import plain_name, read_file
from store.enums import StepKind

TOP = "from tickler import Workflow, gateway, human, join, start, step, wait\n"


def read(body: str) -> list[Graph]:
    return read_file(TOP + textwrap.dedent(body), "flows.py")


def refused(body: str) -> str:
    with pytest.raises(BadValue) as fault:
        read(body)
    return str(fault.value)


def flow(lines: str, edges: str = "(begin, end)") -> str:
    """A workflow with more lines in its class, which begin on line 6 of the file."""
    own = textwrap.indent(textwrap.dedent(lines).strip("\n"), "    ")
    head = "class Sample(Workflow):\n    begin = start()\n    def end(self):\n        pass\n"
    return f"{head}{own}\n    edges = [{edges}]\n"


def test_everything_a_definition_may_say() -> None:
    (graph,) = read(
        '''
        import datetime
        from datetime import date
        from typing import Annotated, ClassVar, Literal, Optional
        from tickler import Entity

        class HTTPRefund(Workflow):
            """Money goes back.

            More is nobody's business."""

            LIMIT = 100
            MOST: ClassVar[int] = 3
            amount: Annotated[float, "Amount in euro"] = 0
            level: Literal["a", "b"] = "a"
            due: date | None = None
            since: Optional[datetime.date] = date(2025, 6, 4)
            guest: Entity["stay"] = "stay/12"
            approved: "bool" = False
            notes: dict[str, int] = {"a": 1}

            begin = start("amount", "guest", required=["amount"], title="Ask", notes="Say how much.")

            @step(title="Look", limit=3, deadline="2d", idempotent=True)
            def look(self):
                """Looks it up."""

            boss = human("due", assignee="previous", due="3d", approve="approved")
            nap = wait("3h")
            both = join("any")

            @gateway
            def decide(self):
                return [self.end]

            def end(self): ...

            def _helper(self, of): ...

            @property
            def total(self): ...

            edges = [
                (begin, look), (look, boss), (look, "nap"), (boss, both), (nap, both), (both, decide), (decide, end),
            ]
        '''
    )
    assert (graph.name, graph.entry, graph.title) == ("http refund", "HTTPRefund", "Money goes back")
    assert [(each.name, each.kind.value) for each in graph.fields] == [
        ("amount", "number"), ("level", "choice"), ("due", "date"), ("since", "date"), ("guest", "entity"),
        ("approved", "yes/no"), ("notes", "any"),
    ]  # fmt: skip
    amount, level, _, since, guest, *_ = graph.fields
    assert (amount.label, level.choices, since.default) == ("Amount in euro", ("a", "b"), "2025-06-04")
    assert (guest.object_class, guest.default) == ("stay", "stay/12")
    look, boss = graph.node("look"), graph.node("boss")
    assert (look.title, look.limit, look.deadline, look.is_idempotent, look.notes) == (
        "Look", 3, "2d", True, "Looks it up",
    )  # fmt: skip
    assert (boss.fields, boss.is_approval, boss.length) == (("due", "approved"), True, "3d")
    assert (graph.node("nap").length, graph.node("both").join) == ("3h", JoinKind.ANY)
    assert graph.node("decide").must_choose
    assert from_json(to_json(graph)) == graph


def test_names_of_tickler_may_be_called_otherwise() -> None:
    (graph,) = read_file(
        "import tickler as t\nfrom tickler import Workflow as Flow, start as begins\n"
        "class A(Flow):\n    go = begins()\n    @t.gateway\n    def end(self): ...\n    def out(self): ...\n"
        "    edges = [(go, end), (end, out)]\n",
        "flows.py",
    )
    assert [each.kind for each in graph.nodes] == [StepKind.START, StepKind.MACHINE, StepKind.MACHINE]
    assert graph.node("end").must_choose


def test_what_a_class_inherits_is_its_own() -> None:
    body = flow("level: int = 1") + (
        "class More(Sample):\n    level: int = 2\n    def last(self): ...\n"
        "    edges = [*Sample.edges, (Sample.end, last)]\n"
        "class Same(Sample):\n    level: int = 3\n"
        "class Other(Sample):\n    def last(self): ...\n    edges = Sample.edges + [('end', 'last')]\n"
    )
    plain, more, same, other = read(body)
    assert [plain.name, more.name, same.name] == ["sample", "more", "same"]
    assert more.edges == other.edges == (("begin", "end"), ("end", "last"))
    assert (same.edges, same.defaults()) == (plain.edges, {"level": 3})


def test_a_base_without_edges_is_no_workflow_of_its_own() -> None:
    base = "class Base(Workflow):\n    user: str = ''\n    begin = start('user')\n"
    (graph,) = read(base + "class Full(Base):\n    def end(self): ...\n    edges = [(Base.begin, end)]\n")
    assert (graph.name, [each.name for each in graph.nodes]) == ("full", ["begin", "end"])


@pytest.mark.parametrize(
    ("lines", "edges", "words"),
    [
        ("def lost(self): ...", "(begin, end)", "line 6: workflow sample: step 'lost' is never reached (expected an"),
        ("def lost(self): ...", "(begin, end)", "a helper that is no step is called _lost"),
        ("x: int = 1", "(begin, ende)", "line 7: edges: there is no step 'ende'; known are begin, end"),
        ("x: int = 1", "(begin, end, begin)", "line 7: edges: expected a pair of steps, such as (begin, end)"),
        ("x: int = 1", "(begin, end), (end, begin)", "an edge leads to 'begin', which only begins"),
        ("x: int = 1", "(begin, end), (begin, end)", "the edge from 'begin' to 'end' stands there twice"),
        ("x: int = 'a'", "(begin, end)", "line 6: field x: expected a number, not 'a'"),
        ("x: int = True", "(begin, end)", "line 6: field x: expected a number, not 'True'"),
        ("x: bool = 1", "(begin, end)", "line 6: field x: expected yes or no, not '1'"),
        ("x: date = '4 June'", "(begin, end)", "line 6: field x: expected a day such as 2025-06-04, not '4 June'"),
        ("x: date = date(2025, 13, 1)", "(begin, end)", "line 6: field x: expected a day such as date(2025, 6, 4)"),
        ("x: Literal['a'] = 'b'", "(begin, end)", "line 6: field x: expected one of a, not 'b'"),
        ("x: Literal['a', 'a'] = 'a'", "(begin, end)", "line 6: field x: expected choices that are different texts"),
        ("x: Entity['stay'] = 'what'", "(begin, end)", "line 6: field x: object: 'what' is not a class and an id"),
        ("x: int = 1e999", "(begin, end)", "line 6: field x: expected a number, not 'inf'"),
        ("x: set = {1}", "(begin, end)", "line 6: field x: expected what JSON can hold"),
        ("x: int = len('a')", "(begin, end)", "line 6: field x: expected a value that is written out, as the file is"),
        ("_x: int = 1", "(begin, end)", "line 6: field _x: a field of the state begins with a letter"),
        ("now: int = 1", "(begin, end)", "line 6: workflow sample: a field cannot be called 'now'"),
        ("async def more(self): ...", "(begin, more)", "line 6: step more: expected def, not async def"),
        ("def more(self, x): ...", "(begin, more)", "line 6: step more: expected def more(self)"),
        ("def more(): ...", "(begin, more)", "line 6: step more: expected def more(self)"),
        ("@cache\ndef more(self): ...", "(begin, more)", "line 6: step more: expected no decorator but @step(...) or"),
        ("@step(limt=3)\ndef more(self): ...", "(begin, more)", "line 6: step: limt is not known (expected title, gat"),
        ("@step(limit='3')\ndef more(self): ...", "(begin, more)", "limit: expected a whole number, not '3'"),
        ("@step(limit=-3)\ndef more(self): ...", "(begin, more)", "limit: expected how often it may be visited"),
        ("@step(deadline='x')\ndef more(self): ...", "(begin, more)", "step: deadline: 'x' is not a duration"),
        ("ask = human(x)", "(begin, ask)", 'line 6: human: expected names of fields in quotes, such as human("user")'),
        ("ask = human('x')", "(begin, ask), (ask, end)", "line 6: workflow sample: step 'ask' shows the field 'x', wh"),
        ("ask = human(due='-3d')", "(begin, ask)", "line 6: human: due: '-3d' is before it begins"),
        ("ask = human(required='x')", "(begin, ask)", "human: required: expected a list of names, such as"),
        ("nap = wait('0d')", "(begin, nap), (nap, end)", "line 6: wait: '0d' does not wait"),
        ("nap = wait('3m')", "(begin, nap), (nap, end)", "line 6: wait: '3m'"),
        ("nap = wait('3h')", "(begin, nap), (begin, end)", "wait 'nap' is a dead end"),
        ("both = join('some')", "(begin, both)", "line 6: join: it waits for 'all' or 'any', not 'some'"),
        ("both = join()", "(begin, both), (both, end)", "join 'both' has nothing to join (expected two steps that"),
        ("@gateway\ndef g(self): ...", "(begin, g), (begin, end)", "gateway 'g' leads nowhere"),
        ("def a(self): ...\ndef b(self): ...", "(begin, a), (a, b), (b, a), (a, end)", "a loop without a person"),
        ("a = human()\nb = human()", "(begin, end), (begin, a), (a, b), (b, a)", "there is no way out of a, b"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_line_and_says_what_was_expected(lines: str, edges: str, words: str) -> None:
    told = refused(flow(lines, edges))
    assert told.startswith("flows.py line ")
    assert words in told


def test_a_loop_with_a_person_a_wait_or_a_limit_may_be() -> None:
    for middle in ("b = human()", "b = wait('1d')", "@step(limit=9)\ndef b(self): ..."):
        assert read(flow(f"def a(self): ...\n{middle}", "(begin, a), (a, b), (b, a), (a, end)"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "flows.py: it has no class that is a Workflow"),
        ("def f(:\n", "flows.py line 1: it is not Python: invalid syntax"),
        ("x = 1\n\0", "flows.py: it is not Python: source code string cannot contain null bytes"),
        ("class A(Workflow):\n  pass", "flows.py line 1: workflow a: it has no steps"),
        ("x = " + "(" * 5_000, "it is not Python"),
        ("x = " + "-" * 100_000 + "1", "flows.py"),
    ],
)
def test_a_file_that_is_no_definition(text: str, words: str) -> None:
    with pytest.raises(BadValue, match=words.replace("(", r"\(")):
        read_file(text, "flows.py")


def test_two_classes_of_one_name_are_refused() -> None:
    assert "workflow sample stands on line 2 already" in refused(flow("x: int") + flow("y: int"))


def test_a_file_is_read_and_never_run() -> None:
    read("import nowhere\nraise SystemExit\nopen('/nowhere/at/all')\n" + flow("x: int = 1"))


PIECES = [
    "class A(Workflow):", "\n    ", "begin = start()", "def end(self): ...", "edges = [(begin, end)]", "x: int = ",
    "@step(", "limit=", ")", "human(", "'x'", "join(", "wait('3h')", "Literal[", "]", "date(", "None", "1", "*", ",",
    "[", "(", "{", "\n", "\\", "edges: list = ", "A.edges", "+", "**x", "Annotated[",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
@example("\ud800")
@example("class A(Workflow):\n    x: date = date(1, **{1: 2})\n")
@example("class A(Workflow):\n    x: Literal[()] = 1\n")
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(BadValue):
        read_file(text, "flows.py")


@given(st.text())
def test_a_type_may_hold_anything(text: str) -> None:
    with contextlib.suppress(BadValue):
        read(flow(f"x: {text!a} = 1"))


def test_ten_thousand_steps_are_read_in_seconds() -> None:
    count = 9_998
    steps = "".join(f"    def s{number}(self): ...\n" for number in range(count))
    edges = "".join(f"(s{number}, s{number + 1})," for number in range(count - 1))
    head = f"{TOP}class Big(Workflow):\n    begin = start()\n    def end(self): ...\n"
    text = f"{head}{steps}    edges = [(begin, s0), (s{count - 1}, end), {edges}]\n"
    began = time.process_time()
    (graph,) = read_file(text, "flows.py")
    assert len(graph.nodes) == 10_000
    assert time.process_time() - began < 5
    with pytest.raises(BadValue, match="10,001 steps are too many \\(at most 10,000\\)"):
        read_file(text.replace("    begin", "    more = start()\n    begin"), "flows.py")


@pytest.mark.parametrize(
    ("name", "words"),
    [("SendWelcome", "send welcome"), ("HTTPCheck", "http check"), ("A", "a"), ("X2Y", "x2y"), ("a_b", "a b")],
)
def test_names_of_classes_are_told_as_words(name: str, words: str) -> None:
    assert plain_name(name) == words


def test_kinds_of_fields_are_those_of_forms() -> None:
    (graph,) = read(flow("a: str\nb: 'list'\nc: float | None\nd: Any"))
    assert [each.kind for each in graph.fields] == [FieldKind.TEXT, FieldKind.ANY, FieldKind.NUMBER, FieldKind.ANY]
