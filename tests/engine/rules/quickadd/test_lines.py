"""What lines of quick add mean, dialect by dialect, and what is refused with its readings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.rules.offsets import Offset
from engine.rules.quickadd import Known, read_line
from store.enums import Basis, Missed, Roll
from tests.engine.rules.quickadd.desks import read, said


@pytest.mark.parametrize(
    ("words", "due", "time"),
    [
        ("fri 14:00", "2025-11-21", "14:00"),
        ("on fri at 2pm", "2025-11-21", "14:00"),
        ("by friday", "2025-11-21", None),
        ("tomorrow", "2025-11-20", None),
        ("tomorrow 9", "2025-11-20", "09:00"),
        ("in 3 days", "2025-11-22", None),
        ("in 2 h", "2025-11-19", "12:30"),
        ("eom", "2025-11-30", None),
        ("eoww", "2025-11-21", None),
        ("som", "2025-12-01", None),
        ("15th", "2025-12-15", None),
        ("30 nov", "2025-11-30", None),
        ("nov 30 2026", "2025-11-30", None),
        ("next fri", "2025-11-28", None),
        ("last fri", "2025-11-28", None),
        ("last bd", "2025-11-28", None),
        ("+3bd", "2025-11-24", None),
        ("+2w", "2025-12-03", None),
        ("easter", "2026-04-05", None),
        ("2025-11-30", "2025-11-30", None),
        ("Sat 22 Nov", "2025-11-22", None),
        ("noon", "2025-11-19", "12:00"),
        ("due:eow", "2025-11-23", None),
        ("due:2025-12-01T08:00", "2025-12-01", "08:00"),
        ('due:"fri 14:00"', "2025-11-21", "14:00"),
        ("due:3d", "2025-11-22", None),
        ("due:P2W", "2025-12-03", None),
        ("due:PT90M", "2025-11-19", "12:00"),
        ("{30 nov}", "2025-11-30", None),
        ("deadline:30nov", "2025-11-30", None),
    ],
)
def test_days_are_understood_and_taken_out_of_the_text(words: str, due: str, time: str | None) -> None:
    if words == "nov 30 2026":
        due = "2026-11-30"
    for line in (f"Pay rent {words}", f"Pay rent {words} #house"):
        understood = read(line)
        assert (understood.errors, understood.name) == ((), "Pay rent")
        assert (str(understood.due), understood.time) == (due, time)


@pytest.mark.parametrize(
    ("words", "spec"),
    [
        ("every 2 weeks on fri", "every 2 weeks on fri"),
        ("every mon,thu 9:00", "weekly mon,thu 9:00"),
        ("every mon and thu, at 9am and noon", "weekly mon,thu 09:00,12:00"),
        ("every mon wed fri", "weekly mon,wed,fri"),
        ("every 15th", "monthly 15th"),
        ("every last friday", "monthly last friday"),
        ("every second friday of the month", "monthly second friday"),
        ("every last workday", "monthly last bd"),
        ("every 31 clamp", "monthly 31 clamp"),
        ("every 8 march", "yearly 8 march"),
        ("every day", "daily"),
        ("every weekday 9am", "weekly mon-fri 09:00"),
        ("every other week", "every 2 weeks"),
        ("every 2 quarters", "every 6 months"),
        ("every year", "every year"),
        ("recur:weekly", "every week"),
        ("recur:2wks", "every 2 weeks"),
        ("rec:+1m", "every month"),
    ],
)
def test_rules_become_notations_of_the_schedule(words: str, spec: str) -> None:
    understood = read(f"Water the plants {words}")
    assert (understood.errors, understood.name) == ((), "Water the plants")
    assert (understood.spec, understood.basis) == (spec, Basis.FIXED)
    assert len(understood.next) == 3


@pytest.mark.parametrize("words", ["every! 10 days", "recur:.+10d", "rec:10d"])
def test_after_completion_only_the_first_is_known(words: str) -> None:
    understood = read(f"Water the plants {words}")
    assert (understood.spec, understood.basis, len(understood.next)) == ("every 10 days", Basis.COMPLETION, 1)
    assert said(f"Water {words}")[words] == "10 days after it was done, first: Wed 19 Nov"


def test_the_line_of_todoist() -> None:
    line = "Send allergy list #camp @kitchen p1 fri 14:00 every! 2 weeks until 2027-06-30 ~3d cal:school on:stay/12 !bo"
    understood = read(line)
    assert understood.errors == ()
    assert (understood.name, understood.list, understood.labels) == ("Send allergy list", "camp", ("kitchen",))
    assert (understood.priority, understood.people, understood.thing) == (1, ("bo",), ("stay", "12"))
    assert (understood.spec, understood.basis) == ("every 2 weeks 14:00", Basis.COMPLETION)
    assert (understood.start, understood.until) == (date(2025, 11, 21), date(2027, 6, 30))
    assert (understood.ahead, understood.calendar, understood.roll) == (Offset(3), "school", Roll.NEXT)
    assert understood.zone == "Asia/Tokyo"
    assert said(line)["fri 14:00"] == "first due Fri 21 Nov 2025 14:00"


def test_the_line_of_taskwarrior() -> None:
    understood = read("Water plants due:eow recur:++1w +home2 pri:H wait:-2d scheduled:-3d until:2026-01-31")
    assert understood.errors == ()
    assert (understood.labels, understood.priority) == (("home2",), 1)
    assert (understood.spec, understood.missed) == ("every week", Missed.SKIP)
    assert (understood.start, understood.until) == (date(2025, 11, 23), date(2026, 1, 31))
    assert (str(understood.ahead), str(understood.duration)) == ("2d", "3d")


def test_the_line_of_todo_txt() -> None:
    understood = read("(A) 2025-11-18 Pay rent +home @bank due:2025-12-01 rec:+1m t:2025-11-28")
    assert understood.errors == ()
    assert (understood.name, understood.list, understood.labels) == ("Pay rent", "home", ("bank",))
    assert (understood.priority, understood.spec, understood.basis) == (1, "every month", Basis.FIXED)
    assert (understood.start, str(understood.ahead)) == (date(2025, 12, 1), "3d")


@pytest.mark.parametrize(
    ("line", "home"),
    [
        ("Pay +flat", "label"),
        ("(A) Pay +flat", "label"),
        ("Pay +home pri:H", "label"),
        ("Pay +home rec:+1m due:2025-12-01", "list"),
        ("(A) 2025-11-18 Pay +home", "list"),
        ("Pay +home", "both"),
        ("(A) Pay +home", "both"),
        ("(A) Pay +home pri:H", "both"),
    ],
)
def test_a_plus_is_a_label_or_a_list_and_both_are_offered_where_it_may_be_either(line: str, home: str) -> None:
    understood = read(line)
    if home == "both":
        assert "+home may be the label home or the list home: write @home or #home" in understood.errors
    else:
        kept = [error for error in understood.errors if "two priorities" not in error]
        assert (kept, "list" if understood.list else "label") == ([], home)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("Call 03/04", "03/04 may be 3 April or 4 March: write 3 apr or 4 mar; in quotes it is text"),
        ("Call p1 p2", "p1 and p2 are two priorities; keep one"),
        ("Call fri tomorrow", "fri and tomorrow are two days it is due; keep one"),
        ("Call fri 12:00 14:00", "fri 12:00 and 14:00 are two times; keep one"),
        ("Call every week every month", "every week and every month are two rules; keep one"),
        ("Call #house #camp", "#house and #camp are two lists; keep one"),
        ("Call every 0 days", "every: the step is 0: expected a whole number from 1 to 9999"),
        ("Call every 31st", "every 31: some months have no 31st; write 'every last day', 'every 31 clamp'"),
        ("Call every second friday", "every second friday has two readings: write every 2 weeks on friday, or every"),
        ("Call every 3rd day", "every 3rd day has two readings: write every 3 days, or every 3rd day of the month"),
        ("Call every 5 minutes", "every 5 minutes: quick add knows days, weeks, months and years"),
        ("Call until fri", "until goes with a rule, such as every week; in quotes it is text"),
        ("Call from fri", "from fri goes with a rule"),
        ("Call !nobody", "'nobody' is no person (there are: ana, bo)"),
        ("Call !bob", "'bob' is no person; did you mean bo?"),
        ("Call #hous", "'hous' is no list; did you mean house?"),
        ("Call #garden", "'garden' may be one of the lists house/garden, work/garden: write its path"),
        ("Call on:stay/999", "there is no stay 999"),
        ("Call on:stay", "object: 'stay' is not a class and an id"),
        ("Call fri cal:scool", "'scool' is no calendar; did you mean school?"),
        ("Call cal:school", "cal: goes with a day or a rule"),
        ("Call ~3d", "~3d counts from the day it is due; say which day that is"),
        ("Call fri wait:2025-12-24", "it is shown on Wed 24 Dec 2025, after the day it is due, Fri 21 Nov 2025"),
        ("Call due:+1m", "'+1m' may be minutes or months: write +1min or +1mo"),
        ("Call due:", "due: expected something right after the colon, such as due:fri"),
        ("Call due:someday", "'someday' is not a day; leave the date out"),
        ("Call 31 feb", "31 feb is not a date: February has at most 29 days"),
        ("Call 9:00", "09:00 is past today: write tomorrow 09:00 or today 09:00"),
        ("Call the sun club", "sun may be Sunday or a word: write sunday for Sun 23 Nov 2025"),
        ("2025-12-01 Call", "2025-12-01 may be the day it is due or the day it was written (todo.txt)"),
        ("(E) Call", "(E) is no priority here: (A) to (D) are p1 to p4"),
        ("Call sat 21 nov 14:00", "sat 21 nov does not fit: 2025-11-21 is a Friday"),
        ("Call every 2 hours", "every 2 hours: quick add knows days, weeks, months and years"),
        ("Call recur:2h", "recur: 'h' is not a unit"),
        ("Call every easter", "'every easter' is no rule (expected such as every week"),
        ("Call every tomorrow", "'every tomorrow' is no rule"),
        ("Call pri:X", "pri: 'X' is no priority"),
        ("Call fri every mon", "Fri 21 Nov 2025 is no day of every mon, which begins on Mon 24 Nov 2025"),
        ("Call every day until 2025-11-01", "it ends on Sat 1 Nov 2025, before it begins on Wed 19 Nov 2025"),
        ("Call every day until fri 14:00", "until fri 14:00: 14:00 may be the time of the rule or of its end"),
        ("Call every week {fri}", "what recurs is due on the days of its rule"),
        ("Call -kitchen", "a new task has no label kitchen to take away"),
        ("fri p1", "say what somebody must do"),
        ("", "say what somebody must do"),
        ("x" * 501, "the task: 501 characters are too many (at most 500)"),
        ("x\x1b[31m", "the task: 'x\ufffd[31m' holds a character that cannot stand in a line"),
        ("Call " + "p1 " * 40, "more than 30 marks are in this line; put what is text in quotes"),
        ("y " * 5000, "the line has 10,000 characters; at most 1,000 are read"),
    ],
)
def test_what_has_two_readings_or_none_is_refused_in_words(line: str, refusal: str) -> None:
    understood = read(line)
    assert any(refusal in words for words in understood.errors), understood.errors


@pytest.mark.parametrize(
    "line",
    [
        "Call every client",
        "Wait until ready",
        "Letter from ana",
        "Buy 3 apples in 5 boxes",
        "Meet ana@example.org at http://a.b/c",
        "Read chapter 12 p12",
        "Order 3.5 kg",
        "Call 5 times",
        "Say hello!!",
        "Rock & roll # @ ! + -",
        'Measure 19" screen',
        "Take the last box",
        "-v is a flag",
    ],
)
def test_words_that_only_look_like_marks_are_text(line: str) -> None:
    understood = read(line)
    assert (understood.errors, understood.chips, understood.name) == ((), (), line)


def test_what_stands_in_quotes_is_text() -> None:
    understood = read('Buy "fri" "sun cream #home" fri')
    assert (understood.name, understood.due, understood.list) == ("Buy fri sun cream #home", date(2025, 11, 21), None)


def test_a_day_off_moves_the_due_day_and_the_chip_says_why() -> None:
    line = "Print doors 28 nov cal:school"
    assert read(line).due == date(2025, 12, 1)
    assert read(line).shift_words == "from Fri 28 November: teachers' day"
    assert said(line)["28 nov"] == "due Mon 1 Dec 2025, from Fri 28 November: teachers' day"


def test_working_days_are_those_of_the_calendar_that_the_line_names() -> None:
    assert (read("Print +8bd cal:school").due, read("Print +8bd").due) == (date(2025, 12, 2), date(2025, 12, 1))
    assert read("Print 1 dec ~1bd cal:school").visible == date(2025, 11, 27)
    assert read("Print 1 dec ~1bd").visible == date(2025, 11, 28)


def test_a_plain_day_beside_a_deadline_is_when_work_starts() -> None:
    understood = read("Tax return mon {30 nov 12:00}")
    assert (understood.start, understood.due, understood.time) == (date(2025, 11, 24), date(2025, 11, 30), "12:00")


def test_every_two_weeks_begins_with_the_first_such_day_and_not_with_this_week() -> None:
    assert said("Bins every 2 weeks on tue")["every 2 weeks on tue"] == (
        "every 2 weeks on Tuesday, next: Tue 25 Nov, Tue 9 Dec, Tue 23 Dec"
    )


def test_a_rule_whose_time_is_past_today_begins_tomorrow() -> None:
    assert read("Stand up every day 9:00").next[0].isoformat() == "2025-11-20T08:00:00+00:00"
    assert read("Stand up every day 11:00").next[0].isoformat() == "2025-11-19T10:00:00+00:00"


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Africa/Cairo", date(2026, 4, 24)), ("America/Santiago", date(2026, 9, 6)), ("Asia/Beirut", date(2026, 3, 29))],
)
def test_a_rule_may_begin_on_a_day_whose_midnight_the_clocks_skip(zone: str, day: date) -> None:
    now = datetime.combine(day - timedelta(1), time(10), ZoneInfo(zone))
    for words in ("every 3 days", "every! 3 days", "every day", f"every 2 weeks on {day:%a}"):
        understood = read_line(f"Feed {day} {words}", now, Known(zone=zone))
        first = understood.next[0].astimezone(ZoneInfo(zone))
        assert (understood.errors, first.date(), first.hour) == ((), day, 1)


def test_how_often_counts_with_a_rule_only() -> None:
    assert (read("Swim every week for 5 times").times, read("Swim 5 times every week").times) == (5, 5)
    assert read("Call 5 times").name == "Call 5 times"


def test_new_and_known_labels_are_told_apart() -> None:
    assert said("Pay @home @urgent @kitchn") == {
        "@home": "label home (new)",
        "@urgent": "label Urgent",
        "@kitchn": "label kitchn (new; there is kitchen)",
    }
