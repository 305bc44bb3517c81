"""The systemd unit that keeps an engine alive for its user: its text, where it goes, and whose it is."""

from __future__ import annotations

import os
from hashlib import blake2s
from pathlib import Path

from engine.rules.errors import shown
from store.errors import Refused
from store.frozen import value
from store.paths import default_store

_MARK = "# Written by `tickler engine install`,"
_OURS = f"{_MARK} which may replace it; with --uninstall it removes it.\n"
_TEXT = """\
[Unit]
Description=tickler engine ({store})
Documentation=man:systemd.service(5)

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
WatchdogSec=30
Restart=always
RestartSec=2
KillMode=mixed
TimeoutStopSec=90
UMask=0077

[Install]
WantedBy=default.target
"""


@value
class Unit:
    """A unit at its place; `command` is the program that it starts, and its words."""

    path: Path
    command: tuple[str, ...]

    def text(self) -> str:
        """What is in the file."""
        store = self.command[-2] if len(self.command) > 1 else ""
        words = " ".join(quoted(word) for word in self.command)
        return _OURS + _TEXT.format(command=words, store=shown(store, 200).replace("%", "%%"))


def unit_of(program: tuple[str, ...], store: Path) -> Unit:
    """The unit of the store's engine. That of the usual store is `tickler.service`; others bear a name of their own,
    so that each has its engine.
    """
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    name = "tickler"
    if store != default_store().absolute():
        stem = "".join(letter for letter in store.stem if letter.isascii() and (letter.isalnum() or letter in "-_"))
        name = f"tickler-{stem or 'store'}-{blake2s(os.fsencode(store), digest_size=3).hexdigest()}"
    return Unit(config / "systemd" / "user" / f"{name}.service", (*program, "--store", str(store), "engine"))


def is_installed(unit: Unit) -> bool:
    """Whether a unit of ours is in that place."""
    try:
        return _standing(unit) is not None
    except Refused:
        return False


def install(unit: Unit) -> bool:
    """Write it; whether that changed anything. Refused if somebody else's unit is in its place."""
    text = unit.text()
    if _standing(unit) == text:
        return False
    new = unit.path.with_name(f".{unit.path.name}.new")
    try:
        unit.path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8")
        new.chmod(0o644)
        new.replace(unit.path)
    except OSError as fault:
        raise Refused(f"{shown(unit.path, 300)} cannot be written: {fault.strerror}.") from fault
    return True


def uninstall(unit: Unit) -> None:
    """Remove it, if it is ours, and the link by which it is enabled."""
    if _standing(unit) is None:
        raise Refused(f"{shown(unit.path, 300)} is not there.")
    enabled = unit.path.parent / "default.target.wants" / unit.path.name
    if enabled.is_symlink():
        enabled.unlink()
    unit.path.unlink()


def quoted(word: str) -> str:
    """One word of `ExecStart`: neither variable nor specifier is read in it."""
    if any(letter < " " for letter in word):
        raise Refused(f"'{shown(word)}' holds a line break or control character, which no unit can name.")
    for letter, escape in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(letter, escape)
    return f'"{word}"'


def _standing(unit: Unit) -> str | None:
    """The text of our unit in that place, None if there is nothing. Refused if it is not ours."""
    try:
        text = "" if unit.path.is_symlink() else unit.path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        raise Refused(f"{shown(unit.path, 300)} cannot be read: {fault.strerror}.") from fault
    if not text.startswith(_MARK):
        raise Refused(f"{shown(unit.path, 300)} was not written by tickler; move it away first.")
    return text
