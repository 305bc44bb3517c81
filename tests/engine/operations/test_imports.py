"""Importing entities: what a row makes, what a second time changes, and what a bad file says and leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.operations import definitions as ops
from engine.operations.imports import Imported, import_entities
from engine.operations.undo import redo, undo
from engine.queries.desk import dump
from store.errors import Refused
from tests.engine.stage import ANA, AT, contents, desk, file_bytes, rows, stays

__all__ = ["desk", "stays"]

HEADER = "Nr,Group,State,Arrival,Departure,Site,Tel\n"
GOOD = HEADER + (
    "12,Lakeside School,confirmed,2025-07-14,2025-07-18,North,+32 2 123\n"
    '13,"Bears, big and small",quote,2025-08-04,,,\n'
    "14, Owls ,,2025-09-01,2025-09-05,South,\n"
)
ALL = {
    "class_": "stay",
    "id_": "Nr",
    "status": "State",
    "name": "Group",
    "team": "Site",
    "map_": ("date_from=Arrival", "date_to=Departure", "@phone=Tel"),
}
ENTITIES = "SELECT object_id, name, status, team_id, dates, attributes, rev FROM entity ORDER BY id"


def take(folder: Path, text: str | bytes, **given: Any) -> Imported:
    """Import `text` from a file."""
    file = folder / "stays.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return import_entities(ANA, AT, str(file), **{**ALL, **given})


def refused(folder: Path, text: str | bytes, **given: Any) -> str:
    """The sentence with which it is refused."""
    with pytest.raises(Refused) as fault:
        take(folder, text, **given)
    return str(fault.value)


def test_every_row_becomes_an_entity(stays: Path, tmp_path: Path) -> None:
    assert take(tmp_path, GOOD) == Imported(rows=3, made=3, changed=0, unchanged=0, tasks=1, is_preview=False)
    assert rows(stays, ENTITIES) == [
        ("12", "Lakeside School", "confirmed", 1, '{"date_from": "2025-07-14", "date_to": "2025-07-18"}',
         '{"phone": "+32 2 123"}', 1),
        ("13", "Bears, big and small", "quote", None, '{"date_from": "2025-08-04"}', "{}", 1),
        ("14", "Owls", None, 2, '{"date_from": "2025-09-01", "date_to": "2025-09-05"}', "{}", 1),
    ]  # fmt: skip
    assert rows(stays, "SELECT entity_id, was, status FROM status_change ORDER BY id") == [
        (1, None, "confirmed"), (2, None, "quote"),
    ]  # fmt: skip
    assert rows(stays, "SELECT object_id, name, deadline_date FROM task") == [
        ("12", "Collect allergy info", "2025-06-14")
    ]


def test_without_tasks_none_is_made_now_or_later(stays: Path, tmp_path: Path) -> None:
    ops.add_model(ANA, AT, "stay", "Pack", "max. 1 month before stay")
    assert take(tmp_path, GOOD.replace("2025-07-14", "2025-06-01"), without_tasks=True).tasks == 0
    ops.add_model(ANA, AT, "stay", "Other", "quote")
    assert rows(stays, "SELECT name FROM task") == []
    assert take(tmp_path, GOOD.replace("2025-07-14", "2025-06-02")).tasks == 1
    assert rows(stays, "SELECT name, visible_date FROM task") == [("Pack", "2025-05-03")]


def test_date_events_that_have_come_make_their_tasks(stays: Path, tmp_path: Path) -> None:
    ops.add_model(ANA, AT, "stay", "Pack", "max. 1 month before stay")
    assert take(tmp_path, GOOD.replace("2025-07-14", "2025-06-01")).tasks == 2


def test_a_second_time_changes_nothing(stays: Path, tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    before = file_bytes(stays)
    assert take(tmp_path, GOOD).unchanged == 3
    assert file_bytes(stays) == before


def test_what_differs_is_changed(stays: Path, tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    text = GOOD.replace("confirmed,2025-07-14", "validated,2025-07-21").replace("quote,2025-08-04", ",")
    done = take(tmp_path, text.replace("South", "").replace("+32 2 123", ""))
    assert (done.made, done.changed, done.unchanged) == (0, 3, 0)
    assert [row[1:6] for row in rows(stays, ENTITIES)] == [
        ("Lakeside School", "validated", 1, '{"date_from": "2025-07-21", "date_to": "2025-07-18"}', "{}"),
        ("Bears, big and small", "quote", None, "{}", "{}"),
        ("Owls", None, None, '{"date_from": "2025-09-01", "date_to": "2025-09-05"}', "{}"),
    ]
    assert rows(stays, "SELECT deadline_date FROM task") == [("2025-06-21",)]


def test_columns_that_are_not_named_stay_as_they_are(stays: Path, tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    given = {"status": None, "name": None, "team": None, "map_": ("date_to=Departure",)}
    done = take(tmp_path, "Nr;Departure\n12;2025-07-19\n", **given)
    assert done.changed == 1
    assert rows(stays, ENTITIES)[0] == (
        "12", "Lakeside School", "confirmed", 1, '{"date_from": "2025-07-14", "date_to": "2025-07-19"}',
        '{"phone": "+32 2 123"}', 2,
    )  # fmt: skip


def test_a_preview_counts_and_writes_nothing(stays: Path, tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    before = file_bytes(stays)
    text = GOOD.replace("quote", "confirmed") + "15,Foxes,confirmed,,,,\n"
    assert take(tmp_path, text, preview=True) == Imported(4, 1, 1, 2, 2, True)
    assert file_bytes(stays) == before
    assert take(tmp_path, text) == Imported(4, 1, 1, 2, 2, False)


def test_one_undo_takes_an_import_back(stays: Path, tmp_path: Path) -> None:
    ops.add_user(ANA, AT, "ana")
    take(tmp_path, HEADER + "x,,quote,,,,\n")
    before = contents(stays)
    text = HEADER + "".join(f"{n},Group {n},quote,2025-08-04,,North,\n" for n in range(1_500))
    take(tmp_path, text)
    after = contents(stays)
    assert undo(ANA, AT).changes == 3_000
    assert contents(stays) == before
    assert redo(ANA, AT).changes == 3_000
    assert contents(stays) == after


def test_an_import_that_somebody_works_with_is_not_taken_back(stays: Path, tmp_path: Path) -> None:
    from engine.operations.entities import set_fields
    from tests.engine.stage import BO

    text = HEADER + "".join(f"{n},Group {n},quote,,,,\n" for n in range(700))
    take(tmp_path, text)
    set_fields(BO, AT, "stay", "3", name="Bees")
    before = file_bytes(stays)
    with pytest.raises(Refused, match=r"stay 3 was changed since by bo \(stay 3: name\)"):
        undo(ANA, AT)
    assert file_bytes(stays) == before


def test_progress_reaches_the_end(stays: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    text = HEADER + "".join(f"{n},,,,,,\n" for n in range(2_500))
    take(tmp_path, text, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) == 4
    assert seen[-1][0] == seen[-1][1]


def test_other_encodings_and_delimiters(stays: Path, tmp_path: Path) -> None:
    latin = "Nr;Group\n1;Orée\n".encode("latin-1")
    given = {"status": None, "team": None, "map_": ()}
    assert take(tmp_path, latin, encoding="latin-1", **given).made == 1
    assert take(tmp_path, "\ufeffNr\tGroup\r\n2\tOrée\r\n", **given).made == 1
    assert take(tmp_path, "Nr|Group\n3|a;b,c\n", delimiter="bar", **given).made == 1
    assert [row[1] for row in rows(stays, ENTITIES)] == ["Orée", "Orée", "a;b,c"]


def test_texts_are_kept_letter_by_letter(stays: Path, tmp_path: Path) -> None:
    take(tmp_path, HEADER + "1,'; DROP TABLE entity; -- \N{PILE OF POO} [b]x,,,,,=1+1\n")
    assert rows(stays, "SELECT name, attributes FROM entity") == [
        ("'; DROP TABLE entity; -- \N{PILE OF POO} [b]x", '{"phone": "=1+1"}')
    ]


def many(number: int) -> str:
    """Rows of a long file, the first on line 2."""
    return HEADER + "".join(f"{n},Group {n},quote,2025-08-04,,,\n" for n in range(number))


BAD = {
    "a missing column": (GOOD.replace("Arrival", "Arrivel"), "stays.csv: there is no column Arrival (there are"),
    "a bad date in line 812": (
        many(1_000).replace("810,Group 810,quote,2025-08-04", "810,Group 810,quote,03/04/2025"),
        "stays.csv line 812, column Arrival: 03/04/2025 may be 3 April or 4 March: write 2025-04-03 or 2025-03-04."
        " Nothing was changed.",
    ),
    "month 13": (GOOD.replace("2025-07-14", "2025-13-14"), "column Arrival: 2025-13-14 is not a date: there is"),
    "words": (GOOD.replace("2025-07-14", "tomorrow"), "column Arrival: tomorrow is not a date (expected"),
    "a duplicate id": (GOOD.replace("14, Owls", "12, Owls"), "line 4, column Nr: '12' is on line 2 already"),
    "no id": (GOOD.replace("14, Owls", ", Owls"), "line 4, column Nr: expected some text, not nothing"),
    "another encoding": (GOOD.replace("Owls", "Orées").encode("latin-1"), "line 4: byte 0xe9: not UTF-8; save"),
    "a huge field": (GOOD.replace("Owls", "O" * 200_000), "line 4, column Group: over 100,000 characters"),
    "a large field": (GOOD.replace("Owls", "O" * 600), "line 4, column Group: 600 characters are too many"),
    "an unknown status": (GOOD.replace("quote", "qoute"), "column State: 'qoute' is no status of stay; did"),
    "an unknown team": (GOOD.replace("South", "Sowth"), "line 4, column Site: 'Sowth' is no team; did you"),
    "a ragged row": (GOOD + "15,Foxes\n", "line 5: 2 columns where the header has 7"),
    "an empty file": ("", "the file has no header"),
    "a header alone": (HEADER, "stays.csv has a header and no rows"),
    "a quote that is not closed": (GOOD.replace(" Owls", '"Owls'), "a quote opens here and is never closed"),
    "an escape": (GOOD.replace("Owls", "O\x1b[2J"), "column Group: 'O\N{REPLACEMENT CHARACTER}[2J' holds a character"),
    "a NUL": (GOOD.replace("Owls", "O\0"), "line 4: a NUL byte"),
    "a zip": (b"PK\x03\x04" + b"x" * 50, "save it as CSV"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), BAD.values(), ids=BAD)
def test_a_bad_file_says_where_and_changes_nothing(stays: Path, tmp_path: Path, text: str | bytes, why: str) -> None:
    take(tmp_path, HEADER + "99,Old,quote,,,,\n")
    before, kept = file_bytes(stays), dump(ANA, AT)
    assert why in refused(tmp_path, text)
    assert (file_bytes(stays), dump(ANA, AT)) == (before, kept)


def test_everything_that_is_wrong_is_told_at_once(stays: Path, tmp_path: Path) -> None:
    text = HEADER + "1,a,qoute,2025-02-30,,Noth,\n1,b,,,,,\n2,c,,,,,\n1,d,,,,,\n"
    assert refused(tmp_path, text).splitlines() == [
        "stays.csv cannot be imported, 4 things are wrong; nothing was changed.",
        "line 2, column State: 'qoute' is no status of stay; did you mean quote?",
        "line 2, column Site: 'Noth' is no team; did you mean North?",
        "line 2, column Arrival: 2025-02-30 is not a date: February 2025 has 28 days",
        "line 5, column Nr: '1' is on line 3 already",
    ]


def test_twenty_are_told_and_the_rest_counted(stays: Path, tmp_path: Path) -> None:
    lines = refused(tmp_path, many(3_000).replace("quote", "qoute")).splitlines()
    assert len(lines) == 22
    assert lines[0] == "stays.csv cannot be imported, 3,000 things are wrong; nothing was changed."
    assert lines[-1] == "and 2,980 more"


def test_nobody_reads_on_after_ten_thousand(stays: Path, tmp_path: Path) -> None:
    text = HEADER + "".join(f"{n},,status{n},,,,\n" for n in range(30_000))
    assert "at least 10,000 things are wrong" in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"class_": ""}, "--class: name the class"),
        ({"class_": "stya"}, "class: 'stya' is no class; did you mean stay?"),
        ({"id_": ""}, "--id: name the column"),
        ({"id_": "nr"}, "there is no column nr"),
        ({"map_": ("date_form=Arrival",)}, "--map: 'date_form' is no field of stay; did you mean date_from?"),
        ({"map_": ("date_from",)}, "--map: 'date_from' is not a field and a column"),
        ({"map_": ("date_from=Arrival", "date_from=Departure")}, "--map: date_from is given twice"),
        ({"map_": ("name=Tel",)}, "--map: name is given twice"),
        ({"encoding": "klingon"}, "'klingon' is not an encoding"),
        ({"delimiter": "!"}, "'!' is no delimiter"),
    ],
)
def test_options_that_cannot_be_meant(stays: Path, tmp_path: Path, given: dict[str, Any], why: str) -> None:
    before = file_bytes(stays)
    assert why in refused(tmp_path, GOOD, **given)
    assert file_bytes(stays) == before


def test_a_map_may_name_what_has_an_option(stays: Path, tmp_path: Path) -> None:
    maps = ("name=Group", "status=State", "team=Site")
    take(tmp_path, GOOD, name=None, status=None, team=None, map_=maps)
    assert rows(stays, ENTITIES)[0][:4] == ("12", "Lakeside School", "confirmed", 1)


def test_a_file_that_is_none(stays: Path, tmp_path: Path) -> None:
    for name, why in (("gone.csv", "there is no such file"), (".", "is a directory")):
        with pytest.raises(Refused, match=why):
            import_entities(ANA, AT, str(tmp_path / name), class_="stay", id_="Nr")
