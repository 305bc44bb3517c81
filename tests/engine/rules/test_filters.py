"""What is typed into a filter is understood, or is text, or is refused in a sentence; never a fault."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.errors import BadValue
from engine.rules.filters import LENGTH, Kind, chips, parse_filter

TODAY = date(2025, 6, 2)
"""A Monday."""
CLASSES = ("stay", "server")


def said(text: str) -> str:
    """What was understood, in words."""
    return chips(parse_filter(text, TODAY, CLASSES))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#house @bank -@done-ish !ana !me p1", "list house · label bank · not label done-ish · person ana"
         " · person me · priority 1"),
        ("#house/garden", "list house/garden"),
        ('@"weekly on Saturday" -#"the house"', "label weekly on Saturday · not list the house"),
        ("p<=2 P>2 p=3", "priority 1 or 2 · priority 3 or 4 · priority 3"),
        ("stay/12 stay:12 Stay 12 server/*", "stay 12 · stay 12 · stay 12 · any server"),
        ("-stay 12 paint", "not stay 12 · text paint"),
        ("stay over", "text stay · text over"),
        ("room/12 http://x 12:30", "text room/12 · text http://x · text 12:30"),
        ("late today -tomorrow", "late · due today · not due tomorrow"),
        ("due:<fri due:>=2025-06-09 due:today", "due before 6 Jun · due from 9 Jun · due 2 Jun"),
        ('due:"30 nov" start:>+3d visible:<=eow', "due 30 Nov · start after 5 Jun · visible by 8 Jun"),
        ("due:mon..fri done:2025-01-01.. due:..fri",
         "due from 2 Jun to 6 Jun · done from 1 Jan · due to 6 Jun"),
        ("has:notes no:list -has:label -no:due HAS:Time", "has notes · no list · no label · has due · has time"),
        ("view:upcoming", "view upcoming"),
        ('paint "exact words" "late" -"p1"', "text paint · text exact words · text late · not text p1"),
        ("# @ ! - p5 p0 #: x:y due: a-b --", "text # · text @ · text ! · text - · text p5 · text p0 · list :"
         " · text x:y · text due: · text a-b · not text -"),
        ('"unclosed  quote', "text unclosed quote"),
        ('"" "  "', ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_filter_says_what_it_understood(text: str, words: str) -> None:
    assert said(text) == words


def test_days_are_counted_as_they_are_said() -> None:
    before, from_, between, late = parse_filter("due:<fri due:>fri due:mon..fri late", TODAY)
    assert (before.low, before.high) == (None, date(2025, 6, 5))
    assert (from_.low, from_.high) == (date(2025, 6, 7), None)
    assert (between.low, between.high) == (date(2025, 6, 2), date(2025, 6, 6))
    assert (late.kind, late.high) == (Kind.LATE, date(2025, 6, 1))
    (thing,) = parse_filter("stay/2025/17", TODAY, CLASSES)
    assert (thing.name, thing.id) == ("stay", "2025/17")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("paint due:someday-ish", "at 7: due: 'someday-ish' is not a day (expected a day such as 2026-11-30"),
        ("due:03/04", "at 1: due: 03/04 may be 3 April or 4 March"),
        ("due:fri..mon", "at 1: due: fri comes after mon"),
        ("x has:money", "at 3: has: expected one of notes, list, label, person,"),
        (
            "view:everything",
            "at 1: view: expected one of waiting, upcoming, open, done, history, all, not 'everything'",
        ),
        ("-view:done", "at 1: view: cannot be turned round with -"),
        ("p<1", "at 1: no priority is < 1; they go from 1 (most urgent) to 4"),
        ("x" * (LENGTH + 1), "filter: 1,001 characters are too many (at most 1,000)"),
        ("x\ud800", "filter: holds half a character, which cannot be looked for"),
        ("x " * 51, "filter: more than 50 terms are too many"),
    ],
)
def test_what_looks_like_a_term_and_is_none_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(BadValue) as fault:
        parse_filter(text, TODAY, CLASSES)
    assert why in str(fault.value)


_BITS = st.sampled_from(
    ["#", "@", "!", "-", "p", "1", "<=", "due:", "has:", "no:", "view:", "late", "stay", "/", ":", " ", '"', "é", "\0",
     "..", "fri", "x", "*", "12", "\n", "\ud800", "İ"]
)  # fmt: skip


@given(st.lists(_BITS, max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_is_understood_or_refused_in_a_sentence(text: str) -> None:
    try:
        terms = parse_filter(text, TODAY, CLASSES)
    except BadValue:
        return
    places = [term.at for term in terms]
    assert places == sorted(places)
    assert all(text[place - 1] != " " for place in places)
    assert all(term.name or term.priorities for term in terms)


@given(st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8), min_size=1, max_size=6))
def test_quoted_words_are_always_text(words: list[str]) -> None:
    (term,) = parse_filter('"' + " ".join(words) + '"', TODAY, CLASSES)
    assert (term.kind, term.name) == (Kind.TEXT, " ".join(words))
