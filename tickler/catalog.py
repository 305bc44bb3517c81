"""Which module holds which words of the command line.

Written out, so that `tickler task list` imports the lists of tasks and nothing else; a test holds it
against what the modules register. A name of two words is a noun and a verb; some verbs stand alone.
"""

from __future__ import annotations

_OPERATIONS = "engine.operations"
_QUERIES = "engine.queries"

MODULES: dict[str, tuple[str, ...]] = {
    f"{_OPERATIONS}.tasks": (
        "task add", "task done", "task reopen", "task move", "task delete",
    ),
    f"{_OPERATIONS}.task_editing": ("task edit", "task label", "task check", "task assign", "task note"),
    f"{_OPERATIONS}.quick": ("task quick", "add"),
    f"{_QUERIES}.tasks": ("task list", "task show"),
    f"{_OPERATIONS}.entities": (
        "entity add", "entity set-status", "entity set", "entity contact", "entity delete",
    ),
    f"{_OPERATIONS}.imports": ("entity import",),
    f"{_OPERATIONS}.crontabs": ("import crontab",),
    f"{_OPERATIONS}.timers": ("import timers",),
    f"{_OPERATIONS}.task_imports": ("import ics", "import taskwarrior", "import todotxt", "import tasks"),
    f"{_QUERIES}.crontab": ("export crontab",),
    f"{_QUERIES}.task_exports": ("export ics", "export taskwarrior", "export todotxt", "export csv"),
    f"{_QUERIES}.entities": ("entity list", "entity show", "entity history"),
    f"{_OPERATIONS}.definitions": tuple(
        f"{noun} {verb}" for noun in ("class", "event", "model", "team", "user")
        for verb in ("add", "edit", "delete")
    ),
    f"{_QUERIES}.definitions": tuple(
        f"{noun} {verb}" for noun in ("class", "event", "model", "team", "user") for verb in ("list", "show")
    ),
    f"{_OPERATIONS}.backlog": (
        "backlog apply", "backlog spread", "backlog skip", "backlog hand", "backlog drop",
    ),
    f"{_QUERIES}.board": ("board",),
    f"{_OPERATIONS}.lists": ("list add", "list edit", "list delete"),
    f"{_OPERATIONS}.calendars": ("calendar add", "calendar edit", "calendar delete"),
    f"{_OPERATIONS}.calendar_imports": ("calendar import",),
    f"{_QUERIES}.calendars": ("calendar list", "calendar show"),
    f"{_QUERIES}.calendar_days": ("agenda", "heatmap"),
    f"{_OPERATIONS}.labels": ("label add", "label edit", "label delete"),
    f"{_OPERATIONS}.filters": ("filter add", "filter edit", "filter delete"),
    f"{_QUERIES}.filters": ("filter list",),
    f"{_QUERIES}.lists": ("list list", "list show", "label list", "label show"),
    f"{_OPERATIONS}.templates": (
        "template add", "template edit", "template delete", "template pause", "template resume",
    ),
    f"{_OPERATIONS}.template_skips": ("template skip", "template unskip"),
    f"{_OPERATIONS}.template_repeat": ("task repeat",),
    f"{_OPERATIONS}.template_future": ("task future", "task stop"),
    f"{_QUERIES}.recurring": ("task foresee",),
    f"{_QUERIES}.templates": ("template list", "template show", "template preview", "template skips"),
    f"{_OPERATIONS}.schedules": (
        "schedule add", "schedule edit", "schedule delete", "schedule run", "schedule pause",
        "schedule resume", "schedule enable", "schedule disable",
    ),
    f"{_OPERATIONS}.triggers": (
        "trigger add", "trigger edit", "trigger delete", "trigger enable", "trigger disable", "trigger pause",
        "trigger resume",
    ),
    f"{_OPERATIONS}.trigger_actions": ("trigger act", "trigger cancel"),
    f"{_OPERATIONS}.trigger_install": ("trigger install",),
    f"{_QUERIES}.trigger_ready": ("trigger ready-made",),
    f"{_QUERIES}.triggers": (
        "trigger list", "trigger show", "trigger upcoming", "trigger history", "task triggers",
    ),
    f"{_QUERIES}.workflow_check": ("workflow check",),
    f"{_OPERATIONS}.workflow_definitions": ("workflow load", "workflow delete"),
    f"{_OPERATIONS}.workflow_move": ("workflow move",),
    f"{_OPERATIONS}.workflows": ("workflow start",),
    f"{_OPERATIONS}.workflow_verbs": ("workflow rerun", "workflow skip", "workflow override", "workflow cancel"),
    f"{_OPERATIONS}.user_absence": ("user away",),
    f"{_OPERATIONS}.workflow_forms": ("workflow submit", "workflow claim", "workflow hand"),
    f"{_QUERIES}.workflows": (
        "workflow definitions", "workflow definition", "workflow list", "workflow show", "workflow steps",
        "workflow problems", "workflow log",
    ),
    f"{_QUERIES}.trigger_preview": ("trigger preview",),
    f"{_OPERATIONS}.schedule_ledger": ("schedule accept", "schedule rewind"),
    f"{_OPERATIONS}.clocks": ("clock accept",),
    f"{_QUERIES}.schedules": ("schedule list", "schedule show", "schedule preview", "schedule missed"),
    f"{_OPERATIONS}.runs": ("run cancel", "run retry", "run delete"),
    f"{_QUERIES}.logs": ("run log",),
    f"{_QUERIES}.runs": ("run list", "run show", "run attempts", "run artifact"),
    f"{_QUERIES}.controllers": ("controllers",),
    f"{_OPERATIONS}.settings": ("setting set",),
    f"{_OPERATIONS}.notifications": ("notification dismiss", "notification snooze"),
    f"{_QUERIES}.notifications": ("notification list",),
    f"{_QUERIES}.messages": ("notification test",),
    f"{_QUERIES}.metrics": ("metrics",),
    f"{_QUERIES}.history": ("setting list", "log"),
    f"{_QUERIES}.why": ("why",),
    f"{_QUERIES}.forecast": ("forecast",),
    f"{_OPERATIONS}.desk": ("load",),
    f"{_QUERIES}.desk": ("dump",),
    f"{_OPERATIONS}.undo": ("undo", "redo"),
    f"{_QUERIES}.upkeep": ("backup", "doctor"),
}  # fmt: skip

WHERE: dict[str, str] = {name: module for module, names in MODULES.items() for name in names}
"""Name -> module."""

ALSO_BY_PLACE: dict[str, tuple[str, ...]] = {
    "controllers": ("name",),
    "task list": ("filter",),
    "run artifact": ("name",),
    "schedule add": ("spec",),
    "user away": ("days",),
    "workflow claim": ("step",),
    "workflow hand": ("step",),
    "template pause": ("reason",),
    "template skip": ("reason",),
    "schedule pause": ("reason",),
    "export crontab": ("file",),
    "export ics": ("file",),
    "export taskwarrior": ("file",),
    "export todotxt": ("file",),
    "export csv": ("file",),
}
"""Options that may also stand after the required words: `schedule add "nightly backup" "daily 02:30"`."""

DOORS: dict[str, str] = {
    "demo": "open the desk on a throw-away store with a living sample",
    "engine": "run the engine without a desk; --once makes one pass, install a systemd unit",
    "keys": "print the keys of the desk",
    "version": "print the version",
}
"""Commands that are not operations: they open a door."""
