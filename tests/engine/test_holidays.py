"""Holidays are asked for late: what no calendar needs is not imported."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import date

from engine.holidays import Holidays, country, no_data

_UNASKED = """
import importlib, sys
from tickler.catalog import MODULES
for module in (*MODULES, "tui.app"):
    importlib.import_module(module)
print(sorted({"holidays", "icalendar"} & set(sys.modules)))
"""


def test_nothing_imports_the_libraries_before_a_calendar_asks() -> None:
    done = subprocess.run([sys.executable, "-c", _UNASKED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_names_are_english_whatever_the_locale_and_years_are_kept() -> None:
    code = "from engine.holidays import Holidays; print(*Holidays('BE')(2025).values(), sep='|')"
    env = {"LANGUAGE": "fr", "LC_ALL": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert "Labor Day" in done.stdout
    assert Holidays("BE")(2025) is Holidays("BE")(2025)
    assert Holidays("BE")(2150) == {}
    assert no_data("be", 2150).startswith("no holidays of BE are known for 2150")
    assert no_data("be", 2025) == ""


def test_a_country_can_be_kept_and_knows_its_weekend() -> None:
    assert pickle.loads(pickle.dumps(Holidays("GB", "SCT"))) == Holidays("GB", "SCT")
    assert country("sa").weekend == {5, 6}
    assert date(2025, 12, 1) in Holidays("GB", "SCT")(2025)
