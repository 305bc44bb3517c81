"""Where faults of ours go: with their trace into a file of the data folder, never on the screen.

A trace that textual prints shows the values of variables, and with them what people typed. The file holds source
lines and the words of the exception only, and what looks like a secret in them is masked.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from io import TextIOWrapper
from pathlib import Path

log = logging.getLogger("tickler.desk")

MOST_BYTES = 1_000_000
"""A longer file is begun anew; the last one is kept beside it."""

_SECRETS = (
    (
        r"(?i)([\"']?[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credential)[\w.-]*[\"']?"
        r"\s*(?:[=:]|=>)\s*)([\"']?)[^\s\"',;&)}\]]+",
        r"\1\2***",
    ),
    (r"(?i)\b(bearer|basic)\s+[\w.+/=~-]{6,}", r"\1 ***"),
    (r"(://[^/\s:@]*):[^/\s@]+@", r"\1:***@"),
)


def masked(text: str) -> str:
    """`text` without the values of passwords, tokens, keys, and of logins in addresses."""
    for pattern, instead in _SECRETS:
        text = re.sub(pattern, instead, text)
    return text


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class _File(logging.FileHandler):
    """Made when there is something to write, for this user's eyes alone."""

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > MOST_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return open(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not end the desk because of a line in its log."""


def keep(folder: Path) -> Path:
    """Send faults of the desk, of its engine and of stray threads to `tickler.log` in `folder`; its path."""
    path = folder / "tickler.log"
    handler = _File(path, delay=True)
    handler.setFormatter(_Formatter("%(asctime)s pid %(process)d %(name)s: %(message)s"))
    ours = logging.getLogger("tickler")
    ours.addHandler(handler)
    ours.propagate = False
    threading.excepthook = _of_a_thread
    return path


def _of_a_thread(fault: threading.ExceptHookArgs) -> None:
    if fault.exc_value is not None:
        name = fault.thread.name if fault.thread else "a thread"
        log.error("%s ended", name, exc_info=(fault.exc_type, fault.exc_value, fault.exc_traceback))
