"""The dates of followups, worked out by hand: acceptance E as far as rules alone decide it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.rules.offsets import latest_anchor, parse_offset, shift_date
from engine.rules.wording import due_state, due_words, long_day, upcoming_words
from engine.rules.zones import local_day

CONFIRMED, VALIDATED, TERMINATED = date(2025, 5, 20), date(2025, 6, 30), date(2025, 7, 18)
DATE_FROM, DATE_TO = date(2025, 7, 14), date(2025, 7, 18)


@pytest.mark.parametrize(
    ("trigger", "offset", "visible"),
    [
        (CONFIRMED, "0", "Tue 20 May 2025"),
        (CONFIRMED, "15d", "Wed 4 Jun 2025"),
        (VALIDATED, "0", "Mon 30 Jun 2025"),
        (TERMINATED, "0", "Fri 18 Jul 2025"),
        (date(2025, 6, 2), "15d", "Tue 17 Jun 2025"),
        (date(2024, 2, 15), "15d", "Fri 1 Mar 2024"),
        (date(2025, 12, 20), "15d", "Sun 4 Jan 2026"),
    ],
)
def test_E1_E2_E3_visible_is_the_day_of_the_event_plus_its_offset(trigger: date, offset: str, visible: str) -> None:
    assert long_day(shift_date(trigger, parse_offset(offset))) == visible


@pytest.mark.parametrize(
    ("field", "offset", "deadline"),
    [
        (DATE_FROM, "-30", "Sat 14 Jun 2025"),
        (DATE_FROM, "-1d", "Sun 13 Jul 2025"),
        (DATE_TO, "1d", "Sat 19 Jul 2025"),
        (DATE_FROM, "-15d", "Sun 29 Jun 2025"),
        (DATE_FROM, "-1mo", "Sat 14 Jun 2025"),
        (DATE_FROM, "-10bd", "Mon 30 Jun 2025"),
        (date(2025, 7, 21), "-30d", "Sat 21 Jun 2025"),
        (date(2025, 7, 21), "-1d", "Sun 20 Jul 2025"),
        (date(2024, 3, 30), "-30d", "Thu 29 Feb 2024"),
        (date(2025, 3, 31), "-1mo", "Fri 28 Feb 2025"),
    ],
)
def test_E2_E4_E16_deadline_is_the_date_field_plus_the_offset(field: date, offset: str, deadline: str) -> None:
    assert long_day(shift_date(field, parse_offset(offset))) == deadline


def test_E1_tasks_of_the_15th_day_are_upcoming_until_then() -> None:
    visible = date(2025, 6, 4)
    assert upcoming_words(visible, CONFIRMED) == "in 15 days"
    assert upcoming_words(visible, date(2025, 6, 3)) == "tomorrow"
    assert upcoming_words(visible, visible) == "now"
    assert upcoming_words(visible, date(2025, 6, 9)) == "now"


def test_E5_a_date_event_fires_on_its_day_and_is_caught_up_with_later() -> None:
    offset = parse_offset("-15d")
    due_on = {today: latest_anchor(offset, date(2025, 6, today)) >= DATE_FROM for today in (28, 29, 30)}
    assert due_on == {28: False, 29: True, 30: True}
    assert latest_anchor(offset, date(2025, 7, 1)) >= DATE_FROM
    assert shift_date(DATE_FROM, offset) == date(2025, 6, 29)


def test_E8_due_today_on_the_day_late_from_the_next_never_when_done() -> None:
    deadline = date(2025, 6, 14)
    on = {day: due_state(deadline, date(2025, 6, day), is_done=False).word for day in (13, 14, 15)}
    assert on == {13: "open", 14: "due today", 15: "late"}
    assert due_words(deadline, date(2025, 6, 16), is_done=False) == "late 2 d"
    assert due_state(deadline, date(2025, 6, 16), is_done=True).word == "done"
    assert due_words(deadline, date(2025, 6, 16), is_done=True) == "14 Jun"
    assert due_state(None, date(2025, 6, 16), is_done=False).word == "open"


def test_a_status_change_at_night_belongs_to_the_day_of_the_zone() -> None:
    confirmed_at = datetime(2025, 5, 19, 22, 30, tzinfo=UTC)
    assert shift_date(local_day(confirmed_at, "Europe/Brussels"), parse_offset("15d")) == date(2025, 6, 4)
    assert shift_date(local_day(confirmed_at, "UTC"), parse_offset("15d")) == date(2025, 6, 3)
