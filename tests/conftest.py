"""What every test needs: coroutine tests without a plugin, and an environment of its own."""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import sys
from pathlib import Path

import pytest

# Hundreds of tests start programs of ours, which would compile every module anew if nothing may keep what was compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Every commit waits for the disk, and there are tens of thousands of them: in memory that takes a hundredth of the
# time. Nobody pulls the plug of a test; that what has to be on a disk is asked to be there is what tests can check.
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free there: the tests of floods and of a million lines leave much behind."""

if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests with asyncio.run."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the person who runs the tests reaches them, and they touch nothing of that person's."""
    monkeypatch.setenv("TICKLER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TICKLER_STORE", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TZ", "UTC")
