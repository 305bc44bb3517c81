"""The one exception whose words are meant for a person."""

from __future__ import annotations


class Refused(Exception):
    """A rule or the store said no. `str()` is one sentence for the person who asked."""


class QueueFull(Refused):
    """Too many runs wait; a refusal that is counted."""


class StoreTrouble(Refused):
    """The store itself cannot be used: missing, locked, full, read-only, damaged, foreign or newer."""
