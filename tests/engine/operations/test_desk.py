"""Loading a desk file: what it makes, that a second time changes nothing, and what is kept of a bad one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.operations import definitions as ops
from engine.operations.desk import Loaded, load
from engine.operations.undo import redo, undo
from engine.queries import definitions as queries
from engine.queries.desk import dump
from store.enums import EventType
from store.errors import Refused
from tests.engine.operations.desks import STAYS
from tests.engine.stage import ANA, AT, contents, desk, file_bytes, rows
from tests.stores import empty_store

__all__ = ["desk"]


@pytest.fixture
def loaded(desk: Path, tmp_path: Path) -> Path:
    """A store with the desk file in it."""
    take(tmp_path, STAYS)
    return desk


def take(folder: Path, text: str) -> Loaded:
    """Load `text` from a file."""
    file = folder / "desk.toml"
    file.write_text(text, encoding="utf-8")
    return load(ANA, AT, str(file))


def test_everything_in_the_file_is_made(desk: Path, tmp_path: Path) -> None:
    done = take(tmp_path, STAYS)
    assert done.made == {
        "entity_class": 1, "team": 1, "user": 1, "task_event": 2, "task_model": 2, "entity": 2, "schedule": 2,
    }  # fmt: skip
    assert (done.changed, done.unchanged) == ({}, {})
    (stay,) = queries.classes(ANA, AT)
    assert stay.statuses[2] == "confirmed"
    before = queries.event(ANA, AT, "max. 1 month before stay")
    assert (before.event_type, before.entity_date_field, before.offset) == (
        EventType.DATE_FIELD, "date_from", "-30d",
    )  # fmt: skip
    model = queries.model(ANA, AT, "Collect allergy info")
    assert (model.trigger_event, model.team) == ("confirmed", "North")
    assert queries.event(ANA, AT, "confirmed").entity_status == "confirmed"
    assert queries.user(ANA, AT, "ana").login == "apeeters"
    assert queries.model(ANA, AT, "Draft schedule").description.endswith("[[team]] and who eats what.")


def test_an_entity_with_a_status_became_it(loaded: Path) -> None:
    assert rows(loaded, "SELECT object_id, name, status, team_id, dates, attributes FROM entity ORDER BY id") == [
        ("12", "Lakeside School", "confirmed", 1, '{"date_from": "2025-07-14", "date_to": "2025-07-18"}',
         '{"phone": "+32 2 123"}'),
        ("13", "", None, None, '{"date_from": "2025-08-04"}', "{}"),
    ]  # fmt: skip
    assert rows(loaded, "SELECT name, visible_date, deadline_date FROM task ORDER BY id") == [
        ("Collect allergy info", "2025-05-20", "2025-06-14"),
        ("Draft schedule", "2025-06-04", None),
    ]
    assert rows(loaded, "SELECT was, status FROM status_change") == [(None, "confirmed")]


def test_schedules_are_planned(loaded: Path) -> None:
    assert rows(loaded, "SELECT name, timeout, max_retries, is_enabled, next_at FROM schedule ORDER BY id") == [
        ("nightly backup", 3600, 2, 1, 1747787400000000),
        ("monthly report", 3600, 0, 0, None),
    ]
    assert rows(loaded, "SELECT moment FROM schedule WHERE spec IS NULL") == [(1751270400000000,)]


def test_a_second_time_changes_nothing(loaded: Path, tmp_path: Path) -> None:
    before = file_bytes(loaded)
    done = take(tmp_path, STAYS)
    assert (done.made, done.changed) == ({}, {})
    assert sum(done.unchanged.values()) == 11
    assert file_bytes(loaded) == before


def test_what_differs_is_changed_and_what_is_not_named_stays(loaded: Path, tmp_path: Path) -> None:
    ops.add_team(ANA, AT, "South")
    done = take(
        tmp_path,
        '[[task_model]]\nobject_class="stay"\nname="Collect allergy info"\nteam="South"\n'
        '[[user]]\nname="ana"\nzone=""\n[[schedule]]\nname="nightly backup"\ntimeout=90\n',
    )
    assert done.changed == {"task_model": 1, "user": 1, "schedule": 1}
    model = queries.model(ANA, AT, "Collect allergy info")
    assert (model.team, model.tasks_group_name, model.deadline_event) == (
        "South", "Preparation", "max. 1 month before stay",
    )  # fmt: skip
    ana = queries.user(ANA, AT, "ana")
    assert (ana.zone, ana.login) == (None, "apeeters")
    assert rows(loaded, "SELECT timeout, params FROM schedule WHERE id = 1") == [(90, '{"command": "backup.sh --all"}')]


def test_a_status_that_changed_is_taken(loaded: Path, tmp_path: Path) -> None:
    ops.add_model(ANA, AT, "stay", "Assign rooms", "validated")
    done = take(tmp_path, '[[entity]]\nobject_class="stay"\nobject_id="12"\nstatus="validated"\n')
    assert done.changed == {"entity": 1}
    assert rows(loaded, "SELECT was, status FROM status_change ORDER BY id DESC LIMIT 1") == [
        ("confirmed", "validated")
    ]
    assert rows(loaded, "SELECT count(*) FROM task WHERE name = 'Assign rooms'") == [(1,)]
    assert rows(loaded, "SELECT name, team_id FROM entity WHERE id = 1") == [("Lakeside School", 1)]


def test_tasks_move_with_a_date(loaded: Path, tmp_path: Path) -> None:
    take(tmp_path, '[[entity]]\nobject_class="stay"\nobject_id="12"\ndates={date_from=2025-07-21}\n')
    assert rows(loaded, "SELECT deadline_date FROM task WHERE name = 'Collect allergy info'") == [("2025-06-21",)]
    assert rows(loaded, "SELECT dates FROM entity WHERE id = 1") == [
        ('{"date_from": "2025-07-21", "date_to": "2025-07-18"}',)
    ]
    take(tmp_path, '[[entity]]\nobject_class="stay"\nobject_id="12"\ndate_from=""\n')
    assert rows(loaded, "SELECT dates FROM entity WHERE id = 1") == [('{"date_to": "2025-07-18"}',)]


def test_date_events_that_have_come_fire_once(loaded: Path, tmp_path: Path) -> None:
    text = '[[task_model]]\nobject_class="stay"\nname="Pack"\ntrigger_event="max. 1 month before stay"\n'
    entity = '[[entity]]\nobject_class="stay"\nobject_id="14"\ndate_from=2025-06-01\n'
    take(tmp_path, text + entity)
    assert rows(loaded, "SELECT object_id, visible_date FROM task WHERE name = 'Pack'") == [("14", "2025-05-02")]
    take(tmp_path, text + entity)
    assert rows(loaded, "SELECT count(*) FROM task WHERE name = 'Pack'") == [(1,)]


def test_one_undo_takes_a_whole_file_back(loaded: Path, tmp_path: Path) -> None:
    after = contents(loaded)
    undo(ANA, AT)
    for table in ("entity_class", "entity", "task", "task_event", "task_model", "team", "schedule"):
        assert rows(loaded, f"SELECT * FROM {table}") == [], table
    redo(ANA, AT)
    again = contents(loaded)
    del after["schedule"], again["schedule"]
    assert again == after


def test_the_dump_of_a_loaded_dump_is_the_same_text(loaded: Path, tmp_path: Path) -> None:
    text = dump(ANA, AT)
    empty_store(tmp_path / "other.db")
    take(tmp_path, text)
    assert dump(ANA, AT) == text
    assert take(tmp_path, text).made == {}


def test_the_dump_reads_like_the_file(loaded: Path) -> None:
    text = dump(ANA, AT)
    assert '[[task_event]]\nname = "15 days after confirmation"\nobject_class = "stay"\n' in text
    assert "[entity.dates]\ndate_from = 2025-07-14\ndate_to = 2025-07-18\n" in text
    assert 'timeout = "1h"' in text
    assert "moment = 2025-06-30 10:00:00+02:00" in text
    assert "is_recurring" not in text


NASTY = 'it\'s "a" \\ [[team]] = # é\N{PILE OF POO}'


def test_any_text_survives_the_way_out_and_in(loaded: Path, tmp_path: Path) -> None:
    ops.add_team(ANA, AT, NASTY)
    ops.edit_model(ANA, AT, "Draft schedule", description="a\n\x1b[31m\t\"\"\"'''\r\n" + NASTY, active=False)
    text = dump(ANA, AT)
    empty_store(tmp_path / "other.db")
    take(tmp_path, text)
    assert dump(ANA, AT) == text
    assert queries.team(ANA, AT, NASTY).name == NASTY


def test_a_file_may_come_through_a_pipe(desk: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b'[[team]]\nname = "North"\n')
    os.close(writer)
    try:
        assert load(ANA, AT, f"/dev/fd/{reader}").made == {"team": 1}
    finally:
        os.close(reader)


def test_lines_may_end_as_on_windows_and_begin_with_a_mark(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_bytes(b"\xef\xbb\xbf" + STAYS.replace("\n", "\r\n").encode())
    assert load(ANA, AT, str(file)).made["entity"] == 2


def line_of(fragment: str, text: str = STAYS) -> int:
    """The line of STAYS on which a fragment stands."""
    return text[: text.index(fragment)].count("\n") + 1


BAD = [
    ("offset = -30", 'ofset = "3d"', "[[task_event]] max. 1 month before stay: ofset: is no key here; did"),
    ("offset = -30", 'offset = "3x"', "offset: 'x' is not a unit of an offset"),
    ("offset = -30", "offset = 1.5", "offset: expected a text or a whole number, not '1.5'"),
    ("offset = -30", "offset = true", "offset: expected a text or a whole number, not true"),
    ('entity_date_field = "date_from"', 'entity_date_field = "date_form"', "did you mean date_from?"),
    ('entity_status = "confirmed"', 'entity_status = "conf"', "entity_status: 'conf' is no status of stay"),
    ('event_type = "date_field"', 'event_type = "date"', "event_type: 'date' is no event type"),
    ('trigger_event = "confirmed"', 'trigger_event = "confirmd"', "'confirmd' is no event or status"),
    ('deadline_event = "max. 1 month before stay"', 'deadline_event = "x"', "'x' is no event of stay"),
    ('kind = "actionable"', 'kind = "contact"', "kind: 'contact' is no kind of model"),
    ('kind = "actionable"', 'kind = 3', "kind: expected a text in quotes, not '3'"),
    ('status = "confirmed"\nteam', 'status = "gone"\nteam', "[[entity]] stay 12: status: 'gone' is no"),
    ('date_from = 2025-07-14', 'date_from = "03/04/2025"', "03/04/2025 may be 3 April or 4 March"),
    ('date_from = 2025-07-14', 'date_from = "2025-13-01"', "date_from: 2025-13-01 is not a date: there is no month 13"),
    ('date_from = 2025-07-14', 'date_from = 2025-07-14T10:00:00', "is not a whole day"),
    ('date_from = 2025-07-14', 'date_from = 20250714', "is not a whole day"),
    ('date_from = 2025-08-04', 'date_form = 2025-08-04', "date_form: is no key here; did you mean date_from?"),
    ('team = "North"\ndates', 'team = "Noth"\ndates', "team: 'Noth' is no team; did you mean North?"),
    ('zone = "Europe/Brussels"\n\n[[task', 'zone = "Europe/Brusels"\n\n[[task', "zone: 'Europe/Brusels' is not a"),
    ('spec = "cron: 30 2 * * *"', 'spec = "cron: 0 0 31 2 *"', "spec: "),
    ('spec = "cron: 30 2 * * *"', 'spec = "every 0 days"', "spec: "),
    ('controller = "shell"', 'controller = "shel"', "controller: 'shel' is no controller; did you mean shell?"),
    ('params = { command = "backup.sh --all" }', 'params = "x"', "params: "),
    ('timeout = "1h"', 'timeout = "1 fortnight"', "timeout: '1 fortnight' is not a duration"),
    ('missed = "run_once"', 'missed = "once"', "missed: "),
    ('overlap = "skip"', 'overlap = "skp"', "overlap: "),
    ('repeat_step = 1', 'repeat_step = 0', "repeat_step: expected a whole number from 1"),
    ('is_enabled = false', 'is_enabled = "no"', "is_enabled: expected true or false"),
    ('statuses = ["quote", ', 'statuses = ["quote", 3, ', "statuses: expected a list of texts"),
    ('statuses = ["quote", ', 'statuses = ["option", ', "statuses: 'option' is there twice"),
    ('date_fields = ["date_from", ', 'date_fields = ["date from", ', "date_fields: 'date from' is not a field name"),
    ('[[team]]\nname = "North"', '[[team]]\nname = ""', "[[team]]: name is missing"),
    ('[[team]]\nname = "North"', '[[team]]\nname = "a\\u0000b"', "'a\N{REPLACEMENT CHARACTER}b' holds a"),
    ('[[team]]', '[[role]]', "[[role]] cannot be loaded yet"),
    ('[[team]]', '[[taem]]', "[[taem]] is no table of a desk file; did you mean [[team]]?"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "why"), BAD, ids=[bad for _, bad, _ in BAD])
def test_what_is_wrong_is_named_with_its_line_and_nothing_is_written(
    desk: Path, tmp_path: Path, good: str, bad: str, why: str
) -> None:
    before = file_bytes(desk)
    with pytest.raises(Refused) as fault:
        take(tmp_path, STAYS.replace(good, bad, 1))
    said = next(line for line in str(fault.value).splitlines() if why in line)
    line = line_of(good) + (bad[: bad.index("date_form")].count("\n") if "date_form =" in bad else 0)
    assert f"line {line}: " in said or f"line {line + 1}: " in said
    assert file_bytes(desk) == before


def test_all_problems_are_told_at_once_by_line(desk: Path, tmp_path: Path) -> None:
    text = STAYS.replace("offset = -30", "offset = -30\nofset = 1").replace('"skip"', '"skp"')
    text = text.replace('status = "confirmed"\nteam', 'status = "gone"\nteam')
    with pytest.raises(Refused) as fault:
        take(tmp_path, text)
    head, *lines = str(fault.value).splitlines()
    assert head.endswith("desk.toml cannot be loaded, 3 things are wrong; nothing was changed.")
    assert [line.split(":")[0] for line in lines] == [
        f"line {line_of(part, text)}" for part in ("ofset", 'status = "gone"', '"skp"')
    ]


def test_only_the_cause_is_told_and_not_what_hangs_on_it(desk: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused) as fault:
        take(tmp_path, STAYS.replace('statuses = ["quote"', 'states = ["quote"').replace("North", "N\\u0007"))
    assert len(str(fault.value).splitlines()) == 3


def test_at_most_twenty_are_told(desk: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused) as fault:
        take(tmp_path, "".join(f'[[team]]\nname = "{n}"\ncolour = "red"\n' for n in range(50)))
    lines = str(fault.value).splitlines()
    assert len(lines) == 22
    assert lines[1] == "line 3: [[team]] 0: colour: is no key here; known are name"
    assert lines[-1] == "and 30 more"


def test_nobody_reads_on_after_a_thousand(desk: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="at least 1,000 things are wrong"):
        take(tmp_path, "".join(f'[[team]]\nname = "{n}"\ncolour = "red"\n' for n in range(5_000)))


def test_the_same_name_twice_names_both_lines(desk: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"line 4: \[\[team\]\] North: is there already, on line 1"):
        take(tmp_path, '[[team]]\nname = "North"\n\n[[team]]\nname = "North "\n')


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[[team]]\nname = North\n", r"line 2: Invalid value \(column 8\)"),
        (b'[[team]]\nname = "a"\nname = "b"\n', "line 3: Cannot overwrite a value"),
        (b'[[team]]\nname = "\xe9"\n', r"line 2: not UTF-8 \(byte 0xe9\)"),
        (b"a = " + b"[" * 100_000, "nested too deep"),
        (b"a = " + b"9" * 6_000, "a number of thousands of digits"),
        (b"[team]\nname = 'North'\n", r"line 1: expected \[\[team\]\], in double brackets"),
        (b"team = 3\n", r"line 1: expected \[\[team\]\], in double brackets"),
        (b"\x00\x01\x02", "line 1"),
        (b"[[team]]\nname = 'x" + b"x" * 200_000 + b"'\n", "name: 200001 characters are too many"),
        (b"[[task_event]]\nname='e'\nobject_class='stay'\nentity_status='x'", "'stay' is no class"),
        (b"[[entity]]\nobject_class='stay'\n", "object_id is missing"),
        (b"[[schedule]]\nname='s'\n", r"\[\[schedule\]\] s"),
        (b"[[schedule]]\nname='s'\nspec='daily 01:00'\nparams={command='x', n=nan}\n", "params"),
        (b"[[schedule]]\nname='s'\nspec='daily 01:00'\nmax_retries=" + b"9" * 4000, "max_retries"),
    ],
)  # fmt: skip
def test_files_that_no_desk_was_ever_made_of(desk: Path, tmp_path: Path, data: bytes, why: str) -> None:
    before = file_bytes(desk)
    file = tmp_path / "desk.toml"
    file.write_bytes(data)
    with pytest.raises(Refused, match=why):
        load(ANA, AT, str(file))
    assert file_bytes(desk) == before


def test_an_empty_file_changes_nothing(desk: Path, tmp_path: Path) -> None:
    before = file_bytes(desk)
    assert take(tmp_path, "# nothing\n") == Loaded({}, {}, {})
    assert file_bytes(desk) == before
