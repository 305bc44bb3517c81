"""What lists and look-ups of schedules answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.operations import schedules as ops
from engine.queries import schedules as queries
from store.enums import OccurrenceState, RepeatAxis
from store.errors import Refused
from store.instants import to_us
from tests.engine.firing_stage import at, fire
from tests.engine.stage import ANA, desk

__all__ = ["desk"]

NOON = at("2025-06-01T12:00")


def preview(spec: str, **named: Any) -> list[str]:
    return queries.preview(ANA, NOON, spec, **named).as_json("UTC")


def test_preview_is_an_array_of_instants_in_the_zone_of_the_rule(desk: Path) -> None:
    found = preview("monthly first monday", zone="Europe/Brussels", from_="2025-08-04T00:00", count=4)
    assert found == [
        "2025-09-01T00:00:00+02:00", "2025-10-06T00:00:00+02:00", "2025-11-03T00:00:00+01:00",
        "2025-12-01T00:00:00+01:00",
    ]  # fmt: skip


def test_preview_reads_from_on_the_clocks_of_its_zone(desk: Path) -> None:
    assert preview("daily 00:00", zone="America/New_York", from_="2025-06-01T00:00", count=1) == [
        "2025-06-02T00:00:00-04:00"
    ]
    assert preview("daily 00:00", zone="America/New_York", from_="2025-05-31T23:59", count=1) == [
        "2025-06-01T00:00:00-04:00"
    ]


def test_preview_takes_the_stores_zone_and_now_if_nothing_is_said(desk: Path) -> None:
    assert preview("every 3 days", count=2) == ["2025-06-04T12:00:00+00:00", "2025-06-07T12:00:00+00:00"]
    assert len(preview("daily 09:00")) == 5


def test_preview_of_a_moment(desk: Path) -> None:
    found = preview("moment", moment="2025-01-31T10:00", axis=RepeatAxis.MONTH, from_="2025-01-31T10:00", count=2)
    assert found == ["2025-02-28T10:00:00+00:00", "2025-03-31T10:00:00+00:00"]


def test_preview_for_people_says_what_is_odd(desk: Path) -> None:
    spring = {"zone": "Europe/Brussels", "from_": "2025-03-29T12:00"}
    shown = str(queries.preview(ANA, NOON, "cron: 30 2 * * *", count=2, **spring))
    assert shown == (
        "every day at 02:30, Europe/Brussels\n"
        "  Sun 30 Mar 2025 03:00 +02:00   clocks go forward: 02:30 does not exist\n"
        "  Mon 31 Mar 2025 02:30 +02:00\n"
    )


@pytest.mark.parametrize(
    ("spec", "named", "sentence"),
    [
        ("dayly", {}, "'dayly' does not begin a schedule"),
        ("cron: 0 0 30 2 *", {}, "cron: "),
        ("daily 09:00", {"zone": "Mars"}, "'Mars' is not a time zone"),
        ("daily 09:00", {"from_": "03/04/2025"}, "from: 03/04/2025 may be"),
        ("daily 09:00", {"count": 0}, "count: expected a whole number from 1 to 1000"),
        ("moment", {"moment": "2025-01-31T10:00", "step": 0}, "the repeat step is 0"),
        ("moment", {"moment": "soon"}, "moment: 'soon' is not a time"),
    ],
)
def test_preview_refuses_in_words(desk: Path, spec: str, named: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as fault:
        preview(spec, **named)
    assert str(fault.value).startswith(sentence)


def test_list_and_show(desk: Path) -> None:
    for name in ("nightly backup", "Backup of mail", "report"):
        ops.add(ANA, NOON, name, spec="daily 00:00", command="true")
    assert [each.name for each in queries.listed(ANA, NOON)] == ["Backup of mail", "nightly backup", "report"]
    assert [each.name for each in queries.listed(ANA, NOON, text="BACKUP", limit=1)] == ["Backup of mail"]
    assert queries.one(ANA, NOON, "report") == queries.one(ANA, NOON, "3")
    with pytest.raises(Refused, match="'reprot' is no schedule; did you mean report"):
        queries.one(ANA, NOON, "reprot")


def test_missed_lists_what_did_not_run_newest_first(desk: Path) -> None:
    ops.add(ANA, NOON, "a", spec="daily 00:00", command="true")
    ops.add(ANA, NOON, "b", spec="daily 06:00", command="true")
    fire(desk, at("2025-06-04T00:00"))
    of_one = queries.missed(ANA, NOON, schedule="a")
    assert [line.planned_at for line in of_one] == [to_us(at("2025-06-03T00:00")), to_us(at("2025-06-02T00:00"))]
    assert {line.state for line in of_one} == {OccurrenceState.MERGED}
    assert {line.schedule for line in queries.missed(ANA, NOON)} == {"a", "b"}
    assert len(queries.missed(ANA, NOON, limit=1)) == 1
