"""What systemd hears, through a real datagram socket; and the unit by which it starts the engine."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.systemd import Systemd
from engine.unitfile import Unit, install, quoted, uninstall
from store.errors import Refused


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(15)
        yield made


def environ(listener: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": listener.getsockname(), **more}


def test_signs_of_life_come_only_from_passes_that_were_completed(listener: socket.socket) -> None:
    ticks, looks, stop = iter(["one", "one", "one", "two", "two"]), 0, threading.Event()

    def ticked_at() -> float:
        nonlocal looks
        looks += 1
        word = next(ticks, None)
        if word is None:
            stop.set()
        return {"one": 1.0, "two": 2.0, None: 2.0}[word]

    systemd = Systemd(pytest.fail, environ(listener, WATCHDOG_USEC="3000"))
    systemd.watch(ticked_at, lambda: f"look {looks}", stop)
    assert [listener.recv(64) for _ in range(8)] == [
        b"STATUS=look 0", b"WATCHDOG=1", b"STATUS=look 1", b"STATUS=look 2", b"STATUS=look 3", b"WATCHDOG=1",
        b"STATUS=look 4", b"STATUS=look 5",
    ]  # fmt: skip


def test_words_are_told_once_and_on_one_line(listener: socket.socket) -> None:
    systemd = Systemd(pytest.fail, environ(listener))
    for words in ("a\nb", "a  b", "c" * 300):
        systemd.status(words)
    systemd.tell("STOPPING=1")
    assert [listener.recv(512) for _ in range(3)] == [b"STATUS=a b", b"STATUS=" + b"c" * 200, b"STOPPING=1"]


def test_names_in_the_kernel_and_watchdogs_of_others() -> None:
    name = f"tickler-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract:
        abstract.bind(f"\0{name}")
        abstract.settimeout(15)
        Systemd(pytest.fail, {"NOTIFY_SOCKET": f"@{name}"}).tell("READY=1")
        assert abstract.recv(64) == b"READY=1"
    said: list[str] = []
    Systemd(said.append, {"NOTIFY_SOCKET": "/no/such/socket"}).tell("READY=1")
    assert said == ["systemd does not listen: No such file or directory"]
    Systemd(pytest.fail, {}).tell("READY=1")


def test_a_watchdog_of_another_process_is_none_of_ours(listener: socket.socket) -> None:
    for more in ({"WATCHDOG_USEC": "3000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "x"}, {}):
        stop = threading.Event()
        stop.set()
        systemd = Systemd(pytest.fail, environ(listener, **more))
        systemd.watch(lambda: 1.0, lambda: "never", stop)
        assert not systemd.waits


# ---- the unit


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    return Unit(tmp_path / "config" / "tickler.service", ("/usr/bin/tickler", "--store", "/srv/my desk.db", "engine"))


def test_the_unit_says_all_that_keeps_an_engine_alive(unit: Unit) -> None:
    lines = unit.text().splitlines()
    assert lines[0].startswith("# Written by `tickler engine install`")
    assert 'ExecStart="/usr/bin/tickler" "--store" "/srv/my desk.db" "engine"' in lines
    for line in (
        "Type=notify", "WatchdogSec=30", "Restart=always", "KillMode=mixed", "TimeoutStopSec=90", "UMask=0077",
        "WantedBy=default.target",
    ):  # fmt: skip
        assert line in lines


@pytest.mark.parametrize(
    ("word", "text"),
    [("a b", '"a b"'), ("50%", '"50%%"'), ("$HOME", '"$$HOME"'), ('a"b\\c', '"a\\"b\\\\c"'), ("é", '"é"')],
)
def test_words_in_units(word: str, text: str) -> None:
    assert quoted(word) == text


def test_words_that_no_unit_can_hold() -> None:
    with pytest.raises(Refused, match="line break"):
        quoted("a\nb")


def test_install_replace_and_uninstall(unit: Unit) -> None:
    assert install(unit) is True
    assert unit.path.read_text() == unit.text()
    assert stat.S_IMODE(unit.path.stat().st_mode) == 0o644
    assert install(unit) is False
    other = Unit(unit.path, ("/opt/tickler", "engine"))
    assert install(other) is True
    assert '"/opt/tickler" "engine"' in unit.path.read_text()
    assert [each.name for each in unit.path.parent.iterdir()] == ["tickler.service"]
    wants = unit.path.parent / "default.target.wants"
    wants.mkdir()
    (wants / unit.path.name).symlink_to(unit.path)
    uninstall(unit)
    assert not unit.path.exists()
    assert not list(wants.iterdir())
    with pytest.raises(Refused, match="is not there"):
        uninstall(unit)


def test_units_of_others_are_left_alone(unit: Unit) -> None:
    unit.path.parent.mkdir()
    unit.path.write_text("[Service]\nExecStart=/bin/true\n")
    for act in (install, uninstall):
        with pytest.raises(Refused, match="was not written by tickler"):
            act(unit)
    assert unit.path.read_text() == "[Service]\nExecStart=/bin/true\n"
    unit.path.unlink()
    unit.path.symlink_to("/dev/null")
    for act in (install, uninstall):
        with pytest.raises(Refused, match="was not written by tickler"):
            act(unit)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(Refused, match="cannot be written"):
        install(Unit(tmp_path / "config" / "tickler.service", ("x",)))
