"""Templates move with the zone of their list, of who does them, of the store; undo moves them back."""

from __future__ import annotations

from engine.operations import definitions, lists, templates
from engine.operations.settings import set_setting
from engine.operations.undo import undo
from store.enums import Action
from tests.desk import Desk, desk

__all__ = ["desk"]

NOW = "2025-06-02"


def zones(desk: Desk) -> dict[str, str]:
    """The zone of each template by its name."""
    return dict(desk.rows("SELECT name, zone FROM schedule WHERE action = ?", Action.CREATE.value))


def test_a_zone_that_changes_changes_what_is_planned_at_once(desk: Desk) -> None:
    at = desk.at(NOW)
    lists.add(desk.ana, at, "house/garden")
    templates.add(desk.ana, at, "mow", "weekly sat 10:00", list="house/garden")
    templates.add(desk.ana, at, "elsewhere", "weekly sat 10:00", list="house/garden", zone="Asia/Tokyo")
    templates.add(desk.ana, at, "Bo's", "weekly sat 10:00", assignee=("Bo",))
    templates.add(desk.ana, at, "anybody's", "weekly sat 10:00")
    assert zones(desk) == {
        "mow": "Europe/Brussels", "elsewhere": "Asia/Tokyo", "Bo's": "Europe/Brussels", "anybody's": "Europe/Brussels",
    }  # fmt: skip
    before, planned = zones(desk), desk.rows("SELECT name, next_at FROM schedule WHERE name = 'mow'")
    lists.edit(desk.ana, at, "house", zone="Europe/Moscow")
    assert zones(desk) == {
        "mow": "Europe/Moscow", "elsewhere": "Asia/Tokyo", "Bo's": "Europe/Brussels", "anybody's": "Europe/Brussels",
    }  # fmt: skip
    moved = desk.rows("SELECT name, next_at FROM schedule WHERE name = 'mow'")
    assert planned[0][1] - moved[0][1] == 3_600_000_000, "ten o'clock comes an hour earlier in Moscow"
    undo(desk.ana, at)
    assert zones(desk) == before
    assert desk.rows("SELECT name, next_at FROM schedule WHERE name = 'mow'") == planned
    definitions.edit_user(desk.ana, at, "Bo", zone="America/New_York")
    assert zones(desk)["Bo's"] == "America/New_York"
    set_setting(desk.ana, at, "zone", "Europe/Lisbon")
    assert zones(desk) == {
        "mow": "Europe/Lisbon", "elsewhere": "Asia/Tokyo", "Bo's": "America/New_York", "anybody's": "Europe/Lisbon",
    }  # fmt: skip


def test_a_list_that_moves_takes_the_zone_of_where_it_lies(desk: Desk) -> None:
    at = desk.at(NOW)
    lists.add(desk.ana, at, "far", zone="Asia/Tokyo")
    lists.add(desk.ana, at, "house/garden")
    templates.add(desk.ana, at, "mow", "weekly sat", list="garden")
    lists.edit(desk.ana, at, "house", parent="far")
    assert zones(desk) == {"mow": "Asia/Tokyo"}
