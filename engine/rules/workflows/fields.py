"""Fields of a workflow's state, from their annotations: `amount: Annotated[int, "Amount in euro"] = 0`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.rules.errors import BadValue, shown
from engine.rules.texts import one_line, thing
from engine.rules.workflows.graph import Field, FieldKind
from engine.rules.workflows.written import MOST_NUMBER, File, is_plain

_TYPES: Mapping[str, FieldKind] = {
    "str": FieldKind.TEXT, "int": FieldKind.NUMBER, "float": FieldKind.NUMBER, "bool": FieldKind.YES_NO,
    "date": FieldKind.DATE, "Entity": FieldKind.ENTITY, "Literal": FieldKind.CHOICE,
}  # fmt: skip
_MOST_CHOICES = 100
_MOST_TEXT = 10_000


def read_field(node: ast.AnnAssign, file: File) -> Field | None:
    """The field that an annotated name of a class is; None for a ClassVar. BadValue has the line.

    A type that no form can show makes a field that steps alone use.
    """
    assert isinstance(node.target, ast.Name)
    name, what = node.target.id, f"field {shown(node.target.id)}"
    kind, more = _kind(node.annotation, what, file)
    if kind is None or name == "edges":
        return None
    if name.startswith("_"):
        raise file.wrong(node, f"{what}: a field of the state begins with a letter (a constant is a ClassVar)")
    default = None if node.value is None else file.literal(node.value, what)
    made = Field(name, kind, **more)
    try:
        return Field(name, kind, checked_default(made, default), **more)
    except BadValue as fault:
        raise file.wrong(node, f"{what}: {fault}") from fault


def checked_default(field: Field, given: object) -> object:
    """A value that the field can hold, as JSON has it; None is "empty". BadValue says what was expected."""
    if given is None:
        return None
    if isinstance(given, date) and not isinstance(given, datetime) and field.kind is FieldKind.DATE:
        return given.isoformat()
    if not _fits(field, given):
        raise BadValue(f"expected {expected(field)}, not '{shown(given)}'")
    if field.kind is FieldKind.ENTITY and given:
        thing(str(given))
    return given


def expected(field: Field) -> str:
    """What the field takes, in words."""
    if field.kind is FieldKind.CHOICE:
        return f"one of {', '.join(map(shown, field.choices[:20]))}"
    return _EXPECTED[field.kind]


_EXPECTED: Mapping[FieldKind, str] = {
    FieldKind.TEXT: f"a text of at most {_MOST_TEXT:,} characters",
    FieldKind.NUMBER: "a number",
    FieldKind.DATE: "a day such as 2025-06-04",
    FieldKind.YES_NO: "yes or no",
    FieldKind.ENTITY: "an entity such as stay/12",
    FieldKind.ANY: "what JSON can hold, of at most 64 KiB",
}


def _fits(field: Field, given: object) -> bool:
    if field.kind is FieldKind.NUMBER:
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        return is_number and abs(given) <= MOST_NUMBER  # type: ignore[arg-type]  # a number
    if field.kind is FieldKind.YES_NO:
        return isinstance(given, bool)
    if field.kind is FieldKind.ANY:
        return is_plain(given)
    if not isinstance(given, str) or len(given) > _MOST_TEXT or not is_plain(given):
        return False
    if field.kind is FieldKind.CHOICE:
        return given in field.choices or given == ""
    if field.kind is FieldKind.DATE and given:
        try:
            date.fromisoformat(given)
        except ValueError:
            return False
    return True


def _kind(node: ast.expr, what: str, file: File) -> tuple[FieldKind | None, dict[str, Any]]:
    """The kind of an annotation, and what else it says; None for a ClassVar."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            inner: ast.expr = ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
            raise file.wrong(node, f"{what}: '{shown(node.value)}' is no type") from fault
        return (FieldKind.ANY, {}) if isinstance(inner, ast.Constant) else _kind(inner, what, file)
    if isinstance(node, ast.BinOp):  # date | None
        sides = [each for each in (node.left, node.right) if not _is_none(each)]
        return _kind(sides[0], what, file) if len(sides) == 1 else (FieldKind.ANY, {})
    if isinstance(node, ast.Subscript):
        return _subscript(node, what, file)
    name = file.last(node)
    if name == "ClassVar":
        return None, {}
    return (_TYPES.get(name, FieldKind.ANY) if name != "Literal" else FieldKind.ANY), {}


def _subscript(node: ast.Subscript, what: str, file: File) -> tuple[FieldKind | None, dict[str, Any]]:
    name = file.last(node.value)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "ClassVar":
        return None, {}
    if name == "Literal":
        return FieldKind.CHOICE, {"choices": _choices(parts, what, file)}
    if name == "Optional" and len(parts) == 1:
        return _kind(parts[0], what, file)
    if name == "Entity" and len(parts) == 1:
        return FieldKind.ENTITY, {"object_class": _text(parts[0], what, file)}
    if name == "Annotated" and len(parts) > 1:
        kind, more = _kind(parts[0], what, file)
        return kind, {**more, "label": _text(parts[1], what, file)}
    return FieldKind.ANY, {}


def _choices(parts: list[ast.expr], what: str, file: File) -> tuple[str, ...]:
    given = [file.literal(each, what) for each in parts]
    if not all(isinstance(each, str) and each for each in given) or len(set(given)) < len(given):
        raise file.wrong(parts[0], f"{what}: expected choices that are different texts")
    if not 0 < len(given) <= _MOST_CHOICES:
        raise file.wrong(parts[0] if parts else ast.Constant(0), f"{what}: expected 1 to {_MOST_CHOICES} choices")
    return tuple(given)


def _text(node: ast.expr, what: str, file: File) -> str:
    given = file.literal(node, what)
    if not isinstance(given, str):
        raise file.wrong(node, f"{what}: expected a text, not '{shown(given)}'")
    return str(file.checked(node, what, lambda text: one_line("label", text, 200), given))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
