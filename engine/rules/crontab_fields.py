"""The five fields of a crontab line, or its nickname, as a `cron:` spec that means the same for ever, or `at boot`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2s

from engine.rules.errors import shown
from engine.rules.when import BadSpec, parse
from engine.rules.when.cron import ALIASES
from store.frozen import value

NICKNAMES = {**ALIASES, "@every_minute": "* * * * *"}
AT_BOOT = "at boot"
_NEVER = {
    "@every_second": "cron lines count whole minutes",
}
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("weekday", 0, 6))
_RANDOM = re.compile(r"(\d*)~(\d*)(?:/(\d+))?")
_STEP_OF_ONE = re.compile(r"(?:^|,)(\d+/\d+)")
_QUARTZ = re.compile(r"[LW#]")


@value
class When:
    """`spec`, and what it says otherwise than the line did, as sentences without a full stop."""

    spec: str
    notes: tuple[str, ...]


def when_of(fields: Sequence[str], zone: str, seed: str) -> When:
    """The schedule of five fields or of one nickname. Raises BadSpec with the reason why there is none.

    Random fields (`~`, of OpenBSD and cronie) are drawn once, from `seed`: cron draws them anew whenever it
    starts, which no forecast could know.
    """
    if fields[0].startswith("@"):
        return _nickname(fields[0])
    notes: list[str] = []
    words = [_drawn(word, at, seed, notes) for at, word in enumerate(fields)]
    for at, (name, _, high) in enumerate(_FIELDS):
        for step in _STEP_OF_ONE.findall(words[at]):
            low, _, width = step.partition("/")
            taken = f"{low}-{7 if name == 'weekday' else high}/{width}"
            notes.append(f"{name} {step}: Debian's cron refuses this, others read {low} alone; taken as {taken}")
            words[at] = re.sub(rf"(?:(?<=,)|^){step}(?=,|$)", taken, words[at])
    for word in (words[2], words[4]):
        if _QUARTZ.search(re.sub(r"[A-Za-z]{3}", "", word).upper()):
            notes.append(f"{word}: cron itself does not know L, W and #")
    spec = f"cron: {' '.join(words)}"
    parse(spec, zone)
    return When(spec, tuple(notes))


def _nickname(word: str) -> When:
    name = word.lower()
    if name == "@reboot":
        return When(AT_BOOT, ("runs once after each start of the machine, when an engine is at work",))
    if name in _NEVER:
        raise BadSpec(f"{name}: {_NEVER[name]}")
    if name[1:].isdigit():
        raise BadSpec(f"{name}: counts seconds from the end of the last run; write 'every {name[1:]} seconds' by hand")
    if name not in NICKNAMES:
        raise BadSpec(f"'{shown(word)}' is not known: expected one of {', '.join([*NICKNAMES, '@reboot'])}")
    return When(f"cron: {NICKNAMES[name]}", ())


def _drawn(word: str, at: int, seed: str, notes: list[str]) -> str:
    """The field with every random part replaced by what was drawn for it."""
    if "~" not in word:
        return word
    name, lowest, highest = _FIELDS[at]
    parts = []
    for part in word.split(","):
        found = _RANDOM.fullmatch(part)
        if found is None and "~" not in part:
            parts.append(part)
            continue
        if found is None or any(len(number or "") > 4 for number in found.groups()):
            raise BadSpec(f"{name} '{shown(part)}' is not understood: expected such as ~ or 0~30")
        low, high = int(found[1] or lowest), int(found[2] or highest)
        if not lowest <= low <= high <= highest:
            raise BadSpec(f"{name} '{shown(part)}' lies outside {lowest} to {highest}")
        size = min(int(found[3]), high - low + 1) if found[3] else high - low + 1
        if not size:
            raise BadSpec(f"{name} '{shown(part)}' has a step of 0")
        number = low + _pick(f"{seed}|{at}|{part}", size)
        parts.append(f"{number}-{high}/{int(found[3])}" if found[3] else str(number))
    drawn = ",".join(parts)
    notes.append(f"{name} {word}: drawn once, {drawn}; cron draws anew whenever it starts")
    return drawn


def _pick(seed: str, size: int) -> int:
    """0 to size - 1, always the same for the same seed."""
    return int.from_bytes(blake2s(seed.encode("utf-8", "replace"), digest_size=8).digest()) % size
