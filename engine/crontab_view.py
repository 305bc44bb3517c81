"""A schedule seen as a job of a crontab."""

from __future__ import annotations

from engine.rules.crontab import CronJob
from engine.rules.crontab_export import five_fields
from engine.rules.crontab_fields import AT_BOOT
from engine.rules.durations import duration_text
from engine.rules.errors import BadValue
from store.enums import Missed, Overlap
from store.values import Schedule


def cron_job(schedule: Schedule) -> CronJob:
    """The line that cron would read as this schedule; BadValue with the reason if there is none."""
    _refuse_what_matters(schedule)
    params = schedule.params
    env = {str(name): str(value) for name, value in (params.get("env") or {}).items()}
    cwd, shell = params.get("cwd"), params.get("shell")
    if shell is not None and shell != env.get("SHELL"):
        env = {"SHELL": str(shell), **env}
    if cwd not in (None, "~", env.get("HOME")):
        raise BadValue(f"it works in {cwd}; cron's jobs work in HOME")
    assert schedule.spec is not None
    fields = five_fields(schedule.spec, schedule.zone)
    return CronJob(
        line=0,
        text="",
        name=schedule.name,
        spec=AT_BOOT if fields == "@reboot" else f"cron: {fields}",
        zone=schedule.zone,
        user=None,
        command=str(params["command"]),
        stdin=params.get("stdin"),
        env=env,
        is_commented=not schedule.is_enabled or schedule.pause_reason is not None,
        is_single=False,
        jitter=schedule.jitter - schedule.jitter % 60,
        about=schedule.description,
        notes=(),
    )


def lost(schedule: Schedule) -> tuple[str, ...]:
    """What cron would do otherwise, where it can be lived with."""
    words = []
    if schedule.max_retries:
        words.append(f"tried again up to {schedule.max_retries} times after a failure")
    if schedule.timeout < 86_400:
        words.append(f"stopped after {duration_text(schedule.timeout)}")
    if schedule.overlap is not Overlap.ALLOW:
        words.append(f"while a run is open: {schedule.overlap}")
    usual = Missed.RUN_ONCE if schedule.spec == AT_BOOT else Missed.SKIP
    if schedule.missed is not usual:
        words.append(f"after an outage: {schedule.missed}")
    if schedule.jitter % 60:
        words.append(f"begins up to {duration_text(schedule.jitter)} later, by chance")
    if schedule.params.get("cwd") is None:
        words.append("works in a folder of its own")
    if schedule.slot:
        words.append(f"takes a place in {schedule.slot}")
    return tuple(words)


def _refuse_what_matters(schedule: Schedule) -> None:
    """What cron would do wrong."""
    if schedule.controller != "shell" or not isinstance(schedule.params.get("command"), str):
        raise BadValue(f"it runs {schedule.controller}; a crontab has commands only")
    if schedule.spec is None:
        raise BadValue("it counts from a moment; a crontab knows no such steps")
    for is_so, what in (
        (schedule.end_at is not None, "it ends"),
        (schedule.max_count is not None, "it happens so many times only"),
        (bool(schedule.excluded_dates), "it has days on which it does not happen"),
        (schedule.is_exclusive, "nothing else may run meanwhile"),
        (schedule.start_at is not None, "it has a start"),
    ):
        if is_so:
            raise BadValue(f"{what}; a crontab cannot say so")
