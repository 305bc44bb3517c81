"""`tickler metrics`: the numbers, for people, for scripts, and in the text that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from engine.operations.registry import Help, Look, query
from engine.rules.durations import duration_text, duration_words
from store.frozen import value
from store.reads import metrics as reads
from store.reads.metrics import Histogram


@value
class Metrics(reads.Metrics):
    """The numbers; as a text, a few lines for a person."""

    def __str__(self) -> str:
        return "\n".join(lines(self)) + "\n"


@query("metrics")
def metrics(
    look: Look, prometheus: Annotated[bool, Help("as the text that Prometheus reads")] = False
) -> Metrics | str:
    """Count runs and occurrences: made, ended, waiting, refused, and how long they took."""
    found = reads.metrics(look.connection)
    if prometheus:
        return "".join(_exposed(found))
    return Metrics(*(getattr(found, name) for name in reads.Metrics.__match_args__))


def lines(found: reads.Metrics) -> tuple[str, ...]:
    """Sentences of numbers."""
    created = found.task_created_total
    unfired = found.occurrence_unfired_total
    return (
        f"runs made        {_total(created)}",
        f"runs ended       {_total(found.task_completed_total)}",
        f"queue            {found.task_queue_length:,} waiting, {found.task_running:,} active,"
        f" {found.task_queue_overflow_total:,} refused because it was full",
        f"runs took        {histogram_words(found.task_run_duration_seconds)}",
        f"began late by    {histogram_words(found.task_start_lag_seconds)}",
        f"occurrences      {found.occurrence_fired_total:,} fired",
        f"did not fire     {_total(unfired)}",
    )


def _total(found: Mapping[str, int]) -> str:
    """`12 (9 system, 3 user)`."""
    parts = ", ".join(f"{number:,} {label}" for label, number in found.items() if number)
    return f"{sum(found.values()):,}" + (f" ({parts})" if parts else "")


def histogram_words(found: Histogram) -> str:
    """`half within 0.5s, 95 % within 10s, 1.2s on average`."""
    if not found.count:
        return "nothing yet"
    average = f"{duration_words(found.sum / found.count)} on average"
    most = length_words(found.bounds[-1])
    half, nearly_all = found.within(0.5), found.within(0.95)
    if half == float("inf"):
        return f"half longer than {most}, {average}"
    rest = f"95 % longer than {most}" if nearly_all == float("inf") else f"95 % within {length_words(nearly_all or 0)}"
    return f"half within {length_words(half or 0)}, {rest}, {average}"


def length_words(seconds: float) -> str:
    """The end of a bucket: `0.5s`, `30s`, `5m`."""
    return duration_text(int(seconds)) if seconds == int(seconds) else f"{seconds:g}s"


def _exposed(found: reads.Metrics) -> Iterator[str]:
    """The exposition format 0.0.4; labels hold words of ours alone."""
    yield from _counter(reads.CREATED, "runs that were made", "category", found.task_created_total)
    yield from _counter(reads.STARTED, "runs that began", "", {"": found.task_started_total})
    yield from _counter(reads.COMPLETED, "runs that ended", "status", found.task_completed_total)
    yield from _counter("task_lost_total", "runs whose end nobody knows", "", {"": found.task_lost_total})
    yield from _counter(
        reads.OVERFLOW, "runs refused because the queue was full", "", {"": found.task_queue_overflow_total}
    )
    yield from _gauge(reads.QUEUE, "runs that wait", found.task_queue_length)
    yield from _gauge("task_running", "runs at work", found.task_running)
    yield from _histogram(reads.DURATION, "how long runs took", found.task_run_duration_seconds)
    yield from _histogram(reads.LAG, "from when a run was planned to its start", found.task_start_lag_seconds)
    yield from _counter("occurrence_fired_total", "occurrences that ran", "", {"": found.occurrence_fired_total})
    yield _head("occurrence_unfired_total", "occurrences that did not run", "counter")
    for label, number in found.occurrence_unfired_total.items():
        state, _, cause = label.partition(" ")
        yield f'occurrence_unfired_total{{state="{state}",cause="{cause}"}} {number}\n'


def _head(name: str, words: str, kind: str) -> str:
    return f"# HELP {name} {words}\n# TYPE {name} {kind}\n"


def _counter(name: str, words: str, label: str, numbers: Mapping[str, int]) -> Iterator[str]:
    yield _head(name, words, "counter")
    for key, number in numbers.items():
        yield f'{name}{{{label}="{key}"}} {number}\n' if label else f"{name} {number}\n"


def _gauge(name: str, words: str, number: int) -> Iterator[str]:
    yield f"{_head(name, words, 'gauge')}{name} {number}\n"


def _histogram(name: str, words: str, found: Histogram) -> Iterator[str]:
    yield _head(name, words, "histogram")
    passed = 0
    for bound, number in zip((*found.bounds, None), found.counts, strict=True):
        passed += number
        yield f'{name}_bucket{{le="{"+Inf" if bound is None else f"{bound:g}"}"}} {passed}\n'
    yield f"{name}_sum {found.sum}\n{name}_count {found.count}\n"
