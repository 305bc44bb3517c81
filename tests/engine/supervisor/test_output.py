"""Bytes into lines, the cut, the cap and exact counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.supervisor.output import LINE, MARK, SHORT, TAIL, Capture, Splitter
from engine.supervisor.output import LINES as ROWS


def split(*chunks: bytes) -> list[bytes]:
    splitter = Splitter()
    blocks = [splitter.feed(chunk) for chunk in chunks]
    return (b"".join(blocks) + splitter.finish()).split(b"\n")[:-1]


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        (b"", []),
        (b"one", [b"one"]),
        (b"one\n", [b"one"]),
        (b"one\ntwo", [b"one", b"two"]),
        (b"\n\n", [b"", b""]),
        (b"one\r\ntwo\r\n", [b"one", b"two"]),
        (b"10%\r20%\r30%\n", [b"10%", b"20%", b"30%"]),
        (b"\r10%\r20%\n", [b"10%", b"20%"]),
        (b"one\n\r10%\r\r20%", [b"one", b"10%", b"20%"]),
        (b"one\r\r\ntwo\n", [b"one", b"two"]),
        (b"one\r\n\r\ntwo\n", [b"one", b"", b"two"]),
        (b"tab\tnul\0esc\x1b[2J\xff\n", [b"tab\tnul\0esc\x1b[2J\xff"]),
    ],
)
def test_what_ends_a_line(printed: bytes, lines: list[bytes]) -> None:
    assert split(printed) == lines
    assert split(*(printed[at : at + 1] for at in range(len(printed)))) == lines


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(1, 20))
def test_chunks_make_no_difference(printed: bytes, size: int) -> None:
    assert split(*(printed[at : at + size] for at in range(0, len(printed), size))) == split(printed)


def test_a_line_of_just_the_limit_is_whole() -> None:
    assert split(b"x" * LINE + b"\n" + b"y" * LINE) == [b"x" * LINE, b"y" * LINE]


@pytest.mark.parametrize("chunk", [1000, LINE, 65536, 10**6])
def test_a_long_line_is_cut_marked_and_counted(chunk: int) -> None:
    printed = b"first\n" + b"x" * 100_000 + b"\nlast\n"
    splitter = Splitter()
    out = b"".join(splitter.feed(printed[at : at + chunk]) for at in range(0, len(printed), chunk))
    assert out == b"first\n" + b"x" * (LINE - len(MARK)) + MARK + b"\nlast\n"
    assert splitter.cut == 100_000 - LINE


def test_a_long_line_is_given_before_it_ends() -> None:
    splitter = Splitter()
    assert splitter.feed(b"x" * (LINE + 1)) == b"x" * (LINE - len(MARK)) + MARK + b"\n"
    assert splitter.feed(b"y" * 1000) == b""
    assert splitter.finish() == b""
    assert splitter.cut == 1001


@pytest.mark.parametrize("character", ["é", "€", "🙂"])
@pytest.mark.parametrize("before", range(4))
def test_a_cut_leaves_characters_whole(character: str, before: int) -> None:
    line = "x" * before + character * LINE
    kept = split(line.encode())[0].removesuffix(MARK)
    assert line.startswith(kept.decode())
    assert LINE - 4 < len(kept) + len(MARK) <= LINE


def test_a_cut_leaves_bytes_that_are_no_characters() -> None:
    assert split(b"\x80" * (LINE + 10))[0] == b"\x80" * (LINE - len(MARK)) + MARK


def test_below_the_cap_everything_passes() -> None:
    capture = Capture(10)
    piece = capture.feed("stdout", 7, b"1234\n5678\n")
    assert piece is not None
    assert (piece.stream, piece.at, piece.block) == ("stdout", 7, b"1234\n5678\n")
    assert capture.finish(8) == []
    assert (capture.dropped_lines, capture.dropped_bytes) == (0, 0)


def test_the_cap_is_of_both_streams_and_cuts_between_lines() -> None:
    capture = Capture(10)
    first = capture.feed("stdout", 1, b"1234\n")
    second = capture.feed("stderr", 2, b"56\n78\n90\n")
    assert first is not None
    assert second is not None
    assert (first.block, second.block) == (b"1234\n", b"56\n")
    assert capture.feed("stdout", 3, b"x\n") is None
    rest = capture.finish(4)
    assert [(piece.stream, piece.at, piece.block) for piece in rest] == [
        ("stderr", 2, b"78\n90\n"),
        ("stdout", 3, b"x\n"),
    ]
    assert (capture.dropped_lines, capture.dropped_bytes) == (0, 0)


def test_short_lines_pass_up_to_a_number_and_the_count_is_exact() -> None:
    capture = Capture(10_000_000)
    passed = [capture.feed("stdout", 0, b"y\n" * 30_000) for _ in range(50)]
    blocks = [piece.block for piece in passed if piece]
    assert b"".join(blocks) == b"y\n" * ROWS
    tail = b"".join(piece.block for piece in capture.finish(0))
    assert ROWS + tail.count(b"\n") + capture.dropped_lines == 1_500_000
    assert 2 * ROWS + len(tail) + capture.dropped_bytes == 3_000_000
    wide = Capture(SHORT * (ROWS + 7))
    assert sum(len(piece.block) for _ in range(50) if (piece := wide.feed("stdout", 0, b"y\n" * 30_000))) == 2 * (
        ROWS + 7
    )


LINES = st.lists(
    st.tuples(st.sampled_from(["stdout", "stderr"]), st.integers(0, 3 * LINE), st.integers(1, 40)),
    max_size=60,
)


@settings(max_examples=50, deadline=None)
@given(LINES, st.integers(0, 400_000))
def test_kept_and_dropped_are_what_was_printed(blocks: list[tuple[str, int, int]], cap: int) -> None:
    capture = Capture(cap)
    kept: list[bytes] = []
    printed = 0
    for stream, length, times in blocks:
        data = (b"x" * length + b"\n") * times
        printed += len(data)
        piece = capture.feed(stream, 0, data)
        kept += [piece.block] if piece else []
    passed = sum(map(len, kept))
    tail = [piece.block for piece in capture.finish(0)]
    text = b"".join(kept + tail)
    assert passed <= cap
    assert sum(map(len, tail)) <= TAIL
    assert len(text) + capture.dropped_bytes == printed
    assert text.count(b"\n") + capture.dropped_lines == sum(times for _, _, times in blocks)
