"""The `tickler` command: opens the desk, or runs one operation and prints what it made.

Exit status: 0 done, 1 refused (one sentence), 2 wrong usage. Nothing here imports textual or peewee by
itself; each command loads what its words need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tickler.words import Usage, split


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name); returns the exit status."""
    os.umask(0o077)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except Usage as fault:
        print(f"tickler: {fault}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    given = split(words)
    first = given.words[0] if given.words else ""
    if first in ("-h", "--help", "help"):
        from tickler.help import overview

        print(overview())
        return 0
    if first in ("version", "--version"):
        from importlib.metadata import version

        print(f"tickler {version('tickler')}")
        return 0
    if first in ("", "demo", "engine", "keys"):
        from tickler.doors import open_door

        return open_door(first, given)
    from tickler.commands import run_named

    return run_named(given)


if __name__ == "__main__":
    sys.exit(main())
