"""What the rules raise when a value makes no sense."""

from __future__ import annotations


class BadValue(ValueError):
    """A value that cannot be taken. `str()` is one sentence that names it and what was expected."""
