"""The form of a step: which fields it shows, what people type into them, and what is wrong with it.

All that a door needs to draw a form is in `fields_of`; `read` says of every field at once what was expected, so that
nobody mends one after the other, and what was typed stays with the door.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from engine.rules.days import parse_day
from engine.rules.errors import BadValue, shown
from engine.rules.names import as_sentence, unknown
from engine.rules.texts import free_text, one_line, thing
from engine.rules.workflows.graph import Field, FieldKind, Graph, Node
from store.frozen import value

NOTE = "(note)"
"""Where a submitted form keeps the note of who approved or rejected; no field can have this name."""
YES = frozenset({"yes", "y", "true", "1", "on"})
NO = frozenset({"no", "n", "false", "0", "off"})

_TEXT_BYTES = 20_000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([ ,_'\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?")
_COMMA = re.compile(r"([+-]?[0-9]*),([0-9]+)")
_DIGITS = 15
"""More than these a number of JSON does not keep in every program that reads it."""


@value
class FormField:
    """A field as its form shows it.

    `value` is as the state has it, None if nobody has said; `text` the same as people type it. `expects` says what may
    be typed. `is_approval`: the yes/no field by which the form approves or rejects.
    """

    name: str
    label: str
    kind: FieldKind
    value: object
    text: str
    is_required: bool
    is_approval: bool
    choices: tuple[str, ...]
    object_class: str | None
    expects: str


class BadForm(BadValue):
    """A form that cannot be taken: `faults` has a sentence for each field, by its name, `str()` all of them."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(as_sentence(each) for each in faults.values()))
        self.faults = dict(faults)


def approval(node: Node) -> str | None:
    """The yes/no field by which the form of a step approves or rejects; None if it does neither."""
    name = node.params.get("approve")
    return str(name) if name else None


def fields_of(graph: Graph, node: Node, data: Mapping[str, object]) -> tuple[FormField, ...]:
    """The fields of a step's form, in the order of its definition, with what the state `data` has.

    A yes/no that must be answered starts without an answer: what it was before, or its default, is none.
    """
    known = {each.name: each for each in graph.fields}
    decides = approval(node)
    names = dict.fromkeys((*node.fields, *node.required, *([decides] if decides else [])))
    return tuple(_field(known[name], node, decides, data) for name in names if name in known)


def is_needed(graph: Graph, node: Node, data: Mapping[str, object]) -> bool:
    """Whether somebody has to fill in the form: a field that must be there is not."""
    return any(each.is_required and each.value is None for each in fields_of(graph, node, data))


def read(
    graph: Graph, node: Node, data: Mapping[str, object], given: Mapping[str, str], today: date
) -> dict[str, object]:
    """What `given`, texts by the names of fields, makes of the state: the fields that were given, as JSON has them.

    BadForm tells of every field that is not one of the form, cannot be read, or is missing.
    """
    fields = {each.name: each for each in fields_of(graph, node, data)}
    found: dict[str, object] = {}
    faults: dict[str, str] = {}
    for name, text in given.items():
        field = fields.get(name)
        if field is None:
            faults[name] = f"{shown(name)}: {_no_field(graph, fields, name)}"
            continue
        try:
            found[name] = parse(field, text, today)
        except BadValue as fault:
            faults[name] = str(fault)
    for name, field in fields.items():
        if name not in faults and field.is_required and found.get(name, field.value) in (None, ""):
            faults[name] = f"{name}: it must be filled in (expected {field.expects})"
    if faults:
        raise BadForm(faults)
    return found


def given(words: Iterable[str]) -> dict[str, str]:
    """`amount=12` and others as texts by the names of fields. BadValue shows the form, or names what stands twice."""
    found: dict[str, str] = {}
    for each in words:
        name, equals, text = each.partition("=")
        name = name.strip()
        if not equals or not name:
            raise BadValue(f"'{shown(each)}' is not a field and a value (expected a form such as amount=12)")
        if name in found:
            raise BadValue(f"{shown(name)}: it was given twice")
        found[name] = text
    return found


def parse(field: FormField, text: str, today: date) -> object:
    """What somebody typed into a field, as JSON has it; an empty text is None, and "" for a text.

    BadValue names the field and what was expected. Whether an entity is there is for the store to say.
    """
    plain = text.strip()
    if field.kind is FieldKind.TEXT:
        return free_text(field.name, plain, _TEXT_BYTES)
    if not plain:
        return None
    try:
        return _READ[field.kind](field, plain, today)
    except BadValue as fault:
        words = str(fault)
        raise BadValue(words if words.startswith(f"{field.name}: ") else f"{field.name}: {words}") from fault


def text_of(field: Field | FormField, given: object) -> str:
    """A value of the state as people type it, which `parse` reads back."""
    if given is None:
        return ""
    if field.kind is FieldKind.YES_NO:
        return "yes" if given else "no"
    return str(given)


def lines(graph: Graph, form: Mapping[str, object] | None) -> tuple[str, ...]:
    """A submitted form in lines for people to read: `approved: no`, `note: over the limit`."""
    known = {each.name: each for each in graph.fields}
    found = []
    for name, given in (form or {}).items():
        label = "note" if name == NOTE else known[name].label or _words(name) if name in known else _words(name)
        found.append(f"{label}: {text_of(known[name], given) if name in known else given}")
    return tuple(found)


def _field(known: Field, node: Node, decides: str | None, data: Mapping[str, object]) -> FormField:
    is_approval = known.name == decides
    is_required = is_approval or known.is_required or known.name in node.required
    given = data.get(known.name)
    if given == "" or (is_required and known.kind is FieldKind.YES_NO):
        given = None
    return FormField(
        known.name, known.label or _words(known.name), known.kind, given, text_of(known, given), is_required,
        is_approval, known.choices, known.object_class, _expects(known),
    )  # fmt: skip


def _words(name: str) -> str:
    return name.replace("_", " ")


def _expects(field: Field) -> str:
    if field.kind is FieldKind.CHOICE:
        return f"one of {', '.join(shown(each) for each in field.choices)}"
    if field.kind is FieldKind.ENTITY:
        return f"an entity such as {field.object_class or 'stay'}/12"
    return _EXPECTS[field.kind]


def _no_field(graph: Graph, fields: Mapping[str, FormField], name: str) -> str:
    if any(each.name == name for each in graph.fields):
        there = ", ".join(fields)
        return f"this form does not edit it ({f'expected {there}' if there else 'it has no fields'})"
    return unknown(name, fields, "field of this form")


def _number(_: FormField, text: str, __: date) -> object:
    plain = text
    if both := _COMMA.fullmatch(text):
        whole, part = both.groups()
        if len(part) == 3 and whole.strip("+-") not in ("", "0"):
            raise BadValue(f"'{shown(text)}' may be {whole}{part} or {whole}.{part}; type the one that is meant")
        plain = f"{whole}.{part}"
    elif grouped := _GROUPED.fullmatch(text):
        plain = text.replace(grouped[1], "")
    if not _NUMBER.fullmatch(plain):
        raise BadValue(f"'{shown(text)}' is not a number (expected {_EXPECTS[FieldKind.NUMBER]})")
    if sum(letter.isdigit() for letter in plain) > _DIGITS:
        raise BadValue(f"'{shown(text)}' has too many digits (at most {_DIGITS})")
    return float(plain) if "." in plain else int(plain)


def _date(_: FormField, text: str, today: date) -> object:
    return parse_day(text, today).isoformat()


def _choice(field: FormField, text: str, _: date) -> object:
    if text in field.choices:
        return text
    same = [each for each in field.choices if each.casefold() == text.casefold()]
    if len(same) == 1:
        return same[0]
    raise BadValue(f"'{shown(text)}' is not among the choices (expected {field.expects})")


def _yes_no(_: FormField, text: str, __: date) -> object:
    word = text.casefold()
    if word in YES or word in NO:
        return word in YES
    raise BadValue(f"'{shown(text)}' is neither yes nor no")


def _entity(field: FormField, text: str, _: date) -> object:
    wanted = field.object_class
    try:
        name, number = thing(text)
    except BadValue:
        if wanted is None or set(text) & set("/: "):
            raise BadValue(f"'{shown(text)}' is no entity (expected {field.expects})") from None
        name, number = wanted, one_line(field.name, text)
    if wanted is not None and name != wanted:
        raise BadValue(f"'{shown(text)}' is no {wanted} (expected {field.expects})")
    return f"{name}/{number}"


def _any(field: FormField, _: str, __: date) -> object:
    raise BadValue(f"{field.name}: no form can change it")


_READ = {
    FieldKind.NUMBER: _number, FieldKind.DATE: _date, FieldKind.CHOICE: _choice, FieldKind.YES_NO: _yes_no,
    FieldKind.ENTITY: _entity, FieldKind.ANY: _any,
}  # fmt: skip
_EXPECTS = {
    FieldKind.TEXT: "some text", FieldKind.NUMBER: "a number such as 12 or 12.50",
    FieldKind.DATE: "a day such as 2026-11-30, 30 nov or tomorrow", FieldKind.YES_NO: "yes or no",
    FieldKind.ANY: "what no form can change",
}  # fmt: skip
