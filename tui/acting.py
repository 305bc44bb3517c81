"""A line of Today about a trigger, as far as Today knows of it: most desks have none, and load nothing of them."""

from __future__ import annotations

from tui.app import Desk
from tui.rows import Cells


class Acting:
    """A line of what a trigger will do; `tui.trigger_today` makes them."""

    id: int
    name: str

    def cells(self, width: int, desk: Desk) -> Cells:
        """How it looks."""
        raise NotImplementedError

    def open(self, desk: Desk) -> None:
        """Go to what it is for."""
        raise NotImplementedError
