"""Messages to people outside the desk: how loud, when, what they say, and when one that failed is tried again.

Everything is plain text of one shape for all services. What people typed stands in it as they typed it, without
control characters: a subject is one line, so that nothing in it becomes a header of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from engine.rules.alerts import Severity
from engine.rules.errors import BadValue, shown
from engine.rules.retries import retry_delay
from engine.rules.wording import count_of
from engine.rules.zones import local, wall_instant
from store.enums import DeliveryState
from store.frozen import value

LOUDNESS = tuple(Severity)
"""From the quietest to the loudest."""
GIVE_UP = 86_400
"""Seconds after the first try from which a message that still fails has failed."""
PERHAPS = "perhaps sent"
LISTED = 50
"""Notices of one message that are listed; the rest are counted."""

_FIRST, _LONGEST = 60, 4 * 3_600
_TITLE, _BODY = 200, 8_000
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
_UNSENT = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@value
class Said:
    """One notice of a message."""

    subject: str
    text: str
    severity: Severity


@value
class Message:
    """What is sent: one line, and the text below it."""

    title: str
    body: str
    severity: Severity


@value
class Answer:
    """What became of a message: sent, failed (and may be tried again) or unknown (and must not be)."""

    key: str
    state: DeliveryState
    error: str


def is_loud(severity: Severity, loud_from: Severity) -> bool:
    """Whether a notice goes out to somebody who wants those of `loud_from` and louder."""
    return LOUDNESS.index(severity) >= LOUDNESS.index(loud_from)


def parse_quiet(text: str) -> tuple[str, str]:
    """`22:00-07:00` as two times of day. BadValue tells the form."""
    sides = [_TIME.fullmatch(side.strip()) for side in text.split("-")]
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        raise BadValue(f"'{shown(text)}' is not a time of rest (expected a form such as 22:00-07:00)")
    begin, end = (f"{int(side[1]):02}:{side[2]}" for side in sides if side is not None)
    if begin == end:
        raise BadValue(f"'{shown(text)}' begins when it ends; expected two times, such as 22:00-07:00")
    return begin, end


def after_quiet(at: datetime, quiet: tuple[str, str] | None, severity: Severity, zone: str) -> datetime:
    """When a message of `at` may go out, on the clocks of `zone`; what is urgent does not wait."""
    if quiet is None or severity is Severity.URGENT:
        return at
    begin, end = (time.fromisoformat(side) for side in quiet)
    here = local(at, zone)
    now = here.time()
    is_quiet = begin <= now < end if begin < end else now >= begin or now < end
    if not is_quiet:
        return at
    day = here.date() if now < end else here.date() + timedelta(days=1)
    return max(at, wall_instant(datetime.combine(day, end), zone))


def try_again(attempts: int, seed: int, since_first: float) -> float | None:
    """Seconds until the next try after so many, `since_first` seconds after the first; None when it is given up."""
    return None if since_first >= GIVE_UP else retry_delay(attempts, seed, _FIRST, _LONGEST)


def one_message(notices: Sequence[Said]) -> Message:
    """What one person is sent of some notices, at least one; the loudest come first."""
    loudest = max((each.severity for each in notices), key=LOUDNESS.index)
    if len(notices) == 1:
        title = line(notices[0].subject) or "notice"
        return Message(title, plain(notices[0].text) or title, loudest)
    ordered = sorted(notices, key=lambda each: -LOUDNESS.index(each.severity))
    lines = [_entry(each) for each in ordered[:LISTED]]
    if len(ordered) > LISTED:
        lines.append(f"and {len(ordered) - LISTED:,} more; the desk lists them all.")
    title = f"{count_of(len(notices), 'notice')}: {line(ordered[0].subject)}"
    return Message(_cut(title, _TITLE), _cut("\n".join(lines), _BODY), loudest)


def line(text: str) -> str:
    """One line without control characters."""
    return _cut(" ".join(plain(_BREAKS.sub(" ", text)).split()), _TITLE)


def plain(text: str) -> str:
    """Lines without control characters and without what turns the reading direction."""
    kept = _BREAKS.sub("\n", text[: _BODY * 2]).replace("\t", " ")
    letters = (c for c in kept if c == "\n" or (unicodedata.category(c) not in _UNSENT and c not in _TURNING))
    return _cut("".join(letters).strip(), _BODY)


def _entry(notice: Said) -> str:
    more = line(notice.text)
    return f"- {notice.severity}: {line(notice.subject)}" + (f" ({more})" if more else "")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
