"""Crontabs read as cron reads them: what each line becomes, and what is said of the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.crontab import CronJob, Crontab, Source, read
from engine.rules.crontab_settings import percent
from engine.rules.job_names import free_name, job_name
from engine.rules.when import parse

FIXTURES = Path(__file__).parents[1] / "crontabs"
ZONE = "Europe/Brussels"
BEFORE_SPRING = datetime(2025, 3, 29, 22, 17, tzinfo=UTC)
BEFORE_AUTUMN = datetime(2025, 10, 25, 21, 43, tzinfo=UTC)


def tab(text: str | bytes, *, users: bool | None = False, name: str = "jobs", seed: str = "") -> Crontab:
    data = text if isinstance(text, bytes) else text.encode()
    return read(data, Source(name, ZONE, users, frozenset({"ana"}), seed))


def one(text: str | bytes, *, users: bool | None = False) -> CronJob:
    found = tab(text, users=users)
    assert len(found.jobs) == 1, found
    return found.jobs[0]


def why_not(line: str) -> str:
    found = tab(f"{line}\n")
    assert not found.jobs, found.jobs
    assert [said.is_refused for said in found.said] == [True]
    return found.said[0].words


def times(job: CronJob, after: datetime, count: int) -> list[datetime]:
    rule, found = parse(job.spec, job.zone), list[datetime]()
    while len(found) < count:
        at = rule.next(found[-1] if found else after)
        assert at is not None
        found.append(at)
    return found


def cron_times(fields: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """The reference: cronsim on the five fields as they stand in the file."""
    ticks = CronSim(fields, after.astimezone(ZoneInfo(zone)))
    return [next(ticks).astimezone(UTC) for _ in range(count)]


def original(job: CronJob) -> str:
    """The time fields of the line, by eye: the first five words after what comments it out."""
    words = job.text.lstrip("# \t").split()
    nicknames = {"@daily": "0 0 * * *", "@hourly": "0 * * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
    nicknames |= {"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@midnight": "0 0 * * *"}
    return nicknames.get(words[0].lower(), " ".join(words[:5]))


@pytest.mark.parametrize("file", ["netbsd.crontab", "librenms.cron"])
@pytest.mark.parametrize("zone", [ZONE, "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_jobs_of_real_files_happen_when_cron_runs_them(file: str, zone: str) -> None:
    found = read((FIXTURES / file).read_bytes(), Source(file, zone, None, frozenset(), ""))
    assert found.jobs
    for job in found.jobs:
        for after in (BEFORE_SPRING, BEFORE_AUTUMN, datetime(2025, 4, 5, 12, tzinfo=UTC)):
            assert times(job, after, 50) == cron_times(original(job), zone, after, 50), job.text


ODDITIES = """\
1,31\t0-5\t*\t*\t*\troot-less command
@daily a
@hourly b
@Weekly\tc
@monthly d
@yearly e
@annually f
@midnight g
  05   04\t08-10 JAN-Mar,12 *   leading zeros and names
0 0 1,15 * 1 day or weekday
0 0 */2 * 1 star keeps the and
0 0 1-31 * fri all days named, still or
0 12 * * 7 sunday as seven
0 12 * * 5-7 up to seven
30 2 * * * in the gap
30 2 * * sun in the gap on sundays
*/20 1-3 * * * round the gap
15 */2 * * * every second hour
1-59/2 2 * * * steps
59 23 31 12 * once a year
0 0 29 2 * leap
7/20 * * * * step of one number
* 2 * * * wildcard minute
0 0 13 * 5 thirteenth or friday
10 0 ? X
"""


def test_every_oddity_happens_when_cron_runs_it_across_both_clock_changes() -> None:
    jobs = tab(ODDITIES).jobs
    assert len(jobs) == len(ODDITIES.splitlines()) - 1
    for job in jobs:
        for after in (BEFORE_SPRING, BEFORE_AUTUMN):
            assert times(job, after, 50) == cron_times(original(job).upper(), ZONE, after, 50), job.text


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ("0 6 13 * 5", lambda at: at.day == 13 or at.isoweekday() == 5),
        ("0 6 */2 * 5", lambda at: at.day % 2 == 1 and at.isoweekday() == 5),
        ("0 6 * * 5", lambda at: at.isoweekday() == 5),
        ("0 6 1,15 * *", lambda at: at.day in (1, 15)),
        ("0 6 1-7 * */2", lambda at: at.day <= 7 and at.isoweekday() % 7 % 2 == 0),
        ("0 6 31 * 0", lambda at: at.day == 31 or at.isoweekday() == 7),
    ],
)
def test_days_are_those_of_a_walk_over_every_day(fields: str, matches: object) -> None:
    assert callable(matches)
    day = datetime(2025, 1, 1, 6, tzinfo=ZoneInfo(ZONE))
    walked = [at for at in (day + timedelta(days=step) for step in range(1000)) if matches(at)][:50]
    job = one(f"{fields} x\n")
    assert times(job, datetime(2024, 12, 31, 23, tzinfo=UTC), 50) == [at.astimezone(UTC) for at in walked]


def test_what_stands_above_a_job_is_its_environment() -> None:
    found = tab(
        "A=1\n"
        "* * * * * first\n"
        ' "B C" = " kept "  \n'
        "D='x' y\n"
        "E=$A:$PATH \n"
        "F=\n"
        "MAILTO = ops@example.com\n"
        "SHELL=/bin/bash\n"
        "* * * * * G=7 second=2\n"
    )
    assert dict(found.jobs[0].env) == {"A": "1"}
    assert dict(found.jobs[1].env) == {
        "A": "1", "B C": " kept ", "E": "$A:$PATH", "F": "", "MAILTO": "ops@example.com",
        "SHELL": "/bin/bash",
    }  # fmt: skip
    assert found.jobs[1].command == "G=7 second=2"
    assert [(said.line, said.words) for said in found.said] == [
        (4, "cron takes no value that has more after its closing quote, or none"),
        (7, "tickler mails nothing; what a job prints is in the log of its run"),
    ]


def test_zones_and_delays_hold_from_their_line_on() -> None:
    found = tab(
        "0 1 * * * a\nCRON_TZ=America/New_York\n0 1 * * * b\nRANDOM_DELAY=5\nCRON_TZ=Mars\nTZ=Asia/Tokyo\n0 1 * * * c\n"
    )
    assert [job.zone for job in found.jobs] == [ZONE, "America/New_York", "America/New_York"]
    assert [job.jitter for job in found.jobs] == [0, 0, 300]
    assert dict(found.jobs[2].env) == {"TZ": "Asia/Tokyo"}
    assert [(said.line, said.is_refused) for said in found.said] == [(2, False), (4, False), (5, True), (6, False)]


@pytest.mark.parametrize(
    ("text", "command", "stdin"),
    [
        ("x", "x", None),
        ("date +\\%Y-\\%m", "date +%Y-%m", None),
        ("mail joe%Joe,%%Where are your kids?%", "mail joe", "Joe,\n\nWhere are your kids?\n"),
        ("cat%", "cat", ""),
        ("cat%%", "cat", "\n"),
        ("cat%100\\% sure%a\\b", "cat", "100% sure\na\\b\n"),
        ("echo a\\\\b", "echo a\\\\b", None),
    ],
)
def test_percent_signs(text: str, command: str, stdin: str | None) -> None:
    assert percent(text) == (command, stdin)
    assert (one(f"* * * * * {text}\n").command, one(f"* * * * * {text}\n").stdin) == (command, stdin)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("@600 x", "@600: counts seconds from the end of the last run; write 'every 600 seconds' by hand"),
        ("@sometimes x", "'@sometimes' is not known: expected one of"),
        ("* * * * *", "expected five time fields or a nickname such as @daily, and a command"),
        ("@daily", "expected five time fields or a nickname such as @daily, and a command"),
        ("run this every day please now", "cron: minute 'RUN' is not understood"),
        ("60 * * * * x", "cron: minute '60' is not understood"),
        ("*/0 * * * * x", "cron: minute '*/0' is not understood"),
        ("* * * * sat-sun x", "cron: weekday 'SAT-SUN' is not understood"),
        ("* * * * monday x", "cron: weekday 'MONDAY' is not understood"),
        ("0 0 30 2 * x", "can never match"),
        ("0 0 12 * * ? x", "has more than five time fields"),
        ("0 */5 * * * * x", "has more than five time fields"),
        ("61~70 * * * * x", "minute '61~70' lies outside 0 to 59"),
        ("TICKLER_STORE=/x", "may not be set"),
        ("SHELL=bash", "expected the path of a shell; /bin/sh is taken"),
        ("* * * * * %only input", "has no command"),
        ("* * * * *\u00a0x y", "expected plain letters and digits"),
    ],
)
def test_what_cannot_be_taken_says_why(line: str, words: str) -> None:
    assert words in why_not(line)


def test_one_bad_line_does_not_spoil_the_others() -> None:
    found = tab(b"* * * * * a\n99 * * * * b\n* * * * * \xff\n# \xff\n* * * * * c\x00\n\t\n* * * * * d\n")
    assert [job.command for job in found.jobs] == ["a", "d"]
    assert [said.line for said in found.said if said.is_refused] == [2, 3, 5]


def test_line_ends_of_other_systems_and_a_missing_last_one() -> None:
    found = tab(b"\xef\xbb\xbfA=1\r\n* * * * * x\r\n0 1 * * * y")
    assert [job.command for job in found.jobs] == ["x", "y"]
    assert dict(found.jobs[0].env) == {"A": "1"}
    assert "carriage return" in found.jobs[0].notes[0]
    assert found.notes == ("the last line has no line end, for which cron ignores it; here it counts",)


def test_a_percent_sign_that_was_not_meant_is_pointed_out() -> None:
    job = one("25 6 * * * sleep $(( RANDOM % 600 ))\n")
    assert (job.command, job.stdin) == ("sleep $(( RANDOM ", " 600 ))\n")
    assert job.notes == ("the first % ends the command, which reads the rest; \\% is a percent sign",)


def test_flags_and_prefixes_of_the_crons() -> None:
    job = one("-*/15 * * * *\t-ns\t-q /bin/x -n\n")
    assert (job.command, job.is_single) == ("/bin/x -n", True)
    assert [note.split(":")[0] for note in job.notes] == ["-", "-n", "-q"]
    assert one("* * * * * -x\n").command == "-x"


def test_random_fields_are_drawn_once_and_for_ever() -> None:
    job = one("~ */4 1~9 * * x\n")
    assert job.spec == one("~ */4 1~9 * * x\n").spec
    minute, hour, day, *_ = job.spec.removeprefix("cron: ").split()
    assert 0 <= int(minute) < 60
    assert hour == "*/4"
    assert 1 <= int(day) <= 9
    assert "drawn once" in job.notes[0]
    assert {tab("~ * * * * x\n", seed=str(number)).jobs[0].spec for number in range(50)} != {job.spec}
    start, _, rest = one("5~59/10 * * * * x\n").spec.removeprefix("cron: ").partition("-")
    assert 5 <= int(start) < 15
    assert rest.startswith("59/10 ")


def test_commented_out_jobs_are_told_from_prose() -> None:
    found = tab(
        "# m h  dom mon dow   command\n"
        "#0/15\t*\t*\t*\t*\t/usr/libexec/atrun\n"
        "## */7 * * * * /old/job\n"
        "#@daily backup\n"
        "#\n"
        "# *  *  *  *  * user-name  command to be executed\n"
        "# 1 2 3 4 5 reasons to use cron\n"
        "# FOO=bar\n"
        "# @reboot nothing\n"
        "\n"
        "# For example, you can run a backup of all your user accounts\n"
        "# at 5 a.m every week with:\n"
        "# 0 5 * * 1 tar -zcf /var/backups/home.tgz /home/\n"
        "#\n"
        "0 6 * * * real\n"
    )
    assert [(job.command, job.is_commented) for job in found.jobs] == [
        ("/usr/libexec/atrun", True), ("/old/job", True), ("backup", True), ("nothing", True), ("real", False),
    ]  # fmt: skip
    assert [(said.line, said.is_refused) for said in found.said] == [(13, False)]
    assert found.jobs[-1].about == ""


def test_the_comment_above_a_job_says_what_it_is_for() -> None:
    found = tab("# nothing\n\n#---------\n# Rotate the logs.\n# Every night.\n0 1 * * * rotate\n0 2 * * * other\n")
    assert [job.about for job in found.jobs] == ["Rotate the logs.\nEvery night.", ""]


@pytest.mark.parametrize(
    ("name", "text", "user"),
    [
        ("/etc/crontab", "* * * * * php /x\n", "php"),
        ("/etc/cron.d/php", "* * * * * www-data x\n", "www-data"),
        ("/var/spool/cron/crontabs/ana", "* * * * * root x\n", None),
        ("-", "* * * * * backup /x\n", None),
        ("a", "17 *\t* * *\troot    cd / && run-parts /etc/cron.hourly\n", "root"),
        ("a", "* * * * * ana x\n", "ana"),
        ("a", "@yearly foo    a command\n30 7 * * * root\ttest -x /x\n", "foo"),
        ("a", "# m h dom mon dow user\tcommand\n* * * * * strange thing\n", "strange"),
        ("a", "#minute hour mday month wday who command\n* * * * * operator /x\n", "operator"),
        ("a", "* * * * * librenms /opt/a\n5 * * * * librenms /opt/b\n", "librenms"),
        ("a", "* * * * * librenms /opt/a\n5 * * * * /opt/b x\n", None),
        ("a", "* * * * * php /srv/a.php\n", None),
        ("a", "* * * * * wget http://example.com\n", None),
        ("a", "* * * * * daily\n", None),
    ],
)
def test_the_column_of_users_is_found_out(name: str, text: str, user: str | None) -> None:
    assert tab(text, users=None, name=name).jobs[0].user == user


def test_whoever_knows_better_says_whether_users_are_named() -> None:
    assert one("* * * * * php /x\n", users=True).user == "php"
    assert one("@daily\troot\tx  y\n", users=True).command == "x  y"
    assert one("* * * * * root /x\n", users=False).command == "root /x"
    assert tab("* * * * * /x y\n", users=True).said[0].words.startswith("'/x' stands where the user is expected")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/opt/librenms/cronic /opt/librenms/poller-wrapper.py 16", "cronic poller-wrapper.py 16"),
        ("/etc/daily > /var/log/daily.out 2>&1", "daily"),
        ("backup.sh --all >>/tmp/x 2>> /tmp/y", "backup.sh --all"),
        ("cd / && run-parts --report /etc/cron.hourly", "cd / && run-parts --report cron.hourly"),
        ("> /var/log/x", "> /var/log/x"),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_a_job_is_named_by_its_command(command: str, name: str) -> None:
    assert job_name(command) == name


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name("a", {"a", "a (2)"}.__contains__) == "a (3)"


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"* * * * {text}".encode()))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    found = tab(data, users=None)
    assert all(job.command.strip() for job in found.jobs)


def test_a_large_file_is_read_at_once() -> None:
    found = tab("".join(f"{n % 60} {n % 24} * * * /bin/job --number {n} # {'x' * 80}\n" for n in range(5_000)))
    assert len(found.jobs) == 5_000
