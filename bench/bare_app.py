"""The smallest textual app: what a start costs before anything of ours is loaded."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One word."""

    def compose(self) -> ComposeResult:
        """The word that a bench waits for."""
        yield Static("READY")


if __name__ == "__main__":
    Bare().run()
