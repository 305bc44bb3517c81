"""A file with definitions is imported once, as a worker would: in a process that is killed if it does not end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.controllers.command import environment
from engine.rules.errors import shown
from engine.rules.workflows.graph import Graph

SECONDS = 10.0
_MOST = 1 << 20
_PARENT = str(Path(__file__).resolve().parent.parent.parent)
_CODE = f"import sys; sys.path.append({_PARENT!r}); from engine.jobs.tried import main; main()"


def wrong(text: str, name: str, graphs: Iterable[Graph], seconds: float = SECONDS) -> list[str]:
    """What is wrong with a file when it is imported, in sentences; nothing if its classes are what was read of them."""
    asked = {each.entry: {"steps": [node.name for node in each.nodes], "edges": len(each.edges)} for each in graphs}
    with tempfile.TemporaryDirectory(prefix="tickler-check-") as folder:
        path, answer = Path(folder, name if name.endswith(".py") else "workflow.py"), Path(folder, "answer.json")
        path.write_text(text, encoding="utf-8")
        argv = (sys.executable, "-I", "-X", "utf8", "-c", _CODE, str(path), str(answer))
        if not _ended(argv, json.dumps(asked), folder, seconds):
            return [f"{name}: it does not end when it is imported (it had {seconds:.0f} seconds)"]
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if answer.stat().st_size <= _MOST:
                found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
                return [shown(each, 500) for each in found["wrong"]]
    return [f"{name}: its process ended when it was imported"]


def _ended(argv: tuple[str, ...], given: str, folder: str, seconds: float) -> bool:
    """Whether the process ended by itself; it and all that it began are gone afterwards."""
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        env=environment(0, 0, "", {}), start_new_session=True,
    )  # fmt: skip
    try:
        process.communicate(given.encode(), seconds)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
