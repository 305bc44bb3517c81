"""The agenda and the heat map as scripts get them: what is there, what is planned, what has been."""

from __future__ import annotations

from datetime import date

from engine.operations import calendars, schedules, tasks, template_skips, templates
from engine.operations.settings import set_setting
from engine.queries.calendar_days import AgendaDay, heatmap, listed
from engine.rules.wording import WEEKDAYS
from store.database import transaction
from store.instants import to_us
from tests.desk import Desk, desk, refused
from tests.engine.recurring_stage import chores
from tickler.jsontext import as_json

__all__ = ["desk"]

NOW = "2025-06-16T09:30"


def days(desk: Desk, first: str, last: str, at: str = NOW, **more: int) -> tuple[AgendaDay, ...]:
    """The agenda as of Monday morning."""
    return listed(desk.ana, desk.at(at), date.fromisoformat(first), date.fromisoformat(last), **more).days


def one(desk: Desk, day: str, at: str = NOW) -> AgendaDay:
    """One day of it."""
    return days(desk, day, day, at)[0]


def end_run(desk: Desk, name: str, state: str, at: str) -> None:
    """A run that ended."""
    with transaction() as connection:
        connection.execute(
            "INSERT INTO run (name, controller, state, available_at, created_at, finished_at)"
            " VALUES (?, 'shell', ?, 0, 0, ?)",
            (name, state, to_us(desk.at(at))),
        )


def test_tasks_stand_on_the_day_they_are_due_and_on_those_they_take(desk: Desk) -> None:
    """A task with a start is under way from it on; times come first; the rest is counted."""
    tasks.add(desk.ana, desk.at(NOW), "Paint the hall", deadline=date(2025, 6, 19), start=date(2025, 6, 17))
    tasks.add(desk.ana, desk.at(NOW), "Sweep", deadline=date(2025, 6, 19))
    tasks.add(desk.ana, desk.at(NOW), "Dentist", deadline=date(2025, 6, 19), time="14:00")
    found = {each.day.day: each for each in days(desk, "2025-06-16", "2025-06-20")}
    assert [task.name for task in found[19].tasks] == ["Dentist", "Paint the hall", "Sweep"]
    assert {day: [task.name for task in each.under_way] for day, each in found.items()} == {
        16: [], 17: ["Paint the hall"], 18: ["Paint the hall"], 19: [], 20: [],
    }  # fmt: skip
    cut = days(desk, "2025-06-19", "2025-06-19", limit=1)[0]
    assert (cut.due, len(cut.tasks)) == (3, 1)
    assert "and 2 more tasks" in str(cut)


def test_what_was_created_is_a_task_and_what_was_not_is_planned(desk: Desk) -> None:
    """The template makes a week ahead: those are tasks, the next ones planned; a skipped day is neither."""
    templates.add(desk.ana, desk.at(NOW), "Water", "daily 18:00")
    template_skips.skip(desk.ana, desk.at(NOW), "Water", date(2025, 6, 26))
    chores(desk.path).look("2025-06-16T08:00")
    found = {each.day.day: each for each in days(desk, "2025-06-17", "2025-06-28")}
    kinds = {day: (each.due, each.planned_tasks) for day, each in found.items()}
    assert kinds[17] == (1, 0)
    assert kinds[25] == (0, 1)
    assert kinds[26] == (0, 0)
    assert all(due + planned == 1 for day, (due, planned) in kinds.items() if day != 26)
    assert [(line.time, line.what, line.name) for line in found[25].planned] == [("18:00", "task", "Water")]


def test_only_the_next_is_known_of_what_counts_from_its_completion(desk: Desk) -> None:
    """While its task is open nobody knows when the next comes."""
    templates.add(desk.ana, desk.at(NOW), "Descale", "every! 3 days")
    chores(desk.path).look("2025-06-16T08:00")
    found = days(desk, "2025-06-16", "2025-07-16")
    assert (sum(each.due for each in found if each.day.month == 6), sum(each.planned_tasks for each in found)) == (1, 0)


def test_templates_plan_nothing_while_they_are_switched_off(desk: Desk) -> None:
    templates.add(desk.ana, desk.at(NOW), "Water", "daily 18:00")
    assert one(desk, "2025-06-20").planned_tasks == 1
    set_setting(desk.ana, desk.at(NOW), "recurring", "off")
    assert one(desk, "2025-06-20").planned_tasks == 0


def test_jobs_are_planned_while_they_are_in_service(desk: Desk) -> None:
    """A paused one from the end of its pause on; without an end, and switched off, never; a broken one neither."""
    for name in ("nightly", "paused", "resting", "off"):
        schedules.add(desk.ana, desk.at(NOW), name, spec="daily 02:30", command="true")
    schedules.pause(desk.ana, desk.at(NOW), "paused", reason="move")
    schedules.pause(desk.ana, desk.at(NOW), "resting", reason="move", until=desk.at("2025-06-19T00:00"))
    schedules.disable(desk.ana, desk.at(NOW), "off")
    planned = {each.day.day: [line.name for line in each.planned] for each in days(desk, "2025-06-16", "2025-06-20")}
    assert planned == {16: [], 17: ["nightly"], 18: ["nightly"], 19: ["nightly", "resting"], 20: ["nightly", "resting"]}


def test_runs_are_told_by_how_they_ended(desk: Desk) -> None:
    """Few are listed, of many those that went wrong; a day is one of the store's zone."""
    for minute in range(30):
        end_run(desk, "watch", "succeeded", f"2025-06-14T10:{minute:02}")
    end_run(desk, "backup", "failed", "2025-06-14T23:59")
    end_run(desk, "backup", "succeeded", "2025-06-15T00:00")
    saturday, sunday = days(desk, "2025-06-14", "2025-06-15")
    assert dict(saturday.runs) == {"failed": 1, "succeeded": 30}
    assert [run.name for run in saturday.ended] == ["backup"]
    assert [(run.name, str(run.state)) for run in sunday.ended] == [("backup", "succeeded")]
    assert "23:59 x backup" in str(saturday)


def test_holidays_are_named(desk: Desk) -> None:
    """Those of the usual calendar; a weekend has no name of its own."""
    calendars.add(desk.ana, desk.at(NOW), "BE", country="BE")
    assert one(desk, "2025-07-21").off is None
    set_setting(desk.ana, desk.at(NOW), "calendar", "BE")
    assert [one(desk, day).off for day in ("2025-07-21", "2025-07-20", "2025-07-22")] == [
        "National Day",
        "weekend",
        None,
    ]


def test_what_was_put_off_comes_back(desk: Desk) -> None:
    """A task that somebody hid until a day is a reminder of that day."""
    made = tasks.add(desk.ana, desk.at(NOW), "Call the roofer", deadline=date(2025, 6, 30))
    tasks.move(desk.ana, desk.at(NOW), made.id, visible=date(2025, 6, 20))
    assert [reminder.name for reminder in one(desk, "2025-06-20").reminders] == ["Call the roofer"]


def test_a_bad_period_is_refused_in_words(desk: Desk) -> None:
    assert refused(listed, desk.ana, desk.at(NOW), date(2025, 6, 2), date(2025, 6, 1)).startswith(
        "until: expected a day"
    )
    assert "400 days" in refused(listed, desk.ana, desk.at(NOW), date(2025, 6, 2), date(2027, 6, 1))
    assert refused(listed, desk.ana, desk.at(NOW), limit=-1).startswith("limit: expected")


def test_scripts_get_arrays_and_numbers(desk: Desk) -> None:
    """An array of days, and 168 hours; weekdays in data begin with Sunday, lines for people with the setting's."""
    schedules.add(desk.ana, desk.at(NOW), "nightly", spec="daily 02:30", command="true")
    schedules.add(desk.ana, desk.at(NOW), "weekly", spec="weekly sun 02:30", command="true")
    found = as_json(listed(desk.ana, desk.at(NOW), until=date(2025, 6, 17)), "Europe/Brussels")
    assert [(each["day"], each["planned"]) for each in found][1] == (
        "2025-06-17",
        [
            {
                "at": "2025-06-17T02:30:00+02:00",
                "time": "02:30",
                "what": "run",
                "schedule_id": 1,
                "name": "nightly",
                "count": 1,
            }
        ],
    )
    heat = heatmap(desk.ana, desk.at(NOW))
    cells = as_json(heat, "UTC")["cells"]
    assert [cell["runs"] for cell in cells if cell["hour"] == 2] == [8, 4, 4, 4, 4, 4, 4]
    assert [line.split()[0] for line in str(heat).splitlines()[1:8]] == [name[:3] for name in WEEKDAYS]
    set_setting(desk.ana, desk.at(NOW), "week_start", "sun")
    assert str(heatmap(desk.ana, desk.at(NOW))).splitlines()[1].startswith("Sun")
    assert "funday" in refused(set_setting, desk.ana, desk.at(NOW), "week_start", "funday")
