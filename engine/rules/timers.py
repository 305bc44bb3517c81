"""Timers of systemd and the services they start: what becomes a schedule, and what is refused and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from engine.rules.durations import duration_text
from engine.rules.errors import BadValue, shown
from engine.rules.timers_commands import command_of, environment_of
from engine.rules.timers_units import Setting, Unit, assembled, filled, names_of, template_of
from engine.rules.when import parse
from engine.rules.zones import zone_named
from store.frozen import value

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zA-Zµ]*)\s*")
_UNITS = {
    **dict.fromkeys(("usec", "us", "µs"), 1e-6), **dict.fromkeys(("msec", "ms"), 1e-3),
    **dict.fromkeys(("seconds", "second", "sec", "s", ""), 1), **dict.fromkeys(("minutes", "minute", "min", "m"), 60),
    **dict.fromkeys(("hours", "hour", "hr", "h"), 3600), **dict.fromkeys(("days", "day", "d"), 86_400),
    **dict.fromkeys(("weeks", "week", "w"), 604_800), **dict.fromkeys(("months", "month", "M"), 2_629_800),
    **dict.fromkeys(("years", "year", "y"), 31_557_600),
}  # fmt: skip
_SIZES = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_ANY = datetime(2025, 1, 1, tzinfo=UTC)
"""A start to try steps with; they count from the import."""
_AT_START = {
    "OnBootSec": "",
    "OnStartupSec": "counted from the start of the machine, and not of its manager",
    "OnActiveSec": "counted from the start of the machine, and not of the timer",
}
_TAKEN = frozenset(
    {
        "Type", "ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost", "Environment",
        "EnvironmentFile", "UnsetEnvironment", "WorkingDirectory", "User", "TimeoutStartSec", "TimeoutSec",
        "RuntimeMaxSec", "StandardOutput", "StandardError", "StandardInput", "SyslogIdentifier", "RemainAfterExit",
    }
)  # fmt: skip


@value
class System:
    """Where the units come from: files by name (`a.timer`, `a.timer.d/x.conf`), the zone, whether they are those of
    a user's manager, and the specifiers that follow from the machine and the user.
    """

    files: Mapping[str, str]
    zone: str
    is_user: bool
    specifiers: Mapping[str, str]


@value
class TimerJob:
    """What a timer starts. `spec` joins all of its time expressions; `file`, `line` and `text` are of the first.
    `timeout` and `jitter` are seconds, None and 0 for none; `user` None for that of the manager.
    """

    file: str
    line: int
    text: str
    identity: str
    name: str
    spec: str
    zone: str
    command: str
    cwd: str
    env: Mapping[str, str]
    user: str | None
    timeout: int | None
    jitter: int
    is_persistent: bool
    about: str
    notes: tuple[str, ...]


@value
class Refusal:
    """A timer, or one line of it, that is not taken."""

    file: str
    line: int
    text: str
    words: str
    is_refused: bool


def read(system: System) -> tuple[list[TimerJob], list[Refusal]]:
    """All timers among the files; never raises."""
    jobs, refusals = list[TimerJob](), list[Refusal]()
    names = sorted({name.rpartition("/")[2] for name in system.files if name.endswith(".timer")})
    drop_ins = [name for name in system.files if name.endswith(".conf")]
    for name in names:
        if re.fullmatch(r"[^@]+@\.timer", name):
            if not any(template_of(other) == name for other in names):
                refusals.append(Refusal(name, 0, "", "a template without an instance: left out", False))
            continue
        timer = assembled(name, system.files, drop_ins)
        if timer is None or not timer.settings:
            refusals.append(Refusal(name, 0, "", "empty or masked: left out", False))
            continue
        try:
            _timer(timer, system, drop_ins, jobs, refusals)
        except BadValue as fault:
            refusals.append(Refusal(name, 0, "", str(fault).rstrip("."), True))
    return jobs, refusals


def _timer(timer: Unit, system: System, drop_ins: Sequence[str], jobs: list[TimerJob], refusals: list[Refusal]) -> None:
    specifiers = {**system.specifiers, **names_of(timer.name)}
    name = filled(timer.last("Timer", "Unit"), specifiers) or f"{timer.name.removesuffix('.timer')}.service"
    service = assembled(name, system.files, drop_ins) if name.endswith(".service") else None
    if service is None:
        raise BadValue(f"{shown(name)}, which it starts, is not among the files")
    specifiers = {**system.specifiers, **names_of(service.name)}
    notes: list[str] = []
    command = command_of(service, specifiers, notes)
    env = environment_of(service, specifiers)
    notes += _service_notes(service) + _timer_notes(timer)
    spec, zone, setting = _when(timer, system.zone, notes, refusals)
    if setting is None:
        return
    jobs.append(
        TimerJob(
            setting.file, setting.line, f"{setting.key}={setting.value}", f"{timer.name}.1",
            timer.name.removesuffix(".timer"), spec, zone, command, _folder(service, system, specifiers), env,
            filled(service.last("Service", "User"), specifiers) or None, _timeout(service), _jitter(timer),
            timer.last("Timer", "Persistent").lower() in ("yes", "true", "on", "1"),
            service.last("Unit", "Description") or timer.last("Unit", "Description"), tuple(notes),
        )
    )  # fmt: skip


def _when(timer: Unit, zone: str, notes: list[str], refusals: list[Refusal]) -> tuple[str, str, Setting | None]:
    """(spec, zone, the first setting that it says) of all expressions that can be taken; the others are refused by
    line. No setting if none can.
    """
    found = list[tuple[Setting, str]]()
    refused = list[Refusal]()
    words = list[str]()
    for setting, spec, note in _expressions(timer):
        try:
            spec = spec or _span_spec(setting)
            parse(spec, zone, anchor=_ANY)
        except BadValue as fault:
            refused.append(_refusal(setting, str(fault)))
            continue
        found.append((setting, spec))
        words += [note] if note else []
    for key in ("OnClockChange", "OnTimezoneChange"):
        refused += [_refusal(each, f"{key} is no time") for each in timer.all("Timer", key)]
    refusals += refused
    if not found:
        if not refused:
            raise BadValue("it has no time at which it elapses")
        return "", zone, None
    notes[:0] = words
    specs = list(dict.fromkeys(spec for _, spec in found))
    if len(specs) == 1 and specs[0].startswith("OnCalendar: "):
        text, own = _without_zone(specs[0])
        return text, own or zone, found[0][0]
    spec = " | ".join(specs)
    parse(spec, zone, anchor=_ANY)
    if len(found) > 1:
        notes.insert(0, f"{len(found)} expressions in one schedule; what two of them name happens once")
    return spec, zone, found[0][0]


def _expressions(timer: Unit) -> Iterator[tuple[Setting, str, str]]:
    """(setting, spec, note) of each; the spec is empty where it is made of a length of time, which may be none."""
    for setting in timer.all("Timer", "OnCalendar"):
        yield setting, f"OnCalendar: {setting.value}", ""
    steps = [*timer.all("Timer", "OnUnitActiveSec"), *timer.all("Timer", "OnUnitInactiveSec")]
    for setting in steps[-1:]:
        note = "counted from the import on, and not from the last start"
        if setting.key == "OnUnitInactiveSec":
            note = "counted from start to start, and not from the end of the last run"
        yield setting, "", note
    for key, note in _AT_START.items():
        for setting in timer.all("Timer", key):
            yield setting, "", note


def _span_spec(setting: Setting) -> str:
    """The notation of what counts a length of time from something."""
    seconds = _seconds(setting.value)
    if setting.key in _AT_START:
        is_none = not re.search("[1-9]", setting.value)
        return "at boot" if is_none else f"at boot + {duration_text(seconds)}"
    return f"every {_steps(seconds)}"


def _refusal(setting: Setting, words: str) -> Refusal:
    return Refusal(setting.file, setting.line, f"{setting.key}={setting.value}", words.rstrip("."), True)


def _without_zone(text: str) -> tuple[str, str | None]:
    """The expression and the zone at its end, if it names one."""
    body, _, last = text.rpartition(" ")
    if body and re.fullmatch(r"UTC|[A-Z][A-Za-z]+/[A-Za-z/_+-]+\d*", last):
        try:
            return body, str(zone_named(last))
        except BadValue:
            return text, None
    return text, None


def _seconds(text: str) -> int:
    """`1h 30min` of systemd.time(7) as whole seconds, at least one. BadValue if it is none."""
    if not text or _SPAN.sub("", text).strip():
        raise BadValue(f"'{shown(text)}' is no length of time")
    total = 0.0
    for number, unit in _SPAN.findall(text):
        if unit not in _UNITS or len(number) > 12:
            raise BadValue(f"'{shown(text)}' is no length of time")
        total += float(number) * _UNITS[unit]
    return max(1, round(total))


def _steps(seconds: int) -> str:
    """`15 minutes`, `90 seconds`, `day`: as the notation `every` has it."""
    size, unit = next((size, unit) for size, unit in _SIZES if seconds % size == 0)
    return unit if seconds == size else f"{seconds // size} {unit}s"


def _timeout(service: Unit) -> int | None:
    """How long the service may take; one that is not `oneshot` counts as started at once, and then runs on."""
    keys = ["RuntimeMaxSec"]
    if service.last("Service", "Type") == "oneshot":
        keys += ["TimeoutStartSec", "TimeoutSec"]
    limits = [said for key in keys if (said := service.last("Service", key)) not in ("", "infinity", "0")]
    return min(map(_seconds, limits)) if limits else None


def _jitter(timer: Unit) -> int:
    said = timer.last("Timer", "RandomizedDelaySec")
    return _seconds(said) if said not in ("", "0") else 0


def _folder(service: Unit, system: System, specifiers: Mapping[str, str]) -> str:
    said = filled(service.last("Service", "WorkingDirectory"), specifiers).removeprefix("-")
    return said or ("~" if system.is_user else "/")


def _timer_notes(timer: Unit) -> list[str]:
    notes = []
    accuracy = timer.last("Timer", "AccuracySec")
    if accuracy:
        notes.append(f"AccuracySec={accuracy}: here it begins at the very second")
    if timer.last("Timer", "FixedRandomDelay").lower() in ("yes", "true", "on", "1"):
        notes.append("FixedRandomDelay: the delay is drawn anew each time")
    if timer.last("Timer", "WakeSystem").lower() in ("yes", "true", "on", "1"):
        notes.append("WakeSystem: nothing here wakes the machine")
    return notes


def _service_notes(service: Unit) -> list[str]:
    notes = []
    kind = service.last("Service", "Type", "simple")
    if kind not in ("simple", "exec", "oneshot"):
        notes.append(f"Type={kind}: the run ends with the command it starts, and what that leaves behind is ended")
    checks = sorted({each.key for each in service.settings if re.match(r"Condition|Assert", each.key)})
    if checks:
        notes.append(f"not checked before it runs: {', '.join(checks)}")
    left = sorted({each.key for each in service.settings if each.section == "Service" and each.key not in _TAKEN})
    if left:
        notes.append(f"not taken over: {', '.join(left)}")
    chained = [key for key in ("OnFailure", "OnSuccess") if service.all("Unit", key)]
    notes += [f"{key}: starts nothing here" for key in chained]
    said = service.last("Service", "TimeoutStartSec") if kind == "oneshot" else ""
    if said and said not in ("infinity", "0"):
        notes.append(f"stopped after {duration_text(_seconds(said))}, as TimeoutStartSec says")
    return notes
