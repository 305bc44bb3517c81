"""The peers beside us: `bench/peers.py` run by the python that PEERS names, in the same run as ours."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PEERS = os.environ.get("PEERS", "")


def peer(part: str, count: int) -> dict[str, Any]:
    """What a part of bench/peers.py says."""
    command = [PEERS, str(Path(__file__).with_name("peers.py")), part, str(count)]
    found: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return found
