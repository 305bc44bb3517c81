"""What is asked of a person who reads a log: a time to go to, a file to write it to. Loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.logexport import target
from engine.rules.errors import BadValue
from engine.rules.logtimes import log_time
from engine.rules.wording import full_instant
from store.errors import Refused
from tui.perform import Wish
from tui.screens.dialog import Dialog
from tui.widgets.form import Field, Notes


def time_dialog(here: datetime, first: datetime, last: datetime, zone: str, then: Callable[[datetime], None]) -> Dialog:
    """Asks for a time of the log; `here` is that of the current line."""

    def moment(text: str) -> datetime:
        return log_time(text, here, first, last, zone)

    def check(given: dict[str, str]) -> Notes:
        if not given["time"].strip():
            return Notes({"time": "expected a time"})
        try:
            return Notes(means={"time": full_instant(moment(given["time"]), zone)[:19]})
        except BadValue as fault:
            return Notes({"time": str(fault)})

    def save(given: dict[str, str]) -> Wish:
        return Wish(lambda actor, now: moment(given["time"]), then=then)

    field = Field("time", "time", hint="14:05; -10m and +1h from this line")
    return Dialog("Go to a time", (field,), check, save, "go")


def export_dialog(name: str, what: str, then: Callable[[tuple[str, bool]], None]) -> Dialog:
    """Asks for a file to write a log to; `then` gets its name, and whether it may replace what is there."""

    def asked(given: dict[str, str]) -> tuple[str, bool]:
        return given["file"].strip(), given["overwrite"] == "yes"

    def check(given: dict[str, str]) -> Notes:
        file, overwrite = asked(given)
        try:
            target(file, overwrite=overwrite)
        except Refused as fault:
            return Notes({"file": str(fault).removeprefix("file: ")})
        return Notes()

    def save(given: dict[str, str]) -> Wish:
        def look(actor: Any, now: datetime) -> tuple[str, bool]:
            target(asked(given)[0], overwrite=asked(given)[1])
            return asked(given)

        return Wish(look, then=then)

    fields = (Field("file", "file", name), Field("overwrite", "overwrite", "no", choices=("no", "yes")))
    return Dialog(f"Write {what} to a file", fields, check, save, "write")
