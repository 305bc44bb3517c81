"""Schedules as a crontab, and in words what a crontab cannot say.

Every line is read back before it is written: what cron would read otherwise is a comment with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from engine.rules.crontab import MARK, CronJob, Source, read
from engine.rules.crontab_fields import AT_BOOT
from engine.rules.crontab_settings import State
from engine.rules.errors import BadValue, shown
from engine.rules.when import parse
from engine.rules.wording import MONTHS, WEEKDAYS
from store.frozen import value

_HEAD = "# Written by tickler; `tickler import crontab` reads it back."
_CRON_TZ = "# CRON_TZ is understood by cronie (Fedora, Arch, SUSE), but not by Debian's cron."
_TIMES = r"(?P<times>\d\d:\d\d(?:,\d\d:\d\d)*)"
_NAMED = {
    "daily": re.compile(rf"daily {_TIMES}"),
    "weekly": re.compile(rf"weekly (?P<weekdays>[a-z,]+) {_TIMES}"),
    "monthly": re.compile(rf"monthly (?P<days>\d+(?:,\d+)*) {_TIMES}"),
    "yearly": re.compile(rf"yearly (?P<days>\d+) (?P<month>[a-z]+) {_TIMES}"),
}
_PROBE = datetime(2025, 1, 1, tzinfo=UTC)
_PROBES = 60


@value
class Unsaid:
    """A schedule that a crontab cannot hold."""

    name: str
    spec: str
    why: str


@value
class Written:
    """The text of a crontab, and how many schedules are lines of it, or only comments."""

    text: str
    jobs: int
    unsaid: tuple[Unsaid, ...]


def five_fields(spec: str, zone: str) -> str:
    """The fields of a spec, or `@reboot`. BadValue with the reason if it has none that happen at the same times."""
    if spec.lower().startswith("cron:") and len(words := spec[5:].split()) == 5:
        if re.search(r"[LW#]", re.sub(r"[A-Za-z]{3}", "", f"{words[2]} {words[4]}").upper()):
            raise BadValue("cron knows no L, W and #")
        return " ".join(words)
    rule = parse(spec, zone, anchor=_PROBE)
    if rule.spec.startswith(AT_BOOT) and "|" not in rule.spec:
        if rule.spec != AT_BOOT:
            raise BadValue("@reboot of a crontab knows no delay")
        return "@reboot"
    if rule.spec.startswith("cron:") and "|" not in rule.spec:
        return rule.spec.removeprefix("cron: ")
    found = next((match for each in _NAMED.values() if (match := each.fullmatch(rule.spec))), None)
    if found is None:
        raise BadValue(f"'{shown(spec)}' has no five fields that happen at the same times")
    fields = _fields(found.groupdict())
    other = parse(f"cron: {fields}", zone)
    if rule.between(_PROBE, rule_end := datetime(2100, 1, 1, tzinfo=UTC), _PROBES) != other.between(
        _PROBE, rule_end, _PROBES
    ):
        raise BadValue(f"'{shown(spec)}' happens on days that five fields do not tell")
    return fields


def _fields(parts: Mapping[str, str]) -> str:
    times = [(int(time[:2]), int(time[3:])) for time in parts["times"].split(",")]
    hours, minutes = sorted({hour for hour, _ in times}), sorted({minute for _, minute in times})
    if len(hours) * len(minutes) != len(times):
        raise BadValue("one line of a crontab has the same minutes in each of its hours")
    months = [name[:3].lower() for name in MONTHS]
    month = str(months.index(parts["month"]) + 1) if "month" in parts else "*"
    days = [name[:3].lower() for name in WEEKDAYS]
    weekdays = ",".join(str((days.index(word) + 1) % 7) for word in parts.get("weekdays", "").split(",") if word)
    return f"{_listed(minutes)} {_listed(hours)} {parts.get('days', '*')} {month} {weekdays or '*'}"


def _listed(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def write(jobs: Sequence[tuple[CronJob, tuple[str, ...]]], unsaid: Sequence[Unsaid], zone: str) -> Written:
    """The crontab of jobs, each with what it loses; `zone` is the one cron lives in.

    A crontab cannot unset a variable, so jobs with few stand first; one that would get what it must not have is
    left out.
    """
    state = State(zone=zone)
    lines, left, done = [_HEAD], list(unsaid), 0
    if any(job.zone != zone for job, _ in jobs):
        lines.append(_CRON_TZ)
    for job, lost in sorted(jobs, key=lambda each: (len(each[0].env), each[0].zone != zone, sorted(each[0].env))):
        try:
            block = _block(job, lost, state)
        except BadValue as fault:
            left.append(Unsaid(job.name or "", job.spec, str(fault)))
            continue
        lines += ["", *block]
        state = State(env=dict(job.env), zone=job.zone, jitter=job.jitter)
        done += 1
    for each in left:
        lines += ["", f"# tickler cannot say here: {_comment(each.name)} ({_comment(each.spec)}): {_comment(each.why)}"]
    return Written("\n".join(lines) + "\n", done, tuple(left))


def _block(job: CronJob, lost: Sequence[str], state: State) -> list[str]:
    """The lines of one job after what stands above it."""
    if missing := state.env.keys() - job.env.keys():
        raise BadValue(f"a crontab cannot take back {', '.join(sorted(missing))}, which jobs above need")
    settings = [f"{name}={_quoted(value)}" for name, value in job.env.items() if state.env.get(name) != value]
    settings += [f"CRON_TZ={job.zone}"] if job.zone != state.zone else []
    settings += [f"RANDOM_DELAY={job.jitter // 60}"] if job.jitter != state.jitter else []
    said = [f"# {_comment(line)}" for line in job.about.splitlines() if line.strip()]
    said += [f"# tickler cannot say here: {_comment(each)}" for each in lost]
    said += [f"# {MARK} {job.name}"] if job.name else []
    line = f"{'# ' if job.is_commented else ''}{_when(job.spec)} {_escaped(job.command)}"
    line += "" if job.stdin is None else f"%{_escaped(job.stdin).replace(chr(10), '%')}"
    _read_back(job, settings, said, line, state)
    return [*settings, *said, line]


def _read_back(job: CronJob, settings: Sequence[str], said: Sequence[str], line: str, state: State) -> None:
    above = [f"{name}={_quoted(value)}" for name, value in state.env.items()]
    above += [f"CRON_TZ={state.zone}", f"RANDOM_DELAY={state.jitter // 60}"]
    text = "\n".join([*above, *settings, *said, line, ""])
    again = read(text.encode("utf-8", "replace"), Source("-", job.zone, False, frozenset(), ""))
    if len(again.jobs) != 1 or _essence(again.jobs[0]) != _essence(job):
        raise BadValue("no line of a crontab is read by cron as this command")


def _when(spec: str) -> str:
    return "@reboot" if spec == AT_BOOT else spec.removeprefix("cron: ")


def _essence(job: CronJob) -> tuple[object, ...]:
    return job.spec, job.zone, job.command, job.stdin, dict(job.env), job.is_commented, job.jitter, job.name


def _quoted(value: str) -> str:
    if value and value == value.strip() and value[0] not in "'\"":
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'


def _escaped(text: str) -> str:
    return text.replace("%", "\\%")


def _comment(text: str) -> str:
    """One harmless line."""
    return shown(text, 300)
