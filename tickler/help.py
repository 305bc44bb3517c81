"""The overview that `tickler help` prints."""

from __future__ import annotations

import importlib

from engine.operations.registry import NAMED
from tickler.catalog import DOORS, MODULES


def overview() -> str:
    """Every command with its one line, grouped by noun."""
    for module in MODULES:
        importlib.import_module(module)
    lines = [
        "tickler: every follow-up, recurring chore and background job on one screen in the terminal.",
        "",
        "  tickler                     open the desk",
    ]
    lines += [f"  tickler {name.ljust(19)} {words}" for name, words in DOORS.items()]
    noun = ""
    for name in (name for names in MODULES.values() for name in names):
        if name.split()[0] != noun:
            noun = name.split()[0]
            lines.append("")
        lines.append(f"  tickler {name.ljust(19)} {NAMED[name].title}")
    lines += [
        "",
        "Every command takes --store FILE (or TICKLER_STORE), --json, --at INSTANT and --help.",
        "Exit status: 0 done, 1 refused (one sentence), 2 wrong usage.",
    ]
    return "\n".join(lines)
