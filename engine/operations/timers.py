"""`import timers`: timers of systemd and the services they start, as schedules."""

from __future__ import annotations

import os
import platform
import pwd
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

from engine.actors import login_name
from engine.operations.adopting import NOT_ENABLED, OTHER_USER, Adopted, Adoption, Report, refuse_empty
from engine.operations.crontabs import LONG
from engine.operations.registry import Act, Help, operation
from engine.rules.crontab_fields import AT_BOOT
from engine.rules.errors import shown
from engine.rules.timers import System, TimerJob, read
from engine.rules.zones import zone_named
from engine.userfiles import file_bytes
from store import settings
from store.enums import Missed, Overlap
from store.errors import Refused
from store.instants import machine_zone

LARGEST = 1_000_000
"""Bytes of a unit file."""
_MOST = 5_000


@operation("import timers")
def import_timers(
    act: Act,
    folder: Annotated[str, Help("a folder with .timer and .service files, such as /etc/systemd/system", "DIR")],
    user: Annotated[bool, Help("they are units of a user's manager; else their place tells")] = False,
    zone: Annotated[str | None, Help("zone of times that name none; else this machine's")] = None,
    any_user: Annotated[bool, Help("services of other users run too, as you; else they are taken paused")] = False,
    prune: Annotated[bool, Help("delete schedules of this folder whose timer is no longer in it")] = False,
    dry_run: Annotated[bool, Help("say what would be done, and change nothing")] = False,
) -> Report:
    """Import the timers of systemd in a folder as schedules; a second time only what changed."""
    path = Path(folder).expanduser().absolute()
    is_user = user or bool({"user", ".config"} & set(path.parts))
    place = str(zone_named(zone)) if zone else machine_zone()
    files = _files(path, folder)
    jobs, refusals = read(System(files, place, is_user, _specifiers(is_user=is_user)))
    act.connection.execute("SAVEPOINT import")
    adoption = Adoption(act, "timer", str(path))
    me = login_name()
    off = _not_enabled(path, is_user=is_user)
    adoption.take(_adopted(jobs, me if is_user else "root", me, any_user=any_user, off=off))
    for each in refusals:
        adoption.say(each.line, each.text, each.words, is_refused=each.is_refused, file=each.file)
    adoption.leave(prune=prune)
    notes = _notes(act, jobs, place, is_user=is_user)
    report = adoption.report(notes, is_preview=dry_run)
    refuse_empty(report, "timers")
    act.connection.execute("ROLLBACK TO import" if dry_run else "RELEASE import")
    return report


def _adopted(
    jobs: list[TimerJob], manager: str, me: str, *, any_user: bool, off: Callable[[str], bool]
) -> Iterator[Adopted]:
    for job in jobs:
        runs_as = job.user or manager
        params = {"command": job.command, "cwd": job.cwd}
        # systemd starts at once what counts from a start of the machine that is further back.
        is_at_boot = all(part.startswith(AT_BOOT) for part in job.spec.split(" | "))
        said = {
            "spec": job.spec, "zone": job.zone, "controller": "shell", "timeout": job.timeout or LONG,
            "missed": Missed.RUN_ONCE if job.is_persistent or is_at_boot else Missed.SKIP, "jitter": job.jitter,
            "params": {**params, "env": dict(job.env)} if job.env else params,
        }  # fmt: skip
        pause = None
        if off(f"{job.name}.timer"):
            pause = NOT_ENABLED
        elif runs_as not in (me, str(os.getuid())) and not any_user:
            pause = OTHER_USER.format("systemd", runs_as, me)
        usual = {"overlap": Overlap.SKIP, "description": job.about}
        yield Adopted(job.line, job.text, job.identity, job.name, said, usual, pause, job.notes, file=job.file)


def _not_enabled(path: Path, *, is_user: bool) -> Callable[[str], bool]:
    """Whether systemd does not start a timer by itself; asked only of the folders that systemd itself reads."""
    kind = "user" if is_user else "system"
    folders = [Path("/", place, "systemd", kind) for place in ("etc", "run", "usr/local/lib", "usr/lib", "lib")]
    folders += [Path.home() / ".config/systemd/user", Path.home() / ".local/share/systemd/user"] if is_user else []
    if path not in folders:
        return lambda name: False
    enabled = {each.name for folder in folders for each in folder.glob("*.wants/*.timer")}
    return lambda name: name not in enabled


def _files(path: Path, said: str) -> dict[str, str]:
    """The texts of units and drop-ins by name, masked ones empty. Refused if the folder cannot be read."""
    try:
        found = sorted([*path.iterdir(), *path.glob("*.d/*.conf"), *path.glob("*.wants/*.timer")])
    except OSError as fault:
        raise Refused(f"{shown(said, 300)} cannot be read: {fault.strerror}.") from fault
    if not path.is_dir():
        raise Refused(f"{shown(said, 300)} is no folder.")
    files: dict[str, str] = {}
    for each in found:
        if each.suffix not in (".timer", ".service", ".conf") or len(files) > _MOST:
            continue
        name = f"{each.parent.name}/{each.name}" if each.suffix == ".conf" else each.name
        try:
            if name in files or each.is_dir():
                continue
            is_file = stat.S_ISREG(each.stat().st_mode)
        except OSError:  # a link to what is not there
            is_file = False
        files[name] = file_bytes(str(each), LARGEST).decode("utf-8", "replace") if is_file else ""
    return files


def _specifiers(*, is_user: bool) -> dict[str, str]:
    """Those that follow from the machine and the account; what holds only while the unit runs is missing."""
    account = pwd.getpwuid(os.getuid())
    home = account.pw_dir if is_user else "/root"
    config = f"{home}/.config" if is_user else "/etc"
    host = socket.gethostname()
    name, uid = (account.pw_name, account.pw_uid) if is_user else ("root", 0)
    return {
        "h": home, "u": name, "U": str(uid), "g": name, "G": str(account.pw_gid if is_user else 0),
        "H": host, "l": host.partition(".")[0], "s": account.pw_shell if is_user else "/bin/sh",
        "t": f"/run/user/{uid}" if is_user else "/run", "S": f"{home}/.local/state" if is_user else "/var/lib",
        "C": f"{home}/.cache" if is_user else "/var/cache", "L": f"{home}/.local/state/log" if is_user else "/var/log",
        "E": config, "T": "/tmp", "V": "/var/tmp", "a": platform.machine(), "v": platform.release(),
    }  # fmt: skip


def _notes(act: Act, jobs: list[TimerJob], zone: str, *, is_user: bool) -> list[str]:
    if not jobs:
        return []
    notes = []
    store_zone = str(settings.read(act.connection, "zone"))
    if zone != store_zone and any(job.zone == zone for job in jobs):
        notes.append(f"times are those of {zone}; the store's zone is {store_zone} (--zone says another)")
    control = "systemctl --user" if is_user else "systemctl"
    notes.append(f"systemd goes on starting them until you say `{control} disable --now NAME.timer`")
    return notes
