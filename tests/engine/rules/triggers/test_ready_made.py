"""Ready-made labels: which names say what, in English and in another language, and what says nothing."""

from __future__ import annotations

import pytest

from engine.rules.errors import BadValue
from engine.rules.triggers.ready_made import ENGLISH, Calendar, ready, usual

RUSSIAN = Calendar(
    ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    ("январь", "февраль", "март", "апрель", "май", "июнь",
     "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("Monday", "schedule: weekly mon 00:00"),
        ("weekly on Saturday", "schedule: weekly sat 00:00"),
        ("every friday", "schedule: weekly fri 00:00"),
        ("Monthly 20th", "schedule: monthly 20 00:00"),
        ("monthly on the 1st", "schedule: monthly 1 00:00"),
        ("monthly last day", "schedule: monthly last day 00:00"),
        ("Annually March 8th", "schedule: yearly 8 march 00:00"),
        ("yearly on 8 march", "schedule: yearly 8 march 00:00"),
    ],
)
def test_B3_a_label_that_says_when_has_that_schedule(name: str, event: str) -> None:
    found = ready(f" {name} ")
    assert found.label == name
    assert [(each["scope"], each["event"], each["action"]) for each in found.triggers] == [
        (f"label:{name}", event, "reopen")
    ]


@pytest.mark.parametrize(
    ("name", "event", "delay", "action"),
    [
        ("remind on the day", "deadline reached", "0d", "notify"),
        ("remind 1 day before", "deadline reached", "-1day", "notify"),
        ("Remind 2 weeks before", "deadline reached", "-2week", "notify"),
        ("reopen 10 days after done", "completed", "10day", "reopen"),
    ],
)
def test_reminders_and_tasks_that_come_back_count_from_the_task(name: str, event: str, delay: str, action: str) -> None:
    (made,) = ready(name).triggers
    assert (made["event"], made["delay"], made["action"].partition(":")[0]) == (event, delay, action)


def test_days_and_months_are_read_in_the_language_of_the_desk_and_in_english() -> None:
    for name in ("суббота", "weekly on Суббота", "Saturday"):
        assert ready(name, RUSSIAN).triggers[0]["event"] == "schedule: weekly sat 00:00"
    assert ready("yearly 8 март", RUSSIAN).triggers[0]["event"] == "schedule: yearly 8 march 00:00"
    with pytest.raises(BadValue):
        ready("суббота")


@pytest.mark.parametrize(
    "name",
    ["", "urgent", "weekly", "weekly on Caturday", "monthly 0", "monthly 32th", "yearly 40 March", "yearly 8 Marchuary",
     "remind 1 day after", "remind 1000 days before", "reopen after done", "March", "Monday " * 300],
)  # fmt: skip
def test_what_says_nothing_is_refused_with_the_forms(name: str) -> None:
    with pytest.raises(BadValue, match="expected such as Monday, weekly on Saturday"):
        ready(name)


@pytest.mark.parametrize("calendar", [ENGLISH, RUSSIAN])
def test_the_usual_ones_can_all_be_read_and_differ(calendar: Calendar) -> None:
    labels = [each.label for each in usual(calendar)]
    assert len({label.casefold() for label in labels}) == len(labels)
    assert calendar.weekdays[0] in labels
    assert f"weekly on {calendar.weekdays[5]}" in labels
    assert {"monthly 20th", "yearly", "remind 1 day before", "reopen 10 days after done"} <= set(labels)
