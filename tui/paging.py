"""A file in the person's own pager, in front of a desk that waits."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

PAGER = "less"


def page(app: App[Any], path: Path) -> None:
    """Show a file in `$PAGER` (else less) until it is left; a toast says why that cannot be.

    The file was made by a job: less runs no other program for it, and shows escape sequences as letters.
    """
    command = shlex.split(os.environ.get("PAGER", "")) or [PAGER]
    if shutil.which(command[0]) is None:
        app.notify(f"{command[0]} is not installed; set PAGER, or save the file with o.", severity="warning")
        return
    own = {name: value for name, value in os.environ.items() if name not in ("LESS", "LESSOPEN", "LESSCLOSE")}
    try:
        with app.suspend():
            subprocess.run([*command, str(path)], env={**own, "LESSSECURE": "1"}, check=False)
    except SuspendNotSupported:
        app.notify("A pager cannot be shown here; save the file with o.", severity="warning")
    app.refresh()
