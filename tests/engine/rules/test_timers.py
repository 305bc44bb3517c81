"""Units of systemd: how they are read, what their commands become, and what is refused."""

from __future__ import annotations

import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oncalendar import OnCalendar

from engine.rules.errors import BadValue
from engine.rules.timers import Refusal, System, TimerJob, read
from engine.rules.timers_commands import command_of, environment_of
from engine.rules.timers_units import Unit, names_of, settings_of, words_of
from engine.rules.when import parse

SPECIFIERS = {"h": "/home/ana", "H": "box"}
AFTER = datetime(2025, 3, 29, 22, 17, tzinfo=UTC)


def units(**files: str) -> tuple[list[TimerJob], list[Refusal]]:
    """Read units; `a_timer` is the file `a.timer`, `a_timer_d` its drop-in."""
    named = {}
    for name, text in files.items():
        stem, _, kind = name.partition("_")
        named[f"{stem}.{kind}" if not kind.endswith("_d") else f"{stem}.{kind[:-2]}.d/x.conf"] = text
    return read(System(named, "Europe/Brussels", False, SPECIFIERS))


def timer(text: str, service: str = "[Service]\nExecStart=/bin/true\n") -> TimerJob:
    jobs, refusals = units(a_timer=f"[Timer]\n{text}\n", a_service=service)
    assert len(jobs) == 1, refusals
    return jobs[0]


def refused(text: str, service: str = "[Service]\nExecStart=/bin/true\n") -> str:
    jobs, refusals = units(a_timer=f"[Timer]\n{text}\n", a_service=service)
    assert not jobs
    assert refusals[0].is_refused
    return refusals[0].words


def command(text: str, notes: list[str] | None = None) -> str:
    unit = Unit("a@b.service", tuple(settings_of("a", f"[Service]\n{text}\n")))
    return command_of(unit, {**SPECIFIERS, **names_of("a@b-c.service")}, [] if notes is None else notes)


def test_a_unit_file_is_read_as_systemd_reads_it() -> None:
    text = "# no\n; no\n[A]\n x = 1 \ny=a \\\n# inside\n  b\\\nc\nnonsense\n[B]\nx=\n"
    assert [(each.line, each.section, each.key, each.value) for each in settings_of("f", text)] == [
        (4, "A", "x", "1"), (5, "A", "y", "a  b c"), (11, "B", "x", ""),
    ]  # fmt: skip


def test_drop_ins_add_and_an_empty_setting_forgets() -> None:
    jobs, _ = units(
        a_timer="[Timer]\nOnCalendar=daily\n",
        a_timer_d="[Timer]\nOnCalendar=\nOnCalendar=Mon..Fri 03:00\n",
        a_service="[Service]\nExecStart=/bin/true\n",
    )
    assert [(job.file, job.line, job.spec) for job in jobs] == [("a.timer.d/x.conf", 3, "OnCalendar: Mon..Fri 03:00")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("'a b' \"c 'd'\" e'f g'h", ["a b", "c 'd'", "ef gh"]),
        (r"a\x20b \s \t \u00e9 \101 \\ \"", ["a b", " ", "\t", "é", "A", "\\", '"']),
        ("'' x", ["", "x"]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize("text", ["'a", '"', r"\q", r"\x2", "\\", r"\U99999999"])
def test_words_that_break_off(text: str) -> None:
    with pytest.raises(BadValue):
        words_of(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ExecStart=/bin/a 'b c' %% %i %h", "/bin/a 'b c' % b-c /home/ana"),
        ("ExecStart=/bin/a ; /bin/b\nExecStart=-/bin/c", "/bin/a && /bin/b && { /bin/c || :; }"),
        ("ExecStart=/bin/a \\; x", "/bin/a ';' x"),
        ("ExecStartPre=/bin/p\nExecStart=/bin/a\nExecStartPost=/bin/q", "/bin/p && /bin/a && /bin/q"),
        ("ExecStart=/bin/a\nExecStart=\nExecStart=/bin/b", "/bin/b"),
        ("ExecStart=/bin/a $A ${A} x${A}y $$A", '/bin/a $A "${A}" x"${A}"y \'$\'A'),
        ("ExecStart=:/bin/a $A", "/bin/a '$A'"),
        ("ExecStart=@/bin/a me -x", "/bin/a -x"),
        ("ExecStart=+/bin/a `id` $(id) >x", "/bin/a '`id`' '$(id)' '>x'"),
        (
            "EnvironmentFile=-/etc/x y\nEnvironmentFile=/z\nExecStart=/bin/a",
            "{ [ ! -r '/etc/x y' ] || { set -a && . '/etc/x y' && set +a; }; } && set -a && . /z && set +a && /bin/a",
        ),
    ],
)
def test_commands(text: str, words: str) -> None:
    assert command(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Type=oneshot", "a@b.service has no ExecStart"),
        ("ExecStart=|/bin/a", "ExecStart with | asks for the shell of another user"),
        ("ExecStart=A=b c", "ExecStart 'A=b c' names no program"),
        ("ExecStart=@/bin/a", "ExecStart with @ needs a second word"),
        ("ExecStart=/bin/a %b", "%b stands for something that is not known here"),
        ("ExecStart=/bin/a 'x", "a quote is not closed in '/bin/a 'x'"),
    ],
)
def test_commands_that_cannot_be_said(text: str, words: str) -> None:
    with pytest.raises(BadValue) as fault:
        command(text)
    assert str(fault.value) == words


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=1, max_size=5))
def test_no_word_becomes_more_than_a_word(words: list[str]) -> None:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "%": "%%", "$": "$$", "\t": "\\t"}
    quoted = ['"' + "".join(escapes.get(letter, letter) for letter in word) + '"' for word in words]
    unit = Unit("a", tuple(settings_of("a", f"[Service]\nExecStart=/bin/a {' '.join(quoted)}")))
    assert shlex.split(command_of(unit, {}, [])) == ["/bin/a", *words]


def test_the_shell_reads_what_systemd_would_start() -> None:
    text = command("ExecStart=/usr/bin/printf '<%%s>' ${A} $A 'a;b' $$A \"'\" ; /bin/echo ok")
    done = subprocess.run(["/bin/sh", "-c", text], env={"A": "1 2"}, capture_output=True, check=True)
    assert done.stdout == b"<1 2><1><2><a;b><$A><'>ok\n"


def test_environment() -> None:
    text = "[Service]\nEnvironment=A=1 \"B=2 3\" 'C=%h/x'\nEnvironment=A=4\nUnsetEnvironment=B\n"
    assert environment_of(Unit("a", tuple(settings_of("a", text))), SPECIFIERS) == {"A": "4", "C": "/home/ana/x"}


def test_a_pair_becomes_a_job() -> None:
    job = timer(
        "OnCalendar=*-*-* 02:30:00 America/New_York\nPersistent=true\nRandomizedDelaySec=1h 30min\nAccuracySec=1us",
        "[Unit]\nDescription=Backup\nConditionACPower=1\n[Service]\nType=oneshot\nUser=%H\nNice=5\n"
        "ExecStart=/bin/b\nWorkingDirectory=-%h\nTimeoutStartSec=5min 20s\nRuntimeMaxSec=infinity\n",
    )
    assert (job.spec, job.zone) == ("OnCalendar: *-*-* 02:30:00", "America/New_York")
    assert (job.jitter, job.is_persistent, job.timeout) == (5400, True, 320)
    assert (job.user, job.cwd, job.about, job.command) == ("box", "/home/ana", "Backup", "/bin/b")
    assert [note.split(":")[0] for note in job.notes] == [
        "not checked before it runs", "not taken over", "stopped after 5m20s, as TimeoutStartSec says",
        "AccuracySec=1us",
    ]  # fmt: skip


def test_several_expressions_are_one_job_and_a_bad_one_is_refused_alone() -> None:
    jobs, refusals = units(
        a_timer="[Timer]\nOnCalendar=daily\nOnCalendar=Smurf\nOnCalendar=Sun 12:00\n",
        a_service="[Service]\nExecStart=/bin/true\n",
    )
    assert [(job.line, job.spec, job.identity) for job in jobs] == [
        (2, "OnCalendar: daily | OnCalendar: Sun 12:00", "a.timer.1"),
    ]
    assert jobs[0].notes == ("2 expressions in one schedule; what two of them name happens once",)
    assert [(each.line, each.is_refused) for each in refusals] == [(3, True)]


@pytest.mark.parametrize(
    ("text", "spec", "note"),
    [
        ("OnBootSec=15min\nOnUnitActiveSec=1d", "every day | at boot + 15m", "2 expressions in one schedule"),
        ("OnUnitActiveSec=90", "every 90 seconds", "counted from the import on"),
        ("OnUnitInactiveSec=2h 30m", "every 150 minutes", "counted from start to start"),
    ],
)
def test_steps_count_from_the_import(text: str, spec: str, note: str) -> None:
    job = timer(text)
    assert job.spec == spec
    assert job.notes[0].startswith(note)
    parse(job.spec, job.zone, anchor=AFTER)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("OnBootSec=soon", "'soon' is no length of time"),
        ("OnBootSec=2y", "'730d12h' is too long"),
        ("OnClockChange=true", "OnClockChange is no time"),
        ("Persistent=true", "it has no time at which it elapses"),
        ("OnUnitActiveSec=soon", "'soon' is no length of time"),
        ("OnCalendar=2020-02-30", "OnCalendar"),
        ("OnCalendar=daily\nUnit=b.service", "b.service, which it starts, is not among the files"),
        ("OnCalendar=daily\nUnit=a.target", "a.target, which it starts, is not among the files"),
    ],
)
def test_what_cannot_be_taken_says_why(text: str, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize(
    ("text", "spec", "notes"),
    [
        ("OnBootSec=0", "at boot", 0),
        ("OnBootSec=1h 30min", "at boot + 1h30m", 0),
        ("OnStartupSec=5min", "at boot + 5m", 1),
        ("OnActiveSec=90", "at boot + 1m30s", 1),
        ("OnCalendar=daily\nOnBootSec=5min\nOnBootSec=5min", "OnCalendar: daily | at boot + 5m", 1),
        ("OnCalendar=daily\nOnCalendar=daily", "OnCalendar: daily", 0),
        ("OnCalendar=daily UTC\nOnCalendar=Sun 12:00 Asia/Tokyo",
         "OnCalendar: daily UTC | OnCalendar: Sun 12:00 Asia/Tokyo", 1),
    ],
)  # fmt: skip
def test_what_counts_from_a_start_and_what_is_joined(text: str, spec: str, notes: int) -> None:
    job = timer(text)
    assert (job.spec, len(job.notes)) == (spec, notes)
    parse(job.spec, job.zone)


@pytest.mark.parametrize("start", [datetime(2025, 3, 29, 20, tzinfo=UTC), datetime(2025, 10, 25, 20, tzinfo=UTC)])
def test_shared_times_of_several_expressions_happen_once(start: datetime) -> None:
    expressions = ("daily", "Mon..Fri *-*-* 00:00", "*-*-* 00/6:15", "*-*-1 06:15", "Sun 12:00")
    job = timer("\n".join(f"OnCalendar={each}" for each in expressions))
    rule, until = parse(job.spec, "UTC"), start + timedelta(days=60)
    expected = {at for each in expressions for at in takewhile(lambda at: at <= until, OnCalendar(each, start))}
    assert list(rule.between(start, until, 10_000)) == sorted(expected)
    assert rule.count(start, until) == len(expected)


def test_templates_and_their_instances() -> None:
    files = {
        "a@.timer": "[Timer]\nOnCalendar=daily\n",
        "a@x-y.timer": "[Timer]\nOnCalendar=daily\n",
        "a@.service": "[Service]\nExecStart=/bin/echo %i %I %p %n\n",
        "a@.service.d/x.conf": "[Service]\nEnvironment=A=%i\n",
        "b@.timer": "[Timer]\nOnCalendar=daily\n",
        "masked.timer": "",
    }
    jobs, refusals = read(System(files, "UTC", True, SPECIFIERS))
    assert [(job.name, job.command, dict(job.env), job.cwd) for job in jobs] == [
        ("a@x-y", "/bin/echo x-y x/y a a@x-y.service", {"A": "x-y"}, "~")
    ]
    assert [(each.file, each.is_refused) for each in refusals] == [("b@.timer", False), ("masked.timer", False)]


@pytest.mark.parametrize(
    "expression",
    ["daily", "Mon..Fri *-*-* 09:00", "*-*-1,15 06:30", "*-*-* 00/6:15", "*:0/20", "Sun 12:00", "*-02~01 04:00"],
)
def test_jobs_happen_when_an_independent_reader_says(expression: str) -> None:
    after = datetime(2025, 4, 2, 11, 7, tzinfo=UTC)
    job = units(a_timer=f"[Timer]\nOnCalendar={expression} UTC\n", a_service="[Service]\nExecStart=/bin/true\n")[0][0]
    rule, at, reference = parse(job.spec, job.zone), after, OnCalendar(expression, after)
    for _ in range(50):
        found = rule.next(at)
        assert found is not None
        assert found == next(reference)
        at = found


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_file_breaks_the_reader(one: str, two: str) -> None:
    units(a_timer=f"[Timer]\nOnCalendar=daily\n{one}", a_service=f"[Service]\nExecStart={two}")
