"""When a schedule speaks, and how that is said of it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time
from typing import Any

import pytest

from engine.rules.alerts import (
    DEFAULT,
    History,
    Policy,
    Say,
    TaskMove,
    alert_text,
    decide,
    expected,
    parse_policy,
    sentence,
)
from engine.rules.errors import BadValue
from store.enums import RunState

FAILED, OK = RunState.FAILED, RunState.SUCCEEDED


def told(policy: Policy, ends: str) -> str:
    """What is told of runs: F failed, S succeeded, C cancelled -> f first, n nth, d of a day, r recovery, - nothing.

    All on one day; what was told of a day is told once.
    """
    failures, of_day, said, often, found = 0, 0, False, False, ""
    for end in ends:
        state = {"F": FAILED, "S": OK, "C": RunState.CANCELLED, "L": RunState.LOST}[end]
        of_day += end in "FL"
        decision = decide(policy, History(failures, of_day, said, False), state)
        say = None if decision.say is Say.OFTEN and often else decision.say
        often = often or say is Say.OFTEN
        said = (said and not decision.takes_back) or say in (Say.FAILED, Say.FAILING, Say.OFTEN)
        failures = decision.failures
        letters = {None: "-", Say.FAILED: "f", Say.FAILING: "n", Say.OFTEN: "d", Say.RECOVERED: "r"}
        found += letters[say]
    return found


@pytest.mark.parametrize(
    ("policy", "ends", "expected"),
    [
        (DEFAULT, "SSFFFSFS", "--f--rfr"),
        (DEFAULT, "FCCS", "f--r"),
        (DEFAULT, "LLS", "f-r"),
        (Policy(recovery=False), "FFSF", "f--f"),
        (Policy(first_failure=False, nth_failure=3), "FFSFFFFS", "-----n-r"),
        (Policy(nth_failure=3), "FFFFS", "f-n-r"),
        (Policy(first_failure=False, nth_failure=3), "FFS", "---"),
        (Policy(failures_a_day=3), "FSFSFSFSFS", "frfrdr----"),
        (Policy(first_failure=False, recovery=False), "FFFS", "----"),
    ],
)
def test_what_is_told_of_a_row_of_runs(policy: Policy, ends: str, expected: str) -> None:
    assert told(policy, ends) == expected


def test_however_runs_end_recovery_is_told_once_for_trouble_that_was_told() -> None:
    for policy in (
        DEFAULT,
        Policy(nth_failure=2),
        Policy(failures_a_day=2),
        Policy(first_failure=False, nth_failure=3),
    ):
        for ends in itertools.product("FSC", repeat=7):
            words = told(policy, "".join(ends)).replace("-", "")
            assert not words.startswith("r")
            assert "rr" not in words


def test_the_task_opens_once_folds_and_closes() -> None:
    policy = Policy(task=True)
    assert decide(policy, History(0, 1, False, False), FAILED).task is TaskMove.OPEN
    assert decide(policy, History(1, 2, True, True), FAILED).task is TaskMove.FOLD
    assert decide(policy, History(2, 2, True, True), OK).task is TaskMove.CLOSE
    assert decide(policy, History(2, 2, True, True), RunState.CANCELLED).task is None
    assert decide(DEFAULT, History(0, 1, False, False), FAILED).task is None
    assert decide(DEFAULT, History(1, 1, True, True), OK).task is TaskMove.CLOSE, "switched off while it was open"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "planned", "zone", "by"),
    [
        ("within=2h", "2025-06-16T02:30", "UTC", "2025-06-16T04:30"),
        ("by=06:00", "2025-06-16T02:30", "UTC", "2025-06-16T06:00"),
        ("by=06:00", "2025-06-15T23:00", "UTC", "2025-06-16T06:00"),
        ("by=06:00", "2025-06-16T06:00", "UTC", "2025-06-17T06:00"),
        ("by=06:00", "2025-06-16T02:30", "Europe/Brussels", "2025-06-16T04:00"),
        ("by=02:30", "2025-03-29T23:00", "Europe/Brussels", "2025-03-30T01:00"),
        ("by=06:00 within=1h", "2025-06-16T02:30", "UTC", "2025-06-16T03:30"),
    ],
)
def test_by_when_a_job_should_have_finished(given: str, planned: str, zone: str, by: str) -> None:
    found = expected(parse_policy(given), at(planned), zone)
    assert found is not None
    assert found.astimezone(UTC) == at(by)


def test_nobody_waits_for_a_job_unless_asked_to() -> None:
    assert expected(DEFAULT, at("2025-06-16T02:30"), "UTC") is None


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        (None, DEFAULT),
        ("", DEFAULT),
        ({}, DEFAULT),
        ("{}", DEFAULT),
        ("default", DEFAULT),
        ("nothing", Policy(first_failure=False, recovery=False)),
        (("default", "task"), Policy(task=True)),
        (("first,nth=3", "by=6:00"), Policy(nth_failure=3, recovery=False, finish_by="06:00")),
        ('{"finish_within": "1h30m", "task": true}', Policy(finish_within=5400, task=True)),
        ({"finish_by": time(6, 5), "failures_a_day": 5}, Policy(finish_by="06:05", failures_a_day=5)),
        ({"recovery": False, "nth_failure": None}, Policy(recovery=False)),
    ],
)
def test_policies_that_are_taken(given: Any, policy: Policy) -> None:
    assert parse_policy(given) == policy
    assert parse_policy(policy.kept()) == policy
    assert parse_policy(alert_text(policy.kept())) == policy


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nth", "'nth': expected nth=3"),
        ("first=yes", "'first=yes': expected first"),
        ("nth=1", "nth: expected a whole number from 2 to 1000, not '1'"),
        ("by=25:00", "by: expected a time of day such as 06:00, not '25:00'"),
        ("within=0s", "within: expected more than 0 seconds"),
        ("frist", "'frist' is no alert; did you mean first?"),
        ({"task": "yes"}, "task: expected true or false, not 'yes'"),
        ({"nth_failures": 3}, "'nth_failures' is no alert; did you mean nth_failure?"),
        ("[1]", "'[1]' is no alert"),
        ("{oops", "'{oops' is not JSON"),
        (3, "expected an object"),
    ],
)
def test_policies_that_are_refused_name_what_was_expected(given: Any, words: str) -> None:
    with pytest.raises(BadValue) as fault:
        parse_policy(given)
    assert str(fault.value).startswith(words)


def test_a_notice_names_the_thing_and_is_calm() -> None:
    policy = parse_policy("within=2h by=06:00")
    said = [sentence(say, "nightly backup", policy, 3, of_day=5, planned="02:30") for say in Say]
    assert said == [
        "nightly backup failed",
        "nightly backup failed 3 times in a row",
        "nightly backup failed 5 times today",
        "nightly backup did not finish within 2h of 02:30 or by 06:00",
        "nightly backup works again after 3 failures",
    ]
