"""The folders that a warm worker works in, and how what a run leaves in them becomes the run's.

Made once for many runs: making or renaming two folders costs a run more than all else that is done for it. Only a run
that leaves something gets folders of its own, before its end is told.
"""
# ruff: noqa: PTH102, PTH104, PTH106, PTH208 (pathlib would be a third of the start)

from __future__ import annotations

import os

PREFIX = "warm-"
ARTIFACTS = "TICKLER_ARTIFACTS"
_OUT = ".out"
LARGEST = 32_000
"""Bytes of what is told of a run: an empty pipe takes so much at once."""


def make(home: str) -> None:
    """The folder for work and that for artifacts, empty."""
    os.mkdir(home, 0o700)
    os.mkdir(home + _OUT, 0o700)


def artifacts(home: str) -> str:
    """Where runs put artifacts."""
    return home + _OUT


def hand_over(home: str, cwd: str, out: str) -> None:
    """What lies in the folders goes to a run's own; what is there already is not touched. OSError if it cannot be."""
    for folder, target in ((home, cwd), (home + _OUT, out)):
        try:
            is_empty = not os.listdir(folder)
        except FileNotFoundError:
            is_empty = False
        else:
            if not is_empty:
                os.rename(folder, target)
        if not is_empty:
            os.mkdir(folder, 0o700)


def remove(home: str) -> None:
    """After its worker; what still lies in them stays."""
    for folder in (home, home + _OUT):
        try:
            os.rmdir(folder)
        except OSError:
            continue
