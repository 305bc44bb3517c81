"""What `python -I start.py PARENT [warm]` runs. PARENT holds our packages: isolated mode puts no folder on the path."""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    sys.path.append(sys.argv.pop(1))
    importlib.import_module(f"engine.jobs.{'warm' if sys.argv[1:] == ['warm'] else 'main'}").main()
