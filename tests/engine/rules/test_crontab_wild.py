"""Crontabs as they lie about: what every oddity of the wild becomes, and when it happens."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from engine.rules.crontab import CronJob, Crontab, Source, read
from engine.rules.when import parse

ZONE = "Europe/Brussels"
STARTS = (datetime(2025, 3, 29, 20, 7, tzinfo=UTC), datetime(2025, 10, 25, 20, 7, tzinfo=UTC))


def tab(text: str | bytes, *, users: bool | None = None, name: str = "jobs") -> Crontab:
    data = text if isinstance(text, bytes) else text.encode()
    return read(data, Source(name, ZONE, users, frozenset({"root", "ana"}), "seed"))


def happens_as(job: CronJob, fields: str) -> None:
    """The next 50 instants are those of cronsim, around both clock changes."""
    rule = parse(job.spec, job.zone)
    for start in STARTS:
        reference, at = CronSim(fields, start.astimezone(ZoneInfo(job.zone))), start
        for _ in range(50):
            found = rule.next(at)
            assert found == next(reference).astimezone(UTC), (fields, job.spec)
            at = found


DEBIAN = """\
# /etc/crontab: system-wide crontab
SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

# m h dom mon dow user	command
17 *	* * *	root    cd / && run-parts --report /etc/cron.hourly
25 6	* * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6	* * 7	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6	1 * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
#
"""


def test_the_system_crontab_of_debian() -> None:
    found = tab(DEBIAN, name="/etc/crontab")
    fields = ["17 * * * *", "25 6 * * *", "47 6 * * 7", "52 6 1 * *"]
    assert [(job.user, job.spec) for job in found.jobs] == [("root", f"cron: {each}") for each in fields]
    for job, each in zip(found.jobs, fields, strict=True):
        happens_as(job, each)
    assert found.said == ()


# line, whether it has a user, the five fields that cronsim reads, user, command
TAKEN = [
    ("30 4 1,15 * 5 x", False, "30 4 1,15 * 5", None, "x"),
    ("*/7 * * * * x", False, "*/7 * * * *", None, "x"),
    ("10-40/15 * * * * x", False, "10-40/15 * * * *", None, "x"),
    ("0 0-23/2 * * * x", False, "0 0-23/2 * * *", None, "x"),
    ("0 5 * jan-Mar,DEC mOn-FRI,Sun x", False, "0 5 * 1-3,12 1-5,0", None, "x"),
    ("0 5 * * SUN-SAT x", False, "0 5 * * 0-6", None, "x"),
    ("0 5 * * 7 x", False, "0 5 * * 0", None, "x"),
    ("0 5 * * 1-7 x", False, "0 5 * * 1-6,0", None, "x"),
    ("@midnight x", False, "0 0 * * *", None, "x"),
    ("@annually x", False, "0 0 1 1 *", None, "x"),
    ("@Hourly\tx", False, "0 * * * *", None, "x"),
    ("@every_minute x", False, "* * * * *", None, "x"),
    ("  0\t3  *\t* *   x  y", False, "0 3 * * *", None, "x  y"),
    ("0 3 * * * x\r", False, "0 3 * * *", None, "x"),
    ("0 0 * * * root [ -x /usr/sbin/raid-check ] && /usr/sbin/raid-check", True, "0 0 * * *", "root",
     "[ -x /usr/sbin/raid-check ] && /usr/sbin/raid-check"),
    ("-*/15 * * * * root /usr/lib/news/run", True, "*/15 * * * *", "root", "/usr/lib/news/run"),
    ("0 4 * * * ana -n -q x", True, "0 4 * * *", "ana", "x"),
    ("09,39 * * * * root [ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean", True, "9,39 * * * *", "root",
     "[ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean"),
    ("@daily nobody x", True, "0 0 * * *", "nobody", "x"),
    ("5 4 * * sun tar czf /b/$(date +\\%F).tgz /home", False, "5 4 * * 0", None, "tar czf /b/$(date +%F).tgz /home"),
    ("1 2 3 4 * x # not a comment", False, "1 2 3 4 *", None, "x # not a comment"),
    ("0 0 29 2 * x", False, "0 0 29 2 *", None, "x"),
    ("0 0 1-31 * * x", False, "0 0 * * *", None, "x"),
    ("*/1 */1 */1 */1 */1 x", False, "* * * * *", None, "x"),
    ("0,30 9-17 * * 1-5 x", False, "0,30 9-17 * * 1-5", None, "x"),
    ("00 00 * * 00 x", False, "0 0 * * 0", None, "x"),
    ("#*/5 * * * * /old/job", False, "*/5 * * * *", None, "/old/job"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "users", "fields", "user", "command"), TAKEN)
def test_taken_with_the_instants_of_cron(line: str, users: bool, fields: str, user: str | None, command: str) -> None:
    (job,) = tab(f"{line}\n", users=users).jobs
    assert (job.user, job.command) == (user, command)
    happens_as(job, fields)


@pytest.mark.parametrize(
    ("text", "spec", "zone", "note"),
    [
        ("0~59 * * * * x", None, ZONE, "drawn once"),
        ("~ 2~4 * * * x", None, ZONE, "drawn once"),
        ("5/20 * * * * x", "cron: 5-59/20 * * * *", ZONE, "Debian's cron refuses this"),
        ("@reboot x", "at boot", ZONE, "once after each start of the machine"),
        ("CRON_TZ=Asia/Tokyo\n0 1 * * * x", "cron: 0 1 * * *", "Asia/Tokyo", ""),
        ("CRON_TZ=UTC\nCRON_TZ=America/New_York\n0 1 * * * x", "cron: 0 1 * * *", "America/New_York", ""),
        ("CRON_TZ=Mars/Base\n0 1 * * * x", "cron: 0 1 * * *", ZONE, "CRON_TZ above it is not known"),
        ("TZ=Asia/Tokyo\n0 1 * * * x", "cron: 0 1 * * *", ZONE, ""),
        ("0 0 L * * x", "cron: 0 0 L * *", ZONE, "cron itself does not know L"),
        ("* * * * * cd /x; \\", "cron: * * * * *", ZONE, "no lines that go on below"),
        ("0 1 * * * mail%hello", "cron: 0 1 * * *", ZONE, "the first % ends the command"),
    ],
)
def test_taken_with_a_note(text: str, spec: str | None, zone: str, note: str) -> None:
    (job,) = tab(f"{text}\n", users=False).jobs
    assert job.spec == (spec or job.spec)
    assert job.zone == zone
    assert any(note in each for each in job.notes) or not note
    again = tab(f"{text}\n", users=False).jobs[0]
    assert again == job


def test_settings_stand_for_the_jobs_below_as_they_are_written() -> None:
    found = tab(
        "SHELL=/bin/bash\nPATH=$HOME/bin:/usr/bin\nMAILTO=\"\"\nFOO = bar baz \nA='x # y'\nRANDOM_DELAY=45\n"
        "0 1 * * * one\nRANDOM_DELAY=0\nFOO=\n0 2 * * * two\n",
        users=False,
    )
    one, two = found.jobs
    assert dict(one.env) == {
        "SHELL": "/bin/bash", "PATH": "$HOME/bin:/usr/bin", "MAILTO": "", "FOO": "bar baz", "A": "x # y",
    }  # fmt: skip
    assert (one.jitter, two.jitter, two.env["FOO"]) == (45 * 60, 0, "")
    assert [said.line for said in found.said] == [3, 6, 8]
    assert not any(said.is_refused for said in found.said)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1\t5\tcron.daily\tnice run-parts /etc/cron.daily", "a line of an anacrontab"),
        ("@monthly 45 cron.monthly nice run-parts /etc/cron.monthly", "a line of an anacrontab"),
        ("7 10 weekly run-parts", "a line of an anacrontab"),
        ("@300 x", "write 'every 300 seconds' by hand"),
        ("@every_second x", "whole minutes"),
        ("0 12 1 * * ? x", "more than five time fields"),
        ("0 0 12 * * * x", "more than five time fields"),
        ("H H * * * x", "minute 'H' is not understood"),
        ("0 24 * * * x", "hour '24' is not understood"),
        ("60 * * * * x", "minute '60' is not understood"),
        ("* * 0 * * x", "day of month '0' is not understood"),
        ("0 5 * * Fri-Mon x", "weekday 'FRI-MON' is not understood"),
        ("0 0 31 2 * x", "can never match"),
        ("*/0 * * * * x", "minute '*/0' is not understood"),
        ("1-59/99999999999 * * * * x", "step that is too wide"),
        ("2-4~6 * * * * x", "minute '2-4~6' is not understood"),
        ("1,,2 * * * * x", "minute '1,,2' is not understood"),
        ("\u0663 * * * * x", "plain letters and digits"),
        ("0\u00a01 * * * x", "expected five time fields"),
        ("<<<<<<< HEAD", "expected five time fields"),
        ("* * * * *", "expected five time fields"),
        ('B="unclosed', "closing quote"),
        ("HOME=relative", "expected the path of a folder"),
        ("RANDOM_DELAY=soon", "expected a number of minutes"),
    ],
)
def test_refused_by_line_with_the_reason_and_the_rest_is_taken(line: str, words: str) -> None:
    found = tab(f"0 1 * * * before\n{line}\n0 2 * * * after\n", users=False)
    assert [job.command for job in found.jobs] == ["before", "after"]
    (said,) = found.said
    assert (said.line, said.is_refused) == (2, True)
    assert words in said.words


@pytest.mark.parametrize(
    ("data", "commands", "refused"),
    [
        (b"\xef\xbb\xbf0 1 * * * x\r\n0 2 * * * y\r\n", ["x", "y"], []),
        (b"0 1 * * * caf\xe9\n0 2 * * * y\n", ["y"], [1]),
        (b"# caf\xe9\n0 2 * * * y\n", ["y"], []),
        (b"0 1 * * * a\0b\n0 2 * * * y\n", ["y"], [1]),
        (b"0 1 * * * x", ["x"], []),
        (b"", [], []),
        (b"\n\n \t\n", [], []),
        (b"\0" * 1000, [], [1]),
        (b"\xff\xfe0\x001\x00", [], [1]),
    ],
)
def test_bytes_that_are_no_plain_text(data: bytes, commands: list[str], refused: list[int]) -> None:
    found = tab(data, users=False)
    assert [job.command for job in found.jobs] == commands
    assert [said.line for said in found.said if said.is_refused] == refused


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{at % 60} {at // 60 % 24} * * * job{at}\n" for at in range(10_000)),
        f"0 1 * * * {'x' * 1_000_000}\n",
        f"{'#' * 1_000_000}\n",
        f"# {'0 ' * 500_000}\n",
        "* " * 500_000,
        "\t" * 1_000_000 + "x",
        f"{'A' * 1_000_000}=1\n",
        f"{'1,' * 500_000}1 * * * * x\n",
        f"{'0~' * 500_000}1 * * * * x\n",
        f"{'@' * 1_000_000} x\n",
        "%" * 1_000_000,
        "0 1 * * * " + "\\%%" * 300_000,
        "A=" + '"' * 1_000_000,
    ],
    ids=range(13),
)
def test_nothing_hangs(text: str) -> None:
    began = time.process_time()
    tab(text)
    tab(text, users=True)
    assert time.process_time() - began < 12
