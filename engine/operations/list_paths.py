"""Lists by the path that a file names, made where they are not there."""

from __future__ import annotations

from engine.operations.registry import Act
from engine.operations.saving import put
from engine.rules.names import plain_name


def made_path(act: Act, path: str) -> int:
    """The list of that path, `house/garden`; what is not there of it is made."""
    parent: int | None = None
    for part in path.split("/"):
        name = plain_name(part)
        row = act.connection.execute(
            "SELECT id FROM task_list WHERE parent_id IS ? AND name = ? AND deleted_at IS NULL", (parent, name)
        ).fetchone()
        columns = {"name": name, "parent_id": parent}
        parent = int(row[0]) if row else put(act.connection, "task_list", None, columns)[0]
    assert parent is not None
    return parent
