"""The acts that save what was typed into the schedule editor, in their order."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine.operations.schedules import add, disable, edit, enable, pause, resume
from store import values
from tui.perform import Wish, wish
from tui.screens.editor_fields import PAUSE
from tui.screens.schedule_editor_check import Checked
from tui.screens.schedule_editor_fields import asked


def wishes(
    schedule: values.Schedule | None, typed: Mapping[str, str], before: Mapping[str, str], checked: Checked
) -> list[Wish]:
    """The fields first; then on or off, and the pause, which are verbs of their own and can be undone alone."""
    call = asked(checked.given, is_new=schedule is None)
    if checked.params is not None:
        call |= {"controller": typed["controller"], "params": json.dumps(checked.params, ensure_ascii=False)}
    found = list[Wish]()
    if schedule is None:
        name = call.pop("name")
        found.append(wish(add, name, disabled=typed["is_enabled"] == "no", **call))
    else:
        name = schedule.name
        if call:
            found.append(wish(edit, name, rev=schedule.rev, **call))
            name = typed["name"].strip()
        if typed["is_enabled"] != before["is_enabled"]:
            found.append(wish(enable if typed["is_enabled"] == "yes" else disable, name))
    if any(typed[key] != before[key] for key in PAUSE):
        found.append(_pause(name, typed, checked))
    return found


def _pause(name: str, typed: Mapping[str, str], checked: Checked) -> Wish:
    if typed["is_paused"] == "no":
        return wish(resume, name)
    return wish(pause, name, reason=typed["pause_reason"].strip(), until=checked.until)
