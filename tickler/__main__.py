"""The `tickler` command: opens the desk, or runs one operation and prints what it made.

Exit status: 0 done, 1 refused (one sentence), 2 wrong usage. Nothing here imports textual or peewee by
itself; each command loads what its words need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from tickler.words import Given, Usage, asks_help, split


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name); returns the exit status."""
    os.umask(0o077)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter still gets the line
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _guarded(words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # `tickler log | head -1`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        about = f"{fault.filename}: " if fault.filename else ""
        return _say(f"tickler: {about}{fault.strerror or fault}", 1)
    return status


def _guarded(words: list[str]) -> int:
    try:
        return _run(split(words))
    except Usage as fault:
        return _say(f"tickler: {fault}", 2)
    except KeyboardInterrupt:
        return 130
    except Exception as fault:  # a fault of ours is told in one line, too; the trace is there for the asking
        if isinstance(fault, OSError) or os.environ.get("TICKLER_TRACE"):
            raise
        told = f"{type(fault).__name__}: {fault}"
        return _say(f"tickler: a fault in tickler itself: {told} (TICKLER_TRACE=1 shows where)", 1)


def _run(given: Given) -> int:
    first = given.words[0] if given.words else ""
    if first == "help" or asks_help(given.words):
        from tickler.help import answer

        print(answer(given.words[1:] if first == "help" else given.words))
        return 0
    if first in ("version", "--version"):
        print(f"tickler {_version()}")
        return 0
    if first in ("", "demo", "engine", "keys") or first.startswith("-"):
        from tickler.doors import open_door

        return open_door(given)
    from tickler.commands import run_named

    return run_named(given)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tickler")
    except PackageNotFoundError:
        return "(not installed)"


def _say(words: str, status: int) -> int:
    """One harmless line on stderr."""
    from tickler.plain import plain

    if sys.stderr is not None:
        print(plain(words), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
