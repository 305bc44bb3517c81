"""`log` and `setting list`: what was done here, and how the desk is set."""

from __future__ import annotations

from typing import Annotated

from engine.operations.registry import Help, Look, query
from engine.rules.names import as_sentence, unknown
from store import settings, values
from store.errors import Refused
from store.frozen import value
from store.reads import history
from store.schema import JOURNALED


@value
class SettingValue:
    """A setting: the value in force, the one it has when nobody sets it, and what it means."""

    key: str
    value: str | int | bool
    default: str | int | bool
    meaning: str


@query("log")
def log(
    look: Look,
    limit: Annotated[int, Help("at most so many")] = 50,
    before: Annotated[int | None, Help("only acts older than this number")] = None,
    kind: Annotated[str | None, Help("only what touched rows of this table, such as task")] = None,
    row: Annotated[int | None, Help("only what touched the row with this id; goes with --kind")] = None,
    act: Annotated[int | None, Help("the rows that this act changed, with before and after")] = None,
) -> tuple[values.Act, ...] | tuple[history.RowChange, ...]:
    """List what was done, newest first; with --act, the rows that one act changed."""
    if limit < 1:
        raise Refused(f"--limit: expected 1 or more, not {limit}.")
    if kind is not None and kind not in JOURNALED:
        raise Refused(as_sentence(f"--kind: {unknown(kind, JOURNALED, 'table with a history')}"))
    if row is not None and kind is None:
        raise Refused("--row: say of which table with --kind, for example --kind task.")
    if act is None:
        return history.acts(look.connection, limit, before=before, kind=kind, row=row)
    if history.act(look.connection, act) is None:
        raise Refused(f"There is no act {act}.")
    return history.changes(look.connection, act, limit)


@query("setting list")
def setting_list(look: Look) -> tuple[SettingValue, ...]:
    """List the settings with their values in force."""
    found = settings.read_all(look.connection)
    return tuple(setting_value(key, found[key]) for key in sorted(found))


def setting_value(key: str, value: str | int | bool) -> SettingValue:
    """The setting `key`, holding `value`."""
    known = settings.KNOWN[key]
    return SettingValue(key, value, known.default, known.meaning)
