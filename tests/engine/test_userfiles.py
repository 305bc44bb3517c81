"""Files that people name: what is read, what is refused, and that nothing waits for ever."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine import userfiles
from engine.userfiles import file_bytes
from store.errors import Refused


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a b.csv").write_bytes(b"x" * 3_000_000)
    assert file_bytes(str(tmp_path / "a b.csv"), 3_000_000) == b"x" * 3_000_000


def test_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a").write_bytes(b"x")
    assert file_bytes("~/a", 10) == b"x"


@pytest.mark.parametrize("size", [11, 1_000_000])
def test_what_is_too_large_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"x" * size)
    with pytest.raises(Refused, match=r"a is too large \(at most 10 B\)"):
        file_bytes(str(tmp_path / "a"), 10)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is a directory; name a file"):
        file_bytes(str(tmp_path), 10)
    with pytest.raises(Refused, match="there is no such file"):
        file_bytes(str(tmp_path / "gone"), 10)
    with pytest.raises(Refused, match="cannot be read"):
        file_bytes("a\0b", 10)
    with pytest.raises(Refused, match="File name too long"):
        file_bytes("x" * 5_000, 10)


def test_devices_and_sockets_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not a file"):
        file_bytes("/dev/zero", 10)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        with pytest.raises(Refused, match="cannot be read"):
            file_bytes(str(tmp_path / "s"), 10)


def test_a_pipe_is_read_to_its_end() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"ab")
    os.write(writer, b"c")
    os.close(writer)
    assert file_bytes(f"/dev/fd/{reader}", 10) == b"abc"
    os.close(reader)


def test_a_pipe_that_nobody_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userfiles, "PATIENCE", 0.05)
    reader, writer = os.pipe()
    os.write(writer, b"ab")
    with pytest.raises(Refused, match="the pipe did not end within"):
        file_bytes(f"/dev/fd/{reader}", 10)
    os.close(reader)
    os.close(writer)


def test_a_pipe_may_be_too_large() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"x" * 11)
    with pytest.raises(Refused, match="too large"):
        file_bytes(f"/dev/fd/{reader}", 10)
    os.close(reader)
    os.close(writer)
