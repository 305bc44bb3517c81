"""Steps that neither a person nor a process does: gateways of desk files, notices, statuses, runs of controllers."""

from __future__ import annotations

from engine.operations.registry import Act
from engine.rules.workflows.graph import Node
from engine.workflows.flow import Flow
from store.enums import StepKind


def do(act: Act, current: Flow, node: Node, step: int, stays: object) -> object:
    """Do the step; what it returned, or `stays` if it goes on by itself."""
    if node.kind is StepKind.START:
        return None
    raise NotImplementedError(node.kind)
