"""`export crontab`: schedules for whoever goes back to cron, or shows them to somebody who only reads crontabs."""

from __future__ import annotations

from typing import Annotated

from engine.crontab_view import cron_job, lost
from engine.operations.registry import Help, Look, query
from engine.rules.crontab_export import Unsaid, write
from engine.rules.errors import BadValue, shown
from engine.rules.wording import count_of
from engine.userfiles import write_new
from store.frozen import value
from store.instants import machine_zone
from store.reads import schedules as reads

_PAGE = 500


@value
class Exported:
    """A crontab that was written: schedules that are lines of it, and those that are comments with the reason."""

    file: str
    jobs: int
    comments: int

    def __str__(self) -> str:
        comments = f", {self.comments:,} only as comments" if self.comments else ""
        return f"{shown(self.file, 300)}: {count_of(self.jobs, 'job')}{comments}"


@query("export crontab")
def export_crontab(
    look: Look,
    file: Annotated[str, Help("a new file for it; else it is printed")] = "",
    zone: Annotated[str | None, Help("the zone in which cron lives; else this machine's")] = None,
) -> str | Exported:
    """Write schedules as a crontab; what it cannot say becomes a comment with the reason."""
    jobs, unsaid = [], []
    after: str | None = None
    while page := reads.page(look.connection, after=after, limit=_PAGE):
        for schedule in page:
            try:
                jobs.append((cron_job(schedule), lost(schedule)))
            except BadValue as fault:
                unsaid.append(Unsaid(schedule.name, schedule.spec or "a moment", str(fault)))
        after = page[-1].name
    written = write(jobs, unsaid, zone or machine_zone())
    if not file:
        return written.text
    write_new(file, written.text)
    return Exported(file, written.jobs, len(written.unsaid))
