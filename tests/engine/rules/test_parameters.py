"""What a controller declares, and params that do not fit."""

from __future__ import annotations

import pytest

from engine.rules.errors import BadValue
from engine.rules.parameters import Declaration, Kind, Parameter

GREET = Declaration(
    "greet",
    "Greets",
    (
        Parameter("who", Kind.TEXT, "a name", is_required=True),
        Parameter("times", Kind.NUMBER, "how often", default=1),
        Parameter("loud", Kind.BOOLEAN, "whether to shout"),
        Parameter("how", Kind.CHOICE, "in which way", choices=("warm", "cool"), default="warm"),
        Parameter("more", Kind.OBJECT, "what else"),
        Parameter("pause", Kind.DURATION, "between two", default="1m"),
    ),
)


def test_what_is_not_said_is_as_declared() -> None:
    assert GREET.read({"who": "Ana"}) == {
        "who": "Ana", "times": 1, "loud": None, "how": "warm", "more": None, "pause": 60,
    }  # fmt: skip


def test_what_is_said_is_taken_durations_in_seconds() -> None:
    given = {"who": "Ana", "times": 2.5, "loud": True, "how": "cool", "more": {"a": [1]}, "pause": "1h30m"}
    assert GREET.read(given) == given | {"pause": 5400}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ([], "params must be an object"),
        ("{}", "params must be an object"),
        (None, "params must be an object"),
        ({}, "params: who is missing (expected a name)"),
        ({"who": " "}, "params: who is missing (expected a name)"),
        (
            {"who": "x", "whom": 1},
            "params: 'whom' is not known to 'greet' (expected who, times, loud, how, more and pause)",
        ),
        ({"who": ["x"]}, "params: who: expected a text (a name), not '[\"x\"]'"),
        ({"who": "x", "times": True}, "params: times: expected a number (how often), not 'true'"),
        ({"who": "x", "times": "2"}, "params: times: expected a number (how often), not '2'"),
        ({"who": "x", "times": float("nan")}, "params: times: expected a number (how often), not 'NaN'"),
        ({"who": "x", "loud": 1}, "params: loud: expected true or false (whether to shout), not '1'"),
        ({"who": "x", "how": "hot"}, "params: how: expected one of warm, cool, not 'hot'"),
        (
            {"who": "x", "more": [1]},
            """params: more: expected an object such as {"name": "value"} (what else), not '[1]'""",
        ),
        (
            {"who": "x", "pause": 1.5},
            "params: pause: expected a length of time such as 90s or 1h30m (between two), not '1.5'",
        ),
        (
            {"who": "x", "pause": "soon"},
            "params: pause: 'soon' is not a duration (expected a length of time such as 90s, 15m, 1h30m, 2d or a"
            " number of seconds)",
        ),
        (
            {"who": "x", "times": 10**5000},
            "params: times: expected a number (how often), not 'a very large number'",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(params: object, words: str) -> None:
    with pytest.raises(BadValue) as fault:
        GREET.read(params)
    assert str(fault.value) == words


def test_a_controller_without_parameters_says_so() -> None:
    with pytest.raises(BadValue, match=r"^params: 'x' is not known to 'idle' \(it takes none\)$"):
        Declaration("idle", "Does nothing").read({"x": 1})
