"""Where tasks go when they are moved."""

from __future__ import annotations

from datetime import date

import pytest

from engine.rules.businessdays import BusinessDays, OwnDay
from engine.rules.errors import BadValue
from engine.rules.moving import by_words, moved, parse_by, parse_move
from engine.rules.offsets import Offset, Unit

FRIDAY = date(2025, 6, 13)


@pytest.mark.parametrize(
    ("text", "is_many", "to"),
    [
        ("+3d", True, Offset(3)),
        (" - 1w", True, Offset(-1, Unit.WEEK)),
        ("+2bd", True, Offset(2, Unit.BUSINESS_DAY)),
        ("+3d", False, date(2025, 6, 16)),
        ("in 3 days", True, date(2025, 6, 16)),
        ("fri", True, FRIDAY),
        ("30 jun", False, date(2025, 6, 30)),
    ],
)
def test_signed_numbers_move_several_tasks_each_from_its_day(text: str, is_many: bool, to: date | Offset) -> None:
    assert parse_move(text, FRIDAY, is_many=is_many) == to


@pytest.mark.parametrize("text", ["+0d", "0", "+3h", "-5min", "+3 parsecs"])
def test_what_moves_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_by(text)


def test_business_days_keep_to_the_calendar() -> None:
    days = BusinessDays("own", own=(OwnDay(date(2025, 6, 16), "closed"),))
    assert moved(FRIDAY, Offset(1, Unit.BUSINESS_DAY), days) == date(2025, 6, 17)
    assert moved(FRIDAY, Offset(1, Unit.BUSINESS_DAY)) == date(2025, 6, 16)
    with pytest.raises(BadValue, match="out of range"):
        moved(FRIDAY, Offset(200, Unit.YEAR))


@pytest.mark.parametrize(("by", "words"), [("+3d", "3 days later"), ("-1w", "1 week earlier")])
def test_in_words(by: str, words: str) -> None:
    assert by_words(parse_by(by)) == words
