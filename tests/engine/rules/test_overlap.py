"""What an occurrence does when a run of its schedule is still open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.rules.missed import Verdict
from engine.rules.overlap import FREE, Entry, OpenRun, admitted, enter
from store.enums import OccurrenceState, Overlap, RunState

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
RUNNING, WAITING = OpenRun(41, RunState.RUNNING), OpenRun(42, RunState.PENDING)
FIRED = OccurrenceState.FIRED


def hours(*numbers: int) -> list[Verdict]:
    return [Verdict(FIRED, NOON + timedelta(hours=number)) for number in numbers]


@pytest.mark.parametrize("policy", Overlap)
def test_nothing_stands_in_the_way_of_the_only_run(policy: Overlap) -> None:
    assert enter(policy, ()) == FREE
    assert admitted(hours(0, 1, 2), FREE) == tuple(hours(0, 1, 2))


@pytest.mark.parametrize(
    ("opened", "words"),
    [
        ((RUNNING,), "previous run 41 still running"),
        ((WAITING,), "previous run 42 still pending"),
        ((OpenRun(40, RunState.PENDING), RUNNING), "previous run 41 still running"),
        ((OpenRun(43, RunState.STARTING),), "previous run 43 still starting"),
    ],
)
def test_skip_says_which_run_it_met(opened: tuple[OpenRun, ...], words: str) -> None:
    assert enter(Overlap.SKIP, opened) == Entry(0, words)


def test_queue_lets_one_wait() -> None:
    assert enter(Overlap.QUEUE, (RUNNING,)).room == 1
    assert enter(Overlap.QUEUE, (RUNNING, WAITING)) == Entry(0, "run 42 is waiting already")


def test_replace_ends_all_that_are_open() -> None:
    assert enter(Overlap.REPLACE, (RUNNING, WAITING)) == Entry(None, "", (41, 42))


def test_allow_lets_them_be() -> None:
    assert enter(Overlap.ALLOW, (RUNNING, WAITING)) == FREE


def test_what_finds_no_room_is_skipped_with_the_reason() -> None:
    entered = admitted(hours(0, 1, 2), Entry(1, "one run is waiting already"))
    assert [(verdict.state, verdict.reason) for verdict in entered] == [
        (FIRED, None),
        (OccurrenceState.SKIPPED, "one run is waiting already"),
        (OccurrenceState.SKIPPED, "one run is waiting already"),
    ]


def test_what_was_merged_into_a_skipped_one_is_skipped_with_it() -> None:
    merged = Verdict(OccurrenceState.MERGED, NOON - timedelta(hours=1), reason="down", merged_into=NOON)
    missed = Verdict(OccurrenceState.MISSED, NOON - timedelta(hours=2), reason="too late")
    entered = admitted([missed, merged, *hours(0)], Entry(0, "previous run 41 still running"))
    assert [verdict.state for verdict in entered] == [OccurrenceState.MISSED, *[OccurrenceState.SKIPPED] * 2]
    assert (entered[1].reason, entered[1].merged_into) == ("previous run 41 still running", None)
    assert entered[0] == missed
