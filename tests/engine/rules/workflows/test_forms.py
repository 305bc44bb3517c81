"""Forms of steps: what people type into a field, which fields a form shows, what is said of each that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given as each_of
from hypothesis import strategies as st

from engine.rules.errors import BadValue
from engine.rules.workflows import forms
from engine.rules.workflows.graph import Field, FieldKind, Graph, Node
from store.enums import StepKind

TODAY = date(2025, 6, 4)
FIELDS = (
    Field("why", FieldKind.TEXT, ""),
    Field("amount", FieldKind.NUMBER),
    Field("by", FieldKind.DATE),
    Field("level", FieldKind.CHOICE, choices=("Low", "High")),
    Field("approved", FieldKind.YES_NO, default=False),
    Field("stay", FieldKind.ENTITY, object_class="stay"),
    Field("thing", FieldKind.ENTITY),
    Field("log", FieldKind.ANY),
)


def human(*fields: str, required: tuple[str, ...] = (), approve: str = "") -> Node:
    params = {"approve": approve} if approve else {}
    return Node("decide", StepKind.HUMAN, fields=fields, required=required, is_approval=bool(approve), params=params)


def graph(node: Node) -> Graph:
    return Graph("refund", "", (node,), (), FIELDS)


def read(node: Node, data: Mapping[str, object] | None = None, **given: str) -> dict[str, object]:
    of = graph(node)
    return forms.read(of, node, {**of.defaults(), **(data or {})}, given, TODAY)


ALL = human(*(each.name for each in FIELDS))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("why", "  broken glass ", "broken glass"),
        ("why", "two\r\nlines", "two\nlines"),
        ("why", "", ""),
        ("amount", "12", 12),
        ("amount", " -12.50 ", -12.5),
        ("amount", "12,5", 12.5),
        ("amount", "0,125", 0.125),
        ("amount", ",5", 0.5),
        ("amount", "1 234 567", 1234567),
        ("amount", "1,234.50", 1234.5),
        ("amount", "1,234,567", 1234567),
        ("amount", "", None),
        ("by", "tomorrow", "2025-06-05"),
        ("by", "2025-07-01", "2025-07-01"),
        ("by", "fri", "2025-06-06"),
        ("level", "Low", "Low"),
        ("level", "hIGH", "High"),
        ("approved", "YES", True),
        ("approved", "n", False),
        ("approved", "false", False),
        ("stay", "stay/12", "stay/12"),
        ("stay", "stay 12", "stay/12"),
        ("stay", "12", "stay/12"),
        ("thing", "room:7", "room/7"),
    ],
)
def test_a_field_is_read_as_people_type_it(name: str, text: str, expected: object) -> None:
    found = read(ALL, {}, **{name: text})
    assert found == {name: expected}
    assert type(found[name]) is type(expected)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("amount", "much", "amount: 'much' is not a number (expected a number such as 12 or 12.50)."),
        ("amount", "1,234", "amount: '1,234' may be 1234 or 1.234; type the one that is meant."),
        ("amount", "nan", "amount: 'nan' is not a number (expected a number such as 12 or 12.50)."),
        ("amount", "1e9", "amount: '1e9' is not a number (expected a number such as 12 or 12.50)."),
        ("amount", "\u0661", "amount: '\u0661' is not a number (expected a number such as 12 or 12.50)."),
        ("amount", "1234567890123456", "amount: '1234567890123456' has too many digits (at most 15)."),
        ("level", "middle", "level: 'middle' is not among the choices (expected one of Low, High)."),
        ("level", "lo", "level: 'lo' is not among the choices (expected one of Low, High)."),
        ("approved", "perhaps", "approved: 'perhaps' is neither yes nor no."),
        ("stay", "room/7", "stay: 'room/7' is no stay (expected an entity such as stay/12)."),
        ("thing", "7", "thing: '7' is no entity (expected an entity such as stay/12)."),
        ("why", "a\0b", "why: a NUL character cannot be kept."),
        ("log", "x", "log: no form can change it."),
    ],
)
def test_what_cannot_be_read_says_which_field_and_what_was_expected(name: str, text: str, sentence: str) -> None:
    with pytest.raises(BadValue) as refused:
        read(ALL, {}, **{name: text})
    assert str(refused.value) == sentence


def test_a_day_that_reads_two_ways_names_its_field_and_both() -> None:
    with pytest.raises(BadValue, match=r"^by: .*03/04"):
        read(ALL, by="03/04")


def test_J8_a_form_edits_its_own_fields_alone() -> None:
    node = human("amount")
    with pytest.raises(forms.BadForm) as refused:
        read(node, amount="5", approved="yes", amuont="3")
    assert refused.value.faults == {
        "approved": "approved: this form does not edit it (expected amount)",
        "amuont": "amuont: 'amuont' is no field of this form; did you mean amount?",
    }


def test_every_fault_is_told_at_once_each_in_its_sentence() -> None:
    node = human("amount", "by", "level", required=("amount", "by", "level"))
    with pytest.raises(forms.BadForm) as refused:
        read(node, amount="x", level="Low")
    assert list(refused.value.faults) == ["amount", "by"]
    assert str(refused.value) == (
        "amount: 'x' is not a number (expected a number such as 12 or 12.50)."
        " by: it must be filled in (expected a day such as 2026-11-30, 30 nov or tomorrow)."
    )


def test_what_the_state_has_already_need_not_be_typed_again() -> None:
    node = human("amount", "why", required=("amount",))
    assert read(node, {"amount": 0}, why="as agreed") == {"why": "as agreed"}
    assert not forms.is_needed(graph(node), node, {"amount": 0})
    assert forms.is_needed(graph(node), node, {"amount": None})
    with pytest.raises(BadValue, match="amount: it must be filled in"):
        read(node, {"amount": 3}, amount="")


def test_a_required_text_of_blanks_is_missing() -> None:
    node = human("why", required=("why",))
    with pytest.raises(BadValue, match="why: it must be filled in"):
        read(node, why="   ")


def test_who_approves_answers_whatever_was_answered_before() -> None:
    node = human("amount", approve="approved")
    (amount, approved) = forms.fields_of(graph(node), node, {"amount": 7, "approved": True})
    assert (amount.text, amount.is_required, amount.is_approval) == ("7", False, False)
    assert (approved.value, approved.is_required, approved.is_approval) == (None, True, True)
    with pytest.raises(BadValue, match="approved: it must be filled in"):
        read(node, {"approved": True})
    assert read(node, {"approved": True}, approved="no") == {"approved": False}


def test_a_submitted_form_is_shown_in_lines() -> None:
    form: dict[str, object] = {"approved": False, "amount": 12.5, forms.NOTE: "over the limit"}
    assert forms.lines(graph(ALL), form) == ("approved: no", "amount: 12.5", "note: over the limit")


@each_of(st.sampled_from(FIELDS), st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_and_reads_back(known: Field, text: str) -> None:
    (field,) = forms.fields_of(graph(human(known.name)), human(known.name), {})
    try:
        found = forms.parse(field, text, TODAY)
    except BadValue as refused:
        said = str(refused)
    else:
        said = f"{known.name}: "
        assert forms.parse(field, forms.text_of(field, found), TODAY) == found
    assert said.startswith(f"{known.name}: ")
