"""What `python -I start.py PARENT` runs. PARENT holds our packages: isolated mode puts no folder on the path."""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    sys.path.append(sys.argv.pop(1))
    importlib.import_module("engine.sending.main").main()
