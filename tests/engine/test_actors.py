"""Identity is the uid's, and reading makes nobody."""

from __future__ import annotations

import os
import pwd
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.actors import local_actor, own_user_id
from engine.operations import definitions
from engine.operations.registry import Act
from store import journal
from store.database import transaction
from store.journal import ENGINE, Actor
from store.reads import definitions as reads
from tests.engine.stage import ANA, AT, desk, file_bytes, rows

__all__ = ["desk"]

LOGIN = pwd.getpwuid(os.getuid()).pw_name


def who(actor: Actor) -> int:
    """Ask for the row of the acting person within an act, and change something."""
    with transaction() as connection:
        act = Act(connection, actor, AT, journal.begin(connection, 0, actor, "test"))
        number = own_user_id(act)
        connection.execute("INSERT INTO team (name) VALUES (?)", (f"team {act.id}",))
        return number


def test_identity_is_the_uid_and_not_what_the_environment_says(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mallory")
    assert local_actor("cli") == Actor(None, LOGIN, "cli")


def test_a_user_with_that_login_is_the_actor(desk: Path) -> None:
    ana = definitions.add_user(ANA, AT, "Ana", login=LOGIN)
    assert local_actor("desk") == Actor(ana.id, "Ana", "desk")


def test_an_account_without_a_name_is_its_number(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert local_actor("cli").name == f"uid-{os.getuid()}"


def test_asking_who_acts_writes_nothing(desk: Path) -> None:
    before = file_bytes(desk)
    local_actor("cli")
    assert file_bytes(desk) == before


def test_the_first_need_of_an_id_makes_the_user_once(desk: Path) -> None:
    first = who(ANA)
    assert who(ANA) == first
    assert rows(desk, "SELECT name, login FROM user") == [("ana", "ana")]


def test_the_row_is_nobodys_act(desk: Path) -> None:
    who(ANA)
    assert rows(desk, "SELECT DISTINCT kind FROM change WHERE kind <> 'setting'") == [("team",)]


def test_a_user_of_that_name_without_login_is_the_person(desk: Path) -> None:
    ana = definitions.add_user(ANA, AT, "ana", full_name="Ana Peeters")
    assert who(ANA) == ana.id
    assert rows(desk, "SELECT login, full_name FROM user") == [("ana", "Ana Peeters")]


def test_a_user_of_that_name_with_another_login_is_somebody_else(desk: Path) -> None:
    other = definitions.add_user(ANA, AT, "ana", login="apeeters")
    assert who(ANA) != other.id
    assert rows(desk, "SELECT name, login FROM user ORDER BY id") == [("ana", "apeeters"), ("ana 2", "ana")]


def test_a_known_user_needs_no_look(desk: Path) -> None:
    ana = definitions.add_user(ANA, AT, "ana")
    assert who(Actor(ana.id, "ana", "cli")) == ana.id


def test_the_engine_is_nobody(desk: Path) -> None:
    with pytest.raises(ValueError, match="the engine acts for nobody"):
        who(ENGINE)
    assert rows(desk, "SELECT * FROM user") == []


def test_reads_give_the_user_back(desk: Path) -> None:
    ana = definitions.add_user(ANA, AT, "ana", zone="Europe/Brussels", login="ap")
    with closing(sqlite3.connect(desk)) as connection:
        assert reads.users(connection) == (ana,)
        assert (ana.name, ana.login, ana.zone, ana.team) == ("ana", "ap", "Europe/Brussels", None)
