"""Small charts drawn with text: columns over time, and bars. Every number that is drawn is said beside it.

Blocks of an eighth where the terminal has them; with plain marks `#`, and `.` for what is less than half of one.
"""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_LEFT = " ▏▎▍▌▋▊▉█"


def columns(numbers: Sequence[float], height: int, *, ascii_marks: bool = False) -> list[str]:
    """A column of one cell for each number, `height` lines from the top; the highest fills all of them.

    A number that is not 0 never looks like 0.
    """
    highest = max(numbers, default=0) or 1
    steps = [max(1, round(number / highest * height * 8)) if number > 0 else 0 for number in numbers]
    lines = []
    for line in range(height - 1, -1, -1):
        lines.append("".join(_cell(step - line * 8, _EIGHTHS, ascii_marks) for step in steps))
    return lines


def bar(share: float, width: int, *, ascii_marks: bool = False) -> str:
    """A bar of `share` (0 to 1) of `width` cells; what is left of it is blank."""
    share = min(1.0, max(0.0, share))
    steps = max(1, round(share * width * 8)) if share > 0 else 0
    return "".join(_cell(steps - cell * 8, _LEFT, ascii_marks) for cell in range(width))


def _cell(step: int, blocks: str, ascii_marks: bool) -> str:
    step = min(8, max(0, step))
    if not ascii_marks:
        return blocks[step]
    return "#" if step >= 4 else "." if step else " "


def widened(line: str, cells: int) -> str:
    """Each column `cells` wide, the last cell of it blank where there is room for that."""
    return "".join(mark * max(1, cells - 1) + " " * (cells > 1) for mark in line)
