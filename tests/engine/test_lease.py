"""Who fires is who holds the lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.lease import Lease
from store.errors import StoreTrouble
from tests.engine.engine_stage import soon

HOLDER = """
import subprocess, sys
from pathlib import Path
from engine.lease import Lease
lease = Lease(Path(sys.argv[1]))
assert lease.take()
child = subprocess.Popen(["sleep", "300"], close_fds=False)
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_one_holds_it_until_it_is_dropped(tmp_path: Path) -> None:
    first, second = Lease(tmp_path / "lock"), Lease(tmp_path / "lock")
    assert first.take()
    assert first.take()
    assert not second.take()
    assert (first.held, second.held) == (True, False)
    first.drop()
    assert second.take()
    first.drop()
    second.drop()
    assert (tmp_path / "lock").stat().st_mode & 0o077 == 0


def test_kill_frees_it_although_a_child_lives(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        try:
            lease = Lease(tmp_path / "lock")
            assert not lease.take()
            holder.kill()
            holder.wait()
            assert soon(lease.take) < 1
            lease.drop()
        finally:
            os.kill(child, 9)


def test_lock_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble, match="cannot be opened: No such file or directory"):
        Lease(tmp_path / "no" / "lock").take()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreTrouble):
        Lease(tmp_path / "link").take()
    assert not (tmp_path / "elsewhere").exists()
