"""Where a chain of triggers ends: what one does may make another act, and that must not go on for ever."""

from __future__ import annotations

from datetime import timedelta

MOST_DEEP = 5
"""Triggers of one chain."""
MOST_A_MINUTE = 60
"""Causes a minute upon which one trigger may act; how many rows each of them touches does not count."""
FRESH = timedelta(hours=1)
"""An action that waits as long as this begins a chain of its own: what is seen coming for an hour is no loop."""


def may_follow(chain: tuple[int, ...], trigger_id: int) -> str:
    """Why a trigger may not act as the next one of `chain`; empty if it may."""
    if trigger_id in chain:
        return "it acted already for the same cause"
    if len(chain) >= MOST_DEEP:
        return f"{MOST_DEEP} triggers acted one after the other for the same cause"
    return ""


def too_often(count: int) -> str:
    """Why a trigger that acted `count` times in the last minute may not act again; empty if it may."""
    return f"it acted {count} times within a minute" if count > MOST_A_MINUTE else ""
