"""`import crontab`: the jobs of a crontab as schedules, with a word about every line that means something else here."""

from __future__ import annotations

import pwd
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from engine.actors import login_name
from engine.crontab_view import cron_job
from engine.operations.adopting import COMMENTED, OTHER_USER, Adopted, Adoption, Report, digest_of, refuse_empty
from engine.operations.registry import Act, Help, operation
from engine.rules.crontab import CronJob, Crontab, Source, read
from engine.rules.crontab_fields import AT_BOOT
from engine.rules.errors import BadValue
from engine.rules.job_names import job_name
from engine.rules.zones import zone_named
from engine.userfiles import called, file_bytes
from store import settings
from store.enums import Missed, Overlap
from store.errors import Refused
from store.instants import machine_zone
from store.values import Schedule

LARGEST = 5_000_000
"""Bytes of a file."""

LONG = 30 * 86_400
"""Seconds: cron stops nobody, a schedule has a limit; what runs for a month is stuck."""

_LIKE_CRON = (
    "as under cron: what an outage made it miss is not made up for, a run may begin while another is open;"
    " `schedule edit --missed run_once --overlap skip` changes that"
)


@operation("import crontab")
def import_crontab(
    act: Act,
    file: Annotated[str, Help("a crontab; - reads standard input, as in `crontab -l | tickler import crontab -`")],
    system: Annotated[bool, Help("jobs name the user they run as, as in /etc/crontab; else this is found out")] = False,
    user: Annotated[bool, Help("jobs do not name a user, as in `crontab -l`")] = False,
    zone: Annotated[str | None, Help("zone of its times where no CRON_TZ says so; else this machine's")] = None,
    missed: Annotated[Missed, Help("after an outage: skip (as cron does), run_once or run_all")] = Missed.SKIP,
    overlap: Annotated[
        Overlap, Help("while a run is open: allow (as cron does), skip, queue or replace")
    ] = Overlap.ALLOW,
    any_user: Annotated[bool, Help("jobs of other users run too, as you; else they are taken paused")] = False,
    prune: Annotated[bool, Help("delete schedules of this file whose job is no longer in it")] = False,
    dry_run: Annotated[bool, Help("say what would be done, and change nothing")] = False,
) -> Report:
    """Import the jobs of a crontab as schedules; a second time only what changed in it."""
    if system and user:
        raise Refused("--system and --user: say one of the two.")
    place = str(zone_named(zone)) if zone else machine_zone()
    path = file if file == "-" else str(Path(file).expanduser().absolute())
    accounts = frozenset(each.pw_name for each in pwd.getpwall())
    source = Source(path, place, True if system else False if user else None, accounts, path)
    found = read(file_bytes(file, LARGEST), source)
    act.connection.execute("SAVEPOINT import")
    adoption = Adoption(act, "crontab", path)
    usual = {"missed": missed, "overlap": overlap, "timeout": LONG}
    adoption.take(_adopted(found, called(file), usual, any_user=any_user))
    for said in found.said:
        adoption.say(said.line, said.text, said.words, is_refused=said.is_refused)
    adoption.leave(prune=prune)
    report = adoption.report(_notes(act, found, file, place, any_user=any_user), is_preview=dry_run)
    refuse_empty(report, "jobs")
    act.connection.execute("ROLLBACK TO import" if dry_run else "RELEASE import")
    return report


def _adopted(found: Crontab, file: str, usual: dict[str, Any], *, any_user: bool) -> Iterator[Adopted]:
    """Identity is user and command, counted where one is there several times; those in service come first, so that
    an old line kept as a comment does not take the place of the new one.
    """
    me, counted = login_name(), Counter[str]()
    for job in sorted(found.jobs, key=lambda job: job.is_commented):
        what = digest_of([job.user, job.command, job.stdin])
        counted[what] += 1
        pause = None
        if job.is_commented:
            pause = f"{COMMENTED}{file}"
        elif job.user not in (None, me) and not any_user:
            pause = OTHER_USER.format("cron", job.user, me)
        # cron runs it when cron starts, however long that is after the machine.
        late = {"missed": Missed.RUN_ONCE} if job.spec == AT_BOOT and usual["missed"] == Missed.SKIP else {}
        single = {"overlap": Overlap.SKIP} if job.is_single else {}
        yield Adopted(
            job.line, job.text, f"{what}.{counted[what]}", job.name or job_name(job.command), said_of(job),
            {**usual, **single, **late, "description": job.about}, pause, job.notes,
            _sameness(job) if job.name else None,
        )  # fmt: skip


def said_of(job: CronJob) -> dict[str, Any]:
    """The fields of a schedule that follow a line of a crontab."""
    params: dict[str, Any] = {"command": job.command, "cwd": job.env.get("HOME", "~")}
    if job.env:
        params["env"] = dict(job.env)
    if job.stdin is not None:
        params["stdin"] = job.stdin
    if job.env.get("SHELL", "/bin/sh") != "/bin/sh":
        params["shell"] = job.env["SHELL"]
    said = {"spec": job.spec, "zone": job.zone, "controller": "shell", "params": params}
    return {**said, "jitter": job.jitter} if job.jitter else said


def _sameness(job: CronJob) -> Any:
    """Whether a schedule is the one that the line was exported from, and says the same still."""

    def is_same(schedule: Schedule) -> bool:
        try:
            line = cron_job(schedule)
        except BadValue:
            return False
        return said_of(line) == said_of(job) and line.is_commented == job.is_commented

    return is_same


def _notes(act: Act, found: Crontab, file: str, zone: str, *, any_user: bool) -> list[str]:
    notes = list(found.notes)
    if not found.jobs:
        return notes
    store_zone = str(settings.read(act.connection, "zone"))
    if zone != store_zone and any(job.zone == zone for job in found.jobs):
        notes.append(f"times are those of {zone}; the store's zone is {store_zone} (--zone says another)")
    notes.append(_LIKE_CRON)
    users = sorted({job.user for job in found.jobs if job.user not in (None, login_name())})
    if users and not any_user:
        notes.append(f"jobs of {', '.join(users)} are paused; `schedule resume` lets one run as you, --any-user all")
    if any("PATH" not in job.env for job in found.jobs):
        notes.append("where no PATH is set, commands are looked for in /usr/local/bin and the sbin folders as well")
    if any(not job.is_commented for job in found.jobs):
        notes.append(f"cron goes on running them until you take them out of {'the crontab' if file == '-' else file}")
    return notes
