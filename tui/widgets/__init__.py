"""Widgets, and the parts of them that need no terminal (`pages`, `outline`)."""
