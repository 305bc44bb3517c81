"""Workflows as the desk file has them: the current version of each definition, by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from engine.rules.workflows.desk_text import written
from engine.rules.workflows.graph import from_json

_CURRENT = """
SELECT name, graph, source, origin FROM workflow_definition WHERE is_current = 1 AND deleted_at IS NULL ORDER BY name
"""


def workflows(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Every definition; one in Python with the text of its file, so that the way out and back is whole."""
    for name, graph, source, origin in connection.execute(_CURRENT):
        if source is None:
            yield written(from_json(graph))
        else:
            yield {"name": name, "file": origin, "source": source}


def block(row: Mapping[str, Any]) -> str:
    """`[[workflow]]` with a `[[workflow.step]]` for each step; tables in a step stand on its lines."""
    own = {key: each for key, each in row.items() if key != "step"}
    steps = [f"[[workflow.step]]\n{_lines(step)}" for step in row.get("step", ())]
    return "\n".join([f"[[workflow]]\n{_lines(own)}", *steps])


def _lines(row: Mapping[str, Any]) -> str:
    found = []
    for key, each in row.items():
        if key == "source":
            found.append(_block_text(key, each))
        elif key == "when":
            found.append("".join(["when = [\n", *(f"    {_inline(branch)},\n" for branch in each), "]\n"]))
        else:
            found.append(f"{key} = {_inline(each)}\n")
    return "".join(found)


def _block_text(key: str, text: str) -> str:
    """A text over several lines, as it is where TOML lets it be."""
    import tomli_w

    if "'''" in text or text.endswith("'") or not all(each.isprintable() or each in "\n\t" for each in text):
        return tomli_w.dumps({key: text}, multiline_strings=True)
    return f"{key} = '''\n{text}'''\n"


def _inline(given: Any) -> str:
    """A value on one line: what `tomli_w` says of it, but for tables."""
    import tomli_w

    if isinstance(given, Mapping):
        inner = (f"{_key(key)} = {_inline(each)}" for key, each in given.items() if each is not None)
        return f"{{ {', '.join(inner)} }}" if given else "{}"
    if isinstance(given, list | tuple):
        return f"[{', '.join(_inline(each) for each in given if each is not None)}]"
    return tomli_w.dumps({"a": given}).removeprefix("a = ").rstrip("\n")


def _key(name: str) -> str:
    import tomli_w

    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")
