"""Text from users on its way to a terminal: harmless, measured and cut in cells.

Most of it is plain ASCII, for which the tables of wide characters need not be loaded.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO

LIMIT = 8192
"""Characters; longer texts, and those with more than ASCII, go through `tui.text`."""


def plain(text: str) -> str:
    """One line with every control character made visible."""
    if _is_simple(text):
        return text
    from tui.text import safe

    return safe(text)


def paragraphs(text: str) -> list[str]:
    """The lines of a longer text, each made harmless."""
    return [plain(line) for line in text.splitlines()]


def cells(text: str) -> int:
    """How many cells of a terminal a harmless text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """A harmless text cut or padded to exactly `width` cells."""
    if _is_simple(text) and len(text) <= width:
        return text.rjust(width) if right else text.ljust(width)
    from tui.text import fit

    return fit(text, width, align="right" if right else "left")


def terminal_width(stream: TextIO | None = None) -> int | None:
    """Columns of the terminal that the stream writes to; None if it is a file or a pipe."""
    stream = stream or sys.stdout
    try:
        if stream is None or not stream.isatty():
            return None
        return int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return None


def _is_simple(text: str) -> bool:
    return len(text) <= LIMIT and text.isascii() and text.isprintable()
