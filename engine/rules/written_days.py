"""Days in files: `2026-11-30` and nothing else, with a better refusal for the forms that people send."""

from __future__ import annotations

import re
from datetime import date

from engine.rules.days import parse_day, parse_iso_day
from engine.rules.errors import BadValue

_FIGURES = re.compile(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}")


def written_day(text: str) -> date:
    """The day; BadValue offers the readings of `03/04/2025`, and names the month that `2025-13-01` has not."""
    try:
        return parse_iso_day(text)
    except BadValue:
        if _FIGURES.fullmatch(text):
            parse_day(text, date(2000, 1, 1))
        raise
