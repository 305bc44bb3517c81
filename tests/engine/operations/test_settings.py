"""Settings: what each may hold, and that the list shows what is in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations.settings import set_setting
from engine.queries.history import setting_list
from store import settings
from store.errors import Refused
from tests.engine.stage import ANA, AT, desk, file_bytes, rows

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("zone", "Europe/Brussels", "Europe/Brussels"),
        ("ascii", "yes", True),
        ("ascii", "FALSE", False),
        ("task_max_concurrent", "4", 4),
        ("log_cap", "5_000_000", 5_000_000),
        ("theme", "tickler-light", "tickler-light"),
        ("task_log_storage_backend", "file", "file"),
    ],
)
def test_a_setting_takes_what_it_means(desk: Path, key: str, text: str, value: object) -> None:
    assert set_setting(ANA, AT, key, text).value == value
    shown = {each.key: each for each in setting_list(ANA, AT)}
    assert set(shown) == set(settings.KNOWN)
    assert (shown[key].value, shown[key].default) == (value, settings.KNOWN[key].default)


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("zoen", "UTC", "setting: 'zoen' is no setting; did you mean zone?"),
        ("date_events_checked", "2025-01-01", "setting: 'date_events_checked' is no setting"),
        ("zone", "Europe/Brusels", "setting zone: 'Europe/Brusels' is not a time zone (expected a name"),
        ("ascii", "maybe", "setting ascii: expected true or false, not 'maybe'"),
        ("task_max_concurrent", "0", "expected a whole number from 1 to 1000, not '0'"),
        ("task_max_concurrent", "1e3", "expected a whole number from 1 to 1000, not '1e3'"),
        ("task_max_concurrent", "9" * 5_000, "expected a whole number"),
        ("task_max_concurrent", "\u0663", "expected a whole number"),
        ("task_log_storage_backend", "syslog", "'syslog' is no place for log lines (there are: database, file)"),
        ("theme", "a\x1bb", "holds a character that cannot be shown"),
    ],
)  # fmt: skip
def test_what_a_setting_refuses(desk: Path, key: str, text: str, why: str) -> None:
    before = file_bytes(desk)
    with pytest.raises(Refused) as fault:
        set_setting(ANA, AT, key, text)
    assert why in str(fault.value)
    assert file_bytes(desk) == before


def test_setting_what_is_set_leaves_no_act(desk: Path) -> None:
    set_setting(ANA, AT, "cancel_grace", "10")
    set_setting(ANA, AT, "cancel_grace", "5")
    set_setting(ANA, AT, "cancel_grace", "5")
    assert rows(desk, "SELECT words FROM act WHERE actor = 'ana'") == [("set cancel_grace to 5",)]
