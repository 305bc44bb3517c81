"""Jobs that print more than anybody wants: bounded memory, exact counts, and the others go on."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

import pytest

from engine.supervisor.events import Exited, Started
from engine.supervisor.output import LINE, MARK, TAIL
from tests.engine.supervisor.harness import DEADLINE, Desk

MB = 1_000_000


def peak_mb(desk: Desk) -> float:
    status = Path(f"/proc/{desk.supervisor.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def kept(desk: Desk, key: str) -> tuple[int, int]:
    """Lines and bytes of what arrived, newlines included."""
    outputs = desk.outputs(key)
    assert all(out.lines == len(out.text.split("\n")) for out in outputs)
    assert [out.first for out in outputs] == [sum(o.lines for o in outputs[:n]) for n in range(len(outputs))]
    return sum(out.lines for out in outputs), sum(len(out.text.encode()) + 1 for out in outputs)


def test_below_the_cap_every_line_arrives(desk: Desk) -> None:
    key = desk.run("seq 1 300000", cap=10 * MB)
    assert desk.lines(key) == [str(n) for n in range(1, 300_001)]
    assert desk.exited(key).dropped_lines == 0
    assert desk.droppings(key) == []


@pytest.mark.parametrize("cap", [0, 1000, 2 * MB])
def test_beyond_the_cap_the_head_and_the_end_are_kept_and_the_rest_is_counted(desk: Desk, cap: int) -> None:
    key = desk.run("seq 1 1000000", cap=cap)
    exited = desk.exited(key)
    produced = 6_888_896
    lines, size = kept(desk, key)
    assert lines + exited.dropped_lines == 1_000_000
    assert size + exited.dropped_bytes == produced
    assert cap + TAIL - 20 <= size <= cap + TAIL
    numbers = [int(line) for line in desk.lines(key)]
    assert numbers[-1] == 1_000_000
    gap = exited.dropped_lines
    head = next((at for at, n in enumerate(numbers) if n != at + 1), len(numbers))
    assert numbers == [*range(1, head + 1), *range(head + gap + 1, 1_000_001)]


def test_the_gap_is_told_while_it_grows_and_where_it_is(desk: Desk) -> None:
    key = desk.run("seq 1 200000; sleep 0.7; seq 1 200000", cap=1000)
    exited = desk.exited(key)
    told = desk.droppings(key)
    assert 2 <= len(told) <= 4
    assert [(word.lines, word.bytes) for word in told] == sorted((word.lines, word.bytes) for word in told)
    assert (told[-1].lines, told[-1].bytes) == (exited.dropped_lines, exited.dropped_bytes)
    where = desk.said.index(told[-1])
    before, after = desk.said[:where], desk.said[where + 1 :]
    head = sum(out.lines for out in desk.outputs(key) if out in before)
    assert sum(out.lines for out in desk.outputs(key) if out in after) + head + told[-1].lines == 400_000


def test_both_streams_share_the_cap_and_the_count_is_exact(desk: Desk) -> None:
    key = desk.run("seq 1 200000 & seq 1 200000 >&2; wait", cap=100_000)
    exited = desk.exited(key)
    lines, size = kept(desk, key)
    assert lines + exited.dropped_lines == 400_000
    assert size + exited.dropped_bytes == 2 * 1_288_895


def test_a_line_without_an_end_is_cut_and_takes_no_memory(desk: Desk) -> None:
    desk.run("true")
    before = peak_mb(desk)
    key = desk.run("head -c 50000000 /dev/zero | tr '\\0' x; echo; echo after")
    exited = desk.exited(key)
    mark = MARK.decode()
    assert desk.lines(key) == ["x" * (LINE - len(MARK)) + mark, "after"]
    assert exited.dropped_bytes == 50_000_000 - LINE
    assert exited.dropped_lines == 0
    assert peak_mb(desk) - before < 5


def test_a_flood_takes_little_memory(desk: Desk) -> None:
    desk.run("true")
    before = peak_mb(desk)
    key = desk.run("yes 'some line of text' | head -n 3000000", cap=10 * MB)
    lines, _ = kept(desk, key)
    assert lines + desk.exited(key).dropped_lines == 3_000_000
    assert peak_mb(desk) - before < 15


def test_a_flood_does_not_starve_others(desk: Desk) -> None:
    flood = desk.submit("yes", cap=0, timeout=60.0)
    desk.started(flood)
    begin = time.monotonic()
    for _ in range(10):
        desk.run("echo quiet")
    assert time.monotonic() - begin < 5
    desk.supervisor.cancel(flood, kill=True)
    assert desk.exited(flood).dropped_lines > 0


def test_an_engine_that_does_not_listen_stops_the_reading_and_nothing_else(desk: Desk) -> None:
    desk.run("true")
    before = peak_mb(desk)
    flood = desk.submit("seq 1 20000000", cap=1000 * MB)
    late = desk.submit("sleep 100", timeout=0.5)
    desk.started(late)
    assert await_end(desk, late)
    assert peak_mb(desk) - before < 10
    desk.supervisor.cancel(flood, kill=True)
    assert desk.exited(flood).reason == "cancelled"
    lines, _ = kept(desk, flood)
    assert desk.lines(flood) == [str(n) for n in range(1, lines)] + [desk.lines(flood)[-1]]
    assert desk.exited(late).reason == "timeout"


def await_end(desk: Desk, key: str) -> bool:
    """Wait for a job's process without listening to the supervisor."""
    pid = next(event.pid for event in desk.said if isinstance(event, Started) and event.key == key)
    fd = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        return bool(poll.poll(DEADLINE * 1000))
    finally:
        os.close(fd)


def test_a_job_that_prints_byte_by_byte_costs_few_turns(desk: Desk) -> None:
    key = desk.run("i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done")
    assert desk.lines(key) == [str(n) for n in range(20_000)]
    assert len(desk.outputs(key)) < 2000


def test_lines_are_whole_however_they_are_printed(desk: Desk) -> None:
    key = desk.run("for w in a b c; do printf $w; sleep 0.03; done; echo; printf end")
    assert desk.lines(key) == ["abc", "end"]


def test_large_output_of_many_at_once_arrives_whole(desk: Desk) -> None:
    jobs = [desk.job(f"seq {n} {n + 50_000}") for n in range(10)]
    desk.supervisor.submit(jobs)
    for n, job in enumerate(jobs):
        assert isinstance(desk.exited(job.key), Exited)
        assert desk.lines(job.key) == [str(x) for x in range(n, n + 50_001)]
