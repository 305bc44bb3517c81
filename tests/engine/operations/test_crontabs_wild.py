"""Whole crontabs of the wild on their way in: told line by line, the same a second time, and taken back by one undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations.adopting import Outcome
from engine.operations.crontabs import import_crontab
from engine.operations.schedules import add
from engine.operations.undo import undo
from engine.queries.crontab import export_crontab
from store.enums import Missed
from tests.engine.rules.test_crontab_wild import DEBIAN, TAKEN
from tests.engine.stage import ANA, AT, contents, desk, rows

__all__ = ["desk"]

OWN = "".join(f"{line}\n" for line, users, *_ in TAKEN if not users)
SYSTEM = "".join(f"{line}\n" for line, users, *_ in TAKEN if users)
MIXED = b"""\xef\xbb\xbfMAILTO=""\r
@reboot start --all\r
CRON_TZ=Asia/Tokyo\r
0 1 * * * caf\xe9\r
0 2 * * * fine\r
0 25 * * * wrong\r
1 5 cron.daily run-parts /etc/cron.daily\r
0~59 * * * * any minute"""


@pytest.mark.parametrize(
    ("data", "made", "refused"),
    [(OWN.encode(), None, 0), (SYSTEM.encode(), None, 0), (DEBIAN.encode(), 4, 0), (MIXED, 3, 3)],
    ids=["own", "system", "debian", "mixed"],
)
def test_twice_changes_nothing_and_undo_takes_it_back(
    desk: Path, tmp_path: Path, data: bytes, made: int | None, refused: int
) -> None:
    add(ANA, AT, "mine", spec="daily 03:00", command="true")
    empty = contents(desk)
    file = tmp_path / "jobs"
    file.write_bytes(data)
    report = import_crontab(ANA, AT, str(file))
    assert (report.made, report.refused) == (made or len(data.splitlines()), refused)
    assert all(line.words for line in report.lines if line.outcome in (Outcome.REFUSED, Outcome.NOTED))
    before = contents(desk, revisions=True)
    again = import_crontab(ANA, AT, str(file))
    assert (again.made, again.changed, again.unchanged, again.refused) == (0, 0, report.made, refused)
    assert contents(desk, revisions=True) == before
    undo(ANA, AT)
    assert contents(desk) == empty


def test_what_is_exported_comes_back_the_same(desk: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "jobs", tmp_path / "out"
    file.write_text(OWN + "@reboot start --all\n")
    import_crontab(ANA, AT, str(file), zone="UTC")
    export_crontab(ANA, AT, str(out), "UTC")
    assert "\n@reboot start --all\n" in out.read_text()
    assert "cannot say" not in out.read_text()
    again = import_crontab(ANA, AT, str(out), zone="UTC")
    assert (again.made, again.changed, again.refused) == (0, 0, 0)


def test_a_start_of_the_machine_is_caught_up_with(desk: Path, tmp_path: Path) -> None:
    """As cron does, which runs it whenever cron itself starts; a delay is more than a crontab can say."""
    file = tmp_path / "jobs"
    file.write_text("@reboot up\n0 1 * * * nightly\n")
    import_crontab(ANA, AT, str(file))
    assert rows(desk, "SELECT name, spec, missed FROM schedule ORDER BY id") == [
        ("up", "at boot", Missed.RUN_ONCE), ("nightly", "cron: 0 1 * * *", Missed.SKIP),
    ]  # fmt: skip
    add(ANA, AT, "later", spec="at boot + 15m", command="true")
    written = export_crontab(ANA, AT)
    assert isinstance(written, str)
    assert "later (at boot + 15m): @reboot of a crontab knows no delay" in written


def test_a_command_that_is_too_long_is_refused_alone(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "jobs"
    file.write_text(f"0 1 * * * {'x' * 1_000_000}\n0 2 * * * fine\n")
    report = import_crontab(ANA, AT, str(file))
    assert (report.made, report.refused) == (1, 1)
    assert "expected at most 100000 characters" in report.lines[0].words[0]
    assert len(str(report)) < 5_000
