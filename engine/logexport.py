"""A log as a file of one's own: text that any pager shows, with nothing in it that a terminal would obey."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from engine.rules.errors import shown
from store.errors import Refused
from store.instants import from_us
from store.reads.log_which import Log, Which
from store.values import LogLine

AT_ONCE = 5_000
"""Lines read and written at a time."""


def line_text(line: LogLine, harmless: Callable[[str], str]) -> str:
    """`2025-06-16T09:30:05.123456Z error   stderr 1 12 text`: as a log file of the store has it."""
    when = from_us(line.at).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{when}Z {line.level:7} {line.stream:6} {line.attempt} {line.seq} {harmless(line.text)}\n"


def target(name: str, *, overwrite: bool) -> Path:
    """Where an export goes. Refused if something is there, unless it is a file that may be replaced."""
    path = Path(name).expanduser()
    if not name.strip():
        raise Refused("file: expected a name.")
    if path.is_dir():
        raise Refused(f"file: {shown(str(path), 300)} is a directory; name a file in it.")
    if not path.parent.is_dir():
        raise Refused(f"file: there is no directory {shown(str(path.parent), 300)}.")
    if os.path.lexists(path) and not overwrite:
        raise Refused(f"file: {shown(str(path), 300)} exists; name another, or say that it may be overwritten.")
    return path


def export(
    log: Log,
    which: Which,
    name: str,
    *,
    overwrite: bool,
    harmless: Callable[[str], str],
    goes_on: Callable[[int], bool] = lambda done: True,
) -> int:
    """Write the lines that are meant to a new file, 0600; how many. Refused in words that name the file.

    The name appears when all of it is written. `goes_on` hears how many lines are written, and may stop it.
    """
    path = target(name, overwrite=overwrite)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        done = _write(part, log, which, harmless, goes_on)
        if overwrite:
            part.replace(path)
        else:
            path.hardlink_to(part)
    except FileExistsError as fault:
        raise Refused(f"file: {shown(str(path), 300)} exists; it was left as it is.") from fault
    except OSError as fault:
        raise Refused(f"file: {shown(str(path), 300)} cannot be written: {fault.strerror or fault}.") from fault
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return done


def _write(part: Path, log: Log, which: Which, harmless: Callable[[str], str], goes_on: Callable[[int], bool]) -> int:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    done, first = 0, 1
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        while lines := log.lines(which, first, log.size, AT_ONCE, backward=False):
            file.writelines(line_text(line, harmless) for line in lines)
            done, first = done + len(lines), lines[-1].seq + 1
            if not goes_on(done):
                raise Refused(f"Not written: it was stopped after {done:,} lines.")
    return done
