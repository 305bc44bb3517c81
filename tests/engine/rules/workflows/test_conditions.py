"""Conditions of gateways, held against what Python makes of the same words."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.errors import BadValue
from engine.rules.workflows.conditions import DEPTH, WEEKDAYS, holds, parse
from engine.rules.workflows.graph import Field, FieldKind

FIELDS = (
    Field("amount", FieldKind.NUMBER),
    Field("most", FieldKind.NUMBER),
    Field("approved", FieldKind.YES_NO),
    Field("level", FieldKind.CHOICE, choices=("a", "b", "not so good")),
    Field("due", FieldKind.DATE),
    Field("user", FieldKind.TEXT),
    Field("more", FieldKind.ANY),
)
WEDNESDAY = date(2025, 6, 4)


def true(text: str, **data: Any) -> bool:
    return holds(parse(text, FIELDS), data, WEDNESDAY)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("amount > 100", {"amount": 101}),
        ("amount>=100", {"amount": 100}),
        ("amount == 9.50", {"amount": 9.5}),
        ("amount <= most", {"amount": 1, "most": 1}),
        ("amount", {"amount": 0}),
        ("approved", {"approved": True}),
        ("not approved", {"approved": False}),
        ("not approved", {}),
        ("approved = no", {"approved": False}),
        ("level = a", {"level": "a"}),
        ('level = "not so good"', {"level": "not so good"}),
        ("level != a", {}),
        ("user", {"user": "ana"}),
        ("user = ana", {"user": "ana"}),
        ("user = 'and'", {"user": "and"}),
        ("weekday = wed", {}),
        ("not weekday = sat and not weekday = sun", {}),
        ("today >= due", {"due": "2025-06-04"}),
        ("due > 2025-06-01", {"due": "2025-06-04"}),
        ("due != today", {"due": None}),
        ("approved or amount > 5 and user", {"approved": True, "amount": 1}),
        ("(approved or amount > 5) AND user", {"amount": 6, "user": "bo"}),
        ("more", {"more": [1]}),
    ],
)
def test_what_holds(text: str, data: dict[str, Any]) -> None:
    assert true(text, **data)
    assert not true(f"not ({text})", **data)


@pytest.mark.parametrize("text", ["amount > 1", "amount < 1", "amount = 1", "due < today", "user = ana", "level = b"])
def test_an_empty_field_is_equal_to_nothing_and_neither_less_nor_greater(text: str) -> None:
    assert not true(text)
    assert not true(text, amount="text", due="soon", user=7, level=None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected the name of a field, not the end"),
        (
            "amont > 1",
            "'amont' is no field of the state (known are amount, most, approved, level, due, user, more, tod",
        ),
        ("amount > ten", "amount: 'ten' is not a number (expected one such as 100 or 9.50)"),
        ("amount > approved", "amount: 'approved' is not a number"),
        ("amount > 1e3", "is not a number"),
        ("amount >", "amount: expected a number to compare it with"),
        ("amount > 1 2", "'2' was not expected there"),
        ("amount ! 1", "'!' is no comparison (expected one of = != < <= > >=)"),
        ("approved > no", "approved: a yes/no is not less or greater"),
        ("approved = maybe", "approved: 'maybe' is neither yes nor no"),
        ("level = c", "level: 'c' is none of a, b, not so good"),
        ("weekday = caturday", "weekday: 'caturday' is none of mon, tue"),
        ("weekday", "weekday: expected what it is compared with"),
        ("due > 4", "due: '4' is not a day (expected one such as 2025-06-04)"),
        ("more = 1", "more: only a field with a type of its own can be compared"),
        ("(approved", "a parenthesis is not closed"),
        ("approved)", "')' was not expected there"),
        ("approved and", "expected the name of a field, not the end"),
        ("and", "expected the name of a field, not 'and'"),
        ("user = 'ana", "was not expected there"),
        ("not " * (DEPTH + 2) + "approved", "nested 50 deep at most"),
        ("(" * 600 + "approved" + ")" * 300, "nested 50 deep at most"),
        ("user = " + "a" * 1_000, "1,007 characters is too long"),
    ],
)
def test_what_is_no_condition(text: str, words: str) -> None:
    with pytest.raises(BadValue) as fault:
        parse(text, FIELDS)
    assert words in str(fault.value)


@given(
    st.text()
    | st.lists(
        st.sampled_from(["amount", ">", "100", "(", ")", "not", "and", "or", "due", "today", "=", "'a'", '"'])
    ).map(" ".join)
)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(BadValue):
        holds(parse(text, FIELDS), {}, WEDNESDAY)


numbers = st.integers(-3, 3)
names = st.sampled_from(["amount", "most"])
signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
atoms = st.one_of(
    st.tuples(names, signs, st.one_of(numbers.map(str), names)).map(lambda each: (" ".join(each), _number(*each))),
    st.just(("approved", lambda data, day: data["approved"])),
    st.sampled_from("ab").map(lambda each: (f"level = {each}", lambda data, day: data["level"] == each)),
    st.sampled_from(WEEKDAYS).map(lambda each: (f"weekday != {each}", lambda data, day: f"{day:%a}".lower() != each)),
    signs.map(lambda sign: (f"today {sign} due", lambda data, day: _sign(day, sign, date.fromisoformat(data["due"])))),
)


def _sign(left: Any, sign: str, right: Any) -> bool:
    return {
        "=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
        ">=": left >= right,
    }[sign]  # fmt: skip


def _number(name: str, sign: str, right: str) -> Any:
    return lambda data, day: _sign(data[name], sign, data[right] if right in data else int(right))


def _joined(parts: Any) -> Any:
    return st.one_of(
        parts.map(lambda one: (f"not ({one[0]})", lambda data, day: not one[1](data, day))),
        st.tuples(parts, parts).map(
            lambda two: (
                f"({two[0][0]}) and ({two[1][0]})",
                lambda data, day: two[0][1](data, day) and two[1][1](data, day),
            )
        ),
        st.tuples(parts, parts).map(
            lambda two: (
                f"({two[0][0]} or ({two[1][0]}))",
                lambda data, day: two[0][1](data, day) or two[1][1](data, day),
            )
        ),
    )


@given(
    st.recursive(atoms, _joined, max_leaves=8),
    st.fixed_dictionaries(
        {
            "amount": numbers, "most": numbers, "approved": st.booleans(), "level": st.sampled_from("ab"),
            "due": st.dates(date(2025, 6, 1), date(2025, 6, 8)).map(date.isoformat),
        }
    ),
    st.integers(0, 6),
)  # fmt: skip
def test_conditions_mean_what_python_would(said: Any, data: dict[str, Any], days: int) -> None:
    text, oracle = said
    day = date(2025, 6, 1) + timedelta(days)
    assert holds(parse(text, FIELDS), data, day) == bool(oracle(data, day))


def test_not_binds_more_than_and_which_binds_more_than_or() -> None:
    for approved in (False, True):
        for amount in (0, 9):
            for user in ("", "ana"):
                expected = approved or ((not amount > 5) and bool(user))
                said = true("approved or not amount > 5 and user", approved=approved, amount=amount, user=user)
                assert said is expected
