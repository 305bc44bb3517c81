"""Expressions in titles: against an oracle that walks day by day, and against what should break them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from store.languages import canonical, names
from store.titles import MOST_LETTERS, MOST_STEPS, Facts, shown

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
UNITS = ("day", "weekday", "week", "month", "quarter", "year")
INNER = {
    "date": UNITS,
    "day": ("weekday", "week", "month", "quarter", "year"),
    "weekday": ("day", "week", "month", "quarter", "year"),
    "week": ("year",),
    "month": ("quarter", "year"),
    "quarter": ("year",),
    "year": (),
}
SAME: dict[str, Callable[[date], object]] = {
    "date": lambda day: day,
    "day": lambda day: day,
    "weekday": lambda day: day,
    "week": lambda day: day.isocalendar()[:2],
    "month": lambda day: (day.year, day.month),
    "quarter": lambda day: (day.year, (day.month - 1) // 3),
    "year": lambda day: day.year,
}
"""What two days share that lie in the same stretch."""


def slow(day: date, path: list[str]) -> str:
    """What the path says, by leaving each stretch a day at a time."""
    unit = "date"
    for word in path:
        if word in ("prev", "next"):
            step, here = timedelta(days=1 if word == "next" else -1), SAME[unit](day)
            while SAME[unit](day) == here:
                day += step
        else:
            if unit == "week" and word == "year":
                while day.isoweekday() != 4:  # the Thursday of a week lies in its year
                    day += timedelta(days=1 if day.isoweekday() < 4 else -1)
            unit = word
    number = {"day": day.day, "week": day.isocalendar()[1], "month": day.month, "year": day.year}
    if unit == "month":
        return f"{day:%B}"
    if unit == "weekday":
        return f"{day:%A}"
    if unit == "date":
        return f"{day.day} {day:%B} {day.year}"
    return str(number.get(unit, (day.month - 1) // 3 + 1))


@st.composite
def paths(draw: st.DrawFn) -> list[str]:
    """Words that may follow each other, from the date on."""
    unit, path = "date", list[str]()
    for _ in range(draw(st.integers(0, 6))):
        word = draw(st.sampled_from((*INNER[unit], "prev", "next")))
        path.append(word)
        unit = unit if word in ("prev", "next") else word
    return path


@given(DAYS, paths())
def test_every_path_says_what_walking_day_by_day_finds(day: date, path: list[str]) -> None:
    found = shown(f"<%%{'.'.join(['this.date', *path])}%%>", Facts(day))
    assert (found.text, found.wrong) == (f"<{slow(day, path)}>", ())


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2014, 1, 20), "4 q 2013 g"), (date(2014, 4, 20), "1 q 2014 g"), (date(2014, 7, 20), "2 q 2014 g")],
)
def test_B9_the_report_of_the_quarter_before(day: date, text: str) -> None:
    name = "%%this.date.quarter.prev%% q %%this.date.month.prev.year%% g"
    assert shown(name, Facts(deadline=day)).text == text
    assert shown(name, Facts(day, date(2020, 1, 1))).text == text, "the date is the start, where there is one"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("date.month", "January"), ("date.month.short", "Jan"), ("date.month.2", "01"), ("date.day.4", "0020"),
        ("date.year.prev.2", "2013"), ("date.weekday", "Monday"), ("date.weekday.next.next.short", "Wed"),
        ("date.week.3", "004"), ("date.week.prev.prev.prev.prev", "52"), ("date.week.prev.prev.prev.prev.year", "2013"),
        ("deadline", "1 March 2014"), ("deadline.quarter", "1"), ("DATE.Month", "January"),
    ],
)  # fmt: skip
def test_names_widths_and_the_other_day(path: str, text: str) -> None:
    assert shown(f"%%this.{path}%%", Facts(date(2014, 1, 20), date(2014, 3, 1))).text == text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("%%this.moth%%", "'moth' is not known after 'this' (known: date, deadline)"),
        ("%%this.date.month.day%%", "'day' is not known after 'month'"),
        ("%%this.date.__class__%%", "'__class__' is not known after 'date'"),
        ("%%this.__init__.__globals__%%", "'__init__' is not known after 'this'"),
        ("%% __import__ %%", "begins with 'this'"),
        ("%%{0.__class__}%%", "begins with 'this'"),
        ("%%this.date:>1000000000%%", "'date:>1000000000' is not known"),
        ("%%this.date.day.1000000000%%", "'1000000000' is no width"),
        ("%%this.date.weekday.2%%", "'2' is not known after 'weekday'"),
        ("%%this.date.month.2.next%%", "'2' is no width"),
        ("%%this.date..month%%", "'' is not known after 'date'"),
        ("%%this%%", "'' is not known after 'this'"),
        ("%%this.date.month", "the closing %% is missing"),
        ("%%this.date" + ".next" * MOST_STEPS + "%%", f"at most {MOST_STEPS} words"),
        ("%%this.date" + ".next" * MOST_LETTERS + "%%", f"at most {MOST_LETTERS} characters"),
        ("%%this.name%%", "'name' is not known after 'this'"),
    ],
)
def test_what_makes_no_sense_stays_as_typed_and_says_why(typed: str, why: str) -> None:
    found = shown(f"a {typed} b", Facts(date(2014, 1, 20)))
    assert found.text == f"a {typed} b"
    (wrong,) = found.wrong
    assert why in wrong.why
    assert not wrong.is_undated
    assert found.text[wrong.begin : wrong.end] == wrong.expression == (typed if typed.endswith("%%") else f"{typed} b")


@pytest.mark.parametrize("text", ["50%% of 100%%", "100%% sure", "%%", "%%%%%%", "a % b", "%%%", "5%%10%%15", ""])
def test_per_cents_are_no_expressions(text: str) -> None:
    assert shown(text, Facts(date(2014, 1, 20))) == shown(text, Facts())
    assert (shown(text, Facts()).text, shown(text, Facts()).wrong) == (text, ())


def test_nested_expressions_stay_as_typed() -> None:
    typed = "%%this.%%this.date.month%%.year%%"
    found = shown(typed, Facts(date(2014, 1, 20)))
    assert (found.text, len(found.wrong)) == (typed, 2)


def test_a_wrong_one_takes_none_of_the_others_with_it() -> None:
    found = shown("%%this.moth%% %%this.date.month%%", Facts(date(2014, 1, 20)))
    assert found.text == "%%this.moth%% January"


def test_without_a_date_the_path_is_read_all_the_same() -> None:
    found = shown("%%this.date.month%% %%this.deadline.moth%%", Facts())
    assert found.text == "%%this.date.month%% %%this.deadline.moth%%"
    assert [each.is_undated for each in found.wrong] == [True, False]
    assert found.wrong[0].why == "the task has no date yet"


@pytest.mark.parametrize(
    ("day", "path"), [(date(1, 1, 1), "year.prev"), (date(9999, 12, 31), "next"), (date(9999, 12, 31), "week.next")]
)
def test_a_path_that_leaves_the_calendar_stays_as_typed(day: date, path: str) -> None:
    (wrong,) = shown(f"%%this.date.{path}%%", Facts(day)).wrong
    assert wrong.why == "it leaves the calendar (years 1 to 9999)"


@given(st.text(alphabet="%this.daemonyrxpvq _{}()\x00é2", max_size=200), st.none() | DAYS)
def test_any_text_is_shown_and_without_expressions_unchanged(text: str, day: date | None) -> None:
    found = shown(text, Facts(day))
    for wrong in found.wrong:
        assert found.text[wrong.begin : wrong.end] == wrong.expression
        assert wrong.expression in text
    if "%%this" not in text.lower().replace(" ", ""):
        assert found.text == text


@given(st.text(max_size=60), st.text(max_size=60), DAYS)
def test_what_stands_around_an_expression_is_untouched(before: str, after: str, day: date) -> None:
    assume("%" not in before + after)
    assert shown(f"{before}%%this.date.year%%{after}", Facts(day)).text == f"{before}{day.year}{after}"


def test_words_of_a_task_are_told_where_they_may_be_and_never_read_again() -> None:
    facts = Facts(words={"name": "100%%this.date%%", "person": "Ana"})
    found = shown("%%this.name%% for %%this.person%%", facts)
    assert (found.text, found.wrong) == ("100%%this.date%% for Ana", ())


def test_a_text_grows_up_to_a_limit() -> None:
    facts = Facts(words={"name": "x" * 500})
    found = shown("%%this.name%%" * 100, facts, most=2_000)
    assert found.text == "x" * 2_000 + "%%this.name%%" * 96
    assert len(found.wrong) == 96


@pytest.mark.parametrize("piece", ["%%", "%%this.date", "%%this.date%%", "%%x", "%% ", "%%this." + "a" * 300 + "%%"])
def test_the_time_it_takes_is_linear_in_the_text(piece: str) -> None:
    def seconds(times: int) -> float:
        text, best = piece * times, 9e9
        for _ in range(3):
            begin = time.process_time()
            shown(text, Facts(date(2014, 1, 20)))
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(8_000) < 40 * seconds(1_000) + 0.01  # a square would be 64 times


def test_months_in_another_language() -> None:
    assert shown("%%this.date.month%%", Facts(date(2014, 1, 20)), canonical("RU")).text == "январь"
    assert shown("%%this.date.weekday%% %%this.date%%", Facts(date(2014, 1, 20)), "de").text == "Montag 20. Januar 2014"
    assert names("tlh").months[0] == "January", "a language that this machine does not know is read in English"


@pytest.mark.parametrize("text", ["klingon", "../../etc", "xx", "", "en; DROP", "r" * 400])
def test_a_language_that_nobody_knows_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as en, ru, de or pt_BR"):
        canonical(text)


@pytest.mark.parametrize(("text", "code"), [("en", "en"), ("English", "en"), ("pt-br", "pt_BR"), (" de ", "de")])
def test_the_code_of_a_language_is_kept_in_one_form(text: str, code: str) -> None:
    assert canonical(text) == code
