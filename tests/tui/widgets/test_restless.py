"""Rows come and go while somebody presses keys: every picture is a stretch of the table, in its order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest

from tests.tui.widgets.showing import running, sections_of, squeezed
from tests.tui.widgets.table import Item, Table, items
from tui.widgets.line_list import LineList


def press(shown: LineList, choice: int) -> None:
    """One of the things a person can do."""
    acts: list[Callable[[], object]] = [
        lambda: shown.action_move(1),
        lambda: shown.action_move(-1),
        lambda: shown.action_page(1),
        lambda: shown.action_page(-1),
        shown.action_first,
        shown.action_last,
        shown.action_fold,
        shown.action_unfold,
    ]
    acts[choice % len(acts)]()


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_the_lines_are_those_of_the_table(seed: int) -> None:
    """Press keys while rows come and go, and compare every picture with the table."""
    chance = Random(seed)
    heights = [chance.choice((0, 1, 5, 30, 260, 700)) for _ in range(chance.randint(1, 4))]
    counted = chance.random() < 0.5
    table = Table(**{f"s{index}": items(height, f"s{index} row") for index, height in enumerate(heights)})
    async with running(sections_of(table, counted=counted)) as (app, _):
        for turn in range(150):
            press(app.rows, chance.randrange(8))
            check(app.rows, table)
            row, name = app.rows.row, f"s{chance.randrange(len(heights))}"
            for change in range(chance.randrange(4)):
                if chance.random() < 0.5:
                    where = chance.uniform(-20, 11 * len(table.sections[name]))
                    table.put(name, Item(where, f"new {turn} {change}", f"new {turn} {change}"))
                elif table.sections[name] and (victim := chance.choice(table.sections[name])) != row:
                    table.remove(name, victim.id)
            app.rows.refresh_data(sections_of(table, counted=counted))
            assert app.rows.row == row
            check(app.rows, table)
            if chance.random() < 0.3:
                app.rows.set_counts({name: len(rows) for name, rows in table.sections.items()})
                assert app.rows.row == row
                check(app.rows, table)


def check(shown: LineList, table: Table) -> None:
    """Rows on the screen are neighbours in the table, in its order, each heading before its rows."""
    words = squeezed([shown.render_line(y).text[:-1] for y in range(12)])
    inside = words[: max(0, shown.total_lines - shown.top_line)]
    assert not [word for word, below in pairwise(inside) if not word and below[:1] not in ("▸", "▾")]
    rows = {name: [item.title + " end" for item in rows] for name, rows in table.sections.items()}
    order = [
        [f"{'▸' if name in shown.folded() else '▾'} {name.title()}", *([] if name in shown.folded() else titles)]
        for name, titles in rows.items()
    ]
    expected = [line for group in order for line in group]
    seen = [" ".join(word.split()[:2]) if word[:1] in "▸▾" else word for word in words if word]
    assert any(expected[start : start + len(seen)] == seen for start in range(len(expected))), (seen, expected)
