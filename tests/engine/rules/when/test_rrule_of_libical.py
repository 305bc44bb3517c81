"""libical's own table of recurrence rules: our answers are its instances, our refusals its errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.rules.when import BadSpec, bounded, parse
from tests.engine.rules.when.telling import SECOND, nexts

FILES = sorted((Path(__file__).parent / "rrules").glob("*.txt"))
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Case(NamedTuple):
    rule: str
    start: str
    instances: str


def cases() -> list[Case]:
    found = []
    for file in FILES:
        for block in file.read_text().split("\n\n"):
            lines = dict(line.split(":", 1) for line in block.splitlines() if ":" in line and not line.startswith("#"))
            if "RRULE" in lines:
                found.append(Case(lines["RRULE"], lines["DTSTART"], lines["INSTANCES"].strip()))
    return found


CASES = cases()
GOOD = [case for case in CASES if not case.instances.startswith("***")]
BAD = [case for case in CASES if case.instances.startswith("***")]


def ids(some: list[Case]) -> list[str]:
    return [f"{case.rule[:60]} {case.start}" for case in some]


def read(text: str) -> datetime:
    form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    return datetime.strptime(text.rstrip("Z"), form).replace(tzinfo=UTC)


def test_the_table_is_whole() -> None:
    assert len(CASES) >= 146
    assert len(BAD) >= 1


@pytest.mark.parametrize("case", GOOD, ids=ids(GOOD))
def test_instances_of_libical(case: Case) -> None:
    rule = parse(f"DTSTART:{case.start} RRULE:{case.rule}", "UTC")
    expected = [read(text) for text in case.instances.split(",")]
    assert nexts(rule, LONG_AGO, len(expected) + 1) == expected
    assert [rule.next(at - SECOND) for at in expected] == expected
    assert [rule.last(at, LONG_AGO) for at in expected] == expected
    assert rule.count(LONG_AGO, expected[-1] + timedelta(days=4000)) == len(expected)


@pytest.mark.parametrize("case", GOOD, ids=ids(GOOD))
def test_a_start_beside_the_rule_is_a_start_in_its_text(case: Case) -> None:
    if "T" not in case.start:
        return
    start = read(case.start)
    rule = parse(f"RRULE:{case.rule}", "UTC", anchor=start)
    inside = parse(f"DTSTART:{case.start} RRULE:{case.rule}", "UTC")
    assert nexts(rule, LONG_AGO, 9) == nexts(inside, LONG_AGO, 9)
    assert nexts(bounded(rule, start=start), LONG_AGO, 9) == nexts(inside, LONG_AGO, 9)


@pytest.mark.parametrize("case", BAD, ids=ids(BAD))
def test_what_libical_refuses_is_refused(case: Case) -> None:
    with pytest.raises(BadSpec, match=r"^RRULE: .* expected "):
        parse(f"DTSTART:{case.start} RRULE:{case.rule}", "UTC")
