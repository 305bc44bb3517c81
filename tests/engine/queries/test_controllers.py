"""The list of controllers, for people, scripts and forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.queries.controllers import listed
from engine.rules.parameters import Declaration, Kind, Parameter
from store.errors import Refused
from tests.engine.stage import ANA, AT, desk

__all__ = ["desk"]


def test_all_of_them_or_the_parameters_of_one(desk: Path) -> None:
    found = listed(ANA, AT)
    assert all(isinstance(each, Declaration) and each.sentence and each.error is None for each in found)
    names = [each.name for each in found]
    assert names == ["shell", "http", "python", "start workflow", "retention", "backup", "integrity"]
    one = listed(ANA, AT, "http")
    assert one[0] == Parameter("url", Kind.TEXT, "an address such as https://example.org/ping", is_required=True)
    with pytest.raises(Refused, match=r"^'htp' is no controller; did you mean http\?$"):
        listed(ANA, AT, "htp")
