"""Every key of the desk, written once: binding, footer, `?`, palette and `tickler keys` read this table.

Same letter, same verb, everywhere. Keys of lists (j k g G ...) belong to the list widget. Left free on
purpose: ctrl+a ctrl+b ctrl+s ctrl+h ctrl+i ctrl+j ctrl+m, alt chords, F-keys alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from store.frozen import value

ANYWHERE = "anywhere"
MOST_HINTS = 7
BACK = "back"
"""Of every screen itself, so that what is innermost closes first."""


@value
class Key:
    """One verb of the desk: its id for keymaps, its keys, and the words for it."""

    id: str
    keys: str
    action: str
    words: str
    help: str
    places: tuple[str, ...]
    hint: bool = False


_TASKS = ("today", "followups", "entity")
_SIFTED = ("today", "followups")
_AGENDA = (*_TASKS, "agenda", "task")
_ROWS = (*_TASKS, "schedules", "runs", "missed", "triggers")
_LISTS = (*_ROWS, "entities", "board", "workflows")
_FLOWS = ("workflows", "workflow", "step")

KEYS: tuple[Key, ...] = (
    Key("view.today", "1", "view('today')", "Today", "Go to Today", (ANYWHERE,)),
    Key("view.followups", "2", "view('followups')", "Followups", "Go to Followups", (ANYWHERE,)),
    Key("view.schedules", "3", "view('schedules')", "Schedules", "Go to Schedules", (ANYWHERE,)),
    Key("view.runs", "4", "view('runs')", "Runs", "Go to Runs", (ANYWHERE,)),
    Key("view.logs", "5", "view('logs')", "Logs", "Go to Logs", (ANYWHERE,)),
    Key("view.workflows", "6", "view('workflows')", "Flows", "Go to Workflows", (ANYWHERE,)),
    Key("view.triggers", "7", "view('triggers')", "Triggers", "Go to Triggers", (ANYWHERE,)),
    Key("view.entities", "8", "view('entities')", "Entities", "Go to Entities", (ANYWHERE,)),
    Key("view.calendar", "9", "view('calendar')", "Calendar", "Go to the calendar", (ANYWHERE,)),
    Key("view.missed", "M", "view('missed')", "missed", "Show what was missed or skipped", (ANYWHERE,)),
    Key("view.last", "minus", "last_view", "last view", "Go back to the last view", (ANYWHERE,)),
    Key("task.done", "d", "done", "done", "Mark the task done", _AGENDA, hint=True),
    Key("task.reopen", "o", "reopen", "reopen", "Open the done task again", _AGENDA),
    Key("task.add", "a", "quick_add", "add", "Add a task by one line", _TASKS, hint=True),
    Key("task.form", "A", "add", "form", "Add a task, field by field", (*_TASKS, "calendar")),
    Key("task.later", "z", "later", "later", "Hide the task until a later day", _AGENDA, hint=True),
    Key("task.move", "r", "move", "move", "Move the day the task is due, or let it recur", _AGENDA, hint=True),
    Key("task.edit", "e", "edit", "edit", "Edit what it says, of this one or all future ones", _AGENDA),
    Key("task.skip", "s", "skip", "leave out", "Leave this one out, of a task that recurs", (*_SIFTED, "agenda")),
    Key("task.take", "t", "take", "take", "Take the task, or hand it back", _TASKS),
    Key("task.hand", "T", "hand", "hand to", "Hand the task to somebody else", _SIFTED),
    Key("task.priority", "p", "priority", "priority", "Set the priority of the task", _SIFTED),
    Key("task.labels", "plus", "labels", "labels", "Put labels on the task, or take them off", _SIFTED),
    Key("task.list", "L", "to_list", "list", "Move the task to another list", _SIFTED),
    Key("task.note", "c", "comment", "note", "Add a line to the notes of the task", _SIFTED),
    Key("task.items", "i", "items", "checklist", "Tick, add or remove lines of the checklist", _SIFTED),
    Key("task.triggers", "y", "triggers", "triggers", "List the triggers that touch the task, or that its heading has",
        (*_AGENDA,)),
    Key("find.saved", "f", "saved_filters", "filters", "Choose a saved filter, or save the one that is set", _SIFTED),
    Key("followups.group", "b", "group", "group by", "Group by deadline event, by list or by label", ("followups",)),
    Key("task.delete", "D", "delete", "delete", "Delete the task (undo brings it back)", _AGENDA),
    Key("mark.all", "V", "mark_all", "mark all", "Mark all that match, in view or not; again: none",
        (*_SIFTED, "board")),
    Key("mark.invert", "asterisk", "invert", "invert", "Mark the others instead", (*_SIFTED, "board")),
    Key("board.now", "t", "fate('now')", "today", "Do it now: it stays as it is", ("board",), hint=True),
    Key("board.spread", "z", "spread", "spread", "Spread it over working days", ("board",), hint=True),
    Key("board.skip", "s", "fate('skip')", "skip", "Skip what passed of it and go on with the next",
        ("board",), hint=True),
    Key("board.hand", "T", "hand", "hand", "Hand it to somebody else", ("board",), hint=True),
    Key("board.drop", "D", "fate('drop')", "drop", "Delete it (undo brings it back)", ("board",), hint=True),
    Key("board.apply", "enter", "apply", "apply", "Carry out the whole board as one act", ("board",), hint=True),
    Key("board.everybody", "o", "everybody", "everybody's", "Look at everybody's tasks, or only at yours and nobody's",
        ("board",)),
    Key("entity.status", "s", "status", "status", "Change the status", ("entities", "entity"), hint=True),
    Key("entity.dates", "m", "dates", "dates", "Change the dates", ("entities", "entity"), hint=True),
    Key("entity.contact", "c", "contact", "contact", "Add a line of contact history",
        ("entities", "entity"), hint=True),
    Key("entity.add", "a", "add", "add", "Add an entity", ("entities",), hint=True),
    Key("entity.task", "A", "add_task", "task", "Add a task about the entity by one line", ("entities",)),
    Key("schedule.add", "a", "add", "add", "Add a schedule", ("schedules",), hint=True),
    Key("schedule.edit", "e", "edit", "edit", "Edit the schedule", ("schedules",), hint=True),
    Key("schedule.run", "R", "run_now", "run now", "Run it now, outside its plan", ("schedules",), hint=True),
    Key("schedule.pause", "P", "pause", "pause", "Pause with a reason, or resume", ("schedules",), hint=True),
    Key("schedule.delete", "D", "delete", "delete", "Delete the schedule (undo brings it back)",
        ("schedules",)),
    Key("template.add", "A", "add_recurring", "add recurring", "Add a recurring task", ("schedules",)),
    Key("template.skip", "s", "skip", "leave out", "Leave out the next one of the recurring task", ("schedules",)),
    Key("template.day", "s", "skip", "leave out", "Leave this day out, or take that back", ("days",), hint=True),
    Key("template.edit", "e", "edit", "edit", "Edit the recurring task", ("days",), hint=True),
    Key("template.why", "w", "why", "why", "Say why it is as it is", ("days",), hint=True),
    Key("trigger.add", "a", "add", "add", "Add a trigger: when, on what, do what", ("triggers",), hint=True),
    Key("trigger.edit", "e", "edit", "edit", "Edit the trigger", ("triggers",), hint=True),
    Key("trigger.act", "R", "act_now", "act now", "Do what waits at once", ("triggers",), hint=True),
    Key("trigger.cancel", "x", "cancel", "cancel", "Cancel what waits, with a reason", ("triggers",), hint=True),
    Key("trigger.pause", "P", "pause", "pause", "Pause with a reason, or let it go on", ("triggers",), hint=True),
    Key("trigger.delete", "D", "delete", "delete", "Delete the trigger (undo brings it back)", ("triggers",)),
    Key("trigger.one", "o", "one", "only its own", "Show the actions of this trigger alone, or of all again",
        ("triggers",)),
    Key("trigger.install", "i", "install", "ready-made", "Install ready-made labels with their triggers",
        ("triggers",)),
    Key("flow.start", "a", "add", "start", "Start a workflow", ("workflows", "definition"), hint=True),
    Key("flow.form", "d", "form", "form", "Fill in the form of the step that waits for a person", _FLOWS, hint=True),
    Key("flow.rerun", "R", "rerun", "rerun", "Run the failed step again", _FLOWS, hint=True),
    Key("flow.skip", "s", "skip", "skip", "Go on without the failed step, with a reason", _FLOWS, hint=True),
    Key("flow.cancel", "x", "cancel", "cancel", "Cancel the step, or the whole workflow", _FLOWS, hint=True),
    Key("flow.override", "O", "override", "override", "Cancel what is open and choose the next steps", _FLOWS),
    Key("flow.take", "t", "take", "take", "Take the step that waits for a person, or give it back",
        ("workflows", "step")),
    Key("flow.hand", "T", "hand", "hand to", "Hand the step to somebody else", _FLOWS),
    Key("flow.own", "o", "its_own", "its workflows", "Show the workflows of this definition alone", ("workflows",)),
    Key("flow.all", "V", "mark_all", "mark all", "Mark all problems that match; again: none", ("workflows",)),
    Key("flow.turn", "t", "turn", "turn", "Draw the graph from left to right, or from top to bottom",
        ("workflow", "definition"), hint=True),
    Key("flow.log", "l", "log", "log", "Read the log of the step's run", ("workflows", "step")),
    Key("flow.log.one", "L", "log", "log", "Read the log of the step's run", ("workflow",)),
    Key("ledger.accept", "d", "accept", "accept", "Accept that it did not happen", ("missed",), hint=True),
    Key("ledger.run", "R", "run_this", "run it now", "Run what did not happen, now", ("missed",), hint=True),
    Key("ledger.last", "L", "run_last", "run the last", "Run the newest of its schedule, and accept the others",
        ("missed",), hint=True),
    Key("ledger.all", "V", "choose_all", "all", "Choose all that match, in view or not", ("missed",), hint=True),
    Key("ledger.group", "b", "group", "by day or schedule", "Group by day, or by schedule", ("missed",)),
    Key("ledger.one", "o", "ledger", "whole ledger", "Show the whole ledger of this schedule", ("missed",)),
    Key("tab.next", "right_square_bracket", "tab(1)", "next tab", "Go to the next tab",
        ("schedules", "missed", "calendar", "triggers", "workflows", "workflow")),
    Key("tab.previous", "left_square_bracket", "tab(-1)", "tab before", "Go to the tab before",
        ("schedules", "missed", "calendar", "triggers", "workflows", "workflow")),
    Key("calendar.open", "enter", "open_day", "open", "Open the agenda from this day on", ("calendar",), hint=True),
    Key("calendar.today", "t", "today", "today", "Go to today", ("calendar",), hint=True),
    Key("calendar.add", "a", "quick_add", "add", "Add a task for this day", ("calendar",), hint=True),
    Key("calendar.month", "L", "month(1)", "next month", "Go to the next month", ("calendar",), hint=True),
    Key("calendar.month.back", "H", "month(-1)", "month before", "Go to the month before", ("calendar",)),
    Key("calendar.year", "greater_than_sign", "month(12)", "next year", "Go to the next year", ("calendar",)),
    Key("calendar.year.back", "less_than_sign", "month(-12)", "year before", "Go to the year before", ("calendar",)),
    Key("calendar.day", "l,right", "day(1)", "next day", "Go to the next day", ("calendar",)),
    Key("calendar.day.back", "h,left", "day(-1)", "day before", "Go to the day before", ("calendar",)),
    Key("calendar.week", "j,down", "week(1)", "next week", "Go to the next week", ("calendar",)),
    Key("calendar.week.back", "k,up", "week(-1)", "week before", "Go to the week before", ("calendar",)),
    Key("calendars.add", "a", "add", "add", "Add a business calendar", ("calendars",), hint=True),
    Key("calendars.edit", "e", "edit", "edit", "Change its name, country and working week", ("calendars",), hint=True),
    Key("calendars.days", "s", "days", "own days", "Name days off or worked of its own, or take such back",
        ("calendars",), hint=True),
    Key("calendars.import", "I", "import", "import", "Take the days off of an .ics file", ("calendars",), hint=True),
    Key("calendars.usual", "m", "usual", "make usual", "Make it the usual calendar, or no longer", ("calendars",),
        hint=True),
    Key("calendars.delete", "D", "delete", "delete", "Delete the calendar (undo brings it back)", ("calendars",)),
    Key("calendars.why", "w", "why", "why", "Say what keeps to it", ("calendars",)),
    Key("run.cancel", "x", "cancel", "cancel", "Ask the run to stop; twice kills it",
        ("runs", "logs"), hint=True),
    Key("run.retry", "r,R", "retry", "try again", "Make a new run like this one", ("runs",), hint=True),
    Key("run.files", "o", "files", "files", "Save a file that the run handed over", ("runs",), hint=True),
    Key("run.open", "O", "open_file", "open", "Open a file that the run handed over in your pager", ("runs",)),
    Key("run.delete", "D", "delete", "delete", "Delete the run with its log and files", ("runs",)),
    Key("row.log", "l", "log", "log", "Read the log", ("runs", "schedules"), hint=True),
    Key("log.follow", "t", "follow", "follow", "Follow new lines as they come", ("logs",), hint=True),
    Key("log.loud", "e", "next_loud(40)", "next error", "Go to the next error", ("logs",), hint=True),
    Key("log.loud.back", "E", "previous_loud(40)", "previous error", "Go to the previous error", ("logs",)),
    Key("log.warning", "w", "next_loud(30)", "next warning", "Go to the next warning or error", ("logs",)),
    Key("log.warning.back", "W", "previous_loud(30)", "previous warning",
        "Go to the previous warning or error", ("logs",)),
    Key("find.next", "n", "find_next", "next", "Go to the next match", ("logs",)),
    Key("find.previous", "N", "find_previous", "previous", "Go to the match before", ("logs",)),
    Key("find.hide", "ampersand", "hide", "hide", "Hide the lines that do not match, or show them again",
        ("logs",), hint=True),
    Key("log.levels", "L", "levels", "levels", "Show only warnings and errors, only errors, all but debug, or all",
        ("logs",)),
    Key("log.wrap", "s", "wrap", "wrap", "Wrap long lines, or cut them", ("logs",), hint=True),
    Key("log.time", "T", "time", "time", "Go to a time of the log", ("logs",)),
    Key("log.mark", "apostrophe", "go_mark(True)", "next mark", "Go to the next marked line (space marks)", ("logs",)),
    Key("log.mark.back", "quotation_mark", "go_mark(False)", "mark before", "Go to the marked line before", ("logs",)),
    Key("log.export", "greater_than_sign", "export", "to a file", "Write the log, or what is shown of it, to a file",
        ("logs",)),
    Key("row.why", "w", "why", "why", "Say why this is here and what happens next",
        (*_ROWS, "notices", "calendar", "task", *_FLOWS), hint=True),
    Key("find.filter", "slash", "filter", "filter", "Filter the list", _LISTS, hint=True),
    Key("find.search", "slash", "filter", "search", "Search in the log", ("logs",), hint=True),
    Key("notice.dismiss", "d", "put_away", "put away", "Put the notice away", ("notices",), hint=True),
    Key("notice.snooze", "z", "snooze", "in an hour", "Put the notice away for an hour", ("notices",), hint=True),
    Key("notice.dismiss.all", "D", "put_all_away", "put all away", "Put all notices away", ("notices",), hint=True),
    Key("desk.board", "S", "over('board', 'Board')", "return board",
        "Sort what is late and due: now, later, next time, somebody else, never", (ANYWHERE,)),
    Key("desk.notices", "exclamation_mark", "over('notices', 'Notices')", "notices",
        "Read what there is to be told", (ANYWHERE,)),
    Key("desk.numbers", "percent_sign", "over('metrics', 'Numbers')", "numbers",
        "Look at numbers: runs by the hour, durations, the queue", (ANYWHERE,)),
    Key("desk.calendars", "Y", "over('calendars', 'Calendars')", "calendars",
        "Look at the business calendars: working weeks, holidays, days off", (ANYWHERE,)),
    Key("desk.forecast", "F", "forecast", "forecast", "Look ahead: play the engine on a copy, of this row or of all",
        (ANYWHERE,)),
    Key("forecast.longer", "greater_than_sign", "further(1)", "longer", "Look further ahead", ("forecast",), hint=True),
    Key("forecast.shorter", "less_than_sign", "further(-1)", "shorter", "Look less far ahead", ("forecast",),
        hint=True),
    Key("forecast.until", "slash", "filter", "until", "Type a day or a time to look ahead to", ("forecast",),
        hint=True),
    Key("desk.recent", "B", "recent", "recent runs", "Show or hide your recent runs", (ANYWHERE,)),
    Key("clock.accept", "C", "accept_clock", "clock is right",
        "Say that the clock is right which the engine does not believe", (ANYWHERE,)),
    Key("act.undo", "u", "undo", "undo", "Undo the last thing you did", (ANYWHERE,)),
    Key("act.redo", "U", "redo", "redo", "Do again what you undid", (ANYWHERE,)),
    Key("help.here", "question_mark", "here", "keys", "What can I do here?", (ANYWHERE,), hint=True),
    Key("help.palette", "colon,ctrl+p", "command_palette", "commands", "Find any command", (ANYWHERE,)),
    Key("desk.theme", "comma", "change_theme", "theme", "Choose another palette", (ANYWHERE,)),
    Key("desk.suspend", "ctrl+z", "suspend_process", "suspend", "Suspend the desk; fg brings it back", (ANYWHERE,)),
    Key("desk.back", "q,escape", "back", "back", "Go back; on a view, leave the desk", (ANYWHERE, BACK)),
)  # fmt: skip

_SHOWN = {"slash": "/", "question_mark": "?", "colon": ":", "comma": ",", "minus": "-", "escape": "esc",
          "ampersand": "&", "apostrophe": "'", "quotation_mark": '"', "greater_than_sign": ">",
          "less_than_sign": "<",
          "right_square_bracket": "]", "left_square_bracket": "[",
          "plus": "+", "exclamation_mark": "!", "asterisk": "*", "percent_sign": "%"}  # fmt: skip


def shown(keys: str) -> str:
    """The first of the keys as a person knows it."""
    first = keys.split(",")[0]
    return _SHOWN.get(first, first)


def keys_of(*places: str) -> tuple[Key, ...]:
    """The verbs of these places, in the order of the table."""
    return tuple(key for key in KEYS if any(place in key.places for place in places))


def bindings(*places: str) -> list[Any]:
    """Textual bindings of these places; ids make them remappable. Nothing shows in Textual's own footer."""
    from textual.binding import Binding  # here, so that `tickler keys` does not load textual

    return [
        Binding(key.keys, key.action, key.words, id=key.id, tooltip=key.help, show=False) for key in keys_of(*places)
    ]


def hints(*places: str) -> tuple[tuple[str, str], ...]:
    """(key, word) pairs for the footer; the last of them asks what else there is."""
    found = [key for key in keys_of(*places, ANYWHERE) if key.hint]
    kept = found if len(found) <= MOST_HINTS else [*found[: MOST_HINTS - 1], found[-1]]
    return tuple((shown(key.keys), key.words) for key in kept)


def problems(keymap: Mapping[str, str]) -> list[str]:
    """What is wrong with a person's keymap (id -> keys): unknown ids, and two verbs of a place on one key."""
    known = {key.id: key for key in KEYS}
    found = [f"{name}: there is no such command" for name in keymap if name not in known]
    for place in sorted({place for key in KEYS for place in key.places} - {ANYWHERE, BACK}):
        found += _clashes(place, keymap)
    return found


def _clashes(place: str, keymap: Mapping[str, str]) -> Iterable[str]:
    taken: dict[str, str] = {}
    for key in keys_of(place, ANYWHERE):
        for one in keymap.get(key.id, key.keys).split(","):
            if one in taken:
                yield f"{place}: {one} is both {taken[one]} and {key.id}"
            taken[one] = key.id


def printed() -> str:
    """The effective keys, for `tickler keys`."""
    lines = []
    for place in (ANYWHERE, *dict.fromkeys(p for key in KEYS for p in key.places if p not in (ANYWHERE, BACK))):
        lines += ["", place]
        lines += [f"  {', '.join(map(shown, key.keys.split(','))):12} {key.help}" for key in keys_of(place)]
    return "\n".join(lines).strip()
