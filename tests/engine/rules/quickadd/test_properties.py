"""What holds for every line, whatever somebody types or pastes."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules.quickadd import LONGEST, quoted_at
from tests.engine.rules.quickadd.desks import read

_PIECES = (
    "Pay", "rent", "#house", "#garden", "#", "@kitchen", "@new", '@"two words"', "!ana", "!nobody", "!", "p1", "p2",
    "fri", "14:00", "tomorrow", "9", "in", "3", "days", "eom", "15th", "31", "nov", "feb", "next", "last", "bd", "+3bd",
    "every", "every!", "2", "weeks", "on", "mon,thu", "0", "day", "until", "from", "for", "5", "times", "~3d", "~",
    "{fri}", "{", "}", '"', '"quoted fri"', "on:stay/12", "on:stay/999", "cal:school", "cal:x", "due:eow", "due:",
    "recur:.+1w", "recur:1m", "rec:+1m", "rec:1b", "wait:-2d", "scheduled:mon", "t:2025-11-28", "until:2026-01-31",
    "project:home", "+home", "-home", "pri:H", "pri:Z", "(A)", "2025-11-18", "03/04", "24/7", "at", "2pm", "25:00",
    "2025-13-45", "99999999999999999999", "+99999d", "every 99999 years", "9999-12-31", "\u202eabc", "👩‍👩‍👧",
    "\x1b[2J", "\x00", "\ud800", "é", "٣", "²", "ﬁ",
)  # fmt: skip
_LINES = st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join) | st.text(max_size=200)
_LIMIT = 0.05
"""Seconds in which a line is understood."""


@settings(max_examples=600, deadline=None)
@given(_LINES)
def test_no_line_raises_and_each_stretch_is_in_one_chip_or_in_the_text(line: str) -> None:
    understood = read(line)
    end = 0
    left = []
    for chip in understood.chips:
        assert end <= chip.start < chip.end <= len(line)
        assert chip.words
        left.append(line[end : chip.start])
        end = chip.end
    left.append(line[end:])
    if len(line) <= LONGEST:
        assert "".join("".join(left).replace('"', "").split()) == "".join(understood.name.replace('"', "").split())
    assert bool(understood.errors) >= any(chip.is_error for chip in understood.chips)


_MARKS = (
    "#house",
    "@kitchen",
    "@new",
    "!ana",
    "p1",
    "fri 14:00",
    "every 2 weeks",
    "until 2026-06-30",
    "~3d",
    "on:stay/12",
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_MARKS), unique=True, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_marks_does_not_matter(marks: list[str], chance: random.Random) -> None:
    shuffled = list(marks)
    chance.shuffle(shuffled)

    def meant(parts: list[str]) -> tuple[object, ...]:
        found = read(" ".join(["Pay rent", *parts]))
        return (
            found.name, found.list, sorted(found.labels), found.people, found.priority, found.due, found.time,
            found.spec, found.start, found.until, found.ahead, found.thing, found.next, len(found.errors),
        )  # fmt: skip

    assert meant(marks) == meant(shuffled)


@settings(max_examples=300, deadline=None)
@given(_LINES, st.integers(0, 300))
def test_what_is_struck_out_is_text_and_struck_again_is_as_it_was(line: str, place: int) -> None:
    struck, after = quoted_at(line, min(place, len(line)))
    assert 0 <= after <= len(struck)
    read(struck)


def test_the_worst_lines_are_read_within_the_time_of_three_frames() -> None:
    read("warm up fri every 2 weeks on fri !bob #hous")
    worst = {
        piece: _seconds((f"{piece} " * (LONGEST // (len(piece) + 1)))[:LONGEST])
        for piece in (
            "every", "every 2", "every 9 weeks on fri", "fri", "last fri 14:00 in 3 days", "9", "1 nov", "31 feb",
            "+1m", "until", "until fri", "!bob", "#hous", "@kitchn", '"', "{a", "on:stay/9", "12:61", "in 3", "cal:x",
            "every every!", "every mon,tue,wed,thu,fri,sat,sun and", "due:99", "(A)", "+hous", "every 29 feb skip",
            "for 5 times every week",
        )
    }  # fmt: skip
    assert {piece: took for piece, took in worst.items() if took > _LIMIT} == {}


def _seconds(line: str) -> float:
    """Of the processor, the best of three: others use the machine too."""
    took = []
    for _ in range(3):
        began = time.thread_time()
        read(line)
        took.append(time.thread_time() - began)
    return min(took)
