"""What `python -I -S start.py PARENT FD FOLDER NAME` runs: the supervisor process.

PARENT is the folder that holds the package `supervisor` (isolated mode puts no folder of ours on the path),
FD the inherited end of the socket, FOLDER and NAME say where the journal goes.
"""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    sys.path.append(sys.argv.pop(1))
    importlib.import_module("supervisor.process").main(*sys.argv[1:])
