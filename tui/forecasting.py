"""`F`: the forecast over any screen, of the row under the cursor where that is something with a future of its own."""

from __future__ import annotations

from typing import Any

from textual.screen import ModalScreen

from engine.forecast import Wanted
from store.values import Entity, Schedule, Task, Template
from tui.app import Desk
from tui.screens.forecast import MOST, ForecastView
from tui.screens.view import View


def open_forecast(desk: Desk) -> None:
    """Once; not over a form."""
    screen = desk.screen
    if isinstance(screen, ModalScreen | ForecastView):
        return
    wanted, about = of_row(screen.current if isinstance(screen, View) and screen.is_mounted else None)
    desk.push_screen(ForecastView(wanted, about))


def of_row(row: Any) -> tuple[Wanted, str]:
    """What to ask for, and the words for it; everything for a row without a future of its own."""
    if isinstance(row, Schedule):
        return Wanted(schedule=row.id, limit=MOST), row.name
    if isinstance(row, Template):
        return Wanted(template=row.id, limit=MOST), row.name
    if isinstance(row, Entity):
        return Wanted(object=f"{row.object_class}/{row.object_id}", limit=MOST), f"{row.object_class} {row.object_id}"
    if isinstance(row, Task) and row.template_id is not None:
        return Wanted(template=row.template_id, limit=MOST), row.template or row.name
    return Wanted(limit=MOST), ""
