"""Which controllers there are."""

from __future__ import annotations

from typing import Annotated

from engine.controllers import declared, everyone
from engine.operations.registry import Help, Look, query
from engine.rules.parameters import Declaration, Parameter


@query("controllers")
def listed(
    look: Look, name: Annotated[str, Help("the parameters of this one, one by one", "NAME")] = ""
) -> list[Declaration] | list[Parameter]:
    """Controllers with their parameters."""
    return list(declared(name).parameters) if name else everyone()
