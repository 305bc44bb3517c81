"""Steps of a workflow as a picture of its graph needs them."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from engine.rules.workflows.standing import Visit
from store.enums import OPEN_STEPS, StepState
from store.instants import Instant
from store.workflow_values import Step
from tui.flow_rows import step_words


def visits_of(steps: Iterable[Step], now: Instant, zone: ZoneInfo) -> list[Visit]:
    """Each with whom or what it waits for, or who did it."""
    return [
        Visit(
            each.id, each.node, each.kind, each.state, each.parents, each.done_by or "",
            step_words(each, now, zone) if each.state in OPEN_STEPS else "",
            each.state is StepState.SUCCEEDED and (each.reason or "").startswith("skipped"),
        )
        for each in steps
    ]  # fmt: skip


def newest(steps: Iterable[Step]) -> dict[str, Step]:
    """By node the visit that counts: an open one, else a failed one, else the last."""
    found: dict[str, Step] = {}
    for each in steps:
        before = found.get(each.node)
        if before is None or _weight(each) >= _weight(before):
            found[each.node] = each
    return found


def _weight(step: Step) -> tuple[bool, bool, int]:
    return step.state in OPEN_STEPS, step.state is StepState.FAILED, step.id
