"""Triggers in words: every short form reads back, and the sentence says all of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.rules.errors import BadValue
from engine.rules.triggers.words import (
    ACTIONS,
    EVENTS,
    action_text,
    event_text,
    origin_words,
    parse_action,
    parse_event,
    parse_scope,
    scope_text,
    sentence,
    state_word,
)
from store.enums import Roll, Scope, TriggerAction, TriggerEvent
from store.frozen import value


@value
class Said:
    """As much of a trigger as a sentence asks for."""

    event: TriggerEvent
    action: TriggerAction
    scope: Scope = Scope.ALL
    scope_name: str | None = None
    event_value: str | None = None
    spec: str | None = None
    delay: str = "0d"
    roll: Roll = Roll.NONE
    condition: str = ""
    params: Mapping[str, object] = {}


@pytest.mark.parametrize(
    ("text", "scope", "name"),
    [
        ("all", Scope.ALL, None),
        ("", Scope.ALL, None),
        ("task:12", Scope.TASK, "12"),
        ("list:house/garden", Scope.LIST, "house/garden"),
        ("Label: weekly on Saturday ", Scope.LABEL, "weekly on Saturday"),
        ("label:a: b", Scope.LABEL, "a: b"),
        ("user:ana", Scope.USER, "ana"),
        ("class:stay", Scope.CLASS, "stay"),
    ],
)
def test_scopes(text: str, scope: Scope, name: str | None) -> None:
    assert parse_scope(text) == (scope, name)
    assert parse_scope(scope_text(scope, name)) == (scope, name)


@pytest.mark.parametrize("text", EVENTS)
def test_every_form_of_an_event_reads_back(text: str) -> None:
    event, rest = parse_event(text)
    is_schedule = event is TriggerEvent.SCHEDULE
    assert event_text(event, None if is_schedule else rest, rest if is_schedule else None) == text


@pytest.mark.parametrize("text", ACTIONS)
def test_every_form_of_an_action_reads_back(text: str) -> None:
    action, params = parse_action(text)
    assert action_text(action, params) == text


def test_the_forms_name_every_event_and_every_action() -> None:
    assert {parse_event(text)[0] for text in EVENTS} == set(TriggerEvent)
    assert {parse_action(text)[0] for text in ACTIONS} == set(TriggerAction)


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (parse_scope, "lable:x", "'lable:x' is no scope; expected all, task:12"),
        (parse_scope, "label:", "'label:' names none; expected a form such as label:urgent"),
        (parse_scope, "all:x", "all has no name"),
        (parse_scope, "task:twelve", "'twelve' is no number of a task"),
        (parse_scope, "task:\N{SUPERSCRIPT TWO}", "is no number of a task"),
        (parse_event, "complete", "'complete' is no event; did you mean completed?"),
        (parse_event, "completed: x", "nothing stands behind 'completed'"),
        (parse_event, "schedule", "expected a form such as 'schedule: weekly sat 00:00'"),
        (parse_event, "status:", "expected a form such as 'status: confirmed'"),
        (parse_event, "", "'' is no event"),
        (parse_event, "a" * 20_000, "20,000 characters are too many"),
        (parse_action, "open again", "'open again' is no action"),
        (parse_action, "reopen: 3", "nothing stands behind 'reopen'"),
    ],
)
def test_what_is_no_form_is_refused_with_the_forms(parse: object, text: str, why: str) -> None:
    assert callable(parse)
    with pytest.raises(BadValue) as refusal:
        parse(text)
    assert why in str(refusal.value)
    assert len(str(refusal.value)) < 400


TASK = TriggerEvent.COMPLETED
SENTENCES = [
    (Said(TASK, TriggerAction.REOPEN, Scope.LABEL, "X", delay="10d"),
     "When a task with label X is completed, 10 days later: reopen it."),
    (Said(TASK, TriggerAction.REOPEN), "When a task is completed: reopen it."),
    (Said(TriggerEvent.CREATED, TriggerAction.ADD_LABEL, Scope.LIST, "house", params={"label": "new"}),
     "When a task in house is added: put label new on it."),
    (Said(TriggerEvent.REOPENED, TriggerAction.COMPLETE, Scope.TASK, "12"),
     "When task 12 is opened again: complete it."),
    (Said(TriggerEvent.DELETED, TriggerAction.CREATE, Scope.USER, "ana", params={"name": "Ask why"}),
     "When a task of ana is deleted: add the task Ask why."),
    (Said(TriggerEvent.LABEL, TriggerAction.DELETE, Scope.LABEL, "old", delay="1w"),
     "When a task gets label old, 1 week later: delete it."),
    (Said(TriggerEvent.LABEL, TriggerAction.REMOVE_LABEL, Scope.LIST, "house", "urgent", params={"label": "slow"}),
     "When a task in house gets label urgent: take label slow off it."),
    (Said(TriggerEvent.DEADLINE, TriggerAction.NOTIFY, Scope.LABEL, "X", delay="-3d", condition="!me",
          params={"subject": "soon", "to": "assignees"}),
     "3 days before the deadline of a task with label X, if then it is !me: notify who does it: soon."),
    (Said(TriggerEvent.DATE, TriggerAction.MOVE_DATE, params={"by": "7d"}),
     "When the date of a task comes: move its date 7 days later."),
    (Said(TriggerEvent.DATE, TriggerAction.MOVE_DEADLINE, delay="2bd", roll=Roll.NEXT, params={"by": "-1mo"}),
     "2 business days after the date of a task, on the next working day if that is a day off:"
     " move its deadline 1 month earlier."),
    (Said(TriggerEvent.SCHEDULE, TriggerAction.REOPEN, Scope.LABEL, "X", spec="weekly sat 00:00"),
     "Saturday at 00:00, for each task with label X: reopen it."),
    (Said(TriggerEvent.SCHEDULE, TriggerAction.REOPEN, spec="every 2 weeks"),
     "Every 2 weeks, for all tasks: reopen it."),
    (Said(TriggerEvent.SCHEDULE, TriggerAction.REOPEN, Scope.TASK, "3", spec="nonsense"),
     "nonsense, for task 3: reopen it."),
    (Said(TriggerEvent.STATUS, TriggerAction.SET_STATUS, Scope.CLASS, "stay", "confirmed", params={"status": "done"}),
     "When a stay becomes confirmed: set its status to done."),
    (Said(TASK, TriggerAction.SET_STATUS, params={"status": "done"}),
     "When a task is completed: set the status of what it is about to done."),
    (Said(TriggerEvent.FIELD, TriggerAction.RUN, Scope.CLASS, "stay", "date_from", delay="-15d",
          params={"schedule": "nightly"}),
     "15 days before date_from of a stay: run nightly."),
    (Said(TriggerEvent.RUN_FAILED, TriggerAction.NOTIFY, event_value="nightly", params={"to": "ana"}),
     "When nightly fails: notify ana."),
    (Said(TriggerEvent.RUN_LATE, TriggerAction.RUN, params={"controller": "shell"}),
     "When any job is late: run shell."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), SENTENCES, ids=[text for _, text in SENTENCES])
def test_the_sentence_of_the_whole(said: Said, expected: str) -> None:
    assert sentence(said) == expected


def test_every_event_with_every_action_has_a_sentence() -> None:
    for event in TriggerEvent:
        for action in TriggerAction:
            text = sentence(Said(event, action, event_value="x", spec="daily 09:00", params={"by": "1d"}))
            assert text.endswith(".")
            assert "None" not in text


def test_a_sentence_holds_no_control_characters() -> None:
    hostile = "\x1b]0;gone\x07"
    said = Said(TASK, TriggerAction.NOTIFY, Scope.LABEL, hostile, condition=hostile, params={"subject": hostile})
    assert sentence(said).isprintable()


def test_where_a_trigger_comes_from_and_whether_it_acts() -> None:
    assert origin_words(Scope.LABEL, "urgent") == "label urgent"
    assert origin_words(Scope.TASK, "12") == "this task alone"
    assert origin_words(Scope.ALL, None) == "all tasks"
    words = {
        state_word(is_deleted=a, is_enabled=b, is_paused=c, is_broken=d)
        for a, b, c, d in [(True, True, True, True), (False, False, True, True), (False, True, True, True),
                           (False, True, True, False), (False, True, False, False)]
    }  # fmt: skip
    assert words == {"deleted", "off", "broken", "paused", "on"}
