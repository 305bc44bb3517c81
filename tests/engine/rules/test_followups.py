"""The rules of followups alone: which models, which days, which moves, which order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules import followups as rules
from engine.rules.followups import Derived, Event, Model, Move
from engine.rules.offsets import Offset, Unit, parse_offset
from store.enums import EventType, TaskKind

ARRIVAL = date(2025, 7, 14)
DATES = {"date_from": ARRIVAL}
NOON = datetime(2025, 5, 20, 10, 15, tzinfo=UTC)


def status_event(number: int, status: str, offset: str = "0") -> Event:
    """An event on a status."""
    return Event(number, EventType.STATUS_CHANGE, status, None, parse_offset(offset))


def date_event(number: int, field: str = "date_from", offset: str = "0") -> Event:
    """An event on a date field."""
    return Event(number, EventType.DATE_FIELD, None, field, parse_offset(offset))


def model(number: int, trigger: Event, deadline: Event | None = None, team: int | None = None) -> Model:
    """An actionable model."""
    return Model(number, f"model {number}", "", TaskKind.ACTIONABLE, team, trigger, deadline)


CONFIRMED = status_event(1, "confirmed")
LATER = status_event(2, "confirmed", "15d")
BEFORE = date_event(3, offset="-30d")


def made(models: list[Model], status: str = "confirmed", team: int | None = None) -> list[int]:
    """Ids of the models that make a task."""
    found = rules.on_status(models, status, team, NOON, "UTC", DATES)
    return [new.model.id for new in found]


def test_models_match_by_status_and_team() -> None:
    models = [model(1, CONFIRMED), model(2, status_event(4, "option")), model(3, BEFORE), model(4, LATER, team=7)]
    assert made(models) == [1]
    assert made(models, team=7) == [1, 4]
    assert made(models, team=8) == [1]
    assert made(models, "option") == [2]
    assert made(models, "gone") == []


@pytest.mark.parametrize(
    ("offset", "zone", "visible"),
    [
        ("0", "UTC", date(2025, 5, 20)),
        ("15d", "UTC", date(2025, 6, 4)),
        ("14h", "UTC", date(2025, 5, 21)),
        ("13h", "UTC", date(2025, 5, 20)),
        ("0", "Pacific/Kiritimati", date(2025, 5, 21)),
        ("-1d", "UTC", date(2025, 5, 19)),
        ("3bd", "UTC", date(2025, 5, 23)),
    ],
)
def test_the_offset_of_a_status_moves_the_visible_day(offset: str, zone: str, visible: date) -> None:
    (new,) = rules.on_status([model(1, status_event(1, "x", offset))], "x", None, NOON, zone, DATES)
    assert (new.visible, new.deadline, new.trigger_value, new.is_done) == (visible, None, None, False)


def test_a_deadline_hangs_on_a_date_or_is_not_there() -> None:
    assert rules.deadline(model(1, CONFIRMED, BEFORE), DATES) == date(2025, 6, 14)
    assert rules.deadline(model(1, CONFIRMED, BEFORE), {}) is None
    assert rules.deadline(model(1, CONFIRMED, date_event(3, "date_to")), DATES) is None
    assert rules.deadline(model(1, CONFIRMED), DATES) is None


def test_a_date_event_makes_the_tasks_of_its_models() -> None:
    models = [model(1, BEFORE, date_event(9)), model(2, CONFIRMED), model(3, BEFORE, team=7)]
    found = list(rules.on_date(models, BEFORE, None, DATES))
    assert [(new.model.id, new.visible, new.deadline, new.trigger_value) for new in found] == [
        (1, date(2025, 6, 14), ARRIVAL, ARRIVAL)
    ]
    assert list(rules.on_date(models, BEFORE, None, {})) == []


@settings(max_examples=200, deadline=None)
@given(
    st.builds(Offset, st.integers(-250, 250), st.sampled_from([u for u in Unit if u not in ("h", "min")])),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_the_latest_value_is_the_last_whose_day_has_come(offset: Offset, today: date) -> None:
    event = Event(1, EventType.DATE_FIELD, None, "date_from", offset)
    latest = rules.latest_value(event, today)
    assert latest is not None
    assert (event.day({"date_from": latest}) or date.max) <= today
    assert (event.day({"date_from": latest + timedelta(1)}) or date.min) > today


def test_a_value_before_all_calendars_never_comes() -> None:
    assert rules.latest_value(date_event(1, offset="100y"), date(50, 1, 1)) is None


def derived(number: int, **more: object) -> Derived:
    """An open task due on 2025-06-14 by BEFORE, made by BEFORE on that day, too."""
    same = date(2025, 6, 14)
    given = {"visible_by_hand": False, "deadline_by_hand": False, "trigger": BEFORE, "deadline_event": BEFORE, **more}
    return Derived(number, f"task {number}", same, same, **given)  # type: ignore[arg-type]  # as named


def test_moves_follow_the_moved_fields_and_respect_the_hand() -> None:
    moved = {"date_from": date(2025, 7, 21)}
    was, becomes = date(2025, 6, 14), date(2025, 6, 21)
    tasks = [
        derived(1),
        derived(2, deadline_by_hand=True, trigger=None),
        derived(3, deadline_event=None, visible_by_hand=True),
        derived(4, trigger=CONFIRMED, deadline_event=date_event(9, "date_to")),
        derived(5, trigger=None, deadline_event=None),
    ]
    assert list(rules.moves(tasks, moved, {"date_from"})) == [
        Move(1, "task 1", "deadline_date", was, becomes, False),
        Move(1, "task 1", "visible_date", was, becomes, False),
        Move(2, "task 2", "deadline_date", was, was, True),
        Move(3, "task 3", "visible_date", was, was, True),
    ]
    assert list(rules.moves(tasks, moved, set())) == []
    assert list(rules.moves(tasks, DATES, {"date_from"}))[:1] == [Move(2, "task 2", "deadline_date", was, was, True)]


def test_an_emptied_field_takes_the_deadline_and_leaves_what_is_visible() -> None:
    assert list(rules.moves([derived(1)], {}, {"date_from"})) == [
        Move(1, "task 1", "deadline_date", date(2025, 6, 14), None, False)
    ]


def test_moved_fields_are_those_with_another_day() -> None:
    was, now = {"a": ARRIVAL, "b": ARRIVAL, "c": ARRIVAL}, {"a": ARRIVAL, "b": ARRIVAL + timedelta(1), "d": ARRIVAL}
    assert rules.moved_fields(was, now) == {"b", "c", "d"}


def test_E7_the_order_of_tasks() -> None:
    early, late = date(2025, 6, 1), date(2025, 6, 2)
    in_order = [
        (False, early, None, 9), (False, late, None, 2), (False, late, None, 3), (False, None, None, 1),
        (True, early, late, 5), (True, None, late, 4), (True, None, early, 8),
    ]  # fmt: skip
    shuffled = [in_order[place] for place in (3, 6, 0, 5, 2, 4, 1)]
    assert sorted(shuffled, key=lambda task: rules.task_order(*task)) == in_order
