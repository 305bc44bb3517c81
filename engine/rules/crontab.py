"""A crontab as cron itself reads it, line by line: what becomes a schedule, what is noted, and what is refused.

After Vixie's cron as Debian, cronie and the BSDs have it. python-crontab was looked at and left: it is made to
rewrite a user's crontab, and knows neither `%`, CRON_TZ, random fields, flags nor why a line cannot be taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from engine.rules.crontab_fields import When, when_of
from engine.rules.crontab_settings import SETTING, State, percent, take
from engine.rules.crontab_users import USER, user_column
from engine.rules.errors import BadValue, shown
from store.frozen import value

MARK = "tickler:"
"""A comment that begins so gives the job below it its name: `# tickler: nightly backup`."""

_BLANKS = re.compile(r"[ \t]+")
_FLAGS = re.compile(r"-([nqs]+)[ \t]+(?=\S)")
_EXAMPLE = re.compile(r"\b(?:examples?|e\.g|for instance)\b", re.IGNORECASE)
_HEADING = re.compile(r"\b(?:command|cmd|dow|wday|day of (?:the )?week)\b", re.IGNORECASE)
_TIMES = re.compile(r"-?[\d*~?][\w*~/,#-]*")
_ANACRON = re.compile(r"(?:@(?:daily|weekly|monthly|yearly|annually)|\d+) \d+[ \t]+[A-Za-z][\w.-]*[ \t]+\S")
_IS_ANACRON = "is a line of an anacrontab (days, delay, name, command), which counts from the last run"
_FLAG_NOTES = {
    "n": "-n: tickler mails nothing; the output is in the log of the run",
    "q": "-q: tickler keeps a record of every run",
}


@value
class Source:
    """What the file does not say itself: its name, the zone cron reads it in, whether jobs name their user (None
    finds out), the accounts of the machine, and what random fields are drawn from.
    """

    name: str
    zone: str
    users: bool | None
    accounts: Set[str]
    seed: str


@value
class CronJob:
    """One job. `spec` is a `cron:` notation or `at boot`; `env` what the lines above it set; `notes` what it means
    otherwise here; `jitter` seconds. `name` is None unless a comment of an export says it; `is_single` if a run may not
    begin while another is open.
    """

    line: int
    text: str
    name: str | None
    spec: str
    zone: str
    user: str | None
    command: str
    stdin: str | None
    env: Mapping[str, str]
    is_commented: bool
    is_single: bool
    jitter: int
    about: str
    notes: tuple[str, ...]


@value
class Said:
    """A line that is no schedule, with the reason; `is_refused` if cron would have run something."""

    line: int
    text: str
    words: str
    is_refused: bool


@value
class Crontab:
    """All of a file, in its order. `notes` are about the whole of it."""

    jobs: tuple[CronJob, ...]
    said: tuple[Said, ...]
    notes: tuple[str, ...]


@value
class _Line:
    """A line that may be a job: its time fields (or nickname) and all that follows them."""

    number: int
    text: str
    fields: tuple[str, ...]
    rest: str
    is_commented: bool
    has_cr: bool


def read(data: bytes, source: Source) -> Crontab:
    """Never raises: what cannot be taken is said of its line."""
    lines = list(_lines(data))
    found = [_as_job(number, text, has_cr) for number, text, has_cr in lines if text is not None]
    active = [job.rest for job in found if job and not job.is_commented]
    comments = [text for _, text, _ in lines if text is not None and text.startswith("#")]
    notes = []
    has_users = source.users
    if has_users is None:
        rests = active or [job.rest for job in found if job]
        column = user_column(source.name, rests, comments, source.accounts)
        has_users = column.is_there
        notes += [column.words] if column.words else []
    if data and not data.endswith(b"\n"):
        notes.append("the last line has no line end, for which cron ignores it; here it counts")
    jobs, said = list[CronJob](), list[Said]()
    state = State(zone=source.zone)
    for number, text, has_cr in lines:
        outcome = _one(number, text, has_cr, state, source, has_users=has_users)
        if isinstance(outcome, CronJob):
            jobs.append(outcome)
        elif outcome is not None:
            said.append(outcome)
    return Crontab(tuple(jobs), tuple(said), tuple(notes))


def _lines(data: bytes) -> Iterator[tuple[int, str | None, bool]]:
    """(number, text without blanks around, whether it ended in CR); text None if it is not UTF-8 or holds NUL."""
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        has_cr = raw.endswith(b"\r")
        raw = raw.rstrip(b"\r").strip(b" \t")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            is_comment = raw.startswith(b"#")
            yield number, "#" if is_comment else None, has_cr
            continue
        yield number, None if "\0" in text else text, has_cr


def _one(
    number: int, text: str | None, has_cr: bool, state: State, source: Source, *, has_users: bool
) -> CronJob | Said | None:
    if text is None:
        return Said(number, "", "holds bytes that are not UTF-8, or a NUL; a command is kept as text", True)
    if not text:
        state.comments.clear()
        state.name = None
        return None
    line = _as_job(number, text, has_cr)
    if line is not None and line.is_commented:
        return _commented(line, state, source, has_users)
    if text.startswith("#"):
        words = text.strip("# \t")
        if words.startswith(MARK):
            state.name = words.removeprefix(MARK).strip()
        else:
            state.comments.append(words)
        return None
    setting = SETTING.fullmatch(text)
    if setting is not None:
        state.comments.clear()
        said = take(setting, state)
        return None if said is None else Said(number, text, *said)
    try:
        if line is None and _ANACRON.match(" ".join(text.split(None, 3))):
            raise BadValue(_IS_ANACRON)
        if line is None:
            raise BadValue("expected five time fields or a nickname such as @daily, and a command")
        job = _job(line, state, source, has_users)
    except BadValue as fault:
        return Said(number, text, str(fault).rstrip("."), True)
    finally:
        state.comments.clear()
        state.name = None
    return job


def _as_job(number: int, text: str, has_cr: bool) -> _Line | None:
    """The line split where cron splits it; None if it cannot be a job, nor have been one before it was commented."""
    is_commented = text.startswith("#")
    body = text.lstrip("# \t") if is_commented else text
    if is_commented and (body.startswith(MARK) or not (_TIMES.match(body) or body.startswith("@"))):
        return None
    if not is_commented and SETTING.fullmatch(body) and not body.startswith("@"):
        return None
    count = 1 if body.startswith("@") else 5
    words = _BLANKS.split(body, count)
    if len(words) <= count or not words[count]:
        return None
    return _Line(number, text, tuple(words[:count]), words[count], is_commented, has_cr)


def _commented(line: _Line, state: State, source: Source, has_users: bool) -> CronJob | Said | None:
    """A job that somebody commented out; prose that happens to look like one is left alone."""
    before = state.comments[-1] if state.comments else ""
    is_heading = line.fields == ("*",) * 5 and (_HEADING.search(line.rest) or "user" in line.rest.split()[0])
    is_list = all(word.isdigit() for word in line.fields) and not re.search(r"[/$.|>&=-]", line.rest)
    try:
        job = _job(line, state, source, has_users)
    except BadValue:
        state.comments.append(line.text.strip("# \t"))
        return None
    if is_heading or (is_list and " " in line.rest):
        state.comments.append(line.text.strip("# \t"))
        return None
    state.name = None
    if any(_EXAMPLE.search(words) for words in (before, *state.comments[-3:])):
        return Said(line.number, line.text, "an example in a comment: left out", False)
    state.comments.clear()
    return job


def _job(line: _Line, state: State, source: Source, has_users: bool) -> CronJob:
    notes: list[str] = []
    fields, rest = list(line.fields), line.rest
    if fields[0].startswith("-") and len(fields[0]) > 1:
        fields[0] = fields[0][1:]
        notes.append("-: cron would not log this job; tickler keeps a record of every run")
    if _ANACRON.match(" ".join([*fields, rest])) and not all(_TIMES.fullmatch(word) for word in fields[3:] or ["-"]):
        raise BadValue(_IS_ANACRON)
    user = None
    if has_users:
        user, rest = [*_BLANKS.split(rest, 1), ""][:2]
        if not USER.fullmatch(user):
            raise BadValue(f"'{shown(user)}' stands where the user is expected (--user if there is no such column)")
    flags = set[str]()
    while found := _FLAGS.match(rest):
        flags |= set(found[1])
        rest = rest[found.end() :]
    notes += [state.zone_note] if state.zone_note else []
    notes += [_FLAG_NOTES[flag] for flag in sorted(flags & set(_FLAG_NOTES))]
    if re.match(r"[*?][ \t]", rest):
        raise BadValue("has more than five time fields; cron counts no seconds and no years")
    when: When = when_of(fields, state.zone, f"{source.seed}|{user}|{rest}")
    command, stdin = percent(rest)
    if not command.strip():
        raise BadValue("has no command")
    if stdin is not None:
        notes.append("the first % ends the command, which reads the rest; \\% is a percent sign")
    if line.has_cr:
        notes.append("ends in a carriage return, which cron would hand to the command; it is left out")
    if command.endswith("\\") and stdin is None:
        notes.append("cron knows no lines that go on below: the backslash at the end is part of the command")
    return CronJob(
        line.number, line.text, state.name, when.spec, state.zone, user, command, stdin, dict(state.env),
        line.is_commented, "s" in flags, state.jitter, _about(state.comments), (*when.notes, *notes),
    )  # fmt: skip


def _about(comments: Sequence[str]) -> str:
    """The comment above a job, without headings and rulers; a text with examples is about crontabs."""
    if any(_EXAMPLE.search(words) for words in comments):
        return ""
    return "\n".join(words for words in comments if re.search(r"[^\W\d_]{2}", words) and not _HEADING.search(words))
