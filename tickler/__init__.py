"""The front door: the `tickler` command and the names that authors of controllers and workflows import."""

from __future__ import annotations

from typing import Any

__all__ = [
    "Cancelled", "Context", "Entity", "Param", "Workflow", "controller", "gateway", "human", "join", "start", "step",
    "wait",
]  # fmt: skip

_WHERE = {
    "Cancelled": "engine.jobs.context",
    "Context": "engine.jobs.context",
    "Param": "engine.jobs.authors",
    "controller": "engine.jobs.authors",
    **dict.fromkeys(("Entity", "Workflow", "gateway", "human", "join", "start", "step", "wait"), "engine.jobs.flows"),
}


def __getattr__(name: str) -> Any:
    """The authors' names, imported when asked for: no command needs them."""
    if name not in _WHERE:
        raise AttributeError(f"module 'tickler' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_WHERE[name]), name)
