"""What is planned by days and hours: counted where it is much, listed where it is little, never told twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.rules.horizons import midnight
from engine.rules.planned import Source, heat, planned_days
from engine.rules.when import parse

ZONE = "Europe/Brussels"
NOW = datetime(2025, 6, 16, 7, 30, tzinfo=UTC)
SPECS = (
    "daily 02:30",
    "weekly mon,thu 09:00",
    "cron: * * * * *",
    "monthly last day",
    "every 5 minutes",
    "cron: 0 */7 * * *",
)


def source(spec: str, *, number: int = 1, after: datetime = NOW, is_task: bool = False, zone: str = ZONE) -> Source:
    """A schedule of which everything up to `after` is decided."""
    return Source(number, f"job {number}", parse(spec, zone, anchor=NOW), after, is_task)


def test_each_day_counts_what_is_still_to_come() -> None:
    """Today only what lies behind the cursor, every other day all of it; what goes every minute is one line."""
    days = planned_days(
        [source("cron: * * * * *"), source("daily 02:30", number=2)], date(2025, 6, 16), date(2025, 6, 18), ZONE
    )
    assert days[date(2025, 6, 16)].jobs == 14 * 60 + 29  # 09:31 to 23:59 on the clocks of Brussels
    tomorrow = days[date(2025, 6, 17)]
    assert (tomorrow.jobs, [(slot.name, slot.time, slot.count) for slot in tomorrow.first]) == (
        1441,
        [("job 2", "02:30", 1), ("job 1", "00:00", 1440)],
    )


def test_tasks_stand_on_the_day_of_their_own_zone() -> None:
    """A job of 23:30 in New York is a job of the next day in Brussels; a task due there stays on its day."""
    there = {"zone": "America/New_York"}
    days = planned_days(
        [source("weekly tue 23:30", **there), source("weekly tue 23:30", number=2, is_task=True, **there)],  # type: ignore[arg-type]
        date(2025, 6, 16), date(2025, 6, 18), ZONE,
    )  # fmt: skip
    assert {day: (plan.tasks, plan.jobs) for day, plan in days.items()} == {
        date(2025, 6, 17): (1, 0),
        date(2025, 6, 18): (0, 1),
    }
    assert [plan.first[0].time for plan in days.values()] == ["23:30", "05:30"]


def test_a_task_without_a_time_has_none() -> None:
    days = planned_days([source("weekly tue", is_task=True)], date(2025, 6, 16), date(2025, 6, 22), ZONE)
    assert [(day.day, plan.first[0].time) for day, plan in days.items()] == [(17, "")]


def test_the_day_of_a_clock_change_has_its_own_length() -> None:
    """25 hours in October: the hour that comes twice is counted twice."""
    days = planned_days([source("every 1 minute")], date(2025, 10, 25), date(2025, 10, 27), ZONE)
    assert [plan.jobs for plan in days.values()] == [1440, 1500, 1440]


@given(st.lists(st.sampled_from(SPECS), max_size=4), st.integers(0, 400), st.integers(0, 40))
def test_the_days_add_up_to_the_period(specs: list[str], start: int, length: int) -> None:
    """However it is counted, all days together hold what the rules say of the whole."""
    sources = [source(spec, number=number) for number, spec in enumerate(specs)]
    first = date(2025, 6, 1) + timedelta(start)
    last = first + timedelta(length)
    days = planned_days(sources, first, last, ZONE, few=3)
    assert all(first <= day <= last and len(plan.first) <= 3 for day, plan in days.items())
    total = 0
    for each in sources:
        low = max(each.after, midnight(first, ZONE) - timedelta(microseconds=1))
        total += each.rule.count(low, midnight(last + timedelta(1), ZONE) - timedelta(microseconds=1))
    assert sum(plan.jobs for plan in days.values()) == total


def test_hours_of_the_week_say_what_collides() -> None:
    """Three begin at 02:30 every Monday night; what runs all the time is told apart."""
    sources = [
        source("daily 02:30", number=1),
        source("cron: 30 2 * * *", number=2),
        source("weekly mon 02:30", number=3),
        source("weekly mon 02:45", number=4),
        source("every 1 minute", number=5),
    ]
    found = heat(sources, NOW, ZONE)
    monday, tuesday = found.at(1, 2), found.at(2, 2)
    assert (monday.runs, monday.shared, monday.most) == (16, 4, 3)
    assert monday.names == (("job 1", 4), ("job 2", 4), ("job 3", 4), ("job 4", 4))
    assert (tuesday.runs, tuesday.shared, tuesday.most) == (8, 4, 2)
    assert (found.always, monday.always, found.runs) == (("job 5",), 240, 64)
    assert (found.quiet, found.quiet_hours) == ((0, 3), 23)


def test_quiet_hours_run_on_over_the_end_of_the_week() -> None:
    """One job a week leaves 167 hours, from the hour behind it to the hour before it."""
    found = heat([source("weekly wed 10:00")], NOW, ZONE)
    assert (found.quiet, found.quiet_hours) == ((3, 11), 167)
    assert heat([], NOW, ZONE).quiet is None


def test_hours_are_those_of_the_clocks() -> None:
    """Over a clock change a job of 02:30 local stays in its cell; the half hours of India are no trouble."""
    october = datetime(2025, 10, 20, tzinfo=UTC)
    found = heat([source("daily 04:30", after=october)], october, ZONE)
    assert [cell.hour for cell in found.cells if cell.runs] == [4] * 7
    india = heat([source("every 5 minutes", after=october)], october, "Asia/Kolkata")
    assert {cell.always for cell in india.cells} == {48}
