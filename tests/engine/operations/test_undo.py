"""Undo and redo: what comes back, what is guarded, and that any history can be walked back and forth."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.operations import definitions as ops
from engine.operations import entities, schedules
from engine.operations.settings import set_setting
from engine.operations.undo import redo, undo
from engine.queries import definitions as queries
from engine.queries.history import log
from store import journal
from store.database import transaction
from store.errors import Refused
from store.journal import ENGINE, Actor
from tests.desk import quick
from tests.engine.stage import ANA, AT, BO, contents, desk, file_bytes, rows, stays

__all__ = ["desk", "stays"]


def refused(call: Any, *args: Any, **named: Any) -> str:
    """The sentence with which it is refused."""
    with pytest.raises(Refused) as fault:
        call(*args, **named)
    return str(fault.value)


def by(actor: Actor, statement: str, *values: Any, words: str = "changed it", can_undo: bool = True) -> None:
    """A change that another part of the program makes for `actor`."""
    with transaction() as connection:
        act = journal.begin(connection, 0, actor, "test")
        journal.describe(connection, act, words, can_undo=can_undo)
        connection.execute(statement, values)


def test_an_edit_is_taken_back_and_done_again(stays: Path) -> None:
    before = contents(stays)
    ops.edit_model(ANA, AT, "Collect allergy info", name="Ask for allergies", team="North")
    after = contents(stays)
    taken = undo(ANA, AT)
    assert contents(stays) == before
    assert taken.words == "undid: changed model: Collect allergy info"
    assert taken.rows == (
        "model 1 (Ask for allergies): name 'Ask for allergies' -> 'Collect allergy info', team_id 1 -> nothing",
    )
    assert redo(ANA, AT).words == "redid: changed model: Collect allergy info"
    assert contents(stays) == after


def test_revisions_only_grow(stays: Path) -> None:
    ops.edit_team(ANA, AT, "North", name="Nord")
    undo(ANA, AT)
    assert rows(stays, "SELECT name, rev FROM team WHERE id = 1") == [("North", 3)]
    ops.delete_team(ANA, AT, "South")
    undo(ANA, AT)
    assert rows(stays, "SELECT name, rev FROM team WHERE id = 2") == [("South", 2)]


def test_what_was_added_goes_and_comes_back_under_its_number(stays: Path) -> None:
    made = ops.add_event(ANA, AT, "stay", "validated", "validated")
    undo(ANA, AT)
    assert rows(stays, "SELECT 1 FROM task_event WHERE id = ?", made.id) == []
    redo(ANA, AT)
    assert queries.event(ANA, AT, str(made.id)).name == "validated"


def test_deletion_brings_back_all_that_hung_on_it(stays: Path) -> None:
    by(ANA, "INSERT INTO entity (object_class, object_id, team_id, created_at) VALUES ('stay', '12', 1, 0)")
    by(ANA, "INSERT INTO status_change (entity_id, status, at) VALUES (1, 'quote', 0)")
    by(ANA, "INSERT INTO event_fire (task_event_id, entity_id, value, at) VALUES (2, 1, '2025-07-14', 0)")
    before = contents(stays)
    by(ANA, "DELETE FROM entity WHERE id = 1")
    assert rows(stays, "SELECT count(*) FROM status_change") == [(0,)]
    undo(ANA, AT)
    assert contents(stays) == before
    by(ANA, "DELETE FROM team WHERE name = 'North'")
    assert rows(stays, "SELECT team_id FROM entity") == [(None,)]
    undo(ANA, AT)
    assert contents(stays) == before


def test_a_renamed_class_is_renamed_back_everywhere(stays: Path) -> None:
    by(ANA, "INSERT INTO entity (object_class, object_id, created_at) VALUES ('stay', '12', 0)")
    columns = "name, visible_date, object_class, object_id, created_at"
    by(ANA, f"INSERT INTO task ({columns}) VALUES ('x', '2025-05-20', 'stay', '12', 0)")
    before = contents(stays)
    ops.edit_class(ANA, AT, "stay", name="visit")
    after = contents(stays)
    undo(ANA, AT)
    assert contents(stays) == before
    redo(ANA, AT)
    assert contents(stays) == after


def test_undo_walks_back_and_redo_forth_in_order(stays: Path) -> None:
    for name in ("N1", "N2", "N3"):
        ops.edit_team(ANA, AT, "1", name=name)
    seen = []
    for step in (undo, undo, redo, undo, undo, redo, redo, redo, undo):
        step(ANA, AT)
        seen.append(rows(stays, "SELECT name FROM team WHERE id = 1")[0][0])
    assert seen == ["N2", "N1", "N2", "N1", "North", "N1", "N2", "N3", "N2"]
    undo(ANA, AT), undo(ANA, AT)
    assert rows(stays, "SELECT name FROM team WHERE id = 1") == [("North",)]


def test_a_new_act_after_an_undo_is_undone_before_the_older_ones(stays: Path) -> None:
    ops.add_team(ANA, AT, "West")
    ops.add_team(ANA, AT, "East")
    undo(ANA, AT)
    ops.edit_team(ANA, AT, "North", name="Nord")
    assert undo(ANA, AT).words == "undid: changed team: North"
    assert undo(ANA, AT).words == "undid: added team: West"


def test_nothing_to_undo_and_nothing_to_redo(desk: Path) -> None:
    assert refused(undo, ANA, AT) == "There is nothing to undo."
    assert refused(redo, ANA, AT) == "There is nothing to redo."
    ops.add_team(ANA, AT, "North")
    undo(ANA, AT)
    assert refused(undo, ANA, AT) == "There is nothing to undo."


def test_everybody_undoes_their_own(stays: Path) -> None:
    ops.add_team(BO, AT, "West")
    ops.add_team(ENGINE, AT, "East")
    assert undo(ANA, AT).words == "undid: added team: South"
    assert undo(BO, AT).words == "undid: added team: West"
    assert refused(undo, BO, AT) == "There is nothing to undo."


def test_what_a_person_did_before_they_had_a_row_stays_theirs(stays: Path) -> None:
    ana = ops.add_user(BO, AT, "Ana Peeters", login="ana")
    assert undo(Actor(ana.id, "Ana Peeters", "cli"), AT).words == "undid: added team: South"
    ops.edit_team(Actor(ana.id, "Ana Peeters", "cli"), AT, "North", name="Nord")
    assert undo(ANA, AT).words == "undid: changed team: North"


def test_a_login_that_is_somebodys_name_is_not_that_person(stays: Path) -> None:
    other = ops.add_user(BO, AT, "ana", login="apeeters")
    assert refused(undo, Actor(other.id, "ana", "cli"), AT) == "There is nothing to undo."


def test_a_field_that_somebody_else_changed_since_is_not_overwritten(stays: Path) -> None:
    ops.edit_team(ANA, AT, "North", name="Nord")
    ops.edit_team(BO, AT, "Nord", name="Septentrio")
    before = file_bytes(stays)
    assert refused(undo, ANA, AT) == (
        "'changed team: North' cannot be taken back: team 1 (Septentrio) has another name since:"
        " bo did this (changed team: Nord)."
    )
    assert file_bytes(stays) == before


def test_another_field_of_the_row_may_have_changed(stays: Path) -> None:
    ops.edit_model(ANA, AT, "Collect allergy info", group="Preparation")
    ops.edit_model(BO, AT, "Collect allergy info", team="South")
    undo(ANA, AT)
    model = queries.model(ANA, AT, "Collect allergy info")
    assert (model.tasks_group_name, model.team) == ("", "South")


def test_keys_of_an_object_are_fields_of_their_own(stays: Path) -> None:
    by(BO, "INSERT INTO entity (object_class, object_id, dates, created_at) VALUES ('stay', '12', '{}', 0)")
    by(ANA, "UPDATE entity SET dates = ?", '{"date_from": "2025-07-14"}')
    by(BO, "UPDATE entity SET dates = ?", '{"date_from": "2025-07-14", "date_to": "2025-07-18"}')
    undo(ANA, AT)
    assert rows(stays, "SELECT dates FROM entity") == [('{"date_to": "2025-07-18"}',)]
    redo(ANA, AT)
    by(BO, "UPDATE entity SET dates = ?", '{"date_from": "2025-07-15"}')
    assert "has another dates since" in refused(undo, ANA, AT)


def test_what_others_use_is_not_taken_away(stays: Path) -> None:
    ops.add_team(ANA, AT, "West")
    ops.edit_model(BO, AT, "Collect allergy info", team="West")
    assert "team 3 (West) is used since by 1 model" in refused(undo, ANA, AT)
    by(ANA, "INSERT INTO entity (object_class, object_id, created_at) VALUES ('stay', '12', 0)")
    columns = "name, visible_date, object_class, object_id, created_at"
    by(BO, f"INSERT INTO task ({columns}) VALUES ('x', '2025-05-20', 'stay', '12', 0)")
    assert "stay 12 is used since by 1 task" in refused(undo, ANA, AT)


def test_a_row_that_others_changed_is_not_taken_away(stays: Path) -> None:
    ops.add_team(ANA, AT, "West")
    ops.edit_team(BO, AT, "West", name="Far West")
    assert "team 3 (Far West) was changed since by bo (changed team: West)" in refused(undo, ANA, AT)
    undo(BO, AT)
    undo(ANA, AT)
    assert len(queries.teams(ANA, AT)) == 2


def test_a_row_that_others_deleted_cannot_be_changed_back(stays: Path) -> None:
    ops.edit_team(ANA, AT, "North", name="Nord")
    ops.delete_team(BO, AT, "Nord")
    assert "team 1 (North) was deleted since: bo did this (deleted team: Nord)" in refused(undo, ANA, AT)


def test_a_name_that_is_taken_cannot_come_back(stays: Path) -> None:
    ops.delete_team(ANA, AT, "North")
    ops.edit_team(BO, AT, "South", name="North")
    assert "has lost its place: another has the same team.name now" in refused(undo, ANA, AT)


def test_what_was_put_back_by_others_already_needs_no_undo(stays: Path) -> None:
    ops.edit_team(ANA, AT, "North", name="Nord")
    ops.edit_team(BO, AT, "Nord", name="North")
    assert undo(ANA, AT).changes == 0
    assert undo(ANA, AT).words == "undid: added team: South"


def test_acts_that_cannot_be_undone_are_passed_over(stays: Path) -> None:
    by(ANA, "UPDATE team SET name = 'Sud' WHERE id = 2", can_undo=False)
    assert "team 2 (Sud) was changed since by ana" in refused(undo, ANA, AT)
    by(ANA, "INSERT INTO team (name) VALUES ('West')")
    by(ANA, "INSERT INTO team (name) VALUES ('East')", can_undo=False)
    undo(ANA, AT)
    assert rows(stays, "SELECT name FROM team ORDER BY id") == [("North",), ("Sud",), ("East",)]


def test_a_preview_says_what_would_happen_and_writes_nothing(stays: Path) -> None:
    ops.edit_team(ANA, AT, "North", name="Nord")
    before = file_bytes(stays)
    seen = undo(ANA, AT, preview=True)
    assert (seen.is_preview, seen.rows) == (True, ("team 1 (Nord): name 'Nord' -> 'North'",))
    assert file_bytes(stays) == before


def test_one_act_by_its_number(stays: Path) -> None:
    ops.add_team(ANA, AT, "West")
    number = log(ANA, AT, limit=1)[0].id
    ops.add_team(ANA, AT, "East")
    undo(ANA, AT, id_=number)
    assert [team.name for team in queries.teams(ANA, AT)] == ["East", "North", "South"]
    assert "was undone already, by act" in refused(undo, ANA, AT, id_=number)
    assert "was done by ana, who alone may undo it" in refused(undo, BO, AT, id_=number)
    assert "There is no act 999" in refused(undo, ANA, AT, id_=999)
    undone = log(ANA, AT, limit=1)[0]
    assert "is an undo itself; `redo` takes it back" in refused(undo, ANA, AT, id_=undone.id)


def test_acts_are_linked_both_ways(stays: Path) -> None:
    ops.add_team(ANA, AT, "West")
    undo(ANA, AT)
    newest, older = log(ANA, AT, limit=2)
    assert (newest.undoes_id, older.undone_by_id) == (older.id, newest.id)
    assert newest.words == "undid: added team: West"


def test_settings_are_undone_too(desk: Path) -> None:
    set_setting(ANA, AT, "zone", "Europe/Brussels")
    undo(ANA, AT)
    assert rows(desk, "SELECT value FROM setting WHERE key = 'zone'") == [('"UTC"',)]


def test_a_schedule_is_planned_anew(desk: Path) -> None:
    schedules.add(ANA, AT, "backup", "daily 02:30", command="true")
    (planned,) = rows(desk, "SELECT spec, next_at FROM schedule")
    schedules.edit(ANA, AT, "backup", spec="daily 04:00")
    assert rows(desk, "SELECT next_at FROM schedule") == [(planned[1] + 90 * 60 * 1_000_000,)]
    undo(ANA, AT)
    assert rows(desk, "SELECT spec, next_at FROM schedule") == [planned]
    schedules.delete(ANA, AT, "backup")
    undo(ANA, AT)
    assert rows(desk, "SELECT spec, next_at FROM schedule WHERE deleted_at IS NULL") == [planned]


def test_tasks_made_by_a_status_go_with_it(stays: Path) -> None:
    entities.add(ANA, AT, "stay", "12", "date_from=2025-07-14", status="quote")
    before = contents(stays)
    entities.set_status(ANA, AT + timedelta(days=1), "stay", "12", "confirmed")
    assert rows(stays, "SELECT count(*) FROM task") == [(1,)]
    assert "status_at 2025-05-21 10:15:00 -> 2025-05-20 10:15:00" in undo(ANA, AT, preview=True).rows[-1]
    undo(ANA, AT)
    assert contents(stays) == before


NASTY = "it's \"a\" name=1, 'x',\u2028é\N{PILE OF POO} \\ % --"


def test_texts_come_back_letter_by_letter(stays: Path) -> None:
    ops.edit_model(ANA, AT, "1", description=NASTY + "\n\t\x1b[31m" + "x" * 50_000)
    before = contents(stays)
    ops.edit_model(ANA, AT, "1", description="y", name=NASTY.replace("\u2028", ""))
    undo(ANA, AT)
    assert contents(stays) == before
    ops.delete_model(ANA, AT, "1")
    undo(ANA, AT)
    assert contents(stays) == before


KINDS = "add_team edit_team delete_team add_event edit_event delete_event add_model edit_model delete_model"
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*KINDS.split(), "rename_class", "set", "add_user", "delete_user"]),
        st.integers(0, 5),
        st.text("abcé'\", =", min_size=1, max_size=4),
    ),
    max_size=12,
)


def step(kind: str, number: int, text: str) -> None:
    """One operation on one of the definitions there are; it may well be refused."""

    def pick(listed: Any) -> str:
        names = [str(each.id) for each in listed(ANA, AT)]
        return names[number % len(names)] if names else "none"

    calls: dict[str, Any] = {
        "add_team": lambda: ops.add_team(ANA, AT, text),
        "edit_team": lambda: ops.edit_team(ANA, AT, pick(queries.teams), name=text),
        "delete_team": lambda: ops.delete_team(ANA, AT, pick(queries.teams)),
        "add_event": lambda: ops.add_event(ANA, AT, pick(queries.classes), text, None, "date_to", f"{number}d"),
        "edit_event": lambda: ops.edit_event(ANA, AT, pick(queries.events), offset=f"-{number}mo"),
        "delete_event": lambda: ops.delete_event(ANA, AT, pick(queries.events)),
        "add_model": lambda: ops.add_model(ANA, AT, pick(queries.classes), text, "validated"),
        "edit_model": lambda: ops.edit_model(ANA, AT, pick(queries.models), name=text, team=pick(queries.teams)),
        "delete_model": lambda: ops.delete_model(ANA, AT, pick(queries.models)),
        "rename_class": lambda: ops.edit_class(ANA, AT, pick(queries.classes), name=f"class{number}"),
        "set": lambda: set_setting(ANA, AT, "cancel_grace", str(number)),
        "add_user": lambda: ops.add_user(ANA, AT, text, team=pick(queries.teams)),
        "delete_user": lambda: ops.delete_user(ANA, AT, pick(queries.users)),
    }
    calls[kind]()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_can_be_walked_back_and_forth(stays: Path, steps: list[tuple[str, int, str]]) -> None:
    with quick():
        walked(stays, steps)


def walked(stays: Path, steps: list[tuple[str, int, str]]) -> None:
    start, states = contents(stays), []
    for kind, number, text in steps:
        before = contents(stays)
        try:
            step(kind, number, text)
        except Refused:
            assert contents(stays) == before
        if contents(stays) != before:
            states.append(before)
    end = contents(stays)
    for state in reversed(states):
        undo(ANA, AT)
        assert contents(stays) == state
    assert contents(stays) == start
    for state in [*states[1:], end][: len(states)]:
        redo(ANA, AT)
        assert contents(stays) == state
