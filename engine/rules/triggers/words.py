"""A trigger in words: the short forms that people type and keep in files, and the one sentence of the whole."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.rules.errors import BadValue, shown
from engine.rules.names import unknown
from engine.rules.offsets import parse_offset
from store.enums import OF_ENTITIES, OF_RUNS, Roll, Scope, TriggerAction, TriggerEvent

SCOPES = "all, task:12, list:house/garden, label:urgent, user:ana or class:stay"
EVENTS = (
    "created", "completed", "reopened", "deleted", "date reached", "deadline reached", "label added: urgent",
    "schedule: weekly sat 00:00", "status: confirmed", "field: date_from", "run failed", "run recovered", "run late",
    "workflow finished",
)  # fmt: skip
ACTIONS = (
    "create task: NAME", "complete", "reopen", "delete", "move date: 7d", "move deadline: 7d", "add label: urgent",
    "remove label: urgent", "notify: SUBJECT", "run: SCHEDULE", "start workflow: NAME", "set status: confirmed",
)  # fmt: skip
"""The forms, as help and refusals show them."""

MUST_SAY = frozenset({TriggerEvent.SCHEDULE, TriggerEvent.STATUS, TriggerEvent.FIELD})
"""Events that are nothing without what stands behind the colon."""
MAY_SAY = frozenset({*MUST_SAY, TriggerEvent.LABEL, TriggerEvent.WORKFLOW, *OF_RUNS})

MAIN = {
    TriggerAction.CREATE: "name",
    TriggerAction.MOVE_DATE: "by",
    TriggerAction.MOVE_DEADLINE: "by",
    TriggerAction.ADD_LABEL: "label",
    TriggerAction.REMOVE_LABEL: "label",
    TriggerAction.NOTIFY: "subject",
    TriggerAction.RUN: "run",
    TriggerAction.WORKFLOW: "workflow",
    TriggerAction.SET_STATUS: "status",
}
"""The parameter that stands behind the colon of an action; `run` is a schedule or a controller."""


class Spoken(Protocol):
    """What a sentence is made of; `store.trigger_values.Trigger` says how each is meant."""

    @property
    def scope(self) -> Scope: ...
    @property
    def scope_name(self) -> str | None: ...
    @property
    def event(self) -> TriggerEvent: ...
    @property
    def event_value(self) -> str | None: ...
    @property
    def spec(self) -> str | None: ...
    @property
    def delay(self) -> str: ...
    @property
    def roll(self) -> Roll: ...
    @property
    def condition(self) -> str: ...
    @property
    def action(self) -> TriggerAction: ...
    @property
    def params(self) -> Mapping[str, object]: ...


def parse_scope(text: str) -> tuple[Scope, str | None]:
    """`label:weekly on Saturday` -> the scope and the name in it; None for `all`. BadValue shows the forms."""
    word, name = _parted(text)
    if not word or word == Scope.ALL:
        if name:
            raise BadValue(f"'{shown(text)}': all has no name; expected {SCOPES}")
        return Scope.ALL, None
    if word not in set(Scope):
        raise BadValue(f"'{shown(text)}' is no scope; expected {SCOPES}")
    if not name:
        raise BadValue(f"'{shown(text)}' names none; expected a form such as {_example(SCOPES, word)}")
    if word == Scope.TASK and not (name.isascii() and name.isdigit() and len(name) < 19):
        raise BadValue(f"'{shown(name)}' is no number of a task; expected a form such as task:12")
    return Scope(word), name


def scope_text(scope: Scope, name: str | None) -> str:
    """`label:weekly on Saturday`; what `parse_scope` reads back."""
    return str(scope) if name is None else f"{scope}:{name}"


def parse_event(text: str) -> tuple[TriggerEvent, str | None]:
    """`run failed: nightly backup` -> the event and what stands behind the colon. BadValue shows the forms."""
    word, rest = _parted(text)
    if word not in set(TriggerEvent):
        raise BadValue(unknown(word, [_parted(each)[0] for each in EVENTS], "event"))
    event = TriggerEvent(word)
    if rest and event not in MAY_SAY:
        raise BadValue(f"'{shown(text)}': nothing stands behind '{event}'")
    if not rest and event in MUST_SAY:
        raise BadValue(f"'{shown(text)}' says too little; expected a form such as '{_example(EVENTS, word)}'")
    return event, rest or None


def event_text(event: TriggerEvent, value: str | None, spec: str | None = None) -> str:
    """`schedule: weekly sat 00:00`; what `parse_event` reads back."""
    rest = spec if event is TriggerEvent.SCHEDULE else value
    return str(event) if rest is None else f"{event}: {rest}"


def parse_action(text: str) -> tuple[TriggerAction, dict[str, str]]:
    """`move date: 7d` -> the action and its main parameter (`MAIN`), by its key. BadValue shows the forms."""
    word, rest = _parted(text)
    if word not in set(TriggerAction):
        raise BadValue(unknown(word, [_parted(each)[0] for each in ACTIONS], "action"))
    action = TriggerAction(word)
    if rest and action not in MAIN:
        raise BadValue(f"'{shown(text)}': nothing stands behind '{action}'")
    return action, {MAIN[action]: rest} if rest else {}


def action_text(action: TriggerAction, params: Mapping[str, object]) -> str:
    """`move date: 7d`; what `parse_action` reads back. The other parameters are not in it."""
    main = main_of(action, params)
    return str(action) if not main else f"{action}: {main}"


def main_of(action: TriggerAction, params: Mapping[str, object]) -> str:
    """The value of the main parameter, empty if there is none."""
    if action is TriggerAction.RUN:
        return str(params.get("schedule") or params.get("controller") or params.get("run") or "")
    return str(params.get(MAIN.get(action, "")) or "")


def sentence(trigger: Spoken) -> str:
    """`When a task with label X is completed, 10 days later: reopen it.`"""
    head = _head(trigger)
    if trigger.roll is not Roll.NONE:
        head = f"{head}, on the {trigger.roll} working day if that is a day off"
    if trigger.condition:
        head = f"{head}, if then it is {shown(trigger.condition, 200)}"
    return f"{head}: {_done(trigger)}."


def origin_words(scope: Scope, name: str | None) -> str:
    """By what a trigger concerns a task: `label urgent`, `list house/garden`, `this task alone`, `all tasks`."""
    if scope is Scope.ALL:
        return "all tasks"
    return "this task alone" if scope is Scope.TASK else f"{scope} {shown(name, 200)}"


def state_word(*, is_deleted: bool, is_enabled: bool, is_paused: bool, is_broken: bool) -> str:
    """A word for whether a trigger acts: on, off, paused, broken or deleted."""
    if is_deleted:
        return "deleted"
    if not is_enabled:
        return "off"
    return "broken" if is_broken else "paused" if is_paused else "on"


def _head(trigger: Spoken) -> str:
    event, delay = trigger.event, parse_offset(trigger.delay)
    if event is TriggerEvent.SCHEDULE:
        return f"{_spec_words(trigger.spec or '')}, for {_things(trigger)}"
    day = {TriggerEvent.DATE: "the date", TriggerEvent.DEADLINE: "the deadline"}.get(event)
    if event is TriggerEvent.FIELD:
        day = shown(trigger.event_value or "the date")
    if day is not None:
        of = f"{day} of {_a_thing(trigger)}"
        if delay.number:
            words = delay.words()
            return f"{words[0].upper()}{words[1:]} {of}"
        return f"When {of} comes"
    later = f", {delay.words().rpartition(' ')[0]} later" if delay.number else ""
    return f"When {_happening(trigger)}{later}"


_OF_TASK = {
    TriggerEvent.CREATED: "is added",
    TriggerEvent.COMPLETED: "is completed",
    TriggerEvent.REOPENED: "is opened again",
    TriggerEvent.DELETED: "is deleted",
}
_OF_RUN = {
    TriggerEvent.RUN_FAILED: "fails",
    TriggerEvent.RUN_RECOVERED: "runs again after a failure",
    TriggerEvent.RUN_LATE: "is late",
}


def _happening(trigger: Spoken) -> str:
    event, name = trigger.event, shown(trigger.event_value) if trigger.event_value else None
    if event in OF_RUNS:
        return f"{name or 'any job'} {_OF_RUN[event]}"
    if event is TriggerEvent.WORKFLOW:
        return f"{f'the workflow {name}' if name else 'a workflow'} is finished"
    if event is TriggerEvent.STATUS:
        return f"{_a_thing(trigger)} becomes {name}"
    if event is TriggerEvent.LABEL:
        if trigger.scope is Scope.LABEL and name in (None, shown(trigger.scope_name)):
            return f"a task gets label {shown(trigger.scope_name)}"
        return f"{_a_thing(trigger)} gets {f'label {name}' if name else 'a label'}"
    return f"{_a_thing(trigger)} {_OF_TASK[event]}"


def _a_thing(trigger: Spoken) -> str:
    name = shown(trigger.scope_name)
    if trigger.scope is Scope.ALL:
        return "anything" if trigger.event in OF_ENTITIES else "a task"
    of = {Scope.LIST: "a task in", Scope.LABEL: "a task with label", Scope.USER: "a task of", Scope.CLASS: "a"}
    return f"{of.get(trigger.scope, 'task')} {name}"


def _things(trigger: Spoken) -> str:
    if trigger.scope is Scope.TASK:
        return f"task {shown(trigger.scope_name)}"
    return "all tasks" if trigger.scope is Scope.ALL else f"each{_a_thing(trigger).removeprefix('a')}"


def _done(trigger: Spoken) -> str:
    action, main = trigger.action, shown(main_of(trigger.action, trigger.params))
    tasks = "done" if action is TriggerAction.REOPEN else "open"
    its = f"its {tasks} tasks" if trigger.event in OF_ENTITIES else "it"
    if action in (TriggerAction.COMPLETE, TriggerAction.REOPEN, TriggerAction.DELETE):
        return f"{action} {its}"
    if action in (TriggerAction.MOVE_DATE, TriggerAction.MOVE_DEADLINE):
        words = parse_offset(main).words() if main else ""
        way = "earlier" if words.endswith("before") else "later"
        what = action.replace("move", "move its" if its == "it" else "move the")
        return f"{what}{'' if its == 'it' else f' of {its}'} {words.rpartition(' ')[0]} {way}"
    if action is TriggerAction.NOTIFY:
        return " ".join(["notify", _told(trigger.params.get("to"))]) + (f": {main}" if main else "")
    forms = {
        TriggerAction.CREATE: f"add the task {main}", TriggerAction.ADD_LABEL: f"put label {main} on {its}",
        TriggerAction.REMOVE_LABEL: f"take label {main} off {its}", TriggerAction.RUN: f"run {main}",
        TriggerAction.WORKFLOW: f"start workflow {main}",
    }  # fmt: skip
    whose = "its status" if trigger.event in OF_ENTITIES else "the status of what it is about"
    return forms.get(action, f"set {whose} to {main}")


def _told(to: object) -> str:
    who = {"assignees": "who does it", "owner": "the owner of this trigger", "all": "everybody", "": "people"}
    return who.get(str(to or ""), shown(to))


@functools.lru_cache(maxsize=1_000)
def _spec_words(spec: str) -> str:
    """When, as the preview of a schedule says it; the spec itself if it cannot be read."""
    from engine.rules import when

    try:
        words = when.parse(spec, "UTC", anchor=datetime.fromisoformat("2000-01-01T00:00:00+00:00")).words
    except BadValue:
        return shown(spec)
    if " from 1 January 2000" in words:
        return f"{spec[:1].upper()}{shown(spec[1:])}"
    return f"{words[:1].upper()}{words[1:]}"


def _parted(text: str) -> tuple[str, str]:
    """The words before the colon, in lower case and with single blanks, and what stands behind it."""
    if len(text) > 10_000:
        raise BadValue(f"{len(text):,} characters are too many (at most 10,000)")
    word, _, rest = text.partition(":")
    return " ".join(word.lower().split()), rest.strip()


def _example(forms: str | tuple[str, ...], word: str) -> str:
    each = forms if isinstance(forms, tuple) else forms.replace(" or ", ", ").split(", ")
    return next(form for form in each if form.startswith(f"{word}:"))
