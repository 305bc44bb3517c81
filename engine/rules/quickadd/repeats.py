"""Rules as people type them, turned into the notations of `engine.rules.when`; nothing is computed here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from engine.rules.errors import BadValue, shown
from engine.rules.quickadd.values import Repeat
from engine.rules.quickadd.words import Word
from engine.rules.recurring import without_mark
from engine.rules.when import BadSpec, parse
from engine.rules.wording import MONTHS, WEEKDAYS
from store.enums import Basis, Missed
from store.frozen import value

_MOST_WORDS = 12
_ANY = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = "|".join(f"{name[:3]}|{name}s?" for name in map(str.lower, WEEKDAYS)) + "|tues|weds|thurs?"
_MONTH = "|".join(f"{name[:3]}|{name}" for name in map(str.lower, MONTHS)) + "|sept"
_UNIT = "days?|weeks?|months?|years?|hours?|quarters?|d|wks?|w|mo|y|yrs?|h|hrs?|min|minutes?"
_UNIT += "|bd|workdays?|weekdays?|weekends?"
_NTH = "first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th"
_BEGINS = re.compile(rf"(?:-?[0-9]+(?:[a-z]*)|other|the|{_NTH}|(?:{_DAY})(?:[,-].*)?|{_UNIT}|(?:{_MONTH}))[,;.!]?")
_GOES_ON = re.compile(
    rf"(?:[0-9][0-9a-z:,-]*|on|at|and|of|the|each|day|noon|business|working|clamp|skip|[ap]m|{_NTH}|(?:(?:{_DAY})[,-]?)+|{_UNIT}|(?:{_MONTH})),?[;.!]?"
)
_CLOCKS = re.compile(r" (?:(?:at|on) )?([0-9]{1,2}:[0-9]{2}(?:,[0-9:]+)*)$")
_WEEKDAYS = re.compile(rf"(?:(?:{_DAY})[,-]?)+")
_DATED = re.compile(
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})|(?:{_MONTH}) [0-9]{{1,2}}(?:st|nd|rd|th)?)(?: clamp| skip)?"
)
_NUMBERED = re.compile(
    r"[0-9]{1,2}(?:st|nd|rd|th)(?:,[0-9]{1,2}(?:st|nd|rd|th)?)*(?: clamp| skip)?|[0-9]{1,2} (?:clamp|skip)"
)
_PLACED = re.compile(rf"({_NTH}) (day|weekday|bd|{_DAY})")
_OF_MONTH = re.compile(r" of (?:the|each|every) month$")
_TOO_OFTEN = re.compile(r"every (?:[0-9]+ ?)?(?:s|sec|secs|seconds?|min|mins|minutes?|h|hrs?|hours?)\b")
_SAME = (
    (re.compile(r"^the "), ""),
    (re.compile(r"^other (day|week|month|year)\b"), r"2 \1s"),
    (re.compile(r"\b(?:working|business) day\b|\bworkday\b"), "bd"),
    (re.compile(r"\bsept\b"), "sep"),
    (re.compile(rf"\b({_DAY}) (?=(?:{_DAY})\b)"), r"\1,"),
)
_PERIODS = {
    "day": "daily", "weekday": "weekly mon-fri", "bd": "weekly mon-fri", "weekend": "weekly sat,sun",
    "quarter": "every 3 months",
}  # fmt: skip
_RECUR = {
    "daily": "daily", "weekdays": "weekly mon-fri", "weekly": "every week", "biweekly": "every 2 weeks",
    "fortnight": "every 2 weeks", "monthly": "every month", "bimonthly": "every 2 months",
    "quarterly": "every 3 months", "semiannual": "every 6 months", "annual": "every year", "yearly": "every year",
    "biannual": "every 2 years", "biyearly": "every 2 years",
}  # fmt: skip
_SPAN = re.compile(r"(\.\+|\+\+|\+)?p?([0-9]{1,4}) ?([a-z]+)", re.IGNORECASE)
_SPAN_UNITS = {
    "d": "day", "day": "day", "days": "day", "w": "week", "wk": "week", "wks": "week", "week": "week",
    "weeks": "week", "mo": "month", "mos": "month", "mth": "month", "mths": "month", "month": "month",
    "months": "month", "q": "quarter", "qtr": "quarter", "qtrs": "quarter", "quarter": "quarter",
    "quarters": "quarter", "y": "year", "yr": "year", "yrs": "year", "year": "year", "years": "year",
}  # fmt: skip
_EXPECTED = "such as recur:weekly, recur:2wks, recur:.+1w (from the day it was done) or recur:++1w"


@value
class RulePhrase:
    """`count` words from the one asked about on are a rule, or `refused` why they cannot be one."""

    count: int
    repeat: Repeat | None
    refused: str = ""


class TwoReadings(BadValue):
    """A rule that some people read so and others otherwise; fewer of its words are no way out."""


def find_rule(words: Sequence[Word]) -> RulePhrase | None:
    """The longest rule that begins with the first word, `every` or `every!`; None where that is a word of the text."""
    head = words[0].text.lower()
    if head not in ("every", "every!") or len(words) < 2 or not _starts(words[1]):
        return None
    run = _run(words[1:])
    refused = ""
    for count in range(len(run), 0, -1):
        try:
            repeat = _repeat(head, " ".join(run[:count]))
        except TwoReadings as fault:
            return RulePhrase(count + 1, None, str(fault))
        except BadValue as fault:
            refused = refused or str(fault)
            continue
        left = run[count : count + 1]
        if refused and left and left[0] in ("on", "at") and count + 1 < len(run):
            break
        return RulePhrase(count + 1, repeat)
    return RulePhrase(len(run) + 1, None, _in_words_of_here(refused))


def _starts(word: Word) -> bool:
    return not word.is_text and _BEGINS.fullmatch(word.text.lower()) is not None


def _run(words: Sequence[Word]) -> list[str]:
    run: list[str] = []
    for word in words[:_MOST_WORDS]:
        text = word.text.lower()
        if word.is_text or not (_GOES_ON.fullmatch(text) if run else True):
            break
        run.append(text.rstrip(",;.!") if text[-1] in ";.!" else text)
        if text[-1] in ";.!":
            break
    return run


def _repeat(head: str, text: str) -> Repeat:
    """BadValue for what is no rule."""
    spec = _spec(_with_clocks(text))
    if _TOO_OFTEN.match(spec):
        raise BadValue(
            f"{head} {shown(text)}: quick add knows days, weeks, months and years; a template may recur by hours"
        )
    if head == "every!":
        if not spec.startswith("every "):
            raise BadValue(
                f"every! {shown(text)}: only a number of days, weeks, months or years counts from when it was done"
            )
        spec = f"every!{spec[5:]}"
    plain, is_marked = without_mark(spec)
    parse(plain, "UTC", anchor=_ANY)
    return Repeat(plain, Basis.COMPLETION if is_marked else Basis.FIXED)


def _spec(text: str) -> str:
    """The notation of ours for what stands after `every`."""
    words, clock = _parted(re.sub(r",? and |, ", ",", re.sub(r",? at ", " ", text)).rstrip(","))
    for pattern, by in _SAME:
        words = pattern.sub(by, words)
    if form := re.fullmatch(r"([0-9]{1,4}) quarters?(.*)", words):
        words = f"{int(form[1]) * 3} months{form[2]}"
    if words in _PERIODS:
        return _PERIODS[words] + clock
    if _WEEKDAYS.fullmatch(words):
        return "weekly " + re.sub(r"days\b", "day", words) + clock
    if _DATED.fullmatch(words):
        return f"yearly {words}{clock}"
    inside = _OF_MONTH.sub("", words)
    if form := _PLACED.fullmatch(inside):
        if inside == words and form[1] not in ("first", "1st", "last"):
            raise _two_readings(form[1], form[2])
        return f"monthly {inside}{clock}"
    if _NUMBERED.fullmatch(inside):
        return f"monthly {inside}{clock}"
    return f"every {words}{clock}"


def _two_readings(nth: str, day: str) -> TwoReadings:
    """`every second friday` is every other one to some people, and the second of the month to others."""
    step = _NTH.split("|").index(nth) % 6 + 1
    other = f"every {step} days" if day in ("day", "weekday", "bd") else f"every {step} weeks on {day}"
    return TwoReadings(f"every {nth} {day} has two readings: write {other}, or every {nth} {day} of the month")


def _parted(text: str) -> tuple[str, str]:
    """The days of a rule, and its times with a blank before them."""
    found = _CLOCKS.search(text)
    return (text, "") if found is None else (text[: found.start()], f" {found[1]}")


def _with_clocks(text: str) -> str:
    """Every time of day as HH:MM: 2pm, 2:30 pm, noon."""

    def clock(found: re.Match[str]) -> str:
        hour = int(found[1])
        if not 1 <= hour <= 12:
            raise BadValue(f"{found[0]} is not a time of day: {found[3]} goes with 1 to 12")
        return f"{hour % 12 + (12 if found[3] == 'pm' else 0):02d}:{found[2] or '00'}"

    text = re.sub(r"\b([0-9]{1,2})(?::([0-9]{2}))? ?(am|pm)\b", clock, text)
    return re.sub(r"\bnoon\b", "12:00", text)


def _in_words_of_here(refused: str) -> str:
    return re.sub(r"(^|')(?:monthly|yearly) ", r"\1every ", refused)


def read_recur(text: str) -> Repeat:
    """What Taskwarrior's `recur:` says, and org's `+1w`, `++1w` (fixed) and `.+1w` (from the day it was done)."""
    plain = text.lower()
    if plain in _RECUR:
        return Repeat(_RECUR[plain])
    form = _SPAN.fullmatch(plain)
    if form is None:
        raise BadSpec(f"recur: '{shown(text)}' is not understood (expected {_EXPECTED})")
    unit = "month" if plain.startswith("p") and form[3] == "m" else _SPAN_UNITS.get(form[3])
    if unit is None:
        if form[3] == "m":
            raise BadSpec(f"recur: '{shown(text)}' may be minutes or months: write {form[2]}mo for months")
        raise BadSpec(f"recur: '{shown(form[3])}' is not a unit (expected {_EXPECTED})")
    basis = Basis.COMPLETION if form[1] == ".+" else Basis.FIXED
    return _every(int(form[2]), unit, basis, Missed.SKIP if form[1] == "++" else None)


def read_rec(text: str) -> Repeat:
    """What todo.txt's `rec:` says: `1m` from the day it was done, `+1m` by the calendar."""
    form = re.fullmatch(r"(\+?)([0-9]{1,4})([dbwmy])", text.lower())
    if form is None:
        raise BadSpec(
            f"rec: '{shown(text)}' is not understood (expected such as rec:+1m, by the calendar, or rec:1m, from done)"
        )
    if form[3] == "b":
        raise BadSpec("rec: business days cannot be counted by a rule; write every weekday, or every! with cal:")
    unit = {"d": "day", "w": "week", "m": "month", "y": "year"}[form[3]]
    return _every(int(form[2]), unit, Basis.FIXED if form[1] else Basis.COMPLETION, None)


def _every(step: int, unit: str, basis: Basis, missed: Missed | None) -> Repeat:
    if unit == "quarter":
        step, unit = step * 3, "month"
    spec = f"every {step} {unit}s" if step != 1 else f"every {unit}"
    parse(spec, "UTC", anchor=_ANY)
    return Repeat(spec, basis, missed)
